//! Stripe's signatures: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…]` over `{t}.{body}`; the key is the whole
//! `whsec_…` text as bytes, not decoded.
//!
//! Stripe's own libraries refuse only what is too old. A time far ahead is refused here as well: it would stay good
//! until then.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::Sha256;

use super::{BadKey, Clock, Headers, SignatureError, hex_digest, is_text, seconds};

/// Header with time and signatures.
pub const SIGNATURE: &str = "stripe-signature";

/// Longest list that is looked at; while secrets rotate there are two signatures.
const PARTS_MAX: usize = 16;

/// Prints nothing of itself.
#[derive(Clone, Debug)]
pub struct Secret(SecretSlice<u8>);

impl Secret {
    /// # Errors
    /// The text does not begin with `whsec_`, or is too short.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        if !is_text(text) || !text.starts_with("whsec_") {
            return Err(BadKey("a Stripe signing secret is the text beginning with `whsec_` shown at the endpoint"));
        }
        Ok(Self(text.as_bytes().to_vec().into()))
    }

    fn mac(&self, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes keys of any length");
        mac.update(format!("{timestamp}.").as_bytes());
        mac.update(body);
        mac
    }

    /// The value of the header [`SIGNATURE`].
    #[must_use]
    pub fn sign(&self, timestamp: i64, body: &[u8]) -> String {
        format!("t={timestamp},v1={}", hex::encode(self.mac(timestamp, body).finalize().into_bytes()))
    }
}

/// # Errors
/// The header is not there once, has no time or more than one, or no secret has made a signature in it.
pub fn verify(secrets: &[Secret], headers: &Headers<'_>, body: &[u8], clock: Clock) -> Result<(), SignatureError> {
    let sent = headers.one(SIGNATURE)?;
    let parts = || sent.split(',').take(PARTS_MAX).filter_map(|part| part.split_once('='));
    let mut times = parts().filter(|(name, _)| *name == "t").map(|(_, value)| value);
    let (Some(time), None) = (times.next(), times.next()) else { return Err(SignatureError::Timestamp) };
    let timestamp = seconds(time).ok_or(SignatureError::Timestamp)?;
    let held = parts()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, value)| hex_digest(value))
        .any(|tag| secrets.iter().any(|secret| secret.mac(timestamp, body).verify_slice(&tag).is_ok()));
    if !held {
        return Err(SignatureError::Mismatch);
    }
    clock.check(timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_secret";
    const BODY: &[u8] = br#"{"id":"evt_test_webhook","object":"event"}"#;
    const AT: i64 = 1_700_000_000;
    const V1: &str = "d95c6b7477fbd7e9f90b1b0ef5f9c7ac25abca5382460e0d988c2b2a5b71b990";

    fn check(sent: &str, body: &[u8], now: i64) -> Result<(), SignatureError> {
        let headers = Headers::new([(SIGNATURE, sent.as_bytes())]);
        verify(&[Secret::parse(SECRET).unwrap()], &headers, body, Clock { now, tolerance: 300 })
    }

    #[test]
    fn the_published_vector_holds() {
        assert_eq!(Secret::parse(SECRET).unwrap().sign(AT, BODY), format!("t=1700000000,v1={V1}"));
        let other = "0".repeat(64);
        for good in [
            format!("t=1700000000,v1={V1}"),
            format!("v1={V1},t=1700000000"),
            format!("t=1700000000,v1={other},v1={V1},v0={other}"),
            format!("t=1700000000,what,v1=no,v1={V1}"),
        ] {
            assert_eq!(check(&good, BODY, AT + 300), Ok(()), "{good}");
            assert_eq!(check(&good, BODY, AT - 300), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_time_counts_both_ways_and_only_after_the_signature() {
        let good = format!("t=1700000000,v1={V1}");
        for now in [AT + 301, AT - 301, i64::MIN, i64::MAX] {
            assert_eq!(check(&good, BODY, now), Err(SignatureError::Stale));
            assert_eq!(check(&good, b"{}", now), Err(SignatureError::Mismatch));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let mismatch = Err(SignatureError::Mismatch);
        for bad in ["t=1700000000", "t=1700000000,v1=", "t=1700000000,v1=no"] {
            assert_eq!(check(bad, BODY, AT), mismatch, "{bad}");
        }
        for bad in [format!("t=1700000001,v1={V1}"), format!("t=1700000000,v0={V1}"), format!("t=1700000000, v1={V1}")]
        {
            assert_eq!(check(&bad, BODY, AT), mismatch, "{bad}");
        }
        assert_eq!(check(&format!("t=1700000000,v1={}", V1.to_uppercase()), BODY, AT), mismatch);
        assert_eq!(check(&format!("t=1700000000,v1={V1}"), b"{}", AT), mismatch);
        let late = format!("t=1700000000,{}v1={V1}", "v0=0,".repeat(PARTS_MAX));
        assert_eq!(check(&late, BODY, AT), mismatch);
        for bad in ["", V1, "v1=", "t=", "t=now", "t=01700000000", "t=1700000000,t=1700000000"] {
            assert_eq!(check(&format!("{bad},v1={V1}"), BODY, AT), Err(SignatureError::Timestamp), "{bad}");
        }
        let (one, secrets) = (format!("t=1700000000,v1={V1}"), [Secret::parse(SECRET).unwrap()]);
        let twice = Headers::new([(SIGNATURE, one.as_bytes()), (SIGNATURE, one.as_bytes())]);
        let clock = Clock { now: AT, tolerance: 300 };
        assert_eq!(verify(&secrets, &twice, BODY, clock), Err(SignatureError::Doubled(SIGNATURE)));
        assert_eq!(verify(&secrets, &Headers::default(), BODY, clock), Err(SignatureError::Missing(SIGNATURE)));
    }

    #[test]
    fn a_secret_has_a_shape() {
        for bad in ["", "whsec_", "sk_live_0123456789abcdef", " whsec_test_secret"] {
            assert!(Secret::parse(bad).is_err(), "{bad:?}");
        }
    }
}
