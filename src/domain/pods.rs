//! What runs for a store, as far as anybody may see it. Told by a worker, shown by the doors; nothing
//! of it is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A store's pods and what Kubernetes said of them lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pods {
    /// By name.
    pub pods: Vec<PodView>,
    /// Newest first.
    pub events: Vec<ClusterEvent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodView {
    pub name: String,
    /// `shop`, `database`, `setup` …
    pub component: String,
    /// Kubernetes' word, or `Terminating`.
    pub phase: String,
    pub ready: bool,
    /// Of all its containers.
    pub restarts: u32,
    /// What holds it up, or how it ended last: `ImagePullBackOff`, `Unschedulable`, `OOMKilled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Without secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Something Kubernetes said about an object of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterEvent {
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    pub reason: String,
    /// Without secrets.
    pub message: String,
    /// `Pod/shop-1`.
    pub object: String,
    /// When it was last seen, by the cluster's clock.
    pub at: Timestamp,
    pub count: u32,
}
