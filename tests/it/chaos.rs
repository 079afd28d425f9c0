//! `make chaos`: many actors at all doors while everything is killed and cut at random; then everything
//! heals, and what was accepted must have come to its end, once.
//!
//! ```text
//! plan ─> actors ─> doors ─> proxies ─> storebot (2 × serve, 3 × work) ─> proxies ─> Redis, API server, Discord
//!           │                  ^ faults ──────────^──────────────────────────^───────────^
//!           └─> model ─┬─> verdict ─> report
//!     gather ─> world ─┘
//! ```
//!
//! A seed decides what is asked and what is broken when. It does not decide what happens: processes and
//! networks run as they like, so the same seed makes the same trouble and not the same race.

mod actors;
mod doors;
mod faults;
mod fleet;
mod gather;
mod ground;
mod model;
mod plan;
mod receiver;
mod recovery;
mod report;
mod verdict;
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};

use actors::Stage;
use doors::Doors;
use faults::Act;
use fleet::Fleet;
use ground::{Ground, Machines};
use plan::Plan;
use report::Report;
use verdict::judge;

/// Part of the time in which things are broken; the rest is for starting and healing.
const STORM: f64 = 0.5;
/// What starting and the greedy take of the time.
const AROUND: Duration = Duration::from_secs(60);
/// Wishes in each second of the rest, so that two cores can heal in time: 300 in ten minutes.
const RATE: f64 = 5.0 / 9.0;
/// How long healing may take beyond the time that was given, on a machine that has other things to do.
const GRACE: Duration = Duration::from_secs(120);

struct Settings {
    seed: u64,
    time: Duration,
    stores: usize,
}

impl Settings {
    fn read() -> Result<Self> {
        let number = |name: &str| match std::env::var(name).ok().filter(|text| !text.is_empty()) {
            Some(text) => text.parse::<u64>().map(Some).with_context(|| format!("{name} is no number: {text:?}")),
            None => Ok(None),
        };
        let seed = number("CHAOS_SEED")?.unwrap_or_else(|| u64::from(rand::random::<u32>()));
        let time = Duration::from_secs(number("CHAOS_SECONDS")?.unwrap_or(600));
        let usual = (time.saturating_sub(AROUND).as_secs_f64() * RATE) as u64;
        let stores = usize::try_from(number("CHAOS_STORES")?.unwrap_or(usual))?;
        Ok(Self { seed, time, stores })
    }

    fn storm(&self) -> Duration {
        self.time.mul_f64(STORM)
    }
}

#[tokio::test]
#[ignore = "minutes of chaos: make chaos"]
async fn what_is_accepted_ends_once_whatever_breaks() {
    let settings = Settings::read().unwrap();
    println!(
        "chaos: seed {}, {} s; again with make chaos SEED={}",
        settings.seed,
        settings.time.as_secs(),
        settings.seed
    );
    if let Err(error) = run(&settings).await {
        panic!("chaos with seed {}: {error:#}", settings.seed);
    }
}

async fn run(settings: &Settings) -> Result<()> {
    let started = Instant::now();
    let (seed, storm) = (settings.seed, settings.storm());
    let plan = Plan::new(seed, settings.stores, storm);
    let (ground, mut machines) = Ground::start(&plan, seed).await?;
    let mut fleet = Fleet::start(&ground, seed).await?;
    let begun = until_served(&ground, &fleet).await?;
    println!("chaos: the storm begins after {:.0} s: {} wishes", started.elapsed().as_secs_f64(), plan.lines.len());
    let stage = Stage {
        doors: Doors::new(fleet.doors(), &ground.discord, &ground.config)?,
        receiver: &ground.receiver,
        begun,
        closes: started + settings.time,
        seed,
    };
    let acts = faults::faults(seed, storm, fleet::ROLES);
    let (heard, weather) = tokio::join!(stage.play(&plan.lines), rage(&acts, begun, &mut fleet, &mut machines));
    let kills = weather?;
    let calm = begun + storm;
    println!("chaos: {} commands are answered, {:.0} s after the storm", heard.len(), calm.elapsed().as_secs_f64());
    let idle = until_idle(&ground, started + settings.time + GRACE).await;
    let healed = calm.elapsed();
    let mut left = fleet.stop().await;
    left.extend(fleet::strays(&ground));
    let world = gather::gather(&ground, &stage.doors, left).await?;
    let wrongs = judge(&heard, &world);
    let logs = report::logs(&ground.folder)?;
    let report = Report {
        seed,
        heard: &heard,
        world: &world,
        wrongs: &wrongs,
        faults: count(&acts),
        hits: fleet.hits(),
        took: started.elapsed(),
        healed,
        recoveries: recovery::recoveries(&logs, &kills),
    };
    let text = serde_json::to_string_pretty(&report.json())?;
    std::fs::write(ground.folder.with_extension("json"), format!("{text}\n"))?;
    println!("{text}");
    machines.stop().await;
    ensure!(wrongs.is_empty(), report.complaint(&ground.folder, &logs)?);
    crate::harness::discord::was_content(&ground.discord)?;
    idle
}

/// Waits until every replica answers and Discord knows the commands; then the storm may begin.
async fn until_served(ground: &Ground, fleet: &Fleet) -> Result<Instant> {
    storebot::app::register_commands(&ground.config, None, false).await?;
    for door in fleet.doors() {
        crate::harness::environment::until("a replica is ready", || async {
            let answer = reqwest::get(format!("http://{door}/health/ready")).await;
            Ok(answer.is_ok_and(|answer| answer.status().is_success()).then_some(()))
        })
        .await?;
    }
    Ok(Instant::now())
}

/// Breaks everything at its time, then heals everything. Returns when which process was killed.
async fn rage(
    acts: &[(Duration, Act)],
    begun: Instant,
    fleet: &mut Fleet,
    machines: &mut Machines,
) -> Result<Vec<(Timestamp, String)>> {
    let mut kills = Vec::new();
    for (at, act) in acts {
        sleep_until(begun + *at).await;
        fleet.act(*act).await?;
        machines.act(*act).await?;
        if let Act::Kill(member) = act {
            kills.push((Timestamp::now(), fleet.name(*member).to_owned()));
        }
    }
    fleet.heal().await?;
    machines.until_well().await?;
    Ok(kills)
}

/// Waits until nothing is under way.
async fn until_idle(ground: &Ground, until: Instant) -> Result<()> {
    loop {
        let depth = ground.ledger.depth().await?;
        if depth.is_idle() {
            return Ok(());
        }
        ensure!(Instant::now() < until, "it does not come to rest: {depth:?}");
        sleep(Duration::from_millis(200)).await;
    }
}

fn count(acts: &[(Duration, Act)]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for kind in acts.iter().filter_map(|(_, act)| act.kind()) {
        *counts.entry(kind).or_default() += 1;
    }
    counts
}
