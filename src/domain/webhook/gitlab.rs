//! GitLab's two ways: a signing token, which is Standard Webhooks with a key of 32 bytes, and the older secret token,
//! which is sent along in clear.
//!
//! A delivery that is signed is judged by its signature wherever the source has a signing token, and the secret token
//! beside it counts for nothing. Only a source without one falls back to it.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::standard;
use super::{BadKey, Clock, Headers, Proof, SignatureError, is_text};

/// Header with the secret token.
pub const TOKEN: &str = "x-gitlab-token";
/// Header with the event's name.
pub const EVENT: &str = "x-gitlab-event";
/// Header with an id that stays the same when GitLab tries again.
pub const IDEMPOTENCY: &str = "idempotency-key";
/// Header with an id of this event, from before there was [`IDEMPOTENCY`].
pub const WEBHOOK_UUID: &str = "x-gitlab-webhook-uuid";

/// Prints nothing of itself.
#[derive(Clone, Debug)]
pub enum Key {
    /// The signing token.
    Signing(standard::Secret),
    /// The secret token.
    Token(SecretString),
}

impl Key {
    /// What begins with `whsec_` is a signing token, anything else a secret token.
    ///
    /// # Errors
    /// The text is neither.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        if text.starts_with("whsec_") {
            return Ok(Self::Signing(standard::Secret::parse(text)?));
        }
        if !is_text(text) {
            return Err(BadKey(
                "a GitLab secret is a signing token (`whsec_` and base64) or a secret token: 16 characters or more, no \
                 blanks around",
            ));
        }
        Ok(Self::Token(SecretString::from(text)))
    }
}

/// # Errors
/// Neither a signature nor a token that is agreed on, or the time that is signed is too far away.
pub fn verify<'a>(keys: &[Key], headers: &Headers<'a>, body: &[u8], clock: Clock) -> Result<Proof<'a>, SignatureError> {
    let signing: Vec<&standard::Secret> = keys.iter().filter_map(Key::signing).collect();
    let signed = [standard::ID, standard::TIMESTAMP, standard::SIGNATURE].iter().any(|name| headers.has(name));
    if !signing.is_empty() && signed {
        let headers = standard::headers(headers)?;
        standard::verify_with(&signing, headers, body, clock)?;
        return Ok(Proof { id: Some(headers.id) });
    }
    let sent = Sha256::digest(headers.one(TOKEN)?);
    // Digests, so that not even the lengths are compared.
    let known = keys.iter().filter_map(Key::token).map(|token| Sha256::digest(token.expose_secret()));
    let held = known.map(|token| token.as_slice().ct_eq(sent.as_slice())).fold(Choice::from(0), |held, own| held | own);
    let held = bool::from(held);
    if held { Ok(Proof { id: None }) } else { Err(SignatureError::Mismatch) }
}

impl Key {
    pub(super) fn signing(&self) -> Option<&standard::Secret> {
        match self {
            Self::Signing(secret) => Some(secret),
            Self::Token(_) => None,
        }
    }

    pub(super) fn token(&self) -> Option<&SecretString> {
        match self {
            Self::Signing(_) => None,
            Self::Token(token) => Some(token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNING: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const SECRET: &str = "the token set at the webhook";
    const BODY: &[u8] = br#"{"object_kind":"merge_request"}"#;
    const AT: i64 = 1_700_000_000;

    fn check<'a>(keys: &[&str], lines: &[(&'static str, &'a str)], now: i64) -> Result<Proof<'a>, SignatureError> {
        let keys: Vec<_> = keys.iter().map(|s| Key::parse(s).unwrap()).collect();
        let headers = Headers::new(lines.iter().map(|(n, v)| (*n, v.as_bytes())));
        verify(&keys, &headers, BODY, Clock { now, tolerance: 300 })
    }

    fn tag() -> String {
        standard::Secret::parse(SIGNING).unwrap().sign("id-1", AT, BODY)
    }

    #[test]
    fn a_signature_proves_the_id_and_has_a_time() {
        let tag = tag();
        let lines = [("webhook-id", "id-1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", tag.as_str())];
        assert_eq!(check(&[SIGNING], &lines, AT), Ok(Proof { id: Some("id-1") }));
        assert_eq!(check(&[SECRET, SIGNING], &lines, AT), Ok(Proof { id: Some("id-1") }));
        assert_eq!(check(&[SIGNING], &lines, AT + 301), Err(SignatureError::Stale));
        assert_eq!(check(&[SIGNING], &lines[..2], AT), Err(SignatureError::Missing("webhook-signature")));
    }

    #[test]
    fn a_token_has_to_be_the_one_agreed_on() {
        assert_eq!(check(&[SECRET], &[(TOKEN, SECRET)], AT), Ok(Proof { id: None }));
        assert_eq!(check(&["an older token, too", SECRET], &[(TOKEN, SECRET)], AT), Ok(Proof { id: None }));
        for bad in ["", "the token", "The token set at the webhook", "the token set at the webhook "] {
            assert_eq!(check(&[SECRET], &[(TOKEN, bad)], AT), Err(SignatureError::Mismatch), "{bad:?}");
        }
        assert_eq!(check(&[SECRET], &[], AT), Err(SignatureError::Missing(TOKEN)));
        assert_eq!(check(&[SECRET], &[(TOKEN, SECRET), (TOKEN, SECRET)], AT), Err(SignatureError::Doubled(TOKEN)));
    }

    #[test]
    fn a_wrong_signature_is_not_made_good_by_a_token() {
        let lines = [
            ("webhook-id", "id-2"),
            ("webhook-timestamp", "1700000000"),
            ("webhook-signature", &tag()),
            (TOKEN, SECRET),
        ];
        assert_eq!(check(&[SIGNING, SECRET], &lines, AT), Err(SignatureError::Mismatch));
        // A source that knows of no signing token cannot judge the signature, and has agreed on the token.
        assert_eq!(check(&[SECRET], &lines, AT), Ok(Proof { id: None }));
        // And a signing token is never what is sent in clear.
        assert_eq!(check(&[SIGNING], &[(TOKEN, SIGNING)], AT), Err(SignatureError::Mismatch));
    }

    #[test]
    fn a_key_is_known_by_its_shape() {
        assert!(matches!(Key::parse(SIGNING), Ok(Key::Signing(_))));
        assert!(matches!(Key::parse(SECRET), Ok(Key::Token(_))));
        for bad in ["", "short", "whsec_", "whsec_not base64 at all", " the token set at the webhook"] {
            assert!(Key::parse(bad).is_err(), "{bad:?}");
        }
        assert!(!format!("{:?}", Key::parse(SECRET).unwrap()).contains("webhook"));
    }
}
