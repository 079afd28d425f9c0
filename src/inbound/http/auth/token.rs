//! What holds for every token, whoever made it: its bounds, its key, its time.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Longest token that is looked at, in bytes. GitHub's have about 2000, own ones 300.
const TOKEN_MAX: usize = 8 * 1024;
/// Longest name of a key, in bytes.
const KID_MAX: usize = 256;
/// How far the clocks of two machines may be apart, in seconds.
pub(super) const LEEWAY: i64 = 30;

/// From when on a token with this `exp` is refused.
pub(super) fn ends(exp: i64) -> Timestamp {
    Timestamp::from_second(exp.saturating_add(LEEWAY)).unwrap_or(Timestamp::MAX)
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is no JWT")]
    Malformed,
    #[error("nobody who is known here has issued the token")]
    Issuer,
    #[error("the token names no key that its issuer has")]
    Key,
    #[error("the token's signature or one of its claims is wrong")]
    Rejected,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    Early,
    #[error("the token is valid for longer than auth.longest_life")]
    LongLived,
    #[error("a name in the token has characters that are not allowed, or is too long")]
    Subject,
    #[error("no rule of its issuer lets the token in")]
    NoRule,
    #[error("the keys of the token's issuer cannot be fetched")]
    KeysAway {
        /// Seconds until they are asked for again.
        retry_after: i64,
    },
}

impl TokenError {
    /// For numbers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Issuer => "issuer",
            Self::Key => "key",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Early => "early",
            Self::LongLived => "long_lived",
            Self::Subject => "subject",
            Self::NoRule => "no_rule",
            Self::KeysAway { .. } => "keys_away",
        }
    }
}

/// A token of which only the form has been looked at: everything in it may be a lie.
pub(super) struct Token<'a> {
    text: &'a str,
    pub(super) kid: String,
    pub(super) iss: String,
}

#[derive(Deserialize)]
struct Claimed {
    iss: String,
}

impl<'a> Token<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > TOKEN_MAX {
            return Err(TokenError::Malformed);
        }
        let header = jsonwebtoken::decode_header(text).map_err(|_| TokenError::Malformed)?;
        // Whatever it names would have to be understood, and nothing is.
        if header.crit.is_some() {
            return Err(TokenError::Rejected);
        }
        let kid = header.kid.filter(|kid| kid.len() <= KID_MAX).ok_or(TokenError::Key)?;
        let claimed: Claimed =
            jsonwebtoken::dangerous::insecure_decode_claims(text).map_err(|_| TokenError::Malformed)?;
        Ok(Self { text, kid, iss: claimed.iss })
    }
}

/// Who must have issued a token, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) issuer: String,
    pub(super) audience: String,
}

/// A key that verifies, with the one algorithm it is for.
pub(super) struct Key {
    pub(super) kid: String,
    verifies: DecodingKey,
    validation: Validation,
}

impl Key {
    pub(super) fn new(kid: &str, verifies: DecodingKey, alg: Algorithm, expected: &Expected) -> Self {
        let mut validation = Validation::new(alg);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&expected.issuer]);
        validation.set_audience(&[&expected.audience]);
        // Judged by [`Times`], against the door's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { kid: kid.to_owned(), verifies, validation }
    }

    /// The claims of a token that this key has signed, for us.
    pub(super) fn open<T: DeserializeOwned>(&self, token: &Token<'_>) -> Result<T, TokenError> {
        let opened = jsonwebtoken::decode(token.text, &self.verifies, &self.validation);
        opened.map(|data| data.claims).map_err(|_| TokenError::Rejected)
    }
}

/// When a token is valid, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) iat: i64,
    pub(super) nbf: Option<i64>,
    pub(super) exp: i64,
}

impl Times {
    pub(super) fn check(self, now: Timestamp, longest_life: Duration) -> Result<(), TokenError> {
        let (now, longest) = (now.as_second(), i64::try_from(longest_life.as_secs()).unwrap_or(i64::MAX));
        if self.exp.saturating_add(LEEWAY) <= now {
            return Err(TokenError::Expired);
        }
        if self.nbf.unwrap_or(self.iat).max(self.iat) > now.saturating_add(LEEWAY) {
            return Err(TokenError::Early);
        }
        if self.exp.saturating_sub(self.iat) > longest { Err(TokenError::LongLived) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_time() {
        let check = |iat, nbf, exp, now| {
            Times { iat, nbf, exp }.check(Timestamp::from_second(now).unwrap(), Duration::from_secs(3600))
        };
        assert_eq!(check(1000, None, 4600, 1000), Ok(()));
        assert_eq!(check(1000, None, 4600, 4600 + LEEWAY - 1), Ok(()));
        assert_eq!(check(1000, None, 4600, 4600 + LEEWAY), Err(TokenError::Expired));
        assert_eq!(check(1000, None, 4600, 1000 - LEEWAY), Ok(()));
        assert_eq!(check(1000, None, 4600, 1000 - LEEWAY - 1), Err(TokenError::Early));
        assert_eq!(check(1000, Some(2000), 4600, 1500), Err(TokenError::Early));
        // An earlier nbf does not excuse that it comes from the future.
        assert_eq!(check(1000, Some(0), 4600, 900), Err(TokenError::Early));
        assert_eq!(check(1000, None, 4601, 1000), Err(TokenError::LongLived));
        assert_eq!(check(i64::MIN, None, i64::MAX, 1000), Err(TokenError::LongLived));
        assert_eq!(check(0, None, i64::MIN, 1000), Err(TokenError::Expired));
    }
}
