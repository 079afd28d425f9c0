//! Counts now and then what is on each cell, from the records themselves: a ledger of before has never been
//! counted, and a storebot of before that still runs beside this one counts nothing.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Shared, Worker};
use crate::ledger::{LedgerError, Round};

/// The round's name. No cell is called so.
const ALL: &str = "*";
/// How often it is counted anew. Each time reads every record.
const EVERY: Duration = Duration::from_secs(3600);
/// Pause after the ledger did not answer, or while another worker counts.
const AGAIN: Duration = Duration::from_secs(5);
/// How long a round belongs to a worker that has said nothing more.
const ROUND: Duration = Duration::from_secs(120);

impl Worker {
    /// At the start, and every hour, by one worker of all.
    pub(super) async fn count_cells(self, stop: CancellationToken) {
        let counting = async {
            let mut turns = tokio::time::interval(EVERY);
            loop {
                turns.tick().await;
                self.shared.count_once().await;
            }
        };
        stop.run_until_cancelled(counting).await;
    }
}

impl Shared {
    async fn count_once(&self) {
        let mut since = None;
        loop {
            match self.is_counted(&mut since).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::debug!(%error, "what is on the cells is counted later"),
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// `since`: when this was first asked, on Redis' clock.
    async fn is_counted(&self, since: &mut Option<u64>) -> Result<bool, LedgerError> {
        let since = match *since {
            Some(since) => since,
            None => *since.insert(self.ledger.now().await?),
        };
        match self.ledger.begin_round(ALL, &self.consumer, since, ROUND).await? {
            Round::Done => Ok(true),
            Round::Another => Ok(false),
            Round::Mine => {
                for cell in self.ledger.recount_cells().await? {
                    tracing::info!(cell, "what is on the cell was counted anew");
                }
                self.ledger.end_round(ALL, &self.consumer).await?;
                Ok(true)
            }
        }
    }
}
