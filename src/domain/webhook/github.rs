//! GitHub's signatures: `X-Hub-Signature-256: sha256=<hex of HMAC-SHA256>` over the body alone; the key is the
//! secret's own bytes.
//!
//! No time and no id are signed, so a captured delivery stays good for ever. Whoever reads one has to know what was
//! delivered before.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::Sha256;

use super::{BadKey, Headers, SignatureError, hex_digest, is_text};

/// Header with the signature.
pub const SIGNATURE: &str = "x-hub-signature-256";
/// Header with the event's name.
pub const EVENT: &str = "x-github-event";
/// Header with the delivery's id, which a redelivery keeps.
pub const DELIVERY: &str = "x-github-delivery";

/// Prints nothing of itself.
#[derive(Clone, Debug)]
pub struct Secret(SecretSlice<u8>);

impl Secret {
    /// # Errors
    /// The text is shorter than 16 characters, or has blanks around it.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        if !is_text(text) {
            return Err(BadKey(
                "a GitHub secret is the text set at the webhook: 16 characters or more, no blanks around",
            ));
        }
        Ok(Self(text.as_bytes().to_vec().into()))
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes keys of any length");
        mac.update(body);
        mac
    }

    /// The value of the header [`SIGNATURE`].
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> String {
        format!("sha256={}", hex::encode(self.mac(body).finalize().into_bytes()))
    }
}

/// # Errors
/// The header is not there once, or no secret has made it.
pub fn verify(secrets: &[Secret], headers: &Headers<'_>, body: &[u8]) -> Result<(), SignatureError> {
    let sent = headers.one(SIGNATURE)?;
    let tag = sent.strip_prefix("sha256=").and_then(hex_digest).ok_or(SignatureError::Mismatch)?;
    let held = secrets.iter().any(|secret| secret.mac(body).verify_slice(&tag).is_ok());
    if held { Ok(()) } else { Err(SignatureError::Mismatch) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const TAG: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn check(secrets: &[&str], lines: &[(&'static str, &str)], body: &[u8]) -> Result<(), SignatureError> {
        let secrets: Vec<_> = secrets.iter().map(|s| Secret::parse(s).unwrap()).collect();
        verify(&secrets, &Headers::new(lines.iter().map(|(n, v)| (*n, v.as_bytes()))), body)
    }

    #[test]
    fn the_published_vector_holds() {
        assert_eq!(Secret::parse(SECRET).unwrap().sign(BODY), TAG);
        assert_eq!(check(&[SECRET], &[(SIGNATURE, TAG)], BODY), Ok(()));
        let rotated = ["another secret, also active", SECRET];
        assert_eq!(check(&rotated, &[(SIGNATURE, TAG)], BODY), Ok(()));
    }

    #[test]
    fn everything_else_is_refused() {
        let mismatch = Err(SignatureError::Mismatch);
        assert_eq!(check(&[SECRET], &[(SIGNATURE, TAG)], b"Hello, World"), mismatch);
        assert_eq!(check(&["another secret, also active"], &[(SIGNATURE, TAG)], BODY), mismatch);
        let upper = TAG.to_uppercase();
        let digits = TAG.replace("757107ea", "757107EA");
        for bad in
            ["", "sha256=", &TAG[7..], &TAG[..70], &format!("{TAG}00"), &upper, &digits, &TAG.replace("256", "1")]
        {
            assert_eq!(check(&[SECRET], &[(SIGNATURE, bad)], BODY), mismatch, "{bad}");
        }
        assert_eq!(check(&[SECRET], &[], BODY), Err(SignatureError::Missing(SIGNATURE)));
        let twice = [(SIGNATURE, TAG), (SIGNATURE, TAG)];
        assert_eq!(check(&[SECRET], &twice, BODY), Err(SignatureError::Doubled(SIGNATURE)));
        // The older header is made with SHA-1 and is no proof.
        assert_eq!(check(&[SECRET], &[("x-hub-signature", TAG)], BODY), Err(SignatureError::Missing(SIGNATURE)));
    }

    #[test]
    fn a_secret_is_a_text_of_some_length() {
        for bad in ["", "short", "fifteen letters", " It's a Secret to Everybody", "It's a Secret to Everybody\n"] {
            assert!(Secret::parse(bad).is_err(), "{bad:?}");
        }
        assert!(!format!("{:?}", Secret::parse(SECRET).unwrap()).contains("Everybody"));
    }
}
