//! Standard Webhooks signatures (version 1 of <https://www.standardwebhooks.com>), used by the door
//! for deliveries in and by the notifier for callbacks out.
//!
//! Signed bytes are `{id}.{timestamp}.{body}`; the key is what follows `whsec_`, base64-decoded; a
//! signature is `v1,` and the base64 of HMAC-SHA256. A header may list several, separated by spaces.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::Sha256;

/// Shortest and longest key the specification allows, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Longest list of signatures that is looked at; more is no honest sender.
const SIGNATURES_MAX: usize = 8;

/// A signing key. Prints nothing of itself.
#[derive(Clone, Debug)]
pub struct Secret(SecretSlice<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is `whsec_` followed by the base64 of 24 to 64 bytes")]
pub struct BadSecret;

impl Secret {
    /// # Errors
    /// The text is not `whsec_` and the base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let encoded = text.strip_prefix("whsec_").ok_or(BadSecret)?;
        let key = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
        if KEY_BYTES.contains(&key.len()) { Ok(Self(key.into())) } else { Err(BadSecret) }
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes keys of any length");
        mac.update(id.as_bytes());
        mac.update(format!(".{timestamp}.").as_bytes());
        mac.update(body);
        mac
    }

    /// The value of the header `webhook-signature` for one key.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let tag = self.mac(id, timestamp, body).finalize().into_bytes();
        format!("v1,{}", STANDARD.encode(tag))
    }
}

/// A delivery's headers, as received.
#[derive(Clone, Copy, Debug)]
pub struct SignedHeaders<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signatures: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the timestamp is no number of seconds")]
    Timestamp,
    #[error("the timestamp is too far from now")]
    Stale,
    #[error("no signature matches")]
    Mismatch,
}

/// Checks a delivery against every active secret, in constant time for each.
///
/// # Errors
/// Says what is wrong, for logs and metrics; the caller of the webhook is told only that it was
/// refused. Freshness is judged after the signature, so that only somebody who knows the secret
/// learns about our clock.
pub fn verify(secrets: &[Secret], headers: SignedHeaders<'_>, body: &[u8], clock: Clock) -> Result<(), SignatureError> {
    let timestamp = seconds(headers.timestamp).ok_or(SignatureError::Timestamp)?;
    let matches = headers
        .signatures
        .split(' ')
        .take(SIGNATURES_MAX)
        .filter_map(|s| s.strip_prefix("v1,"))
        .filter_map(|s| STANDARD.decode(s).ok())
        .any(|tag| secrets.iter().any(|k| k.mac(headers.id, timestamp, body).verify_slice(&tag).is_ok()));
    if !matches {
        return Err(SignatureError::Mismatch);
    }
    if timestamp.abs_diff(clock.now) > clock.tolerance {
        return Err(SignatureError::Stale);
    }
    Ok(())
}

/// What is signed is the header's text. So one time has one spelling: `+1` and `01` are none.
fn seconds(text: &str) -> Option<i64> {
    text.parse().ok().filter(|seconds: &i64| seconds.to_string() == text)
}

/// Now and how far a delivery may be from it, both in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: i64,
    pub tolerance: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
    const TAG: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    const AT: i64 = 1_649_367_553;

    fn check(timestamp: &str, signatures: &str, body: &[u8], now: i64) -> Result<(), SignatureError> {
        let secrets = [Secret::parse(SECRET).unwrap()];
        verify(&secrets, SignedHeaders { id: ID, timestamp, signatures }, body, Clock { now, tolerance: 300 })
    }

    #[test]
    fn the_published_vector_holds() {
        assert_eq!(Secret::parse(SECRET).unwrap().sign(ID, AT, BODY), TAG);
        assert_eq!(check("1649367553", TAG, BODY, AT + 299), Ok(()));
        assert_eq!(check("1649367553", &format!("v1a,xx v1,AAAA {TAG}"), BODY, AT), Ok(()));
    }

    #[test]
    fn everything_else_is_refused() {
        assert_eq!(check("1649367553", TAG, b"{}", AT), Err(SignatureError::Mismatch));
        assert_eq!(check("1649367554", TAG, BODY, AT), Err(SignatureError::Mismatch));
        assert_eq!(check("1649367553", TAG, BODY, AT + 301), Err(SignatureError::Stale));
        assert_eq!(check("1649367553", TAG, BODY, AT - 301), Err(SignatureError::Stale));
        assert_eq!(check("1649367553", TAG, BODY, i64::MIN), Err(SignatureError::Stale));
        for bad in ["yesterday", "", "+1649367553", "01649367553", "1649367553.0", " 1649367553"] {
            assert_eq!(check(bad, TAG, BODY, AT), Err(SignatureError::Timestamp), "{bad}");
        }
        assert_eq!(check("1649367553", "", BODY, AT), Err(SignatureError::Mismatch));
    }

    #[test]
    fn a_secret_has_a_shape() {
        for bad in ["", "whsec_", "whsec_short", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_!!!!"] {
            assert!(Secret::parse(bad).is_err(), "{bad}");
        }
    }
}
