//! Numbers that are read now and then: the line, the stores, the cells.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::GAUGES;
use crate::config::{Cell, Config};
use crate::domain::placement::Health;
use crate::ledger::{Ledger, LedgerError};
use crate::metrics::{CellNumbers, Metrics};

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

    /// Until told to stop. What cannot be read stays as it was.
    pub(super) async fn keep(self, stop: CancellationToken) {
        let mut turns = tokio::time::interval(GAUGES);
        while stop.run_until_cancelled(turns.tick()).await.is_some() {
            if let Err(error) = self.read().await {
                tracing::debug!(%error, "the numbers are read later");
            }
        }
    }

    async fn read(&self) -> Result<(), LedgerError> {
        let depth = self.ledger.depth().await?;
        self.metrics.set_jobs("waiting", depth.waiting);
        self.metrics.set_jobs("running", depth.running);
        self.metrics.set_jobs("delayed", depth.delayed);
        self.metrics.set_dead_letters(depth.dead);
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
