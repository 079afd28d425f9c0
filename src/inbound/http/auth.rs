//! Who is calling: storebot's own bearer tokens, JWTs signed with HS256.
//!
//! A token names its key (`kid`); the key fixes the algorithm, the token's header never does. All
//! keys are decoded once at start. Why a token was refused goes to the log, never to the caller.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use crate::config;
use crate::domain::actor::{Actor, ActorId, Role};

/// Longest token that is looked at, in bytes. Own tokens have about 300.
const TOKEN_MAX: usize = 8 * 1024;
/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY: i64 = 30;
/// Longest subject, in bytes. It becomes part of the actor's id, which is kept with each store.
const SUBJECT_MAX: usize = 128;

/// Checks tokens and makes them. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    /// The first signs, all verify.
    keys: Vec<Key>,
    validation: Validation,
    issuer: String,
    audience: String,
}

struct Key {
    kid: String,
    verifies: DecodingKey,
    signs: EncodingKey,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is no JWT")]
    Malformed,
    #[error("the token names no key that is known here")]
    Key,
    #[error("the token's signature, issuer or audience is wrong")]
    Rejected,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    Early,
    #[error("the token's subject has characters that are not allowed, or is too long")]
    Subject,
}

/// Why a token cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    #[error("auth.keys is empty: there is no key to sign with")]
    NoKey,
    #[error("a subject has 1 to {SUBJECT_MAX} printable ASCII characters without blanks")]
    Subject,
    #[error("the token cannot be signed")]
    Sign,
}

#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    role: Role,
    iat: i64,
    nbf: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    role: Role,
    exp: i64,
    nbf: Option<i64>,
}

impl From<&config::Auth> for Verifier {
    fn from(auth: &config::Auth) -> Self {
        // Another crate's features could leave jsonwebtoken without a choice, and then it panics
        // at the first token. A second call finds the first one's choice: nothing to do.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&auth.issuer]);
        validation.set_audience(&[&auth.audience]);
        // Judged here against the door's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self(Arc::new(Inner {
            // The configuration has checked the encoding.
            keys: auth.keys.iter().filter_map(Key::read).collect(),
            validation,
            issuer: auth.issuer.clone(),
            audience: auth.audience.clone(),
        }))
    }
}

impl Key {
    fn read(key: &config::TokenKey) -> Option<Self> {
        let secret = key.secret.expose_secret();
        let verifies = DecodingKey::from_base64_secret(secret).ok()?;
        let signs = EncodingKey::from_base64_secret(secret).ok()?;
        Some(Self { kid: key.kid.clone(), verifies, signs })
    }
}

impl Verifier {
    /// Reads who a token speaks for.
    ///
    /// # Errors
    /// What is wrong with it, for logs only.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Actor, TokenError> {
        if token.len() > TOKEN_MAX {
            return Err(TokenError::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
        if header.crit.is_some() {
            return Err(TokenError::Rejected);
        }
        let key = self.0.keys.iter().find(|k| Some(&k.kid) == header.kid.as_ref()).ok_or(TokenError::Key)?;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.verifies, &self.0.validation)
            .map_err(|_| TokenError::Rejected)?
            .claims;
        let now = now.as_second();
        if claims.exp.saturating_add(LEEWAY) <= now {
            return Err(TokenError::Expired);
        }
        if claims.nbf.is_some_and(|nbf| nbf > now.saturating_add(LEEWAY)) {
            return Err(TokenError::Early);
        }
        if !is_subject(&claims.sub) {
            return Err(TokenError::Subject);
        }
        Ok(Actor { id: ActorId::new(format!("api:{}", claims.sub)), role: claims.role, org: None })
    }

    /// Makes a token, signed with the first key.
    ///
    /// # Errors
    /// There is no key, or the subject cannot be an actor's.
    pub fn mint(&self, subject: &str, role: Role, ttl: Duration, now: Timestamp) -> Result<String, MintError> {
        let key = self.0.keys.first().ok_or(MintError::NoKey)?;
        if !is_subject(subject) {
            return Err(MintError::Subject);
        }
        let now = now.as_second();
        let claims = Minted {
            iss: &self.0.issuer,
            aud: &self.0.audience,
            sub: subject,
            role,
            iat: now,
            nbf: now,
            exp: now.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX)),
        };
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &key.signs).map_err(|_| MintError::Sign)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kids = self.0.keys.iter().map(|k| &k.kid);
        f.debug_list().entries(kids).finish()
    }
}

fn is_subject(text: &str) -> bool {
    (1..=SUBJECT_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn auth(kids: &[(&str, u8)]) -> config::Auth {
        let key = |(kid, byte): &(&str, u8)| config::TokenKey {
            kid: (*kid).to_owned(),
            secret: STANDARD.encode([*byte; 32]).into(),
        };
        config::Auth {
            issuer: "storebot".to_owned(),
            audience: "storebot".to_owned(),
            keys: kids.iter().map(key).collect(),
        }
    }

    fn verifier() -> Verifier {
        Verifier::from(&auth(&[("new", 2), ("old", 1)]))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn token(header: &serde_json::Value, claims: &serde_json::Value) -> String {
        let part = |v: &serde_json::Value| URL_SAFE_NO_PAD.encode(v.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let key = EncodingKey::from_secret(&[2; 32]);
        let tag = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
        format!("{message}.{tag}")
    }

    fn claims(change: &str, value: serde_json::Value) -> serde_json::Value {
        let mut claims = json!({"iss": "storebot", "aud": "storebot", "sub": "ana", "role": "member",
                                "exp": 1_700_003_600, "nbf": 1_700_000_000});
        claims[change] = value;
        claims
    }

    #[test]
    fn a_minted_token_is_taken_until_it_expires() {
        let v = verifier();
        let token = v.mint("ana", Role::Member, HOUR, at(0)).unwrap();
        let ana = Actor { id: ActorId::new("api:ana"), role: Role::Member, org: None };
        assert_eq!(v.verify(&token, at(3600 + LEEWAY - 1)), Ok(ana));
        assert_eq!(v.verify(&token, at(3600 + LEEWAY)), Err(TokenError::Expired));
        assert_eq!(v.verify(&token, at(-LEEWAY - 1)), Err(TokenError::Early));
    }

    #[test]
    fn keys_rotate() {
        let old = Verifier::from(&auth(&[("old", 1)])).mint("ana", Role::Admin, HOUR, at(0)).unwrap();
        assert_eq!(verifier().verify(&old, at(0)).unwrap().role, Role::Admin);
        let strange = Verifier::from(&auth(&[("gone", 1)])).mint("ana", Role::Admin, HOUR, at(0)).unwrap();
        assert_eq!(verifier().verify(&strange, at(0)), Err(TokenError::Key));
        let forged = Verifier::from(&auth(&[("new", 3)])).mint("ana", Role::Admin, HOUR, at(0)).unwrap();
        assert_eq!(verifier().verify(&forged, at(0)), Err(TokenError::Rejected));
        assert_eq!(Verifier::from(&auth(&[])).mint("ana", Role::Admin, HOUR, at(0)), Err(MintError::NoKey));
    }

    #[test]
    fn every_claim_counts() {
        let v = verifier();
        let good = json!({"alg": "HS256", "kid": "new"});
        assert!(v.verify(&token(&good, &claims("role", "viewer".into())), at(0)).is_ok());
        for (claim, value) in [
            ("iss", json!("else")),
            ("aud", json!("else")),
            ("iss", json!(null)),
            ("aud", json!(null)),
            ("sub", json!(null)),
            ("exp", json!(null)),
            ("role", json!("root")),
            ("role", json!(null)),
        ] {
            let result = v.verify(&token(&good, &claims(claim, value.clone())), at(0));
            assert_eq!(result, Err(TokenError::Rejected), "{claim}={value}");
        }
        for subject in ["", "a b", "ä", "a\n", &"a".repeat(129)] {
            let result = v.verify(&token(&good, &claims("sub", subject.into())), at(0));
            assert_eq!(result, Err(TokenError::Subject), "{subject}");
        }
    }

    #[test]
    fn the_header_chooses_nothing() {
        let v = verifier();
        let good = claims("role", "member".into());
        let refused = |header: serde_json::Value| v.verify(&token(&header, &good), at(0)).unwrap_err();
        assert_eq!(refused(json!({"alg": "HS512", "kid": "new"})), TokenError::Rejected);
        assert_eq!(refused(json!({"alg": "none", "kid": "new"})), TokenError::Malformed);
        assert_eq!(refused(json!({"alg": "HS256"})), TokenError::Key);
        assert_eq!(refused(json!({"alg": "HS256", "kid": "new", "crit": ["x"]})), TokenError::Rejected);
        assert_eq!(v.verify(&"a".repeat(TOKEN_MAX + 1), at(0)), Err(TokenError::Malformed));
        assert_eq!(v.verify("a.b.c", at(0)), Err(TokenError::Malformed));
    }
}
