//! The line of stores: how fast it is worked off, and what a hundred thousand stores at rest cost.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures::future::try_join_all;
use jiff::Timestamp;
use redis::aio::MultiplexedConnection;
use storebot::domain::actor::{Actor, ActorId, Door, Role};
use storebot::domain::audit::{Asker, Origin};
use storebot::domain::command::CommandKind;
use storebot::domain::event::EventKind;
use storebot::domain::plan::Plan;
use storebot::domain::quota::{Quota, Size};
use storebot::domain::record::{
    Desired, Observed, Phase, Proof, Record, Release, Spec, StepName, StepState, Task, Want,
};
use storebot::domain::store::{StoreId, StoreName};
use storebot::ledger::{Allowance, Claimed, CreateRequest, Ending, Ledger, Report as Seen};

use crate::bot::{Setup, variable};
use crate::floor::ENGINE;
use crate::report::{Figure, Goal, Report, median};

const WORKERS: usize = 8;
/// Stores of one round of `claim_settle`, and how many rounds.
const STORES: u64 = 4_000;
const ROUNDS: u64 = 5;
/// Stores at rest.
const MANY: u64 = 100_000;
/// Creations at once while filling.
const AT_ONCE: u64 = 200;
const LEASE: Duration = Duration::from_secs(30);
/// What a worker sees of a create on a real node: one for each step, and the end.
const REPORTS: usize = 6;
/// A sweep takes about nothing: the median of so many.
const SWEEPS: usize = 200;

/// `claim_settle`: eight workers take, claim, report and end what is in line, each beside the same
/// number of entries of a plain stream read and acknowledged by eight consumers.
pub(crate) async fn claims(report: &mut Report) -> Result<()> {
    let setup = Setup::new("claims", None)?;
    let rounds = setup.tidy(claiming(&setup)).await?;
    report.add("claim_settle", &Figure::paired(&rounds, "stores/s", Goal::ValueAtLeast(2000.0)))
}

async fn claiming(setup: &Setup) -> Result<Vec<(f64, f64)>> {
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        fill(&ledger(setup)?, round * STORES..(round + 1) * STORES).await?;
        let began = Instant::now();
        try_join_all((0..WORKERS).map(|_| spawned(work(setup)))).await?;
        let ours = STORES as f64 / began.elapsed().as_secs_f64();
        rounds.push((ours, plain_stream(setup).await?));
    }
    Ok(rounds)
}

/// Runs on any core, as workers of several processes would.
async fn spawned<T: Send + 'static>(work: Result<impl Future<Output = Result<T>> + Send + 'static>) -> Result<T> {
    tokio::spawn(work?).await?
}

fn ledger(setup: &Setup) -> Result<Ledger> {
    Ok(Ledger::new(&setup.config.redis, &setup.config.retention)?)
}

/// One worker, with a connection of its own, until nobody is in line.
fn work(setup: &Setup) -> Result<impl Future<Output = Result<()>> + Send + 'static> {
    let ledger = ledger(setup)?;
    Ok(async move {
        loop {
            let stores = ledger.take(16, LEASE).await?;
            if stores.is_empty() {
                return Ok(());
            }
            for store in stores {
                settle(&ledger, &store, 1).await?;
            }
        }
    })
}

/// Claims, reports as often as a worker does while it makes a store, and ends.
async fn settle(ledger: &Ledger, store: &StoreId, reports: usize) -> Result<()> {
    let Claimed::Mine(claim) = ledger.claim(store, "bench", LEASE).await? else { bail!("{store} is held") };
    for _ in 1..reports {
        let mut observed = Observed { phase: Phase::Installing, ..Observed::fresh(1) };
        observed.set_step(StepName::Workloads, StepState::Running, Timestamp::now());
        let seen = Seen { observed: &observed, kind: EventKind::Progress };
        ensure!(ledger.report(&claim, seen).await?.is_ok(), "lost");
    }
    let observed = ready();
    ensure!(ledger.report(&claim, Seen { observed: &observed, kind: EventKind::Ready }).await?.is_ok(), "lost");
    ensure!(ledger.finish(&claim, 1, &Ending::Settled).await?.is_ok(), "lost");
    Ok(())
}

/// The least a durable queue does: entries per second read by a group and acknowledged one by one.
async fn plain_stream(setup: &Setup) -> Result<f64> {
    let stream = format!("{{{}}}:floor", setup.prefix);
    let mut redis = connection().await?;
    let mut pipe = redis::pipe();
    pipe.del(&stream).cmd("XGROUP").arg(&["CREATE", &stream, "g", "0", "MKSTREAM"]);
    for _ in 0..STORES {
        pipe.cmd("XADD").arg(&[stream.as_str(), "*", "s", "700000000000"]);
    }
    pipe.exec_async(&mut redis).await?;
    let began = Instant::now();
    try_join_all((0..WORKERS).map(|at| spawned(consume(stream.clone(), at)))).await?;
    Ok(STORES as f64 / began.elapsed().as_secs_f64())
}

fn consume(stream: String, at: usize) -> Result<impl Future<Output = Result<()>> + Send + 'static> {
    Ok(async move {
        let (mut redis, consumer) = (connection().await?, at.to_string());
        loop {
            let mut read = redis::cmd("XREADGROUP");
            read.arg(&["GROUP", "g", &consumer, "COUNT", "1", "STREAMS", &stream, ">"]);
            let reply: Option<redis::streams::StreamReadReply> = read.query_async(&mut redis).await?;
            let Some(entry) = reply.and_then(|r| r.keys.into_iter().next()).and_then(|k| k.ids.into_iter().next())
            else {
                return Ok(());
            };
            redis::pipe()
                .cmd("XACK")
                .arg(&[&stream, "g", &entry.id])
                .cmd("XDEL")
                .arg(&[&stream, &entry.id])
                .exec_async(&mut redis)
                .await?;
        }
    })
}

/// `records_100k`: what Redis needs for the records of a hundred thousand stores at rest, with everything
/// that finds and counts them. `logs_100k`: for their logs and the audit of their creation, which the
/// retention forgets. `sweep_100k`: a sweep of theirs, beside one of an empty ledger.
pub(crate) async fn many(report: &mut Report) -> Result<()> {
    let (setup, empty) = (Setup::new("many", None)?, Setup::new("empty", None)?);
    let (size, sweeps) = setup.tidy(resting(&setup, &empty)).await?;
    report.add("records_100k", &Figure::plain(size.records, "MB", Goal::ValueBelow(150.0)))?;
    report.add("logs_100k", &Figure::plain(size.logs, "MB", Goal::ValueBelow(100.0)))?;
    report.add("sweep_100k", &Figure::paired(&sweeps, "us", Goal::RatioBelow(1.5)))
}

/// In MB.
struct Memory {
    records: f64,
    logs: f64,
}

async fn resting(setup: &Setup, empty: &Setup) -> Result<(Memory, Vec<(f64, f64)>)> {
    let before = used_memory().await?;
    let ledger = ledger(setup)?;
    for from in (0..MANY).step_by(AT_ONCE as usize) {
        fill(&ledger, from..from + AT_ONCE).await?;
        let stores = ledger.take(AT_ONCE as usize, LEASE).await?;
        try_join_all(stores.iter().map(|store| settle(&ledger, store, REPORTS))).await?;
    }
    // Nobody reads them here; in operation the notifiers have and the retention forgets them.
    forget_events(setup).await?;
    let bare = self::ledger(empty)?;
    let mut sweeps = Vec::with_capacity(SWEEPS);
    for _ in 0..SWEEPS {
        sweeps.push((one_sweep(&ledger).await?, one_sweep(&bare).await?));
    }
    println!("{:<20} {:>10.2} us", "sweep, median", median(sweeps.iter().map(|s| s.0)));
    let all = used_memory().await? - before;
    forget_logs(setup).await?;
    let records = used_memory().await? - before;
    Ok((Memory { records: records / 1e6, logs: (all - records) / 1e6 }, sweeps))
}

/// Fills a ledger with stores at rest. The oldest `queued` of them are left in line.
pub(crate) async fn rest(setup: &Setup, stores: u64, queued: u64) -> Result<()> {
    let ledger = ledger(setup)?;
    fill(&ledger, 0..queued).await?;
    // Taken out of the line and never claimed: they stay in their phase.
    ledger.take(usize::try_from(queued)?, LEASE).await?;
    for from in (queued..stores).step_by(AT_ONCE as usize) {
        fill(&ledger, from..(from + AT_ONCE).min(stores)).await?;
        let taken = ledger.take(AT_ONCE as usize, LEASE).await?;
        try_join_all(taken.iter().map(|store| settle(&ledger, store, REPORTS))).await?;
    }
    Ok(())
}

/// Microseconds.
async fn one_sweep(ledger: &Ledger) -> Result<f64> {
    let began = Instant::now();
    ensure!(ledger.sweep().await?.is_empty(), "nothing is due");
    Ok(began.elapsed().as_secs_f64() * 1e6)
}

async fn forget_events(setup: &Setup) -> Result<()> {
    let events = format!("{{{}}}:events", setup.prefix);
    Ok(redis::cmd("DEL").arg(events).exec_async(&mut connection().await?).await?)
}

/// What the retention forgets in its time.
async fn forget_logs(setup: &Setup) -> Result<()> {
    let mut redis = connection().await?;
    let key = |name: String| format!("{{{}}}:{name}", setup.prefix);
    redis::cmd("DEL").arg(key("audit".to_owned())).exec_async(&mut redis).await?;
    for from in (0..MANY).step_by(AT_ONCE as usize) {
        let logs: Vec<_> = (from..from + AT_ONCE).map(|id| key(format!("log:{}", StoreId::from_bits(id)))).collect();
        let gone: u64 = redis::cmd("DEL").arg(logs).query_async(&mut redis).await?;
        ensure!(gone == AT_ONCE, "{gone} of {AT_ONCE} logs");
    }
    Ok(())
}

async fn used_memory() -> Result<f64> {
    let info: String = redis::cmd("INFO").arg("memory").query_async(&mut connection().await?).await?;
    let bytes = info.lines().find_map(|line| line.strip_prefix("used_memory:")).context("no used_memory")?;
    Ok(bytes.trim().parse()?)
}

async fn connection() -> Result<MultiplexedConnection> {
    Ok(redis::Client::open(variable("REDIS_URL")?)?.get_multiplexed_async_connection().await?)
}

async fn fill(ledger: &Ledger, ids: std::ops::Range<u64>) -> Result<()> {
    for chunk in ids.clone().step_by(AT_ONCE as usize) {
        let some = chunk..(chunk + AT_ONCE).min(ids.end);
        try_join_all(some.map(|id| create(ledger, id))).await?;
    }
    Ok(())
}

async fn create(ledger: &Ledger, id: u64) -> Result<()> {
    let record = new(id)?;
    let actor = Actor { id: record.spec.owner.clone(), role: Role::Member, org: None };
    let origin = Origin::default();
    let asker = Asker { actor: &actor, door: Door::Api, origin: &origin, at: record.spec.created_at };
    let audit = asker.entry(CommandKind::Create, &record.id, &record.spec.name);
    let request = CreateRequest {
        record: &record,
        keep: None,
        reply: None,
        audit: &audit,
        allowance: Allowance { owner: Quota { stores: 1_000_000, ..Quota::default() }, ..Allowance::default() },
        moment: None,
        follower: None,
        approval: None,
        capacity: Quota::default(),
    };
    ensure!(ledger.create(request).await?.is_ok(), "refused");
    Ok(())
}

fn new(id: u64) -> Result<Record> {
    let name = format!("shop-{id:06}");
    let spec = Spec {
        name: StoreName::parse(&name)?,
        engine: ENGINE,
        plan: Plan::Small,
        title: format!("Shop number {id}"),
        currency: None,
        country: None,
        // Ten stores each, as people have.
        owner: ActorId::new(format!("discord:{}", 100_000_000_000_000_000 + id / 10)),
        cell: "main".to_owned(),
        host: format!("{name}.stores.example.com"),
        url: format!("https://{name}.stores.example.com"),
        created_at: Timestamp::now(),
        expires_at: None,
        org: None,
        size: Size { cpu_millis: 500, memory_mib: 1024, disk_mib: 5120 },
    };
    let desired = Desired::new(1, Want::Present, Task::Install);
    Ok(Record {
        id: StoreId::from_bits(id),
        spec,
        desired,
        observed: Observed::default(),
        version: 1,
        trail: Default::default(),
    })
}

/// As a worker leaves it: a minute from the first step to the last, and the mark of two workloads.
fn ready() -> Observed {
    let now = Timestamp::now();
    let at = |seconds| now.saturating_add(Duration::from_secs(seconds)).unwrap_or(now);
    let mut observed =
        Observed { phase: Phase::Ready, begun_at: Some(now), ready_at: Some(at(60)), ..Observed::fresh(1) };
    for (step, begun) in StepName::ALL.into_iter().zip([0, 1, 5, 5, 40]) {
        observed.set_step(step, StepState::Running, at(begun));
        observed.set_step(step, StepState::Done, at(begun + 20));
    }
    observed.rest = Some("database:1:0f8fad5b:1 shop:1:7c9e6679:1".to_owned());
    observed.release = Some(Release { revision: 1, chart: format!("{ENGINE}-0.1.0") });
    let total = "23.00 EUR".to_owned();
    observed.proof = Some(Proof { order: "37".to_owned(), total, placed_at: now, seconds: Some(1.4) });
    observed
}
