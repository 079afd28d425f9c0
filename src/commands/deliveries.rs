//! The log of deliveries: written by the door for webhooks, read and replayed by administrators.

use super::query::bad_cursor;
use super::{Commands, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::audit::{ACCEPTED, Asker};
use crate::domain::command::CommandKind;
use crate::domain::delivery::{Begun, DeliveryState, Direction, Ended, LoggedDelivery, Unreplayable, is_delivery_id};
use crate::domain::outcome::Refusal;
use crate::ledger::{Received, SentAgain};

/// Most entries of one page.
pub const DELIVERIES_MAX: u32 = 200;
/// Entries looked at for one page: a filter that matches few gives short pages with a cursor.
const LOOK_MAX: usize = 2_000;
/// Entries read at once.
const CHUNK: usize = 200;
/// Deliveries nobody can trust that are written down at once. More are counted and not listed: a flood of them must
/// cost the ledger nothing.
pub(super) const STRANGERS_MAX: usize = 4;

/// Which entries. `None`: whatever it is.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    pub direction: Option<Direction>,
    pub source: Option<String>,
    pub state: Option<DeliveryState>,
    /// Id or name.
    pub store: Option<String>,
    /// 1 to [`DELIVERIES_MAX`].
    pub limit: u32,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Newest first.
#[derive(Clone, Debug, Default)]
pub struct DeliveryPage {
    pub items: Vec<LoggedDelivery>,
    pub next_cursor: Option<String>,
}

/// What is to be replayed.
#[derive(Debug)]
pub enum Replay {
    /// Judge this again.
    In { entry: LoggedDelivery, body: Vec<u8> },
    /// It is being sent again already.
    Out(LoggedDelivery),
}

impl Commands {
    /// Writes down a delivery that can be trusted, before anything follows from it.
    ///
    /// # Errors
    /// `Unavailable`: nothing follows.
    pub async fn receive(&self, begun: &Begun, body: &[u8]) -> Result<Received, Refusal> {
        self.ledger.receive(begun, body).await.map_err(unavailable)
    }

    /// Writes down what became of it. That it could not be written changes nothing about it: it stays `received`,
    /// and one that comes again is answered by what the ledger knows of its key.
    pub async fn mark_delivery(&self, id: &str, ended: &Ended) {
        if let Err(error) = self.ledger.mark_delivery(id, ended).await {
            tracing::warn!(delivery = id, %error, "what became of a delivery could not be written down");
        }
    }

    /// Writes down a delivery that was refused before it was anybody's: as good as it can be.
    pub async fn note_delivery(&self, begun: &Begun, ended: &Ended, trusted: bool) {
        let permit = self.strangers.try_acquire();
        if !trusted && permit.is_err() {
            return;
        }
        if let Err(error) = self.ledger.note_delivery(begun, ended, trusted).await {
            tracing::warn!(%error, "a refused delivery could not be written down");
        }
    }

    /// # Errors
    /// `Forbidden`, `Invalid` for a cursor that is none, `Unavailable`.
    pub async fn deliveries(&self, asker: Asker<'_>, filter: &DeliveryFilter) -> Result<DeliveryPage, Refusal> {
        self.admit(asker, Action::See(Matter::Deliveries))?;
        let mut before = filter.cursor.clone();
        if before.as_deref().is_some_and(|cursor| !is_delivery_id(cursor)) {
            return Err(bad_cursor());
        }
        let limit = filter.limit.clamp(1, DELIVERIES_MAX) as usize;
        let (mut items, mut looked) = (Vec::new(), 0);
        loop {
            let chunk = if filter.is_open() { limit + 1 } else { CHUNK };
            let page = self.ledger.deliveries(filter.direction, before.as_deref(), chunk).await.map_err(unavailable)?;
            looked += page.len();
            let more = page.len() == chunk;
            for entry in page {
                if items.len() == limit {
                    return Ok(DeliveryPage { items, next_cursor: before });
                }
                before = Some(entry.id.clone());
                if filter.matches(&entry) {
                    items.push(entry);
                }
            }
            if !more || looked >= LOOK_MAX {
                return Ok(DeliveryPage { items, next_cursor: before.filter(|_| more) });
            }
        }
    }

    /// Has a delivery happen again: one that came in is handed back to be judged as if it came now, one that went out
    /// is sent again under the same id. `configured`: whether there is still a source of this name.
    ///
    /// # Errors
    /// `Forbidden`, `NoSuchDelivery`, `NotReplayable`, `Unavailable`.
    pub async fn replay(
        &self,
        asker: Asker<'_>,
        id: &str,
        configured: impl Fn(&str) -> bool,
    ) -> Result<Replay, Refusal> {
        self.admit(asker, Action::Do(CommandKind::Replay))?;
        let none = || Refusal::NoSuchDelivery { delivery: id.to_owned() };
        if !is_delivery_id(id) {
            return Err(none());
        }
        let entry = self.ledger.delivery(id).await.map_err(unavailable)?.ok_or_else(none)?;
        match entry.begun.direction {
            Direction::In if entry.begun.unique.is_empty() => {
                Err(Refusal::NotReplayable { why: Unreplayable::Untrusted })
            }
            Direction::In if !entry.begun.source.as_deref().is_some_and(configured) => {
                Err(Refusal::NotReplayable { why: Unreplayable::NoSource })
            }
            Direction::In => self.judge_again(asker, entry).await,
            Direction::Out => self.send_again(asker, entry).await,
        }
    }

    async fn judge_again(&self, asker: Asker<'_>, entry: LoggedDelivery) -> Result<Replay, Refusal> {
        let body = self.ledger.delivery_body(&entry.id).await.map_err(unavailable)?;
        let body = body.ok_or(Refusal::NotReplayable { why: Unreplayable::NotKept })?;
        let note = asker.note(CommandKind::Replay, &entry.id, ACCEPTED);
        self.ledger.note_audit(&note).await.map_err(unavailable)?;
        Ok(Replay::In { entry, body })
    }

    async fn send_again(&self, asker: Asker<'_>, mut entry: LoggedDelivery) -> Result<Replay, Refusal> {
        let store = match entry.store() {
            Some(store) => self.ledger.record(store).await.map_err(unavailable)?,
            None => None,
        };
        if store.is_none() {
            return Err(Refusal::NotReplayable { why: Unreplayable::NoStore });
        }
        let ended = Ended::new(DeliveryState::Pending, asker.at);
        let note = asker.note(CommandKind::Replay, &entry.id, ACCEPTED);
        let why = match self.ledger.send_again(&entry.id, &ended, &note).await.map_err(unavailable)? {
            SentAgain::Due => {
                entry.ended = Some(ended);
                return Ok(Replay::Out(entry));
            }
            SentAgain::Pending => Unreplayable::Pending,
            SentAgain::Gone => Unreplayable::NotKept,
        };
        Err(Refusal::NotReplayable { why })
    }
}

impl DeliveryFilter {
    /// Everything that is looked at belongs to the page.
    fn is_open(&self) -> bool {
        self.source.is_none() && self.state.is_none() && self.store.is_none()
    }

    fn matches(&self, entry: &LoggedDelivery) -> bool {
        let named = |text: &str| entry.ended.as_ref().is_some_and(|ended| ended.name.as_deref() == Some(text));
        let store = |text: &String| entry.store().is_some_and(|id| id.as_str() == text) || named(text);
        self.source.as_ref().is_none_or(|source| entry.begun.source.as_ref() == Some(source))
            && self.state.is_none_or(|state| entry.state() == state)
            && self.store.as_ref().is_none_or(store)
    }
}
