//! Who is calling: bearer tokens, of storebot's own and of issuers the configuration trusts.
//!
//! ```text
//! token ─> token.rs   bounds, kid, iss: whose is it?
//!            own.rs      storebot's keys ───────────────┐
//!            issuer.rs   keys by keyring.rs, which asks ├─> claims hold, it is time ─> actor
//!                        fetch.rs when it must;         │
//!                        rules.rs says what they may ───┘
//! ```
//!
//! A token names its key and the key fixes the algorithm; a token's header never does. Why a token
//! was refused goes to the log and the numbers, never to the caller.

mod fetch;
mod issuer;
mod jwks;
mod keyring;
mod own;
mod rules;
mod token;

use std::sync::Arc;

use jiff::Timestamp;

use crate::config;
use crate::domain::actor::Actor;
use crate::metrics::Metrics;
use issuer::Issuer;
use own::Own;
pub use own::{Grant, MintError, mint};
use token::Token;
pub use token::TokenError;

/// Checks tokens. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    own: Own,
    issuers: Vec<Issuer>,
}

/// Whom a good token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub actor: Actor,
    /// From then on it speaks for nobody.
    pub until: Timestamp,
    /// It may change something once only.
    pub single_use: Option<SingleUse>,
}

/// What is remembered of a token that changes something once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    /// Digest of issuer and `jti`.
    pub id: String,
    /// From then on the token is refused anyway.
    pub until: Timestamp,
}

impl Verifier {
    #[must_use]
    pub fn new(auth: &config::Auth, metrics: &Metrics) -> Self {
        choose_crypto();
        let issuers = auth.issuers.iter().map(|i| Issuer::new(i, auth.longest_life, metrics)).collect();
        Self(Arc::new(Inner { own: Own::new(auth), issuers }))
    }

    /// Reads whom a token speaks for. Asks nobody, unless the issuer's keys must be fetched first.
    ///
    /// # Errors
    /// What is wrong with it, for logs only.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, TokenError> {
        let token = Token::read(token)?;
        if token.iss == self.0.own.iss() {
            return self.0.own.verify(&token, now);
        }
        let issuer = self.0.issuers.iter().find(|i| i.iss() == token.iss).ok_or(TokenError::Issuer)?;
        issuer.verify(&token, now).await
    }
}

/// Fetches an issuer's keys, as for a token of its.
///
/// # Errors
/// Why they cannot be had, in words.
pub async fn keys_of(issuer: &config::Issuer) -> Result<(), String> {
    fetch::Source::new(issuer).fetch().await.map(drop).map_err(|error| error.to_string())
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let issuers = self.0.issuers.iter().map(Issuer::iss);
        f.debug_list().entry(&self.0.own.iss()).entries(issuers).finish()
    }
}

/// Another crate's features could leave jsonwebtoken without a choice, and then it panics at the first
/// token. A second call finds the first one's choice: nothing to do.
fn choose_crypto() {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
