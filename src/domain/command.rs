//! What can be asked: the same type whichever door it came through.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Door};
use super::engine::Engine;
use super::plan::Plan;
use super::reply::ReplyTo;
use super::store::{StoreName, StoreRef};

/// One thing asked by one actor.
#[derive(Clone, Debug)]
pub struct Request {
    pub actor: Actor,
    pub door: Door,
    pub command: Command,
    /// Makes a repetition answer what the first one answered.
    pub key: Option<IdempotencyKey>,
    pub reply_to: Option<ReplyTo>,
    /// When the door received it.
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Create(Create),
    Delete { store: StoreRef },
}

impl Command {
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::Create(_) => CommandKind::Create,
            Self::Delete { .. } => CommandKind::Delete,
        }
    }
}

/// A command without its arguments: for policy, metrics, audit and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommandKind {
    Create,
    Delete,
}

impl CommandKind {
    pub const ALL: [Self; 2] = [Self::Create, Self::Delete];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    pub name: StoreName,
    pub engine: Engine,
    pub plan: Plan,
    /// The shop's own title; any text, shown exactly as typed. `None`: the name.
    pub title: Option<String>,
    pub ttl: Option<SignedDuration>,
    /// `None`: storebot chooses.
    pub cell: Option<String>,
}

/// Longest title, in characters.
pub const TITLE_MAX: usize = 80;
/// Longest idempotency key, in bytes; keys are stored for 24 hours.
pub const KEY_MAX: usize = 255;

/// A caller's own name for one request, unique for that caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// 1 to [`KEY_MAX`] printable ASCII characters.
    pub value: String,
    /// Digest of the request's body (hex SHA-256): the same key with another body is a mistake.
    pub fingerprint: String,
}
