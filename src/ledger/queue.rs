//! The line of stores that wait for a worker.
//!
//! A store with work is in exactly one of three sorted sets: `ready` in the order of its turn,
//! `leased` by the end of its lease, `delayed` by the time its pause ends. There is nothing to
//! acknowledge and nothing to deliver twice: taking a store moves it, and a worker that dies leaves
//! it where the clock brings it back. Turns are start-time fair queueing by owner (`common.lua`).
//!
//! Whatever happens to the line, `unsettled` still names every store whose two halves differ, and the
//! sweep puts those in line that are nowhere.

use std::time::Duration;

use redis::{AsyncCommands, ScriptInvocation};

use super::{Ledger, LedgerError, millis};
use crate::crash;
use crate::domain::store::StoreId;

/// How many stores one run of upkeep looks at.
const BATCH: isize = 200;
/// Pause between two looks of the sweep at a store that has its place.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// Dead letters that are kept; beyond it the oldest go.
pub(super) const LETTERS_MAX: usize = 10_000;

/// What came back into line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requeued {
    /// Its worker has died.
    Abandoned(StoreId),
    /// Its pause has ended.
    Due(StoreId),
    /// It was nowhere.
    Lost(StoreId),
}

impl Ledger {
    /// Takes up to `max` stores out of the line for a worker; each is to be claimed.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn take(&self, max: usize, lease: Duration) -> Result<Vec<StoreId>, LedgerError> {
        let mut call = self.scripts.take.prepare_invoke();
        call.key(&self.keys.ready).key(&self.keys.leased).key(&self.keys.turns);
        call.arg(max.min(500)).arg(millis(lease));
        crash::point!("ledger.take.before");
        let members: Vec<String> = call.invoke_async(&mut self.connection()).await?;
        if !members.is_empty() {
            crash::point!("ledger.take.after");
        }
        self.ids(members).await
    }

    /// Puts stores in line whose worker has died or whose pause has ended. Says which.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn promote(&self) -> Result<Vec<Requeued>, LedgerError> {
        let mut stores = self.due(&self.keys.delayed).await?;
        stores.extend(self.due(&self.keys.leased).await?);
        self.requeue(stores).await
    }

    /// Puts unsettled stores in line that are nowhere. Says which.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sweep(&self) -> Result<Vec<Requeued>, LedgerError> {
        let stores = self.due(&self.keys.unsettled).await?;
        self.requeue(stores).await
    }

    /// Has a worker look at a store although nothing new is wanted of it. `false`: there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn look(&self, id: &StoreId) -> Result<bool, LedgerError> {
        let mut call = self.scripts.look.prepare_invoke();
        call.key(self.keys.store(id));
        self.line_keys(&mut call);
        call.arg(id.as_str());
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    pub(super) async fn requeue(&self, stores: Vec<StoreId>) -> Result<Vec<Requeued>, LedgerError> {
        let mut found = Vec::new();
        for id in stores {
            let mut call = self.scripts.requeue.prepare_invoke();
            call.key(self.keys.store(&id));
            self.line_keys(&mut call);
            call.arg(id.as_str()).arg(millis(LOOK_AGAIN));
            crash::point!("ledger.requeue.before");
            let state: Result<String, _> = call.invoke_async(&mut self.connection()).await;
            crash::point!("ledger.requeue.after");
            match state.map_err(|error| LedgerError::from(error).at(&self.keys.store(&id))) {
                Ok(state) => match state.as_str() {
                    "abandoned" => found.push(Requeued::Abandoned(id)),
                    "due" => found.push(Requeued::Due(id)),
                    "lost" => found.push(Requeued::Lost(id)),
                    "missing" => tracing::error!(store.id = %id, "a store in line has no record, it was struck off"),
                    _ => {}
                },
                Err(error @ LedgerError::Unreadable { .. }) => self.set_aside(id.as_str(), &error.to_string()).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Members of a sorted set whose time has come.
    pub(super) async fn due(&self, key: &str) -> Result<Vec<StoreId>, LedgerError> {
        let now = self.now_ms().await?;
        let members: Vec<String> = self.connection().zrangebyscore_limit(key, "-inf", now, 0, BATCH).await?;
        self.ids(members).await
    }

    /// What cannot be a store's id was not put there by storebot.
    pub(super) async fn ids(&self, members: Vec<String>) -> Result<Vec<StoreId>, LedgerError> {
        let mut ids = Vec::with_capacity(members.len());
        for member in members {
            match StoreId::parse(&member) {
                Some(id) => ids.push(id),
                None => self.set_aside(&member, "this is no store's id").await?,
            }
        }
        Ok(ids)
    }

    /// Puts what cannot be read to the dead letters and takes it out of everybody's way.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_aside(&self, member: &str, reason: &str) -> Result<(), LedgerError> {
        let mut call = self.scripts.set_aside.prepare_invoke();
        for key in [&self.keys.unsettled, &self.keys.ready, &self.keys.leased, &self.keys.delayed, &self.keys.dead] {
            call.key(key);
        }
        call.arg(member).arg(reason).arg(LETTERS_MAX);
        call.invoke_async::<i64>(&mut self.connection()).await?;
        tracing::error!(store.id = member, reason, "put to the dead letters; what is stored stays as it is");
        Ok(())
    }

    /// The keys of the line in the order all scripts have them: unsettled, ready, leased, delayed, turns.
    pub(super) fn line_keys(&self, call: &mut ScriptInvocation<'_>) {
        call.key(&self.keys.unsettled).key(&self.keys.ready).key(&self.keys.leased);
        call.key(&self.keys.delayed).key(&self.keys.turns);
    }

    /// Lets the holder of a store run Helm in its cell, if fewer than `most` do.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn permit(&self, cell: &str, id: &StoreId, most: usize) -> Result<bool, LedgerError> {
        let mut call = self.scripts.permit.prepare_invoke();
        call.key(self.keys.permits(cell)).key(&self.keys.leased).arg(id.as_str()).arg(most);
        crash::point!("ledger.permit.before");
        let permitted = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.permit.after");
        Ok(permitted)
    }

    /// # Errors
    /// `Unavailable`; the permit then ends with the store's lease.
    pub async fn give_back(&self, cell: &str, id: &StoreId) -> Result<(), LedgerError> {
        crash::point!("ledger.give-back.before");
        self.connection().srem::<_, _, ()>(self.keys.permits(cell), id.as_str()).await?;
        crash::point!("ledger.give-back.after");
        Ok(())
    }
}
