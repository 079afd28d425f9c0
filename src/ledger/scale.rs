//! How much there is that only a worker does: what decides how many of them there should be, and whether any.
//!
//! Workers may go when nothing is to be done, so everything that one is needed for has to count here. What is
//! left out would wait until something else wakes one: only what nobody waits for may be (the trimming of old
//! entries, a look at stores that somebody has changed past storebot).

use super::keys::NOTIFIERS;
use super::{Ledger, LedgerError};

/// What a worker is needed for, at one moment on Redis' clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Stores in line for a worker.
    pub waiting: u64,
    /// Stores that a worker holds, or held when it died.
    pub running: u64,
    /// Stores whose pause between two attempts, or before a deletion, has ended.
    pub due: u64,
    /// Stores with something to do that have lost their place in line; counted while nothing else is.
    pub lost: u64,
    /// Events that somebody is to be told of.
    pub untold: u64,
    /// Callbacks and words at pull requests whose next attempt is due.
    pub deliveries: u64,
    /// What time has brought: lifetimes that end, notices before it, requests for approval and records whose time
    /// is over.
    pub time: u64,
    /// 1: somebody asked what runs for a store, and nobody was there to answer.
    pub knocks: u64,
}

impl Work {
    /// All of it: 0 means that no worker is needed.
    #[must_use]
    pub fn all(&self) -> u64 {
        let Self { waiting, running, due, lost, untold, deliveries, time, knocks } = *self;
        waiting + running + due + lost + untold + deliveries + time + knocks
    }
}

impl Ledger {
    /// One script; costs the same however many stores there are.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn work(&self) -> Result<Work, LedgerError> {
        let keys = &self.keys;
        let mut call = self.scripts.scale.prepare_invoke();
        for key in [&keys.ready, &keys.leased, &keys.delayed, &keys.unsettled, &keys.events, &keys.callbacks_due] {
            call.key(key);
        }
        for key in [&keys.notes_due, &keys.leases, &keys.approvals, &keys.forget, &keys.knock] {
            call.key(key);
        }
        call.arg(NOTIFIERS);
        let [waiting, running, due, lost, untold, deliveries, time, knocks]: [u64; 8] =
            call.invoke_async(&mut self.connection()).await?;
        Ok(Work { waiting, running, due, lost, untold, deliveries, time, knocks })
    }
}
