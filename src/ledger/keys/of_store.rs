//! The keys that there are for each store. All go with it, or expire.

use super::Keys;
use crate::domain::store::StoreId;

impl Keys {
    /// Hash of one store: `want`, `task`, `gen`, `ver` (of the record), `owner`, `phase` and `count` (what it
    /// is counted as), `fence`; while there is something to do `lease`, `worker`, `attempt`, `claims` (its
    /// claim), `queued` (ms at which it came in line), `again` (more was asked while it was held); `letter`
    /// (its dead letter); `due` (ms before which nothing is done about a deletion), `expires` (ms of the end that an
    /// extension gave it), `removes` (ms of its removal after that),
    /// `sleeps` (ms at which it is put to sleep because it is not paid for), `asleep` (it is counted so). What is missing is nothing or 0. Before schema 3 also `spec` and `obs`.
    ///
    /// No value of a store at rest is longer than 64 bytes, so that Redis keeps it small.
    pub(in crate::ledger) fn store(&self, id: &StoreId) -> String {
        format!("{{{}}}:store:{id}", self.prefix)
    }

    /// String of one store: its specification, as `asked.rs` writes it.
    pub(in crate::ledger) fn spec(&self, id: &StoreId) -> String {
        format!("{{{}}}:spec:{id}", self.prefix)
    }

    /// String of one store: what a worker last saw of it, as `seen.rs` writes it. None before the first time.
    pub(in crate::ledger) fn seen(&self, id: &StoreId) -> String {
        format!("{{{}}}:seen:{id}", self.prefix)
    }

    /// Hash of one store: reply id → whoever is told of it as long as it lives (a reply, JSON, without a secret of
    /// Discord's).
    pub(in crate::ledger) fn followers(&self, id: &StoreId) -> String {
        format!("{{{}}}:followers:{id}", self.prefix)
    }

    /// Set of one store: ids of the notices and deliveries that were made of its events, so that each is made
    /// once however often an event comes. Expires.
    pub(in crate::ledger) fn made(&self, id: &StoreId) -> String {
        format!("{{{}}}:made:{id}", self.prefix)
    }

    /// Hash of one store: reply id → whoever must still be told (JSON).
    pub(in crate::ledger) fn replies(&self, id: &StoreId) -> String {
        format!("{{{}}}:replies:{id}", self.prefix)
    }

    /// List of one store: its events, `<id> <kind> <version> <note as JSON>`, oldest first. Capped; expires.
    pub(in crate::ledger) fn log(&self, id: &StoreId) -> String {
        format!("{{{}}}:log:{id}", self.prefix)
    }

    /// Hash of one store: reply id → what was said so far (JSON). Goes with its reply.
    pub(in crate::ledger) fn told(&self, id: &StoreId) -> String {
        format!("{{{}}}:told:{id}", self.prefix)
    }

    /// Hash of one store, while somebody tells about it: `by` (the notifier), and id → kind and version
    /// of each event that others came with meanwhile. Expires with the lease, with all that is in it.
    pub(in crate::ledger) fn telling(&self, id: &StoreId) -> String {
        format!("{{{}}}:telling:{id}", self.prefix)
    }

    /// Hash of one store: `id` and `hash` of a new login that is wanted. Expires.
    pub(in crate::ledger) fn login(&self, id: &StoreId) -> String {
        format!("{{{}}}:login:{id}", self.prefix)
    }

    /// Pattern of all that [`Keys::store`] names.
    pub(in crate::ledger) fn all_stores(&self) -> String {
        format!("{{{}}}:store:*", self.prefix)
    }
}
