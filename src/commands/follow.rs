//! What happened to a store: a page of its log, or a stream that goes on as it happens.
//!
//! A store's log in the ledger is the truth, and every stream reads it from where its reader stopped.
//! So it does not matter on which replica somebody goes on, and nothing is missed or told twice. One
//! tail of all events per process only says whose log to read now; should it fail, streams still look
//! at every heartbeat.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::hub::{Change, Seat};
use super::{Commands, Picture, policy, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::Actor;
use crate::domain::audit::Asker;
use crate::domain::event::StoreEvent;
use crate::domain::outcome::Refusal;
use crate::domain::record::Phase;
use crate::domain::store::StoreRef;
use crate::ledger::LedgerError;

/// Most events of one page.
pub const EVENTS_MAX: u32 = 200;
/// Events a stream reads at once.
const BATCH: usize = 100;
/// A stream that has nothing to tell says so this often: proxies cut what is silent for a minute.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// Pause after the ledger did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Events of one store, oldest first.
#[derive(Clone, Debug, Default)]
pub struct EventPage {
    pub items: Vec<StoreEvent>,
    /// There are more behind the last one.
    pub more: bool,
}

impl Commands {
    /// A page of a store's events, behind the one named `after`.
    ///
    /// # Errors
    /// `NotFound` also when the store belongs to somebody else.
    pub async fn events(
        &self,
        asker: Asker<'_>,
        store: &StoreRef,
        after: Option<&str>,
        limit: u32,
    ) -> Result<EventPage, Refusal> {
        self.admit(asker, Action::See(Matter::Events))?;
        let record = self.visible(asker.actor, store).await?;
        let limit = limit.clamp(1, EVENTS_MAX) as usize;
        let mut items = self.ledger.events_of(&record.id, after, limit + 1).await.map_err(unavailable)?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(EventPage { items, more })
    }

    /// Follows a store from behind the event named `after`, or from its first one. `None`: nothing more
    /// will ever happen to it.
    ///
    /// # Errors
    /// `NotFound` also when the store belongs to somebody else; `Crowded`, `TooManyStreams`.
    pub async fn follow(
        &self,
        asker: Asker<'_>,
        store: &StoreRef,
        after: Option<&str>,
    ) -> Result<Option<Following>, Refusal> {
        self.admit(asker, Action::See(Matter::Events))?;
        let actor = asker.actor;
        let record = self.visible(actor, store).await?;
        let mut seat = self.hub.sit(&actor.id, &record.id)?;
        seat.rest();
        let next = self.ledger.events_of(&record.id, after, BATCH).await.map_err(unavailable)?;
        if next.is_empty() && record.phase() == Phase::Deleted {
            return Ok(None);
        }
        let after = next.last().map(|event| event.id.clone()).or(after.map(str::to_owned));
        Ok(Some(Following { commands: self.clone(), actor: actor.clone(), seat, after, next: next.into() }))
    }

    /// Wakes the streams whose stores something happens to. Runs until told to stop, and rests while
    /// nobody follows anything.
    pub async fn tail_events(&self, stop: CancellationToken) {
        let mut open = self.hub.open();
        loop {
            let some = async { open.wait_for(|open| *open > 0).await.is_ok() };
            if stop.run_until_cancelled(some).await != Some(true) {
                return;
            }
            self.tail_while_open(&stop, &open).await;
        }
    }

    async fn tail_while_open(&self, stop: &CancellationToken, open: &watch::Receiver<usize>) {
        let mut feed = self.ledger.feed();
        // What happened before the feed began is in the logs.
        let mut begins = true;
        while *open.borrow() > 0 {
            let Some(next) = stop.run_until_cancelled(feed.next()).await else { return };
            match next {
                Ok(_) if begins => {
                    begins = false;
                    self.hub.wake_all();
                    self.hub.tell(Change::Any);
                }
                Ok(events) => {
                    events.iter().for_each(|event| self.hub.wake(&event.store));
                    if self.hub.is_heard() {
                        self.tell_changes(&events).await;
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "events cannot be followed, trying again");
                    begins = true;
                    stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
                }
            }
        }
    }
}

/// Somebody who follows a store.
pub struct Following {
    commands: Commands,
    actor: Actor,
    seat: Seat,
    /// Id of the last event read.
    after: Option<String>,
    /// Read and not told yet; at most one batch.
    next: VecDeque<StoreEvent>,
}

/// What a stream has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Event(Box<StoreEvent>),
    /// Nothing happened for a while.
    Nothing,
}

impl Following {
    /// The next event, as soon as there is one. `None`: the store is gone, or not visible to the reader
    /// any more.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(event) = self.next.pop_front() {
                return Some(Told::Event(Box::new(event)));
            }
            self.seat.rest();
            match self.look().await {
                Ok(false) => return None,
                Ok(true) if !self.next.is_empty() => continue,
                Ok(true) => {}
                Err(error) => {
                    tracing::debug!(store.id = %self.seat.store(), %error, "a log cannot be read, trying again");
                    tokio::time::sleep(PAUSE).await;
                    return Some(Told::Nothing);
                }
            }
            if tokio::time::timeout(HEARTBEAT, self.seat.woken()).await.is_err() {
                return Some(Told::Nothing);
            }
        }
    }

    /// The newest of what has come together with the last event, if anything has: of it only the last counts to who
    /// tells how the store is and not what happened.
    pub fn newest(&mut self) -> Option<StoreEvent> {
        self.next.drain(..).next_back()
    }

    /// The store as it is. Following it was asked for, so this is not.
    ///
    /// # Errors
    /// `NotFound` when it is gone, or not visible to the reader any more; `Unavailable`.
    pub async fn picture(&self, events: u32) -> Result<Picture, Refusal> {
        let store = StoreRef::from(self.seat.store());
        let record = self.commands.visible(&self.actor, &store).await?;
        self.commands.picture_of(record, events).await
    }

    /// Reads what has come since. `false`: there is nothing to follow any more.
    async fn look(&mut self) -> Result<bool, LedgerError> {
        let (ledger, id) = (&self.commands.ledger, self.seat.store());
        // First: a store that was deleted by now has all its events in its log.
        let record = ledger
            .record(id)
            .await?
            .filter(|record| policy::sees(&self.actor).is_none_or(|own| *own == record.spec.owner));
        let Some(record) = record else { return Ok(false) };
        self.next = ledger.events_of(id, self.after.as_deref(), BATCH).await?.into();
        if let Some(last) = self.next.back() {
            self.after = Some(last.id.clone());
        }
        Ok(!self.next.is_empty() || record.phase() != Phase::Deleted)
    }
}
