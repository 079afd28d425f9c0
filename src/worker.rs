//! Makes what is wanted come true: takes up jobs, follows each store to an end, says what it sees.
//!
//! For one store: observe → decide (a pure table) → act, again and again, until both halves of its
//! record agree. Nothing is remembered between two rounds except in the record: a worker that dies
//! anywhere leaves nothing that the next one would not see. Knows no doors and tells nobody: what it
//! writes becomes an event in the ledger.
//!
//! A store that waits for its pods costs a task and no requests: it is woken by the cell's watch.

mod act;
mod answer;
mod claim;
pub mod decide;
mod follow;
mod followed;
mod login;
mod observe;
mod progress;
mod values;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cluster::{Cluster, Watched};
use crate::config;
use crate::domain::Bits;
use crate::domain::engine::Engine;
use crate::domain::job::Job;
use crate::domain::store::StoreId;
use crate::helm::Helm;
use crate::ledger::{Claimed, Ledger, LedgerError};
use crate::metrics::Metrics;

/// How often stores whose pause has ended are looked for.
const PROMOTE: Duration = Duration::from_millis(250);
/// How often abandoned jobs are looked for: what a dead worker left is taken up this long after its
/// lease at the latest.
const REAP: Duration = Duration::from_secs(2);
/// Pause after the ledger did not answer.
const LEDGER_PAUSE: Duration = Duration::from_millis(500);

/// A cluster as the worker sees it.
pub struct CellParts {
    pub config: config::Cell,
    pub cluster: Cluster,
    pub watched: Watched,
    /// The cell's own value files, whole: a change of theirs makes a release outdated.
    pub values: HashMap<Engine, String>,
}

pub struct WorkerParts {
    pub ledger: Ledger,
    pub helm: Helm,
    pub cells: Vec<CellParts>,
    pub metrics: Metrics,
    pub config: config::Worker,
    /// Names this process among the workers; new for each start.
    pub consumer: String,
    /// For passwords and jitter.
    pub random: Bits,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
}

struct Shared {
    ledger: Ledger,
    helm: Helm,
    cells: HashMap<String, CellParts>,
    metrics: Metrics,
    config: config::Worker,
    consumer: String,
    random: Bits,
    slots: Arc<Semaphore>,
    /// Stores followed by this process; each can be poked to look at its record again.
    running: Mutex<HashMap<StoreId, Arc<Notify>>>,
    tasks: TaskTracker,
    /// Stop following at the next good moment.
    draining: CancellationToken,
    /// Stop now: the time for draining is over.
    killed: CancellationToken,
}

impl Worker {
    #[must_use]
    pub fn new(parts: WorkerParts) -> Self {
        let slots = Arc::new(Semaphore::new(parts.config.slots));
        let cells = parts.cells.into_iter().map(|c| (c.config.name.clone(), c)).collect();
        let shared = Shared {
            ledger: parts.ledger,
            helm: parts.helm,
            cells,
            metrics: parts.metrics,
            config: parts.config,
            consumer: parts.consumer,
            random: parts.random,
            slots,
            running: Mutex::default(),
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            killed: CancellationToken::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Works until told to stop, then drains: no new job is claimed, Helm may end what it does, the
    /// rest is handed back for another worker to go on with at once.
    pub async fn run(&self, stop: CancellationToken) {
        let upkeep = tokio::spawn(self.clone().upkeep(stop.clone()));
        let answering = tokio::spawn(answer::answer_questions(Arc::clone(&self.shared), stop.clone()));
        tokio::select! {
            () = self.read_jobs() => {}
            () = stop.cancelled() => {}
        }
        self.drain().await;
        let _ = tokio::join!(upkeep, answering);
    }

    async fn read_jobs(&self) {
        let mut reader = self.shared.ledger.job_reader(&self.shared.consumer);
        loop {
            let Ok(free) = self.shared.slots.acquire().await else { return };
            drop(free);
            let room = self.shared.slots.available_permits().clamp(1, 100);
            match reader.next(room).await {
                Ok(jobs) => {
                    for job in jobs {
                        self.take_up(job).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "jobs cannot be read, trying again");
                    tokio::time::sleep(LEDGER_PAUSE).await;
                }
            }
        }
    }

    async fn drain(&self) {
        let shared = &self.shared;
        shared.draining.cancel();
        shared.tasks.close();
        if tokio::time::timeout(shared.config.drain, shared.tasks.wait()).await.is_err() {
            tracing::warn!(stores = shared.tasks.len(), "the time to drain is over, stopping what still runs");
            shared.killed.cancel();
            shared.tasks.wait().await;
        }
    }

    /// Follows a store in a task of its own, once a slot is free.
    async fn take_up(&self, job: Job) {
        let Ok(slot) = Arc::clone(&self.shared.slots).acquire_owned().await else { return };
        let worker = self.clone();
        self.shared.tasks.spawn(async move {
            if let Err(error) = worker.shared.work(&job).await {
                // The lease ends by the clock, and the reaper or the sweep brings the store back.
                tracing::warn!(store.id = %job.store, job.id = %job.entry, %error, "a job was left to be taken up again");
            }
            drop(slot);
        });
    }

    /// Moves due jobs, takes over abandoned ones, finds lost ones, forgets old records.
    async fn upkeep(self, stop: CancellationToken) {
        let mut promote = tokio::time::interval(PROMOTE);
        let mut reap = tokio::time::interval(REAP.min(self.shared.config.lease / 2));
        let mut sweep = tokio::time::interval(self.shared.config.sweep);
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                _ = promote.tick() => self.shared.ledger.promote().await.map(|_| ()),
                _ = reap.tick() => self.reap().await,
                _ = sweep.tick() => self.shared.sweep().await,
            };
            if let Err(error) = done {
                tracing::debug!(%error, "upkeep is tried again at its next turn");
            }
        }
    }

    async fn reap(&self) -> Result<(), LedgerError> {
        let jobs = self.shared.ledger.reap(&self.shared.consumer, self.shared.config.lease).await?;
        for job in jobs {
            tracing::info!(store.id = %job.store, job.id = %job.entry, "taking over from a worker that has died");
            self.take_up(job).await;
        }
        Ok(())
    }
}

impl Shared {
    /// One job, from its claim to its end.
    async fn work(&self, job: &Job) -> Result<(), LedgerError> {
        match self.ledger.claim(job, &self.consumer, self.config.lease).await? {
            Claimed::Settled => Ok(()),
            Claimed::Busy => {
                self.poke(&job.store);
                Ok(())
            }
            Claimed::Mine(claim) => {
                self.metrics.job_wait(claim.waited.as_secs_f64());
                let poked = self.enter(&job.store);
                let result = self.follow(*claim, poked).await;
                self.leave(&job.store);
                result
            }
        }
    }

    fn enter(&self, store: &StoreId) -> Arc<Notify> {
        let poked = Arc::new(Notify::new());
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(store.clone(), Arc::clone(&poked));
        poked
    }

    fn leave(&self, store: &StoreId) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(store);
    }

    /// A command came for a store that is being followed here: let it see so now rather than at its
    /// next heartbeat.
    fn poke(&self, store: &StoreId) {
        if let Some(poked) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(store) {
            poked.notify_one();
        }
    }

    async fn sweep(&self) -> Result<(), LedgerError> {
        for store in self.ledger.sweep().await? {
            tracing::warn!(store.id = %store, "a store had lost its job and got a new one");
        }
        self.ledger.purge().await?;
        self.ledger.trim_events().await
    }
}
