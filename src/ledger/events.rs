//! Events: read by the notifiers, each event by one of them.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamAutoClaimReply, StreamId, StreamReadReply};

use super::keys::NOTIFIERS;
use super::{BLOCK, Ledger, LedgerError, millis};
use crate::domain::event::{Event, EventKind};
use crate::domain::store::StoreId;

/// An event that a notifier has held for this long without acknowledging it is given to another
/// one. Longer than any edit may take; a repeated edit is harmless.
const ABANDONED: Duration = Duration::from_secs(30);
/// How often a reader looks for abandoned events.
const LOOK: Duration = Duration::from_secs(10);

/// Reads events for one notifier, on a connection of its own.
pub struct EventReader {
    ledger: Ledger,
    consumer: String,
    connection: Option<MultiplexedConnection>,
    /// Read the own pending events first: a read that failed may have been delivered.
    catch_up: bool,
    looked: Option<Instant>,
}

impl Ledger {
    #[must_use]
    pub fn event_reader(&self, consumer: &str) -> EventReader {
        EventReader {
            ledger: self.clone(),
            consumer: consumer.to_owned(),
            connection: None,
            catch_up: true,
            looked: None,
        }
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

    /// Creates a consumer group from the very first entry on; that it exists is fine.
    pub(super) async fn make_group(&self, stream: &str, group: &str) -> Result<(), LedgerError> {
        let mut call = redis::cmd("XGROUP");
        call.arg(&["CREATE", stream, group, "0", "MKSTREAM"]);
        match call.query_async::<()>(&mut self.connection()).await {
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            other => Ok(other?),
        }
    }
}

impl EventReader {
    /// Up to `max` events; none when there was nothing for a second.
    ///
    /// # Errors
    /// `Unavailable`. The next call connects anew and begins with what may have been delivered.
    pub async fn next(&mut self, max: usize) -> Result<Vec<Event>, LedgerError> {
        let result = self.read(max).await;
        if result.is_err() {
            self.connection = None;
            self.catch_up = true;
        }
        result
    }

    async fn read(&mut self, max: usize) -> Result<Vec<Event>, LedgerError> {
        let ledger = self.ledger.clone();
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(ledger.blocking_connection().await?),
        };
        let mut call = redis::cmd("XREADGROUP");
        call.arg(&["GROUP", NOTIFIERS, &self.consumer, "COUNT"]).arg(max);
        if !self.catch_up {
            call.arg("BLOCK").arg(millis(BLOCK));
        }
        call.arg(&["STREAMS", &ledger.keys.events, if self.catch_up { "0" } else { ">" }]);
        let reply: Result<Option<StreamReadReply>, _> = call.query_async(connection).await;
        let reply = match reply {
            Err(error) if error.code() == Some("NOGROUP") => {
                ledger.make_group(&ledger.keys.events, NOTIFIERS).await?;
                return Ok(Vec::new());
            }
            other => other?,
        };
        self.catch_up = false;
        let mut entries: Vec<_> = reply.into_iter().flat_map(|r| r.keys).flat_map(|k| k.ids).collect();
        entries.extend(self.take_over().await?);
        let (good, bad): (Vec<_>, Vec<_>) =
            entries.into_iter().map(|e| read_event(&e).ok_or(e.id)).partition(Result::is_ok);
        let bad: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
        if !bad.is_empty() {
            // Trimmed while pending, or of a shape nobody knows: there is nothing to tell any more.
            tracing::warn!(events = bad.len(), "events that cannot be read were passed over");
            ledger.ack_events(&bad).await?;
        }
        Ok(good.into_iter().filter_map(Result::ok).collect())
    }

    async fn take_over(&mut self) -> Result<Vec<StreamId>, LedgerError> {
        if self.looked.is_some_and(|at| at.elapsed() < LOOK) {
            return Ok(Vec::new());
        }
        self.looked = Some(Instant::now());
        let reply: StreamAutoClaimReply = redis::cmd("XAUTOCLAIM")
            .arg(&self.ledger.keys.events)
            .arg(&[NOTIFIERS, &self.consumer])
            .arg(millis(ABANDONED))
            .arg(&["0-0", "COUNT", "100"])
            .query_async(&mut self.ledger.connection())
            .await?;
        Ok(reply.claimed)
    }
}

fn read_event(entry: &StreamId) -> Option<Event> {
    let store = StoreId::parse(&entry.get::<String>("s")?)?;
    let kind = EventKind::parse(&entry.get::<String>("k")?)?;
    let version = entry.get("v")?;
    let at = Timestamp::from_millisecond(entry.id.split('-').next()?.parse().ok()?).ok()?;
    Some(Event { id: entry.id.clone(), store, kind, version, at })
}
