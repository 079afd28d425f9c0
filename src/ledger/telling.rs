//! Who tells about a store: one notifier at a time.
//!
//! Events of one store come to any notifier of the group. If two of them edited one message at once,
//! Discord might take the older words last. So whoever is about to say something first takes the
//! store's telling, and keeps it only for as long as one look and one attempt take. A notifier that
//! finds it taken leaves its events with whoever has it and forgets them: the other one gets them when
//! it gives the telling back, looks again, and acknowledges them. Nobody waits, nobody asks again.
//!
//! A telling ends by Redis' clock. If its holder dies, the events it was given end with it, but none
//! of them has been acknowledged: they are taken over as all events of a dead notifier are.
//!
//! What was said stays here too, beside the promise, so that the next one goes on where the last one
//! stopped.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use redis::AsyncCommands;

use super::events::{describe, read_described};
use super::{Ledger, LedgerError, Lost, millis, record};
use crate::domain::event::Event;
use crate::domain::record::Record;
use crate::domain::reply::{Reply, Told};
use crate::domain::store::StoreId;

/// The right to tell about a store. Must be given back, also when nothing was said.
#[derive(Clone, Debug)]
pub struct Telling {
    store: StoreId,
    by: String,
    /// Redis' clock when it was taken.
    at: Timestamp,
    /// Ours, before it was asked for: it ends no later than it seems.
    asked: Instant,
    lease: Duration,
}

impl Telling {
    /// The time by Redis' clock. What notifiers leave for each other must not hang on their own ones.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.at.saturating_add(self.asked.elapsed()).unwrap_or(self.at)
    }

    /// How long it lasts at least.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.lease.saturating_sub(self.asked.elapsed())
    }
}

impl Ledger {
    /// Takes the telling of a store. `None`: somebody else has it, and the events with it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn tell(
        &self,
        store: &StoreId,
        by: &str,
        lease: Duration,
        events: &[Event],
    ) -> Result<Option<Telling>, LedgerError> {
        let asked = Instant::now();
        let mut call = self.scripts.tell.prepare_invoke();
        call.key(self.keys.telling(store)).arg(by).arg(millis(lease));
        for event in events {
            call.arg(&event.id).arg(describe(event));
        }
        let answer: Vec<i64> = call.invoke_async(&mut self.connection()).await?;
        let at = answer.first().and_then(|ms| Timestamp::from_millisecond(*ms).ok());
        Ok(at.map(|at| Telling { store: store.clone(), by: by.to_owned(), at, asked, lease }))
    }

    /// Keeps what was said for a promise that is still open.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Lost`], and nothing was written.
    pub async fn note_told(
        &self,
        telling: &Telling,
        reply: &str,
        told: &Told,
    ) -> Result<Result<(), Lost>, LedgerError> {
        let store = &telling.store;
        let mut call = self.scripts.tell_note.prepare_invoke();
        call.key(self.keys.telling(store)).key(self.keys.told(store)).key(self.keys.replies(store));
        call.arg(&telling.by).arg(reply).arg(record::json(told)?);
        let kept: i64 = call.invoke_async(&mut self.connection()).await?;
        Ok(if kept == 1 { Ok(()) } else { Err(Lost) })
    }

    /// Gives the telling back. Gives the events that others left meanwhile: they are now this
    /// notifier's to look at and to acknowledge.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn end_telling(&self, telling: Telling) -> Result<Vec<Event>, LedgerError> {
        let mut call = self.scripts.tell_end.prepare_invoke();
        call.key(self.keys.telling(&telling.store)).arg(&telling.by);
        let left: Vec<(String, String)> = call.invoke_async(&mut self.connection()).await?;
        Ok(left.iter().filter_map(|(id, text)| read_described(&telling.store, id, text)).collect())
    }

    /// Whoever must still be told about a store, what they were told so far, and the store.
    ///
    /// The record is never older than a promise: who was promised to be told of a deletion would be told, and for
    /// good, that the store from before it is at rest. A promise is written with its wish, so it is read first.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn to_tell(&self, store: &StoreId) -> Result<(Vec<(Reply, Told)>, Option<Record>), LedgerError> {
        let promises = self.promises(store).await?;
        Ok((promises, self.record(store).await?))
    }

    async fn promises(&self, store: &StoreId) -> Result<Vec<(Reply, Told)>, LedgerError> {
        let open = self.replies(store).await?;
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let told: HashMap<String, String> = self.connection().hgetall(self.keys.told(store)).await?;
        let with_told = |reply: Reply| {
            // What cannot be read costs an edit that says the same again.
            let told = told.get(&reply.id).and_then(|text| serde_json::from_str(text).ok());
            (reply, told.unwrap_or_default())
        };
        Ok(open.into_iter().map(with_told).collect())
    }

    /// A promise to tell somebody has been kept, or cannot be kept.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn close_reply(&self, id: &StoreId, reply: &str) -> Result<(), LedgerError> {
        redis::pipe()
            .atomic()
            .hdel(self.keys.replies(id), reply)
            .ignore()
            .hdel(self.keys.told(id), reply)
            .ignore()
            .query_async::<()>(&mut self.connection())
            .await?;
        Ok(())
    }
}
