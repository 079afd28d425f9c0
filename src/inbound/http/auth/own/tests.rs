use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::inbound::http::auth::Verifier;
use crate::metrics::Metrics;

const HOUR: Duration = Duration::from_secs(3600);
const AGES: Duration = Duration::from_secs(3600 * 24 * 365);

fn load(keys: &str) -> config::Auth {
    config::Config::load(&format!("[[cells]]\nname='main'\n{keys}"), &[]).unwrap().auth
}

fn hs256(kid: &str, byte: u8) -> String {
    format!("[[auth.keys]]\nkid='{kid}'\nsecret='{}'\n", STANDARD.encode([byte; 32]))
}

fn ed25519(kid: &str, byte: u8) -> String {
    format!("[[auth.keys]]\nkid='{kid}'\nalg='EdDSA'\nprivate_key='{}'\n", STANDARD.encode([byte; 32]))
}

fn ed25519_public(kid: &str, byte: u8) -> String {
    format!("[[auth.keys]]\nkid='{kid}'\nalg='EdDSA'\npublic_key='{}'\n", STANDARD.encode(public(byte)))
}

fn public(byte: u8) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(&[byte; 32]).verifying_key().to_bytes()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn grant(ttl: Duration) -> Grant<'static> {
    Grant { subject: "ana", role: Role::Member, org: None, ttl }
}

async fn verify(keys: &str, token: &str, second: i64) -> Result<Actor, TokenError> {
    Verifier::new(&load(keys), &Metrics::new()).verify(token, at(second)).await.map(|v| v.actor)
}

/// A token as anybody can write one, signed with HS256 and any bytes.
fn forge(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    super::super::choose_crypto();
    let tag = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret), Algorithm::HS256);
    format!("{message}.{}", tag.unwrap())
}

fn claims(change: &str, value: Value) -> Value {
    let mut claims = json!({"iss": "storebot", "aud": "storebot", "sub": "ana", "role": "member",
                            "iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": 1_700_003_600});
    claims[change] = value;
    claims
}

#[tokio::test]
async fn a_minted_token_is_taken_until_it_expires() {
    for keys in [hs256("k", 1), ed25519("k", 1)] {
        let org = Grant { org: Some("github:9919"), ..grant(HOUR) };
        let token = mint(&load(&keys), org, at(0)).unwrap();
        let ana = Actor { id: ActorId::new("api:ana"), role: Role::Member, org: Some(OrgId::new("github:9919")) };
        assert_eq!(verify(&keys, &token, 3600 + 29).await, Ok(ana));
        assert_eq!(verify(&keys, &token, 3600 + 30).await, Err(TokenError::Expired));
        assert_eq!(verify(&keys, &token, -31).await, Err(TokenError::Early));
        let alone = mint(&load(&keys), grant(HOUR), at(0)).unwrap();
        assert_eq!(verify(&keys, &alone, 0).await.unwrap().org, None);
    }
}

#[tokio::test]
async fn keys_rotate_and_the_first_that_can_sign_signs() {
    let (old, new, public) = (hs256("old", 1), ed25519("new", 2), ed25519_public("new", 2));
    let of = |keys: &str| mint(&load(keys), grant(HOUR), at(0)).unwrap();
    let both = format!("{public}{old}");
    for (keys, kid) in [(format!("{new}{old}"), "new"), (format!("{old}{new}"), "old"), (both.clone(), "old")] {
        assert_eq!(jsonwebtoken::decode_header(of(&keys)).unwrap().kid.as_deref(), Some(kid));
    }
    assert!(verify(&both, &of(&new), 0).await.is_ok(), "a public key alone verifies");
    assert!(verify(&both, &of(&old), 0).await.is_ok());
    assert_eq!(verify(&old, &of(&new), 0).await, Err(TokenError::Key));
    assert_eq!(verify(&both, &of(&ed25519("new", 3)), 0).await, Err(TokenError::Rejected));
    assert_eq!(verify(&both, &of(&hs256("old", 3)), 0).await, Err(TokenError::Rejected));
    assert_eq!(mint(&load(&public), grant(HOUR), at(0)), Err(MintError::NoKey));
    assert_eq!(mint(&load(""), grant(HOUR), at(0)), Err(MintError::NoKey));
}

#[tokio::test]
async fn a_life_is_bounded_for_whoever_makes_the_token() {
    let keys = hs256("k", 1);
    assert_eq!(mint(&load(&keys), grant(AGES), at(0)), Err(MintError::LongLived(Duration::from_secs(90 * 86_400))));
    assert!(MintError::LongLived(Duration::from_secs(90 * 86_400)).to_string().contains("90d"));
    assert!(MintError::LongLived(Duration::from_secs(5400)).to_string().contains("1h 30m"));
    let header = json!({"alg": "HS256", "kid": "k"});
    let ages = forge(&header, &claims("exp", json!(1_700_000_000 + 86_400 * 365)), &[1; 32]);
    assert_eq!(verify(&keys, &ages, 0).await, Err(TokenError::LongLived));
    let allowed = format!("[auth]\nlongest_life='1000d'\n{keys}");
    assert!(verify(&allowed, &ages, 0).await.is_ok());
}

#[test]
fn a_token_is_made_for_somebody_who_can_be_named() {
    let auth = load(&hs256("k", 1));
    for bad in ["", "a b", "ä", "a\n", &"a".repeat(129)] {
        assert_eq!(mint(&auth, Grant { subject: bad, ..grant(HOUR) }, at(0)), Err(MintError::Name), "{bad}");
        assert_eq!(mint(&auth, Grant { org: Some(bad), ..grant(HOUR) }, at(0)), Err(MintError::Name), "{bad}");
    }
}

#[tokio::test]
async fn every_claim_counts() {
    let (keys, header) = (hs256("k", 1), json!({"alg": "HS256", "kid": "k"}));
    let with = |claim: &str, value: Value| forge(&header, &claims(claim, value), &[1; 32]);
    assert!(verify(&keys, &with("role", json!("viewer")), 0).await.is_ok());
    assert!(verify(&keys, &with("aud", json!(["else", "storebot"])), 0).await.is_ok());
    for (claim, value, why) in [
        ("iss", json!("else"), TokenError::Issuer),
        ("iss", json!(null), TokenError::Malformed),
        ("iss", json!(["storebot"]), TokenError::Malformed),
        ("aud", json!("else"), TokenError::Rejected),
        ("aud", json!(["else", "storebot2"]), TokenError::Rejected),
        ("aud", json!([]), TokenError::Rejected),
        ("aud", json!(null), TokenError::Rejected),
        ("sub", json!(null), TokenError::Rejected),
        ("exp", json!(null), TokenError::Rejected),
        ("exp", json!("1700003600"), TokenError::Rejected),
        ("iat", json!(null), TokenError::Rejected),
        ("role", json!("root"), TokenError::Rejected),
        ("role", json!(null), TokenError::Rejected),
        ("exp", json!(1_600_000_000), TokenError::Expired),
        ("nbf", json!(1_700_000_031), TokenError::Early),
        ("iat", json!(1_700_000_031), TokenError::Early),
        ("org", json!("a b"), TokenError::Subject),
        ("sub", json!("a b"), TokenError::Subject),
        ("sub", json!(""), TokenError::Subject),
    ] {
        assert_eq!(verify(&keys, &with(claim, value.clone()), 0).await, Err(why), "{claim}={value}");
    }
}

#[tokio::test]
async fn the_header_chooses_nothing() {
    let (keys, good) = (hs256("k", 1), claims("role", json!("member")));
    for (header, why) in [
        (json!({"alg": "HS512", "kid": "k"}), TokenError::Rejected),
        (json!({"alg": "none", "kid": "k"}), TokenError::Malformed),
        (json!({"alg": "EdDSA", "kid": "k"}), TokenError::Rejected),
        (json!({"alg": "HS256"}), TokenError::Key),
        (json!({"alg": "HS256", "kid": ""}), TokenError::Key),
        (json!({"alg": "HS256", "kid": "K"}), TokenError::Key),
        (json!({"alg": "HS256", "kid": "../../dev/null"}), TokenError::Key),
        (json!({"alg": "HS256", "kid": "k' OR '1'='1"}), TokenError::Key),
        (json!({"alg": "HS256", "kid": "k".repeat(257)}), TokenError::Key),
        (json!({"alg": "HS256", "kid": "k", "crit": ["exp"]}), TokenError::Rejected),
    ] {
        assert_eq!(verify(&keys, &forge(&header, &good, &[1; 32]), 0).await, Err(why), "{header}");
    }
    // What a header brings along is no key.
    let own = json!({"alg": "HS256", "kid": "k", "jwk": {"kty": "oct", "k": URL_SAFE_NO_PAD.encode([2; 32])}});
    assert_eq!(verify(&keys, &forge(&own, &good, &[2; 32]), 0).await, Err(TokenError::Rejected));
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let good = claims("role", json!("admin"));
    let header = json!({"alg": "HS256", "kid": "k"});
    let base64 = STANDARD.encode(public(1));
    for keys in [ed25519("k", 1), ed25519_public("k", 1)] {
        for secret in [public(1).as_slice(), base64.as_bytes()] {
            assert_eq!(verify(&keys, &forge(&header, &good, secret), 0).await, Err(TokenError::Rejected));
        }
    }
}

#[tokio::test]
async fn what_is_no_whole_token_is_refused() {
    let keys = hs256("k", 1);
    let token = mint(&load(&keys), grant(HOUR), at(0)).unwrap();
    for length in 0..token.len() {
        assert!(verify(&keys, &token[..length], 0).await.is_err(), "{length}");
    }
    let (body, _) = token.rsplit_once('.').unwrap();
    for bad in ["a.b.c", "..", &format!("{body}."), &format!("{token}."), &format!("{token}="), &"a".repeat(8193)] {
        assert!(verify(&keys, bad, 0).await.is_err(), "{bad}");
    }
    let mut padded = claims("role", json!("member"));
    padded["filler"] = json!("x".repeat(8192));
    let large = forge(&json!({"alg": "HS256", "kid": "k"}), &padded, &[1; 32]);
    assert_eq!(verify(&keys, &large, 0).await, Err(TokenError::Malformed));
}
