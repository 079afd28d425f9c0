//! Keeps one claim alive beside the work, and says when it is lost or when the wish has changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::ledger::{Claim, Ledger, Lost};

/// Beats in one lease: two may fail before it ends.
const BEATS: u32 = 3;

/// What a heartbeat has learnt.
#[derive(Clone)]
pub(super) struct Pulse {
    /// Cancelled when the claim is lost, or the process must end now: stop, kill the child, write nothing.
    pub(super) lost: CancellationToken,
    wanted: Arc<AtomicU64>,
    changed: Arc<Notify>,
}

impl Pulse {
    /// The generation that is wanted now, as far as known.
    pub(super) fn wanted(&self) -> u64 {
        self.wanted.load(Ordering::Acquire)
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
            wanted: Arc::new(AtomicU64::new(claim.record.desired.generation)),
            changed: Arc::default(),
        };
        let beating = beat(worker.ledger.clone(), claim.clone(), worker.config.lease, (poked, pulse.clone()));
        let task = tokio::spawn(beating);
        Self { pulse, task }
    }
}

async fn beat(ledger: Ledger, claim: Claim, lease: Duration, (poked, pulse): (Arc<Notify>, Pulse)) {
    // Begins before the claim's answer came, so it ends no later than Redis' own clock says.
    let mut until = Instant::now() + lease;
    loop {
        tokio::select! {
            () = tokio::time::sleep(lease / BEATS) => {}
            () = poked.notified() => {}
        }
        let asked = Instant::now();
        match ledger.beat(&claim, lease).await {
            Ok(Ok(generation)) => {
                until = asked + lease;
                pulse.learn(generation);
            }
            Ok(Err(Lost)) => break,
            // Without an answer the lease may have ended: stop in time.
            Err(_) if Instant::now() + lease / BEATS >= until => break,
            Err(_) => {}
        }
    }
    tracing::warn!(store.id = %claim.record.id, fence = claim.fence, "the claim is lost, stopping");
    pulse.lost.cancel();
}
