//! What can be asked: the same type whichever door it came through.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::plan::Plan;
use super::shop::{Country, Currency};
use super::store::{StoreName, StoreRef};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Create(Create),
    Delete {
        store: StoreRef,
        /// How long nothing is done about it and it can be taken back; zero: not at all.
        grace: Duration,
    },
    /// Take a deletion back that has not begun.
    Undo {
        store: StoreRef,
    },
    /// Go on with what has failed.
    Retry {
        store: StoreRef,
    },
    /// Place the test order again.
    Verify {
        store: StoreRef,
    },
    /// Bring the release to today's chart, images and values.
    Upgrade {
        store: StoreRef,
    },
    /// Give it more time, and wake it if its time was over.
    Extend {
        store: StoreRef,
        /// From its end, or from now where that has passed. `None`: as long as the configuration says.
        by: Option<SignedDuration>,
    },
    /// Keep everything and run nothing.
    Sleep {
        store: StoreRef,
    },
    Wake {
        store: StoreRef,
    },
    /// It is not paid for: put it to sleep after this long, until it is resumed.
    Suspend {
        store: StoreRef,
        after: Duration,
    },
    /// It is paid for: take back whatever of it was suspended or has expired.
    Resume {
        store: StoreRef,
    },
    /// End its lease now.
    Expire {
        store: StoreRef,
    },
}

impl Command {
    /// The store it is about, as it was asked for: a name or an id, checked or not.
    #[must_use]
    pub fn about(&self) -> &str {
        match self {
            Self::Create(create) => create.name.as_str(),
            Self::Delete { store, .. }
            | Self::Undo { store }
            | Self::Retry { store }
            | Self::Verify { store }
            | Self::Upgrade { store }
            | Self::Extend { store, .. }
            | Self::Sleep { store }
            | Self::Wake { store }
            | Self::Suspend { store, .. }
            | Self::Resume { store }
            | Self::Expire { store } => store.as_str(),
        }
    }

    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::Create(_) => CommandKind::Create,
            Self::Delete { .. } => CommandKind::Delete,
            Self::Undo { .. } => CommandKind::Undo,
            Self::Retry { .. } => CommandKind::Retry,
            Self::Verify { .. } => CommandKind::Verify,
            Self::Upgrade { .. } => CommandKind::Upgrade,
            Self::Extend { .. } => CommandKind::Extend,
            Self::Sleep { .. } => CommandKind::Sleep,
            Self::Wake { .. } => CommandKind::Wake,
            Self::Suspend { .. } => CommandKind::Suspend,
            Self::Resume { .. } => CommandKind::Resume,
            Self::Expire { .. } => CommandKind::Expire,
        }
    }
}

/// A command without its arguments: for policy, metrics, audit and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommandKind {
    Create,
    Delete,
    Undo,
    Retry,
    Verify,
    Upgrade,
    Extend,
    Sleep,
    Wake,
    Suspend,
    Resume,
    /// The end of a lease: time's doing, or that of whoever bills for it.
    Expire,
    /// A new login for the shop's administrator. Answered at once and to its owner alone, so it has
    /// a way of its own through `commands` and is no [`Command`].
    Credentials,
    /// Try again what was given up: about a dead letter and not a store, so it is no [`Command`] either.
    Redrive,
    /// Let somebody have more than their quota: about a request, and so no [`Command`].
    Approve,
    Deny,
    /// Change the settings of a Discord server: about no store, and so no [`Command`].
    Configure,
    /// Have a delivery happen again: about an entry of the log, and so no [`Command`].
    Replay,
    /// Have a cell take no new stores, and again: about a cell, and so no [`Command`].
    Drain,
    Undrain,
}

impl CommandKind {
    pub const ALL: [Self; 20] = [
        Self::Create,
        Self::Delete,
        Self::Undo,
        Self::Retry,
        Self::Verify,
        Self::Upgrade,
        Self::Extend,
        Self::Sleep,
        Self::Wake,
        Self::Suspend,
        Self::Resume,
        Self::Expire,
        Self::Credentials,
        Self::Redrive,
        Self::Approve,
        Self::Deny,
        Self::Configure,
        Self::Replay,
        Self::Drain,
        Self::Undrain,
    ];

    /// Whether it is given as a [`Command`], through any door.
    #[must_use]
    pub fn is_command(self) -> bool {
        !matches!(
            self,
            Self::Credentials
                | Self::Redrive
                | Self::Approve
                | Self::Deny
                | Self::Configure
                | Self::Replay
                | Self::Drain
                | Self::Undrain
        )
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Undo => "undo",
            Self::Retry => "retry",
            Self::Verify => "verify",
            Self::Upgrade => "upgrade",
            Self::Extend => "extend",
            Self::Sleep => "sleep",
            Self::Wake => "wake",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Expire => "expire",
            Self::Credentials => "credentials",
            Self::Redrive => "redrive",
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Configure => "configure",
            Self::Replay => "replay",
            Self::Drain => "drain",
            Self::Undrain => "undrain",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    pub name: StoreName,
    pub engine: Engine,
    pub plan: Plan,
    /// The shop's own title; any text, shown exactly as typed. `None`: the name.
    pub title: Option<String>,
    /// `None`: what the configuration says.
    pub currency: Option<Currency>,
    pub country: Option<Country>,
    pub ttl: Option<SignedDuration>,
    /// `None`: storebot chooses.
    pub cell: Option<String>,
}

/// Longest title, in characters.
pub const TITLE_MAX: usize = 80;
