//! Events: read by the notifiers, each event by one of them.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use redis::streams::{StreamAutoClaimReply, StreamId};

use super::group::GroupReader;
use super::keys::NOTIFIERS;
use super::{Ledger, LedgerError, millis};
use crate::domain::event::{Event, EventKind};
use crate::domain::store::StoreId;

/// An event that a notifier has held for this long without acknowledging it is given to another
/// one. Longer than any edit may take; a repeated edit is harmless.
const ABANDONED: Duration = Duration::from_secs(15);
/// How often a reader looks for abandoned events.
const LOOK: Duration = Duration::from_secs(5);

/// Reads events for one notifier.
pub struct EventReader {
    reader: GroupReader,
    looked: Instant,
}

impl Ledger {
    #[must_use]
    pub fn event_reader(&self, consumer: &str) -> EventReader {
        let reader = GroupReader::new(self.clone(), &self.keys.events, NOTIFIERS, consumer);
        EventReader { reader, looked: Instant::now() }
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

    /// A promise to tell somebody has been kept, or cannot be kept.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn close_reply(&self, id: &StoreId, reply: &str) -> Result<(), LedgerError> {
        let mut call = redis::cmd("HDEL");
        call.arg(self.keys.replies(id)).arg(reply);
        Ok(call.query_async(&mut self.connection()).await?)
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
        if self.looked.elapsed() < LOOK {
            return Ok(Vec::new());
        }
        self.looked = Instant::now();
        let ledger = self.reader.ledger();
        let reply: Result<StreamAutoClaimReply, _> = redis::cmd("XAUTOCLAIM")
            .arg(&ledger.keys.events)
            .arg(&[NOTIFIERS, self.reader.consumer()])
            .arg(millis(ABANDONED))
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
    let version = entry.get("v")?;
    let at = Timestamp::from_millisecond(entry.id.split('-').next()?.parse().ok()?).ok()?;
    Some(Event { id: entry.id.clone(), store, kind, version, at })
}
