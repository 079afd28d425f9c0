//! A ledger that was lost and came back from its backup, as docs/operations.md tells: what happened since is in the
//! clusters alone.

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::redis::DURABLE;
use crate::harness::{Ending, Hands, Nodes, RedisServer, Test, TestBot, run_test};
use crate::truth::{create, namespace, ready, storebot};

/// When the ledger is held against the clusters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rebuild {
    /// Before anybody works with it, as it should be.
    First,
    /// By an operator who forgot it.
    Late,
}

async fn ask(t: &Test, what: &str, name: &str, phase: &str) -> Result<Value> {
    t.api("ana").ask(what, name).await?.error_for_status()?;
    t.until_phase(name, phase).await?;
    t.until_idle().await?;
    t.store("ana", name).await
}

async fn delete(t: &Test, name: &str) -> Result<()> {
    t.api("ana").delete(name).await?.error_for_status()?;
    t.until_phase(name, "deleted").await?;
    t.until_idle().await
}

async fn events(t: &Test, name: &str) -> Result<Vec<Value>> {
    let path = format!("/v1/stores/{name}/events?limit=200");
    let page: Value = t.api_as("root", "admin").get(&path).await?.error_for_status()?.json().await?;
    Ok(page["items"].as_array().context("no items")?.clone())
}

async fn quota(t: &Test) -> Result<Value> {
    Ok(t.api("ana").get("/v1/quota").await?.error_for_status()?.json().await?)
}

/// Stores in many states, one of them in the middle of being made.
async fn fill(t: &Test, hands: &Hands) -> Result<()> {
    let lasting = json!({ "name": "tea", "engine": "medusa", "ttl": "24h" });
    t.api("ana").create(&lasting).await?.error_for_status()?;
    t.until_phase("tea", "ready").await?;
    for name in ["coffee", "juice", "water", "old"] {
        ready(t, "ana", name).await?;
    }
    ask(t, "sleep", "coffee", "asleep").await?;
    delete(t, "old").await?;
    hands.ends("setup", Ending::badly("no room for products"));
    create(t, "bob", "cocoa").await?;
    t.until_phase("cocoa", "failed").await?;
    t.until_idle().await?;
    hands.ends("setup", Ending::well(""));
    hands.withhold("verify");
    create(t, "ana", "milk").await?;
    t.until_phase("milk", "verifying").await?;
    Ok(())
}

/// What happens between the backup and the loss. Gives what must be so afterwards, too.
async fn go_on(t: &Test, hands: &Hands) -> Result<Vec<Value>> {
    hands.ends("verify", Ending::proof(7));
    t.until_phase("milk", "ready").await?;
    t.until_idle().await?;
    ready(t, "ana", "after").await?;
    delete(t, "water").await?;
    ask(t, "sleep", "juice", "asleep").await?;
    ask(t, "wake", "coffee", "ready").await?;
    ask(t, "upgrade", "after", "ready").await?;
    let longer = t.api("ana").send(Method::POST, "/v1/stores/tea/extend?by=48h", None).await?;
    ensure!(longer.status().is_success(), "{}", longer.text().await?);
    t.until_idle().await?;
    let mut then = Vec::new();
    for name in ["tea", "coffee", "juice", "after", "milk", "cocoa"] {
        then.push(t.store("root", name).await?);
    }
    Ok(then)
}

async fn come_back(t: &mut Test, when: Rebuild) -> Result<()> {
    if when == Rebuild::Late {
        t.start_bot().await?;
        t.until_idle().await?;
        let told = storebot(&t.config_file, &["doctor"]).await?;
        ensure!(told.code == 1, "{}", told.text);
        for finding in ["the ledger knows nothing of this store, after", "as if the ledger came from a backup"] {
            ensure!(told.text.contains(finding), "{finding}: {}", told.text);
        }
    }
    let dry = storebot(&t.config_file, &["rebuild", "--dry-run"]).await?;
    ensure!(dry.code == 0 && dry.text.contains("would be brought from what it was before"), "{}", dry.text);
    let told = storebot(&t.config_file, &["rebuild"]).await?;
    ensure!(told.code == 0 && told.text.contains("1 restored"), "{}", told.text);
    if when == Rebuild::First {
        // What was ready at last, slept, woken, extended since.
        ensure!(told.text.contains("4 known as before"), "{}", told.text);
        t.start_bot().await?;
    }
    t.until_idle().await?;
    let again = storebot(&t.config_file, &["rebuild"]).await?;
    ensure!(again.text.contains("0 restored, 6 known already, 0 known as before, 0 with a newer"), "{}", again.text);
    Ok(())
}

async fn lose_and_restore(when: Rebuild) {
    let mut redis = RedisServer::start(&DURABLE).await.unwrap();
    let bot = TestBot { own_redis: Some(redis.url()), nodes: Nodes::ByHand, ..TestBot::default() };
    run_test(bot, async |t| {
        let hands = t.hands();
        fill(t, &hands).await?;
        let folder = tempfile::tempdir()?;
        let backup = folder.path().join("storebot.rdb");
        redis.back_up(&backup).await?;
        let then = go_on(t, &hands).await?;
        let (used, water) = (quota(t).await?, events(t, "water").await?);
        ensure!(water.iter().any(|event| event["kind"] == "deleted"), "{water:?}");
        t.stop_bot().await?;
        redis.restore(&DURABLE, &backup).await?;
        ensure!(redis.info("aof_enabled").await? == "1", "what is written from now on is kept");
        come_back(t, when).await?;

        // Each is what it was when the ledger was lost, by no new revision and no new test order.
        for before in &then {
            let name = before["name"].as_str().context("no name")?;
            let mut now = t.store("root", name).await?;
            ensure!(now["version"].as_u64() >= before["version"].as_u64(), "{before}\n{now}");
            now["version"] = before["version"].clone();
            if name == "milk" && when == Rebuild::Late {
                // Its end was seen twice: of the first time, nobody knew.
                let what = |store: &Value| ["phase", "proof", "release", "url"].map(|key| store[key].clone());
                ensure!(what(&now) == what(before), "{before}\n{now}");
            } else {
                ensure!(now == *before, "{before}\n{now}");
            }
            let revisions = t.cluster.revisions(&namespace(before)?).await?;
            ensure!(revisions.iter().filter(|(_, status)| status == "deployed").count() == 1, "{name}: {revisions:?}");
        }
        ensure!(t.store("ana", "old").await?["phase"] == "deleted");
        // What was deleted since is known to be gone, and is not made again.
        let water = t.until_phase("water", "failed").await?;
        ensure!(water["reason"] == "removed-in-cluster", "{water}");
        ensure!(t.cluster.namespace(&namespace(&water)?).await.is_err(), "water is there again");
        delete(t, "water").await?;
        ensure!(quota(t).await? == used, "{} {used}", quota(t).await?);

        // And everything can be worked with.
        ask(t, "wake", "juice", "ready").await?;
        ask(t, "sleep", "coffee", "asleep").await?;
        ask(t, "verify", "milk", "ready").await?;
        delete(t, "after").await?;
        ready(t, "ana", "water").await?;
        let told = storebot(&t.config_file, &["doctor"]).await?;
        ensure!(told.code == 0, "{}", told.text);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_ledger_from_its_backup_catches_up_with_the_clusters() {
    lose_and_restore(Rebuild::First).await;
}

#[tokio::test]
async fn a_ledger_from_its_backup_can_catch_up_late() {
    lose_and_restore(Rebuild::Late).await;
}
