//! The shapes of what is followed: events, pods, dead letters. As in [`dto`](super::dto).

use poem_openapi::Object;
use serde::Serialize;

use super::shape::{Time, Word};
use crate::commands::{self, Follows, LetterKind};
use crate::domain::command::CommandKind;
use crate::domain::event::{EventKind, StoreEvent};
use crate::domain::pods;
use crate::domain::record::{Phase, StepName};

/// A store's events, oldest first.
#[derive(Debug, Serialize, Object)]
pub(super) struct EventList {
    pub(super) items: Vec<Event>,
    /// Give it as `after` to get the next page; absent when there is nothing more yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_after: Option<String>,
}

/// Something that happened to a store.
#[derive(Debug, Serialize, Object)]
#[oai(rename = "StoreEvent")]
pub(super) struct Event {
    /// Orders events; a reader goes on behind it.
    id: String,
    kind: Word<EventKind>,
    /// The store's version after it.
    version: u64,
    at: Word<Time>,
    /// The store's phase after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<Word<Phase>>,
    /// The step that was under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Word<StepName>>,
    /// Why it failed or what held it up, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The same for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The raw text behind the message, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Word<CommandKind>>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
}

impl Event {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn kind(&self) -> &str {
        self.kind.as_str()
    }
}

/// What Kubernetes runs for a store, and what it said of it lately.
#[derive(Debug, Serialize, Object)]
#[oai(rename = "PodList")]
pub(super) struct Pods {
    pods: Vec<Pod>,
    /// Newest first, at most 50.
    events: Vec<KubernetesEvent>,
}

/// One pod, as it is now.
#[derive(Debug, Serialize, Object)]
struct Pod {
    name: String,
    /// The part of the shop it runs: `shop`, `database`, `setup`, `verify` and others.
    component: String,
    /// Kubernetes' word for it: `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`, or `Terminating`.
    phase: String,
    ready: bool,
    /// Of all its containers.
    restarts: u32,
    /// What holds it up, or how it ended last, in Kubernetes' words: `ImagePullBackOff`, `OOMKilled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// More about the reason, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Something that Kubernetes said.
#[derive(Debug, Serialize, Object)]
struct KubernetesEvent {
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    kind: String,
    reason: String,
    /// Without secrets.
    message: String,
    /// Kind and name, such as `Pod/shop-5d9c`.
    object: String,
    /// When it was last seen.
    at: Word<Time>,
    /// How often it was seen.
    count: u32,
}

/// What was given up, newest first.
#[derive(Debug, Serialize, Object)]
pub(super) struct DeadLetterList {
    pub(super) items: Vec<DeadLetter>,
    /// Give it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// Something that was given up.
#[derive(Debug, Serialize, Object)]
pub(super) struct DeadLetter {
    id: String,
    /// Id of the store, or whatever stood in its place.
    store: String,
    /// `given-up`: every attempt ended with an error. `unreadable`: its record could not be read.
    kind: Word<LetterKind>,
    reason: String,
    at: Word<Time>,
}

/// What follows from a redrive.
#[derive(Debug, Serialize, Object)]
pub(super) struct Redrive {
    letter: String,
    store: String,
    /// `retry`: the store had failed and is tried again. `look`: a worker looks at it. `nothing`: there is no
    /// such store any more.
    follows: Word<Follows>,
}

impl From<StoreEvent> for Event {
    fn from(event: StoreEvent) -> Self {
        let note = event.note;
        Self {
            id: event.id,
            kind: event.kind.into(),
            version: event.version,
            at: event.at.into(),
            phase: note.phase.map(Word::from),
            step: note.step.map(Word::from),
            reason: note.reason,
            message: note.message,
            detail: note.detail,
            command: note.command.map(Word::from),
            actor: note.actor.map(|actor| actor.to_string()),
        }
    }
}

impl From<pods::Pods> for Pods {
    fn from(seen: pods::Pods) -> Self {
        let pods = seen.pods.into_iter().map(Pod::from).collect();
        Self { pods, events: seen.events.into_iter().map(KubernetesEvent::from).collect() }
    }
}

impl From<pods::PodView> for Pod {
    fn from(pod: pods::PodView) -> Self {
        let pods::PodView { name, component, phase, ready, restarts, reason, message } = pod;
        Self { name, component, phase, ready, restarts, reason, message }
    }
}

impl From<pods::ClusterEvent> for KubernetesEvent {
    fn from(event: pods::ClusterEvent) -> Self {
        let pods::ClusterEvent { kind, reason, message, object, at, count } = event;
        Self { kind, reason, message, object, at: at.into(), count }
    }
}

impl From<commands::DeadLetter> for DeadLetter {
    fn from(letter: commands::DeadLetter) -> Self {
        let commands::DeadLetter { id, store, kind, reason, at } = letter;
        Self { id, store, kind: kind.into(), reason, at: at.into() }
    }
}

impl From<(commands::DeadLetter, Follows)> for Redrive {
    fn from((letter, follows): (commands::DeadLetter, Follows)) -> Self {
        Self { letter: letter.id, store: letter.store, follows: follows.into() }
    }
}
