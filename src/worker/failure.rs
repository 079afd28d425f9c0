//! What an action that did not end well means for the store: by what to do about it, and in plain words.
//! Pure.

use crate::cluster::{self, ClusterError};
use crate::domain::mask::shown;
use crate::domain::record::{Reason, Record, Trouble};
use crate::helm::HelmError;

/// Why an action did not end well, by what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ActError {
    /// Told to stop.
    Stopped,
    /// The namespace carries a newer fence or wish: the claim is lost, whatever the ledger could say so far.
    Lost,
    /// What was looked at is not there any more.
    Moved,
    /// The cluster does not answer: wait for it, however long it takes.
    Away { what: String },
    /// May go better another time; counts as an attempt.
    Again(Trouble),
    /// Will not go better by itself.
    Final(Trouble),
}

impl ActError {
    fn of(trouble: Trouble, is_transient: bool) -> Self {
        if is_transient { Self::Again(trouble) } else { Self::Final(trouble) }
    }
}

impl From<ClusterError> for ActError {
    fn from(error: ClusterError) -> Self {
        if error.is_away() {
            return Self::Away { what: error.to_string() };
        }
        match error {
            _ if error.is_behind() => return Self::Lost,
            ClusterError::NotFound => return Self::Moved,
            _ => {}
        }
        let raw = error.to_string();
        let failed = |why: &str| {
            let what = format!("Something went wrong in the cluster: {}", shown(why));
            cluster::refusal(NEEDED, why).map_or_else(|| Trouble::new(Reason::ClusterFailed, what), |f| f.trouble)
        };
        let trouble = match &error {
            ClusterError::Forbidden { message } | ClusterError::Invalid { message } => refused(message),
            ClusterError::Terminating => leaving(),
            ClusterError::Other { message } => failed(message),
            _ => failed(&raw),
        };
        Self::of(trouble.with_detail(&raw), error.is_transient())
    }
}

impl From<HelmError> for ActError {
    fn from(error: HelmError) -> Self {
        let raw = error.to_string();
        let failed = |what: &str| Trouble::new(Reason::HelmFailed, what);
        let trouble = match &error {
            HelmError::Stopped => return Self::Stopped,
            HelmError::Unreachable { .. } => return Self::Away { what: raw },
            HelmError::Values { message } => {
                Trouble::new(Reason::ValuesRefused, format!("The chart does not accept its values: {}", shown(message)))
            }
            HelmError::Refused { message } | HelmError::WebhookAway { message } => refused(message),
            HelmError::Missing { what } => {
                Trouble::new(Reason::HelmMissing, format!("Something that installs shops is missing: {}", shown(what)))
            }
            HelmError::Terminating => leaving(),
            HelmError::Locked => failed("Another run of Helm holds the release"),
            HelmError::TimedOut { message } => failed(&format!("Helm took too long: {}", shown(message))),
            HelmError::NotFound { message } => {
                failed(&format!("Helm did not find what it works on: {}", shown(message)))
            }
            HelmError::Other { message } => failed(&format!("Helm failed: {}", shown(message))),
        };
        Self::of(trouble.with_detail(&raw), error.is_transient())
    }
}

/// Where a refusal does not say what it is about.
const NEEDED: &str = "what the shop needs";

/// What the cluster did not let in.
fn refused(message: &str) -> Trouble {
    let (what, why) = object(message).unwrap_or_else(|| (NEEDED.to_owned(), message));
    match cluster::refusal(&what, why) {
        Some(found) => found.trouble,
        None => Trouble::new(Reason::RefusedByCluster, format!("The cluster refuses {what}: {}", shown(why))),
    }
}

/// `the Deployment shop` and what follows, from `… failed for object store-x/shop apps/v1, Kind=Deployment: …`
fn object(message: &str) -> Option<(String, &str)> {
    let (_, told) = message.split_once("for object ")?;
    let name = told.split_whitespace().next()?.rsplit('/').next()?;
    let (kind, why) = told.split_once("Kind=")?.1.split_once(": ")?;
    Some((format!("the {kind} {name}"), why))
}

fn leaving() -> Trouble {
    Trouble::new(Reason::NamespaceLeaving, "Its namespace is being deleted, so that nothing can be made in it")
}

/// A release of before the chart had templates for Jobs that are asked for.
pub(super) fn chart_too_old() -> Trouble {
    Trouble::new(Reason::ChartTooOld, "The shop was installed by an older chart that cannot do this")
}

/// The store's cluster is none that this storebot was given.
pub(super) fn cell_not_configured(record: &Record) -> Trouble {
    let what = format!("It belongs to the cell {:?}, which storebot is not configured for", record.spec.cell);
    Trouble::new(Reason::CellNotConfigured, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tried again or not, the reason, and the first sentence.
    fn told(error: impl Into<ActError>) -> String {
        let (how, trouble) = match error.into() {
            ActError::Again(trouble) => ("again", trouble),
            ActError::Final(trouble) => ("final", trouble),
            other => return format!("{other:?}"),
        };
        assert!(trouble.detail.is_some(), "{trouble:?}");
        format!("{how} {}: {}", trouble.reason, trouble.message)
    }

    #[test]
    fn what_helm_says_is_told_in_plain_words() {
        let at = "server-side apply failed for object store-x/shop apps/v1, Kind=Deployment: ";
        let claim = "server-side apply failed for object store-x/shop /v1, Kind=PersistentVolumeClaim: ";
        let refused = |text: String| HelmError::Refused { message: text };
        let message = || "token=abc why".to_owned();
        let said = [
            refused(format!("{at}admission webhook \"p.example\" denied the request: no tea")),
            refused(format!(
                "{at}deployments.apps \"shop\" is forbidden: ValidatingAdmissionPolicy 'no-tea' with binding 'all' \
                 denied request: no tea"
            )),
            refused(format!(
                "{claim}persistentvolumeclaims \"shop\" is forbidden: exceeded quota: store, requested: \
                 persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited: persistentvolumeclaims=1"
            )),
            refused(format!("{at}deployments.apps \"shop\" is forbidden: User \"bob\" cannot patch")),
            HelmError::WebhookAway { message: "failed calling webhook \"p.example\": EOF".to_owned() },
            HelmError::Values { message: message() },
            HelmError::Missing { what: "no such chart".to_owned() },
            HelmError::Locked,
            HelmError::Terminating,
            HelmError::TimedOut { message: message() },
            HelmError::NotFound { message: message() },
            HelmError::Other { message: message() },
            HelmError::Stopped,
            HelmError::Unreachable { message: message() },
        ];
        insta::assert_snapshot!(said.map(told).join("\n"), @r#"
        final refused-by-admission: A policy of the cluster (p.example) refuses the Deployment shop: no tea. Ask an administrator to change that policy, or the cell's values to suit it.
        final refused-by-admission: A policy of the cluster (no-tea) refuses the Deployment shop: no tea. Ask an administrator to change that policy, or the cell's values to suit it.
        final quota-exceeded: There is no room in the store's quota for the PersistentVolumeClaim shop: volumes: 1 more is asked for, and 1 of 1 are taken. Take a smaller plan, or ask an administrator to raise the quota in the cell's values.
        again refused-by-cluster: The cluster refuses the Deployment shop: deployments.apps "shop" is forbidden: User "bob" cannot patch. Ask an administrator to look at storebot's rights in the cluster and at the cell's values.
        again admission-away: The cluster lets nothing in without asking the webhook p.example, and that one does not answer. Ask an administrator to look at that webhook.
        final values-refused: The chart does not accept its values: token=*** why. Ask an administrator to correct the cell's value files.
        again helm-missing: Something that installs shops is missing: no such chart. Ask an administrator to put it where storebot's workers run.
        again helm-failed: Another run of Helm holds the release. If it goes on, ask an administrator to look at the events of the store.
        again namespace-leaving: Its namespace is being deleted, so that nothing can be made in it. Ask an administrator to remove what holds the namespace.
        again helm-failed: Helm took too long: token=*** why. If it goes on, ask an administrator to look at the events of the store.
        again helm-failed: Helm did not find what it works on: token=*** why. If it goes on, ask an administrator to look at the events of the store.
        again helm-failed: Helm failed: token=*** why. If it goes on, ask an administrator to look at the events of the store.
        Stopped
        Away { what: "the cluster cannot be reached: token=abc why" }
        "#);
    }

    #[test]
    fn what_the_cluster_says_is_told_in_plain_words() {
        let message = || "why".to_owned();
        let said = [
            ClusterError::Forbidden { message: "admission webhook \"p\" denied the request: no tea".to_owned() },
            ClusterError::Invalid { message: message() },
            ClusterError::Conflict { message: message() },
            ClusterError::NotFound,
            ClusterError::Terminating,
            ClusterError::Other { message: "failed calling webhook \"p\": EOF".to_owned() },
            ClusterError::Other { message: message() },
            ClusterError::TimedOut,
        ];
        insta::assert_snapshot!(said.map(told).join("\n"), @r#"
        final refused-by-admission: A policy of the cluster (p) refuses what the shop needs: no tea. Ask an administrator to change that policy, or the cell's values to suit it.
        final refused-by-cluster: The cluster refuses what the shop needs: why. Ask an administrator to look at storebot's rights in the cluster and at the cell's values.
        again cluster-error: Something went wrong in the cluster: changed meanwhile: why. If it goes on, ask an administrator to look at the cluster.
        Moved
        again namespace-leaving: Its namespace is being deleted, so that nothing can be made in it. Ask an administrator to remove what holds the namespace.
        again admission-away: The cluster lets nothing in without asking the webhook p, and that one does not answer. Ask an administrator to look at that webhook.
        again cluster-error: Something went wrong in the cluster: why. If it goes on, ask an administrator to look at the cluster.
        Away { what: "the cluster did not answer in time" }
        "#);
    }
}
