//! Makes what is wanted come true: takes stores out of the line, follows each store to an end, says what it sees.
//!
//! For one store: observe → decide (a pure table) → act, again and again, until both halves of its
//! record agree. Nothing is remembered between two rounds except in the record: a worker that dies
//! anywhere leaves nothing that the next one would not see. Knows no doors and tells nobody: what it
//! writes becomes an event in the ledger.
//!
//! A store that waits for its pods costs a task and no requests: it is woken by the cell's watch.

mod act;
mod answer;
mod at_rest;
mod claim;
mod counting;
mod deadline;
pub mod decide;
mod ending;
mod failure;
mod follow;
mod followed;
mod gate;
mod hop;
mod leases;
mod login;
mod observe;
mod patrol;
mod progress;
mod values;
mod vital;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::cluster::{Cluster, Watched};
use crate::config;
use crate::domain::engine::Engine;
use crate::domain::event::EventKind;
use crate::domain::lease::Terms;
use crate::domain::store::StoreId;
use crate::domain::{Bits, to_the_millisecond};
use crate::helm::Helm;
use crate::ledger::{Claimed, Ledger, LedgerError, Requeued};
use crate::metrics::Metrics;

/// How often stores are looked for whose pause or whose lease has ended: what a dead worker left is
/// taken up this long after its lease at the latest.
const PROMOTE: Duration = Duration::from_millis(250);
/// How often is looked for leases of which something is due.
const LEASES: Duration = Duration::from_secs(1);
/// How often the line is looked at even if nothing was heard: another worker may have put a store
/// there that it had no room for.
const LOOK: Duration = Duration::from_secs(1);
/// Stores taken out of the line at once. Few, so that several workers share what there is.
const TAKE: usize = 16;
/// Pause after the ledger did not answer.
const LEDGER_PAUSE: Duration = Duration::from_millis(500);

/// For what is written down.
fn now() -> Timestamp {
    to_the_millisecond(Timestamp::now())
}

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
    /// How stores end by time.
    pub terms: Terms,
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
    terms: Terms,
    consumer: String,
    random: Bits,
    slots: Arc<Semaphore>,
    /// Somebody may be in line.
    line: Notify,
    gates: HashMap<String, gate::Gate>,
    vitals: HashMap<String, vital::Vital>,
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
        let gate = |cell: &CellParts| (cell.config.name.clone(), gate::Gate::new(cell.config.helm_concurrency));
        let gates = parts.cells.iter().map(gate).collect();
        let (most, count) = (parts.config.slots, parts.cells.len());
        let vitals =
            parts.cells.iter().map(|cell| (cell.config.name.clone(), vital::Vital::new(most, count))).collect();
        let cells = parts.cells.into_iter().map(|c| (c.config.name.clone(), c)).collect();
        let shared = Shared {
            ledger: parts.ledger,
            helm: parts.helm,
            cells,
            metrics: parts.metrics,
            config: parts.config,
            terms: parts.terms,
            consumer: parts.consumer,
            random: parts.random,
            slots,
            line: Notify::new(),
            gates,
            vitals,
            running: Mutex::default(),
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            killed: CancellationToken::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Works until told to stop, then drains: no new store is taken, Helm may end what it does, the
    /// rest is handed back for another worker to go on with at once.
    pub async fn run(&self, stop: CancellationToken) {
        let beside = TaskTracker::new();
        beside.spawn(self.clone().upkeep(stop.clone()));
        beside.spawn(self.clone().listen(stop.clone()));
        beside.spawn(self.clone().patrol(stop.clone()));
        beside.spawn(self.clone().ask_cells(stop.clone()));
        beside.spawn(self.clone().count_cells(stop.clone()));
        beside.spawn(answer::answer_questions(Arc::clone(&self.shared), stop.clone()));
        tokio::select! {
            () = self.serve_line() => {}
            () = stop.cancelled() => {}
        }
        self.drain().await;
        beside.close();
        beside.wait().await;
    }

    async fn serve_line(&self) {
        let shared = &self.shared;
        loop {
            let Ok(free) = shared.slots.acquire().await else { return };
            drop(free);
            // Who waits here for Helm is served by nobody; in line, any worker may have them.
            if !shared.gates.is_empty() && shared.gates.values().all(gate::Gate::is_crowded) {
                let _ = tokio::time::timeout(LOOK, shared.line.notified()).await;
                continue;
            }
            let room = shared.slots.available_permits().clamp(1, TAKE);
            match shared.ledger.take(room, shared.config.lease).await {
                Ok(stores) if stores.is_empty() => {
                    let _ = tokio::time::timeout(LOOK, shared.line.notified()).await;
                }
                Ok(stores) => {
                    for store in stores {
                        self.take_up(store).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the line cannot be read, trying again");
                    tokio::time::sleep(LEDGER_PAUSE).await;
                }
            }
        }
    }

    /// Hears of commands as they are admitted: somebody is in line, or a store that is being followed
    /// here is wanted differently.
    async fn listen(self, stop: CancellationToken) {
        let mut feed = self.shared.ledger.feed();
        while let Some(heard) = stop.run_until_cancelled(feed.next()).await {
            match heard {
                Ok(events) => {
                    for event in events {
                        if matches!(event.kind, EventKind::Accepted | EventKind::CredentialsAsked) {
                            self.shared.line.notify_one();
                            self.shared.poke(&event.store);
                        }
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "events cannot be followed, trying again");
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
    async fn take_up(&self, store: StoreId) {
        let Ok(slot) = Arc::clone(&self.shared.slots).acquire_owned().await else { return };
        let worker = self.clone();
        self.shared.tasks.spawn(async move {
            match worker.shared.work(&store, slot).await {
                Ok(()) => {}
                Err(error @ LedgerError::Unreadable { .. }) => worker.shared.set_aside(&store, &error).await,
                // The lease ends by the clock, and the store comes back into line.
                Err(error) => tracing::warn!(store.id = %store, %error, "a store was left to be taken up again"),
            }
        });
    }

    /// Watches over the stores at rest, in each cell.
    async fn patrol(self, stop: CancellationToken) {
        futures::future::join_all(self.shared.cells.values().map(|cell| self.shared.patrol(cell, &stop))).await;
    }

    /// Brings stores back into line, finds lost ones, forgets old records.
    async fn upkeep(self, stop: CancellationToken) {
        let mut promote = tokio::time::interval(PROMOTE);
        let mut sweep = tokio::time::interval(self.shared.config.sweep);
        let mut leases = tokio::time::interval(LEASES);
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                _ = promote.tick() => self.shared.promote().await,
                _ = sweep.tick() => self.shared.sweep().await,
                _ = leases.tick() => self.shared.end_leases().await,
            };
            if let Err(error) = done {
                tracing::debug!(%error, "upkeep is tried again at its next turn");
            }
        }
    }
}

impl Shared {
    /// One store, from its claim to its end.
    async fn work(&self, store: &StoreId, slot: OwnedSemaphorePermit) -> Result<(), LedgerError> {
        match self.ledger.claim(store, &self.consumer, self.config.lease).await? {
            Claimed::Busy => Ok(()),
            Claimed::Mine(claim) => {
                self.metrics.job_wait(claim.waited.as_secs_f64());
                let poked = self.enter(store);
                let span = hop::job(&claim);
                let result = self.follow(*claim, poked, slot).instrument(span).await;
                self.leave(store);
                // What is wanted meanwhile is in line already.
                self.line.notify_one();
                result
            }
        }
    }

    /// Nothing can be done for a store whose record cannot be read; whoever mends it redrives it.
    async fn set_aside(&self, store: &StoreId, error: &LedgerError) {
        if let Err(error) = self.ledger.set_aside(store.as_str(), &error.to_string()).await {
            tracing::error!(store.id = %store, %error, "an unreadable store cannot be set aside yet");
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

    fn is_running(&self, store: &StoreId) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).contains_key(store)
    }

    /// A command came for a store that is being followed here: let it see so now rather than at its
    /// next heartbeat.
    fn poke(&self, store: &StoreId) {
        if let Some(poked) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(store) {
            poked.notify_one();
        }
    }

    async fn promote(&self) -> Result<(), LedgerError> {
        let back = self.ledger.promote().await?;
        self.tell_requeued(&back);
        Ok(())
    }

    async fn sweep(&self) -> Result<(), LedgerError> {
        // First: with a key of a wrong type nothing else below would work.
        self.ledger.set_aside_keys().await?;
        let mut back = self.ledger.adopt().await?;
        back.extend(self.ledger.sweep().await?);
        self.tell_requeued(&back);
        self.ledger.purge().await?;
        self.ledger.expire_approvals().await?;
        self.ledger.forget_consumers().await?;
        self.ledger.trim().await
    }

    fn tell_requeued(&self, back: &[Requeued]) {
        for store in back {
            match store {
                Requeued::Abandoned(id) => tracing::info!(store.id = %id, "taking over from a worker that has died"),
                Requeued::Lost(id) => {
                    tracing::warn!(store.id = %id, "a store had lost its place in line and got a new one")
                }
                Requeued::Due(_) => {}
            }
        }
        if !back.is_empty() {
            self.line.notify_one();
        }
    }
}
