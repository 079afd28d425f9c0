//! Stores that are there: verified again and upgraded, through each door.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::harness::{Ending, Nodes, Test, TestBot, delete_on_discord, run_test};

fn real() -> TestBot {
    TestBot { nodes: Nodes::ByHand, ..TestBot::default() }
}

async fn ready_store(t: &Test) -> Result<Value> {
    t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
    t.until_idle().await?;
    let store = t.store("ana", "tea").await?;
    ensure!(store["phase"] == "ready", "{store}");
    Ok(store)
}

#[tokio::test]
async fn a_new_test_order_gives_a_new_proof_and_only_that() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let first = ready_store(t).await?;
        ensure!(first["proof"]["order"] == "1" && first["proof"]["seconds"] == 1.4, "{first}");
        for order in [2, 3] {
            hands.ends("verify", Ending::proof(order));
            let asked = t.api("ana").ask("verify", "tea").await?;
            ensure!(asked.status() == 202);
            let asked: Value = asked.json().await?;
            // At once, and before any worker has looked.
            ensure!(asked["phase"] == "verifying" && asked["url"] == first["url"], "{asked}");
            t.until_idle().await?;
            let again = t.store("ana", "tea").await?;
            ensure!(again["phase"] == "ready" && again["proof"]["order"] == *format!("{order}"), "{again}");
            ensure!(again["release"] == first["release"] && again["ready_at"] == first["ready_at"], "{again}");
        }
        // The Jobs of earlier wishes are gone.
        let jobs = t.cluster.jobs(first["namespace"].as_str().context("no namespace")?).await?;
        ensure!(jobs == ["setup-1", "verify-1", "verify-1-3"], "{jobs:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_test_order_that_fails_says_why_and_can_be_repeated() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let first = ready_store(t).await?;
        hands.ends("verify", Ending::badly("3 products found\nthe cart refuses: out of stock (token=abc)"));
        let data = json!({ "name": "tea", "callback_url": t.callbacks.url });
        // The webhook has stores of its own; this one it does not know.
        ensure!(t.webhook().event("msg_1", "store.verify", &data).await?.status() == 404);
        let ana = t.api("ana");
        ana.ask("verify", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        let failed = t.store("ana", "tea").await?;
        ensure!(failed["phase"] == "failed" && failed["reason"] == "verify-failed", "{failed}");
        ensure!(failed.get("proof").is_none() && failed["url"] == first["url"], "the old proof says nothing: {failed}");
        let message = failed["message"].as_str().context("no message")?;
        ensure!(message.contains("out of stock") && !message.contains("abc"), "{message}");
        hands.ends("verify", Ending::proof(7));
        ana.ask("verify", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["proof"]["order"] == "7");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_shop_without_enough_memory_is_told_to_take_a_bigger_plan() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.ends("setup", Ending { exit_code: 137, reason: "OOMKilled", message: String::new() });
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let failed = t.until_phase("tea", "failed").await?;
        ensure!(failed["reason"] == "out-of-memory", "{failed}");
        ensure!(failed["message"].as_str().is_some_and(|m| m.contains("Take a bigger plan")), "{failed}");
        // It has never sold anything, so there is nothing to prove again.
        let refused = t.api("ana").ask("verify", "tea").await?;
        ensure!(refused.status() == 409 && refused.text().await?.contains("urn:storebot:problem:not-now"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_door_verifies_and_simulated_nodes_prove_nothing() {
    run_test(TestBot::default(), async |t| {
        let ana = t.person("ana");
        ana.slash("/store create name:teashop engine:medusa").await?;
        let data = json!({ "name": "preview", "engine": "medusa" });
        t.webhook().create("msg_1", &data).await?.error_for_status()?;
        t.until_idle().await?;

        let asked = ana.slash("/store verify name:teashop").await?;
        ensure!(asked.response_type() == Some(5));
        let data = json!({ "name": "preview", "callback_url": t.callbacks.url });
        let accepted = t.webhook().event("msg_2", "store.verify", &data).await?;
        ensure!(accepted.status() == 202);
        ensure!(accepted.json::<Value>().await?["command"] == "verify");
        let replayed: Value = t.webhook().event("msg_2", "store.verify", &data).await?.json().await?;
        ensure!(replayed["replayed"] == true, "{replayed}");
        t.until_idle().await?;

        let told = asked.message().context("no message")?.content().to_owned();
        let domain = &t.config.cells[0].domain;
        let (told, took) = told.split_once('\n').context("one line")?;
        insta::assert_snapshot!(told.replace(domain, "DOMAIN"), @"**teashop** is ready: http://teashop.DOMAIN (simulated nodes, no test order)");
        ensure!(took.starts_with("-# took "), "{took}");
        let body: Value = serde_json::from_slice(&t.callbacks.wait(1).await?[0].body)?;
        ensure!(body["type"] == "store.ready" && body["data"].get("proof").is_none(), "{body}");

        let refused = ana.slash("/store verify name:nothing").await?.message().context("no answer")?;
        ensure!(refused.is_ephemeral(), "{}", refused.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_key_answers_a_verify_as_it_did_first() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_idle().await?;
        let first = ana.ask_with_key("verify", "tea", "k-1").await?;
        ensure!(first.status() == 202);
        let version = first.headers()["etag"].clone();
        t.until_idle().await?;
        ana.delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        // The store is gone; the key still says what it said.
        let again = ana.ask_with_key("verify", "tea", "k-1").await?;
        ensure!(again.status() == 202 && again.headers()["etag"] == version);
        ensure!(ana.ask_with_key("upgrade", "tea", "k-1").await?.status() == 422, "the same key for something else");
        let gone = ana.ask("verify", "tea").await?;
        ensure!(gone.status() == 409 && gone.text().await?.contains("deleted"));
        ensure!(ana.ask("verify", "never-known").await?.status() == 404);
        ensure!(t.api("bob").ask("upgrade", "tea").await?.status() == 404);
        ensure!(t.api_as("ana", "viewer").ask("verify", "tea").await?.status() == 403);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_being_made_is_neither_verified_nor_upgraded() {
    let bot = TestBot { simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        let ana = t.api("ana");
        ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        for what in ["verify", "upgrade"] {
            let refused = ana.ask(what, "tea").await?;
            ensure!(refused.status() == 409, "{what}");
            let refused: Value = refused.json().await?;
            ensure!(refused["detail"] == "tea is still being made. Try again when it is ready.", "{refused}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_upgrade_brings_what_has_changed_and_nothing_else() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let first = ready_store(t).await?;
        hands.ends("verify", Ending::proof(2));
        let asked: Value = t.api("ana").ask("upgrade", "tea").await?.error_for_status()?.json().await?;
        ensure!(asked["phase"] == "updating", "{asked}");
        t.until_idle().await?;
        let same = t.store("ana", "tea").await?;
        for field in ["phase", "release", "proof", "steps", "ready_at"] {
            ensure!(same[field] == first[field], "nothing has changed: {same}");
        }

        // The operators want something else; stores stay as they are until somebody asks.
        t.change_values("shop: { locale: de-DE }\n").await?;
        t.api("ana").ask("verify", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        let verified = t.store("ana", "tea").await?;
        ensure!(verified["release"]["revision"] == 1 && verified["proof"]["order"] == "2", "{verified}");

        hands.ends("verify", Ending::proof(3));
        t.api("ana").ask("upgrade", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        let upgraded = t.store("ana", "tea").await?;
        ensure!(upgraded["phase"] == "ready" && upgraded["release"]["revision"] == 2, "{upgraded}");
        ensure!(upgraded["proof"]["order"] == "3" && upgraded["url"] == first["url"], "{upgraded}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_upgrade_that_failed_can_be_asked_for_again() {
    run_test(real(), async |t| {
        let hands = t.hands();
        t.person("ana").slash("/store create name:tea engine:woocommerce").await?;
        t.until_idle().await?;
        t.change_values("shop: { locale: de_DE }\n").await?;
        hands.ends("setup", Ending::badly("the tables cannot be migrated"));
        let ana = t.person("ana");
        let asked = ana.slash("/store upgrade name:tea").await?;
        t.until_idle().await?;
        let told = asked.message().context("no message")?.content().to_owned();
        ensure!(told.contains("cannot be migrated") && told.contains("Its data is kept."), "{told}");
        ensure!(t.store("x", "tea").await?["phase"] == "failed");
        hands.ends("setup", Ending::well(""));
        let asked = ana.slash("/store upgrade name:tea").await?;
        t.until_idle().await?;
        let told = asked.message().context("no message")?.content().to_owned();
        ensure!(told.contains("**tea** is ready") && told.contains("test order #1"), "{told}");
        ensure!(t.store("x", "tea").await?["release"]["revision"] == 3);
        let nothing = ana.slash("/store upgrade name:tea").await?;
        t.until_idle().await?;
        insta::assert_snapshot!(nothing.message().context("no message")?.content(), @"**tea** is up to date already: nothing was changed.");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_test_order_that_is_under_way_outlives_its_worker() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let first = ready_store(t).await?;
        let namespace = first["namespace"].as_str().context("no namespace")?;
        hands.withhold("verify");
        t.api("ana").ask("verify", "tea").await?.error_for_status()?;
        t.cluster.until_there(namespace, "verify-1-2").await?;
        // Nobody is asked twice for the same.
        let joined: Value = t.api("ana").ask("verify", "tea").await?.error_for_status()?.json().await?;
        ensure!(joined["phase"] == "verifying" && joined.get("proof").is_none(), "{joined}");
        t.stop_bot().await?;
        t.start_bot().await?;
        hands.ends("verify", Ending::proof(2));
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["proof"]["order"] == "2");
        let jobs = t.cluster.jobs(namespace).await?;
        ensure!(jobs == ["setup-1", "verify-1", "verify-1-2"], "{jobs:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_deleted_while_it_is_verified_is_gone_in_the_end() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let ana = t.person("ana");
        ana.slash("/store create name:tea engine:woocommerce").await?;
        t.until_idle().await?;
        hands.withhold("verify");
        let verifying = ana.slash("/store verify name:tea").await?;
        t.until_phase("tea", "verifying").await?;
        delete_on_discord(&ana, "tea").await?;
        t.until_idle().await?;
        insta::assert_snapshot!(verifying.message().context("no message")?.content(), @"**tea** is deleted.");
        Ok(())
    })
    .await;
}
