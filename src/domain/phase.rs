//! Where a store is in its life.

use serde::{Deserialize, Serialize};

/// Where a store is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    #[default]
    Queued,
    Provisioning,
    Installing,
    Verifying,
    Ready,
    /// A shop that was ready is brought up to date, put to sleep or woken.
    Updating,
    /// Everything is kept and nothing runs.
    Asleep,
    Failed,
    Deleting,
    Deleted,
}

impl Phase {
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Provisioning,
        Self::Installing,
        Self::Verifying,
        Self::Ready,
        Self::Updating,
        Self::Asleep,
        Self::Failed,
        Self::Deleting,
        Self::Deleted,
    ];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Provisioning => "provisioning",
            Self::Installing => "installing",
            Self::Verifying => "verifying",
            Self::Ready => "ready",
            Self::Updating => "updating",
            Self::Asleep => "asleep",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }

    /// Nothing more happens by itself.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Ready | Self::Asleep | Self::Failed | Self::Deleted)
    }
}
