//! One thing asked by one actor: a command and everything around it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Door};
use super::audit::{Asker, Origin};
use super::command::Command;
use super::reply::ReplyTo;

/// Longest idempotency key, in bytes; keys are stored for 24 hours.
pub const KEY_MAX: usize = 255;

#[derive(Clone, Debug)]
pub struct Request {
    pub actor: Actor,
    pub door: Door,
    pub command: Command,
    /// Makes a repetition answer what the first one answered.
    pub key: Option<IdempotencyKey>,
    pub reply_to: Option<ReplyTo>,
    pub origin: Arc<Origin>,
    /// When the door received it.
    pub at: Timestamp,
}

impl Request {
    #[must_use]
    pub fn asker(&self) -> Asker<'_> {
        Asker { actor: &self.actor, door: self.door, origin: &self.origin, at: self.at }
    }
}

/// A caller's own name for one request, unique for that caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// 1 to [`KEY_MAX`] printable ASCII characters.
    pub value: String,
    /// Digest of the request's body (hex SHA-256): the same key with another body is a mistake.
    pub fingerprint: String,
}
