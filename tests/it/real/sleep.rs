//! A shop that sleeps and wakes up: nothing of it runs, everything is there again, and how soon.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use url::Url;

use super::shop::Shop;
use crate::harness::Test;
use crate::harness::environment::until_within;

const PATIENCE: Duration = Duration::from_secs(180);
/// A visitor who keeps asking.
const AGAIN: Duration = Duration::from_millis(50);

/// From the command, in seconds.
pub(super) struct Woken {
    /// To the first page that a visitor gets.
    pub(super) page: f64,
    /// To the test order.
    pub(super) proof: f64,
}

/// Puts a shop to sleep and wakes it.
pub(super) async fn sleeps_and_wakes(t: &Test, shop: &Shop) -> Result<(Shop, Woken)> {
    let visitor = Visitor::new(shop)?;
    ensure!(visitor.sees_a_page().await, "there is no shop to begin with");
    t.api_as("root", "admin").ask("sleep", &shop.name).await?.error_for_status()?;
    until_within(PATIENCE, "it sleeps", || async {
        Ok((t.store("watcher", &shop.name).await?["phase"] == "asleep").then_some(()))
    })
    .await?;
    for component in ["shop", "database", "cache"] {
        ensure!(t.cluster.pods(&shop.namespace, component).await?.is_empty(), "{component} runs in a sleeping shop");
    }
    ensure!(!visitor.sees_a_page().await, "a sleeping shop shows a page");

    let begun = Instant::now();
    t.api_as("root", "admin").ask("wake", &shop.name).await?.error_for_status()?;
    let page = tokio::time::timeout(PATIENCE, visitor.first_page(begun)).await.context("no page came")?;
    let woken = Shop::proven_after(t, &shop.name, shop.engine, &shop.proof).await?;
    Ok((woken, Woken { page, proof: begun.elapsed().as_secs_f64() }))
}

struct Visitor {
    client: reqwest::Client,
    url: Url,
}

impl Visitor {
    /// Names below `localhost` are this machine, whatever its resolver knows.
    fn new(shop: &Shop) -> Result<Self> {
        let url: Url = shop.url.parse()?;
        let host = url.host_str().context("no host")?;
        let port = url.port_or_known_default().context("no port")?;
        let client = reqwest::Client::builder().resolve(host, ([127, 0, 0, 1], port).into()).build()?;
        Ok(Self { client, url })
    }

    async fn sees_a_page(&self) -> bool {
        let answer = self.client.get(self.url.clone()).timeout(PATIENCE).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn first_page(&self, since: Instant) -> f64 {
        while !self.sees_a_page().await {
            tokio::time::sleep(AGAIN).await;
        }
        since.elapsed().as_secs_f64()
    }
}
