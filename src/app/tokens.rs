//! Tokens of storebot's own, made by whoever has its configuration.

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use crate::config::Config;
use crate::domain::actor::Role;
use crate::inbound::http::auth::{self, Grant};

/// Makes a token of storebot's own, for somebody of no organisation. `ttl` is a duration such as `1h`.
///
/// # Errors
/// There is no signing key, or the role or the duration cannot be read.
pub fn mint_token(config: &Config, subject: &str, role: &str, ttl: &str) -> Result<String> {
    mint_token_in(config, None, subject, role, ttl)
}

/// The same for somebody of an organisation.
///
/// # Errors
/// As [`mint_token`].
pub fn mint_token_in(config: &Config, org: Option<&str>, subject: &str, role: &str, ttl: &str) -> Result<String> {
    let role = Role::parse(role)
        .with_context(|| format!("{role:?} is no role; there are: {}", Role::ALL.map(Role::as_str).join(", ")))?;
    let ttl = humantime::parse_duration(ttl).context("--ttl is a duration such as 1h or 30d")?;
    Ok(auth::mint(&config.auth, Grant { subject, role, org, ttl }, Timestamp::now())?)
}
