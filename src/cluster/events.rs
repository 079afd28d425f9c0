//! Signs of trouble in one namespace as plain data: Kubernetes' Warning events, and volumes that are not
//! there. Pure.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Event, PersistentVolumeClaim};

use super::snapshot::clip;

/// Something Kubernetes complained about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Kind of the object, such as `ReplicaSet`, and its name.
    pub kind: String,
    pub name: String,
    /// Kubernetes' word for it: `FailedCreate`.
    pub reason: String,
    pub message: String,
    /// When it was last seen; the clock is that of Kubernetes.
    pub at: Timestamp,
}

/// [`Sign::reason`] of a claim without a volume: a provisioner that does not exist complains of nothing.
pub(super) const UNBOUND: &str = "Unbound";

/// A claim that has no volume yet.
pub(super) fn unbound(claim: &PersistentVolumeClaim) -> Option<Sign> {
    let is_pending = claim.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Pending");
    let class = claim.spec.as_ref().and_then(|spec| spec.storage_class_name.as_deref()).unwrap_or_default();
    is_pending.then(|| Sign {
        kind: "PersistentVolumeClaim".to_owned(),
        name: claim.metadata.name.clone().unwrap_or_default(),
        reason: UNBOUND.to_owned(),
        message: format!("nobody has made one of the storage class {class:?}"),
        at: claim.metadata.creation_timestamp.as_ref().map_or(Timestamp::UNIX_EPOCH, |time| time.0),
    })
}

/// Newest first, at most `most`, without those last seen before `since`. Kubernetes counts in whole
/// seconds: the second in which `since` lies still belongs to it.
pub(super) fn signs(events: Vec<Event>, since: Timestamp, most: usize) -> Vec<Sign> {
    let mut signs: Vec<_> = events.into_iter().filter_map(sign).collect();
    signs.retain(|sign| sign.at.as_second() >= since.as_second());
    signs.sort_by_key(|sign| std::cmp::Reverse(sign.at));
    signs.truncate(most);
    signs
}

fn sign(event: Event) -> Option<Sign> {
    let at = seen(&event)?;
    Some(Sign {
        kind: event.involved_object.kind.unwrap_or_default(),
        name: event.involved_object.name.unwrap_or_default(),
        reason: event.reason.unwrap_or_default(),
        message: clip(&event.message.unwrap_or_default()),
        at,
    })
}

/// Kubernetes has two generations of events with different times; the last one of either counts.
fn seen(event: &Event) -> Option<Timestamp> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref()).map(|time| time.0);
    let times = [
        series,
        event.last_timestamp.as_ref().map(|time| time.0),
        event.event_time.as_ref().map(|time| time.0),
        event.metadata.creation_timestamp.as_ref().map(|time| time.0),
    ];
    times.into_iter().flatten().max()
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn the_newest_warning_comes_first_and_old_ones_not_at_all() {
        let event = |reason: &str, time: &str, at: &str| -> Event {
            let mut event = json!({"metadata": {}, "involvedObject": {"kind": "Pod", "name": "a"}, "reason": reason});
            event[time] = json!(at);
            from_value(event).unwrap()
        };
        let events = vec![
            event("Old", "lastTimestamp", "2026-11-21T07:59:59Z"),
            event("A", "lastTimestamp", "2026-11-21T08:00:00Z"),
            event("B", "eventTime", "2026-11-21T08:00:05.000000Z"),
            event("Timeless", "unknown", ""),
        ];
        let since = "2026-11-21T08:00:00.5Z".parse().unwrap();
        let reasons = |most| signs(events.clone(), since, most).into_iter().map(|s| s.reason).collect::<Vec<_>>();
        assert_eq!(reasons(9), ["B", "A"]);
        assert_eq!(reasons(1), ["B"]);
    }

    #[test]
    fn a_claim_without_a_volume_is_a_sign() {
        let claim = |phase: &str| -> PersistentVolumeClaim {
            let spec = json!({"storageClassName": "fast"});
            from_value(json!({"metadata": {"name": "database"}, "spec": spec, "status": {"phase": phase}})).unwrap()
        };
        let sign = unbound(&claim("Pending")).unwrap();
        assert_eq!((sign.name.as_str(), sign.reason.as_str()), ("database", UNBOUND));
        assert_eq!(sign.message, "nobody has made one of the storage class \"fast\"");
        assert_eq!(unbound(&claim("Bound")), None);
    }
}
