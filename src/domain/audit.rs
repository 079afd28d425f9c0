//! Who did what, through which door, from where, and what came of it. An entry is written in the same
//! step as the command it is about and never changed afterwards. No secret and no body is ever in one.

use std::net::IpAddr;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::{Actor, ActorId, Door, OrgId, Role};
use super::command::CommandKind;
use super::outcome::Budget;
use super::store::{StoreId, StoreName};
use super::trail::{TraceContext, Trail};

/// Entries of before a field was kept read as if it were empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When the door received it.
    pub at: Timestamp,
    pub actor: ActorId,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrgId>,
    pub door: Door,
    pub command: CommandKind,
    /// `None`: it was refused before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// As it was asked for, where there is no store.
    pub name: String,
    /// What came of it: `accepted`, or the kind of the refusal.
    #[serde(default = "accepted", skip_serializing_if = "is_accepted")]
    pub result: String,
    /// Address the request came from, as far as proxies that are trusted tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Id of the request, as in its answer and in the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request: String,
}

/// The result of what was done.
pub const ACCEPTED: &str = "accepted";

fn accepted() -> String {
    ACCEPTED.to_owned()
}

fn is_accepted(result: &str) -> bool {
    result == ACCEPTED
}

/// The request that something is asked with, whatever is asked.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// `None`: not known, or nobody's business.
    pub address: Option<IpAddr>,
    pub request: String,
    /// The door's span, where one is recorded by anybody.
    pub trace: Option<TraceContext>,
    /// What is left of the actor's requests, written when it is known.
    pub budget: OnceLock<Budget>,
}

impl Origin {
    /// What the work that is asked for is known by.
    #[must_use]
    pub fn trail(&self) -> Trail {
        Trail { request: self.request.clone(), trace: self.trace }
    }
}

/// Who asks, through which door, from where and when.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    pub actor: &'a Actor,
    pub door: Door,
    pub origin: &'a Origin,
    pub at: Timestamp,
}

impl Asker<'_> {
    /// What is written of a command that was accepted.
    #[must_use]
    pub fn entry(&self, command: CommandKind, store: &StoreId, name: &StoreName) -> AuditEntry {
        AuditEntry { store: Some(store.clone()), ..self.note(command, name.as_str(), ACCEPTED) }
    }

    /// What is written of a command that has no store, or none yet, with what came of it.
    #[must_use]
    pub fn note(&self, command: CommandKind, name: &str, result: &str) -> AuditEntry {
        let Self { actor, door, origin, at } = *self;
        AuditEntry {
            at,
            actor: actor.id.clone(),
            role: actor.role,
            org: actor.org.clone(),
            door,
            command,
            store: None,
            name: name.to_owned(),
            result: result.to_owned(),
            address: origin.address,
            request: origin.request.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_before_still_reads() {
        let old = r#"{"at":"2026-11-21T08:00:00Z","actor":"api:ana","role":"member","door":"api",
            "command":"create","store":"700000000000","name":"tea"}"#;
        let entry: AuditEntry = serde_json::from_str(old).unwrap();
        assert_eq!((entry.result.as_str(), entry.address, entry.name.as_str()), (ACCEPTED, None, "tea"));
    }
}
