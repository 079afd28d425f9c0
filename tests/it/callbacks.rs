//! Receivers hear of a store's whole life, however badly they listen, and are never asked where they must not be.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use storebot::domain::webhook::{Clock, Secret, SignedHeaders, verify};

use crate::harness::environment::{redis_ask, redis_do};
use crate::harness::{Test, TestBot, WEBHOOK_SECRET, run_test, secrets, until};
use crate::life::{nobody_wanted_it_back, now_ms, put_end};

/// Of an endpoint that has one of its own.
const OWN_SECRET: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// Two endpoints: one hears of everything and is signed for with both secrets, one hears of sleep alone.
const ENDPOINTS: &str = "retries = ['100ms', '200ms']\n\
    [[callbacks.endpoints]]\nurl = 'RECEIVER?all'\n\
    secrets = ['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']\n\
    [[callbacks.endpoints]]\nurl = 'RECEIVER?sleep'\nevents = ['store.asleep']\n";

fn bot(leases: &str) -> TestBot {
    TestBot { extra: format!("[leases]\n{leases}\n"), ..TestBot::default() }
}

/// A store whose receiver is the test's own.
async fn make(t: &Test, name: &str) -> Result<()> {
    let data = json!({ "name": name, "engine": "medusa", "ttl": "3h", "callback_url": t.callbacks.url });
    t.webhook().create(&format!("msg_{name}"), &data).await?.error_for_status()?;
    t.until_phase(name, "ready").await?;
    Ok(())
}

async fn sleep(t: &Test, name: &str) -> Result<()> {
    t.api_as("root", "admin").ask("sleep", name).await?.error_for_status()?;
    t.until_phase(name, "asleep").await?;
    t.until_idle().await
}

/// What has come so far, from the first to the last, each in a word.
fn kinds(t: &Test) -> Vec<String> {
    t.callbacks.all().iter().map(|delivery| delivery.kind().replace("store.", "")).collect()
}

fn key(t: &Test, name: &str) -> String {
    format!("{{{}}}:{name}", t.config.redis.prefix)
}

#[tokio::test]
async fn a_receiver_hears_of_a_stores_whole_life_once_each() {
    run_test(bot("notices = ['2h', '1h']\nrestore = '1h'"), async |t| {
        make(t, "tea").await?;
        t.callbacks.wait(1).await?;
        let end = now_ms() + 5_400_000;
        put_end(t, "tea", end, end - 7_200_000).await?;
        t.callbacks.wait(2).await?;
        put_end(t, "tea", now_ms(), now_ms()).await?;
        t.callbacks.wait(3).await?;
        nobody_wanted_it_back(t, "tea").await?;
        t.until_phase("tea", "deleted").await?;
        t.until_idle().await?;
        ensure!(kinds(t) == ["ready", "expiring", "asleep", "deleted"], "{:?}", kinds(t));
        let all = t.callbacks.all();
        for delivery in &all {
            let headers =
                SignedHeaders { id: &delivery.id, timestamp: &delivery.timestamp, signatures: &delivery.signature };
            let clock = Clock { now: jiff::Timestamp::now().as_second(), tolerance: 60 };
            verify(&[Secret::parse(WEBHOOK_SECRET)?.into()], headers, &delivery.body, clock)?;
            ensure!(delivery.json()?["data"]["name"] == "tea", "{:?}", delivery.json()?);
        }
        let ids: std::collections::BTreeSet<&str> = all.iter().map(|delivery| delivery.id.as_str()).collect();
        ensure!(ids.len() == 4, "each has an id of its own: {ids:?}");
        let asleep = all[2].json()?;
        ensure!(asleep["data"]["deletes_at"].is_string(), "until when it can be had back: {asleep}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_follows_a_store_and_asks_for_one_end_hears_of_it_once() {
    run_test(TestBot::default(), async |t| {
        make(t, "tea").await?;
        t.until_idle().await?;
        let data = json!({ "name": "tea", "callback_url": t.callbacks.url });
        t.webhook().event("msg_verify", "store.verify", &data).await?.error_for_status()?;
        t.until_idle().await?;
        let elsewhere = json!({ "name": "tea", "callback_url": format!("{}?other", t.callbacks.url) });
        t.webhook().event("msg_again", "store.verify", &elsewhere).await?.error_for_status()?;
        t.until_idle().await?;
        let queries: Vec<String> = t.callbacks.all().into_iter().map(|delivery| delivery.query).collect();
        let other = queries.iter().filter(|query| *query == "other").count();
        ensure!(kinds(t).iter().all(|kind| kind == "ready") && queries.len() == 4 && other == 1, "{queries:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_is_called_no_more_for_this_store() {
    run_test(TestBot::default(), async |t| {
        t.callbacks.answer(&[410]);
        make(t, "tea").await?;
        t.until_idle().await?;
        sleep(t, "tea").await?;
        ensure!(kinds(t) == ["ready"], "{:?}", kinds(t));
        // Another store is another matter.
        make(t, "coffee").await?;
        sleep(t, "coffee").await?;
        ensure!(kinds(t) == ["ready", "ready", "asleep"], "{:?}", kinds(t));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_operators_endpoints_hear_of_all_stores() {
    secrets::note("the secret of an endpoint", OWN_SECRET);
    let bot = TestBot { callbacks: ENDPOINTS, ..TestBot::default() };
    run_test(bot, async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let delivery = t.callbacks.wait(1).await?.remove(0);
        ensure!(delivery.query == "all" && delivery.kind() == "store.ready", "{delivery:?}");
        for secret in [OWN_SECRET, WEBHOOK_SECRET] {
            let headers =
                SignedHeaders { id: &delivery.id, timestamp: &delivery.timestamp, signatures: &delivery.signature };
            let clock = Clock { now: jiff::Timestamp::now().as_second(), tolerance: 60 };
            verify(&[Secret::parse(secret)?.into()], headers, &delivery.body, clock)?;
        }
        t.until_idle().await?;
        sleep(t, "tea").await?;
        let heard = |t: &Test| -> Vec<String> {
            let all = t.callbacks.all();
            let mut heard: Vec<String> = all.iter().map(|d| format!("{} {}", d.query, d.kind())).collect();
            heard.sort();
            heard
        };
        ensure!(heard(t) == ["all store.asleep", "all store.ready", "sleep store.asleep"], "{:?}", heard(t));

        // One says that it wants no more: it is off, for all stores, until storebot starts anew.
        t.callbacks.answer(&[410]);
        t.api("ana").ask("wake", "tea").await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        t.api("ben").create(&json!({ "name": "coffee", "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("coffee", "ready").await?;
        t.until_idle().await?;
        ensure!(t.callbacks.all().len() == 4, "{:?}", heard(t));
        let off: Vec<String> = redis_ask(&["HKEYS", &key(t, "endpoints-gone")]).await?;
        ensure!(off.len() == 1, "{off:?}");
        t.stop_bot().await?;
        t.start_bot().await?;
        sleep(t, "coffee").await?;
        ensure!(t.callbacks.all().len() == 6, "{:?}", heard(t));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_down_hears_of_it_after_a_restart_of_storebot() {
    run_test(TestBot::default(), async |t| {
        t.callbacks.answer_with(&[503, 500, 429], Some(1));
        make(t, "tea").await?;
        t.callbacks.wait(1).await?;
        t.stop_bot().await?;
        t.start_bot().await?;
        t.until_idle().await?;
        let all = t.callbacks.all();
        ensure!(all.len() == 4 && all.iter().all(|delivery| delivery.id == all[0].id), "{all:?}");
        ensure!(all.iter().all(|delivery| delivery.body == all[0].body), "the same is said each time");
        Ok(())
    })
    .await;
}

/// Waits until a delivery was tried so often, and gives how long is waited for the next one, in ms; `None`: it
/// was given up.
async fn pause_after(t: &Test, attempts: usize) -> Result<Option<i64>> {
    t.callbacks.wait(attempts).await?;
    let (callbacks, due) = (key(t, "callbacks"), key(t, "callbacks-due"));
    until("it is put back or given up", async || {
        let kept: Vec<String> = redis_ask(&["HVALS", &callbacks]).await?;
        let Some(kept) = kept.first() else { return Ok(Some(None)) };
        let kept: Value = serde_json::from_str(kept)?;
        if kept["attempt"] != attempts {
            return Ok(None);
        }
        let id = kept["id"].as_str().context("no id")?;
        let at: f64 = redis_ask(&["ZSCORE", &due, id]).await?;
        let pause = at as i64 - now_ms();
        // As if the time had passed.
        redis_do(&["ZADD", &due, "0", id]).await?;
        Ok(Some(Some(pause)))
    })
    .await
}

#[tokio::test]
async fn a_receiver_that_never_answers_well_is_asked_for_two_days() {
    // What is usual elsewhere.
    let bot = TestBot { callbacks: "timeout = '10s'", ..TestBot::default() };
    run_test(bot, async |t| {
        t.callbacks.answer(&[500; 20]);
        make(t, "tea").await?;
        let mut pauses = Vec::new();
        while let Some(pause) = pause_after(t, pauses.len() + 1).await? {
            pauses.push(pause);
            ensure!(pauses.len() < 20, "it never ends: {pauses:?}");
        }
        let seconds: Vec<u64> = t.config.callbacks.retries.iter().map(std::time::Duration::as_secs).collect();
        ensure!(pauses.len() == seconds.len(), "{pauses:?} {seconds:?}");
        for (pause, second) in pauses.iter().zip(&seconds) {
            let usual = i64::try_from(*second)? * 1_000;
            ensure!(*pause <= usual * 11 / 10 && *pause + 5_000 >= usual * 9 / 10, "{pause} instead of about {usual}");
        }
        ensure!(pauses.iter().sum::<i64>() > 40 * 3_600_000, "{pauses:?}");
        t.until_idle().await?;
        ensure!(t.callbacks.all().len() == seconds.len() + 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_receiver_inside_is_refused_before_anything_is_made() {
    run_test(TestBot::default(), async |t| {
        for (index, url) in
            ["http://localhost:1/", "http://10.0.0.1/", "http://169.254.169.254/", "http://[::ffff:7f00:2]/"]
                .iter()
                .enumerate()
        {
            let data = json!({ "name": "tea", "engine": "medusa", "callback_url": url });
            let answer = t.webhook().create(&format!("msg_{index}"), &data).await?;
            let status = answer.status();
            let problem: Value = answer.json().await?;
            ensure!(status == 422 && problem["type"] == "urn:storebot:problem:invalid-value", "{url}: {problem}");
            let detail = problem["detail"].as_str().unwrap_or_default();
            ensure!(detail.starts_with("callback_url is an address that others can reach"), "{detail}");
        }
        ensure!(t.ledger.page(None, None, 10).await?.items.is_empty(), "something was made");
        Ok(())
    })
    .await;
}
