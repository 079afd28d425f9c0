//! A hundred stores at once, against a hundred by hand.

use std::time::Instant;

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use storebot::domain::record::Phase;
use storebot::ledger::Ledger;
use tokio::sync::Semaphore;

use crate::bot::Setup;
use crate::cluster::{PATIENCE, TestCluster};
use crate::floor::{BareHelm, ENGINE};
use crate::report::{Figure, Goal, Report};
use crate::stores::Client;

const STORES: u32 = 100;
/// Helm processes at once, by hand as in storebot's default.
const AT_ONCE: usize = 4;
/// How often it is asked how many are ready.
const ASK: std::time::Duration = std::time::Duration::from_millis(20);

/// `burst_100`: stores a minute, from the first request until all are ready.
pub(crate) async fn hundred(report: &mut Report) -> Result<()> {
    let setup = Setup::new("hand", None)?;
    let cluster = TestCluster::connect(&setup).await?;
    let floor = cluster.tidy(&setup, by_hand(&setup, &cluster)).await?;
    let setup = Setup::new("burst", None)?;
    let cluster = TestCluster::connect(&setup).await?;
    let ours = cluster.tidy(&setup, by_storebot(&setup)).await?;
    report.add("burst_100", &Figure::paired(&[(ours, floor)], "stores/min", Goal::RatioAtLeast(0.8)))
}

async fn by_storebot(setup: &Setup) -> Result<f64> {
    let ours = setup.start("all").await?;
    let client = Client::new(setup, &ours)?;
    let ledger = Ledger::new(&setup.config.redis, &setup.config.retention)?;
    let names: Vec<String> = (0..STORES).map(|n| format!("burst-{n}")).collect();
    let began = Instant::now();
    try_join_all(names.iter().map(|name| client.create(name))).await?;
    loop {
        let counts = ledger.counts().await?;
        if counts.get(&(Phase::Ready, ENGINE)) == Some(&u64::from(STORES)) {
            break;
        }
        ensure!(began.elapsed() < PATIENCE, "not all get ready: {counts:?}");
        tokio::time::sleep(ASK).await;
    }
    let per_minute = per_minute(began);
    ours.stop().await?;
    Ok(per_minute)
}

async fn by_hand(setup: &Setup, cluster: &TestCluster) -> Result<f64> {
    let helm = BareHelm::new(setup);
    let mut records = Vec::new();
    for n in 0..STORES {
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
    Ok(per_minute(began))
}

fn per_minute(began: Instant) -> f64 {
    f64::from(STORES) * 60.0 / began.elapsed().as_secs_f64()
}
