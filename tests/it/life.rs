//! A store's life: it sleeps and wakes, its time runs out, is extended, or is over.

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::environment::redis_do;
use crate::harness::{Test, TestBot, run_test, until};

const MINUTE: i64 = 60_000;

/// Times short enough to see them pass.
fn bot(leases: &str) -> TestBot {
    TestBot { extra: format!("[leases]\n{leases}\n"), ..TestBot::default() }
}

async fn make(t: &Test, name: &str, ttl: Option<&str>) -> Result<Value> {
    let mut wanted = json!({ "name": name, "engine": "medusa" });
    if let Some(ttl) = ttl {
        wanted["ttl"] = ttl.into();
    }
    t.api("ana").create(&wanted).await?.error_for_status()?;
    t.until_phase(name, "ready").await
}

async fn call(t: &Test, path: &str) -> Result<(u16, Value)> {
    let answer = t.api("ana").send(Method::POST, path, None).await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

/// Pods of the shop itself: what Jobs left behind runs no more.
async fn pods(t: &Test, store: &Value) -> Result<usize> {
    let namespace = store["namespace"].as_str().context("no namespace")?;
    Ok(t.cluster.pods(namespace, "shop").await?.len() + t.cluster.pods(namespace, "database").await?.len())
}

async fn stores_used(t: &Test) -> Result<u64> {
    let quota: Value = t.api("ana").send(Method::GET, "/v1/quota", None).await?.json().await?;
    quota["own"]["stores"]["used"].as_u64().context("no number of stores")
}

#[tokio::test]
async fn a_store_sleeps_with_everything_in_it_and_wakes_up() {
    run_test(TestBot::default(), async |t| {
        let before = make(t, "tea", None).await?;
        ensure!(pods(t, &before).await? > 0, "nothing runs");
        let (status, answer) = call(t, "/v1/stores/tea/sleep").await?;
        ensure!(status == 202 && answer["phase"] == "updating", "{answer}");
        let asleep = t.until_phase("tea", "asleep").await?;
        ensure!(pods(t, &asleep).await? == 0, "something still runs");
        ensure!(asleep["message"].as_str().unwrap_or_default().contains("asleep"), "{asleep}");
        let claims = t.cluster.keepsakes(before["namespace"].as_str().context("no namespace")?).await?;
        ensure!(!claims.is_empty(), "its data is gone");
        // Again: it sleeps already, and nothing is done.
        let (status, again) = call(t, "/v1/stores/tea/sleep").await?;
        ensure!(status == 202 && again["version"] == asleep["version"], "{again}");
        for needs_a_shop in ["verify", "upgrade", "credentials"] {
            let (status, no) = call(t, &format!("/v1/stores/tea/{needs_a_shop}")).await?;
            ensure!(status == 409 && no["detail"].as_str().unwrap_or_default().contains("asleep"), "{no}");
        }
        let (status, answer) = call(t, "/v1/stores/tea/wake").await?;
        ensure!(status == 202 && answer["phase"] == "updating", "{answer}");
        let awake = t.until_phase("tea", "ready").await?;
        ensure!(pods(t, &awake).await? > 0 && awake["id"] == before["id"], "{awake}");
        ensure!(awake["ready_at"] == before["ready_at"], "it was ready for the first time long ago: {awake}");
        let kept = t.cluster.keepsakes(before["namespace"].as_str().context("no namespace")?).await?;
        ensure!(kept == claims, "other volumes: {kept:?}, before {claims:?}");
        let (status, again) = call(t, "/v1/stores/tea/wake").await?;
        ensure!(status == 202 && again["version"] == awake["version"], "{again}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_sleeping_store_takes_a_part_of_the_quota_and_has_to_fit_in_again() {
    let limits = "stores_per_owner = 2\nasleep_percent = 50\ncreations_per_hour = 1000\nrequests = 100000\n\
                  address_per_second = 100000\n";
    let few = TestBot { limits: Some(limits.to_owned()), ..TestBot::default() };
    run_test(few, async |t| {
        for name in ["tea", "coffee"] {
            make(t, name, None).await?;
        }
        for name in ["tea", "coffee"] {
            call(t, &format!("/v1/stores/{name}/sleep")).await?;
            t.until_phase(name, "asleep").await?;
        }
        ensure!(stores_used(t).await? == 1, "two that sleep count as one");
        make(t, "cocoa", None).await?;
        ensure!(stores_used(t).await? == 2);
        // One awake and two asleep are two; two awake and one asleep would be three.
        let (status, no) = call(t, "/v1/stores/tea/wake").await?;
        ensure!(status == 422 && no["type"] == "urn:storebot:problem:quota-exceeded", "{status} {no}");
        ensure!(t.store("ana", "tea").await?["phase"] == "asleep");
        let deleted = t.api("ana").send(Method::DELETE, "/v1/stores/coffee", None).await?;
        ensure!(deleted.status() == 202);
        t.until_phase("coffee", "deleted").await?;
        let (status, answer) = call(t, "/v1/stores/tea/wake").await?;
        ensure!(status == 202, "{answer}");
        t.until_phase("tea", "ready").await?;
        ensure!(stores_used(t).await? == 2);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_deletion_of_a_sleeping_store_that_is_taken_back_leaves_it_asleep() {
    run_test(TestBot::default(), async |t| {
        make(t, "tea", None).await?;
        call(t, "/v1/stores/tea/sleep").await?;
        t.until_phase("tea", "asleep").await?;
        t.api("ana").send(Method::DELETE, "/v1/stores/tea?grace=1h", None).await?.error_for_status()?;
        let (status, back) = call(t, "/v1/stores/tea/undo").await?;
        ensure!(status == 202, "{back}");
        t.until_idle().await?;
        let store = t.store("ana", "tea").await?;
        ensure!(store["phase"] == "asleep" && pods(t, &store).await? == 0, "{store}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_lease_ends_in_sleep_and_more_time_wakes_the_store() {
    run_test(bot("notices = ['2h', '1h']\nrestore = '24h'"), async |t| {
        let store = make(t, "tea", Some("3h")).await?;
        ensure!(store["expires_at"].is_string() && store["deletes_at"].is_null(), "{store}");
        let now = now_ms();
        put_end(t, "tea", now, now).await?;
        let over = t.until_phase("tea", "asleep").await?;
        ensure!(over["deletes_at"].is_string() && pods(t, &over).await? == 0, "{over}");
        ensure!(over["message"].as_str().unwrap_or_default().contains("its time is over"), "{over}");
        let (status, no) = call(t, "/v1/stores/tea/wake").await?;
        ensure!(status == 409 && no["detail"].as_str().unwrap_or_default().contains("Extend it"), "{no}");
        let (status, answer) = call(t, "/v1/stores/tea/extend?by=5h").await?;
        ensure!(status == 202 && answer["deletes_at"].is_null(), "{answer}");
        let awake = t.until_phase("tea", "ready").await?;
        ensure!(awake["expires_at"] != store["expires_at"], "{awake}");
        let audit: Value = t.api_as("root", "admin").send(Method::GET, "/v1/audit", None).await?.json().await?;
        let expired = audit["items"].as_array().into_iter().flatten().find(|entry| entry["command"] == "expire");
        let expired = expired.context("nobody wrote down that its time was over")?;
        ensure!((&expired["actor"], &expired["door"]) == (&json!("storebot"), &json!("clock")), "{expired}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_nobody_wants_back_is_removed() {
    run_test(bot("restore = '1h'"), async |t| {
        make(t, "tea", Some("3h")).await?;
        let now = now_ms();
        put_end(t, "tea", now, now).await?;
        t.until_phase("tea", "asleep").await?;
        nobody_wanted_it_back(t, "tea").await?;
        let gone = t.until_phase("tea", "deleted").await?;
        ensure!(!t.cluster.namespaces().await?.contains(&gone["namespace"].as_str().unwrap_or_default().to_owned()));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_that_ends_is_told_of_before() {
    run_test(bot("notices = ['2h', '1h']"), async |t| {
        make(t, "tea", Some("3h")).await?;
        // Two hours before the end passed half an hour ago, and nobody was there.
        let end = now_ms() + 90 * MINUTE;
        put_end(t, "tea", end, end - 120 * MINUTE).await?;
        until("a notice is given", async || Ok((notices(t, "tea").await? == 1).then_some(()))).await?;
        // What was noted for another end is nothing: only the next one is told.
        put_end(t, "tea", end + MINUTE, end - 120 * MINUTE).await?;
        let end = now_ms() + 59 * MINUTE;
        put_end(t, "tea", end, end - 60 * MINUTE).await?;
        until("another notice is given", async || Ok((notices(t, "tea").await? == 2).then_some(()))).await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn more_time_is_bounded_and_survives_the_loss_of_the_ledger() {
    run_test(bot("longest = '10h'\nextend_by = '4h'"), async |t| {
        let made = make(t, "tea", None).await?;
        ensure!(made["expires_at"].is_string(), "whoever says nothing has as long as is allowed: {made}");
        let (status, no) = call(t, "/v1/stores/tea/extend?by=5h").await?;
        ensure!(status == 409 && no["detail"].as_str().unwrap_or_default().contains("longer than"), "{no}");
        for bad in ["soon", "0s", "-1h"] {
            let (status, no) = call(t, &format!("/v1/stores/tea/extend?by={bad}")).await?;
            ensure!((400..=422).contains(&status) && no["detail"].is_string(), "{bad}: {no}");
        }
        let too_long = json!({ "name": "coffee", "engine": "medusa", "ttl": "11h" });
        let answer = t.api("ana").create(&too_long).await?;
        ensure!(answer.status() == 422, "{}", answer.text().await?);
        make(t, "cocoa", Some("2h")).await?;
        let (_, longer) = call(t, "/v1/stores/cocoa/extend").await?;
        t.until_idle().await?;
        // The namespace says so, too: it is what a lost ledger is rebuilt from.
        let namespace = t.cluster.namespace(longer["namespace"].as_str().context("no namespace")?).await?;
        let desired = namespace.metadata.annotations.and_then(|all| all.get("storebot.dev/desired").cloned());
        let desired: Value = serde_json::from_str(&desired.context("no wish")?)?;
        let end = longer["expires_at"].as_str().context("no end")?;
        ensure!(desired["desired"]["extended_to"] == end, "{desired} {end}");
        Ok(())
    })
    .await;
}

async fn notices(t: &Test, name: &str) -> Result<usize> {
    let path = format!("/v1/stores/{name}/events");
    let told: Value = t.api("ana").send(Method::GET, &path, None).await?.json().await?;
    Ok(told["items"].as_array().into_iter().flatten().filter(|event| event["kind"] == "expiring").count())
}

/// Moves the end of a store's lease, and the moment that is noted for it, as if time had passed. Both in
/// milliseconds.
pub(crate) async fn put_end(t: &Test, name: &str, end: i64, moment: i64) -> Result<()> {
    let (id, prefix) = (id(t, name).await?, &t.config.redis.prefix);
    redis_do(&["HSET", &format!("{{{prefix}}}:store:{id}"), "expires", &end.to_string()]).await?;
    redis_do(&["ZADD", &format!("{{{prefix}}}:leases"), &moment.to_string(), &id]).await
}

/// The time in which a store that is over can be had back has passed, after all were told that it is over: who is told
/// of it now would be told of another end.
pub(crate) async fn nobody_wanted_it_back(t: &Test, name: &str) -> Result<()> {
    t.until_idle().await?;
    let (id, prefix, now) = (id(t, name).await?, &t.config.redis.prefix, now_ms().to_string());
    redis_do(&["HSET", &format!("{{{prefix}}}:store:{id}"), "removes", &now]).await?;
    redis_do(&["ZADD", &format!("{{{prefix}}}:leases"), &now, &id]).await
}

pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

async fn id(t: &Test, name: &str) -> Result<String> {
    Ok(t.store("root", name).await?["id"].as_str().context("no id")?.to_owned())
}
