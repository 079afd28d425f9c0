//! Everything that must not be forgotten: records, the line, events, idempotency keys, quotas. The only
//! module that knows Redis.
//!
//! # Why it is built like this
//!
//! A command is admitted by one Lua script: its record, its place in line, its event and its audit are
//! all there or none is, in one round trip. A place in line says only "look at this store". What
//! protects a store is the claim in its record: a lease on Redis' own clock, and a fence that grows
//! with each claim. Every write of a worker carries its fence and is refused when a newer claim exists.
//!
//! The line is made of sorted sets (`queue.rs`) and not of a stream with a consumer group, as it was
//! first: a group hands out in order of arrival, so one owner's hundred stores made all others wait,
//! and each entry had to be kept, claimed over and acknowledged beside the lease that decides anyway.
//!
//! A store that got lost altogether is found by the sweep over `unsettled`, whose cost follows the
//! stores that are due and not the stores that exist.
//!
//! Only commands of Redis 7.0 are used. All keys share one hash tag, `{prefix}`, since one script
//! touches the record, the owner's quota, the queue and the log together, and on a Redis Cluster it
//! may only touch keys of one slot. So one ledger is one shard: it is as large and as fast as one
//! node. More come with more ledgers, each with a prefix, and so a slot, of its own; what is admitted
//! together must be in one of them.
//!
//! While a cluster moves the ledger's slot to another node, some commands are refused (`TRYAGAIN`,
//! `ASK`) until it has arrived: that is an outage like others, in which nothing is half done.

mod admission;
mod approvals;
mod asked;
mod audit;
mod callbacks;
mod cells;
mod claim;
mod deliveries;
mod durability;
mod events;
mod followers;
#[doc(hidden)]
pub mod fuzz;
mod gateway;
mod group;
mod keys;
mod leases;
mod letters;
mod link;
mod listing;
mod lists;
mod logins;
mod notes;
mod place;
mod questions;
mod queue;
mod read;
mod record;
mod restore;
mod rounds;
mod scale;
mod schema;
mod seen;
mod server;
mod servers;
mod sessions;
mod sift;
mod telling;
mod tokens;
mod took;
mod upkeep;
mod versions;
mod vitals;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use tokio::sync::Mutex;

use crate::config;
pub use admission::{
    Admitted, Allowance, Approved, ChangeRequest, CreateRequest, KeepAnswer, Rate, RateLimit, RefusedBy, ReplyEntry,
    Room, Wish,
};
pub use approvals::{AskedApproval, EndedApproval};
pub use audit::{AuditLook, AuditSpan, AuditState};
pub use callbacks::PendingCallback;
pub use cells::{CellState, Recounted};
pub use claim::{Claim, Claimed, Ending, Lost, Report};
pub use deliveries::{Received, SentAgain};
use durability::Guard;
pub use durability::{Facts, Finding, Lossy, Severity, judge};
pub use events::{EventFeed, EventReader};
use keys::Keys;
pub use leases::DueLeases;
pub use letters::{DeadLetter, LetterKind, Redriven};
use link::Link;
pub use listing::Mended;
pub use lists::{cursor, is_cursor, key_of, start_of};
pub use logins::{AskRefused, LoginAnswer, LoginAsk};
pub use notes::PendingNote;
use place::Place;
pub use questions::{CellAnswer, Full, Question, QuestionReader};
pub use queue::Requeued;
pub use read::{Counts, ListPage, QueueDepth, store_at};
pub use restore::{Restored, Written};
pub use rounds::Round;
pub use scale::Work;
pub use schema::TooNew;
pub use server::Server;
pub use sift::{Look, Sieve, Sifted};
pub use telling::Telling;
pub use versions::Freshness;
pub use vitals::Vitals;

/// Longest blocking read. Short, so that a reader that is told to stop stops.
const BLOCK: Duration = Duration::from_secs(1);
/// What a blocking read may take beyond [`BLOCK`] before its connection counts as broken.
const BLOCK_MARGIN: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Redis cannot be reached, cannot accept writes, or did not answer in time. Whether a write
    /// happened is unknown.
    #[error("the ledger is unavailable: {0}")]
    Unavailable(#[source] redis::RedisError),
    /// Something that only storebot writes does not read back.
    #[error("the ledger holds something unreadable at {key:?}: {why}")]
    Unreadable {
        /// Empty where only whoever asked knows which.
        key: String,
        why: String,
    },
}

impl LedgerError {
    /// Names the key where the error does not.
    fn at(self, name: &str) -> Self {
        match self {
            Self::Unreadable { key, why } if key.is_empty() => Self::Unreadable { key: name.to_owned(), why },
            other => other,
        }
    }

    /// Redis is there and reads its data: nothing is wrong, and it only takes a while.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Unavailable(error) if error.code() == Some("LOADING"))
    }
}

impl From<redis::RedisError> for LedgerError {
    fn from(error: redis::RedisError) -> Self {
        // Not Redis' trouble, and no other attempt would end differently.
        let damaged = error.code() == Some("WRONGTYPE")
            || matches!(error.kind(), redis::ErrorKind::UnexpectedReturnType | redis::ErrorKind::Parse);
        if damaged { Self::Unreadable { key: String::new(), why: error.to_string() } } else { Self::Unavailable(error) }
    }
}

/// Cheap to clone; all clones share one connection, on which commands are pipelined.
#[derive(Clone)]
pub struct Ledger {
    place: Place,
    link: Link,
    keys: Arc<Keys>,
    scripts: Arc<Scripts>,
    timeout: Duration,
    retention: config::Retention,
    /// Held while the lists are made: whoever needs them meanwhile waits.
    listing: Arc<Mutex<()>>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("prefix", &self.keys.prefix()).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Does not connect: the first command does, so that storebot starts while Redis is away.
    ///
    /// # Errors
    /// The address is unusable.
    pub fn new(config: &config::Redis, retention: &config::Retention) -> Result<Self, LedgerError> {
        let keys = Arc::new(Keys::new(&config.prefix));
        let place = Place::new(&config.address, &keys.names)?;
        let guard = Guard::new(config.durability);
        let link = Link::new(place.clone(), config.address.database.into(), guard, config.timeout);
        Ok(Self {
            place,
            link,
            keys,
            scripts: Arc::new(Scripts::default()),
            timeout: config.timeout,
            retention: retention.clone(),
            listing: Arc::default(),
        })
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn ping(&self) -> Result<(), LedgerError> {
        let mut connection = self.connection();
        let _: String = redis::cmd("PING").query_async(&mut connection).await?;
        Ok(())
    }

    /// Asks the server now what it would lose; neither refuses nor remembers anything.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn durability(&self) -> Result<Vec<Finding>, LedgerError> {
        Ok(durability::ask(&mut self.own_connection(self.timeout).await?).await?)
    }

    /// What was wrong with the server in use when it was connected to.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.link.guard().findings()
    }

    /// Ends when the first server that answers can lose data and the configuration forbids that. Until
    /// the process ends, no command is carried out.
    pub async fn refused(&self) -> Lossy {
        self.link.guard().refused().await
    }

    fn connection(&self) -> Link {
        self.link.clone()
    }

    /// A connection of its own for one blocking reader: on the shared one, a blocked read would hold
    /// up everybody and time out in the middle.
    async fn blocking_connection(&self) -> Result<MultiplexedConnection, LedgerError> {
        self.own_connection(BLOCK + BLOCK_MARGIN).await
    }

    /// A connection apart from the shared one, on which an answer may take that long.
    async fn own_connection(&self, answer_within: Duration) -> Result<MultiplexedConnection, LedgerError> {
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(answer_within));
        Ok(self.place.connect(&settings).await?)
    }
}

/// The scripts, each with its digest; sent by digest and loaded again when Redis has lost them.
struct Scripts {
    approval_ask: redis::Script,
    approval_end: redis::Script,
    server_set: redis::Script,
    took: redis::Script,
    prospect: redis::Script,
    audit_note: redis::Script,
    create: redis::Script,
    change: redis::Script,
    take: redis::Script,
    claim: redis::Script,
    beat: redis::Script,
    report: redis::Script,
    finish: redis::Script,
    gateway: redis::Script,
    requeue: redis::Script,
    look: redis::Script,
    lease_due: redis::Script,
    lease_move: redis::Script,
    list_put: redis::Script,
    list_prune: redis::Script,
    read: redis::Script,
    sift: redis::Script,
    set_aside: redis::Script,
    redrive: redis::Script,
    permit: redis::Script,
    retire: redis::Script,
    login_ask: redis::Script,
    login_answer: redis::Script,
    callback_add: redis::Script,
    callback_gone: redis::Script,
    notice_add: redis::Script,
    callback_again: redis::Script,
    callback_end: redis::Script,
    delivery_in: redis::Script,
    delivery_mark: redis::Script,
    delivery_note: redis::Script,
    delivery_trim: redis::Script,
    question_ask: redis::Script,
    callback_take: redis::Script,
    tell: redis::Script,
    tell_note: redis::Script,
    tell_end: redis::Script,
    purge: redis::Script,
    restore: redis::Script,
    round: redis::Script,
    scale: redis::Script,
    schema: redis::Script,
    version: redis::Script,
    cells: redis::Script,
    cell_report: redis::Script,
    cell_drain: redis::Script,
    cell_recount: redis::Script,
}

/// A script with what all of them share in front.
macro_rules! script {
    ($name:literal) => {
        redis::Script::new(concat!(
            include_str!("ledger/scripts/common.lua"),
            include_str!(concat!("ledger/scripts/", $name, ".lua"))
        ))
    };
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            approval_ask: script!("approval_ask"),
            approval_end: script!("approval_end"),
            server_set: script!("server_set"),
            took: script!("took"),
            prospect: script!("prospect"),
            audit_note: script!("audit_note"),
            create: script!("create"),
            change: script!("change"),
            take: script!("take"),
            claim: script!("claim"),
            beat: script!("beat"),
            report: script!("report"),
            finish: script!("finish"),
            gateway: script!("gateway"),
            requeue: script!("requeue"),
            look: script!("look"),
            lease_due: script!("lease_due"),
            lease_move: script!("lease_move"),
            list_put: script!("list_put"),
            list_prune: script!("list_prune"),
            read: script!("read"),
            sift: script!("sift"),
            set_aside: script!("set_aside"),
            redrive: script!("redrive"),
            permit: script!("permit"),
            retire: script!("retire"),
            login_ask: script!("login_ask"),
            login_answer: script!("login_answer"),
            callback_add: script!("callback_add"),
            callback_gone: script!("callback_gone"),
            notice_add: script!("notice_add"),
            callback_again: script!("callback_again"),
            callback_end: script!("callback_end"),
            delivery_in: script!("delivery_in"),
            delivery_mark: script!("delivery_mark"),
            delivery_note: script!("delivery_note"),
            delivery_trim: script!("delivery_trim"),
            question_ask: script!("question_ask"),
            callback_take: script!("callback_take"),
            tell: script!("tell"),
            tell_note: script!("tell_note"),
            tell_end: script!("tell_end"),
            purge: script!("purge"),
            schema: script!("schema"),
            version: script!("version"),
            restore: script!("restore"),
            round: script!("round"),
            scale: script!("scale"),
            cells: script!("cells"),
            cell_report: script!("cell_report"),
            cell_drain: script!("cell_drain"),
            cell_recount: script!("cell_recount"),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
