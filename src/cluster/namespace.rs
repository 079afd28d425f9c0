//! A store's namespace as an object, and what an existing one tells. Pure.
//!
//! Its annotations are the second truth: the wish, who owns it, how the last wish ended, and the fence
//! of the worker that wrote last. [`super::kept`] reads them back.

use std::collections::BTreeMap;

use super::ClusterError;
use super::kept::{Ended, Kept};
use super::labels::{DESIRED, FENCE, OBSERVED, OWNER, store_labels};
use crate::domain::record::Record;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::ObjectMeta;

/// Conditions that tell why a namespace is not gone yet. The others say that all is well.
const REMAINS: [&str; 5] = [
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceContentRemaining",
    "NamespaceFinalizersRemaining",
];

/// What a namespace is made from.
#[derive(Clone, Copy, Debug)]
pub struct NamespaceSpec<'a> {
    pub record: &'a Record,
    /// Of the worker that writes.
    pub fence: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceState {
    Absent,
    Active {
        /// Of the worker that wrote last, as far as it is legible.
        fence: Option<u64>,
    },
    /// On its way out; nothing new can be made in it.
    Terminating {
        since: Timestamp,
        /// What it still waits for, in Kubernetes' words. Empty when it has not said so yet.
        remaining: String,
    },
}

/// The namespace object of a store, complete for server-side apply.
///
/// # Errors
/// `Invalid` when the record cannot be written as JSON.
pub fn namespace_object(spec: &NamespaceSpec<'_>) -> Result<Namespace, ClusterError> {
    let record = spec.record;
    let unwritable = |e: serde_json::Error| ClusterError::Invalid { message: e.to_string() };
    let kept = Kept { spec: record.spec.clone(), desired: record.desired };
    let kept = serde_json::to_string(&kept).map_err(unwritable)?;
    let mut labels = store_labels(record);
    // Refuse, note in the audit log, and warn: the same level, so that none of them is a surprise.
    for mode in ["enforce", "audit", "warn"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), "restricted".to_owned());
    }
    let annotations = [(DESIRED, kept), (OWNER, record.spec.owner.to_string()), (FENCE, spec.fence.to_string())];
    let mut annotations: BTreeMap<_, _> = annotations.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    if let Some(ended) = Ended::of(record) {
        annotations.insert(OBSERVED.to_owned(), serde_json::to_string(&ended).map_err(unwritable)?);
    }
    let metadata = ObjectMeta {
        name: Some(record.id.namespace()),
        labels: Some(labels),
        annotations: Some(annotations),
        ..ObjectMeta::default()
    };
    Ok(Namespace { metadata, ..Namespace::default() })
}

pub(super) fn state(found: Option<&Namespace>) -> NamespaceState {
    let Some(found) = found else { return NamespaceState::Absent };
    let Some(since) = &found.metadata.deletion_timestamp else {
        return NamespaceState::Active { fence: fence(found) };
    };
    let conditions = found.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let remaining = conditions
        .filter(|c| c.status == "True" && REMAINS.contains(&c.type_.as_str()))
        .filter_map(|c| c.message.clone())
        .collect::<Vec<_>>()
        .join("; ");
    NamespaceState::Terminating { since: since.0, remaining }
}

/// Whether a worker with this fence may write an existing namespace.
pub(super) fn may_write(found: &Namespace, ours: u64) -> Result<(), ClusterError> {
    if found.metadata.deletion_timestamp.is_some() {
        return Err(ClusterError::Terminating);
    }
    match fence(found) {
        Some(theirs) if theirs > ours => Err(ClusterError::Outrun { theirs, ours }),
        _ => Ok(()),
    }
}

fn fence(found: &Namespace) -> Option<u64> {
    super::kept::fence(&found.metadata)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_string_pretty};

    use super::*;
    use crate::domain::actor::ActorId;
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::record::{Desired, Observed, Spec, Task, Want};
    use crate::domain::store::{StoreId, StoreName};

    fn record() -> Record {
        let spec = Spec {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: "Tea & \"more\"".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("discord:123"),
            cell: "main".to_owned(),
            host: "tea.example.com".to_owned(),
            url: "https://tea.example.com".to_owned(),
            created_at: "2026-11-21T08:00:00Z".parse().unwrap(),
            expires_at: None,
        };
        let desired = Desired { generation: 2, want: Want::Present, task: Task::Install };
        let observed = Observed::fresh(0);
        Record { id: StoreId::parse("0123456789ab").unwrap(), spec, desired, observed, version: 3 }
    }

    #[test]
    fn a_namespace_is_labelled_guarded_and_can_be_read_back() {
        let record = record();
        let object = namespace_object(&NamespaceSpec { record: &record, fence: 7 }).unwrap();
        insta::assert_snapshot!(to_string_pretty(&object).unwrap());
        assert_eq!(state(Some(&object)), NamespaceState::Active { fence: Some(7) });
    }

    #[test]
    fn an_old_fence_may_not_write() {
        let record = record();
        let object = namespace_object(&NamespaceSpec { record: &record, fence: 7 }).unwrap();
        assert_eq!(may_write(&object, 7), Ok(()));
        assert_eq!(may_write(&object, 8), Ok(()));
        assert_eq!(may_write(&object, 6), Err(ClusterError::Outrun { theirs: 7, ours: 6 }));
    }

    #[test]
    fn a_namespace_that_goes_says_what_it_waits_for() {
        let going: Namespace = from_value(json!({
            "metadata": {"name": "store-x", "deletionTimestamp": "2026-11-21T08:00:00Z"},
            "status": {"phase": "Terminating", "conditions": [
                {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "all fine"},
                {"type": "NamespaceContentRemaining", "status": "True", "message": "pods. has 1 resource instances"},
                {"type": "NamespaceFinalizersRemaining", "status": "True", "message": "a/b in 1 resource instances"},
            ]},
        }))
        .unwrap();
        let remaining = "pods. has 1 resource instances; a/b in 1 resource instances".to_owned();
        let since = "2026-11-21T08:00:00Z".parse().unwrap();
        assert_eq!(state(Some(&going)), NamespaceState::Terminating { since, remaining });
        assert_eq!(may_write(&going, 1), Err(ClusterError::Terminating));
        assert_eq!(state(None), NamespaceState::Absent);
    }
}
