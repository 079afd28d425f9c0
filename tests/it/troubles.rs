//! What goes wrong in a cluster, told in plain words: while it holds a store up, and when the store
//! fails of it. `docs/troubles.md` has them all.

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, from_value, json};
use storebot::domain::event::EventKind;
use storebot::domain::record::{Phase, Record};
use storebot::domain::store::StoreRef;
use storebot::domain::trouble::{Reason, Trouble};

use crate::harness::environment::until;
use crate::harness::{Ending, Nodes, Test, TestBot, Waiting, run_test};

const USUAL: &str = "lease = '5s'\nbackoff = '100ms'\nbackoff_max = '1s'\nsweep = '500ms'\n";

fn tea() -> Value {
    json!({ "name": "tea", "engine": "medusa" })
}

fn real() -> TestBot {
    TestBot { nodes: Nodes::ByHand, ..TestBot::default() }
}

/// One step has so little time that a test can wait for its end, and enough to be looked at meanwhile.
fn hurried(step: &str) -> Option<String> {
    Some(format!("{USUAL}[worker.step_deadlines]\n{step} = '8s'\n"))
}

async fn record(t: &Test) -> Result<Record> {
    t.ledger.find(&StoreRef::new("tea"), None).await?.context("no such store")
}

/// What the store failed of: with these words, what to do next, the raw text behind them, and everything
/// that there is kept for looking at.
async fn failed(t: &Test, reason: Reason, words: &str, raw: &str) -> Result<Trouble> {
    let trouble = until("it has failed", || async {
        let record = record(t).await?;
        Ok(Some(record.observed.trouble.clone()).filter(|_| record.phase() == Phase::Failed))
    });
    let trouble = trouble.await?.context("no trouble")?;
    let events = t.ledger.events_of(&record(t).await?.id, None, 1000).await?;
    let told = events.iter().rfind(|event| event.kind == EventKind::Failed).context("no event")?;
    ensure!(told.note.detail == trouble.detail, "{told:?} {trouble:?}");
    let store = t.store("watcher", "tea").await?;
    ensure!(store["reason"] == reason.as_str(), "{store} {trouble:?}");
    let message = &trouble.message;
    ensure!(message.contains(words) && message.ends_with(reason.advice()), "{message}");
    ensure!(store["message"].as_str().is_some_and(|told| told.contains(words)), "{store}");
    ensure!(trouble.detail.as_deref().unwrap_or_default().contains(raw), "{trouble:?}");
    ensure!(!store.to_string().contains("detail"), "raw text is for events: {store}");
    ensure!(t.cluster.namespaces().await?.len() == 1, "what failed is kept");
    Ok(trouble)
}

/// What holds the store up, while it is not yet at an end.
async fn held_up(t: &Test, reason: Reason) -> Result<Trouble> {
    until(&format!("{reason:?} holds it up"), || async {
        let record = record(t).await?;
        let trouble = record.observed.trouble.clone().filter(|trouble| trouble.is(reason));
        ensure!(trouble.is_none() || record.phase() == Phase::Installing, "{record:?}");
        Ok(trouble)
    })
    .await
}

#[tokio::test]
async fn an_image_that_is_not_there() {
    run_test(TestBot { simulate: Some("image-not-found"), ..TestBot::default() }, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let told = failed(t, Reason::ImageNotFound, "The image of ", "ImagePull").await?;
        ensure!(told.message.contains(" cannot be found: storebot/"), "{told:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_image_whose_registry_does_not_answer() {
    let message = "Back-off pulling image \"r.example/shop:1\": ErrImagePull: failed to do request: Head \
                   \"https://bob:hush@r.example/v2/\": dial tcp 10.0.0.1:443: connect: connection refused";
    run_test(TestBot { worker: hurried("workloads"), ..real() }, async |t| {
        let hands = t.hands();
        hands.waits("shop", Waiting { reason: "ImagePullBackOff", message: message.to_owned(), ended: None });
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let holds = held_up(t, Reason::ImageUnavailable).await?;
        let words = "The image of shop cannot be fetched at the moment: r.example/shop:1.";
        let fails = failed(t, Reason::ImageUnavailable, words, "https://***@r.example").await?;
        ensure!(holds == fails, "the same words: {holds:?} {fails:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_quota_without_room_for_a_pod() {
    let values = "quota: { requestsCpu: 60m }\n";
    run_test(TestBot { values, ..TestBot::default() }, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let words = "There is no room in the store's quota for a pod of ";
        let told = failed(t, Reason::QuotaExceeded, words, "exceeded quota: store, requested: ").await?;
        ensure!(told.message.contains("CPU: ") && told.message.contains(" of 60m are taken"), "{told:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_quota_without_room_for_what_helm_makes() {
    let values = "quota: { requestsStorage: 3Gi }\n";
    run_test(TestBot { values, ..TestBot::default() }, async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "woocommerce" })).await?.error_for_status()?;
        let words = "There is no room in the store's quota for the PersistentVolumeClaim ";
        let told = failed(t, Reason::QuotaExceeded, words, "exceeded quota").await?;
        ensure!(told.message.contains("disk: 2Gi more is asked for, and 2Gi of 3Gi are taken"), "{told:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn no_node_has_room() {
    // Larger than any node, and a quota that would allow it.
    let values = "quota: { requestsCpu: '500', limitsCpu: '500' }\n\
                  plans: { small: { shop: { requests: { cpu: '100' }, limits: { cpu: '100' } } } }\n";
    run_test(TestBot { values, worker: hurried("workloads"), ..TestBot::default() }, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let holds = held_up(t, Reason::NoRoom).await?;
        let words = "There is no room on the cluster for shop: not enough CPU.";
        let fails = failed(t, Reason::NoRoom, words, "Insufficient cpu").await?;
        ensure!(holds == fails, "the same words: {holds:?} {fails:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_volume_of_a_class_that_is_not_there() {
    let bot = TestBot { worker: hurried("workloads"), not_started: true, ..TestBot::default() };
    run_test(bot, async |t| {
        "nobody".clone_into(&mut t.config.cells[0].storage_class);
        t.start_bot().await?;
        t.api("ana").create(&tea()).await?.error_for_status()?;
        held_up(t, Reason::VolumeNotBound).await?;
        failed(t, Reason::VolumeNotBound, "waits for its volume", "").await?;
        Ok(())
    })
    .await;
}

/// Kubernetes complains of nothing then: it waits for whoever should make the volume.
#[tokio::test]
async fn a_volume_that_nobody_makes() {
    let bot = TestBot { worker: hurried("workloads"), not_started: true, ..TestBot::default() };
    run_test(bot, async |t| {
        let class = t.cluster.unserved_class().await?;
        class.clone_into(&mut t.config.cells[0].storage_class);
        t.start_bot().await?;
        t.api("ana").create(&tea()).await?.error_for_status()?;
        held_up(t, Reason::VolumeNotBound).await?;
        let words =
            format!("The volume database is not there yet: nobody has made one of the storage class {class:?}.");
        failed(t, Reason::VolumeNotBound, &words, "").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_program_that_crashes_again_and_again() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let log = "reading settings\nDATABASE_URL=postgres://shop:hush@database/shop\nno such table\ngiving up";
        let ended = Some((3, Ending::badly(log)));
        let message = "back-off 40s restarting failed container".to_owned();
        hands.waits("shop", Waiting { reason: "CrashLoopBackOff", message, ended });
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let words = "shop crashes again and again (3 restarts): exit code 1, \
                     DATABASE_URL=postgres://***@database/shop / no such table / giving up.";
        let told = failed(t, Reason::CrashLoop, words, "reading settings").await?;
        ensure!(!format!("{told:?}").contains("hush"), "{told:?}");
        ensure!(!t.redis_dump().await?.contains("hush"), "nowhere in the ledger");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_set_up_that_fails() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.ends("setup", Ending::badly("12 products found\nthe plugin is missing (token=hush)"));
        let asked = t.person("ana").slash("/store create name:tea engine:woocommerce").await?;
        let words = "Setting up the shop failed: exit code 1, 12 products found / the plugin is missing (token=***";
        failed(t, Reason::SetupFailed, words, "BackoffLimitExceeded").await?;
        t.until_idle().await?;
        let told = asked.message().context("no message")?.content().to_owned();
        ensure!(told.contains("the plugin is missing") && !told.contains("hush"), "{told}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_set_up_that_does_not_end() {
    run_test(TestBot { worker: hurried("setup"), ..real() }, async |t| {
        let hands = t.hands();
        hands.withhold("setup");
        t.api("ana").create(&tea()).await?.error_for_status()?;
        failed(t, Reason::SetupFailed, "Setting up the shop did not end within 8 seconds.", "").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_refuses_what_helm_makes() {
    run_test(TestBot::default(), async |t| {
        t.cluster.refuse("apps", "deployments", "no tea in this cluster").await?;
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let words = format!("A policy of the cluster ({}) refuses the Deployment ", t.config.cells[0].name);
        let told = failed(t, Reason::RefusedByAdmission, &words, "denied request").await?;
        ensure!(told.message.contains(": no tea in this cluster. "), "{told:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_refuses_pods() {
    run_test(TestBot::default(), async |t| {
        t.cluster.refuse("", "pods", "no tea in this cluster").await?;
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let words = format!("A policy of the cluster ({}) refuses a pod of ", t.config.cells[0].name);
        let told = failed(t, Reason::RefusedByAdmission, &words, "denied request").await?;
        ensure!(told.message.contains(": no tea in this cluster. "), "{told:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_webhook_that_does_not_answer() {
    let worker = Some(format!("attempts = 1000\n{USUAL}"));
    run_test(TestBot { worker, ..TestBot::default() }, async |t| {
        t.cluster.ask_nobody("apps", "deployments").await?;
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let told = held_up(t, Reason::AdmissionAway).await?;
        ensure!(told.message.contains("asking the webhook policy.storebot.dev, and that one does not"), "{told:?}");
        // Nothing has to be asked for again when it is back.
        t.cluster.remove_rules().await?;
        t.until_phase("tea", "ready").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_of_a_cell_that_is_no_more() {
    run_test(TestBot { simulate: Some("slow"), ..TestBot::default() }, async |t| {
        let asked = t.person("ana").slash("/store create name:tea engine:medusa").await?;
        t.until_phase("tea", "installing").await?;
        t.stop_bot().await?;
        let cell = std::mem::replace(&mut t.config.cells[0].name, "elsewhere".to_owned());
        t.start_bot().await?;
        let store = t.until_phase("tea", "failed").await?;
        ensure!(store["reason"] == "cell-not-configured", "{store}");
        ensure!(store["message"].as_str().is_some_and(|m| m.contains(&cell)), "{store}");
        t.until_idle().await?;
        let told = asked.message().context("no message")?.content().to_owned();
        ensure!(told.contains("**tea** failed:") && told.contains("configure that cell again"), "{told}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_namespace_that_does_not_go() {
    run_test(TestBot { worker: hurried("removal"), ..TestBot::default() }, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        let namespace = t.until_phase("tea", "ready").await?["namespace"].as_str().context("none")?.to_owned();
        let things: Api<ConfigMap> = Api::namespaced(t.cluster.client.clone(), &namespace);
        let metadata = json!({ "name": "held", "finalizers": ["example.com/hold"] });
        things.create(&PostParams::default(), &from_value(json!({ "metadata": metadata }))?).await?;

        t.api("ana").delete("tea").await?.error_for_status()?;
        let words = "Its namespace cannot go yet: ";
        let told = failed(t, Reason::NamespaceLeaving, words, "example.com/hold in 1 resource instances").await?;
        ensure!(told.message.contains("whoever set the finalizer example.com/hold"), "{told:?}");

        let free = Patch::Merge(json!({ "metadata": { "finalizers": [] } }));
        things.patch("held", &PatchParams::default(), &free).await?;
        t.api("ana").delete("tea").await?.error_for_status()?;
        t.until_phase("tea", "deleted").await?;
        Ok(())
    })
    .await;
}
