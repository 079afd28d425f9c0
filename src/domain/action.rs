//! What can be asked of storebot: commands, and what can be looked at. For the policy, which gives each a rule.

use std::fmt;

use super::command::CommandKind;

/// Everything that can be asked of storebot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Do(CommandKind),
    See(Matter),
}

/// What can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matter {
    /// One store, or a list of them.
    Stores,
    /// What happened to a store.
    Events,
    /// What runs for a store: asks its cluster.
    Pods,
    Quota,
    /// Counts of stores.
    Overview,
    /// Requests that wait for an approver.
    Approvals,
    /// Who did what.
    Audit,
    DeadLetters,
    /// What came in by webhook and what went out.
    Deliveries,
    /// The clusters, and what is on each.
    Cells,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Do(command) => f.write_str(command.as_str()),
            Self::See(matter) => write!(f, "see {}", matter.as_str()),
        }
    }
}

impl Matter {
    pub const ALL: [Self; 10] = [
        Self::Stores,
        Self::Events,
        Self::Pods,
        Self::Quota,
        Self::Overview,
        Self::Approvals,
        Self::Audit,
        Self::DeadLetters,
        Self::Deliveries,
        Self::Cells,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stores => "stores",
            Self::Events => "events",
            Self::Pods => "pods",
            Self::Quota => "quota",
            Self::Overview => "overview",
            Self::Approvals => "approvals",
            Self::Audit => "audit",
            Self::DeadLetters => "dead-letters",
            Self::Deliveries => "deliveries",
            Self::Cells => "cells",
        }
    }
}
