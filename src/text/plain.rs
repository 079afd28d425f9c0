//! Kubernetes' words and a store's events in plain ones, for whoever looks at a page. In English.

use std::time::Duration;

use super::headline::doing_step;
use super::story::{self, step_name};
use super::words::infinitive;
use crate::domain::action::Action;
use crate::domain::event::{EventKind, Note, StoreEvent};
use crate::domain::lang::Lang;
use crate::domain::pods::{ClusterEvent, PodView};
use crate::domain::record::{Phase, StepName};

/// How a pod is.
#[must_use]
pub fn pod(pod: &PodView) -> String {
    let state = match (pod.phase.as_str(), pod.ready) {
        ("Terminating", _) => "is being stopped",
        ("Succeeded", _) => "has done its work",
        ("Running", true) => "runs",
        ("Running", false) => "starts, and does not answer yet",
        ("Pending", _) => "waits",
        ("Failed", _) => "has failed",
        (other, _) => other,
    };
    let why = pod.reason.as_deref().filter(|_| !(pod.ready && pod.phase == "Running"));
    why.map_or_else(|| state.to_owned(), |reason| format!("{state}: {}", holdup(reason)))
}

/// Why a pod does not run, or how it ended. What nobody has put into words yet stays Kubernetes' own.
fn holdup(reason: &str) -> &str {
    match reason {
        "ContainerCreating" | "PodInitializing" => "its containers are being made",
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => "its image cannot be fetched",
        "CrashLoopBackOff" => "it ends again and again, and is started again after a pause",
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => "its container cannot be made",
        "Unschedulable" => "no node has room for it",
        "OOMKilled" => "it took more memory than it may",
        "Error" => "it ended with an error",
        "ContainerCannotRun" | "StartError" => "its program cannot be started",
        "DeadlineExceeded" => "it took too long",
        "Evicted" => "its node had no room left",
        other => other,
    }
}

/// What Kubernetes said of an object. `None`: nobody has put it into words yet.
#[must_use]
pub fn cluster(event: &ClusterEvent) -> Option<&'static str> {
    Some(match event.reason.as_str() {
        "Scheduled" => "A node was found for it",
        "FailedScheduling" => "No node has room for it",
        "Pulling" => "Its image is being fetched",
        "Pulled" => "Its image is there",
        "Created" => "A container was made",
        "Started" => "A container has started",
        "Killing" => "A container is being stopped",
        "BackOff" => "It failed, and is tried again after a pause",
        "Failed" => "It could not be started",
        "Unhealthy" => "It does not answer, or not yet",
        "FailedMount" | "FailedAttachVolume" => "Its disk is not there yet",
        "SuccessfulAttachVolume" => "Its disk is there",
        "FailedCreatePodSandBox" => "Its surroundings could not be made",
        "ScalingReplicaSet" => "The number of its pods is changed",
        "SuccessfulCreate" => "A pod was made",
        "SuccessfulDelete" => "A pod was removed",
        "FailedCreate" => "A pod could not be made",
        "Provisioning" | "ExternalProvisioning" | "WaitForFirstConsumer" | "WaitForPodScheduled" => {
            "Its disk is being made"
        }
        "ProvisioningSucceeded" => "Its disk was made",
        "ProvisioningFailed" => "Its disk could not be made",
        "Resizing" | "FileSystemResizeRequired" => "Its disk is being enlarged",
        "Completed" => "It has done its work",
        "BackoffLimitExceeded" => "It failed too often",
        "DeadlineExceeded" => "It took too long",
        "Evicted" => "Its node had no room left",
        "Preempted" => "It made room for something more important",
        "NodeNotReady" => "Its node does not answer",
        "OOMKilling" | "SystemOOM" => "Its node ran out of memory",
        _ => return None,
    })
}

/// What happened to a store, as a sentence without its full stop.
#[must_use]
pub fn happened(event: &StoreEvent) -> String {
    let Note { phase, step, message, command, actor, .. } = &event.note;
    let because = message.as_ref().map(|why| format!(": {}", why.trim_end_matches('.'))).unwrap_or_default();
    match event.kind {
        EventKind::Accepted => {
            let who = actor.as_ref().map_or("Somebody", |actor| actor.as_str());
            let what = command.map(|command| infinitive(Lang::default(), Action::Do(command)));
            what.map_or_else(|| format!("{who} asked for something"), |what| format!("{who} asked to {what}"))
        }
        EventKind::Progress => match (phase, step) {
            (Some(Phase::Deleting), _) => format!("Removing it{because}"),
            (_, Some(step)) => format!("{}{because}", capital(doing_step(*step))),
            (Some(phase), None) => format!("{}{because}", capital(phase.as_str())),
            (None, None) => format!("Getting on{because}"),
        },
        EventKind::Ready => "It is ready".to_owned(),
        EventKind::Failed => format!("It failed{because}"),
        EventKind::Deleted => "It is deleted".to_owned(),
        EventKind::Asleep => "It is asleep".to_owned(),
        EventKind::Expiring => "Its owner was told that its time ends soon".to_owned(),
        EventKind::Drifted => "Something was changed in the cluster, or changed back".to_owned(),
        EventKind::Restored => "Its record was made anew from the cluster".to_owned(),
        EventKind::CredentialsAsked => "A new login was asked for".to_owned(),
        EventKind::CredentialsChanged => "Its administrator has a new password".to_owned(),
    }
}

/// A step by the name that people know it by.
#[must_use]
pub fn step(step: StepName) -> String {
    step_name(Lang::default(), step)
}

/// A time that something took: `<1 s`, `26 s`, `1 min 5 s`, `2 h 3 min`.
#[must_use]
pub fn span(took: Duration) -> String {
    story::span(took)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::actor::ActorId;
    use crate::domain::command::CommandKind;

    #[test]
    fn a_pod_is_told_plainly() {
        let told = |phase: &str, ready, reason: Option<&str>| {
            let (phase, reason) = (phase.to_owned(), reason.map(str::to_owned));
            let (name, component) = ("shop-1".to_owned(), "shop".to_owned());
            pod(&PodView { name, component, phase, ready, restarts: 0, reason, message: None })
        };
        let all = [
            told("Running", true, None),
            told("Running", true, Some("OOMKilled")),
            told("Running", false, Some("CrashLoopBackOff")),
            told("Pending", false, Some("Unschedulable")),
            told("Failed", false, Some("SomethingNew")),
            told("Succeeded", false, None),
        ];
        insta::assert_snapshot!(all.join("\n"), @r"
        runs
        runs
        starts, and does not answer yet: it ends again and again, and is started again after a pause
        waits: no node has room for it
        has failed: SomethingNew
        has done its work
        ");
    }

    #[test]
    fn what_happened_is_a_sentence() {
        let told = |kind, note| {
            let (id, at) = ("1-0".to_owned(), Timestamp::UNIX_EPOCH);
            happened(&StoreEvent { id, kind, version: 1, at, note })
        };
        let asked = |command, actor: Option<&str>| Note { command, actor: actor.map(ActorId::new), ..Note::default() };
        let because = |why: &str| Note { message: Some(why.to_owned()), ..Note::default() };
        let all = [
            told(EventKind::Accepted, asked(Some(CommandKind::Create), Some("api:ana"))),
            told(EventKind::Accepted, asked(None, None)),
            told(EventKind::Progress, Note { step: Some(StepName::Setup), ..because("The image is large.") }),
            told(EventKind::Progress, Note { phase: Some(Phase::Updating), ..Note::default() }),
            told(EventKind::Progress, Note { phase: Some(Phase::Deleting), ..Note::default() }),
            told(EventKind::Failed, because("No node has room.")),
            told(EventKind::Ready, Note::default()),
        ];
        insta::assert_snapshot!(all.join("\n"), @r"
        api:ana asked to create a store
        Somebody asked for something
        Setting up the shop: The image is large
        Updating
        Removing it
        It failed: No node has room
        It is ready
        ");
    }
}
