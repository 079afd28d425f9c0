//! Who did what, through which door: one entry for each command that was admitted. Written in the
//! same step as the command itself, never changed afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::{Actor, ActorId, Door, Role};
use super::command::CommandKind;
use super::store::{StoreId, StoreName};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When the door received it.
    pub at: Timestamp,
    pub actor: ActorId,
    pub role: Role,
    pub door: Door,
    pub command: CommandKind,
    pub store: StoreId,
    pub name: StoreName,
}

/// Who asks, as far as the audit is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    pub actor: &'a Actor,
    pub door: Door,
    pub at: Timestamp,
}

impl Asker<'_> {
    #[must_use]
    pub fn entry(&self, command: CommandKind, store: &StoreId, name: &StoreName) -> AuditEntry {
        let Self { actor, door, at } = *self;
        let (store, name) = (store.clone(), name.clone());
        AuditEntry { at, actor: actor.id.clone(), role: actor.role, door, command, store, name }
    }
}
