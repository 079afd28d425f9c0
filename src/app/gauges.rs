//! Numbers that are read now and then: the line, the stores, the ledger itself.

use tokio_util::sync::CancellationToken;

use super::GAUGES;
use crate::ledger::{Ledger, LedgerError};
use crate::metrics::{LineNumbers, Metrics};

pub(super) struct Gauges {
    ledger: Ledger,
    metrics: Metrics,
}

impl Gauges {
    pub(super) fn new(ledger: Ledger, metrics: Metrics) -> Self {
        Self { ledger, metrics }
    }

    /// Until told to stop. What cannot be read stays as it was, beside the number that says so.
    pub(super) async fn keep(self, stop: CancellationToken) {
        let mut turns = tokio::time::interval(GAUGES);
        while stop.run_until_cancelled(turns.tick()).await.is_some() {
            let read = self.read().await;
            self.metrics.set_redis(read.is_ok(), self.ledger.findings().is_empty());
            if let Err(error) = read {
                tracing::debug!(%error, "the numbers are read later");
            }
        }
    }

    async fn read(&self) -> Result<(), LedgerError> {
        let (depth, vitals) = (self.ledger.depth().await?, self.ledger.vitals().await?);
        self.metrics.set_line(&LineNumbers {
            waiting: depth.waiting,
            running: depth.running,
            delayed: depth.delayed,
            dead: depth.dead,
            untold: depth.untold,
            callbacks: depth.callbacks,
            oldest_wait: vitals.oldest_wait,
            workers: vitals.workers,
        });
        let counts = self.ledger.counts().await?;
        let counts: Vec<_> = counts.into_iter().map(|((phase, engine), count)| (phase, engine, count)).collect();
        self.metrics.set_stores(&counts);
        Ok(())
    }
}
