//! How long stores take, for whoever waits for one.

use std::time::Duration;

use redis::AsyncCommands;

use super::{Ledger, LedgerError, millis};
use crate::domain::engine::Engine;

impl Ledger {
    /// How long stores of an engine usually took lately, from the command to the proof.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn usually(&self, engine: Engine) -> Result<Option<Duration>, LedgerError> {
        let ms: Option<u64> = self.connection().hget(&self.keys.took, engine.as_str()).await?;
        Ok(ms.map(Duration::from_millis))
    }

    /// Notes how long a store took. The mean leans to the newer ones.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn note_took(&self, engine: Engine, took: Duration) -> Result<(), LedgerError> {
        let mut call = self.scripts.took.prepare_invoke();
        call.key(&self.keys.took).arg(engine.as_str()).arg(millis(took));
        Ok(call.invoke_async(&mut self.connection()).await?)
    }
}
