//! Signing in to the dashboard and out of it. What somebody who has may do is the policy's.

use jiff::Timestamp;

use super::{Commands, unavailable};
use crate::domain::outcome::Refusal;
use crate::domain::session::{Session, SessionSecret};

impl Commands {
    /// Lets somebody in until their session ends.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sign_in(&self, session: &Session, now: Timestamp) -> Result<SessionSecret, Refusal> {
        let secret = self.fresh_secret();
        let life = session.until.duration_since(now).max(jiff::SignedDuration::ZERO).unsigned_abs();
        self.ledger.keep_session(&secret.key(), session, life).await.map_err(unavailable)?;
        Ok(secret)
    }

    /// Whom a secret speaks for. `None`: nobody, or nobody any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn session(&self, secret: &SessionSecret, now: Timestamp) -> Result<Option<Session>, Refusal> {
        let session = self.ledger.session(&secret.key()).await.map_err(unavailable)?;
        Ok(session.filter(|session| session.until > now))
    }

    /// What nobody can guess.
    #[must_use]
    pub fn fresh_secret(&self) -> SessionSecret {
        SessionSecret::of([0; 4].map(|_| (self.bits)()))
    }

    /// What makes a form that is sent twice one request.
    #[must_use]
    pub fn form_key(&self) -> String {
        self.fresh_id()
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn sign_out(&self, secret: &SessionSecret) -> Result<(), Refusal> {
        self.ledger.end_session(&secret.key()).await.map_err(unavailable)
    }
}
