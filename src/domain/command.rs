//! What can be asked: the same type whichever door it came through.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::plan::Plan;
use super::store::{StoreName, StoreRef};

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
