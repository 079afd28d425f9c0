//! Keeps one claim alive beside the work, and says when it is lost or when the wish has changed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::helm::Leave;
use crate::ledger::{Claim, Ledger, Lost};

/// Beats in one lease: two may fail before it ends.
const BEATS: u32 = 3;

/// What a heartbeat has learnt.
#[derive(Clone)]
pub(super) struct Pulse {
    /// Cancelled when the claim is lost, or the process must end now: stop, kill the child, write nothing.
    pub(super) lost: CancellationToken,
    /// Until when the lease lasts for sure, by the process' own clock, which also runs while it is stopped.
    until: Arc<Mutex<Instant>>,
    wanted: Arc<AtomicU64>,
    changed: Arc<Notify>,
}

impl Pulse {
    /// The generation that is wanted now, as far as known.
    pub(super) fn wanted(&self) -> u64 {
        self.wanted.load(Ordering::Acquire)
    }

    /// The claim is held for sure, at this moment. Needs nobody to have run in between: a process that was
    /// asleep beyond its lease finds out before it does anything.
    pub(super) fn holds(&self) -> bool {
        self.holds_for(Duration::ZERO)
    }

    fn holds_for(&self, longer: Duration) -> bool {
        Instant::now() + longer < *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What Helm is given to ask before it starts, and to be ended by.
    pub(super) fn leave(&self) -> Leave {
        let pulse = self.clone();
        Leave::new(self.lost.clone(), move || pulse.holds())
    }

    fn lasts_until(&self, until: Instant) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// Somebody else has the store.
    pub(super) fn give_up(&self) {
        self.lasts_until(Instant::now());
        self.lost.cancel();
    }

    /// The wish may have changed.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(super) fn learn(&self, generation: u64) {
        if self.wanted.swap(generation, Ordering::AcqRel) != generation {
            self.changed.notify_one();
        }
    }
}

/// Ends the heartbeat when it is dropped.
pub(super) struct Heartbeat {
    pub(super) pulse: Pulse,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Heartbeat {
    pub(super) fn start(worker: &Shared, claim: &Claim, poked: Arc<Notify>) -> Self {
        let pulse = Pulse {
            lost: worker.killed.child_token(),
            // From before the claim was asked for, so that it ends no later than by Redis' own clock.
            until: Arc::new(Mutex::new(claim.asked + worker.config.lease)),
            wanted: Arc::new(AtomicU64::new(claim.record.desired.generation)),
            changed: Arc::default(),
        };
        let beating = beat(worker.ledger.clone(), claim.clone(), worker.config.lease, (poked, pulse.clone()));
        let task = tokio::spawn(beating);
        Self { pulse, task }
    }
}

async fn beat(ledger: Ledger, claim: Claim, lease: Duration, (poked, pulse): (Arc<Notify>, Pulse)) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(lease / BEATS) => {}
            () = poked.notified() => {}
        }
        if !pulse.holds() {
            break;
        }
        let asked = Instant::now();
        match ledger.beat(&claim, lease).await {
            Ok(Ok(generation)) => {
                pulse.lasts_until(asked + lease);
                pulse.learn(generation);
            }
            Ok(Err(Lost)) => break,
            // Without an answer the lease may have ended: stop in time.
            Err(_) if !pulse.holds_for(lease / BEATS) => break,
            Err(_) => {}
        }
    }
    tracing::warn!(store.id = %claim.record.id, fence = claim.fence, "the claim is lost, stopping");
    pulse.give_up();
}
