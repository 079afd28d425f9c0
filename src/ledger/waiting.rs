//! Waiting for something that another process will say: on a connection of its own, through cuts.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use super::{BLOCK, Ledger, LedgerError};

/// Pause after a failed look for an answer.
const PAUSE: Duration = Duration::from_millis(200);

impl Ledger {
    /// Waits for the one item of a list, for `within` at the longest. `None`: nobody has answered, or not in
    /// words that can be read.
    pub(super) async fn answer<T: DeserializeOwned>(&self, key: &str, within: Duration) -> Option<T> {
        let until = Instant::now() + within;
        let mut connection = None;
        while let Some(left) = until.checked_duration_since(Instant::now()).filter(|l| !l.is_zero()) {
            match self.pop(&mut connection, &[key], left.min(BLOCK)).await {
                Ok(Some(text)) => return serde_json::from_str(&text).ok(),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, "an answer cannot be waited for, trying again");
                    connection = None;
                    tokio::time::sleep(PAUSE.min(left)).await;
                }
            }
        }
        None
    }

    /// Takes the first item of the first of these lists that has one, or waits for one.
    pub(super) async fn pop(
        &self,
        connection: &mut Option<redis::aio::MultiplexedConnection>,
        keys: &[&str],
        block: Duration,
    ) -> Result<Option<String>, LedgerError> {
        let connection = match connection {
            Some(connection) => connection,
            none => none.insert(self.blocking_connection().await?),
        };
        let mut call = redis::cmd("BLPOP");
        call.arg(keys).arg(block.as_secs_f64().max(0.01));
        let found: Option<(String, String)> = call.query_async(connection).await?;
        Ok(found.map(|(_, text)| text))
    }
}
