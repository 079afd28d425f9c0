//! What there is in the end, as plain values.

use std::collections::{BTreeMap, BTreeSet};

use storebot::ledger::Mended;

use super::plan::Ask;

/// A store's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) id: String,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) phase: String,
    pub(super) reason: Option<String>,
    pub(super) settled: bool,
    pub(super) generation: u64,
    /// Somebody still waits to hear of it.
    pub(super) replies: usize,
}

/// One interaction that was answered in some way, and what its person can read now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Talk {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) ask: Ask,
    /// The first answer promised that more would follow.
    pub(super) deferred: bool,
    /// There was no first answer in time: its person saw an error, and its own message cannot be edited.
    pub(super) failed: bool,
    /// The interaction's own message as it is now, if there is one.
    pub(super) message: Option<String>,
    /// Messages besides it that were sent with its token.
    pub(super) others: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct World {
    pub(super) records: Vec<Seen>,
    /// Namespaces of all stores.
    pub(super) namespaces: BTreeSet<String>,
    /// Helm's revisions by namespace: number and status.
    pub(super) releases: BTreeMap<String, Vec<(u32, String)>>,
    /// What is counted against each owner's quota.
    pub(super) quotas: BTreeMap<String, u64>,
    /// `phase:engine` as they are counted, where not 0.
    pub(super) counted: u64,
    /// What the lists have otherwise than the records.
    pub(super) misplaced: Mended,
    /// Work that is left in the ledger, in its own words.
    pub(super) work: Vec<String>,
    pub(super) talks: Vec<Talk>,
    /// What the bot has said in a channel by itself.
    pub(super) channel: Vec<String>,
    /// Deliveries by callback: the type of each by its id.
    pub(super) callbacks: BTreeMap<u32, BTreeMap<String, String>>,
    /// Pods that run or are to, by namespace.
    pub(super) pods: BTreeMap<String, usize>,
    /// Processes that should have ended.
    pub(super) processes: Vec<String>,
}

pub(super) fn namespace_of(id: &str) -> String {
    format!("store-{id}")
}
