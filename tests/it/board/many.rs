//! Ten thousand stores: the list stays small, and can be filtered and paged through.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures::future::try_join_all;
use jiff::Timestamp;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE};
use serde_json::json;
use storebot::domain::actor::{Actor, ActorId, Door, Role};
use storebot::domain::audit::{Asker, Origin};
use storebot::domain::command::CommandKind;
use storebot::domain::engine::Engine;
use storebot::domain::event::EventKind;
use storebot::domain::plan::Plan;
use storebot::domain::quota::{Quota, Size};
use storebot::domain::record::{Desired, Observed, Phase, Record, Spec, Task, Want};
use storebot::domain::store::{StoreId, StoreName};
use storebot::ledger::{Allowance, Claimed, CreateRequest, Ending, Report};

use super::{Hand, sign_in};
use crate::harness::page::{Page, Screen};
use crate::harness::{Test, TestBot, run_test};

const STORES: u64 = 10_000;
/// The oldest ones, which a filter has to look for longest.
const FAILED: u64 = 7;
const AT_ONCE: u64 = 100;
/// Bytes that the first page may take on its way.
const SMALL: usize = 50_000;
const LEASE: Duration = Duration::from_secs(60);

fn engine(id: u64) -> Engine {
    if id.is_multiple_of(3) { Engine::Woocommerce } else { Engine::Medusa }
}

fn record(cell: &str, id: u64) -> Result<Record> {
    let name = format!("shop-{id:05}");
    let host = format!("{name}.shops.example.com");
    let spec = Spec {
        name: StoreName::parse(&name)?,
        engine: engine(id),
        plan: Plan::Small,
        title: format!("The shop with the number {id}"),
        currency: None,
        country: None,
        owner: ActorId::new(format!("discord:{}", 100_000_000_000_000_000 + id / 10)),
        cell: cell.to_owned(),
        url: format!("https://{host}"),
        host,
        created_at: Timestamp::from_second(1_790_000_000 + i64::try_from(id)?)?,
        expires_at: None,
        org: None,
        size: Size { cpu_millis: 500, memory_mib: 1024, disk_mib: 5120 },
    };
    let (desired, observed) = (Desired::new(1, Want::Present, Task::Install), Observed::default());
    Ok(Record { id: StoreId::from_bits(id), spec, desired, observed, version: 1, trail: Default::default() })
}

async fn create(t: &Test, id: u64) -> Result<()> {
    let record = record(&t.config.cells[0].name, id)?;
    let actor = Actor { id: record.spec.owner.clone(), role: Role::Member, org: None };
    let origin = Origin::default();
    let asker = Asker { actor: &actor, door: Door::Api, origin: &origin, at: record.spec.created_at };
    let request = CreateRequest {
        record: &record,
        keep: None,
        reply: None,
        audit: &asker.entry(CommandKind::Create, &record.id, &record.spec.name),
        allowance: Allowance { owner: Quota { stores: 100, ..Quota::default() }, ..Allowance::default() },
        moment: None,
        follower: None,
        approval: None,
        capacity: Quota::default(),
    };
    ensure!(t.ledger.create(request).await?.is_ok(), "refused");
    Ok(())
}

/// As a worker does it in the end.
async fn settle(t: &Test, store: &StoreId) -> Result<()> {
    let Claimed::Mine(claim) = t.ledger.claim(store, "filler", LEASE).await? else { bail!("{store} is held") };
    let number: u64 = claim.record.spec.name.as_str().trim_start_matches("shop-").parse()?;
    let (phase, kind) =
        if number < FAILED { (Phase::Failed, EventKind::Failed) } else { (Phase::Ready, EventKind::Ready) };
    let observed = Observed { phase, ready_at: Some(Timestamp::now()), ..Observed::fresh(1) };
    ensure!(t.ledger.report(&claim, Report { observed: &observed, kind }).await?.is_ok(), "lost");
    ensure!(t.ledger.finish(&claim, 1, &Ending::Settled).await?.is_ok(), "lost");
    Ok(())
}

/// Nobody works or tells of it meanwhile.
async fn fill(t: &Test) -> Result<()> {
    for from in (0..STORES).step_by(usize::try_from(AT_ONCE)?) {
        try_join_all((from..from + AT_ONCE).map(|id| create(t, id))).await?;
        let taken = t.ledger.take(usize::try_from(AT_ONCE)?, LEASE).await?;
        ensure!(taken.len() == usize::try_from(AT_ONCE)?, "only {} in line", taken.len());
        try_join_all(taken.iter().map(|store| settle(t, store))).await?;
    }
    Ok(())
}

/// Bytes of an answer as they come, packed.
async fn weigh(root: &Hand<'_>, t: &Test, path: &str, encoding: &str) -> Result<usize> {
    let request = root.http.get(format!("{}{path}", t.url)).header(COOKIE, &root.cookie);
    let answer = request.header(ACCEPT_ENCODING, encoding).send().await?.error_for_status()?;
    ensure!(answer.headers()[CONTENT_ENCODING] == encoding, "{:?}", answer.headers());
    Ok(answer.bytes().await?.len())
}

/// Names of the shops on the open page.
async fn names(page: &mut Page) -> Result<Vec<String>> {
    let found = page.evaluate("[...document.querySelectorAll('tbody th a')].map(one => one.innerText)").await?;
    Ok(serde_json::from_value(found)?)
}

#[tokio::test]
async fn ten_thousand_stores_are_looked_through() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        fill(t).await?;
        t.start_doors().await?;
        let root = Hand::sign_in(t, "root", "admin").await?;
        for encoding in ["gzip", "br"] {
            let bytes = weigh(&root, t, "/", encoding).await?;
            println!("the list of {STORES} stores: {bytes} bytes as {encoding}");
            ensure!(bytes < SMALL, "{bytes} bytes as {encoding}");
        }
        for path in ["/", "/?phase=failed", "/?engine=woocommerce", "/?phase=asleep"] {
            let began = Instant::now();
            let (status, _) = root.get(path).await?;
            println!("{path}: {status} after {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
        }
        let mut page = Page::start(&t.url, "many", Screen::default()).await?;
        sign_in(t, &mut page, "root", "admin").await?;
        look_through(&mut page).await?;
        // What happened here is told to nobody.
        t.stop_bot().await
    })
    .await;
}

async fn look_through(page: &mut Page) -> Result<()> {
    let first = names(page).await?;
    ensure!(first.first().context("no store")? == "shop-09999", "not the newest: {first:?}");
    page.look("first").await?;
    let mut seen: BTreeSet<String> = first.iter().cloned().collect();
    for _ in 0..3 {
        page.step(&json!({ "step": "click", "selector": ".more a:last-child" })).await?;
        page.gone(seen.last().context("no store")?).await?;
        let more = names(page).await?;
        ensure!(more.len() == first.len() && more.iter().all(|name| seen.insert(name.clone())), "twice: {more:?}");
    }
    page.look("fourth").await?;
    let newest: BTreeSet<String> = (9_800..10_000).map(|id| format!("shop-{id:05}")).collect();
    ensure!(seen == newest, "one was left out");

    // The oldest ones, behind all others.
    page.go("/?phase=failed").await?;
    let failed = names(page).await?;
    let oldest: Vec<String> = (0..FAILED).rev().map(|id| format!("shop-{id:05}")).collect();
    ensure!(failed == oldest, "{failed:?}");
    page.look("failed").await?;
    page.go("/?engine=woocommerce").await?;
    let woocommerce = names(page).await?;
    ensure!(woocommerce.first().is_some_and(|name| name == "shop-09999") && woocommerce.len() == first.len());
    page.go("/?phase=asleep").await?;
    page.see("No store is like that").await
}
