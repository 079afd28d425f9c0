//! storebot in its own pods: its image, its chart, its account's rights and no others, under its own network policies,
//! which this node keeps to. It makes a shop, and is replaced while people ask.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Pod, Secret};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams};
use rand::Rng as _;
use reqwest::Method;
use serde_json::{Value, from_value, json};
use storebot::config::Config;
use tokio_util::sync::CancellationToken;

use crate::harness::environment::{self, until_within};
use crate::harness::{Test, secrets, until};

/// Its image may have to be unpacked, and Redis has to load.
const PATIENCE: Duration = Duration::from_secs(240);
const NAMESPACE: &str = "storebot";
/// Another one than that of the tests' own account: some of what a release has is the whole cluster's.
const RELEASE: &str = "inside";
const REDIS: &str = "storebot/redis:8.0";
const HOST: &str = "storebot.localhost";

/// Those who ask a storebot that runs in the cluster.
struct Outside {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Outside {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let request = self.http.request(method, format!("{}{path}", self.url)).header("host", HOST);
        let request = request.bearer_auth(&self.token);
        let answer = match body {
            Some(body) => request.json(&body).send().await?,
            None => request.send().await?,
        };
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    async fn until_phase(&self, name: &str, phase: &str) -> Result<Value> {
        until_within(PATIENCE, &format!("{name} is {phase}"), || async {
            let store = self.ask(Method::GET, &format!("/v1/stores/{name}"), None).await?;
            ensure!(store["phase"] == phase || store["phase"] != "failed", "{store}");
            Ok((store["phase"] == phase).then_some(store))
        })
        .await
    }
}

/// A namespace of the strictest kind, and the two Secrets that an operator makes.
async fn prepare(t: &Test) -> Result<String> {
    let client = || t.cluster.client.clone();
    let labels = json!({ "pod-security.kubernetes.io/enforce": "restricted" });
    let namespace = from_value(json!({ "metadata": { "name": NAMESPACE, "labels": labels } }))?;
    Api::<Namespace>::all(client()).create(&PostParams::default(), &namespace).await?;
    let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, rand::rng().random::<[u8; 32]>());
    let password = format!("{:032x}", rand::rng().random::<u128>());
    secrets::note("the key of tokens in the cluster", &key);
    secrets::note("the password of Redis in the cluster", &password);
    let secrets: Api<Secret> = Api::namespaced(client(), NAMESPACE);
    for (name, data) in [
        ("storebot-redis", json!({ "password": password })),
        ("storebot-env", json!({ "STOREBOT__AUTH__KEYS__0__KID": "e2e", "STOREBOT__AUTH__KEYS__0__SECRET": key })),
    ] {
        let secret = from_value(json!({ "metadata": { "name": name }, "stringData": data }))?;
        secrets.create(&PostParams::default(), &secret).await?;
    }
    let config = format!("[[auth.keys]]\nkid='e2e'\nsecret='{key}'\n[[cells]]\nname='local'\n");
    let config = Config::load(&config, &[]).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let token = storebot::app::mint_token(&config, "olga", "admin", "1h")?;
    secrets::note("a bearer token", &token);
    Ok(token)
}

async fn helm(args: &[&str]) -> Result<()> {
    let output = tokio::process::Command::new(environment::helm())
        .args(args)
        .args(["--namespace", NAMESPACE])
        .env("KUBECONFIG", environment::kubeconfig())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Where the cluster's API server really listens.
async fn api_server_ports(t: &Test) -> Result<Vec<i32>> {
    let slices: Api<EndpointSlice> = Api::namespaced(t.cluster.client.clone(), "default");
    // It writes that down itself, soon after its start.
    let slice = until("the API server is known", || async { Ok(slices.get_opt("kubernetes").await?) }).await?;
    Ok(slice.ports.into_iter().flatten().filter_map(|port| port.port).collect())
}

async fn install(t: &Test) -> Result<()> {
    let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/storebot");
    let local = format!("{chart}/values-local.yaml");
    let (repository, tag) = REDIS.split_once(':').context("no tag")?;
    let more = json!({
        "secretEnv": ["storebot-env"],
        // Who waits here asks without a pause.
        "config": { "limits": { "requests": 1_000_000, "address_per_second": 10_000 } },
        "redis": { "bundled": { "image": { "repository": repository, "tag": tag } } },
        "ingress": { "enabled": true, "className": "local", "hosts": [HOST] },
        // Behind the Service that has 443 is the port that a policy sees.
        "networkPolicy": { "apiServerPorts": api_server_ports(t).await? },
    });
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("values.yaml");
    std::fs::write(&file, more.to_string())?;
    let file = file.to_str().context("path")?;
    helm(&["install", RELEASE, chart, "--values", &local, "--values", file]).await
}

/// All pods are ready, and as closed as they can be.
async fn until_ready(t: &Test) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(t.cluster.client.clone(), NAMESPACE);
    let ready = until_within(PATIENCE, "its pods are ready", || async {
        let all = pods.list(&ListParams::default()).await?.items;
        let is_ready = |pod: &Pod| {
            let conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
            conditions.into_iter().any(|c| c.type_ == "Ready" && c.status == "True")
        };
        Ok((all.len() == 3 && all.iter().all(is_ready)).then_some(all))
    })
    .await;
    let all = match ready {
        Ok(all) => all,
        Err(error) => return Err(error.context(story(&pods).await)),
    };
    for pod in all {
        for container in pod.spec.iter().flat_map(|spec| &spec.containers) {
            let closed = container.security_context.as_ref().and_then(|security| security.read_only_root_filesystem);
            ensure!(closed == Some(true), "{} can write to its root", pod.name_any());
        }
    }
    Ok(())
}

/// What pods say that do not get ready.
async fn story(pods: &Api<Pod>) -> String {
    let mut told = String::new();
    for pod in pods.list(&ListParams::default()).await.into_iter().flat_map(|list| list.items) {
        let log = pods.logs(&pod.name_any(), &LogParams::default()).await.unwrap_or_default();
        told.push_str(&format!("{}: {:?}\n{log}\n", pod.name_any(), pod.status.and_then(|s| s.container_statuses)));
    }
    told
}

/// A pod beside storebot's, of the same namespace, does not get as far as being asked for a password.
async fn redis_is_closed(t: &Test) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(t.cluster.client.clone(), NAMESPACE);
    let closed = json!({ "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } });
    let strict = json!({ "runAsNonRoot": true, "runAsUser": 999, "seccompProfile": { "type": "RuntimeDefault" } });
    // A pod that has only just started is not known to the node's firewall yet.
    let tries = "ask() { redis-cli -h inside-storebot-redis ping 2>&1; }
                 while ask | grep -q NOAUTH; do sleep 0.1; done; ask";
    let pod = from_value(json!({
        "metadata": { "name": "stranger" },
        "spec": { "restartPolicy": "Never", "securityContext": strict, "containers": [
            { "name": "stranger", "image": REDIS, "command": ["sh", "-c", tries], "securityContext": closed },
        ] },
    }))?;
    pods.create(&PostParams::default(), &pod).await?;
    until_within(PATIENCE, "somebody else has tried Redis", || async {
        let phase = pods.get("stranger").await?.status.and_then(|status| status.phase);
        Ok(phase.filter(|phase| ["Succeeded", "Failed"].contains(&phase.as_str())))
    })
    .await?;
    let said = pods.logs("stranger", &LogParams::default()).await?;
    ensure!(said.contains("Connection refused"), "somebody else reaches Redis: {said}");
    pods.delete("stranger", &DeleteParams::default()).await?;
    until_within(PATIENCE, "who tried has gone", || async {
        Ok(pods.get_opt("stranger").await?.is_none().then_some(()))
    })
    .await
}

/// As `kubectl rollout restart` does, and waits for its end.
async fn replace(t: &Test, name: &str) -> Result<()> {
    let api: Api<Deployment> = Api::namespaced(t.cluster.client.clone(), NAMESPACE);
    let pods: Api<Pod> = Api::namespaced(t.cluster.client.clone(), NAMESPACE);
    let again = json!({ "spec": { "template": { "metadata": { "annotations": { "again": "1" } } } } });
    let patched = api.patch(name, &PatchParams::default(), &Patch::Merge(again)).await?;
    let generation = patched.metadata.generation;
    until_within(PATIENCE, &format!("{name} is replaced"), || async {
        let status = api.get(name).await?.status.unwrap_or_default();
        let done = status.observed_generation >= generation
            && (status.replicas, status.updated_replicas, status.ready_replicas) == (Some(1), Some(1), Some(1));
        // The old one is gone only when it has drained.
        let count = pods.list(&ListParams::default()).await?.items.len();
        Ok((done && count == 3).then_some(()))
    })
    .await
}

/// Both roles are replaced while somebody lists stores without a pause and a test order is placed.
async fn replaced_under_load(t: &Test, outside: &Outside, first_proof: &Value) -> Result<()> {
    let stop = CancellationToken::new();
    let listing = async {
        let mut asked = 0;
        while !stop.is_cancelled() {
            outside
                .ask(Method::GET, "/v1/stores", None)
                .await
                .with_context(|| format!("after {asked} good answers"))?;
            asked += 1;
        }
        anyhow::Ok(asked)
    };
    let replacing = async {
        outside.ask(Method::POST, "/v1/stores/teashop/verify", None).await?;
        replace(t, "inside-storebot-serve").await?;
        replace(t, "inside-storebot-work").await?;
        stop.cancel();
        Ok(())
    };
    let (asked, ()) = tokio::try_join!(listing, replacing)?;
    eprintln!("{asked} requests were answered while storebot's pods were replaced");
    until_within(PATIENCE, "there is another proof", || async {
        let store = outside.ask(Method::GET, "/v1/stores/teashop", None).await?;
        ensure!(store["phase"] != "failed", "{store}");
        Ok((store["phase"] == "ready" && store["proof"] != *first_proof).then_some(()))
    })
    .await
}

/// From the chart's installation to a shop that sold, through a rolling restart, to nothing left.
pub(super) async fn makes_a_shop(t: &mut Test, ingress_port: u16) -> Result<()> {
    let token = prepare(t).await?;
    install(t).await?;
    until_ready(t).await?;
    redis_is_closed(t).await?;
    // A connection for each request: some come at every moment of a pod's end.
    let http = reqwest::Client::builder().pool_max_idle_per_host(0).build()?;
    let outside = Outside { http, url: format!("http://127.0.0.1:{ingress_port}"), token };
    let body = json!({ "name": "teashop", "engine": "medusa" });
    outside.ask(Method::POST, "/v1/stores", Some(body)).await?;
    let store = outside.until_phase("teashop", "ready").await?;
    ensure!(store["proof"]["order"].is_string(), "{store}");
    replaced_under_load(t, &outside, &store["proof"]).await?;
    outside.ask(Method::DELETE, "/v1/stores/teashop", None).await?;
    outside.until_phase("teashop", "deleted").await?;
    helm(&["uninstall", RELEASE, "--wait"]).await?;
    let namespaces: Api<Namespace> = Api::all(t.cluster.client.clone());
    namespaces.delete(NAMESPACE, &DeleteParams::background()).await?;
    until_within(PATIENCE, "its namespace has gone", || async {
        Ok(namespaces.get_opt(NAMESPACE).await?.is_none().then_some(()))
    })
    .await
}
