//! A JSON Web Key Set (RFC 7517), as keys that verify. What is no key for signatures is passed over;
//! a set without any is no set.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

use super::token::{Expected, Key};

/// Most keys of a set. Issuers have a handful.
const KEYS_MAX: usize = 100;
/// Shortest modulus of an RSA key, in characters of base64url: 2048 bits.
const RSA_MIN: usize = 342;

/// Why a set cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadSet {
    #[error("they are no JSON Web Key Set")]
    Shape,
    #[error("there are more than {KEYS_MAX} of them")]
    TooMany,
    #[error("none of them can verify a signature")]
    Empty,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

pub(super) fn read(body: &[u8], expected: &Expected) -> Result<Vec<Key>, BadSet> {
    let set: Set = serde_json::from_slice(body).map_err(|_| BadSet::Shape)?;
    if set.keys.len() > KEYS_MAX {
        return Err(BadSet::TooMany);
    }
    let jwks = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    let keys: Vec<Key> = jwks.filter_map(|jwk| key(&jwk, expected)).collect();
    if keys.is_empty() { Err(BadSet::Empty) } else { Ok(keys) }
}

fn key(jwk: &Jwk, expected: &Expected) -> Option<Key> {
    let common = &jwk.common;
    if common.public_key_use.as_ref().is_some_and(|used| *used != PublicKeyUse::Signature) {
        return None;
    }
    let alg = algorithm(&jwk.algorithm, common.key_algorithm)?;
    Some(Key::new(common.key_id.as_deref()?, DecodingKey::from_jwk(jwk).ok()?, alg, expected))
}

/// The one algorithm a key is for: what it says, as far as its type can do that. Never one with a
/// shared secret: these keys are public.
fn algorithm(key: &AlgorithmParameters, said: Option<KeyAlgorithm>) -> Option<Algorithm> {
    let (known, usual): (&[_], _) = match key {
        AlgorithmParameters::RSA(rsa) if rsa.n.len() >= RSA_MIN => (
            &[
                (KeyAlgorithm::RS256, Algorithm::RS256),
                (KeyAlgorithm::RS384, Algorithm::RS384),
                (KeyAlgorithm::RS512, Algorithm::RS512),
                (KeyAlgorithm::PS256, Algorithm::PS256),
                (KeyAlgorithm::PS384, Algorithm::PS384),
                (KeyAlgorithm::PS512, Algorithm::PS512),
            ],
            Algorithm::RS256,
        ),
        AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
            EllipticCurve::P256 => (&[(KeyAlgorithm::ES256, Algorithm::ES256)], Algorithm::ES256),
            EllipticCurve::P384 => (&[(KeyAlgorithm::ES384, Algorithm::ES384)], Algorithm::ES384),
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            (&[(KeyAlgorithm::EdDSA, Algorithm::EdDSA)], Algorithm::EdDSA)
        }
        _ => return None,
    };
    match said {
        None => Some(usual),
        Some(said) => known.iter().find(|(name, _)| *name == said).map(|(_, alg)| *alg),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kids(keys: &serde_json::Value) -> Result<Vec<String>, BadSet> {
        let expected = Expected { issuer: "i".to_owned(), audience: "a".to_owned() };
        let keys = read(json!({ "keys": keys }).to_string().as_bytes(), &expected)?;
        Ok(keys.into_iter().map(|key| key.kid).collect())
    }

    #[test]
    fn only_public_keys_for_signatures_are_taken() {
        let n = "A".repeat(RSA_MIN);
        let point = "A".repeat(43);
        let keys = json!([
            { "kid": "rsa", "kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "use": "sig", "x5c": ["?"] },
            { "kid": "plain", "kty": "RSA", "n": n, "e": "AQAB" },
            { "kid": "ec", "kty": "EC", "crv": "P-256", "x": point, "y": point, "alg": "ES256" },
            { "kid": "ed", "kty": "OKP", "crv": "Ed25519", "x": point, "alg": "EdDSA" },
            { "kid": "short", "kty": "RSA", "n": "AAAA", "e": "AQAB" },
            { "kid": "secret", "kty": "oct", "k": point, "alg": "HS256" },
            { "kid": "confused", "kty": "RSA", "n": n, "e": "AQAB", "alg": "HS256" },
            { "kid": "other", "kty": "RSA", "n": n, "e": "AQAB", "alg": "ES256" },
            { "kid": "sealing", "kty": "RSA", "n": n, "e": "AQAB", "use": "enc" },
            { "kty": "RSA", "n": n, "e": "AQAB" },
            { "kid": "new", "kty": "AKP", "pub": point, "alg": "ML-DSA-44" },
            { "kid": 7, "kty": "RSA" },
            "text",
        ]);
        assert_eq!(kids(&keys), Ok(["rsa", "plain", "ec", "ed"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let expected = Expected { issuer: "i".to_owned(), audience: "a".to_owned() };
        for body in ["", "{}", "[]", "<!doctype html>", r#"{"keys":{}}"#] {
            assert_eq!(read(body.as_bytes(), &expected).err(), Some(BadSet::Shape), "{body}");
        }
        assert_eq!(kids(&json!([])), Err(BadSet::Empty));
        assert_eq!(kids(&json!([{ "kid": "secret", "kty": "oct", "k": "AAAA" }])), Err(BadSet::Empty));
        assert_eq!(kids(&json!(vec![1; KEYS_MAX + 1])), Err(BadSet::TooMany));
    }
}
