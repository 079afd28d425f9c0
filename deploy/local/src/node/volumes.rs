//! Volumes of the StorageClass `local`: a folder for each claim, and a PersistentVolume that
//! names it. Deleting the claim deletes the folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use futures::{StreamExt, pin_mut};
use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use kube::api::{Api, DeleteParams, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, ResourceExt};
use serde_json::json;

use super::NAME;
use crate::furnish::CLASS;

/// Serves claims until it is dropped.
pub async fn serve(client: Client, dir: PathBuf) -> Result<()> {
    tokio::try_join!(provision(&client, &dir), reclaim(&client, &dir)).map(drop)
}

async fn provision(client: &Client, dir: &Path) -> Result<()> {
    let claims = Api::<PersistentVolumeClaim>::all(client.clone());
    let changes = watcher(claims, watcher::Config::default()).default_backoff().applied_objects();
    pin_mut!(changes);
    while let Some(change) = changes.next().await {
        // A watch that breaks is opened again by itself.
        let Ok(claim) = change else { continue };
        if is_waiting(&claim)
            && let Err(error) = make(client, dir, &claim).await
        {
            eprintln!("no volume for the claim {}: {error:#}", claim.name_any());
        }
    }
    bail!("the watch on claims ended")
}

/// Whether the claim is ours to serve and has no volume yet.
fn is_waiting(claim: &PersistentVolumeClaim) -> bool {
    let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref());
    claim
        .spec
        .as_ref()
        .is_some_and(|spec| spec.storage_class_name.as_deref() == Some(CLASS) && spec.volume_name.is_none())
        && claim.metadata.deletion_timestamp.is_none()
        && matches!(phase, None | Some("Pending"))
}

async fn make(client: &Client, dir: &Path, claim: &PersistentVolumeClaim) -> Result<()> {
    let name = format!("pvc-{}", claim.uid().context("a claim without an id")?);
    let folder = dir.join(&name);
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    // The kubelet gives it to the pod's group; without one everybody in the pod may write.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).context("its rights cannot be set")?;
    let volumes = Api::<PersistentVolume>::all(client.clone());
    match volumes.create(&PostParams::default(), &volume(&name, &folder, claim)?).await {
        // It is there already: only its binding has not been seen yet.
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        made => made.map(drop).context("the volume is refused"),
    }
}

fn volume(name: &str, folder: &Path, claim: &PersistentVolumeClaim) -> Result<PersistentVolume> {
    let spec = claim.spec.as_ref().context("a claim without a spec")?;
    let size = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref()?.get("storage"));
    let here = json!([{"key": "kubernetes.io/hostname", "operator": "In", "values": [NAME]}]);
    let volume = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": "storebot.dev/local"}},
        "spec": {
            "accessModes": spec.access_modes,
            "capacity": {"storage": size},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": CLASS,
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": claim.name_any(),
                "namespace": claim.namespace(),
                "uid": claim.uid(),
            },
            "local": {"path": folder},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": here}]}},
        },
    });
    serde_json::from_value(volume).context("the volume cannot be described")
}

async fn reclaim(client: &Client, dir: &Path) -> Result<()> {
    let volumes = Api::<PersistentVolume>::all(client.clone());
    let changes = watcher(volumes.clone(), watcher::Config::default()).default_backoff().applied_objects();
    pin_mut!(changes);
    while let Some(change) = changes.next().await {
        let Ok(volume) = change else { continue };
        if is_released(&volume)
            && let Err(error) = delete(&volumes, dir, &volume.name_any()).await
        {
            eprintln!("the volume {} is not deleted: {error:#}", volume.name_any());
        }
    }
    bail!("the watch on volumes ended")
}

/// Whether the claim of a volume of ours is gone.
fn is_released(volume: &PersistentVolume) -> bool {
    let phase = volume.status.as_ref().and_then(|status| status.phase.as_deref());
    let class = volume.spec.as_ref().and_then(|spec| spec.storage_class_name.as_deref());
    // `Failed` is Kubernetes' own attempt: it knows no way to delete a folder.
    class == Some(CLASS) && matches!(phase, Some("Released" | "Failed")) && volume.metadata.deletion_timestamp.is_none()
}

async fn delete(volumes: &Api<PersistentVolume>, dir: &Path, name: &str) -> Result<()> {
    let folder = dir.join(name);
    // Beside the node's other work: a shop's files are many.
    let removed = tokio::task::spawn_blocking(move || fs::remove_dir_all(folder)).await?;
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).context("its folder stays"),
        _ => {}
    }
    match volumes.delete(name, &DeleteParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        gone => gone.map(drop).context("the API server refuses"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(class: &str, phase: &str) -> Result<PersistentVolumeClaim> {
        Ok(serde_json::from_value(json!({
            "metadata": {"name": "database", "namespace": "store-a", "uid": "u-1"},
            "spec": {
                "storageClassName": class,
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "2Gi"}},
            },
            "status": {"phase": phase},
        }))?)
    }

    #[test]
    fn only_waiting_claims_of_our_class_are_served() -> Result<()> {
        assert!(is_waiting(&claim(CLASS, "Pending")?));
        assert!(!is_waiting(&claim(CLASS, "Bound")?));
        assert!(!is_waiting(&claim("fast", "Pending")?));
        Ok(())
    }

    #[test]
    fn a_volume_is_bound_to_its_claim_and_to_this_node() -> Result<()> {
        let volume = serde_json::to_value(volume("pvc-u-1", Path::new("/v/pvc-u-1"), &claim(CLASS, "Pending")?)?)?;
        assert_eq!(volume["spec"]["claimRef"]["uid"], "u-1");
        assert_eq!(volume["spec"]["local"]["path"], "/v/pvc-u-1");
        assert_eq!(volume["spec"]["capacity"]["storage"], "2Gi");
        let term = &volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0];
        assert_eq!(term["matchExpressions"][0]["values"], json!([NAME]));
        Ok(())
    }
}
