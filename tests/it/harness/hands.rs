//! Plays the kubelet for pods that nothing else moves (`simulate: pending`): they get ready, and
//! Jobs end as the test says. So a test can have a shop that is not simulated, a proof, and a
//! program that fails with its own words.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams, Patch, PatchParams};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};

use super::environment::ASK;

/// How a Job's pod ends.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) exit_code: i32,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

impl Ending {
    pub(crate) fn well(message: impl Into<String>) -> Self {
        Self { exit_code: 0, reason: "Completed", message: message.into() }
    }

    pub(crate) fn badly(message: impl Into<String>) -> Self {
        Self { exit_code: 1, reason: "Error", message: message.into() }
    }

    /// The end of a test order of this number.
    pub(crate) fn proof(order: u32) -> Self {
        let proof = json!({ "order": order.to_string(), "total": "23.00 EUR", "placed_at": "2026-11-21T08:00:00Z",
                            "seconds": 1.4 });
        Self::well(proof.to_string())
    }
}

/// What a workload's container waits for instead of running.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    /// How often it was started again, and how it ended last.
    pub(crate) ended: Option<(u32, Ending)>,
}

/// What the test wants of its pods, by component.
#[derive(Clone, Debug, Default)]
struct Wishes {
    endings: BTreeMap<String, Ending>,
    waiting: BTreeMap<String, Waiting>,
}

/// Ends when it is dropped.
pub(crate) struct Hands {
    wishes: Arc<Mutex<Wishes>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hands {
    pub(super) fn start(client: Client, cell: &str) -> Self {
        let wishes = Arc::new(Mutex::default());
        let task = tokio::spawn(serve(client, cell.to_owned(), Arc::clone(&wishes)));
        Self { wishes, task }
    }

    fn wish(&self, change: impl FnOnce(&mut Wishes)) {
        change(&mut self.wishes.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// From now on, pods of this component's Jobs do not end.
    pub(crate) fn withhold(&self, component: &str) {
        self.wish(|wishes| drop(wishes.endings.remove(component)));
    }

    /// From now on, pods of this component's Jobs end like this. A Job without an ending stays as it is.
    pub(crate) fn ends(&self, component: &str, ending: Ending) {
        self.wish(|wishes| drop(wishes.endings.insert(component.to_owned(), ending)));
    }

    /// From now on, this workload's pods do not get ready.
    pub(crate) fn waits(&self, component: &str, waiting: Waiting) {
        self.wish(|wishes| drop(wishes.waiting.insert(component.to_owned(), waiting)));
    }
}

async fn serve(client: Client, cell: String, wishes: Arc<Mutex<Wishes>>) {
    let all: Api<Pod> = Api::all(client.clone());
    let ours = ListParams::default().labels(&format!("storebot.dev/cell={cell}"));
    let mut turns = tokio::time::interval(ASK);
    loop {
        turns.tick().await;
        let Ok(pods) = all.list(&ours).await else { continue };
        for pod in pods {
            let wishes = wishes.lock().unwrap_or_else(PoisonError::into_inner).clone();
            // A pod that has gone meanwhile needs nothing.
            let _ = step(&client, &pod, &wishes).await;
        }
    }
}

async fn step(client: &Client, pod: &Pod, wishes: &Wishes) -> Result<()> {
    let component = pod.labels().get("app.kubernetes.io/component").map_or("", String::as_str);
    let pending = pod.status.as_ref().is_some_and(|s| s.phase.as_deref() == Some("Pending"));
    let placed = pod.spec.as_ref().is_some_and(|s| s.node_name.is_some());
    let of_job = pod.owner_references().iter().any(|o| o.kind == "Job");
    let status = match (pending && placed, of_job, wishes.endings.get(component)) {
        (true, false, _) => wishes.waiting.get(component).map_or_else(|| running(pod), |w| waiting(pod, w)),
        (true, true, Some(ending)) => ended(pod, ending),
        _ => return Ok(()),
    };
    let pods: Api<Pod> = Api::namespaced(client.clone(), &pod.namespace().unwrap_or_default());
    pods.patch_status(&pod.name_any(), &PatchParams::default(), &Patch::Merge(json!({ "status": status }))).await?;
    Ok(())
}

fn containers(pod: &Pod, ready: bool, state: &Value) -> Vec<Value> {
    let spec = pod.spec.iter().flat_map(|s| &s.containers);
    let status = |name: &str| json!({ "name": name, "image": "x", "imageID": "x", "ready": ready, "restartCount": 0, "state": state });
    spec.map(|c| status(&c.name)).collect()
}

fn running(pod: &Pod) -> Value {
    let conditions: Vec<Value> = ["Initialized", "ContainersReady", "Ready"]
        .map(|kind| json!({ "type": kind, "status": "True", "lastTransitionTime": "2026-11-21T08:00:00Z" }))
        .to_vec();
    let state = json!({ "running": { "startedAt": "2026-11-21T08:00:00Z" } });
    json!({ "phase": "Running", "conditions": conditions, "containerStatuses": containers(pod, true, &state) })
}

fn waiting(pod: &Pod, waiting: &Waiting) -> Value {
    let state = json!({ "waiting": { "reason": waiting.reason, "message": waiting.message } });
    let mut containers = containers(pod, false, &state);
    let phase = if waiting.ended.is_some() { "Running" } else { "Pending" };
    for container in &mut containers {
        if let Some((restarts, end)) = &waiting.ended {
            container["restartCount"] = (*restarts).into();
            container["lastState"] = json!({ "terminated": terminated(end) });
        }
    }
    json!({ "phase": phase, "containerStatuses": containers })
}

fn terminated(ending: &Ending) -> Value {
    let at = "2026-11-21T08:00:00Z";
    json!({ "exitCode": ending.exit_code, "reason": ending.reason, "message": ending.message,
            "startedAt": at, "finishedAt": at })
}

fn ended(pod: &Pod, ending: &Ending) -> Value {
    let phase = if ending.exit_code == 0 { "Succeeded" } else { "Failed" };
    json!({ "phase": phase, "containerStatuses": containers(pod, false, &json!({ "terminated": terminated(ending) })) })
}
