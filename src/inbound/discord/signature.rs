//! Whether Discord sent a payload: an Ed25519 signature over the timestamp and the raw body.
//!
//! Knows nothing of what the body says; nothing of it may be read before this has agreed. Discord
//! probes an endpoint with wrong signatures now and then and takes its address away when one of
//! them is accepted.

use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;

/// The two headers, as received.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignedHeaders<'a> {
    /// `X-Signature-Ed25519`: 128 hex digits.
    pub(super) signature: &'a str,
    /// `X-Signature-Timestamp`: seconds since 1970, part of what is signed.
    pub(super) timestamp: &'a str,
}

/// Whose signatures count, and for how long.
#[derive(Clone, Debug)]
pub(super) struct Trust {
    pub(super) key: VerifyingKey,
    /// How far a timestamp may be from now, in seconds.
    pub(super) tolerance: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadSignature {
    #[error("the signature is not 128 hex digits")]
    Shape,
    #[error("the timestamp is not a number of seconds")]
    Timestamp,
    #[error("the signature does not match")]
    Mismatch,
    #[error("the timestamp is too far from now")]
    Stale,
}

/// # Errors
/// Says what is wrong, for logs; the sender learns only that it was refused. Freshness is judged
/// last, so that only Discord learns about our clock.
pub(super) fn verify(
    trust: &Trust,
    headers: SignedHeaders<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), BadSignature> {
    let mut bytes = [0_u8; 64];
    hex::decode_to_slice(headers.signature, &mut bytes).map_err(|_| BadSignature::Shape)?;
    // `parse` alone would take a sign, too.
    let digits = headers.timestamp.bytes().all(|b| b.is_ascii_digit());
    let at: i64 = headers.timestamp.parse().ok().filter(|_| digits).ok_or(BadSignature::Timestamp)?;
    let signed = [headers.timestamp.as_bytes(), body].concat();
    trust.key.verify_strict(&signed, &Signature::from_bytes(&bytes)).map_err(|_| BadSignature::Mismatch)?;
    if at.abs_diff(now.as_second()) > trust.tolerance {
        return Err(BadSignature::Stale);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const TAG: &str = "1695961a47c91a1ec033b819b7e87e3dbc583dd0cee6d1fd0216f58ac87b6228ae531ddbf91fb7bc28d7edf7f08604da16f54624f38a6bc0614e4dc13cd47f0f";
    const BODY: &[u8] = br#"{"type":1}"#;

    fn check(signature: &str, timestamp: &str, body: &[u8], now: i64) -> Result<(), BadSignature> {
        let key = hex::decode(KEY).unwrap().try_into().unwrap();
        let trust = Trust { key: VerifyingKey::from_bytes(&key).unwrap(), tolerance: 300 };
        verify(&trust, SignedHeaders { signature, timestamp }, body, Timestamp::from_second(now).unwrap())
    }

    #[test]
    fn the_vector_holds_within_the_tolerance() {
        for now in [1_700_000_000, 1_700_000_300, 1_699_999_700] {
            assert_eq!(check(TAG, "1700000000", BODY, now), Ok(()));
        }
        assert_eq!(check(TAG, "1700000000", BODY, 1_700_000_301), Err(BadSignature::Stale));
        assert_eq!(check(TAG, "1700000000", BODY, 1_699_999_699), Err(BadSignature::Stale));
    }

    #[test]
    fn everything_else_is_refused() {
        let now = 1_700_000_000;
        assert_eq!(check(TAG, "1700000000", br#"{"type":2}"#, now), Err(BadSignature::Mismatch));
        assert_eq!(check(TAG, "1700000001", BODY, now), Err(BadSignature::Mismatch));
        assert_eq!(check(&"0".repeat(128), "1700000000", BODY, now), Err(BadSignature::Mismatch));
        for bad in ["", "16", &TAG[1..], &TAG.replacen("16", "+6", 1), &format!("{TAG}00")] {
            assert_eq!(check(bad, "1700000000", BODY, now), Err(BadSignature::Shape), "{bad}");
        }
        for bad in ["", "+1700000000", "-1", "now", "99999999999999999999"] {
            assert_eq!(check(TAG, bad, BODY, now), Err(BadSignature::Timestamp), "{bad}");
        }
    }
}
