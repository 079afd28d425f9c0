//! Finds stores at rest that somebody has changed past storebot, and has a worker look at them.
//!
//! While a worker runs, the watch tells: each thing that goes, or is wanted otherwise, costs one question
//! to the ledger. What happened while no worker ran is found once after a start, by holding what the
//! watch lists against the records, page by page. Nothing here asks the API server, and nothing is asked
//! again and again about stores that rest.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::at_rest::wants_look;
use super::{CellParts, Shared};
use crate::domain::record::Record;
use crate::domain::store::StoreId;
use crate::ledger::{LedgerError, Round};

/// What is changed together is asked about together: a namespace goes object by object.
const GATHER: Duration = Duration::from_secs(1);
/// Records held against the watch at once.
const PAGE: usize = 200;
/// Pause after the ledger did not answer, or while another worker goes its round.
const AGAIN: Duration = Duration::from_secs(5);
/// How long a round belongs to a worker that says nothing more of it. A page takes milliseconds.
const ROUND: Duration = Duration::from_secs(30);

impl Shared {
    /// Watches over a cell's stores at rest until told to stop.
    pub(super) async fn patrol(&self, cell: &CellParts, stop: &CancellationToken) {
        let going = async {
            cell.watched.synced().await;
            self.first_round(cell).await;
            loop {
                let moved = cell.watched.moved().await;
                self.ask_about(cell, moved.into_iter().collect()).await;
                tokio::time::sleep(GATHER).await;
            }
        };
        stop.run_until_cancelled(going).await;
    }

    /// Stores that have moved; those that this process itself is at are left to it.
    async fn ask_about(&self, cell: &CellParts, mut stores: Vec<StoreId>) {
        stores.retain(|store| !self.is_running(store));
        while let Some(store) = stores.last() {
            let asked = async {
                match self.ledger.record(store).await? {
                    Some(record) => self.look_if_wanted(cell, &record).await,
                    // Its own end took it away, or it was never ours.
                    None => Ok(()),
                }
            };
            match asked.await {
                Err(error @ LedgerError::Unavailable(_)) => {
                    tracing::debug!(%error, "stores that have moved are asked about again");
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => {
                    tracing::error!(store.id = %store, %error, "a store that has moved cannot be asked about");
                    stores.pop();
                }
                Ok(()) => drop(stores.pop()),
            }
        }
    }

    async fn look_if_wanted(&self, cell: &CellParts, record: &Record) -> Result<(), LedgerError> {
        if record.spec.cell == cell.config.name && wants_look(record, &cell.watched.store(&record.id)) {
            tracing::info!(store.id = %record.id, "something was changed in the cluster, having a look");
            self.ledger.look(&record.id).await?;
            self.line.notify_one();
        }
        Ok(())
    }

    /// Holds all records against what the watch has listed: once after a start, by one worker at a time. A
    /// round of another worker that began after this start is as good as one of its own.
    async fn first_round(&self, cell: &CellParts) {
        let name = &cell.config.name;
        let mut started = None;
        while !self.is_round_done(cell, &mut started).await.unwrap_or_else(|error| {
            tracing::warn!(cell = name, %error, "the records are held against the cluster again");
            false
        }) {
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// `started`: when this was first asked, on Redis' clock.
    async fn is_round_done(&self, cell: &CellParts, started: &mut Option<u64>) -> Result<bool, LedgerError> {
        let since = match *started {
            Some(since) => since,
            None => *started.insert(self.ledger.now().await?),
        };
        match self.ledger.begin_round(&cell.config.name, &self.consumer, since, ROUND).await? {
            Round::Done => Ok(true),
            Round::Another => Ok(false),
            Round::Mine => self.go_round(cell).await.map(|()| true),
        }
    }

    async fn go_round(&self, cell: &CellParts) -> Result<(), LedgerError> {
        let mut cursor: Option<String> = None;
        loop {
            let page = self.ledger.page(None, cursor.as_deref(), PAGE).await?;
            for (_, record) in &page.items {
                self.look_if_wanted(cell, record).await?;
            }
            self.ledger.keep_round(&cell.config.name, &self.consumer, ROUND).await?;
            match page.items.last() {
                Some((member, _)) if page.more => cursor = Some(member.clone()),
                _ => break,
            }
        }
        self.ledger.end_round(&cell.config.name, &self.consumer).await
    }
}
