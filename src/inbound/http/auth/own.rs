//! Storebot's own tokens: made by `storebot token`, or by whoever holds one of its keys.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::Verified;
use super::token::{Expected, Key, Times, Token, TokenError, ends};
use crate::config::{self, KeyMaterial};
use crate::domain::actor::{Actor, ActorId, OrgId, Role};

/// Longest subject and organisation, in bytes. They are kept with each store.
const NAME_MAX: usize = 128;
/// What stands before the seed of an Ed25519 key in PKCS#8 (RFC 8410).
const PKCS8_ED25519: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Verifies own tokens.
pub(super) struct Own {
    expected: Expected,
    keys: Vec<Key>,
    longest_life: Duration,
}

/// What a token shall say.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    pub subject: &'a str,
    pub role: Role,
    pub org: Option<&'a str>,
    pub ttl: Duration,
}

/// Why a token cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    #[error("none of auth.keys can sign: add one with a secret (HS256) or a private_key (EdDSA)")]
    NoKey,
    #[error("a subject or organisation has 1 to {NAME_MAX} printable ASCII characters without blanks")]
    Name,
    #[error("a token may live for {} at most (auth.longest_life)", days(*.0))]
    LongLived(Duration),
    #[error("the token cannot be signed")]
    Sign,
}

#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<&'a str>,
    iat: i64,
    nbf: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    role: Role,
    org: Option<String>,
    iat: i64,
    nbf: Option<i64>,
    exp: i64,
}

impl Own {
    pub(super) fn new(auth: &config::Auth) -> Self {
        let expected = Expected { issuer: auth.issuer.clone(), audience: auth.audience.clone() };
        let keys = auth.keys.iter().map(|key| {
            let (alg, verifies) = match &key.material {
                KeyMaterial::Hs256(secret) => (Algorithm::HS256, DecodingKey::from_secret(secret.expose_secret())),
                KeyMaterial::Ed25519 { public, .. } => (Algorithm::EdDSA, DecodingKey::from_ed_der(public)),
            };
            Key::new(&key.kid, verifies, alg, &expected)
        });
        Self { keys: keys.collect(), longest_life: auth.longest_life, expected }
    }

    /// The `iss` of its tokens.
    pub(super) fn iss(&self) -> &str {
        &self.expected.issuer
    }

    pub(super) fn verify(&self, token: &Token<'_>, now: Timestamp) -> Result<Verified, TokenError> {
        let key = self.keys.iter().find(|key| key.kid == token.kid).ok_or(TokenError::Key)?;
        let Claims { sub, role, org, iat, nbf, exp } = key.open(token)?;
        Times { iat, nbf, exp }.check(now, self.longest_life)?;
        if !is_name(&sub) || !org.as_deref().is_none_or(is_name) {
            return Err(TokenError::Subject);
        }
        let actor = Actor { id: ActorId::new(format!("api:{sub}")), role, org: org.map(OrgId::new) };
        Ok(Verified { actor, until: ends(exp), single_use: None })
    }
}

/// Makes a token, signed with the first key that can sign.
///
/// # Errors
/// There is no such key, a name cannot be an actor's, or the token would live too long.
pub fn mint(auth: &config::Auth, grant: Grant<'_>, now: Timestamp) -> Result<String, MintError> {
    super::choose_crypto();
    let (kid, alg, key) = auth.keys.iter().find_map(signing).ok_or(MintError::NoKey)?;
    let Grant { subject, role, org, ttl } = grant;
    if !is_name(subject) || !org.is_none_or(is_name) {
        return Err(MintError::Name);
    }
    if ttl > auth.longest_life {
        return Err(MintError::LongLived(auth.longest_life));
    }
    let now = now.as_second();
    let exp = now.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
    let claims = Minted { iss: &auth.issuer, aud: &auth.audience, sub: subject, role, org, iat: now, nbf: now, exp };
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(alg) };
    jsonwebtoken::encode(&header, &claims, &key).map_err(|_| MintError::Sign)
}

fn signing(key: &config::TokenKey) -> Option<(&str, Algorithm, EncodingKey)> {
    let (alg, signs) = match &key.material {
        KeyMaterial::Hs256(secret) => (Algorithm::HS256, EncodingKey::from_secret(secret.expose_secret())),
        KeyMaterial::Ed25519 { seed, .. } => {
            let pkcs8 = [&PKCS8_ED25519, seed.as_ref()?.expose_secret()].concat();
            (Algorithm::EdDSA, EncodingKey::from_ed_der(&pkcs8))
        }
    };
    Some((&key.kid, alg, signs))
}

/// As somebody would write it: humantime counts in months.
fn days(life: Duration) -> String {
    let seconds = life.as_secs();
    match seconds % 86_400 {
        0 => format!("{}d", seconds / 86_400),
        _ => humantime::format_duration(life).to_string(),
    }
}

fn is_name(text: &str) -> bool {
    (1..=NAME_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
