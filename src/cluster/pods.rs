//! A store's pods: shown to whoever asks, and ended so that fresh ones are tried at once.

use futures::future::try_join_all;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::api::{Api, DeleteParams, ListParams};

use super::events::seen;

use super::snapshot::PodState;
use super::summary::{Item, Summary};
use super::{Cluster, ClusterError, within};
use crate::domain::mask::mask;
use crate::domain::pods::{ClusterEvent, PodView, Pods};
use crate::domain::store::StoreId;

/// Most pods and events that are read: a store has about ten pods.
const READ_MAX: u32 = 500;
/// Most events that are shown.
const EVENTS_MAX: usize = 50;
/// Longest message that is shown, in characters.
const MESSAGE_MAX: usize = 400;

impl Cluster {
    /// What runs for a store, and what Kubernetes said of it lately. Two calls to the API server.
    ///
    /// # Errors
    /// Of the calls; that there is nothing is an answer.
    pub async fn pods(&self, id: &StoreId) -> Result<Pods, ClusterError> {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &id.namespace());
        let events: Api<Event> = Api::namespaced(self.client.clone(), &id.namespace());
        let some = ListParams::default().limit(READ_MAX);
        let (pods, events) = tokio::join!(within(pods.list(&some)), within(events.list(&some)));
        let events = match events {
            Ok(events) => events.items,
            // Pods can be seen everywhere, events only where this account has entered: not in a namespace that
            // is going, whose rights have gone first.
            Err(error) if error.lacks_rights() => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Pods { pods: pods?.items.iter().filter_map(pod).collect(), events: latest(events) })
    }

    /// Ends these pods with the grace they ask for; their workloads make new ones. No data goes with
    /// a pod: it is on claims.
    ///
    /// # Errors
    /// Of the calls; that one is gone already is a success.
    pub async fn delete_pods(&self, id: &StoreId, names: &[String]) -> Result<(), ClusterError> {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &id.namespace());
        let deletions = names.iter().map(|name| {
            let pods = pods.clone();
            async move {
                match within(pods.delete(name, &DeleteParams::default())).await {
                    Ok(_) | Err(ClusterError::NotFound) => Ok(()),
                    Err(error) => Err(error),
                }
            }
        });
        try_join_all(deletions).await.map(drop)
    }
}

fn pod(pod: &Pod) -> Option<PodView> {
    let Item::Pod(state) = pod.summary() else { return None };
    let (reason, message) = why(&state).map_or((None, None), |(reason, message)| (Some(reason), message));
    Some(PodView {
        name: state.name,
        component: state.component,
        phase: if state.going { "Terminating".to_owned() } else { state.phase },
        ready: state.ready,
        restarts: state.restarts,
        reason,
        message: message.map(|m| shown(&m)).filter(|m| !m.is_empty()),
    })
}

/// What holds a pod up, else how it failed last. What a program said that ended well, such as a
/// proof, explains nothing.
fn why(pod: &PodState) -> Option<(String, Option<String>)> {
    let failed = pod.terminated.as_ref().filter(|end| end.exit_code != 0);
    let last_words = failed.map(|end| end.message.clone()).filter(|said| !said.is_empty());
    if let Some(reason) = &pod.waiting_reason {
        return Some((reason.clone(), last_words.or_else(|| pod.waiting_message.clone())));
    }
    if let Some(message) = &pod.unschedulable {
        return Some(("Unschedulable".to_owned(), Some(message.clone())));
    }
    failed.map(|end| (end.reason.clone(), last_words))
}

/// Newest first.
fn latest(events: Vec<Event>) -> Vec<ClusterEvent> {
    let mut events: Vec<ClusterEvent> = events.into_iter().filter_map(event).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(EVENTS_MAX);
    events
}

fn event(event: Event) -> Option<ClusterEvent> {
    let at: Timestamp = seen(&event)?;
    let times = event.series.as_ref().and_then(|series| series.count).or(event.count);
    let about = event.involved_object;
    Some(ClusterEvent {
        kind: event.type_.unwrap_or_default(),
        reason: event.reason.unwrap_or_default(),
        message: shown(&event.message.unwrap_or_default()),
        object: format!("{}/{}", about.kind.unwrap_or_default(), about.name.unwrap_or_default()),
        at,
        count: times.and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1),
    })
}

/// Without secrets, and not longer than anybody reads.
fn shown(text: &str) -> String {
    let text = mask(text.trim());
    match text.char_indices().nth(MESSAGE_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn look(status: &Value) -> PodView {
        let labels = json!({ "app.kubernetes.io/component": "shop" });
        pod(&from_value(json!({ "metadata": { "name": "shop-1", "labels": labels }, "status": status })).unwrap())
            .unwrap()
    }

    fn container(state: &Value, last: &Value) -> Value {
        json!([{ "name": "shop", "image": "", "imageID": "", "ready": false, "restartCount": 4, "state": state,
                 "lastState": last }])
    }

    #[test]
    fn a_pod_says_what_holds_it_up_and_keeps_its_secrets() {
        let crashed =
            json!({ "terminated": { "exitCode": 1, "reason": "Error", "message": "DB_PASSWORD=hush is wrong" } });
        let waits = |reason: &str| json!({ "waiting": { "reason": reason, "message": "back-off" } });
        let statuses = container(&waits("CrashLoopBackOff"), &crashed);
        let seen = look(&json!({ "phase": "Running", "containerStatuses": statuses }));
        assert_eq!(
            (seen.component.as_str(), seen.phase.as_str(), seen.ready, seen.restarts),
            ("shop", "Running", false, 4)
        );
        assert_eq!(seen.reason.as_deref(), Some("CrashLoopBackOff"));
        assert_eq!(seen.message.as_deref(), Some("DB_PASSWORD=*** is wrong"));
        let pull = look(
            &json!({ "phase": "Pending", "containerStatuses": container(&waits("ImagePullBackOff"), &json!({})) }),
        );
        assert_eq!((pull.reason.as_deref(), pull.message.as_deref()), (Some("ImagePullBackOff"), Some("back-off")));
        let full = json!([{ "type": "PodScheduled", "status": "False", "message": "0/4 nodes" }]);
        let full = look(&json!({ "phase": "Pending", "conditions": full }));
        assert_eq!((full.reason.as_deref(), full.message.as_deref()), (Some("Unschedulable"), Some("0/4 nodes")));
        let failed = look(&json!({ "phase": "Failed", "containerStatuses": container(&crashed, &json!({})) }));
        assert_eq!(failed.reason.as_deref(), Some("Error"));
        let well = json!({ "terminated": { "exitCode": 0, "reason": "Completed", "message": "{\"order\":1}" } });
        let well = look(&json!({ "phase": "Succeeded", "containerStatuses": container(&well, &json!({})) }));
        assert_eq!((well.reason, well.message), (None, None));
    }

    #[test]
    fn the_latest_events_come_first_without_secrets() {
        let event = |reason: &str, at: &str, more: Value| -> Event {
            let mut event = json!({ "metadata": {}, "type": "Warning", "reason": reason, "lastTimestamp": at,
                "message": "cannot pull from https://ana:hush@registry/shop",
                "involvedObject": { "kind": "Pod", "name": "shop-1" } });
            event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            from_value(event).unwrap()
        };
        let events = latest(vec![
            event("Old", "2026-11-21T08:00:00Z", json!({ "count": 3 })),
            event("New", "2026-11-21T08:00:09Z", json!({})),
        ]);
        let seen: Vec<_> = events.iter().map(|e| (e.reason.as_str(), e.object.as_str(), e.count)).collect();
        assert_eq!(seen, [("New", "Pod/shop-1", 1), ("Old", "Pod/shop-1", 3)]);
        assert_eq!(events[0].message, "cannot pull from https://***@registry/shop");
        let many = (0..60).map(|_| event("Same", "2026-11-21T08:00:00Z", json!({}))).collect();
        assert_eq!(latest(many).len(), EVENTS_MAX);
    }
}
