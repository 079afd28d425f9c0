//! What is done to a shop, and looked for after it, behind its back.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::core::v1::{Namespace, PersistentVolume, Pod};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ListParams};

use super::shop::Shop;
use crate::harness::Test;
use crate::harness::environment::until_within;

/// Databases take up to a minute to stop, and all has to start anew.
const PATIENCE: Duration = Duration::from_secs(180);

/// Pods of Deployments and StatefulSets, not of Jobs.
fn of_workloads(pods: impl IntoIterator<Item = Pod>) -> Vec<Pod> {
    pods.into_iter().filter(|pod| pod.owner_references().iter().all(|owner| owner.kind != "Job")).collect()
}

/// Deletes every pod of the shop and waits until as many others are ready.
pub(super) async fn restart_every_pod(t: &Test, shop: &Shop) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(t.cluster.client.clone(), &shop.namespace);
    let old = of_workloads(pods.list(&ListParams::default()).await?);
    ensure!(old.len() >= 2, "only {} pods", old.len());
    let ids: BTreeSet<String> = old.iter().filter_map(ResourceExt::uid).collect();
    for pod in &old {
        pods.delete(&pod.name_any(), &DeleteParams::default()).await?;
    }
    until_within(PATIENCE, "all pods are new and ready", || async {
        let now = of_workloads(pods.list(&ListParams::default()).await?);
        let new = now.iter().filter(|pod| pod.uid().is_some_and(|id| !ids.contains(&id)) && is_ready(pod));
        Ok((new.count() == old.len() && now.len() == old.len()).then_some(()))
    })
    .await
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.into_iter().flatten().any(|c| c.type_ == "Ready" && c.status == "True")
}

/// Names of the volumes that belong to the shop.
pub(super) async fn volumes(t: &Test, shop: &Shop) -> Result<BTreeSet<String>> {
    let volumes: Api<PersistentVolume> = Api::all(t.cluster.client.clone());
    let list = volumes.list(&ListParams::default()).await?;
    let mine = |volume: &PersistentVolume| {
        let claim = volume.spec.as_ref().and_then(|spec| spec.claim_ref.as_ref());
        claim.and_then(|claim| claim.namespace.as_deref()) == Some(&*shop.namespace)
    };
    Ok(list.items.iter().filter(|volume| mine(volume)).map(ResourceExt::name_any).collect())
}

/// After a delete: no namespace, no volume.
pub(super) async fn nothing_left(t: &Test, shop: &Shop, volumes: &BTreeSet<String>) -> Result<()> {
    let namespaces: Api<Namespace> = Api::all(t.cluster.client.clone());
    ensure!(namespaces.get_opt(&shop.namespace).await?.is_none(), "{} is still there", shop.namespace);
    let all: Api<PersistentVolume> = Api::all(t.cluster.client.clone());
    until_within(PATIENCE, "the volumes are gone", || async {
        let list = all.list_metadata(&ListParams::default()).await?;
        Ok(list.items.iter().all(|volume| !volumes.contains(&volume.name_any())).then_some(()))
    })
    .await
    .context("volumes of a deleted store stay")
}
