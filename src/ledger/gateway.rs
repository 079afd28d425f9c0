//! The right to be connected to Discord's gateway: of all processes one has it, since each connection
//! would hear each interaction.

use std::time::Duration;

use super::{Ledger, LedgerError, millis};

impl Ledger {
    /// Takes the right if nobody has it, and keeps it if this process does. Whether it has it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn hold_gateway(&self, who: &str, lease: Duration) -> Result<bool, LedgerError> {
        self.gateway(who, "hold", lease).await
    }

    /// Gives it back, if this process has it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn leave_gateway(&self, who: &str) -> Result<(), LedgerError> {
        self.gateway(who, "leave", Duration::ZERO).await.map(drop)
    }

    async fn gateway(&self, who: &str, what: &str, lease: Duration) -> Result<bool, LedgerError> {
        let mut call = self.scripts.gateway.prepare_invoke();
        call.key(&self.keys.gateway).arg(who).arg(what).arg(millis(lease));
        Ok(call.invoke_async(&mut self.connection()).await?)
    }
}
