//! What tells from outside whether work gets done: how long somebody has waited, and who is there to work.

use std::time::Duration;

use redis::AsyncCommands as _;
use redis::streams::StreamInfoConsumersReply;

use super::keys::NOTIFIERS;
use super::{Ledger, LedgerError};

/// Stores in line that are looked at. Turns go round by owner and each owner's stores stand in order, so the
/// oldest are in front.
const LOOKED_AT: isize = 200;
/// A worker reads events every second; one that has not for so long is away, or goes.
const AWAY: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Of the store that has waited in line longest; zero where nobody waits.
    pub oldest_wait: Duration,
    pub workers: u64,
}

impl Ledger {
    /// # Errors
    /// `Unavailable`.
    pub async fn vitals(&self) -> Result<Vitals, LedgerError> {
        let now = self.now_ms().await?;
        let line: Vec<String> = self.connection().zrange(&self.keys.ready, 0, LOOKED_AT - 1).await?;
        let mut since: Vec<Option<u64>> = Vec::new();
        if !line.is_empty() {
            let mut pipe = redis::pipe();
            for id in self.ids(line).await? {
                pipe.hget(self.keys.store(&id), "queued");
            }
            since = pipe.query_async(&mut self.connection()).await?;
        }
        let oldest = since.into_iter().flatten().min().unwrap_or(now);
        let readers: StreamInfoConsumersReply = self.connection().xinfo_consumers(&self.keys.events, NOTIFIERS).await?;
        let is_there = |idle: usize| Duration::from_millis(idle as u64) < AWAY;
        let workers = readers.consumers.iter().filter(|reader| is_there(reader.idle)).count() as u64;
        Ok(Vitals { oldest_wait: Duration::from_millis(now.saturating_sub(oldest)), workers })
    }
}
