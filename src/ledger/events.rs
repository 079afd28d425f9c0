//! Events: read by the notifiers, each event by one of them.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use redis::streams::{StreamAutoClaimReply, StreamId};

use super::group::GroupReader;
use super::keys::NOTIFIERS;
use super::{Ledger, LedgerError, millis};
use crate::domain::event::{Event, EventKind};
use crate::domain::store::StoreId;

/// Looks for abandoned events in the time after which an event counts as one.
const LOOKS: u32 = 3;

/// Reads events for one notifier.
pub struct EventReader {
    reader: GroupReader,
    abandoned: Duration,
    looked: Instant,
}

impl Ledger {
    /// A reader that also takes over what another one has held for `abandoned` without acknowledging
    /// it.
    #[must_use]
    pub fn event_reader(&self, consumer: &str, abandoned: Duration) -> EventReader {
        let reader = GroupReader::new(self.clone(), &self.keys.events, NOTIFIERS, consumer);
        EventReader { reader, abandoned, looked: Instant::now() }
    }

    /// Everybody has been told, or telling them is recorded elsewhere.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn ack_events(&self, ids: &[String]) -> Result<(), LedgerError> {
        for some in ids.chunks(500) {
            let mut call = redis::cmd("XACK");
            call.arg(&self.keys.events).arg(NOTIFIERS).arg(some);
            call.query_async::<()>(&mut self.connection()).await?;
        }
        Ok(())
    }
}

impl EventReader {
    /// Up to `max` events; none when there was nothing for a second.
    ///
    /// # Errors
    /// `Unavailable`. The next call connects anew and begins with what may have been delivered.
    pub async fn next(&mut self, max: usize) -> Result<Vec<Event>, LedgerError> {
        // First: what is read below must not be lost to a failure up here.
        let mut entries = self.take_over().await?;
        entries.extend(self.reader.next(max).await?);
        let mut events = Vec::with_capacity(entries.len());
        let mut unreadable = Vec::new();
        for entry in entries {
            match read_event(&entry) {
                Some(event) => events.push(event),
                None => unreadable.push(entry.id),
            }
        }
        if !unreadable.is_empty() {
            // Trimmed while pending, or of a shape nobody knows: there is nothing to tell any more.
            tracing::warn!(events = unreadable.len(), "events that cannot be read were passed over");
            self.reader.ledger().ack_events(&unreadable).await?;
        }
        Ok(events)
    }

    /// What another notifier has held for too long.
    async fn take_over(&mut self) -> Result<Vec<StreamId>, LedgerError> {
        if self.looked.elapsed() < self.abandoned / LOOKS {
            return Ok(Vec::new());
        }
        self.looked = Instant::now();
        let ledger = self.reader.ledger();
        let reply: Result<StreamAutoClaimReply, _> = redis::cmd("XAUTOCLAIM")
            .arg(&ledger.keys.events)
            .arg(&[NOTIFIERS, self.reader.consumer()])
            .arg(millis(self.abandoned))
            .arg(&["0-0", "COUNT", "100"])
            .query_async(&mut ledger.connection())
            .await;
        match reply {
            // The stream was lost; the next read makes the group anew.
            Err(error) if error.code() == Some("NOGROUP") => Ok(Vec::new()),
            reply => Ok(reply?.claimed),
        }
    }
}

fn read_event(entry: &StreamId) -> Option<Event> {
    let store = StoreId::parse(&entry.get::<String>("s")?)?;
    let kind = EventKind::parse(&entry.get::<String>("k")?)?;
    event(&entry.id, store, kind, entry.get("v")?)
}

fn event(id: &str, store: StoreId, kind: EventKind, version: u64) -> Option<Event> {
    let at = Timestamp::from_millisecond(id.split('-').next()?.parse().ok()?).ok()?;
    Some(Event { id: id.to_owned(), store, kind, version, at })
}

/// What an event says besides its id and its store.
pub(super) fn describe(event: &Event) -> String {
    format!("{} {}", event.kind.as_str(), event.version)
}

pub(super) fn read_described(store: &StoreId, id: &str, text: &str) -> Option<Event> {
    let (kind, version) = text.split_once(' ')?;
    event(id, store.clone(), EventKind::parse(kind)?, version.parse().ok()?)
}
