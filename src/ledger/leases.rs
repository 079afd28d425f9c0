//! Stores whose lease ends: which of them something is due for. What it is, `domain::lease` says.

use jiff::Timestamp;
use redis::AsyncCommands as _;

use super::admission::in_ms;
use super::{Ledger, LedgerError};
use crate::domain::record::Record;
use crate::domain::store::StoreId;

/// What is due by now, on Redis' clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueLeases {
    pub now: Timestamp,
    /// Each with the moment that was noted for it, the earliest first.
    pub stores: Vec<(StoreId, Timestamp)>,
}

impl Ledger {
    /// At most so many. Costs what is due and not what there is.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn due_leases(&self, most: usize) -> Result<DueLeases, LedgerError> {
        let mut call = self.scripts.lease_due.prepare_invoke();
        call.key(&self.keys.leases).arg(most);
        let (now, found): (i64, Vec<(String, f64)>) = call.invoke_async(&mut self.connection()).await?;
        let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let read = |(id, moment): (String, f64)| Some((StoreId::parse(&id)?, time(moment as i64)));
        Ok(DueLeases { now: time(now), stores: found.into_iter().filter_map(read).collect() })
    }

    /// Notes when anything is due of a store from now on, unless it has changed meanwhile.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn move_lease(&self, seen: &Record, moment: Option<Timestamp>) -> Result<(), LedgerError> {
        let mut call = self.scripts.lease_move.prepare_invoke();
        call.key(self.keys.store(&seen.id)).key(&self.keys.leases);
        call.arg(seen.id.as_str()).arg(seen.version).arg(in_ms(moment));
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// Nothing is ever due of a store that is not known.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn forget_lease(&self, id: &StoreId) -> Result<(), LedgerError> {
        Ok(self.connection().zrem(&self.keys.leases, id.as_str()).await?)
    }
}
