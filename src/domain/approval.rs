//! A request for more than a quota allows: it waits for an approver, and not for ever.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::{Actor, ActorId, Door, OrgId, Role};
use super::command::Create;
use super::quota::Resource;
use super::reply::ReplyTo;
use super::request::IdempotencyKey;
use super::store::StoreId;

/// What is asked, exactly as it came. Never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// 16 hex digits.
    pub id: String,
    pub actor: ActorId,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrgId>,
    pub door: Door,
    pub create: Create,
    /// What it is too much of, when it was asked.
    pub excess: Excess,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<IdempotencyKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ReplyTo>,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What would have been too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excess {
    /// Of the organisation's quota, not the owner's.
    pub of_org: bool,
    pub resource: Resource,
    /// In the resource's own unit, as the limit.
    pub used: u64,
    pub limit: u64,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Waiting,
    Approved { by: ActorId, store: Option<StoreId> },
    Denied { by: ActorId },
    Expired,
}

impl Verdict {
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved { .. } => "approved",
            Self::Denied { .. } => "denied",
            Self::Expired => "expired",
        }
    }
}

/// A request that waits, as whoever asked is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: String,
    pub expires_at: Timestamp,
}

impl Approval {
    /// Whoever asked, with the rights of then.
    #[must_use]
    pub fn asker(&self) -> Actor {
        Actor { id: self.actor.clone(), role: self.role, org: self.org.clone() }
    }
}

/// Whether a text looks like the id of a request, whether or not there is such a one.
#[must_use]
pub fn is_approval_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
