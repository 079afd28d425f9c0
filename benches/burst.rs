//! Many stores at once, against as many by hand.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use storebot::domain::record::Phase;
use storebot::ledger::Ledger;
use tokio::sync::Semaphore;

use crate::bot::Setup;
use crate::cluster::{PATIENCE, TestCluster};
use crate::floor::{BareHelm, ENGINE};
use crate::report::{Figure, Goal, Report};
use crate::stores::Client;

const HUNDRED: u32 = 100;
const THOUSAND: u32 = 1000;
/// Says how many stores instead of a thousand.
const VARIABLE: &str = "BENCH_STORES";
/// Requests at once while all are asked for: more would only wait in line for a connection.
const REQUESTS: usize = 100;
/// Helm processes at once, by hand as in storebot's default.
const AT_ONCE: usize = 4;
/// How often it is asked how many are ready.
const ASK: std::time::Duration = std::time::Duration::from_millis(20);

/// `burst_100`: stores a minute, from the first request until all are ready.
pub(crate) async fn hundred(report: &mut Report) -> Result<()> {
    let (ours, floor) = measure(HUNDRED).await?;
    report.add("burst_100", &Figure::paired(&[(ours, floor)], "stores/min", Goal::RatioAtLeast(0.8)))
}

/// `thousand_stores`: the same of a thousand.
pub(crate) async fn thousand(report: &mut Report) -> Result<()> {
    let (ours, floor) = measure(how_many(THOUSAND)?).await?;
    report.add("thousand_stores", &Figure::paired(&[(ours, floor)], "stores/min", Goal::RatioAtLeast(0.8)))
}

/// What [`VARIABLE`] says.
pub(crate) fn how_many(otherwise: u32) -> Result<u32> {
    std::env::var(VARIABLE).map_or(Ok(otherwise), |text| text.parse().context(VARIABLE))
}

/// Stores a minute: ours, by hand.
async fn measure(stores: u32) -> Result<(f64, f64)> {
    let setup = Setup::new("hand", None)?;
    let cluster = TestCluster::connect(&setup).await?;
    let floor = cluster.tidy(&setup, by_hand(&setup, &cluster, stores)).await?;
    let setup = Setup::new("burst", None)?;
    let cluster = TestCluster::connect(&setup).await?;
    let ours = cluster.tidy(&setup, by_storebot(&setup, stores)).await?;
    Ok((ours, floor))
}

async fn by_storebot(setup: &Setup, stores: u32) -> Result<f64> {
    let ours = setup.start("all").await?;
    let client = Client::new(setup, &ours)?;
    let ledger = Ledger::new(&setup.config.redis, &setup.config.retention)?;
    let names: Vec<String> = (0..stores).map(|n| format!("burst-{n}")).collect();
    let began = Instant::now();
    let asked = stream::iter(names.iter().map(|name| client.create(name))).buffer_unordered(REQUESTS);
    asked.try_for_each(async |_| Ok(())).await?;
    loop {
        let counts = ledger.counts().await?;
        if counts.get(&(Phase::Ready, ENGINE)) == Some(&u64::from(stores)) {
            break;
        }
        ensure!(began.elapsed() < PATIENCE * (1 + stores / 200), "not all get ready: {counts:?}");
        tokio::time::sleep(ASK).await;
    }
    let per_minute = per_minute(stores, began);
    ours.stop().await?;
    Ok(per_minute)
}

async fn by_hand(setup: &Setup, cluster: &TestCluster, stores: u32) -> Result<f64> {
    let helm = BareHelm::new(setup);
    let mut records = Vec::new();
    for n in 0..stores {
        records.push(cluster.prepare(setup, &format!("hand-{n}")).await?);
    }
    let room = Semaphore::new(AT_ONCE);
    let began = Instant::now();
    try_join_all(records.iter().map(async |record| {
        let permit = room.acquire().await?;
        helm.install(record).await?;
        drop(permit);
        cluster.until_done(&record.id.namespace()).await
    }))
    .await?;
    Ok(per_minute(stores, began))
}

fn per_minute(stores: u32, began: Instant) -> f64 {
    f64::from(stores) * 60.0 / began.elapsed().as_secs_f64()
}
