//! Every key of the ledger, with its type and what is in it.

use crate::domain::actor::ActorId;
use crate::domain::store::StoreId;

/// Consumer group of the workers on [`Keys::jobs`].
pub(super) const WORKERS: &str = "workers";
/// Consumer group of the notifiers on [`Keys::events`].
pub(super) const NOTIFIERS: &str = "notify";

/// Builds keys. All carry the same hash tag `{prefix}`.
#[derive(Debug)]
pub(super) struct Keys {
    prefix: String,
    /// Hash: name of each living store → its id.
    pub(super) names: String,
    /// Hash: name of a deleted store → its id, for the last one of that name, while its record is kept.
    pub(super) former: String,
    /// Sorted set, all scores 0: one member for each store, in order of creation.
    pub(super) stores: String,
    /// Sorted set: stores whose two halves differ → ms of the next look by the sweep.
    pub(super) unsettled: String,
    /// Sorted set: stores that wait for another attempt → ms at which it is due.
    pub(super) delayed: String,
    /// Stream with group [`WORKERS`]: `v` version, `s` store.
    pub(super) jobs: String,
    /// Stream: jobs that were given up, `s` store, `reason`.
    pub(super) dead: String,
    /// Stream with group [`NOTIFIERS`]: `s` store, `k` kind, `v` version of the record.
    pub(super) events: String,
    /// Hash: `<phase>:<engine>` → number of stores.
    pub(super) counts: String,
    /// Sorted set: deleted stores → ms at which their record is forgotten.
    pub(super) purge: String,
    /// Hash: id → callback that waits for another attempt (JSON).
    pub(super) callbacks: String,
    /// Sorted set: callback → ms at which it is due.
    pub(super) callbacks_due: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        let key = |name: &str| format!("{{{prefix}}}:{name}");
        Self {
            names: key("names"),
            former: key("former"),
            stores: key("stores"),
            unsettled: key("unsettled"),
            delayed: key("delayed"),
            jobs: key("jobs"),
            dead: key("dead"),
            events: key("events"),
            counts: key("counts"),
            purge: key("purge"),
            callbacks: key("callbacks"),
            callbacks_due: key("callbacks-due"),
            prefix: prefix.to_owned(),
        }
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Hash of one store: `spec`, `want`, `task`, `gen`, `obs`, `ver` (the record), `phase` and `count` (what
    /// it is counted as), `fence`, `lease`, `worker`, `attempt` (its claim), `entry`, `next` (its jobs).
    pub(super) fn store(&self, id: &StoreId) -> String {
        format!("{{{}}}:store:{id}", self.prefix)
    }

    /// Hash of one store: reply id → whoever must still be told (JSON).
    pub(super) fn replies(&self, id: &StoreId) -> String {
        format!("{{{}}}:replies:{id}", self.prefix)
    }

    /// Set: living stores of an owner. Its size is what the quota counts.
    pub(super) fn alive(&self, owner: &ActorId) -> String {
        format!("{{{}}}:alive:{owner}", self.prefix)
    }

    /// Like [`Keys::stores`], of one owner.
    pub(super) fn of(&self, owner: &ActorId) -> String {
        format!("{{{}}}:of:{owner}", self.prefix)
    }

    /// Hash with the first answer to an idempotency key: `print`, `answer`. Expires.
    pub(super) fn idempotency(&self, actor: &ActorId, key: &str) -> String {
        format!("{{{}}}:key:{actor}:{key}", self.prefix)
    }

    /// Hash of one store: `id` and `hash` of a new login that is wanted. Expires.
    pub(super) fn login(&self, id: &StoreId) -> String {
        format!("{{{}}}:login:{id}", self.prefix)
    }

    /// List with one item: what became of a wanted login (JSON). Expires.
    pub(super) fn login_answer(&self, ask: &str) -> String {
        format!("{{{}}}:login-answer:{ask}", self.prefix)
    }

    /// List of one cell: questions for its workers (JSON). Bounded by `questions::WAITING_MAX`; expires with
    /// the last one who waits.
    pub(super) fn questions(&self, cell: &str) -> String {
        format!("{{{}}}:questions:{cell}", self.prefix)
    }

    /// String, empty: somebody waits for the answer to this question, and no worker has taken it. Expires.
    pub(super) fn question(&self, question: &str) -> String {
        format!("{{{}}}:question:{question}", self.prefix)
    }

    /// List with one item: the answer to a question (JSON). Expires.
    pub(super) fn answer(&self, question: &str) -> String {
        format!("{{{}}}:answer:{question}", self.prefix)
    }

    /// String: the time (ms) at which an actor's bucket is full again. Expires.
    pub(super) fn rate(&self, policy: &str, actor: &ActorId) -> String {
        format!("{{{}}}:rate:{policy}:{actor}", self.prefix)
    }
}
