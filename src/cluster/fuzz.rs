//! What fuzz targets reach in here: bytes that a shop's namespace holds. No part of the program.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::ObjectMeta;
use serde_json::Value;

use super::{ClusterError, proof, release};
use crate::domain::record::Proof;

fn secret(status: &str, stored: &[u8]) -> Secret {
    let labels = BTreeMap::from([("status".to_owned(), status.to_owned())]);
    let metadata = ObjectMeta { labels: Some(labels), ..ObjectMeta::default() };
    Secret { metadata, data: Some([("release".to_owned(), ByteString(stored.to_vec()))].into()), ..Secret::default() }
}

/// The objects of a release as Helm has stored it.
///
/// # Errors
/// It cannot be read.
pub fn release_objects(stored: &[u8]) -> Result<Vec<Value>, ClusterError> {
    release::objects(&secret("deployed", stored))
}

/// A release as it is stored once it is unlocked; `None` when it was not locked. `status` is that of its
/// label.
///
/// # Errors
/// It cannot be read.
pub fn unlocked_release(status: &str, stored: &[u8]) -> Result<Option<Vec<u8>>, ClusterError> {
    let unlocked = release::unlocked(secret(status, stored))?;
    Ok(unlocked.and_then(|secret| secret.data?.remove("release")).map(|stored| stored.0))
}

/// What the termination message of a verify Job's pod proves.
#[must_use]
pub fn shop_proof(message: &str) -> Option<Proof> {
    proof::read(message)
}
