//! Stores one after another on an idle storebot, in turns with Helm by hand.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::bot::{Process, Setup};
use crate::cluster::{PATIENCE, TestCluster};
use crate::floor::{BareHelm, ENGINE};
use crate::report::{Figure, Goal, Report, median};

const STORES: usize = 12;
/// How often a store is asked after: the resolution of `create_simulated`.
const ASK: Duration = Duration::from_millis(10);

/// `dispatch`, `create_simulated`.
pub(crate) async fn one_by_one(report: &mut Report) -> Result<()> {
    let setup = Setup::new("stores", None)?;
    let cluster = TestCluster::connect(&setup).await?;
    let (pairs, dispatches) = cluster.tidy(&setup, creating(&setup, &cluster)).await?;
    report.add("dispatch", &Figure::plain(median(dispatches.into_iter()), "ms", Goal::ValueBelow(20.0)))?;
    report.add("create_simulated", &Figure::paired(&pairs, "s", Goal::RatioBelow(1.25)))
}

/// Seconds (ours, by hand) and milliseconds to dispatch.
async fn creating(setup: &Setup, cluster: &TestCluster) -> Result<(Vec<(f64, f64)>, Vec<f64>)> {
    let ours = setup.start("all").await?;
    let (client, helm) = (Client::new(setup, &ours)?, BareHelm::new(setup));
    let (mut pairs, mut dispatches) = (Vec::new(), Vec::new());
    for turn in 0..=STORES {
        let began = Instant::now();
        let store = client.create(&format!("ours-{turn}")).await?;
        let store = client.until_ready(&store).await?;
        let took = began.elapsed().as_secs_f64();
        let bare = by_hand(setup, cluster, &helm, &format!("bare-{turn}")).await?;
        // The first pair fills caches on both sides.
        if turn > 0 {
            pairs.push((took, bare));
            dispatches.push(dispatch_ms(&store)?);
        }
    }
    ours.stop().await?;
    Ok((pairs, dispatches))
}

/// Helm into a prepared namespace, until it has ended and the shop's pods and Jobs are done.
async fn by_hand(setup: &Setup, cluster: &TestCluster, helm: &BareHelm, name: &str) -> Result<f64> {
    let record = cluster.prepare(setup, name).await?;
    let began = Instant::now();
    helm.install(&record).await?;
    cluster.until_done(&record.id.namespace()).await?;
    Ok(began.elapsed().as_secs_f64())
}

/// From admission to the start of Helm.
fn dispatch_ms(store: &Value) -> Result<f64> {
    let time = |value: &Value| -> Result<Timestamp> { Ok(value.as_str().context("no time")?.parse()?) };
    let steps = store["steps"].as_array().context("no steps")?;
    let release = steps.iter().find(|s| s["name"] == "release").context("no step `release`")?;
    let waited = time(&release["started_at"])?.duration_since(time(&store["created_at"])?);
    Ok(waited.as_secs_f64() * 1000.0)
}

/// A client of the API.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    pub(crate) fn new(setup: &Setup, process: &Process) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, url: process.url(), token: setup.token("bench")? })
    }

    pub(crate) async fn create(&self, name: &str) -> Result<Value> {
        let request = self.http.post(format!("{}/v1/stores", self.url)).bearer_auth(&self.token);
        let answer = request.json(&json!({ "name": name, "engine": ENGINE.as_str() })).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    async fn until_ready(&self, store: &Value) -> Result<Value> {
        let url = format!("{}/v1/stores/{}", self.url, store["id"].as_str().context("no id")?);
        let began = Instant::now();
        loop {
            let answer = self.http.get(&url).bearer_auth(&self.token).send().await?;
            let store: Value = answer.error_for_status()?.json().await?;
            if store["phase"] == "ready" {
                return Ok(store);
            }
            ensure!(store["phase"] != "failed" && began.elapsed() < PATIENCE, "it does not get ready: {store}");
            tokio::time::sleep(ASK).await;
        }
    }
}
