//! What one store costs a cluster and a worker: objects and bytes in etcd, requests to the API server, memory of the
//! worker that watches it. The figures behind `docs/sizing.md`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use storebot::domain::record::Phase;
use storebot::ledger::Ledger;

use crate::bot::Setup;
use crate::burst::how_many;
use crate::cluster::{PATIENCE, TestCluster};
use crate::floor::ENGINE;
use crate::report::{Figure, Goal, Report};
use crate::stores::Client;

const STORES: u32 = 200;
const REQUESTS: usize = 50;
const ASK: Duration = Duration::from_millis(100);
/// The API server counts its objects every half a minute.
const COUNTED: Duration = Duration::from_secs(65);
/// Until a worker has listed everything and its memory stands still.
const SETTLED: Duration = Duration::from_secs(10);

/// What the API server says of itself.
#[derive(Debug, Default)]
struct Numbers {
    requests: f64,
    bytes: f64,
    objects: BTreeMap<String, f64>,
}

/// `api_requests`, `etcd_objects`, `etcd_store`, `watch_store`.
pub(crate) async fn stores(report: &mut Report) -> Result<()> {
    let setup = Setup::new("footprint", None)?;
    let cluster = TestCluster::connect(&setup).await?;
    cluster.tidy(&setup, measure(report, &setup, &cluster)).await
}

async fn measure(report: &mut Report, setup: &Setup, cluster: &TestCluster) -> Result<()> {
    let stores = how_many(STORES)?;
    let each = |whole: f64| whole / f64::from(stores);
    tokio::time::sleep(COUNTED).await;
    let before = numbers(cluster).await?;
    let empty = at_rest(setup).await?;
    let asked = numbers(cluster).await?;
    create(setup, stores).await?;
    let made = numbers(cluster).await?;
    tokio::time::sleep(COUNTED).await;
    let after = numbers(cluster).await?;
    let full = at_rest(setup).await?;
    let more = |name: &String| after.objects[name] - before.objects.get(name).copied().unwrap_or(0.0);
    let mut kinds: Vec<(f64, &String)> = after.objects.keys().map(|name| (each(more(name)), name)).collect();
    kinds.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (count, kind) in kinds.iter().filter(|(count, _)| *count >= 0.5) {
        println!("    {count:>6.1} {kind} for each store");
    }
    let objects: f64 = kinds.iter().map(|(count, _)| count).sum();
    report.add(
        "api_requests",
        &Figure::plain(each(made.requests - asked.requests), "requests", Goal::ValueBelow(200.0)),
    )?;
    report.add("etcd_objects", &Figure::plain(objects, "objects", Goal::ValueBelow(60.0)))?;
    report.add("etcd_store", &Figure::plain(each(after.bytes - before.bytes) / 1e3, "kB", Goal::ValueBelow(500.0)))?;
    report.add("watch_store", &Figure::plain(each((full - empty) * 1024.0), "kB", Goal::ValueBelow(50.0)))
}

/// Memory of a worker that has nothing to do, in MB.
async fn at_rest(setup: &Setup) -> Result<f64> {
    let worker = setup.start("all").await?;
    tokio::time::sleep(SETTLED).await;
    let resident = worker.resident()?;
    println!("    {resident:>6.1} MB resident at rest");
    worker.stop().await?;
    Ok(resident)
}

async fn create(setup: &Setup, stores: u32) -> Result<()> {
    let ours = setup.start("all").await?;
    let client = Client::new(setup, &ours)?;
    let ledger = Ledger::new(&setup.config.redis, &setup.config.retention)?;
    let names: Vec<String> = (0..stores).map(|n| format!("foot-{n}")).collect();
    let asked = stream::iter(names.iter().map(|name| client.create(name))).buffer_unordered(REQUESTS);
    asked.try_for_each(async |_| Ok(())).await?;
    let began = Instant::now();
    while ledger.counts().await?.get(&(Phase::Ready, ENGINE)) != Some(&u64::from(stores)) {
        ensure!(began.elapsed() < PATIENCE * (1 + stores / 200), "not all get ready");
        tokio::time::sleep(ASK).await;
    }
    println!("    {:>6.1} MB resident after {stores} stores", ours.resident()?);
    ours.stop().await
}

async fn numbers(cluster: &TestCluster) -> Result<Numbers> {
    let text = cluster.metrics().await?;
    let mut numbers = Numbers::default();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').context("no metric")?;
        let value = || value.parse::<f64>().context("no number");
        let (name, labels) = name.split_once('{').unwrap_or((name, ""));
        match name {
            "apiserver_request_total" => numbers.requests += value()?,
            "apiserver_storage_size_bytes" | "etcd_db_total_size_in_bytes" => numbers.bytes = value()?,
            // Its older name, `apiserver_storage_objects`, tells the same a second time.
            "apiserver_resource_objects" => {
                let kind =
                    labels.split("resource=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
                numbers.objects.insert(kind.to_owned(), value()?.max(0.0));
            }
            _ => {}
        }
    }
    ensure!(numbers.requests > 0.0 && !numbers.objects.is_empty(), "the API server tells no numbers");
    Ok(numbers)
}
