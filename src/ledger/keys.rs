//! Every key of the ledger, with its type and what is in it.
//!
//! # What bounds each of them
//!
//! Redis never evicts, so whatever grows needs an end. `retention.*`, `limits.*` and `callbacks.*` are
//! the configuration's.
//!
//! | key | bounded by |
//! |---|---|
//! | `store`, `spec`, `seen`, `replies`, `stores`, `of` | the living stores (`limits.stores_per_owner` for each owner) and those deleted within `retention.deleted`; forgotten together |
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
//! | `session` | the people who have signed in to the dashboard within the last `board::LIFE`; each expires |
//! | `token` | the tokens of issuers with `single_use` that have changed something; each expires with its token |
//! | `aside` | nothing: what was tampered with is kept until somebody has looked at it |

use crate::domain::actor::{ActorId, OrgId};
use crate::domain::store::StoreId;

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
    /// Hash: what this ledger is written in, `version` and `readable_from`.
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
    pub(super) fn typed(&self) -> [(&str, &'static str); 36] {
        [
            (&self.names, "hash"),
            (&self.former, "hash"),
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

    /// Hash of one store: `want`, `task`, `gen`, `ver` (of the record), `owner`, `phase` and `count` (what it
    /// is counted as), `fence`; while there is something to do `lease`, `worker`, `attempt`, `claims` (its
    /// claim), `queued` (ms at which it came in line), `again` (more was asked while it was held); `letter`
    /// (its dead letter); `due` (ms before which nothing is done about a deletion), `expires` (ms of the end that an
    /// extension gave it), `removes` (ms of its removal after that),
    /// `sleeps` (ms at which it is put to sleep because it is not paid for), `asleep` (it is counted so). What is missing is nothing or 0. Before schema 3 also `spec` and `obs`.
    ///
    /// No value of a store at rest is longer than 64 bytes, so that Redis keeps it small.
    pub(super) fn store(&self, id: &StoreId) -> String {
        format!("{{{}}}:store:{id}", self.prefix)
    }

    /// String of one store: its specification, as `asked.rs` writes it.
    pub(super) fn spec(&self, id: &StoreId) -> String {
        format!("{{{}}}:spec:{id}", self.prefix)
    }

    /// String of one store: what a worker last saw of it, as `seen.rs` writes it. None before the first time.
    pub(super) fn seen(&self, id: &StoreId) -> String {
        format!("{{{}}}:seen:{id}", self.prefix)
    }

    /// Hash of one store: reply id → whoever is told of it as long as it lives (a reply, JSON, without a secret of
    /// Discord's).
    pub(super) fn followers(&self, id: &StoreId) -> String {
        format!("{{{}}}:followers:{id}", self.prefix)
    }

    /// Set of one store: ids of the notices and deliveries that were made of its events, so that each is made
    /// once however often an event comes. Expires.
    pub(super) fn made(&self, id: &StoreId) -> String {
        format!("{{{}}}:made:{id}", self.prefix)
    }

    /// Hash of one store: reply id → whoever must still be told (JSON).
    pub(super) fn replies(&self, id: &StoreId) -> String {
        format!("{{{}}}:replies:{id}", self.prefix)
    }

    /// List of one store: its events, `<id> <kind> <version> <note as JSON>`, oldest first. Capped; expires.
    pub(super) fn log(&self, id: &StoreId) -> String {
        format!("{{{}}}:log:{id}", self.prefix)
    }

    /// Set: stores of a cell for which Helm may run. As large as the cell's limit.
    pub(super) fn permits(&self, cell: &str) -> String {
        format!("{{{}}}:helm:{cell}", self.prefix)
    }

    /// Hash of one store: reply id → what was said so far (JSON). Goes with its reply.
    pub(super) fn told(&self, id: &StoreId) -> String {
        format!("{{{}}}:told:{id}", self.prefix)
    }

    /// Hash of one store, while somebody tells about it: `by` (the notifier), and id → kind and version
    /// of each event that others came with meanwhile. Expires with the lease, with all that is in it.
    pub(super) fn telling(&self, id: &StoreId) -> String {
        format!("{{{}}}:telling:{id}", self.prefix)
    }

    /// Set: living stores of an owner. Its size is what the quota counts.
    pub(super) fn alive(&self, owner: &ActorId) -> String {
        format!("{{{}}}:alive:{owner}", self.prefix)
    }

    /// Hash: what these stores take together: `cpu` (thousandths), `memory` and `disk` (MiB), and how many of
    /// them are `asleep`.
    pub(super) fn taken(&self, owner: &ActorId) -> String {
        format!("{{{}}}:taken:{owner}", self.prefix)
    }

    /// Like [`Keys::alive`] and [`Keys::taken`], of an organisation. Without one: keys that are never written,
    /// since scripts want their keys declared.
    pub(super) fn of_org(&self, org: Option<&OrgId>) -> [String; 2] {
        let org = org.map_or("", OrgId::as_str);
        ["alive", "taken"].map(|what| format!("{{{}}}:org-{what}:{org}", self.prefix))
    }

    /// Like [`Keys::alive`] and [`Keys::taken`], of a cell.
    pub(super) fn of_cell(&self, cell: &str) -> [String; 2] {
        ["alive", "taken"].map(|what| format!("{{{}}}:cell-{what}:{cell}", self.prefix))
    }

    /// Like [`Keys::rate`], of an organisation.
    pub(super) fn org_rate(&self, policy: &str, org: Option<&OrgId>) -> String {
        format!("{{{}}}:org-rate:{policy}:{}", self.prefix, org.map_or("", OrgId::as_str))
    }

    /// Hash of one request for an approver: `entry` (JSON), `state`, and once it is decided `by`, `at` (ms) and
    /// `store`. Expires.
    pub(super) fn approval(&self, id: &str) -> String {
        format!("{{{}}}:approval:{id}", self.prefix)
    }

    /// Hash: what was set for a Discord server.
    pub(super) fn server(&self, id: u64) -> String {
        format!("{{{}}}:server:{id}", self.prefix)
    }

    /// Hash: name of a store that an actor asks for → the request that waits.
    pub(super) fn approvals_of(&self, actor: &ActorId) -> String {
        format!("{{{}}}:approvals-of:{actor}", self.prefix)
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

    /// Hash: `worker` that goes a round over a cell's stores, and when it `began` (ms). Expires.
    pub(super) fn round(&self, cell: &str) -> String {
        format!("{{{}}}:round:{cell}", self.prefix)
    }

    /// String: when the last round over a cell's stores began that was gone to its end (ms).
    pub(super) fn rounded(&self, cell: &str) -> String {
        format!("{{{}}}:rounded:{cell}", self.prefix)
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

    /// String: a session of the dashboard (JSON), by the digest of its secret. Expires with it.
    pub(super) fn session(&self, key: &str) -> String {
        format!("{{{}}}:session:{key}", self.prefix)
    }

    /// String, empty: a token with this digest has changed something. Expires with the token.
    pub(super) fn token(&self, id: &str) -> String {
        format!("{{{}}}:token:{id}", self.prefix)
    }

    /// String: when something happened last to a subject of a source (ms). Expires.
    pub(super) fn version(&self, source: &str, subject: &str) -> String {
        format!("{{{}}}:version:{source}:{subject}", self.prefix)
    }

    /// String: the time (ms) at which an actor's bucket is full again. Expires.
    pub(super) fn rate(&self, policy: &str, actor: &ActorId) -> String {
        format!("{{{}}}:rate:{policy}:{actor}", self.prefix)
    }
}
