use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, from_value, json};

use super::{create, ensure_unchanged, namespace, ready, storebot};
use crate::harness::environment::until;
use crate::harness::{Ending, Nodes, Test, TestBot, environment, run_test};

/// Keeps a namespace from going until it is let go.
async fn hold(t: &Test, namespace: &str) -> Result<()> {
    let api: Api<ConfigMap> = Api::namespaced(t.cluster.client.clone(), namespace);
    let held = from_value(json!({"metadata": {"name": "held", "finalizers": ["storebot.dev/test"]}}))?;
    api.create(&PostParams::default(), &held).await?;
    Ok(())
}

async fn let_go(t: &Test, namespace: &str) -> Result<()> {
    let api: Api<ConfigMap> = Api::namespaced(t.cluster.client.clone(), namespace);
    let free = json!({"metadata": {"finalizers": null}});
    api.patch("held", &PatchParams::default(), &Patch::Merge(free)).await?;
    Ok(())
}

/// A namespace that says it is a store's and tells nothing of its record.
async fn make_unreadable(t: &Test) -> Result<String> {
    let name = "store-zzzzzzzzzzzz".replace("zzzz", &t.config.cells[0].name[t.config.cells[0].name.len() - 4..]);
    let api: Api<Namespace> = Api::all(t.cluster.client.clone());
    let labels = json!({"app.kubernetes.io/managed-by": "storebot", "storebot.dev/cell": t.config.cells[0].name,
        "app.kubernetes.io/instance": name.trim_start_matches("store-")});
    let object = from_value(json!({"metadata": {"name": name, "labels": labels}}))?;
    api.create(&PostParams::default(), &object).await?;
    Ok(name)
}

async fn quota(t: &Test, owner: &str) -> Result<Value> {
    Ok(t.api(owner).get("/v1/quota").await?.error_for_status()?.json().await?)
}

/// Four stores are lost and brought back, beside a namespace that tells nothing.
async fn lose_and_rebuild(t: &Test) -> Result<()> {
    environment::redis_flush(&t.config.redis.prefix).await?;
    let unreadable = make_unreadable(t).await?;
    let told = storebot(&t.config_file, &["rebuild", "--dry-run"]).await?;
    ensure!(told.text.contains("4 would be restored") && told.code == 1, "{}", told.text);
    ensure!(t.redis_dump().await?.is_empty(), "it only said so");
    let told = storebot(&t.config_file, &["rebuild"]).await?;
    ensure!(told.code == 1 && told.text.contains(&format!("set aside: {unreadable}")), "{}", told.text);
    ensure!(told.text.contains("4 restored, 0 known already") && told.text.contains("1 set aside"), "{}", told.text);
    let told = storebot(&t.config_file, &["doctor", "--remove", &unreadable]).await?;
    ensure!(told.code == 0, "{}", told.text);
    until("it has gone", || async { Ok(t.cluster.namespace(&unreadable).await.is_err().then_some(())) }).await?;
    let again = storebot(&t.config_file, &["rebuild"]).await?;
    ensure!(again.code == 0 && again.text.contains("0 restored, 4 known already"), "{}", again.text);
    Ok(())
}

#[tokio::test]
async fn everything_comes_back_from_the_clusters() {
    run_test(TestBot { nodes: Nodes::ByHand, ..TestBot::default() }, async |t| {
        let hands = t.hands();
        let tea = ready(t, "ana", "tea").await?;
        hands.ends("verify", Ending::proof(2));
        let coffee = ready(t, "ana", "coffee").await?;
        hands.ends("setup", Ending::badly("no room for products"));
        create(t, "bob", "cocoa").await?;
        let cocoa = t.until_phase("cocoa", "failed").await?;
        hold(t, &namespace(&coffee)?).await?;
        t.api("ana").delete("coffee").await?.error_for_status()?;
        until("coffee's namespace is going", || async {
            let found = t.cluster.namespace(&namespace(&coffee)?).await?;
            Ok(found.metadata.deletion_timestamp.is_some().then_some(()))
        })
        .await?;
        hands.withhold("setup");
        hands.withhold("verify");
        create(t, "bob", "milk").await?;
        let milk = t.until_phase("milk", "installing").await?;
        until("milk waits for its setup", || async {
            Ok(t.cluster.jobs(&namespace(&milk)?).await?.contains(&"setup-1".to_owned()).then_some(()))
        })
        .await?;
        let quotas = (quota(t, "ana").await?, quota(t, "bob").await?);
        t.stop_bot().await?;

        lose_and_rebuild(t).await?;
        t.start_bot().await?;
        hands.ends("setup", Ending::well(""));
        hands.ends("verify", Ending::proof(3));
        let_go(t, &namespace(&coffee)?).await?;
        t.until_idle().await?;
        // Ready with its proof, by no new revision and no new test order.
        ensure_unchanged(&tea, &t.store("ana", "tea").await?)?;
        ensure!(tea["proof"]["order"] == "1", "{tea}");
        ensure!(t.cluster.revisions(&namespace(&tea)?).await? == [(1, "deployed".to_owned())]);
        ensure_unchanged(&cocoa, &t.store("bob", "cocoa").await?)?;
        let milk = t.store("bob", "milk").await?;
        ensure!(milk["phase"] == "ready" && milk["proof"]["order"] == "3", "{milk}");
        ensure!(t.store("ana", "coffee").await?["phase"] == "deleted");
        ensure!(quota(t, "bob").await? == quotas.1);
        ensure!(quota(t, "ana").await?["stores"] == 1 && quotas.0["stores"] == 2, "coffee has gone");

        // New work goes on, and names are kept.
        let taken = t.api("bob").create(&json!({ "name": "tea", "engine": "medusa" })).await?;
        ensure!(taken.status() == 409);
        ready(t, "bob", "coffee").await?;
        t.api("ana").delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        Ok(())
    })
    .await;
}

/// In an order that does not depend on what else Redis holds.
async fn dump(t: &Test) -> Result<Vec<String>> {
    let mut lines: Vec<_> = t.redis_dump().await?.lines().map(str::to_owned).collect();
    lines.sort();
    Ok(lines)
}

#[tokio::test]
async fn beside_running_workers_it_changes_nothing_that_is_known() {
    run_test(TestBot::default(), async |t| {
        let tea = ready(t, "ana", "tea").await?;
        let before = dump(t).await?;
        let told = storebot(&t.config_file, &["rebuild"]).await?;
        ensure!(told.code == 0 && told.text.contains("0 restored, 1 known already"), "{}", told.text);
        ensure!(dump(t).await? == before);
        // Lost under the workers' feet.
        environment::redis_flush(&t.config.redis.prefix).await?;
        storebot(&t.config_file, &["rebuild"]).await?;
        t.until_idle().await?;
        ensure_unchanged(&tea, &t.store("ana", "tea").await?)?;
        t.api("ana").ask("upgrade", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}
