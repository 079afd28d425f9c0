//! What happened to a store. Appended once, in the same script as the change it tells of;
//! messages, callbacks, server-sent events and audit are all made from it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::ActorId;
use super::command::CommandKind;
use super::record::{Phase, Record, StepName, StepState};
use super::store::StoreId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A command was admitted.
    Accepted,
    /// A step began or ended.
    Progress,
    Ready,
    Failed,
    Deleted,
    /// Everything is kept and nothing runs.
    Asleep,
    /// Its lease ends soon.
    Expiring,
    /// The cluster differs from what was installed, or does so no more.
    Drifted,
    /// The record was lost and has been made anew from its namespace.
    Restored,
    /// The shop's owner wants a new login.
    CredentialsAsked,
    /// The shop's administrator has a new password.
    CredentialsChanged,
}

impl EventKind {
    pub const ALL: [Self; 11] = [
        Self::Accepted,
        Self::Progress,
        Self::Ready,
        Self::Failed,
        Self::Deleted,
        Self::Asleep,
        Self::Expiring,
        Self::Drifted,
        Self::Restored,
        Self::CredentialsAsked,
        Self::CredentialsChanged,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Progress => "progress",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
            Self::Asleep => "asleep",
            Self::Expiring => "expiring",
            Self::Drifted => "drifted",
            Self::Restored => "restored",
            Self::CredentialsAsked => "credentials-asked",
            Self::CredentialsChanged => "credentials-changed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }

    /// The type of the callback it causes, if any.
    #[must_use]
    pub fn callback_type(self) -> Option<&'static str> {
        match self {
            Self::Ready => Some("store.ready"),
            Self::Failed => Some("store.failed"),
            Self::Deleted => Some("store.deleted"),
            Self::Asleep => Some("store.asleep"),
            Self::Expiring => Some("store.expiring"),
            Self::Accepted
            | Self::Progress
            | Self::Drifted
            | Self::Restored
            | Self::CredentialsAsked
            | Self::CredentialsChanged => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Id of the stream entry (`<ms>-<n>`): orders events, and names a delivery made from it.
    pub id: String,
    pub store: StoreId,
    pub kind: EventKind,
    /// The record's version after the change.
    pub version: u64,
    pub at: Timestamp,
}

/// An event as a store's own log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreEvent {
    /// As [`Event::id`]; what a reader resumes behind.
    pub id: String,
    pub kind: EventKind,
    /// The record's version after the change.
    pub version: u64,
    pub at: Timestamp,
    pub note: Note,
}

/// What an event tells besides its kind. Each store has many, so they are kept with a letter for each name;
/// those of before schema 3 have whole names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    #[serde(rename = "p", alias = "phase", skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The step that was under way.
    #[serde(rename = "s", alias = "step", skip_serializing_if = "Option::is_none")]
    pub step: Option<StepName>,
    /// Why it failed or what holds it up: as in `Trouble`.
    #[serde(rename = "r", alias = "reason", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(rename = "m", alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The raw text behind the message, without secrets.
    #[serde(rename = "d", alias = "detail", skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What was asked, and by whom.
    #[serde(rename = "c", alias = "command", skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandKind>,
    #[serde(rename = "a", alias = "actor", skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
}

impl Note {
    /// Of a command that was admitted, for the record as it is from then on.
    #[must_use]
    pub fn asked(command: CommandKind, actor: &ActorId, record: &Record) -> Self {
        Self { phase: Some(record.phase()), command: Some(command), actor: Some(actor.clone()), ..Self::default() }
    }

    /// Of what a worker saw.
    #[must_use]
    pub fn seen(record: &Record) -> Self {
        let observed = &record.observed;
        let step = observed.steps.iter().find(|s| s.state == StepState::Running).map(|s| s.name);
        let trouble = observed.trouble.as_ref();
        Self {
            phase: Some(record.phase()),
            step,
            reason: trouble.map(|t| t.reason.clone()),
            message: trouble.map(|t| t.message.clone()),
            detail: trouble.and_then(|t| t.detail.clone()),
            ..Self::default()
        }
    }
}

/// Whether a text looks like the id of an event, whether or not there is such a one: `<ms>-<n>`.
#[must_use]
pub fn is_event_id(text: &str) -> bool {
    // Redis counts to 2^64, which has one digit more.
    let is_number = |part: &str| (1..=19).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('-').is_some_and(|(ms, n)| is_number(ms) && is_number(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in logs, now and of before.
    #[test]
    fn a_note_is_short_and_stays_as_it_is() {
        let kept = r#"{"p":"failed","s":"setup","r":"x","m":"y","d":"z","c":"create","a":"api:ana"}"#;
        let old = r#"{"phase":"failed","step":"setup","reason":"x","message":"y","detail":"z","command":"create","actor":"api:ana"}"#;
        let note: Note = serde_json::from_str(kept).unwrap();
        assert_eq!(
            (note.phase, note.step, note.command),
            (Some(Phase::Failed), Some(StepName::Setup), Some(CommandKind::Create))
        );
        assert_eq!(serde_json::to_string(&note).unwrap(), kept);
        assert_eq!(serde_json::from_str::<Note>(old).unwrap(), note);
    }

    #[test]
    fn an_event_is_named_by_its_time_and_a_count() {
        for good in ["0-0", "1763712000000-12", "9999999999999999999-9999999999999999999"] {
            assert!(is_event_id(good), "{good}");
        }
        for bad in ["", "-", "1", "1-", "-1", "1-2-3", "+1-2", " 1-2", "1-x", "$", "10000000000000000000-0"] {
            assert!(!is_event_id(bad), "{bad}");
        }
    }
}
