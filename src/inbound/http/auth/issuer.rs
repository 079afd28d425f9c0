//! One issuer that the configuration trusts: its keys, and what its rules make of a token.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::fetch::Source;
use super::keyring::Keyring;
use super::rules::{self, Claims};
use super::token::{Token, TokenError, ends};
use super::{SingleUse, Verified};
use crate::config;
use crate::metrics::Metrics;

pub(super) struct Issuer {
    config: config::Issuer,
    longest_life: Duration,
    keyring: Arc<Keyring>,
}

impl Issuer {
    pub(super) fn new(config: &config::Issuer, longest_life: Duration, metrics: &Metrics) -> Self {
        let keyring = Keyring::new(Source::new(config), metrics.clone());
        Self { config: config.clone(), longest_life, keyring }
    }

    /// The `iss` of its tokens.
    pub(super) fn iss(&self) -> &str {
        &self.config.issuer
    }

    pub(super) async fn verify(&self, token: &Token<'_>, now: Timestamp) -> Result<Verified, TokenError> {
        let key = self.keyring.find(&token.kid, now).await?;
        let claims: Claims = key.open(token)?;
        let times = claims.times();
        times.check(now, self.longest_life)?;
        let actor = rules::decide(&self.config, &claims).ok_or(TokenError::NoRule)?;
        let single_use = self.config.single_use.then(|| self.single_use(&claims, times.exp)).transpose()?;
        Ok(Verified { actor, until: ends(times.exp), single_use })
    }

    fn single_use(&self, claims: &Claims, exp: i64) -> Result<SingleUse, TokenError> {
        let jti = claims.jti.as_deref().ok_or(TokenError::Rejected)?;
        let id = hex::encode(Sha256::digest(format!("{}\n{jti}", self.config.issuer)));
        Ok(SingleUse { id, until: ends(exp) })
    }
}
