//! A Redis that can lose what it has acknowledged, has no room, or forgets.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::harness::environment::until;
use crate::harness::redis::DURABLE;
use crate::harness::{Process, RedisServer, Test, TestBot, run_test};

fn tea() -> Value {
    json!({ "name": "tea", "engine": "medusa" })
}

fn coffee() -> Value {
    json!({ "name": "coffee", "engine": "medusa" })
}

/// A bot whose only Redis is this one.
fn at(redis: &RedisServer) -> TestBot {
    TestBot { own_redis: Some(redis.url()), ..TestBot::default() }
}

/// Waits until commands are accepted; what is said of Redis then.
async fn until_ready(t: &Test) -> Result<String> {
    until("commands are accepted", || async {
        let answer = t.http.get(format!("{}/health/ready", t.url)).send().await?;
        if answer.status() != 200 {
            return Ok(None);
        }
        let body: Value = answer.json().await?;
        Ok(Some(body["dependencies"][0]["detail"].as_str().context("no detail")?.to_owned()))
    })
    .await
}

/// Every key, sorted.
async fn keys(redis: &RedisServer) -> Result<Vec<String>> {
    let mut keys: Vec<String> = redis.ask(&["KEYS", "*"]).await?;
    keys.sort();
    Ok(keys)
}

/// Starts a process of its own and gives what it says when it has ended with code 2.
async fn refused(t: &Test) -> Result<String> {
    let mut process = Process::spawn("all", &t.config_file, &[]).await?;
    let code = process.ended().await.with_context(|| process.log())?;
    ensure!(code == Some(2), "{code:?}: {}", process.log());
    Ok(process.log())
}

#[tokio::test]
async fn a_redis_that_can_lose_data_is_refused_with_all_its_faults() {
    let off = ("appendonly: is off", "set appendonly yes");
    let evicts = ("maxmemory-policy: is volatile-lru", "set maxmemory-policy noeviction");
    let redis = RedisServer::start(&["appendonly no", "maxmemory-policy volatile-lru"]).await.unwrap();
    run_test(TestBot { not_started: true, ..at(&redis) }, async |t| {
        for (change, expected) in [
            (None, vec![off, evicts]),
            (Some(["CONFIG", "SET", "appendonly", "yes"]), vec![evicts]),
            (Some(["CONFIG", "SET", "maxmemory-policy", "noeviction"]), vec![]),
            (Some(["CONFIG", "SET", "appendonly", "no"]), vec![off]),
        ] {
            if let Some(change) = change {
                redis.ask::<()>(&change).await?;
            }
            if expected.is_empty() {
                Process::start(&t.config_file, &[]).await?.kill().await?;
                continue;
            }
            let told = refused(t).await?;
            for (what, what_to_do) in [off, evicts] {
                let wanted = expected.contains(&(what, what_to_do));
                ensure!(told.contains(what) == wanted && told.contains(what_to_do) == wanted, "{told}");
            }
            ensure!(told.contains("redis.durability = \"warn\""), "{told}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn nothing_is_written_to_a_redis_that_is_refused() {
    let redis = RedisServer::start(&["appendonly no"]).await.unwrap();
    run_test(TestBot { not_started: true, ..at(&redis) }, async |t| {
        refused(t).await?;
        ensure!(keys(&redis).await?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_replica_is_no_place_for_a_ledger() {
    let primary = RedisServer::start(&DURABLE).await.unwrap();
    let replicaof = format!("replicaof 127.0.0.1 {}", primary.port);
    let replica = RedisServer::start(&[DURABLE.as_slice(), &[&replicaof]].concat()).await.unwrap();
    let bot = TestBot { redis_url: Some(replica.url()), not_started: true, ..at(&primary) };
    run_test(bot, async |t| {
        let told = refused(t).await?;
        ensure!(told.contains("role: is a replica") && told.contains("lead to the primary"), "{told}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_accepts_the_risk_is_warned_and_served() {
    let redis = RedisServer::start(&["appendonly no", "maxmemory-policy noeviction"]).await.unwrap();
    run_test(TestBot { redis: "durability = 'warn'", ..at(&redis) }, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let told = until_ready(t).await?;
        ensure!(told.contains("appendonly: is off"), "{told}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_comes_late_is_judged_when_it_comes() {
    let mut redis = RedisServer::stopped(&["appendonly no"]).await.unwrap();
    let late = redis.url();
    // The test itself looks at the shared one: this one is not there yet.
    run_test(TestBot { redis_url: Some(late), not_started: true, ..TestBot::default() }, async |t| {
        let mut process = Process::start(&t.config_file, &[]).await?;
        let ready = t.http.get(format!("{}/health/ready", process.url)).send().await?;
        ensure!(ready.status() == 503, "it waits for Redis");
        redis.start_again().await?;
        let code = process.ended().await.with_context(|| process.log())?;
        ensure!(code == Some(2) && process.log().contains("appendonly: is off"), "{code:?}: {}", process.log());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_still_loads_its_file_is_waited_for_and_not_judged() {
    let mut redis = RedisServer::start(&DURABLE).await.unwrap();
    run_test(TestBot { not_started: true, ..at(&redis) }, async |t| {
        redis.fill(200_000).await?;
        redis.kill9().await?;
        // Rests at every key: about 15 s, in which it says `aof_enabled:0`, and answers after every 1024 keys.
        redis.configure(&[DURABLE.as_slice(), &["key-load-delay 20"]].concat())?;
        redis.spawn()?;
        until("it loads", || async { Ok(redis.info("loading").await.is_ok_and(|l| l == "1").then_some(())) }).await?;
        let process = Process::start(&t.config_file, &[]).await?;
        let ready = || t.http.get(format!("{}/health/ready", process.url)).send();
        until("it is told so", || async {
            let told = ready().await?.text().await?;
            ensure!(redis.info("loading").await? == "1" && redis.info("aof_enabled").await? == "0", "{told}");
            Ok(told.contains("still loads its data").then_some(()))
        })
        .await?;
        redis.ask::<()>(&["CONFIG", "SET", "key-load-delay", "0"]).await?;
        until("it is served", || async { Ok((ready().await?.status() == 200).then_some(())) }).await?;
        ensure!(!process.log().contains("may lose"), "{}", process.log());
        process.kill().await
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_becomes_worse_is_told_and_lived_with() {
    let mut redis = RedisServer::start(&DURABLE).await.unwrap();
    run_test(at(&redis), async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let told = until_ready(t).await?;
        ensure!(told == "answers", "{told}");
        redis.configure(&["appendonly yes", "maxmemory-policy allkeys-lru"])?;
        redis.kill9().await?;
        redis.start_again().await?;
        let told = until_ready(t).await?;
        ensure!(told.contains("maxmemory-policy: is allkeys-lru"), "{told}");
        t.api("ana").create(&coffee()).await?.error_for_status()?;
        t.until_phase("coffee", "ready").await?;
        redis.configure(&DURABLE)?;
        redis.kill9().await?;
        redis.start_again().await?;
        let told = until_ready(t).await?;
        ensure!(told == "answers", "{told}");
        // What was accepted before is there after both deaths.
        ensure!(t.store("watcher", "tea").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_full_redis_refuses_whole_commands_and_goes_on_when_there_is_room() {
    let redis = RedisServer::start(&DURABLE).await.unwrap();
    run_test(at(&redis), async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        let before = keys(&redis).await?;
        redis.ask::<()>(&["CONFIG", "SET", "maxmemory", "1"]).await?;
        for _ in 0..2 {
            let refused = t.api("ana").create_with_key("k-1", &coffee()).await?;
            ensure!(refused.status() == 503 && refused.headers().contains_key("retry-after"), "{refused:?}");
        }
        let refused = t.api("ana").delete("tea").await?;
        ensure!(refused.status() == 503, "{refused:?}");
        let delivery = t.webhook().create("msg_1", &json!({ "name": "cocoa", "engine": "medusa" })).await?;
        ensure!(delivery.status() == 503, "{delivery:?}");
        // Reading goes on, and nothing is half there.
        ensure!(t.store("watcher", "tea").await?["phase"] == "ready");
        ensure!(keys(&redis).await? == before, "{:?} was {before:?}", keys(&redis).await?);
        redis.ask::<()>(&["CONFIG", "SET", "maxmemory", "0"]).await?;
        t.api("ana").create_with_key("k-1", &coffee()).await?.error_for_status()?;
        t.api("ana").delete("tea").await?.error_for_status()?;
        t.until_phase("coffee", "ready").await?;
        t.until_phase("tea", "deleted").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn memory_that_runs_out_in_the_middle_of_work_only_delays_it() {
    let redis = RedisServer::start(&DURABLE).await.unwrap();
    run_test(TestBot { simulate: Some("slow"), ..at(&redis) }, async |t| {
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        t.until_phase("teashop", "installing").await?;
        redis.ask::<()>(&["CONFIG", "SET", "maxmemory", "1"]).await?;
        until("a write was refused", || async {
            let refused: String = redis.info("errorstat_OOM").await.unwrap_or_default();
            Ok((!refused.is_empty()).then_some(()))
        })
        .await?;
        redis.ask::<()>(&["CONFIG", "SET", "maxmemory", "0"]).await?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(message.content().contains("**teashop** is ready"), "{}", message.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn scripts_connections_and_patience_may_be_lost() {
    let redis = RedisServer::start(&DURABLE).await.unwrap();
    run_test(at(&redis), async |t| {
        let accepted = async |name: &str| -> Result<()> {
            t.api("ana").create(&json!({ "name": name, "engine": "medusa" })).await?.error_for_status()?;
            t.until_phase(name, "ready").await?;
            t.until_idle().await
        };
        redis.ask::<()>(&["SCRIPT", "FLUSH"]).await?;
        accepted("after-flush").await?;
        redis.ask::<i64>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await?;
        until_ready(t).await?;
        accepted("after-kill").await?;
        // Longer than a command may take.
        redis.ask::<()>(&["DEBUG", "SLEEP", "3"]).await?;
        until_ready(t).await?;
        accepted("after-sleep").await
    })
    .await;
}

#[tokio::test]
async fn lost_streams_and_groups_are_made_anew() {
    let redis = RedisServer::start(&DURABLE).await.unwrap();
    run_test(at(&redis), async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        for key in keys(&redis).await? {
            if redis.ask::<String>(&["TYPE", &key]).await? == "stream" {
                redis.ask::<i64>(&["DEL", &key]).await?;
            }
        }
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(message.content().contains("**teashop** is ready"), "{}", message.content());
        Ok(())
    })
    .await;
}
