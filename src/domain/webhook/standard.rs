//! Standard Webhooks signatures (version 1 of <https://www.standardwebhooks.com>), used by the door
//! for deliveries in and by the notifier for callbacks out.
//!
//! Signed bytes are `{id}.{timestamp}.{body}`. A signature is `v1,` and the base64 of HMAC-SHA256, with the key that
//! follows `whsec_`; or `v1a,` and the base64 of an Ed25519 signature, of which only the public key (`whpk_`) is known
//! here. A header may list several, separated by spaces. Svix sends the same under names of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::Sha256;

use super::{BadKey, Clock, Headers, SignatureError, seconds};

/// Header with the delivery's id.
pub const ID: &str = "webhook-id";
/// Header with the time of sending, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Header with one or more signatures.
pub const SIGNATURE: &str = "webhook-signature";
/// The same three as Svix calls them.
const SVIX: [&str; 3] = ["svix-id", "svix-timestamp", "svix-signature"];

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

    fn holds(&self, signature: &str, headers: SignedHeaders<'_>, timestamp: i64, body: &[u8]) -> bool {
        let tag = signature.strip_prefix("v1,").and_then(|encoded| STANDARD.decode(encoded).ok());
        tag.is_some_and(|tag| self.mac(headers.id, timestamp, body).verify_slice(&tag).is_ok())
    }
}

/// A delivery's headers, as received.
#[derive(Clone, Copy, Debug)]
pub struct SignedHeaders<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signatures: &'a str,
}

/// Finds the three headers under their own names or, where there is none of those, under Svix's. The two are never
/// mixed: the one family is complete or the delivery is refused.
///
/// # Errors
/// One of the three is not there once.
pub fn headers<'a>(all: &Headers<'a>) -> Result<SignedHeaders<'a>, SignatureError> {
    let own = [ID, TIMESTAMP, SIGNATURE];
    let svix = !own.iter().any(|name| all.has(name)) && SVIX.iter().any(|name| all.has(name));
    let [id, timestamp, signatures] = if svix { SVIX } else { own };
    Ok(SignedHeaders { id: all.one(id)?, timestamp: all.one(timestamp)?, signatures: all.one(signatures)? })
}

/// What a source's deliveries are checked with.
#[derive(Clone, Debug)]
pub enum Key {
    Secret(Secret),
    /// The sender alone can sign with it.
    Public(VerifyingKey),
}

impl Key {
    /// # Errors
    /// The text is neither `whsec_` and the base64 of 24 to 64 bytes, nor `whpk_` and that of a public key.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let Some(encoded) = text.strip_prefix("whpk_") else { return Ok(Self::Secret(Secret::parse(text)?)) };
        let bad = BadKey("a webhook's public key is `whpk_` followed by the base64 of an Ed25519 public key");
        let bytes: [u8; 32] = STANDARD.decode(encoded).ok().and_then(|b| b.try_into().ok()).ok_or(bad)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| bad)?;
        // With a weak key, one signature can hold for any body.
        if key.is_weak() { Err(bad) } else { Ok(Self::Public(key)) }
    }

    fn holds(&self, signature: &str, headers: SignedHeaders<'_>, timestamp: i64, body: &[u8]) -> bool {
        match self {
            Self::Secret(secret) => secret.holds(signature, headers, timestamp, body),
            Self::Public(key) => {
                let Some(encoded) = signature.strip_prefix("v1a,") else { return false };
                let Some(sent) = STANDARD.decode(encoded).ok().and_then(|b| Signature::from_slice(&b).ok()) else {
                    return false;
                };
                let signed = [headers.id.as_bytes(), format!(".{timestamp}.").as_bytes(), body].concat();
                key.verify_strict(&signed, &sent).is_ok()
            }
        }
    }
}

impl From<Secret> for Key {
    fn from(secret: Secret) -> Self {
        Self::Secret(secret)
    }
}

/// Checks a delivery against every active key, in constant time for each.
///
/// # Errors
/// Says what is wrong, for logs and metrics; the caller of the webhook is told only that it was
/// refused. Freshness is judged after the signature, so that only somebody who knows the secret
/// learns about our clock.
pub fn verify(keys: &[Key], headers: SignedHeaders<'_>, body: &[u8], clock: Clock) -> Result<(), SignatureError> {
    check(headers, clock, |signature, timestamp| keys.iter().any(|k| k.holds(signature, headers, timestamp, body)))
}

/// The same for secrets alone.
pub(super) fn verify_with(
    secrets: &[&Secret],
    headers: SignedHeaders<'_>,
    body: &[u8],
    clock: Clock,
) -> Result<(), SignatureError> {
    check(headers, clock, |signature, timestamp| secrets.iter().any(|s| s.holds(signature, headers, timestamp, body)))
}

fn check(headers: SignedHeaders<'_>, clock: Clock, holds: impl Fn(&str, i64) -> bool) -> Result<(), SignatureError> {
    let timestamp = seconds(headers.timestamp).ok_or(SignatureError::Timestamp)?;
    let mut signatures = headers.signatures.split(' ').take(SIGNATURES_MAX);
    if !signatures.any(|signature| holds(signature, timestamp)) {
        return Err(SignatureError::Mismatch);
    }
    clock.check(timestamp)
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
        let secrets = [Key::parse(SECRET).unwrap()];
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
    fn a_public_key_holds_what_its_owner_signed() {
        use ed25519_dalek::{Signer as _, SigningKey};
        let signer = SigningKey::from_bytes(&[7; 32]);
        let public = format!("whpk_{}", STANDARD.encode(signer.verifying_key().as_bytes()));
        let signed = [format!("{ID}.{AT}.").as_bytes(), BODY].concat();
        let tag = format!("v1a,{}", STANDARD.encode(signer.sign(&signed).to_bytes()));
        let clock = Clock { now: AT, tolerance: 300 };
        let check = |keys: &[&str], signatures: &str, body: &[u8]| {
            let keys: Vec<_> = keys.iter().map(|k| Key::parse(k).unwrap()).collect();
            verify(&keys, SignedHeaders { id: ID, timestamp: "1649367553", signatures }, body, clock)
        };
        assert_eq!(check(&[&public], &tag, BODY), Ok(()));
        assert_eq!(check(&[SECRET, &public], &format!("{TAG} {tag}"), BODY), Ok(()));
        assert_eq!(check(&[&public], &tag, b"{}"), Err(SignatureError::Mismatch));
        assert_eq!(check(&[SECRET], &tag, BODY), Err(SignatureError::Mismatch));
        assert_eq!(check(&[&public], TAG, BODY), Err(SignatureError::Mismatch));
        for bad in ["whpk_", "whpk_AAAA", &format!("whpk_{}", STANDARD.encode([0; 32])), "whpk_!"] {
            assert!(Key::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn svix_has_names_of_its_own_that_are_not_mixed_with_the_others() {
        let of = |lines: &[(&'static str, &'static str)]| {
            headers(&Headers::new(lines.iter().map(|(n, v)| (*n, v.as_bytes()))))
                .map(|h| (h.id, h.timestamp, h.signatures))
        };
        let own = [("webhook-id", "a"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,x")];
        let svix = [("svix-id", "b"), ("svix-timestamp", "2"), ("svix-signature", "v1,y")];
        assert_eq!(of(&own), Ok(("a", "1", "v1,x")));
        assert_eq!(of(&svix), Ok(("b", "2", "v1,y")));
        assert_eq!(of(&[own, svix].concat()), Ok(("a", "1", "v1,x")));
        assert_eq!(of(&[&own[..2], &svix[..]].concat()), Err(SignatureError::Missing("webhook-signature")));
        assert_eq!(of(&svix[..2]), Err(SignatureError::Missing("svix-signature")));
        assert_eq!(of(&[&own[..], &own[..1]].concat()), Err(SignatureError::Doubled("webhook-id")));
        assert_eq!(of(&[]), Err(SignatureError::Missing("webhook-id")));
    }

    #[test]
    fn a_secret_has_a_shape() {
        for bad in ["", "whsec_", "whsec_short", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_!!!!"] {
            assert!(Secret::parse(bad).is_err(), "{bad}");
        }
    }
}
