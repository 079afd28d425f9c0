//! The immediate answer to a command: accepted, or why not.

use std::time::Duration;

use super::action::Action;
use super::actor::{OrgId, Role};
use super::approval::{Excess, Verdict, Waiting};
use super::command::CommandKind;
use super::delivery::Unreplayable;
use super::engine::Engine;
use super::placement::Unfit;
use super::plan::Plan;
use super::quota::Share;
use super::record::Record;
use super::rule::Rule;
use super::store::{NameError, StoreId, StoreName};

#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub command: CommandKind,
    /// The store as it stands now (for a replay: as it was answered the first time).
    pub store: Record,
    /// The same idempotency key was used before; nothing was done now.
    pub replayed: bool,
    /// What is left of the owner's quota after this.
    pub quota: QuotaUse,
    /// How long stores of this engine took lately, from the command to the proof. `None`: nobody knows yet.
    pub usually: Option<Duration>,
}

/// What an owner has of what it may have, and the organisation it acts for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuotaUse {
    pub own: Share,
    pub org: Option<(OrgId, Share)>,
}

/// Why a request was not accepted. Nothing was written. The words a person reads for each stand in
/// `text`; adapters only choose a status code or a message's form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("bad name: {why}")]
    Name { text: String, why: NameError },
    #[error("unknown {field}")]
    Unknown { field: &'static str, text: String, known: Vec<String> },
    #[error("bad {field}: {why:?}")]
    Invalid { field: String, why: Rule },
    #[error("name taken")]
    NameTaken {
        name: StoreName,
        /** The one in the way is being deleted. */
        going: bool,
    },
    #[error("no such store")]
    NotFound { store: String },
    #[error("role may not do this")]
    Forbidden { action: Action, needs: Role },
    /// Nobody has said that this person may do anything here.
    #[error("no role here")]
    NoRole,
    /// The source may give other commands, and not this one.
    #[error("not this source")]
    NotThisSource { command: CommandKind, allowed: Vec<CommandKind> },
    #[error("quota of {} used up", excess.resource.as_str())]
    Quota { excess: Excess, approval: Option<Waiting> },
    #[error("plan too small")]
    PlanTooSmall { engine: Engine, smallest: Plan },
    /// No cell takes the store, or the one that was asked for does not.
    #[error("no place: {why:?}")]
    NoPlace { cell: Option<String>, why: Unfit },
    /// The store is not in a state for this.
    #[error("not now: {obstacle:?}")]
    NotNow { command: CommandKind, store: StoreName, obstacle: Obstacle },
    /// Not even an administrator may do this for somebody else.
    #[error("only for its owner")]
    OwnerOnly { command: CommandKind },
    /// Admitted, and then it did not work out.
    #[error("not done: {why}")]
    NotDone { command: CommandKind, why: String },
    /// Admitted, and nobody has said how it went.
    #[error("no answer in time")]
    NoAnswer { command: CommandKind },
    /// No worker that has the store's cell has answered.
    #[error("no worker answered")]
    NoWorker,
    /// A worker asked the store's cluster, in vain.
    #[error("the cluster does not answer")]
    ClusterAway,
    /// The actor follows as many stores as it may.
    #[error("too many streams")]
    TooManyStreams { limit: usize },
    /// Redriven before, or never there.
    #[error("no such dead letter")]
    NoSuchLetter { letter: String },
    /// Never there, or forgotten.
    #[error("no such delivery")]
    NoSuchDelivery { delivery: String },
    #[error("not replayable: {why:?}")]
    NotReplayable { why: Unreplayable },
    /// Never there, forgotten, or none of the actor's business.
    #[error("no such approval")]
    NoSuchApproval { approval: String },
    /// It does not wait any more.
    #[error("approval decided before")]
    Decided { verdict: Verdict },
    /// This process has as many waiting as it can hold.
    #[error("too many wait already")]
    Crowded,
    #[error("rate limited")]
    RateLimited { policy: RatePolicy, retry_after_ms: u64 },
    #[error("idempotency key reused with another body")]
    KeyReused,
    #[error("store changed meanwhile")]
    Conflict { store: StoreId },
    #[error("ledger unavailable")]
    Unavailable,
}

/// What about a store stands against a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is still being made.
    NotThereYet,
    /// Another command is under way.
    Busy,
    /// It has failed, so there is nothing to do this with.
    Failed,
    /// It has not failed, so there is nothing to try again.
    NotFailed,
    /// It is being deleted.
    Going,
    Gone,
    /// It is not being deleted, or that has begun: there is nothing to take back.
    NothingToUndo,
    /// There is no shop behind its address.
    Simulated,
    /// It sleeps, and this needs a shop that is awake.
    Asleep,
    /// Its lease has ended: only more time wakes it.
    Expired,
    /// It has no end that could be put off.
    Endless,
    /// It sleeps because it is not paid for: whoever bills for it resumes it.
    Suspended,
    /// It would live longer than the operator allows.
    TooLong,
}

impl Obstacle {
    pub const ALL: [Self; 13] = [
        Self::NotThereYet,
        Self::Busy,
        Self::Failed,
        Self::NotFailed,
        Self::Going,
        Self::Gone,
        Self::NothingToUndo,
        Self::Simulated,
        Self::Asleep,
        Self::Expired,
        Self::Endless,
        Self::TooLong,
        Self::Suspended,
    ];
}

/// Which limit was hit: how many in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatePolicy {
    pub name: &'static str,
    pub limit: u32,
    pub window_seconds: u32,
}

/// What is left of a limit after a request was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub policy: RatePolicy,
    pub remaining: u32,
    /// Until all of it is there again.
    pub reset_seconds: u32,
}
