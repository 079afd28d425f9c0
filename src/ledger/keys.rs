//! Every key of the ledger, with its type and what is in it.
//!
//! # What bounds each of them
//!
//! Redis never evicts, so whatever grows needs an end. `retention.*`, `limits.*` and `callbacks.*` are
//! the configuration's.
//!
//! | key | bounded by |
//! |---|---|
//! | `store`, `spec`, `seen`, `replies`, `lists`, `of` | the living stores (`limits.stores_per_owner` for each owner) and those deleted within `retention.deleted`; forgotten together |
//! | `leases` | the living stores; one moment each |
//! | `followers` | the stores; whoever asked for each |
//! | `made` | what the events of a store's life gave cause to, within `retention.events` of the last of them |
//! | `endpoints-gone` | `callbacks.endpoints` |
//! | `log` | the same stores, `retention.events_per_store` entries each |
//! | `former`, `forget` | the stores deleted within `retention.deleted` |
//! | `names`, `alive`, `org-alive` | the living stores |
//! | `taken`, `org-taken` | the owners and organisations with living stores; three numbers each |
//! | `cells` | the cells ever configured; five fields each |
//! | `cell-alive`, `cell-taken` | the cells: their living stores, and four numbers each |
//! | `took` | the engines, and the steps of each |
//! | `approval` | the requests for approval of `approvals.ttl` and `retention.events` |
//! | `approvals`, `approvals-of` | those that wait, `approvals.waiting` for each actor |
//! | `line:unsettled`, `line:ready`, `line:leased`, `line:delayed` | the stores; one place each |
//! | `line:turns` | the owners with a store in line; deleted when nobody is |
//! | `helm` | the cell's limit |
//! | `dead` | `retention.dead_letters`, and a cap |
//! | `events` | `retention.events` |
//! | its consumers | the processes of the last hour |
//! | `audit` | `retention.audit`: only by time, so its size follows how much is asked |
//! | `audit-head`, `schema` | one each |
//! | `jobs` | written only by a storebot of before schema 2, emptied by this one |
//! | `unsettled`, `ready`, `leased`, `delayed`, `turns`, `purge` | the same of before schema 3 |
//! | `counts` | phases × engines |
//! | `stores` | what `lists` has; kept only for a storebot of before schema 4, until a day after it was raised |
//! | `callbacks`, `callbacks-due` | the callbacks that are due, each for as many tries as `callbacks.retries` has |
//! | `notes`, `notes-due` | the answers at pull requests that are due, some tries each |
//! | `version` | what was heard of within `versions::KEPT`: 100 bytes for each pull request or subscription |
//! | `deliveries`, `deliveries-in`, `-out`, `-refused`, `deliveries-seen` | `retention.deliveries`, and a cap for each direction; those that cannot be trusted have a small one of their own |
//! | `deliveries-bodies`, `deliveries-kept` | the same entries, and a number of bytes |
//! | `key` | the commands with a key within `retention.idempotency`, each with the record it was answered with, about 1 KB |
//! | `login` | the stores; gone after the time somebody waits for it |
//! | `login-answer` | a minute each |
//! | `telling` | the stores that are being told about; expires with its lease |
//! | `told` | the replies; goes with them |
//! | `questions`, `question`, `answer` | so many at once for each cell (`questions::WAITING_MAX`); each expires with whoever waits |
//! | `knock` | one; a minute |
//! | `round`, `rounded` | the cells |
//! | `gateway` | one |
//! | `rate`, `org-rate` | the actors and organisations who asked for something within the last window or hour |
//! | `day` | the days of the last month: an hour's number each, and some dozens for how long stores took |
//! | `session` | the people who have signed in to the dashboard within its hours; each expires |
//! | `token` | the tokens of issuers with `single_use` that have changed something, and the sign-ins with Discord of the last minutes; each expires with its token |
//! | `aside` | nothing: what was tampered with is kept until somebody has looked at it |

mod of_each;
mod of_store;

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
    /// Sorted set, all scores 0: each store by age, by name and by end (`lists.rs`).
    pub(super) lists: String,
    /// Sorted set, all scores 0: one member for each store, in order of creation, for storebots of before schema 4.
    /// Written only while it is there.
    pub(super) stores: String,
    /// Sorted set: stores whose two halves differ → ms of the next look by the sweep.
    pub(super) unsettled: String,
    /// Sorted set: stores in line for a worker → their turn (a number without a unit).
    pub(super) ready: String,
    /// Sorted set: stores that a worker holds → ms at which its lease ends.
    pub(super) leased: String,
    /// Sorted set: stores that wait for another attempt → ms at which it is due.
    pub(super) delayed: String,
    /// Hash: owner → the turn behind their last store in line; empty field → the turn served last.
    /// Deleted whenever nobody is in line.
    pub(super) turns: String,
    /// Stream: what was given up or cannot be read, `s` store, `kind`, `reason`. Capped.
    pub(super) dead: String,
    /// Stream: who did what, `e` entry (JSON), `h` digest of it and the one before. Trimmed by age.
    pub(super) audit: String,
    /// String: the digest of the newest entry of [`Keys::audit`].
    pub(super) audit_head: String,
    /// Stream of a storebot of before schema 2: its jobs, with group `workers`. Only read and emptied.
    pub(super) old_jobs: String,
    /// [`Keys::unsettled`] of a storebot of before schema 3, with its `ready`, `leased`, `delayed` and
    /// `turns`. It would give up what it finds there and cannot read, so nothing of ours is put there.
    pub(super) old_unsettled: String,
    pub(super) old_line: [String; 4],
    /// [`Keys::forget`] of before schema 3: it would strike off what it cannot read.
    pub(super) old_purge: String,
    /// Hash: what this ledger is written in, `version` and `readable_from`; if it was raised from an older one, when
    /// (`raised`, ms), and when its lists were last gone through since (`listed`, ms).
    pub(super) schema: String,
    /// Stream with group [`NOTIFIERS`]: `s` store, `k` kind, `v` version of the record.
    pub(super) events: String,
    /// Hash: `<phase>:<engine>` → number of stores.
    pub(super) counts: String,
    /// Sorted set: deleted stores → ms at which their record is forgotten.
    pub(super) forget: String,
    /// Hash: id → callback that waits for another attempt (JSON).
    pub(super) callbacks: String,
    /// Sorted set: callback → ms at which it is due.
    pub(super) callbacks_due: String,
    /// Hash: id → answer at a pull request that waits to be written (JSON).
    pub(super) notes: String,
    /// Sorted set: such an answer → ms at which it is due.
    pub(super) notes_due: String,
    /// Hash: digest of the address of one of `callbacks.endpoints` → ms at which it said that it wants no more.
    pub(super) endpoints_gone: String,
    /// Hash: engine → ms that its stores usually took lately, from the command to the proof; `<engine>/<step>` →
    /// what of it was the step's own.
    pub(super) took: String,
    /// Sorted set: requests that wait for an approver → ms at which they end.
    pub(super) approvals: String,
    /// Sorted set: stores whose lease ends → ms of the next moment at which anything is due of it.
    pub(super) leases: String,
    /// String: the process that has the connection to Discord's gateway. Expires with its lease.
    pub(super) gateway: String,
    /// String, empty: somebody has put a question to a cell's workers lately, and none has taken it. Expires.
    pub(super) knock: String,
    /// Hash: the log of deliveries, several fields each (`deliveries.rs`).
    pub(super) deliveries: String,
    /// Sorted sets, all scores 0: ids of its entries, by time.
    pub(super) deliveries_in: String,
    pub(super) deliveries_out: String,
    pub(super) deliveries_refused: String,
    /// Hash: by which names deliveries are known → id (and digest of the body); empty field → bytes of all bodies
    /// that are kept; `#` → entries made so far.
    pub(super) deliveries_seen: String,
    /// Hash: id → body, compressed.
    pub(super) delivery_bodies: String,
    /// List: ids with a body, oldest first.
    pub(super) deliveries_kept: String,
    /// Hash: `<cell>/drained` → since when (ms) it takes no new stores; `<cell>/up`, `<cell>/down` → when (ms) it last
    /// answered a worker, and did not; `<cell>/why` it did not; `<cell>/known`, where stores are on it.
    pub(super) cells: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        let key = |name: &str| format!("{{{prefix}}}:{name}");
        Self {
            names: key("names"),
            former: key("former"),
            lists: key("lists"),
            stores: key("stores"),
            unsettled: key("line:unsettled"),
            ready: key("line:ready"),
            leased: key("line:leased"),
            delayed: key("line:delayed"),
            turns: key("line:turns"),
            dead: key("dead"),
            audit: key("audit"),
            audit_head: key("audit-head"),
            old_jobs: key("jobs"),
            old_unsettled: key("unsettled"),
            old_line: ["ready", "leased", "delayed", "turns"].map(key),
            old_purge: key("purge"),
            schema: key("schema"),
            events: key("events"),
            counts: key("counts"),
            forget: key("forget"),
            callbacks: key("callbacks"),
            callbacks_due: key("callbacks-due"),
            notes: key("notes"),
            notes_due: key("notes-due"),
            endpoints_gone: key("endpoints-gone"),
            took: key("took"),
            approvals: key("approvals"),
            leases: key("leases"),
            gateway: key("gateway"),
            knock: key("knock"),
            deliveries: key("deliveries"),
            deliveries_in: key("deliveries-in"),
            deliveries_out: key("deliveries-out"),
            deliveries_refused: key("deliveries-refused"),
            deliveries_seen: key("deliveries-seen"),
            delivery_bodies: key("deliveries-bodies"),
            deliveries_kept: key("deliveries-kept"),
            cells: key("cells"),
            prefix: prefix.to_owned(),
        }
    }

    /// The keys there is one of, with the type each must have.
    pub(super) fn typed(&self) -> [(&str, &'static str); 37] {
        [
            (&self.names, "hash"),
            (&self.former, "hash"),
            (&self.lists, "zset"),
            (&self.stores, "zset"),
            (&self.unsettled, "zset"),
            (&self.ready, "zset"),
            (&self.leased, "zset"),
            (&self.delayed, "zset"),
            (&self.turns, "hash"),
            (&self.dead, "stream"),
            (&self.audit, "stream"),
            (&self.audit_head, "string"),
            (&self.old_jobs, "stream"),
            (&self.old_unsettled, "zset"),
            (&self.old_purge, "zset"),
            (&self.schema, "hash"),
            (&self.events, "stream"),
            (&self.counts, "hash"),
            (&self.forget, "zset"),
            (&self.callbacks, "hash"),
            (&self.callbacks_due, "zset"),
            (&self.notes, "hash"),
            (&self.notes_due, "zset"),
            (&self.endpoints_gone, "hash"),
            (&self.took, "hash"),
            (&self.approvals, "zset"),
            (&self.leases, "zset"),
            (&self.gateway, "string"),
            (&self.knock, "string"),
            (&self.deliveries, "hash"),
            (&self.deliveries_in, "zset"),
            (&self.deliveries_out, "zset"),
            (&self.deliveries_refused, "zset"),
            (&self.deliveries_seen, "hash"),
            (&self.delivery_bodies, "hash"),
            (&self.deliveries_kept, "list"),
            (&self.cells, "hash"),
        ]
    }

    /// Where a key of a wrong type is put.
    pub(super) fn aside(&self, key: &str, at_ms: u64) -> String {
        let name = key.rsplit(':').next().unwrap_or(key);
        format!("{{{}}}:aside:{name}:{at_ms}", self.prefix)
    }

    /// Pattern of all that [`Keys::aside`] names.
    pub(super) fn all_aside(&self) -> String {
        format!("{{{}}}:aside:*", self.prefix)
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }
}
