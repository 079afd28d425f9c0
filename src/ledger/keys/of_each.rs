//! The keys that there are for each of something else: owners, organisations, cells, requests.

use jiff::civil::Date;

use super::Keys;
use crate::domain::actor::{ActorId, OrgId};

impl Keys {
    /// Set: stores of a cell for which Helm may run. As large as the cell's limit.
    pub(in crate::ledger) fn permits(&self, cell: &str) -> String {
        format!("{{{}}}:helm:{cell}", self.prefix)
    }

    /// Set: living stores of an owner. Its size is what the quota counts.
    pub(in crate::ledger) fn alive(&self, owner: &ActorId) -> String {
        format!("{{{}}}:alive:{owner}", self.prefix)
    }

    /// Hash: what these stores take together: `cpu` (thousandths), `memory` and `disk` (MiB), and how many of
    /// them are `asleep`.
    pub(in crate::ledger) fn taken(&self, owner: &ActorId) -> String {
        format!("{{{}}}:taken:{owner}", self.prefix)
    }

    /// Like [`Keys::alive`] and [`Keys::taken`], of an organisation. Without one: keys that are never written,
    /// since scripts want their keys declared.
    pub(in crate::ledger) fn of_org(&self, org: Option<&OrgId>) -> [String; 2] {
        let org = org.map_or("", OrgId::as_str);
        ["alive", "taken"].map(|what| format!("{{{}}}:org-{what}:{org}", self.prefix))
    }

    /// Like [`Keys::alive`] and [`Keys::taken`], of a cell.
    pub(in crate::ledger) fn of_cell(&self, cell: &str) -> [String; 2] {
        ["alive", "taken"].map(|what| format!("{{{}}}:cell-{what}:{cell}", self.prefix))
    }

    /// Like [`Keys::rate`], of an organisation.
    pub(in crate::ledger) fn org_rate(&self, policy: &str, org: Option<&OrgId>) -> String {
        format!("{{{}}}:org-rate:{policy}:{}", self.prefix, org.map_or("", OrgId::as_str))
    }

    /// Hash of one request for an approver: `entry` (JSON), `state`, and once it is decided `by`, `at` (ms) and
    /// `store`. Expires.
    pub(in crate::ledger) fn approval(&self, id: &str) -> String {
        format!("{{{}}}:approval:{id}", self.prefix)
    }

    /// Hash: what was set for a Discord server.
    pub(in crate::ledger) fn server(&self, id: u64) -> String {
        format!("{{{}}}:server:{id}", self.prefix)
    }

    /// Hash: name of a store that an actor asks for → the request that waits.
    pub(in crate::ledger) fn approvals_of(&self, actor: &ActorId) -> String {
        format!("{{{}}}:approvals-of:{actor}", self.prefix)
    }

    /// Sorted set, all scores 0: one member for each store of an owner, in order of creation.
    pub(in crate::ledger) fn of(&self, owner: &ActorId) -> String {
        format!("{{{}}}:of:{owner}", self.prefix)
    }

    /// Hash with the first answer to an idempotency key: `print`, `answer`. Expires.
    pub(in crate::ledger) fn idempotency(&self, actor: &ActorId, key: &str) -> String {
        format!("{{{}}}:key:{actor}:{key}", self.prefix)
    }

    /// List with one item: what became of a wanted login (JSON). Expires.
    pub(in crate::ledger) fn login_answer(&self, ask: &str) -> String {
        format!("{{{}}}:login-answer:{ask}", self.prefix)
    }

    /// Hash: `worker` that goes a round over a cell's stores, and when it `began` (ms). Expires.
    pub(in crate::ledger) fn round(&self, cell: &str) -> String {
        format!("{{{}}}:round:{cell}", self.prefix)
    }

    /// String: when the last round over a cell's stores began that was gone to its end (ms).
    pub(in crate::ledger) fn rounded(&self, cell: &str) -> String {
        format!("{{{}}}:rounded:{cell}", self.prefix)
    }

    /// List of one cell: questions for its workers (JSON). Bounded by `questions::WAITING_MAX`; expires with
    /// the last one who waits.
    pub(in crate::ledger) fn questions(&self, cell: &str) -> String {
        format!("{{{}}}:questions:{cell}", self.prefix)
    }

    /// String, empty: somebody waits for the answer to this question, and no worker has taken it. Expires.
    pub(in crate::ledger) fn question(&self, question: &str) -> String {
        format!("{{{}}}:question:{question}", self.prefix)
    }

    /// List with one item: the answer to a question (JSON). Expires.
    pub(in crate::ledger) fn answer(&self, question: &str) -> String {
        format!("{{{}}}:answer:{question}", self.prefix)
    }

    /// Hash: how it went on a UTC day: `<engine>/<hour>` → stores that were ready for the first time,
    /// `<engine>~<class>` → those that took so long. Expires.
    pub(in crate::ledger) fn day(&self, date: Date) -> String {
        format!("{{{}}}:day:{date}", self.prefix)
    }

    /// String: a session of the dashboard (JSON), by the digest of its secret. Expires with it.
    pub(in crate::ledger) fn session(&self, key: &str) -> String {
        format!("{{{}}}:session:{key}", self.prefix)
    }

    /// String, empty: a token with this digest has changed something, or somebody has come back from Discord with
    /// it. Expires with the token.
    pub(in crate::ledger) fn token(&self, id: &str) -> String {
        format!("{{{}}}:token:{id}", self.prefix)
    }

    /// String: when something happened last to a subject of a source (ms). Expires.
    pub(in crate::ledger) fn version(&self, source: &str, subject: &str) -> String {
        format!("{{{}}}:version:{source}:{subject}", self.prefix)
    }

    /// String: the time (ms) at which an actor's bucket is full again. Expires.
    pub(in crate::ledger) fn rate(&self, policy: &str, actor: &ActorId) -> String {
        format!("{{{}}}:rate:{policy}:{actor}", self.prefix)
    }
}
