//! STAND-IN, to be replaced as a whole by the real ledger: the functions `notify` needs, over maps
//! in memory. Its test drives `notify` against it and goes with it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::domain::event::{Event, EventKind};
use crate::domain::record::Record;
use crate::domain::reply::Reply;
use crate::domain::store::StoreId;

#[derive(Debug, thiserror::Error)]
#[error("the ledger is away")]
pub struct LedgerError;

#[derive(Clone, PartialEq, Eq)]
pub struct PendingCallback {
    pub id: String,
    pub store: StoreId,
    pub event: EventKind,
    pub url: String,
    pub attempt: u32,
    pub reply: String,
}

#[derive(Debug, Default)]
pub struct Ledger(Arc<Mutex<State>>);

#[derive(Default)]
pub struct State {
    pub records: HashMap<StoreId, Record>,
    pub replies: HashMap<StoreId, Vec<Reply>>,
    pub events: VecDeque<Event>,
    pub acked: Vec<String>,
    pub callbacks: Vec<(PendingCallback, u64)>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl Ledger {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub async fn record(&self, id: &StoreId) -> Result<Option<Record>, LedgerError> {
        Ok(self.state().records.get(id).cloned())
    }

    pub async fn replies(&self, id: &StoreId) -> Result<Vec<Reply>, LedgerError> {
        Ok(self.state().replies.get(id).cloned().unwrap_or_default())
    }

    pub async fn close_reply(&self, id: &StoreId, reply: &str) -> Result<(), LedgerError> {
        self.state().replies.entry(id.clone()).or_default().retain(|r| r.id != reply);
        Ok(())
    }

    pub async fn event_reader(&self, _consumer: &str) -> Result<EventReader, LedgerError> {
        Ok(EventReader(Arc::clone(&self.0)))
    }

    pub async fn ack_events(&self, ids: &[String]) -> Result<(), LedgerError> {
        self.state().acked.extend(ids.iter().cloned());
        Ok(())
    }

    pub async fn schedule_callback(&self, callback: &PendingCallback, due_ms: u64) -> Result<(), LedgerError> {
        let mut state = self.state();
        state.callbacks.retain(|(known, _)| known.id != callback.id);
        state.callbacks.push((callback.clone(), due_ms));
        Ok(())
    }

    pub async fn due_callbacks(&self, max: usize) -> Result<Vec<PendingCallback>, LedgerError> {
        let state = self.state();
        Ok(state.callbacks.iter().filter(|(_, due)| *due == 0).take(max).map(|(c, _)| c.clone()).collect())
    }

    pub async fn finish_callback(&self, id: &str) -> Result<(), LedgerError> {
        self.state().callbacks.retain(|(known, _)| known.id != id);
        Ok(())
    }
}

#[derive(Debug)]
pub struct EventReader(Arc<Mutex<State>>);

impl EventReader {
    pub async fn next(&mut self, max: usize) -> Result<Vec<Event>, LedgerError> {
        let events = {
            let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let count = state.events.len().min(max);
            state.events.drain(..count).collect::<Vec<_>>()
        };
        if events.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests;
