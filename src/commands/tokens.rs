//! Tokens that may change something once, and ways of signing in that may be gone once: which were used is known to all
//! replicas.

use std::time::Duration;

use jiff::Timestamp;

use super::{Commands, unavailable};
use crate::domain::outcome::Refusal;

impl Commands {
    /// Uses up a token, by a digest that stands for it alone. `until` is when it is refused anyway.
    /// `false`: it was used before.
    ///
    /// # Errors
    /// `Unavailable`; it may be used up then.
    pub async fn use_once(&self, id: &str, until: Timestamp, now: Timestamp) -> Result<bool, Refusal> {
        let life = Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO);
        self.ledger.use_token(id, life).await.map_err(unavailable)
    }
}
