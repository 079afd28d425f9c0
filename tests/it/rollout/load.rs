//! Those who ask while processes are replaced. Each does one thing after the other until told to stop, counts what
//! it has done, and fails at the first answer that is no good one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::harness::environment::PATIENCE;
use crate::harness::secrets::note;
use crate::harness::{Stream, Test, until};

/// Whoever asks, by number.
const ACTORS: usize = 5;
/// How it is told that somebody who asked got no answer at all.
pub(super) const LOST: &str = "a request was lost";
/// One command in so many makes a store; the others verify one.
const CREATES: u64 = 4;

#[derive(Default)]
pub(super) struct Load {
    stop: CancellationToken,
    done: [AtomicU64; ACTORS],
    /// What was asked of each store, and accepted.
    commands: Mutex<std::collections::BTreeMap<String, usize>>,
}

impl Load {
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    fn goes_on(&self) -> bool {
        !self.stop.is_cancelled()
    }

    fn did(&self, actor: usize) {
        self.done[actor].fetch_add(1, Ordering::Relaxed);
    }

    fn accepted(&self, store: &str) -> Result<()> {
        *self.commands.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.entry(store.to_owned()).or_default() += 1;
        Ok(())
    }

    pub(super) fn commands(&self) -> std::collections::BTreeMap<String, usize> {
        self.commands.lock().map(|all| all.clone()).unwrap_or_default()
    }

    /// Waits until everybody has done something more.
    pub(super) async fn everybody_goes_on(&self) -> Result<()> {
        let count = || self.done.each_ref().map(|done| done.load(Ordering::Relaxed));
        let before = count();
        until("everybody has done something", || async {
            Ok(count().iter().zip(before).all(|(now, then)| *now > then).then_some(()))
        })
        .await
        .with_context(|| format!("{before:?} {:?}", count()))
    }

    /// Makes stores and verifies them through the API.
    pub(super) async fn api(&self, t: &Test, who: &str) -> Result<()> {
        let mut name = String::new();
        for turn in 0.. {
            if !self.goes_on() {
                break;
            }
            let answer = if turn % CREATES == 0 {
                name = format!("{who}-{turn}");
                t.api(who).create(&json!({ "name": name, "engine": "medusa" })).await?
            } else {
                t.api(who).ask("verify", &name).await?
            };
            let status = answer.status();
            ensure!(status == 202, "{status}: {}", answer.text().await?);
            self.accepted(&name)?;
            until(&format!("{name} is ready"), || async {
                let answer = t.api(who).get(&format!("/v1/stores/{name}")).await?;
                ensure!(answer.status() == 200, "{}", answer.status());
                Ok((answer.json::<Value>().await?["phase"] == "ready").then_some(()))
            })
            .await?;
            self.did(usize::from(who == "bob"));
        }
        Ok(())
    }

    /// The same by signed deliveries.
    pub(super) async fn deliveries(&self, t: &Test) -> Result<()> {
        let mut name = String::new();
        for turn in 0.. {
            if !self.goes_on() {
                break;
            }
            let kind = if turn % CREATES == 0 { "store.create" } else { "store.verify" };
            if turn % CREATES == 0 {
                name = format!("hook-{turn}");
            }
            let data = json!({ "name": name, "engine": "medusa" });
            let data = if kind == "store.create" { data } else { json!({ "name": name }) };
            let answer = t.webhook().event(&format!("msg_{turn}"), kind, &data).await?;
            let status = answer.status();
            ensure!(status == 202, "{status}: {}", answer.text().await?);
            self.accepted(&name)?;
            t.until_phase(&name, "ready").await?;
            self.did(2);
        }
        Ok(())
    }

    /// The same on Discord, where an interaction that is not answered is an error.
    pub(super) async fn discord(&self, t: &Test) -> Result<()> {
        let eve = t.person("eve");
        let made = eve.slash("/store create name:discord engine:medusa").await?;
        self.accepted("discord")?;
        made.wait_message(|m| m.content().contains("**discord** is ready"), PATIENCE).await?;
        while self.goes_on() {
            let listed = eve.slash("/store list").await?.message().context("no list")?;
            ensure!(listed.content().contains("discord"), "{}", listed.content());
            self.did(3);
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Lists stores over one connection for as long as it is kept.
    pub(super) async fn lists(&self, t: &Test) -> Result<()> {
        let token = storebot::app::mint_token(&t.config, "root", "admin", "1h")?;
        note("a bearer token", &token);
        let client = reqwest::Client::builder().pool_max_idle_per_host(1).build()?;
        while self.goes_on() {
            let answer = client.get(format!("{}/v1/stores", t.url)).bearer_auth(&token).send().await?;
            ensure!(answer.status() == 200, "{}", answer.status());
            ensure!(answer.json::<Value>().await?["items"].is_array());
            self.did(4);
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Asks over and over, each time over a connection of its own.
    pub(super) async fn questions(&self, t: &Test) -> Result<()> {
        while self.goes_on() {
            let answer = t.http.get(format!("{}/health/live", t.url)).send().await.context(LOST)?;
            ensure!(answer.status() == 200, "{}", answer.status());
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Follows a store to the end of the test, wherever the stream goes on; gives what it heard, and at how many
    /// streams.
    pub(super) async fn follow(&self, t: &Test, owner: &str, name: &str) -> Result<(Vec<Value>, usize)> {
        let api = t.api(owner);
        until(&format!("{name} is there"), || async {
            Ok((api.get(&format!("/v1/stores/{name}")).await?.status() == 200).then_some(()))
        })
        .await?;
        let (mut heard, mut streams, mut last) = (Vec::new(), 0, None::<String>);
        // The last event that there will be: everybody has stopped asking, and nothing is under way.
        let whole = async {
            self.stop.cancelled().await;
            t.until_idle().await?;
            kept(t, owner, name).await
        };
        tokio::pin!(whole);
        let mut end: Option<Vec<Value>> = None;
        while end.as_ref().is_none_or(|end| heard.len() < end.len()) {
            let mut stream = Stream::of(api.follow_at(&t.url, name, last.as_deref()).await?)?;
            streams += 1;
            while end.as_ref().is_none_or(|end| heard.len() < end.len()) {
                tokio::select! {
                    kept = &mut whole, if end.is_none() => end = Some(kept?),
                    told = stream.next() => match told? {
                        Some(told) => {
                            last = Some(told.id.clone());
                            heard.push(told.data);
                        }
                        None => break,
                    },
                }
            }
        }
        let end = end.context("no end")?;
        ensure!(heard == end, "heard {heard:?}, kept {end:?}");
        Ok((heard, streams))
    }
}

/// What happened to a store, as it can be read.
pub(super) async fn kept(t: &Test, owner: &str, name: &str) -> Result<Vec<Value>> {
    let path = format!("/v1/stores/{name}/events?limit=200");
    let page: Value = t.api_as(owner, "admin").get(&path).await?.error_for_status()?.json().await?;
    Ok(page["items"].as_array().context("no items")?.clone())
}
