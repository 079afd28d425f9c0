//! Whoever hears of a store for as long as it lives: who made it, and the receiver they named.

use redis::AsyncCommands as _;

use super::{Ledger, LedgerError, millis, record};
use crate::domain::reply::Reply;
use crate::domain::store::StoreId;

impl Ledger {
    /// Each as the reply to the create that it was.
    ///
    /// # Errors
    /// `Unavailable`. One that cannot be read is left out and logged.
    pub async fn followers(&self, store: &StoreId) -> Result<Vec<Reply>, LedgerError> {
        let key = self.keys.followers(store);
        let kept: Vec<(String, String)> = self.connection().hgetall(&key).await?;
        let read = |(field, text): (String, String)| {
            let reply = serde_json::from_str(&text);
            reply.inspect_err(|error| tracing::error!(key, field, %error, "a follower cannot be read")).ok()
        };
        Ok(kept.into_iter().filter_map(read).collect())
    }

    /// Whether the one who was promised to hear how a create ends hears of its whole life.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn follows(&self, store: &StoreId, reply: &str) -> Result<bool, LedgerError> {
        Ok(self.connection().hexists(self.keys.followers(store), reply).await?)
    }

    /// Promises to tell people of something that nobody asked for; what was promised before is not promised
    /// again, whether it is still open or was kept. Says how many are new.
    ///
    /// # Errors
    /// `Unavailable`: doing it again is safe.
    pub async fn add_notices(&self, store: &StoreId, notices: &[Reply]) -> Result<u32, LedgerError> {
        if notices.is_empty() {
            return Ok(0);
        }
        let mut call = self.scripts.notice_add.prepare_invoke();
        call.key(self.keys.replies(store)).key(self.keys.made(store)).arg(millis(self.retention.events));
        for notice in notices {
            call.arg(&notice.id).arg(record::json(notice)?);
        }
        Ok(call.invoke_async(&mut self.connection()).await?)
    }
}
