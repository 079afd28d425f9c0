//! Whether each cell answers, and how much of this worker it may have: a cell that does not answer must not
//! hold up the stores of the others.
//!
//! The API server of each cell is asked every few seconds, for this worker and, by way of the ledger, for whoever
//! chooses a cell for a new store. A store of a cell that is away waits without one of the worker's slots, Helm that
//! waits for it without one of its permits, and no more than a few others are taken up beside.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::{CellParts, Shared, Worker};
use crate::cluster::ClusterError;
use crate::domain::placement::{ASK_EVERY, ASK_FOR};

/// When a store is looked at again that had no place among those that are followed: of a cell that answers, and of
/// one that does not.
const PUT_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// The part of all slots that the stores of one cell leave free for those of the others: one in so many.
const LEFT_FREE: usize = 4;
/// The part of all slots that a cell which is away may have: one in so many.
const AWAY_PART: usize = 8;

/// One cell in this process.
#[derive(Debug)]
pub(super) struct Vital {
    away: watch::Sender<bool>,
    followed: AtomicUsize,
    slots: usize,
    /// There are others.
    shares: bool,
}

/// A place among the stores of a cell that are followed, given back on drop.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a Vital);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.followed.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Vital {
    pub(super) fn new(slots: usize, cells: usize) -> Self {
        Self { away: watch::Sender::new(false), followed: AtomicUsize::new(0), slots, shares: cells > 1 }
    }

    pub(super) fn is_away(&self) -> bool {
        *self.away.borrow()
    }

    /// There are other cells whose stores this one's could hold up.
    pub(super) fn shares(&self) -> bool {
        self.shares
    }

    /// For whoever waits for the cell and need not be counted as busy meanwhile.
    pub(super) fn watch(&self) -> watch::Receiver<bool> {
        self.away.subscribe()
    }

    /// A place for one more store, or how long it is to be left in line.
    pub(super) fn place(&self) -> Result<Place<'_>, Duration> {
        let away = self.is_away();
        let most = most(self.slots, self.shares, away);
        if self.followed.fetch_add(1, Ordering::AcqRel) < most {
            return Ok(Place(self));
        }
        self.followed.fetch_sub(1, Ordering::AcqRel);
        Err(if away { PUT_OFF.1 } else { PUT_OFF.0 })
    }

    /// Whether that is new.
    fn set(&self, away: bool) -> bool {
        self.away.send_if_modified(|was| std::mem::replace(was, away) != away)
    }
}

/// Stores of one cell that are followed at once.
fn most(slots: usize, shares: bool, away: bool) -> usize {
    match (shares, away) {
        (false, _) => usize::MAX,
        (true, false) => slots.saturating_sub(slots / LEFT_FREE).max(1),
        (true, true) => (slots / AWAY_PART).max(1),
    }
}

impl Worker {
    /// Asks each cell, for ever: one that does not answer delays no question to another.
    pub(super) async fn ask_cells(self, stop: CancellationToken) {
        let asking = futures::future::join_all(self.shared.cells.values().map(|cell| self.shared.keep_asking(cell)));
        stop.run_until_cancelled(asking).await;
    }
}

impl Shared {
    async fn keep_asking(&self, cell: &CellParts) {
        let name = &cell.config.name;
        let mut turns = tokio::time::interval(ASK_EVERY);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            let answered = match tokio::time::timeout(ASK_FOR, cell.cluster.ping()).await {
                // Whatever it says, it is there.
                Ok(Ok(()) | Err(ClusterError::Forbidden { .. })) => Ok(()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_elapsed) => Err(format!("it did not answer within {} s", ASK_FOR.as_secs())),
            };
            if self.vitals[name].set(answered.is_err()) {
                match &answered {
                    Ok(()) => tracing::info!(cell = name, "the cell answers"),
                    Err(why) => tracing::warn!(cell = name, why, "the cell does not answer"),
                }
            }
            if let Err(error) = self.ledger.report_cell(name, answered.as_ref().err().map(String::as_str)).await {
                tracing::debug!(cell = name, %error, "how the cell is cannot be written down now");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_leaves_room_for_the_others() {
        let two = Vital::new(8, 2);
        let mut places: Vec<_> = (0..6).map(|_| two.place().unwrap()).collect();
        assert_eq!(two.place().unwrap_err(), PUT_OFF.0);
        places.pop();
        places.push(two.place().unwrap());
        assert!(two.set(true) && !two.set(true));
        assert_eq!(two.place().unwrap_err(), PUT_OFF.1);
        places.clear();
        let one = two.place().unwrap();
        assert!(two.place().is_err(), "one, to see when it is back");
        drop(one);
        assert_eq!(two.followed.load(Ordering::Acquire), 0);
    }

    #[test]
    fn a_cell_that_is_alone_has_everything() {
        let one = Vital::new(1, 1);
        let places: Vec<_> = (0..5).map(|_| one.place().unwrap()).collect();
        assert_eq!(places.len(), 5);
        assert!([1, 2, 3].into_iter().all(|slots| most(slots, true, true) == 1 && most(slots, true, false) >= 1));
    }
}
