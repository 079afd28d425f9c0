//! How the server is, for whoever runs it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use redis::AsyncCommands as _;

use super::{Ledger, LedgerError};

/// Answers that are timed; the quickest counts, since the first one may have to connect.
const ASKED: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    pub time: Timestamp,
    /// Bytes.
    pub used_memory: u64,
    /// 0: as much as the machine has.
    pub max_memory: u64,
    pub latency: Duration,
}

impl Ledger {
    /// # Errors
    /// `Unavailable`.
    pub async fn server_state(&self) -> Result<Server, LedgerError> {
        let mut latency = Duration::MAX;
        let mut now = 0;
        for _ in 0..ASKED {
            let asked = Instant::now();
            now = self.now_ms().await?;
            latency = latency.min(asked.elapsed());
        }
        let info: String = redis::cmd("INFO").arg("memory").query_async(&mut self.connection()).await?;
        let number = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
        };
        let time = i64::try_from(now).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default();
        Ok(Server { time, used_memory: number("used_memory"), max_memory: number("maxmemory"), latency })
    }

    /// Endpoints that have said that they want no more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn switched_off(&self) -> Result<Vec<String>, LedgerError> {
        Ok(self.connection().hkeys(&self.keys.endpoints_gone).await?)
    }
}
