//! Tokens that may change something once.

use std::time::Duration;

use super::{Ledger, LedgerError};

impl Ledger {
    /// Remembers a token by its digest for `life`. `false`: it was remembered already.
    ///
    /// # Errors
    /// `Unavailable`; it may have been remembered then.
    pub async fn use_token(&self, id: &str, life: Duration) -> Result<bool, LedgerError> {
        let millis = u64::try_from(life.as_millis()).unwrap_or(u64::MAX).max(1);
        let mut set = redis::cmd("SET");
        set.arg(self.keys.token(id)).arg("").arg("NX").arg("PX").arg(millis);
        let first: Option<String> = set.query_async(&mut self.connection()).await?;
        Ok(first.is_some())
    }
}
