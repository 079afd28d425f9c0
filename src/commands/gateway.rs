//! Which process is connected to Discord's gateway.

use std::time::Duration;

use super::Commands;

/// Whose the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Ours,
    /// Another process has it.
    Anothers,
    /// The ledger does not answer.
    Unknown,
}

impl Commands {
    /// Takes or keeps the right to be connected, for as long as the lease lasts. `who` is the same for the same
    /// process, and of no other.
    pub async fn hold_gateway(&self, who: &str, lease: Duration) -> Hold {
        match self.ledger.hold_gateway(who, lease).await {
            Ok(true) => Hold::Ours,
            Ok(false) => Hold::Anothers,
            Err(error) => {
                tracing::debug!(%error, "it is not known who is connected to Discord's gateway");
                Hold::Unknown
            }
        }
    }

    /// Gives it back, so that another process need not wait for the end of the lease.
    pub async fn leave_gateway(&self, who: &str) {
        if let Err(error) = self.ledger.leave_gateway(who).await {
            tracing::debug!(%error, "the right to be connected to Discord's gateway was not given back");
        }
    }
}
