//! What happened last to something outside: a pull request, a subscription.
//!
//! Senders keep no order: a "closed" may come before the "opened" that it ends. So every event is judged by the time
//! at which it happened, and one that is older than what is known changes nothing.

use std::time::Duration;

use jiff::Timestamp;
use redis::AsyncCommands;

use super::{Ledger, LedgerError, millis};

/// How long the newest time is remembered. Senders try for days at most, and people send again what is as old as a
/// sender's own list of deliveries: GitHub keeps three days, Stripe thirty.
const KEPT: Duration = Duration::from_secs(35 * 24 * 60 * 60);

/// How an event stands to what is known of its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing that happened later is known.
    Fresh,
    /// Something has happened since.
    Older,
}

impl Ledger {
    /// Notes that something happened to a subject of a source, unless it is old news. The same event is fresh however
    /// often it comes, until something newer does.
    ///
    /// # Errors
    /// `Unavailable`; it may have been noted then, and asking again is safe.
    pub async fn newest(&self, source: &str, subject: &str, at: Timestamp) -> Result<Freshness, LedgerError> {
        let mut call = self.scripts.version.prepare_invoke();
        call.key(self.keys.version(source, subject)).arg(at.as_millisecond().max(0)).arg(millis(KEPT));
        let fresh: i64 = call.invoke_async(&mut self.connection()).await?;
        Ok(if fresh == 1 { Freshness::Fresh } else { Freshness::Older })
    }

    /// When something happened to a subject last, as far as is known.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn version(&self, source: &str, subject: &str) -> Result<Option<Timestamp>, LedgerError> {
        let at: Option<i64> = self.connection().get(self.keys.version(source, subject)).await?;
        Ok(at.and_then(|ms| Timestamp::from_millisecond(ms).ok()))
    }
}
