//! NetworkPolicies, which neither the kubelet nor the network plugins care for: turned into
//! rules of the node's own firewall. A pod's first traffic may pass before its rules are there,
//! as with every network that does this beside the pods' start; the pods it talks to let nobody
//! in whom they know and have no rule for.

pub mod peers;
pub mod rules;

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::Client;
use kube::api::Api;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::Notify;

use super::namespaces::run;
use super::watch;
use rules::{CHAIN, Rules};

/// Enforces policies until it is dropped.
pub async fn enforce(client: Client) -> Result<()> {
    hook()?;
    let changed = Notify::new();
    let (policies, a) = watch::known::<NetworkPolicy>(Api::all(client.clone()));
    let (pods, b) = watch::known::<Pod>(Api::all(client.clone()));
    let (namespaces, c) = watch::known::<Namespace>(Api::all(client));
    let applying = async {
        let mut last = Rules::default();
        loop {
            changed.notified().await;
            let rules = rules::of(&policies.state(), &pods.state(), &namespaces.state());
            if rules != last {
                apply(&rules.script(last.chains())).await?;
                last = rules;
            }
        }
    };
    let watching = async {
        let all = futures::stream::select_all([a, b, c]);
        all.for_each(|()| async { changed.notify_one() }).await;
    };
    tokio::select! {
        () = watching => bail!("the watch on policies ended"),
        ended = applying => ended,
    }
}

/// Sends what comes from pods through the rules. What the node sends to its pods is always
/// allowed: probes of the kubelet, and the ingress.
fn hook() -> Result<()> {
    run("iptables", &["--wait", "-N", CHAIN])?;
    run("iptables", &["--wait", "-A", "FORWARD", "-j", CHAIN])?;
    run("iptables", &["--wait", "-A", "INPUT", "-j", CHAIN])
}

/// All rules at once: there is no moment without any.
async fn apply(script: &str) -> Result<()> {
    let mut child = Command::new("iptables-restore")
        .args(["--noflush", "--wait"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("iptables-restore does not start")?;
    let mut input = child.stdin.take().context("iptables-restore has no input")?;
    input.write_all(script.as_bytes()).await.context("iptables-restore does not listen")?;
    drop(input);
    let output = child.wait_with_output().await.context("iptables-restore does not end")?;
    if !output.status.success() {
        bail!("iptables-restore failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
