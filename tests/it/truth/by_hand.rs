use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Service};
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};
use storebot::domain::store::StoreId;

use super::{create, namespace, ready, storebot};
use crate::harness::environment::{self, until};
use crate::harness::{Nodes, Test, TestBot, run_test};

/// As somebody with kubectl.
fn somebody() -> PatchParams {
    PatchParams { field_manager: Some("kubectl-edit".to_owned()), ..PatchParams::default() }
}

fn deployments(t: &Test, store: &Value) -> Result<Api<Deployment>> {
    Ok(Api::namespaced(t.cluster.client.clone(), &namespace(store)?))
}

async fn remove_namespace(t: &Test, store: &Value) -> Result<()> {
    let api: Api<Namespace> = Api::all(t.cluster.client.clone());
    api.delete(&namespace(store)?, &DeleteParams::background()).await?;
    until("the namespace has gone", || async {
        Ok(api.get_metadata_opt(&namespace(store)?).await?.is_none().then_some(()))
    })
    .await
}

/// How often a worker has claimed the store.
async fn claims(t: &Test, store: &Value) -> Result<u64> {
    let mut raw = environment::redis_connection(&environment::redis_url()).await?;
    let key = format!("{{{}}}:store:{}", t.config.redis.prefix, store["id"].as_str().context("no id")?);
    Ok(redis::cmd("HGET").arg(key).arg("fence").query_async(&mut raw).await?)
}

#[tokio::test]
async fn a_look_that_finds_nothing_new_writes_nothing() {
    run_test(TestBot::default(), async |t| {
        let tea = ready(t, "ana", "tea").await?;
        let version =
            async || Ok::<_, anyhow::Error>(t.cluster.namespace(&namespace(&tea)?).await?.metadata.resource_version);
        let (claims_before, before) = (claims(t, &tea).await?, version().await?);
        let id = StoreId::parse(tea["id"].as_str().context("no id")?).context("no id")?;
        ensure!(t.ledger.look(&id).await?);
        t.until_idle().await?;
        ensure!(claims(t, &tea).await? > claims_before, "it was looked at");
        ensure!(version().await? == before, "its namespace says already how it ended");
        // A worker that died before it could write how it ended leaves that to the next look.
        let forgotten = json!({"metadata": {"annotations": {"storebot.dev/observed": null}}});
        let api: Api<Namespace> = Api::all(t.cluster.client.clone());
        api.patch(&namespace(&tea)?, &PatchParams::default(), &Patch::Merge(forgotten)).await?;
        t.ledger.look(&id).await?;
        t.until_idle().await?;
        let kept = t.cluster.namespace(&namespace(&tea)?).await?.metadata.annotations.unwrap_or_default();
        ensure!(kept.get("storebot.dev/observed").is_some_and(|o| o.contains("ready")), "{kept:?}");
        ensure!(t.store("ana", "tea").await? == tea, "nothing of it is new");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_removed_by_hand_is_noticed_and_never_made_anew_by_itself() {
    run_test(TestBot { nodes: Nodes::ByHand, ..TestBot::default() }, async |t| {
        let _hands = t.hands();
        let tea = ready(t, "ana", "tea").await?;
        remove_namespace(t, &tea).await?;
        let failed = t.until_phase("tea", "failed").await?;
        ensure!(failed["reason"] == "removed-in-cluster" && failed.get("proof").is_none(), "{failed}");
        let message = failed["message"].as_str().context("no message")?;
        ensure!(message.contains("namespace was removed") && message.contains("data with it"), "{message}");
        t.until_idle().await?;
        ensure!(t.cluster.namespaces().await?.is_empty());
        let quota: Value = t.api("ana").get("/v1/quota").await?.json().await?;
        ensure!(quota["stores"] == 1, "it is still theirs: {quota}");
        // A person decides.
        t.api("ana").ask("upgrade", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        let again = t.store("ana", "tea").await?;
        ensure!(again["phase"] == "ready" && again["proof"]["order"] == "1", "{again}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_was_removed_while_no_worker_ran_is_found_at_the_start() {
    run_test(TestBot::default(), async |t| {
        let tea = ready(t, "ana", "tea").await?;
        let coffee = ready(t, "ana", "coffee").await?;
        t.stop_bot().await?;
        remove_namespace(t, &tea).await?;
        let told = storebot(&t.config_file, &["doctor", "--json"]).await?;
        ensure!(told.code == 1 && told.text.contains("\"no-namespace\""), "{}", told.text);
        t.start_bot().await?;
        let failed = t.until_phase("tea", "failed").await?;
        ensure!(failed["reason"] == "removed-in-cluster", "{failed}");
        t.until_idle().await?;
        ensure!(t.store("ana", "coffee").await? == coffee, "nobody had a look at it");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_shop_that_cannot_be_reached_is_not_called_ready() {
    run_test(TestBot::default(), async |t| {
        let tea = ready(t, "ana", "tea").await?;
        deployments(t, &tea)?.delete("shop", &DeleteParams::background()).await?;
        let failed = t.until_phase("tea", "failed").await?;
        ensure!(failed["reason"] == "removed-in-cluster", "{failed}");
        ensure!(failed["message"].as_str().is_some_and(|m| m.contains("data is still there")), "{failed}");
        t.until_idle().await?;
        t.api("ana").ask("upgrade", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");

        let none = json!({"spec": {"replicas": 0}});
        deployments(t, &tea)?.patch("shop", &somebody(), &Patch::Merge(none)).await?;
        let failed = t.until_phase("tea", "failed").await?;
        ensure!(failed["reason"] == "stopped-in-cluster", "{failed}");
        t.until_idle().await?;
        t.api("ana").ask("upgrade", "tea").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        ensure!(deployments(t, &tea)?.get("shop").await?.spec.context("no spec")?.replicas == Some(1));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn drift_is_shown_and_an_upgrade_brings_it_back() {
    run_test(TestBot::default(), async |t| {
        let tea = ready(t, "ana", "tea").await?;
        let quiet = ready(t, "ana", "quiet").await?;
        // What storebot itself changes is nobody's doing.
        t.api("ana").ask("upgrade", "quiet").await?.error_for_status()?;
        t.until_idle().await?;
        let before = (t.store("ana", "quiet").await?, claims(t, &quiet).await?);

        let two = json!({"spec": {"revisionHistoryLimit": 7, "template": {"spec": {"containers":
            [{"name": "shop", "env": [{"name": "EXTRA", "value": "by hand, token=abc"}]}]}}}});
        deployments(t, &tea)?.patch("shop", &somebody(), &Patch::Strategic(two)).await?;
        let drifted = until("the drift is seen", || async {
            let store = t.store("watcher", "tea").await?;
            Ok(store.get("drift").is_some().then_some(store))
        })
        .await?;
        t.until_idle().await?;
        ensure!(drifted["phase"] == "ready" && drifted["url"] == tea["url"], "{drifted}");
        let lines = drifted["drift"].to_string();
        ensure!(lines.contains("Deployment shop") && !lines.contains("abc"), "{lines}");
        ensure!(lines.contains("spec.revisionHistoryLimit is 7 and should be"), "{lines}");
        ensure!(drifted["message"].as_str().is_some_and(|m| m.contains("changed in the cluster")), "{drifted}");
        ensure!((t.store("ana", "quiet").await?, claims(t, &quiet).await?) == before, "nobody had a look at it");

        // Of a kind that is not watched: seen by who looks at everything.
        let port = json!({"spec": {"ports": [{"port": 80, "targetPort": 81}]}});
        let services: Api<Service> = Api::namespaced(t.cluster.client.clone(), &namespace(&quiet)?);
        services.patch("shop", &somebody(), &Patch::Strategic(port)).await?;
        let told = storebot(&t.config_file, &["doctor", "--drift"]).await?;
        ensure!(told.code == 1 && told.text.contains("stores: quiet: Service shop: spec.ports"), "{}", told.text);

        for name in ["tea", "quiet"] {
            t.api("ana").ask("upgrade", name).await?.error_for_status()?;
        }
        t.until_idle().await?;
        let whole = t.store("ana", "tea").await?;
        ensure!(whole["phase"] == "ready" && whole.get("drift").is_none(), "{whole}");
        ensure!(whole["release"]["revision"] == 2, "{whole}");
        // Nobody had told the record of it; the upgrade has seen it by itself.
        ensure!(t.store("ana", "quiet").await?["release"]["revision"] == 2);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_failed_store_that_is_removed_says_so() {
    run_test(TestBot { simulate: Some("image-not-found"), ..TestBot::default() }, async |t| {
        create(t, "ana", "tea").await?;
        let failed = t.until_phase("tea", "failed").await?;
        t.until_idle().await?;
        remove_namespace(t, &failed).await?;
        until("it says so", || async {
            Ok((t.store("ana", "tea").await?["reason"] == "removed-in-cluster").then_some(()))
        })
        .await
    })
    .await;
}
