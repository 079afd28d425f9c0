//! What has failed goes on from where it stopped, through each door.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::harness::{Ending, Nodes, Test, TestBot, run_test, until};

fn real() -> TestBot {
    TestBot { nodes: Nodes::ByHand, ..TestBot::default() }
}

fn namespace(store: &Value) -> Result<&str> {
    store["namespace"].as_str().context("no namespace")
}

async fn failed_store(t: &Test, reason: &str) -> Result<Value> {
    let failed = t.until_phase("tea", "failed").await?;
    ensure!(failed["reason"] == reason, "{failed}");
    t.until_idle().await?;
    Ok(failed)
}

#[tokio::test]
async fn a_failed_setup_goes_on_with_what_is_there() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.ends("setup", Ending::badly("the products cannot be read"));
        let ana = t.person("ana");
        let created = ana.slash("/store create name:tea engine:woocommerce").await?;
        let failed = failed_store(t, "setup-failed").await?;
        let told = created.message().context("no message")?.content().to_owned();
        ensure!(told.contains("`/store retry name:tea` goes on from where it stopped"), "{told}");
        let before = t.cluster.keepsakes(namespace(&failed)?).await?;

        hands.ends("setup", Ending::well(""));
        let asked = ana.slash("/store retry name:tea").await?;
        ensure!(asked.response_type() == Some(5));
        t.until_idle().await?;
        let told = asked.message().context("no message")?.content().to_owned();
        ensure!(told.starts_with("**tea** is ready") && told.contains("Proof: test order #1"), "{told}");
        let ready = t.store("x", "tea").await?;
        ensure!(ready["phase"] == "ready" && ready["proof"]["order"] == "1", "{ready}");
        ensure!(ready["release"]["revision"] == 2 && ready.get("reason").is_none(), "{ready}");
        ensure!(ready["steps"][0] == failed["steps"][0], "its namespace was made once: {ready}");
        ensure!(t.cluster.keepsakes(namespace(&ready)?).await? == before, "something was made anew");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_failed_test_order_alone_is_placed_again() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.ends("verify", Ending::badly("out of stock"));
        let ana = t.api("ana");
        ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let failed = failed_store(t, "verify-failed").await?;
        hands.ends("verify", Ending::proof(4));
        let asked = ana.ask("retry", "tea").await?;
        ensure!(asked.status() == 202);
        let asked: Value = asked.json().await?;
        ensure!(asked["phase"] == "verifying", "{asked}");
        t.until_idle().await?;
        let ready = t.store("ana", "tea").await?;
        ensure!(ready["proof"]["order"] == "4" && ready["release"] == failed["release"], "{ready}");
        let (steps, before) = (&ready["steps"], &failed["steps"]);
        ensure!((0..4).all(|step| steps[step] == before[step]), "steps that were done stay: {ready}");
        ensure!(ready["ready_at"].is_string(), "{ready}");
        Ok(())
    })
    .await;
}

/// Kubernetes would try them again at the end of a pause of up to five minutes.
#[tokio::test]
async fn pods_that_crash_are_tried_at_once() {
    run_test(real(), async |t| {
        let ana = t.api("ana");
        let store: Value = ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.json().await?;
        let namespace = namespace(&store)?;
        let pod = until("the shop has a pod on a node", || async {
            let pods = t.cluster.pods(namespace, "shop").await?;
            Ok(pods.into_iter().find(|pod| pod.spec.as_ref().is_some_and(|s| s.node_name.is_some())))
        })
        .await?;
        t.cluster.crash(&pod, "cannot listen: the port is in use").await?;
        failed_store(t, "crash-loop").await?;
        let before = t.cluster.keepsakes(namespace).await?;
        let _hands = t.hands();
        ana.ask("retry", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        let ready = t.store("ana", "tea").await?;
        ensure!(ready["phase"] == "ready", "{ready}");
        let pods = t.cluster.pods(namespace, "shop").await?;
        ensure!(pods.iter().all(|other| other.metadata.uid != pod.metadata.uid), "the pod that crashed is still there");
        ensure!(t.cluster.keepsakes(namespace).await? == before, "something was made anew");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_webhook_retries_and_hears_of_the_end() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.ends("setup", Ending::badly("no"));
        let data = json!({ "name": "tea", "engine": "medusa" });
        t.webhook().create("msg_1", &data).await?.error_for_status()?;
        failed_store(t, "setup-failed").await?;
        hands.ends("setup", Ending::well(""));
        let data = json!({ "name": "tea", "callback_url": t.callbacks.url });
        let accepted: Value = t.webhook().event("msg_2", "store.retry", &data).await?.json().await?;
        ensure!(accepted["command"] == "retry" && accepted["replayed"] == false, "{accepted}");
        let again: Value = t.webhook().event("msg_2", "store.retry", &data).await?.json().await?;
        ensure!(again["replayed"] == true, "{again}");
        t.until_idle().await?;
        let told = t.callbacks.wait(1).await?;
        let body: Value = serde_json::from_slice(&told[0].body)?;
        ensure!(body["type"] == "store.ready" && told.len() == 1, "{body}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn only_what_has_failed_is_retried() {
    let bot = TestBot { simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        let ana = t.api("ana");
        let refused = async |name: &str, words: &str| -> Result<()> {
            let answer = ana.ask("retry", name).await?;
            ensure!(answer.status() == 409, "{}", answer.status());
            let body: Value = answer.json().await?;
            ensure!(body["type"] == "urn:storebot:problem:not-now" && body["command"] == "retry", "{body}");
            ensure!(body["detail"].as_str().is_some_and(|d| d.contains(words)), "{body}");
            Ok(())
        };
        ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        refused("tea", "still being made").await?;
        t.until_idle().await?;
        refused("tea", "has not failed").await?;
        ensure!(ana.ask("retry", "never-known").await?.status() == 404);
        ensure!(t.api("bob").ask("retry", "tea").await?.status() == 404);
        ensure!(t.api_as("ana", "viewer").ask("retry", "tea").await?.status() == 403);
        ana.delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        refused("tea", "is deleted").await?;
        Ok(())
    })
    .await;
}

/// A person presses twice, or two people press: one attempt, and both hear of its end.
#[tokio::test]
async fn a_retry_that_is_under_way_is_joined() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.ends("setup", Ending::badly("no"));
        let ana = t.person("ana");
        ana.slash("/store create name:tea engine:medusa").await?;
        failed_store(t, "setup-failed").await?;
        hands.withhold("setup");
        let first = ana.slash("/store retry name:tea").await?;
        t.until_phase("tea", "installing").await?;
        let second = ana.slash("/store retry name:tea").await?;
        hands.ends("setup", Ending::well(""));
        t.until_idle().await?;
        for asked in [first, second] {
            let told = asked.message().context("no message")?.content().to_owned();
            ensure!(told.contains("**tea** is ready"), "{told}");
        }
        ensure!(t.store("x", "tea").await?["release"]["revision"] == 2);
        Ok(())
    })
    .await;
}
