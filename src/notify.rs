//! Tells whoever waits for an answer: events become edits of one Discord message and signed
//! callbacks.
//!
//! Level-triggered. An event only says which store to look at; what is said is made from the record
//! as it is then, so events may come twice, late or bundled. Each store is told by its own task, and
//! of one store each person by their own attempt: a receiver that is slow or gone holds up nobody
//! else. An event is acknowledged when everything it gave cause to was taken or has been written
//! down for later; a process that dies in between only causes the same thing to be said again.
//!
//! Must not change a store, and must not say what does not stand in its record.

mod address;
mod answer;
mod callback;
mod deliver;
mod desk;
mod discord;
mod plan;
mod tell;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use callback::CallbackSender;
pub use discord::DiscordSender;

use crate::domain::store::StoreId;
use crate::ledger::{EventReader, Ledger, LedgerError};
use desk::Desk;

/// Events read at once; those of one store are answered by one edit.
const BATCH: usize = 200;
/// Stores that are told at once. Beyond it events stay in the ledger.
const STORES_MAX: usize = 1_024;
/// Calls to Discord at once: its edits have no limit over all messages, sockets do.
const SENDS_MAX: usize = 64;
/// Deliveries of callbacks at once.
const DELIVERIES_MAX: usize = 32;
/// Pause after the ledger failed.
const LEDGER_PAUSE: Duration = Duration::from_secs(1);

/// What the notifier works with.
#[derive(Debug)]
pub struct NotifyParts {
    pub ledger: Ledger,
    /// `None`: Discord is switched off; its replies are closed unsaid.
    pub discord: Option<DiscordSender>,
    /// `None`: no callbacks are sent; theirs are closed unsaid.
    pub callbacks: Option<CallbackSender>,
}

/// The notifier. Cheap to clone; several may run, in one process or in many.
#[derive(Clone, Debug)]
pub struct Notify(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: NotifyParts,
    desk: Desk,
    sends: Semaphore,
    deliveries: Arc<Semaphore>,
    /// There is a new callback to deliver.
    due: tokio::sync::Notify,
}

impl Notify {
    #[must_use]
    pub fn new(parts: NotifyParts) -> Self {
        Self(Arc::new(Inner {
            parts,
            desk: Desk::default(),
            sends: Semaphore::new(SENDS_MAX),
            deliveries: Arc::new(Semaphore::new(DELIVERIES_MAX)),
            due: tokio::sync::Notify::new(),
        }))
    }

    /// Tells until `stop`. What is being sent then is still finished; what waits stays in the
    /// ledger for the next process. `consumer` names this process among the readers of events, and
    /// should be the same after a restart.
    pub async fn run(&self, consumer: &str, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tokio::join!(self.read(consumer, &tasks, &stop), self.deliver(&tasks, &stop));
        tasks.close();
        tasks.wait().await;
    }

    /// One step, for tests: reads once, tells everybody concerned to the end, and delivers once
    /// what is due. Returns how many events and callbacks there were.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn run_one(&self, reader: &mut EventReader) -> Result<usize, LedgerError> {
        let events = reader.next(BATCH).await?;
        let mut count = events.len();
        let stores = self.0.desk.add(events);
        let never = CancellationToken::new();
        futures::future::join_all(stores.into_iter().map(|store| self.0.follow(store, &never))).await;
        if self.0.parts.callbacks.is_some() {
            let due = self.0.parts.ledger.due_callbacks(BATCH).await?;
            count += due.len();
            futures::future::join_all(due.into_iter().map(|callback| self.0.attempt(callback))).await;
        }
        Ok(count)
    }

    async fn read(&self, consumer: &str, tasks: &TaskTracker, stop: &CancellationToken) {
        let reading = async {
            loop {
                if let Err(error) = self.read_events(consumer, tasks, stop).await {
                    tracing::warn!(%error, "events cannot be read");
                }
                tokio::time::sleep(LEDGER_PAUSE).await;
            }
        };
        stop.run_until_cancelled(reading).await;
    }

    /// Ends only by an error; a new reader then begins with what was read but not acknowledged.
    async fn read_events(
        &self,
        consumer: &str,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<(), LedgerError> {
        let mut reader = self.0.parts.ledger.event_reader(consumer);
        loop {
            while self.0.desk.busy() >= STORES_MAX {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let events = reader.next(BATCH).await?;
            for store in self.0.desk.add(events) {
                tasks.spawn(self.clone().follow(store, stop.clone()));
            }
        }
    }

    async fn follow(self, store: StoreId, stop: CancellationToken) {
        self.0.follow(store, &stop).await;
    }

    async fn deliver(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        if self.0.parts.callbacks.is_some() {
            stop.run_until_cancelled(deliver::deliver(&self.0, tasks)).await;
        }
    }
}
