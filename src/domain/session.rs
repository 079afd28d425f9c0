//! Somebody who has signed in to the dashboard.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::actor::Actor;

/// Whom a session speaks for. What they may do stands in the policy table, as for every door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub actor: Actor,
    /// It is over then, whatever happens in between.
    pub until: Timestamp,
    /// What people call them; `None`: by their id alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a browser keeps to be known by: 64 hex digits. Never written anywhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret(String);

impl SessionSecret {
    /// Of 256 random bits.
    #[must_use]
    pub fn of(bits: [u64; 4]) -> Self {
        Self(bits.map(|part| format!("{part:016x}")).concat())
    }

    /// `None`: nothing that storebot has given to anybody.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the ledger knows the session by: who reads the ledger cannot sign in with it.
    #[must_use]
    pub fn key(&self) -> String {
        self.digest("session")
    }

    /// What each form of the session carries. Another site cannot know it, and it is of no use to whoever reads it.
    #[must_use]
    pub fn form_token(&self) -> String {
        self.digest("form")
    }

    fn digest(&self, of: &str) -> String {
        hex::encode(&Sha256::digest(format!("{of}:{}", self.0))[..16])
    }
}

impl std::fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_was_given_and_tells_nothing() {
        let secret = SessionSecret::of([1, 2, 3, u64::MAX]);
        assert_eq!(SessionSecret::parse(secret.expose()), Some(secret.clone()));
        assert_ne!(secret.key(), secret.form_token());
        assert!(!secret.expose().contains(&secret.key()) && !format!("{secret:?}").contains("ffff"));
        for bad in ["", "abc", &"g".repeat(64), &"A".repeat(64), &"0".repeat(65)] {
            assert_eq!(SessionSecret::parse(bad), None, "{bad}");
        }
    }
}
