//! Numbers that are read now and then: the line, the stores, the cells, the ledger itself.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::GAUGES;
use crate::config::{Cell, Config};
use crate::domain::placement::Health;
use crate::ledger::{Ledger, LedgerError};
use crate::metrics::{CellNumbers, LineNumbers, Metrics};

pub(super) struct Gauges {
    ledger: Ledger,
    metrics: Metrics,
    cells: Vec<Cell>,
    /// What a sleeping store counts as.
    sleeping: u32,
}

impl Gauges {
    pub(super) fn new(config: &Config, ledger: Ledger, metrics: Metrics) -> Self {
        Self { ledger, metrics, cells: config.cells.clone(), sleeping: config.quotas.sleeping() }
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
        let names: Vec<&str> = self.cells.iter().map(|cell| cell.name.as_str()).collect();
        let states = self.ledger.cells(&names, self.sleeping).await?;
        let numbers = self.cells.iter().zip(states).map(|(cell, state)| CellNumbers {
            name: Arc::from(cell.name.as_str()),
            up: state.health != Health::Down,
            drained: cell.drain || state.drained,
            stores: state.used.stores.into(),
            capacity: cell.capacity.stores.into(),
        });
        self.metrics.set_cells(&numbers.collect::<Vec<_>>());
        Ok(())
    }
}
