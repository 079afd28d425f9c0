//! Rounds over all stores of a cell, after a start: gone by one worker at a time, so that a fleet that
//! starts together does the work once.

use std::time::Duration;

use super::{Ledger, LedgerError, millis};

/// Whose a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Mine,
    /// Another worker is going it.
    Another,
    /// One has been gone that began late enough.
    Done,
}

impl Ledger {
    /// Milliseconds on Redis' clock.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn now(&self) -> Result<u64, LedgerError> {
        self.now_ms().await
    }

    /// Begins a round, unless another worker is at it or one has been gone that began at `since` or later.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn begin_round(
        &self,
        cell: &str,
        worker: &str,
        since: u64,
        lease: Duration,
    ) -> Result<Round, LedgerError> {
        self.round(cell, worker, "begin", (since, lease)).await
    }

    /// Says that the round goes on.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn keep_round(&self, cell: &str, worker: &str, lease: Duration) -> Result<Round, LedgerError> {
        self.round(cell, worker, "keep", (0, lease)).await
    }

    /// The round has been gone to its end.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn end_round(&self, cell: &str, worker: &str) -> Result<(), LedgerError> {
        self.round(cell, worker, "end", (0, Duration::ZERO)).await.map(drop)
    }

    async fn round(
        &self,
        cell: &str,
        worker: &str,
        what: &str,
        (since, lease): (u64, Duration),
    ) -> Result<Round, LedgerError> {
        let mut call = self.scripts.round.prepare_invoke();
        call.key(self.keys.round(cell)).key(self.keys.rounded(cell));
        call.arg(worker).arg(what).arg(since).arg(millis(lease));
        let answer: String = call.invoke_async(&mut self.connection()).await?;
        Ok(match answer.as_str() {
            "mine" => Round::Mine,
            "done" => Round::Done,
            _ => Round::Another,
        })
    }
}
