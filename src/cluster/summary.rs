//! From Kubernetes' objects to the small summaries that are kept of them. Pure.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Namespace, Pod, PodStatus};
use kube::api::ObjectMeta;

use super::labels::{COMPONENT, label, revision};
use super::snapshot::{JobOutcome, JobState, PodState, Terminated, Workload, clip};

/// Kubernetes' own label on the pods of a Job.
const JOB_NAME: &str = "batch.kubernetes.io/job-name";
const JOB_UID: &str = "batch.kubernetes.io/controller-uid";

/// The kinds that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Namespace,
    Deployment,
    StatefulSet,
    Job,
    Pod,
}

impl Kind {
    pub(super) const COUNT: usize = 5;

    /// Pods and Jobs come and go by themselves; that anything else goes is somebody's doing.
    pub(super) fn is_lasting(self) -> bool {
        match self {
            Self::Namespace | Self::Deployment | Self::StatefulSet => true,
            Self::Job | Self::Pod => false,
        }
    }
}

/// What is kept of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Namespace { terminating: bool },
    Workload(Workload),
    Job(JobState),
    Pod(PodState),
}

impl Item {
    /// Somebody wants it to be otherwise; how far it has come does not matter.
    pub(super) fn wants_otherwise(&self, now: &Self) -> bool {
        match (self, now) {
            (Self::Namespace { terminating: before }, Self::Namespace { terminating: now }) => before != now,
            (Self::Workload(before), Self::Workload(now)) => {
                (before.generation, &before.uid, before.revision) != (now.generation, &now.uid, now.revision)
            }
            _ => false,
        }
    }
}

pub(super) trait Summary {
    const KIND: Kind;
    fn summary(&self) -> Item;
}

impl Summary for Namespace {
    const KIND: Kind = Kind::Namespace;
    fn summary(&self) -> Item {
        Item::Namespace { terminating: self.metadata.deletion_timestamp.is_some() }
    }
}

/// A workload's numbers, the same for both kinds.
struct Replicas {
    /// The spec's generation that the numbers are about.
    observed: Option<i64>,
    wanted: Option<i32>,
    present: Option<i32>,
    updated: Option<i32>,
    serving: Option<i32>,
}

fn workload(meta: &ObjectMeta, replicas: &Replicas) -> Item {
    let wanted = replicas.wanted.unwrap_or(1);
    let all = |count: Option<i32>| count.unwrap_or(0) == wanted;
    let current = replicas.observed.is_some() && replicas.observed >= meta.generation;
    let ready = current && all(replicas.present) && all(replicas.updated) && all(replicas.serving);
    let name = meta.name.clone().unwrap_or_default();
    Item::Workload(Workload {
        name,
        revision: revision(meta),
        wanted: u32::try_from(wanted).unwrap_or(0),
        ready,
        generation: meta.generation.unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
    })
}

impl Summary for Deployment {
    const KIND: Kind = Kind::Deployment;
    fn summary(&self) -> Item {
        let status = self.status.as_ref();
        let replicas = Replicas {
            observed: status.and_then(|s| s.observed_generation),
            wanted: self.spec.as_ref().and_then(|s| s.replicas),
            present: status.and_then(|s| s.replicas),
            updated: status.and_then(|s| s.updated_replicas),
            serving: status.and_then(|s| s.available_replicas),
        };
        workload(&self.metadata, &replicas)
    }
}

impl Summary for StatefulSet {
    const KIND: Kind = Kind::StatefulSet;
    fn summary(&self) -> Item {
        let status = self.status.as_ref();
        let replicas = Replicas {
            observed: status.and_then(|s| s.observed_generation),
            wanted: self.spec.as_ref().and_then(|s| s.replicas),
            present: status.map(|s| s.replicas),
            updated: status.and_then(|s| s.updated_replicas),
            serving: status.and_then(|s| s.available_replicas.min(s.ready_replicas)),
        };
        workload(&self.metadata, &replicas)
    }
}

impl Summary for Job {
    const KIND: Kind = Kind::Job;
    fn summary(&self) -> Item {
        let conditions = self.status.iter().flat_map(|status| status.conditions.iter().flatten());
        let mut outcome = JobOutcome::Running;
        for condition in conditions.filter(|c| c.status == "True") {
            match condition.type_.as_str() {
                "Complete" => outcome = JobOutcome::Succeeded,
                "Failed" => {
                    let parts = [condition.reason.as_deref(), condition.message.as_deref()];
                    let message = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
                    outcome = JobOutcome::Failed { message: clip(&message) };
                }
                _ => {}
            }
        }
        let meta = &self.metadata;
        let component = label(meta, COMPONENT).unwrap_or_default().to_owned();
        Item::Job(JobState {
            name: meta.name.clone().unwrap_or_default(),
            uid: meta.uid.clone().unwrap_or_default(),
            component,
            revision: revision(meta),
            outcome,
        })
    }
}

impl Summary for Pod {
    const KIND: Kind = Kind::Pod;
    fn summary(&self) -> Item {
        let meta = &self.metadata;
        let status = self.status.clone().unwrap_or_default();
        let containers = || {
            let init = status.init_container_statuses.iter().flatten();
            init.chain(status.container_statuses.iter().flatten())
        };
        let waiting = containers().find_map(|container| {
            let waiting = container.state.as_ref()?.waiting.as_ref()?;
            // Every container waits a moment for its turn; that is no news.
            let reason = waiting.reason.clone().filter(|r| r != "ContainerCreating" && r != "PodInitializing")?;
            Some((reason, waiting.message.as_deref().map(clip)))
        });
        let (waiting_reason, waiting_message) = waiting.unzip();
        let component = label(meta, COMPONENT).unwrap_or_default();
        Item::Pod(PodState {
            name: meta.name.clone().unwrap_or_default(),
            component: component.to_owned(),
            job: label(meta, JOB_NAME).map(str::to_owned),
            job_uid: label(meta, JOB_UID).map(str::to_owned),
            revision: revision(meta),
            phase: status.phase.clone().unwrap_or_default(),
            ready: condition(&status, "Ready", "True").is_some(),
            going: meta.deletion_timestamp.is_some(),
            restarts: containers().map(|c| u32::try_from(c.restart_count).unwrap_or(0)).sum(),
            unschedulable: condition(&status, "PodScheduled", "False").map(|message| clip(&message)),
            waiting_reason,
            waiting_message: waiting_message.flatten(),
            done: status.container_statuses.iter().flatten().any(|c| is_done(c, component)),
            terminated: terminated(containers()),
        })
    }
}

fn is_done(container: &ContainerStatus, name: &str) -> bool {
    let end = container.state.as_ref().and_then(|state| state.terminated.as_ref());
    container.name == name && end.is_some_and(|end| end.exit_code == 0)
}

/// The message of a condition that is in this state.
fn condition(status: &PodStatus, kind: &str, state: &str) -> Option<String> {
    let mut conditions = status.conditions.iter().flatten();
    let found = conditions.find(|c| c.type_ == kind && c.status == state)?;
    Some(found.message.clone().unwrap_or_default())
}

fn terminated<'a>(containers: impl Iterator<Item = &'a ContainerStatus>) -> Option<Terminated> {
    let mut best: Option<&ContainerStateTerminated> = None;
    for container in containers {
        let state = container.state.as_ref().and_then(|s| s.terminated.as_ref());
        let last = container.last_state.as_ref().and_then(|s| s.terminated.as_ref());
        if let Some(end) = state.or(last)
            && best.is_none_or(|best| best.exit_code == 0)
        {
            best = Some(end);
        }
    }
    let end = best?;
    Some(Terminated {
        exit_code: end.exit_code,
        reason: end.reason.clone().unwrap_or_default(),
        message: clip(end.message.as_deref().unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    #[test]
    fn a_deployment_is_ready_when_nothing_old_is_left() {
        let good = json!({"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1});
        let with = |key: &str, value: Value| {
            let mut status = good.clone();
            status[key] = value;
            status
        };
        let ready = |wanted: u32, status: Value| {
            let labels = json!({"storebot.dev/revision": "7"});
            let spec = json!({"replicas": wanted, "selector": {}, "template": {}});
            let meta = json!({"name": "shop", "generation": 2, "labels": labels});
            let object: Deployment = from_value(json!({"metadata": meta, "spec": spec, "status": status})).unwrap();
            let Item::Workload(w) = object.summary() else { panic!("a workload") };
            assert_eq!((w.name.as_str(), w.revision, w.wanted), ("shop", Some(7), wanted));
            w.ready
        };
        assert!(ready(1, good.clone()));
        assert!(!ready(1, with("observedGeneration", json!(1))), "the controller has not looked yet");
        assert!(!ready(1, with("replicas", json!(2))), "an old pod is left");
        assert!(!ready(1, with("updatedReplicas", json!(0))));
        assert!(!ready(1, with("availableReplicas", Value::Null)));
        assert!(!ready(1, json!({})));
        assert!(ready(0, json!({"observedGeneration": 2})));
        assert!(!ready(0, good.clone()), "asked to sleep, still awake");
    }

    #[test]
    fn a_stateful_set_is_ready_when_its_pods_are_of_the_last_change() {
        let ready = |updated: u32| {
            let spec = json!({"replicas": 1, "selector": {}, "template": {}, "serviceName": "database"});
            let status = json!({"observedGeneration": 1, "replicas": 1, "updatedReplicas": updated,
                "readyReplicas": 1, "availableReplicas": 1});
            let meta = json!({"name": "database", "generation": 1});
            let object: StatefulSet = from_value(json!({"metadata": meta, "spec": spec, "status": status})).unwrap();
            matches!(object.summary(), Item::Workload(w) if w.ready)
        };
        assert!(ready(1));
        assert!(!ready(0));
    }

    #[test]
    fn a_job_ends_by_its_conditions() {
        let outcome = |conditions: Value| {
            let meta = json!({"name": "setup-1", "labels": {"app.kubernetes.io/component": "setup"}});
            let object: Job = from_value(json!({"metadata": meta, "status": {"conditions": conditions}})).unwrap();
            let Item::Job(job) = object.summary() else { panic!("a job") };
            assert_eq!(job.component, "setup");
            job.outcome
        };
        assert_eq!(outcome(json!([])), JobOutcome::Running);
        assert_eq!(outcome(json!([{"type": "SuccessCriteriaMet", "status": "True"}])), JobOutcome::Running);
        assert_eq!(outcome(json!([{"type": "Complete", "status": "True"}])), JobOutcome::Succeeded);
        let failed =
            json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "no more"}]);
        assert_eq!(outcome(failed), JobOutcome::Failed { message: "BackoffLimitExceeded: no more".to_owned() });
    }

    fn pod(status: &Value) -> PodState {
        let object: Pod = from_value(json!({"metadata": {"name": "shop-1"}, "status": status})).unwrap();
        match object.summary() {
            Item::Pod(pod) => pod,
            _ => panic!("a pod"),
        }
    }

    #[test]
    fn a_pod_tells_its_first_trouble() {
        let container = |name: &str, state: Value, last: Value, restarts: u32| {
            json!({"name": name, "image": "", "imageID": "", "ready": false, "restartCount": restarts,
                "state": state, "lastState": last})
        };
        let ended = |code: i32| json!({"terminated": {"exitCode": code, "reason": "Error", "message": " at last\n"}});
        let waits = |reason: &str| json!({"waiting": {"reason": reason, "message": "why"}});
        let state = pod(&json!({"phase": "Pending", "containerStatuses": [
            container("a", waits("ContainerCreating"), json!({}), 0),
            container("b", waits("CrashLoopBackOff"), ended(3), 4),
            container("c", waits("ImagePullBackOff"), ended(0), 1),
        ]}));
        assert_eq!(state.waiting_reason.as_deref(), Some("CrashLoopBackOff"));
        assert_eq!(state.waiting_message.as_deref(), Some("why"));
        assert_eq!(state.restarts, 5);
        let end = state.terminated.unwrap();
        assert_eq!((end.exit_code, end.message.as_str()), (3, "at last"));
        let state = pod(&json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/4 nodes"}]}));
        assert_eq!(state.unschedulable.as_deref(), Some("0/4 nodes"));
        assert!(pod(&json!({"conditions": [{"type": "Ready", "status": "True"}]})).ready);
    }
}
