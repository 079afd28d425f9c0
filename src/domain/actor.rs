//! Who asks, and what they may do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names an actor across doors: `discord:<user id>`, `api:<token subject>`, `webhook:<source>`.
/// It owns stores, so it is part of their records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActorId(String);

impl ActorId {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Ordered by power, each including the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads what is theirs.
    Viewer,
    /// Makes and removes their own stores.
    Member,
    /// Decides about requests over quota.
    Approver,
    /// Everything, on everybody's stores.
    Admin,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Member, Self::Approver, Self::Admin];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }
}

/// Names an organisation across doors: `discord:<server id>`, `github:<owner id>`, `gitlab:<namespace id>`,
/// or what a token or a source says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrgId(String);

impl OrgId {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub id: ActorId,
    pub role: Role,
    /// Whom it acts for. `None`: for itself alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrgId>,
}

/// Through which adapter a request came. For metrics and audit only: no decision depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    Api,
    Webhook,
    Discord,
    /// storebot's own pages.
    Dashboard,
    /// Nobody asked: a time has come.
    Clock,
    /// storebot's own command line, by whoever can reach the ledger.
    Console,
}

impl Door {
    pub const ALL: [Self; 6] = [Self::Api, Self::Webhook, Self::Discord, Self::Dashboard, Self::Clock, Self::Console];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Webhook => "webhook",
            Self::Discord => "discord",
            Self::Dashboard => "dashboard",
            Self::Clock => "clock",
            Self::Console => "console",
        }
    }
}
