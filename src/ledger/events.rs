//! Events: read by the notifiers, each event by one of them; followed by whoever wants to know at
//! once; and kept in each store's own log.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamAutoClaimReply, StreamId, StreamReadReply};
use redis::{AsyncCommands, ScriptInvocation};

use super::group::GroupReader;
use super::keys::NOTIFIERS;
use super::{BLOCK, Ledger, LedgerError, millis};
use crate::domain::event::{Event, EventKind, StoreEvent};
use crate::domain::store::StoreId;

/// Looks for abandoned events in the time after which an event counts as one.
const LOOKS: u32 = 3;
/// Events a feed reads at once.
const FEED_BATCH: usize = 500;

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

/// Follows all events from now on. It is a hint to look: it gives no event twice, and after a loss of
/// connection it goes on where it was, but what Redis has lost it never knew.
pub struct EventFeed {
    ledger: Ledger,
    connection: Option<MultiplexedConnection>,
    /// Id of the last event given; `None` before the first read.
    last: Option<String>,
}

impl Ledger {
    /// What happened to a store, oldest first: up to `limit` events behind the one named `after`, as
    /// far as they are kept.
    ///
    /// # Errors
    /// `Unavailable`. Entries that cannot be read are left out.
    pub async fn events_of(
        &self,
        id: &StoreId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoreEvent>, LedgerError> {
        let lines: Vec<String> = self.connection().lrange(self.keys.log(id), 0, -1).await?;
        let after = after.and_then(order);
        let events = lines.iter().filter_map(|line| read_line(line));
        Ok(events.filter(|e| order(&e.id) > after).take(limit).collect())
    }

    /// The last that happened to a store, oldest first.
    ///
    /// # Errors
    /// `Unavailable`. Entries that cannot be read are left out.
    pub async fn last_events_of(&self, id: &StoreId, most: usize) -> Result<Vec<StoreEvent>, LedgerError> {
        let first = -isize::try_from(most).unwrap_or(isize::MAX);
        let lines: Vec<String> = self.connection().lrange(self.keys.log(id), first, -1).await?;
        Ok(lines.iter().filter_map(|line| read_line(line)).collect())
    }

    #[must_use]
    pub fn feed(&self) -> EventFeed {
        EventFeed { ledger: self.clone(), connection: None, last: None }
    }

    /// How long and how many events a store's log keeps: the last arguments of scripts that add some.
    pub(super) fn log_args(&self, call: &mut ScriptInvocation<'_>) {
        call.arg(millis(self.retention.events)).arg(self.retention.events_per_store);
    }
}

impl EventFeed {
    /// The next events; none when there was nothing for a second.
    ///
    /// # Errors
    /// `Unavailable`. The next call connects anew and goes on behind the last event given.
    pub async fn next(&mut self) -> Result<Vec<Event>, LedgerError> {
        let result = self.read().await;
        if result.is_err() {
            self.connection = None;
        }
        result
    }

    async fn read(&mut self) -> Result<Vec<Event>, LedgerError> {
        let stream = &self.ledger.keys.events;
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.ledger.blocking_connection().await?),
        };
        let last = match &self.last {
            Some(last) => last.clone(),
            None => newest(connection, stream).await?,
        };
        let mut call = redis::cmd("XREAD");
        call.arg("COUNT").arg(FEED_BATCH).arg("BLOCK").arg(millis(BLOCK)).arg(&["STREAMS", stream, &last]);
        let reply: Option<StreamReadReply> = call.query_async(connection).await?;
        let entries: Vec<StreamId> = reply.into_iter().flat_map(|r| r.keys).flat_map(|k| k.ids).collect();
        self.last = Some(entries.last().map_or(last, |e| e.id.clone()));
        Ok(entries.iter().filter_map(read_event).collect())
    }
}

/// Id of the newest entry of a stream.
async fn newest(connection: &mut MultiplexedConnection, stream: &str) -> Result<String, LedgerError> {
    let reply: redis::streams::StreamRangeReply = connection.xrevrange_count(stream, "+", "-", 1).await?;
    Ok(reply.ids.first().map_or_else(|| "0-0".to_owned(), |e| e.id.clone()))
}

/// `<ms>-<n>` as it sorts. `None` sorts before all of them.
fn order(id: &str) -> Option<(u64, u64)> {
    let (ms, n) = id.split_once('-')?;
    Some((ms.parse().ok()?, n.parse().ok()?))
}

/// A line of a store's log.
fn read_line(line: &str) -> Option<StoreEvent> {
    let mut parts = line.splitn(4, ' ');
    let (id, kind, version, note) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let at = Timestamp::from_millisecond(i64::try_from(order(id)?.0).ok()?).ok()?;
    Some(StoreEvent {
        id: id.to_owned(),
        kind: EventKind::parse(kind)?,
        version: version.parse().ok()?,
        at,
        note: serde_json::from_str(note).ok()?,
    })
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
