//! A store's namespace as an object, and what an existing one tells. Pure.
//!
//! Its annotations are the second truth: the wish, who owns it, how the last wish ended, and the fence
//! of the worker that wrote last. [`super::kept`] reads them back.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Namespace, NamespaceCondition};
use kube::api::ObjectMeta;

use super::ClusterError;
use super::kept::{self, Ended, Kept};
use super::labels::{DESIRED, FENCE, OBSERVED, OWNER, store_labels};
use crate::domain::mask::shown;
use crate::domain::record::Record;
use crate::domain::trouble::{Reason, Trouble};

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
        /// Of the wish that it tells, as far as it is legible.
        generation: Option<u64>,
    },
    /// On its way out; nothing new can be made in it.
    Terminating {
        /// What it still waits for; `None` while it has not said so.
        held_by: Option<Trouble>,
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
    if found.metadata.deletion_timestamp.is_none() {
        let meta = &found.metadata;
        return NamespaceState::Active { fence: kept::fence(meta), generation: kept::generation(meta) };
    }
    let conditions: Vec<_> = found.status.iter().flat_map(|status| status.conditions.iter().flatten()).collect();
    NamespaceState::Terminating { held_by: held_by(&conditions) }
}

/// Why a namespace is not gone yet, by the conditions that Kubernetes sets while it goes.
fn held_by(conditions: &[&NamespaceCondition]) -> Option<Trouble> {
    let told = conditions.iter().filter(|c| c.status == "True").filter_map(|c| {
        let message = c.message.as_deref().unwrap_or_default();
        Some((plain(&c.type_, message)?, message))
    });
    let (words, raw): (Vec<String>, Vec<&str>) = told.unzip();
    if words.is_empty() {
        return None;
    }
    let what = format!("Its namespace cannot go yet: {}", words.join("; "));
    Some(Trouble::new(Reason::NamespaceLeaving, what).with_detail(&raw.join("\n")))
}

/// One condition in plain words; `None` for those that say that all is well.
fn plain(kind: &str, message: &str) -> Option<String> {
    // The first words of a message say again what the condition's type says.
    let (_, list) = message.split_once(": ").unwrap_or(("", message));
    let list = shown(list);
    Some(match kind {
        "NamespaceContentRemaining" => format!("it still holds {}", names(&list, " has ")),
        "NamespaceFinalizersRemaining" => {
            format!("something in it waits for whoever set the finalizer {}", names(&list, " in "))
        }
        "NamespaceDeletionDiscoveryFailure" | "NamespaceDeletionGroupVersionParsingFailure" => {
            format!("a part of the cluster's API does not answer, so that Kubernetes cannot see what is in it ({list})")
        }
        "NamespaceDeletionContentFailure" => format!("Kubernetes could not delete all of it ({list})"),
        _ => return None,
    })
}

/// `pods, claims` from `pods. has 1 resource instances, claims. has 2 resource instances`.
fn names(list: &str, before_count: &str) -> String {
    let each = list.split(", ").map(|item| item.split(before_count).next().unwrap_or(item).trim_end_matches('.'));
    each.collect::<Vec<_>>().join(", ")
}

/// A namespace tells of its record what another one would: the wish and how it ended. Who wrote it does not
/// matter.
pub(super) fn says_the_same(found: &Namespace, wanted: &Namespace) -> bool {
    let told = |namespace: &Namespace| {
        [DESIRED, OBSERVED].map(|key| namespace.metadata.annotations.as_ref().and_then(|all| all.get(key).cloned()))
    };
    told(found) == told(wanted)
}

/// Whether a worker with this fence and this wish may write an existing namespace.
pub(super) fn may_write(found: &Namespace, spec: &NamespaceSpec<'_>) -> Result<(), ClusterError> {
    if found.metadata.deletion_timestamp.is_some() {
        return Err(ClusterError::Terminating);
    }
    let (ours, wish) = (spec.fence, spec.record.desired.generation);
    match (kept::fence(&found.metadata), kept::generation(&found.metadata)) {
        (Some(theirs), _) if theirs > ours => Err(ClusterError::Outrun { theirs, ours }),
        // Whatever was asked stood in the ledger first.
        (_, Some(theirs)) if theirs > wish => Err(ClusterError::Ahead { theirs, ours: wish }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::{from_value, json, to_string_pretty};

    use super::*;
    use crate::domain::actor::ActorId;
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::quota::Size;
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
            org: None,
            size: Size::default(),
        };
        let desired = Desired::new(2, Want::Present, Task::Install);
        let observed = Observed::fresh(0);
        Record {
            id: StoreId::parse("0123456789ab").unwrap(),
            spec,
            desired,
            observed,
            version: 3,
            trail: Default::default(),
        }
    }

    #[test]
    fn a_namespace_is_labelled_guarded_and_can_be_read_back() {
        let record = record();
        let object = namespace_object(&NamespaceSpec { record: &record, fence: 7 }).unwrap();
        assert_snapshot!(to_string_pretty(&object).unwrap());
        assert_eq!(state(Some(&object)), NamespaceState::Active { fence: Some(7), generation: Some(2) });
    }

    #[test]
    fn an_old_fence_may_not_write() {
        let record = record();
        let object = namespace_object(&NamespaceSpec { record: &record, fence: 7 }).unwrap();
        let may = |fence| may_write(&object, &NamespaceSpec { record: &record, fence });
        assert_eq!([may(7), may(8)], [Ok(()), Ok(())]);
        assert_eq!(may(6), Err(ClusterError::Outrun { theirs: 7, ours: 6 }));
    }

    #[test]
    fn a_wish_of_before_may_not_be_written() {
        let record = record();
        let object = namespace_object(&NamespaceSpec { record: &record, fence: 7 }).unwrap();
        let mut before = record.clone();
        before.desired.generation = 1;
        let written = may_write(&object, &NamespaceSpec { record: &before, fence: 8 });
        assert_eq!(written, Err(ClusterError::Ahead { theirs: 2, ours: 1 }));
    }

    #[test]
    fn a_namespace_that_goes_says_what_it_waits_for() {
        let going: Namespace = from_value(json!({
            "metadata": {"name": "store-x", "deletionTimestamp": "2026-11-21T08:00:00Z"},
            "status": {"phase": "Terminating", "conditions": [
                {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "all fine"},
                {"type": "NamespaceContentRemaining", "status": "True",
                 "message": "Some resources are remaining: pods. has 1 resource instances, configmaps. has 2 resource instances"},
                {"type": "NamespaceFinalizersRemaining", "status": "True",
                 "message": "Some content in the namespace has finalizers remaining: a/b in 1 resource instances"},
            ]},
        }))
        .unwrap();
        let NamespaceState::Terminating { held_by: Some(trouble) } = state(Some(&going)) else {
            panic!("says nothing")
        };
        assert_snapshot!(format!("{}\n{}", trouble.message, trouble.detail.unwrap()), @r#"
        Its namespace cannot go yet: it still holds pods, configmaps; something in it waits for whoever set the finalizer a/b. Ask an administrator to remove what holds the namespace.
        Some resources are remaining: pods. has 1 resource instances, configmaps. has 2 resource instances
        Some content in the namespace has finalizers remaining: a/b in 1 resource instances
        "#);
        let discovery = json!([{"type": "NamespaceDeletionDiscoveryFailure", "status": "True",
            "message": "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server \
                        APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery"}]);
        let mut broken = going.clone();
        broken.status.as_mut().unwrap().conditions = from_value(discovery).unwrap();
        let NamespaceState::Terminating { held_by: Some(trouble) } = state(Some(&broken)) else {
            panic!("says nothing")
        };
        assert_snapshot!(trouble.message, @"Its namespace cannot go yet: a part of the cluster's API does not answer, so that Kubernetes cannot see what is in it (unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery). Ask an administrator to remove what holds the namespace.");
        let mut quiet = going.clone();
        quiet.status = None;
        assert_eq!(state(Some(&quiet)), NamespaceState::Terminating { held_by: None });
        assert_eq!(may_write(&going, &NamespaceSpec { record: &record(), fence: 1 }), Err(ClusterError::Terminating));
        assert_eq!(state(None), NamespaceState::Absent);
    }
}
