//! Network policies, enforced by the node's packet filter: the CNI plugins of Debian have no such
//! thing. One chain for what pods send and one for what they get, written anew in one step
//! whenever policies, pods or namespaces have changed.
//!
//! A pod that has just got its address is open until its rules are there, some milliseconds
//! later, as with every enforcer that watches the API server.

pub mod matches;
pub mod rules;

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::Api;
use kube::runtime::reflector::{self, Store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, Resource};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::namespaces::run;
use rules::Known;

/// Puts the chains where packets to and between pods pass. Empty, they let everything through.
pub fn up() -> Result<()> {
    for chain in [rules::ENTRY, rules::EGRESS, rules::INGRESS] {
        run("iptables", &["-w", "-N", chain])?;
    }
    // FORWARD: from pod to pod. INPUT: from a pod to the node, so to the API server and DNS.
    for hook in ["FORWARD", "INPUT"] {
        run("iptables", &["-w", "-I", hook, "-j", rules::ENTRY])?;
    }
    Ok(())
}

/// Keeps the rules up to date until it is dropped.
pub async fn serve(client: Client) -> Result<()> {
    let (policies, a) = known::<NetworkPolicy>(&client);
    let (pods, b) = known::<Pod>(&client);
    let (namespaces, c) = known::<Namespace>(&client);
    let mut changes = stream::select_all([a, b, c]);
    let mut written = String::new();
    while changes.next().await.is_some() {
        // All that is known by now, at once: a list of a hundred pods is one change, not a hundred.
        while changes.next().now_or_never().flatten().is_some() {}
        let (policies, pods, namespaces) = (policies.state(), pods.state(), namespaces.state());
        let wanted = rules::render(&Known { policies: &policies, pods: &pods, namespaces: &namespaces });
        if wanted != written {
            apply(&wanted).await?;
            written = wanted;
        }
    }
    bail!("the watch on network policies ended")
}

/// Everything of one kind, and a stream that says when it changes.
fn known<K>(client: &Client) -> (Store<K>, BoxStream<'static, ()>)
where
    K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + serde::de::DeserializeOwned + Send + Sync + 'static,
{
    let (store, writer) = reflector::store();
    // A watch that breaks is opened again by itself, and what was known stays known.
    let changes = watcher(Api::all(client.clone()), watcher::Config::default()).default_backoff().reflect(writer);
    (store, changes.map(drop).boxed())
}

async fn apply(rules: &str) -> Result<()> {
    let mut filter = Command::new("iptables-restore")
        .args(["--wait", "--noflush"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("iptables-restore does not start")?;
    let mut stdin = filter.stdin.take().context("iptables-restore takes no input")?;
    stdin.write_all(rules.as_bytes()).await?;
    drop(stdin);
    let output = filter.wait_with_output().await?;
    if !output.status.success() {
        bail!("iptables-restore refuses the rules: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
