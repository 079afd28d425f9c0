//! After a restart the API server still tells what an earlier kubelet told it: that the node is
//! ready, and pods that do not run yet. Until the new kubelet speaks up, they are not.

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{Api, ListParams, Patch, PatchParams};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};

use super::NAME;

/// Takes back the readiness of the node and of every pod.
pub async fn forget_readiness(client: &Client) -> Result<()> {
    let nodes = Api::<Node>::all(client.clone());
    match nodes.patch_status(NAME, &PatchParams::default(), &unready(&["Ready"])).await {
        // The first start: there is nothing to forget.
        Err(kube::Error::Api(status)) if status.code == 404 => return Ok(()),
        told => told.map(drop).context("the node cannot be marked")?,
    }
    let known = Api::<Pod>::all(client.clone()).list(&ListParams::default()).await;
    let known = known.context("the pods of the last start cannot be listed")?;
    for pod in known.items.iter().filter(|pod| is_ready(pod)) {
        let namespace = pod.namespace().unwrap_or_default();
        let pods = Api::<Pod>::namespaced(client.clone(), &namespace);
        let patch = unready(&["Ready", "ContainersReady"]);
        let told = pods.patch_status(&pod.name_any(), &PatchParams::default(), &patch).await;
        told.with_context(|| format!("the pod {namespace}/{} cannot be marked", pod.name_any()))?;
    }
    Ok(())
}

/// Conditions are merged by their type.
fn unready(kinds: &[&str]) -> Patch<Value> {
    let conditions = kinds.iter().map(|kind| json!({"type": kind, "status": "False", "reason": "NodeRestarted"}));
    Patch::Strategic(json!({"status": {"conditions": conditions.collect::<Vec<_>>()}}))
}

fn is_ready(pod: &Pod) -> bool {
    let mut conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True")
}
