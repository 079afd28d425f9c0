//! Tells whoever waits for an answer: events become edits of one Discord message, words at a pull request and
//! signed callbacks.
//!
//! Level-triggered. An event only says which store to look at; what is said is made from the record
//! as it is then, so events may come twice, late or bundled. Each store is told by its own task, and
//! of one store each person by their own attempt: a receiver that is slow or gone holds up nobody
//! else. An event is acknowledged when everything it gave cause to was taken or has been written
//! down for later.
//!
//! Of all processes one at a time tells about a store: it holds the store's telling in the ledger
//! while it looks and sends, so that edits of one message go out one after the other, each made from a
//! newer record than the last. What was said is kept in the ledger, so that a process that dies leaves
//! off where the next one begins. One that dies between Discord's answer and its note of it has the
//! same edit sent again, which changes nothing; a message that would be a new one carries a nonce by
//! which Discord knows it again for some minutes, a callback its id.
//!
//! Must not change a store, and must not say what does not stand in its record.

mod alarms;
mod answer;
mod callback;
mod deliver;
mod desk;
mod discord;
mod followers;
mod forge;
mod notes;
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
use crate::forge::Forges;
use crate::ledger::{Ledger, LedgerError};
use alarms::Alarms;
use desk::Desk;

/// Events read at once; those of one store are answered by one edit.
const BATCH: usize = 200;
/// Stores that are told at once. Beyond it events stay in the ledger.
const STORES_MAX: usize = 1_024;
/// Stores that are looked at and told about in one moment: Discord's edits have no limit over all
/// messages, sockets do.
const SENDS_MAX: usize = 64;
/// Deliveries of callbacks at once.
const DELIVERIES_MAX: usize = 32;
/// What a telling lasts beyond the longest call to Discord or a forge: for the ledger's part of a round.
const MARGIN: Duration = Duration::from_secs(2);
/// Pause after the ledger failed.
const LEDGER_PAUSE: Duration = Duration::from_secs(1);

/// What the notifier works with.
#[derive(Debug)]
pub struct NotifyParts {
    pub ledger: Ledger,
    /// Names this process among the notifiers; new for each start.
    pub name: String,
    /// `None`: Discord is switched off; its replies are closed unsaid.
    pub discord: Option<DiscordSender>,
    /// `None`: no callbacks are sent; theirs are closed unsaid.
    pub callbacks: Option<CallbackSender>,
    /// Promises to pull requests of sources without an API are closed unsaid.
    pub forges: Forges,
}

/// The notifier. Cheap to clone; several may run, in one process or in many.
#[derive(Clone, Debug)]
pub struct Notify(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: NotifyParts,
    desk: Desk,
    alarms: Alarms,
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
            alarms: Alarms::default(),
            sends: Semaphore::new(SENDS_MAX),
            deliveries: Arc::new(Semaphore::new(DELIVERIES_MAX)),
            due: tokio::sync::Notify::new(),
        }))
    }

    /// Tells until `stop`. What is being sent then is still finished; what waits stays in the
    /// ledger for the next process.
    pub async fn run(&self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tokio::join!(
            self.read(&tasks, &stop),
            self.watch(&tasks, &stop),
            self.deliver(&tasks, &stop),
            self.write(&tasks, &stop)
        );
        tasks.close();
        tasks.wait().await;
    }

    async fn read(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        let reading = async {
            loop {
                if let Err(error) = self.read_events(tasks, stop).await {
                    tracing::warn!(%error, "events cannot be read");
                }
                tokio::time::sleep(LEDGER_PAUSE).await;
            }
        };
        stop.run_until_cancelled(reading).await;
    }

    /// Ends only by an error; a new reader then begins with what was read but not acknowledged.
    async fn read_events(&self, tasks: &TaskTracker, stop: &CancellationToken) -> Result<(), LedgerError> {
        let mut reader = self.0.parts.ledger.event_reader(&self.0.parts.name, self.0.lease());
        loop {
            self.room().await;
            let events = reader.next(BATCH).await?;
            for store in self.0.desk.add(events) {
                tasks.spawn(self.clone().follow(store, stop.clone()));
            }
        }
    }

    /// Waits until another store may be told about.
    async fn room(&self) {
        while self.0.desk.busy() >= STORES_MAX {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Looks at stores whose words change by themselves.
    async fn watch(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        let watching = async {
            loop {
                self.room().await;
                let store = self.0.alarms.next().await;
                if self.0.desk.look(&store) {
                    tasks.spawn(self.clone().follow(store, stop.clone()));
                }
            }
        };
        stop.run_until_cancelled(watching).await;
    }

    async fn follow(self, store: StoreId, stop: CancellationToken) {
        self.0.follow(store, &stop).await;
    }

    async fn write(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        if !self.0.parts.forges.is_empty() {
            stop.run_until_cancelled(notes::write(&self.0, tasks)).await;
        }
    }

    async fn deliver(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        if self.0.parts.callbacks.is_some() {
            stop.run_until_cancelled(deliver::deliver(&self.0, tasks)).await;
        }
    }
}

impl Inner {
    /// How long a telling lasts: what was sent in it has been answered or given up before it ends.
    /// Events that a notifier has held for longer are another one's.
    fn lease(&self) -> Duration {
        let discord = self.parts.discord.as_ref().map_or(Duration::ZERO, DiscordSender::timeout);
        discord.max(self.parts.forges.timeout()) + MARGIN
    }
}
