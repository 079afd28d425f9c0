//! What a fresh control plane gets before anybody uses it: one StorageClass, one IngressClass,
//! and simulated nodes where no real one brings itself.

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::Api;
use crate::nodes::Nodes;

/// Enough that placement has a choice to make.
pub const SIMULATED: usize = 4;
/// Name of the StorageClass and of the IngressClass.
pub const CLASS: &str = "local";

/// Creates what is missing.
pub async fn furnish(api: &Api, nodes: Nodes) -> Result<()> {
    if nodes == Nodes::Simulated {
        for number in 1..=SIMULATED {
            api.create("/api/v1/nodes", &node(number)).await?;
        }
    }
    api.create("/apis/storage.k8s.io/v1/storageclasses", &storage_class(nodes)).await?;
    api.create("/apis/networking.k8s.io/v1/ingressclasses", &ingress_class()).await
}

/// Whether the nodes are Ready and pods can be created.
pub async fn is_furnished(api: &Api, nodes: Nodes) -> bool {
    let Some(found) = api.get("/api/v1/nodes").await else {
        return false;
    };
    let ready = found["items"].as_array().into_iter().flatten().filter(|node| is_ready(node));
    let wanted = if nodes == Nodes::Simulated { SIMULATED } else { 1 };
    // Without its default service account a namespace admits no pod.
    ready.count() >= wanted && api.is_ok("/api/v1/namespaces/default/serviceaccounts/default").await
}

fn is_ready(node: &Value) -> bool {
    let conditions = node["status"]["conditions"].as_array();
    let tainted = node["spec"]["taints"].as_array().is_some_and(|taints| !taints.is_empty());
    !tainted
        && conditions
            .into_iter()
            .flatten()
            .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

fn node(number: usize) -> Value {
    let name = format!("simulated-{number}");
    // Far more than the machine has: nothing runs, so only quotas should ever refuse.
    let room = json!({"cpu": "64", "memory": "256Gi", "pods": "5000", "ephemeral-storage": "1Ti"});
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/os": "linux",
                "kubernetes.io/hostname": name,
                "storebot.dev/simulated": "true",
            },
        },
        "status": {"allocatable": room, "capacity": room},
    })
}

fn storage_class(nodes: Nodes) -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": CLASS,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "storebot.dev/local",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        // Nobody makes the books right for a simulated volume that grows.
        "allowVolumeExpansion": nodes == Nodes::Real,
    })
}

fn ingress_class() -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {
            "name": CLASS,
            "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"},
        },
        "spec": {"controller": "storebot.dev/local"},
    })
}
