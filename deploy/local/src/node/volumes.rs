//! Volumes of the StorageClass `local`: a folder for each claim, and a PersistentVolume that
//! names it. Deleting the claim deletes the folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use futures::{StreamExt, pin_mut};
use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
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
        let done = if is_waiting(&claim) {
            make(client, dir, &claim).await
        } else if let Some((volume, size)) = growth(&claim) {
            grow(client, &claim, volume, size).await
        } else {
            Ok(())
        };
        if let Err(error) = done {
            eprintln!("the claim {} is not served: {error:#}", claim.name_any());
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

/// The volume of a bound claim that asks for another size than it has, and the size. The API server
/// lets claims only grow.
fn growth(claim: &PersistentVolumeClaim) -> Option<(&str, &Quantity)> {
    let (spec, status) = (claim.spec.as_ref()?, claim.status.as_ref()?);
    let wanted = spec.resources.as_ref()?.requests.as_ref()?.get("storage")?;
    let has = status.capacity.as_ref()?.get("storage")?;
    let ours = spec.storage_class_name.as_deref() == Some(CLASS) && status.phase.as_deref() == Some("Bound");
    (ours && wanted != has).then_some((spec.volume_name.as_deref()?, wanted))
}

/// A folder has no size: only the books are changed.
async fn grow(client: &Client, claim: &PersistentVolumeClaim, volume: &str, size: &Quantity) -> Result<()> {
    let capacity = json!({"capacity": {"storage": size}});
    let volumes = Api::<PersistentVolume>::all(client.clone());
    let patch = Patch::Merge(json!({"spec": capacity}));
    volumes.patch(volume, &PatchParams::default(), &patch).await.context("the volume does not grow")?;
    let namespace = claim.namespace().context("a claim without a namespace")?;
    let claims = Api::<PersistentVolumeClaim>::namespaced(client.clone(), &namespace);
    let patch = Patch::Merge(json!({"status": capacity}));
    let told = claims.patch_status(&claim.name_any(), &PatchParams::default(), &patch).await;
    told.map(drop).context("the claim is not told")
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
    fn only_a_bound_claim_of_another_size_grows() -> Result<()> {
        let mut claim = claim(CLASS, "Bound")?;
        assert!(growth(&claim).is_none());
        if let (Some(spec), Some(status)) = (&mut claim.spec, &mut claim.status) {
            spec.volume_name = Some("pvc-u-1".to_owned());
            status.capacity = Some([("storage".to_owned(), Quantity("1Gi".to_owned()))].into());
        }
        assert_eq!(growth(&claim), Some(("pvc-u-1", &Quantity("2Gi".to_owned()))));
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
