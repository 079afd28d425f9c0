//! storebot's own chart, installed with Helm on a real API server whose nodes are simulated.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod, Secret};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use kube::{Client, ResourceExt as _};
use serde_json::{from_value, json};
use storebot::config::Config;

use crate::harness::account::Chart;
use crate::harness::{TestBot, environment, run_test, until};

/// A release of its own: its name is the first part of everything of the whole cluster, so it meets no other.
const TRIAL: (&str, &str) = ("storebot-trial", "storebot-trial");
const ROLE: &str = "storebot-trial-tenant";

const VALUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/storebot/values-local.yaml");

async fn admin(file: &str) -> Result<Client> {
    crate::harness::account::client(file).await
}

/// Pod Security is as strict as can be, and the Secret with the password is there before.
async fn prepare(client: &Client) -> Result<()> {
    let name = TRIAL.0;
    let strict: Namespace = from_value(json!({ "metadata": { "name": name, "labels": {
        "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest",
    } } }))?;
    Api::<Namespace>::all(client.clone())
        .patch(name, &PatchParams::apply("test").force(), &Patch::Apply(strict))
        .await?;
    let password: Secret =
        from_value(json!({ "metadata": { "name": "storebot-redis" }, "stringData": { "password": "ba5eba11" } }))?;
    let secrets: Api<Secret> = Api::namespaced(client.clone(), name);
    secrets.patch("storebot-redis", &PatchParams::apply("test").force(), &Patch::Apply(password)).await?;
    Ok(())
}

/// Each workload of the release with its pods that are ready and of its present template.
async fn until_rolled_out(client: &Client) -> Result<()> {
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), TRIAL.0);
    let sets: Api<StatefulSet> = Api::namespaced(client.clone(), TRIAL.0);
    until("everything is rolled out", || async {
        let rolled = deployments.list(&ListParams::default()).await?.into_iter().all(|deployment| {
            let (wanted, at) = (deployment.spec.and_then(|s| s.replicas), deployment.metadata.generation);
            deployment.status.is_some_and(|s| {
                s.observed_generation == at
                    && s.updated_replicas == wanted
                    && s.available_replicas == wanted
                    && s.replicas == wanted
            })
        });
        let kept = sets.list(&ListParams::default()).await?;
        let kept =
            !kept.items.is_empty() && kept.into_iter().all(|s| s.status.is_some_and(|s| s.ready_replicas == Some(1)));
        Ok((rolled && kept).then_some(()))
    })
    .await
}

/// The names of its running pods, by component.
async fn pods(client: &Client) -> Result<BTreeMap<String, Vec<String>>> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), TRIAL.0);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pod in pods.list(&ListParams::default()).await?.items.iter().filter(|p| p.metadata.deletion_timestamp.is_none())
    {
        let component = pod.labels().get("app.kubernetes.io/component").cloned().unwrap_or_default();
        found.entry(component).or_default().push(pod.name_any());
    }
    found.values_mut().for_each(|names| names.sort());
    Ok(found)
}

#[tokio::test]
async fn the_chart_is_installed_rolls_when_it_changes_and_leaves_stores_alone() {
    let chart = Chart::shared(TRIAL.0, TRIAL.1);
    let client = admin(chart.admin.to_str().unwrap()).await.unwrap();
    prepare(&client).await.unwrap();
    let usual = ["--values", VALUES, "--set", "serve.replicas=2"];
    chart.install(&usual).await.unwrap();
    until_rolled_out(&client).await.unwrap();
    let first = pods(&client).await.unwrap();
    let count =
        |of: &BTreeMap<String, Vec<String>>| ["redis", "serve", "work"].map(|it| of.get(it).map_or(0, Vec::len));
    assert_eq!(count(&first), [1, 2, 1], "{first:?}");
    is_a_configuration(&client).await.unwrap();
    doors_have_no_token(&client).await.unwrap();

    // Again without a change: nothing moves. With another configuration: what reads it does.
    chart.install(&usual).await.unwrap();
    until_rolled_out(&client).await.unwrap();
    assert_eq!(pods(&client).await.unwrap(), first);
    chart.install(&[&usual[..], &["--set", "config.worker.slots=7"]].concat()).await.unwrap();
    until_rolled_out(&client).await.unwrap();
    let second = pods(&client).await.unwrap();
    assert_eq!((count(&second), &second["redis"]), ([1, 2, 1], &first["redis"]), "{second:?}");
    assert!(["serve", "work"].iter().all(|it| second[*it].iter().all(|pod| !first[*it].contains(pod))), "{second:?}");

    stores_outlive_it(&chart, &client, &usual).await;
    chart.helm(&["uninstall", TRIAL.1]).await.unwrap();
    Api::<Namespace>::all(client).delete(TRIAL.0, &DeleteParams::default()).await.unwrap();
}

/// A storebot with the account of this release makes a store; the release goes and comes back.
async fn stores_outlive_it(chart: &Chart, client: &Client, usual: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    chart.write_kubeconfig(&file).await.unwrap();
    let kubeconfig = file.to_str().map(str::to_owned);
    let bot = TestBot { kubeconfig, tenant_role: Some(ROLE), ..TestBot::default() };
    run_test(bot, async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "woocommerce" })).await?.error_for_status()?;
        t.until_idle().await?;
        let id = t.store("ana", "tea").await?["id"].as_str().context("no id")?.to_owned();
        let store = format!("store-{id}");
        let (kept, revisions) = (t.cluster.keepsakes(&store).await?, t.cluster.revisions(&store).await?);
        t.stop_bot().await?;
        chart.helm(&["uninstall", TRIAL.1, "--wait"]).await?;
        ensure!(t.cluster.keepsakes(&store).await? == kept && t.cluster.revisions(&store).await? == revisions);
        let bindings: Api<RoleBinding> = Api::namespaced(client.clone(), &store);
        ensure!(bindings.get("storebot").await?.role_ref.name == ROLE);
        let claims = Api::<k8s_openapi::api::core::v1::PersistentVolumeClaim>::namespaced(client.clone(), TRIAL.0);
        ensure!(claims.list(&ListParams::default()).await?.items.len() == 1, "what Redis kept is gone");
        // Its password is not the release's, so the same one opens it again.
        chart.install(usual).await?;
        chart.write_kubeconfig(&file).await?;
        t.start_bot().await?;
        t.api("ana").delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "deleted");
        Ok(())
    })
    .await;
}

/// What the chart writes, storebot reads.
async fn is_a_configuration(client: &Client) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), TRIAL.0);
    let data = maps.get(TRIAL.1).await?.data.context("no data")?;
    let config = Config::load(&data["storebot.toml"], &[]).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let cell = &config.cells[0];
    ensure!(cell.tenant_role.as_deref() == Some(ROLE) && cell.domain == "stores.localhost", "{cell:?}");
    Ok(())
}

async fn doors_have_no_token(client: &Client) -> Result<()> {
    let all: Api<Pod> = Api::namespaced(client.clone(), TRIAL.0);
    for pod in all.list(&ListParams::default()).await? {
        let works = pod.labels()["app.kubernetes.io/component"] == "work";
        let volumes = pod.spec.into_iter().flat_map(|spec| spec.volumes.unwrap_or_default());
        let token = volumes.filter_map(|volume| volume.projected).any(|projected| {
            projected.sources.into_iter().flatten().any(|source| source.service_account_token.is_some())
        });
        ensure!(token == works, "{:?}", pod.metadata.name);
    }
    Ok(())
}

#[test]
fn each_rendering_has_a_configuration_that_storebot_takes() {
    for environment in ["local", "prod"] {
        let file = format!("{}/charts/rendered/storebot-{environment}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).unwrap();
        let (_, rest) = text.split_once("  storebot.toml: |\n").unwrap();
        let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with("    "));
        let toml: String = lines.map(|line| format!("{}\n", line.trim())).collect();
        let config = Config::load(&toml, &[]).unwrap_or_else(|faults| panic!("{environment}: {faults:?}\n{toml}"));
        assert!(config.cells.iter().all(|cell| cell.tenant_role.is_some()));
    }
}

/// What no schema sees is said as well, with what to do.
#[test]
fn values_that_do_not_go_together_are_refused() {
    let name = ["--set", "kubeconfigs[0].cell=east,kubeconfigs[0].secretName=a"];
    for (set, said) in [
        (["--set", "colour=red"], "colour"),
        (["--set", "serve.colour=red"], "colour"),
        (["--set", "config.http.listen=x"], "/config/http/listen"),
        (["--set", "redis.bundled.passwordSecret="], "kubectl create secret"),
        (["--set", "redis.urlSecret.name=x"], "one Redis or the other"),
        (["--set", "redis.bundled.enabled=false"], "redis.urlSecret.name"),
        (["--set", "config.cells=null"], "/config/cells"),
        (["--set-json", "config.cells=[]"], "config.cells: name at least one cluster"),
        (["--set", "config.worker.drain=10m"], "work.terminationGracePeriodSeconds"),
        (["--set", "config.http.shutdown_grace=1m"], "serve.terminationGracePeriodSeconds"),
        (["--set", "config.worker.drain=soon"], "/config/worker/drain"),
        (["--set", "ingress.enabled=true"], "ingress.hosts"),
        (name, "east is none of config.cells: local"),
    ] {
        let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/storebot");
        let refused = std::process::Command::new(environment::helm())
            .args(["template", "storebot", chart, "--values", VALUES])
            .args(set)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains(said), "{set:?}: {told}");
    }
}
