//! Who is signed in to the dashboard: on all replicas at once, and on none any more from the moment they sign out.

use std::time::Duration;

use redis::AsyncCommands;

use super::{Ledger, LedgerError, millis, record};
use crate::domain::session::Session;

impl Ledger {
    /// # Errors
    /// `Unavailable`; it may have been kept then.
    pub async fn keep_session(&self, key: &str, session: &Session, life: Duration) -> Result<(), LedgerError> {
        let text = record::json(session)?;
        let mut set = redis::cmd("SET");
        set.arg(self.keys.session(key)).arg(text).arg("PX").arg(millis(life).max(1));
        Ok(set.query_async(&mut self.connection()).await?)
    }

    /// `None`: there is none, or it cannot be read any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn session(&self, key: &str) -> Result<Option<Session>, LedgerError> {
        let text: Option<String> = self.connection().get(self.keys.session(key)).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// # Errors
    /// `Unavailable`; it may have been ended then.
    pub async fn end_session(&self, key: &str) -> Result<(), LedgerError> {
        Ok(self.connection().del(self.keys.session(key)).await?)
    }
}
