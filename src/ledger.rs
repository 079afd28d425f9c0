//! Everything that must not be forgotten: records, jobs, events, idempotency keys, quotas. The only
//! module that knows Redis.
//!
//! # Why it is built like this
//!
//! A command is admitted by one Lua script: either its record, its job and its event are all there
//! or none is, in one round trip. Jobs are entries of a stream with a consumer group; an entry says
//! only "look at this store". What protects a store is not the entry but the claim in its record: a
//! lease on Redis' own clock, and a fence that grows with each claim. Every write of a worker carries
//! its fence and is refused when a newer claim exists. Entries may therefore come twice or late.
//!
//! An entry that nobody acknowledges is taken over after the lease (`XAUTOCLAIM`); an entry that got
//! lost altogether is found by the sweep over `unsettled`, whose cost follows the stores that are
//! due and not the stores that exist.
//!
//! Only commands of Redis 7.0 are used. All keys share one hash tag, so that one script can touch
//! them on a Redis Cluster too. Job streams are never trimmed and undelivered entries never deleted:
//! either makes the group's lag unknown, and autoscalers then see no work.

mod admission;
mod callbacks;
mod events;
mod group;
mod jobs;
mod keys;
mod link;
mod logins;
mod questions;
mod read;
mod record;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};
use secrecy::ExposeSecret;

use crate::config;
pub use admission::{Admitted, ChangeRequest, CreateRequest, KeepAnswer, RefusedBy, ReplyEntry};
pub use callbacks::PendingCallback;
pub use events::EventReader;
pub use jobs::{Claim, Claimed, Ending, JobReader, Lost, Report};
use keys::Keys;
use link::Link;
pub use logins::{AskRefused, LoginAnswer, LoginAsk};
pub use questions::{CellAnswer, Full, Question, QuestionReader};
pub use read::{Counts, ListPage, QueueDepth};

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
    #[error("the ledger holds something unreadable at {key}: {why}")]
    Unreadable { key: String, why: String },
}

impl LedgerError {
    /// Worth trying again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<redis::RedisError> for LedgerError {
    fn from(error: redis::RedisError) -> Self {
        Self::Unavailable(error)
    }
}

/// Cheap to clone; all clones share one connection, on which commands are pipelined.
#[derive(Clone)]
pub struct Ledger {
    client: Client,
    link: Link,
    keys: Arc<Keys>,
    scripts: Arc<Scripts>,
    timeout: Duration,
    retention: config::Retention,
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
        let client = Client::open(config.url.expose_secret())?;
        let link = Link::new(client.clone(), config.timeout);
        Ok(Self {
            client,
            link,
            keys: Arc::new(Keys::new(&config.prefix)),
            scripts: Arc::new(Scripts::default()),
            timeout: config.timeout,
            retention: retention.clone(),
        })
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn ping(&self) -> Result<(), LedgerError> {
        let mut connection = self.connection();
        let _: String = redis::cmd("PING").query_async(&mut connection).await?;
        Ok(())
    }

    fn connection(&self) -> Link {
        self.link.clone()
    }

    /// A connection of its own for one blocking reader: on the shared one, a blocked read would hold
    /// up everybody and time out in the middle.
    async fn blocking_connection(&self) -> Result<MultiplexedConnection, LedgerError> {
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(BLOCK + BLOCK_MARGIN));
        Ok(self.client.get_multiplexed_async_connection_with_config(&settings).await?)
    }
}

/// The scripts, each with its digest; sent by digest and loaded again when Redis has lost them.
struct Scripts {
    create: redis::Script,
    change: redis::Script,
    claim: redis::Script,
    beat: redis::Script,
    report: redis::Script,
    finish: redis::Script,
    promote: redis::Script,
    requeue: redis::Script,
    retire: redis::Script,
    login_ask: redis::Script,
    login_answer: redis::Script,
    question_ask: redis::Script,
    callback_take: redis::Script,
    purge: redis::Script,
}

impl Default for Scripts {
    fn default() -> Self {
        let script = redis::Script::new;
        Self {
            create: script(include_str!("ledger/scripts/create.lua")),
            change: script(include_str!("ledger/scripts/change.lua")),
            claim: script(include_str!("ledger/scripts/claim.lua")),
            beat: script(include_str!("ledger/scripts/beat.lua")),
            report: script(include_str!("ledger/scripts/report.lua")),
            finish: script(include_str!("ledger/scripts/finish.lua")),
            promote: script(include_str!("ledger/scripts/promote.lua")),
            requeue: script(include_str!("ledger/scripts/requeue.lua")),
            retire: script(include_str!("ledger/scripts/retire.lua")),
            login_ask: script(include_str!("ledger/scripts/login_ask.lua")),
            login_answer: script(include_str!("ledger/scripts/login_answer.lua")),
            question_ask: script(include_str!("ledger/scripts/question_ask.lua")),
            callback_take: script(include_str!("ledger/scripts/callback_take.lua")),
            purge: script(include_str!("ledger/scripts/purge.lua")),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
