//! Tokens of GitHub and GitLab against an issuer on this machine: its keys come, go and stay away. Time
//! is an argument, so nobody waits.

use std::sync::Arc;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use storebot::config::Config;
use storebot::inbound::http::auth::{TokenError, Verifier};
use storebot::metrics::Metrics;

use crate::harness::{Answer, Issuer, Pair};

mod doors;

const NOW: i64 = 1_800_000_000;
const AUDIENCE: &str = "https://bot.example.com";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(NOW + second).unwrap()
}

/// A verifier that trusts one issuer, as GitHub's, for one repository.
fn verifier(issuer: &Issuer) -> (Verifier, Metrics) {
    let text = format!(
        "[[cells]]\nname='main'\n[[auth.issuers]]\nname='here'\nkind='github'\nissuer='{}'\naudience='{AUDIENCE}'\n\
         timeout='500ms'\n[[auth.issuers.allow]]\nrepository_id='74'\n",
        issuer.url
    );
    let metrics = Metrics::new();
    (Verifier::new(&Config::load(&text, &[]).unwrap().auth, &metrics), metrics)
}

/// The claims of a job of GitHub Actions that begins `second` seconds from [`NOW`].
fn job(issuer: &Issuer, second: i64) -> Value {
    json!({
        "iss": issuer.url, "aud": AUDIENCE, "sub": "repo:octo@65/shops@74:ref:refs/heads/main", "jti": "one",
        "repository_id": "74", "repository_owner_id": "65", "ref": "refs/heads/main", "event_name": "push",
        "iat": NOW + second, "nbf": NOW + second, "exp": NOW + second + 300
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

async fn id(verifier: &Verifier, token: &str, second: i64) -> Result<String, TokenError> {
    verifier.verify(token, at(second)).await.map(|verified| verified.actor.id.to_string())
}

fn ok() -> Result<String, TokenError> {
    Ok("github:74".to_owned())
}

#[tokio::test]
async fn a_job_is_known_and_its_issuer_asked_once() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let issuer = Issuer::start(key.clone()).await?;
    let (verifier, metrics) = verifier(&issuer);
    ensure!(issuer.discoveries() == 0, "nobody asks before the first token");
    let token = key.sign(&job(&issuer, 0));
    for second in [0, 1, 100, 299, 329] {
        assert_eq!(id(&verifier, &token, second).await, ok(), "{second}");
    }
    assert_eq!(id(&verifier, &token, 330).await, Err(TokenError::Expired));
    ensure!((issuer.discoveries(), issuer.fetches()) == (1, 1));
    let number = "storebot_issuer_fetches_total{issuer=\"here\",outcome=\"ok\"} 1";
    ensure!(metrics.encode().contains(number), "{}", metrics.encode());
    Ok(())
}

#[tokio::test]
async fn a_hundred_at_once_share_one_fetch() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let issuer = Issuer::start(key.clone()).await?;
    issuer.answer(Answer::Nothing);
    let (verifier, _) = verifier(&issuer);
    let token = key.sign(&job(&issuer, 0));
    let all = join_all((0..100).map(|_| id(&verifier, &token, 0)));
    let release = async {
        issuer.asked(1).await.unwrap();
        issuer.answer(Answer::Keys);
    };
    let (all, ()) = tokio::join!(all, release);
    ensure!(all.iter().all(|one| *one == ok()), "{all:?}");
    ensure!((issuer.discoveries(), issuer.fetches()) == (1, 1), "{}", issuer.fetches());
    Ok(())
}

#[tokio::test]
async fn a_fetch_goes_on_when_the_one_who_asked_goes_away() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let issuer = Arc::new(Issuer::start(key.clone()).await?);
    issuer.answer(Answer::Nothing);
    let (verifier, _) = verifier(&issuer);
    let token = key.sign(&job(&issuer, 0));
    tokio::select! {
        biased;
        _ = id(&verifier, &token, 0) => panic!("answered without keys"),
        asked = issuer.asked(1) => asked?,
    }
    issuer.answer(Answer::Keys);
    // It joins the fetch of the one who went away, or finds what it brought.
    assert_eq!(id(&verifier, &token, 1).await, ok());
    ensure!(issuer.fetches() == 1, "{}", issuer.fetches());
    Ok(())
}

#[tokio::test]
async fn keys_rotate() -> Result<()> {
    let (old, new) = (Pair::rsa("old", 0), Pair::rsa("new", 1));
    let issuer = Issuer::start(old.clone()).await?;
    let (verifier, _) = verifier(&issuer);
    assert_eq!(id(&verifier, &old.sign(&job(&issuer, 0)), 0).await, ok());
    issuer.rotate(&[new.clone(), old.clone()]);
    // A new name is asked for at once, but not more often than twice a minute.
    assert_eq!(id(&verifier, &new.sign(&job(&issuer, 0)), 29).await, Err(TokenError::Key));
    assert_eq!(id(&verifier, &new.sign(&job(&issuer, 0)), 30).await, ok());
    ensure!(issuer.fetches() == 2);
    // The old key is gone for good once the issuer has said so.
    issuer.rotate(std::slice::from_ref(&new));
    assert_eq!(id(&verifier, &old.sign(&job(&issuer, 3600)), 3629).await, ok());
    assert_eq!(id(&verifier, &new.sign(&job(&issuer, 3600)), 3630).await, ok());
    assert_eq!(id(&verifier, &old.sign(&job(&issuer, 3600)), 3631).await, Err(TokenError::Key));
    ensure!(issuer.fetches() == 3, "{}", issuer.fetches());
    Ok(())
}

#[tokio::test]
async fn names_without_end_cause_one_fetch_in_half_a_minute() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let issuer = Issuer::start(key.clone()).await?;
    let (verifier, _) = verifier(&issuer);
    let good = |second| key.sign(&job(&issuer, second));
    assert_eq!(id(&verifier, &good(0), 0).await, ok());
    for second in 1..=120 {
        for number in 0..5 {
            let made_up = Pair::rsa(&format!("made-up-{second}-{number}"), 1).sign(&job(&issuer, second));
            assert_eq!(id(&verifier, &made_up, second).await, Err(TokenError::Key), "{second}");
        }
        assert_eq!(id(&verifier, &good(second), second).await, ok());
    }
    // At 0, 30, 60, 90 and 120.
    ensure!(issuer.fetches() == 5, "{}", issuer.fetches());
    // One name is asked for once in five minutes.
    let same = Pair::rsa("same", 1).sign(&with(job(&issuer, 100), "exp", json!(NOW + 1000)));
    for second in (150..450).step_by(10) {
        assert_eq!(id(&verifier, &same, second).await, Err(TokenError::Key));
    }
    ensure!(issuer.fetches() == 6, "{}", issuer.fetches());
    assert_eq!(id(&verifier, &same, 450).await, Err(TokenError::Key));
    ensure!(issuer.fetches() == 7, "{}", issuer.fetches());
    Ok(())
}

#[tokio::test]
async fn old_keys_are_used_while_new_ones_cannot_be_had_for_a_day() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let issuer = Issuer::start(key.clone()).await?;
    let (verifier, metrics) = verifier(&issuer);
    let good = |second| key.sign(&job(&issuer, second));
    assert_eq!(id(&verifier, &good(0), 0).await, ok());
    issuer.answer(Answer::Status(500));
    for second in [3600, 3601, 3629, 3630, 50_000, 3600 + 86_399] {
        assert_eq!(id(&verifier, &good(second), second).await, ok(), "{second}");
    }
    // At 0, 3600, 3630, 50000 and at the end.
    ensure!(issuer.fetches() == 5, "{}", issuer.fetches());
    // Whether the issuer has a key of another name cannot be said meanwhile.
    let other = Pair::rsa("b", 1).sign(&job(&issuer, 3600 + 86_399));
    let away = id(&verifier, &other, 3600 + 86_399).await;
    assert_eq!(away, Err(TokenError::KeysAway { retry_after: 30 }));
    // And then not even the known one is taken any more.
    let late = 3600 + 86_400 + 30;
    assert_eq!(id(&verifier, &good(late), late).await, Err(TokenError::KeysAway { retry_after: 5 }));
    issuer.answer(Answer::Keys);
    assert_eq!(id(&verifier, &good(late), late + 4).await, Err(TokenError::KeysAway { retry_after: 1 }));
    assert_eq!(id(&verifier, &good(late), late + 5).await, ok());
    ensure!(metrics.encode().contains("outcome=\"failed\"} 5"), "{}", metrics.encode());
    Ok(())
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_lets_nobody_in() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let elsewhere = Issuer::start(key.clone()).await?;
    let redirect = Answer::Redirect(format!("{}/keys", elsewhere.url));
    for answer in
        [Answer::Status(500), Answer::Status(204), Answer::Html, Answer::Padded(256 * 1024), redirect, Answer::Nothing]
    {
        let issuer = Issuer::start(key.clone()).await?;
        let (verifier, _) = verifier(&issuer);
        let token = key.sign(&job(&issuer, 0));
        issuer.answer(answer.clone());
        let away = id(&verifier, &token, 0).await;
        ensure!(away == Err(TokenError::KeysAway { retry_after: 5 }), "{answer:?}: {away:?}");
        issuer.answer(Answer::Padded(100 * 1024));
        ensure!(id(&verifier, &token, 5).await == ok(), "{answer:?}: it does not recover");
    }
    ensure!(elsewhere.fetches() == 0, "a redirect was followed");
    Ok(())
}

#[tokio::test]
async fn keys_come_from_the_issuers_own_host() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let elsewhere = Issuer::start(key.clone()).await?;
    for uri in [
        format!("{}/keys", elsewhere.url),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "https://169.254.169.254/keys".to_owned(),
        "http://localhost/keys".to_owned(),
        "file:///etc/passwd".to_owned(),
        "/keys".to_owned(),
        String::new(),
    ] {
        let issuer = Issuer::start(key.clone()).await?;
        issuer.has_its_keys_at(&uri);
        let (verifier, _) = verifier(&issuer);
        let away = id(&verifier, &key.sign(&job(&issuer, 0)), 0).await;
        ensure!(matches!(away, Err(TokenError::KeysAway { .. })), "{uri}: {away:?}");
        ensure!(issuer.fetches() == 0, "{uri}");
    }
    ensure!(elsewhere.fetches() == 0);
    let issuer = Issuer::start(key.clone()).await?;
    issuer.says_it_is(&elsewhere.url);
    let (verifier, _) = verifier(&issuer);
    let away = id(&verifier, &key.sign(&job(&issuer, 0)), 0).await;
    ensure!(matches!(away, Err(TokenError::KeysAway { .. })) && issuer.fetches() == 0, "{away:?}");
    Ok(())
}

#[tokio::test]
async fn every_claim_of_a_job_counts() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let issuer = Issuer::start(key.clone()).await?;
    let (verifier, _) = verifier(&issuer);
    let many = with(job(&issuer, 0), "aud", json!(["else", AUDIENCE]));
    assert_eq!(id(&verifier, &key.sign(&many), 0).await, ok());
    for (claim, value, why) in [
        ("iss", json!("https://token.actions.githubusercontent.com"), TokenError::Issuer),
        ("iss", json!(format!("{}/", issuer.url)), TokenError::Issuer),
        ("aud", json!("https://github.com/octo"), TokenError::Rejected),
        ("aud", json!([AUDIENCE.to_uppercase(), "else"]), TokenError::Rejected),
        ("aud", json!(null), TokenError::Rejected),
        ("sub", json!(null), TokenError::Rejected),
        ("exp", json!(null), TokenError::Rejected),
        ("iat", json!(null), TokenError::Rejected),
        ("exp", json!(NOW - 30), TokenError::Expired),
        ("nbf", json!(NOW + 31), TokenError::Early),
        ("iat", json!(NOW + 31), TokenError::Early),
        ("exp", json!(NOW + 91 * 86_400), TokenError::LongLived),
        ("repository_id", json!("75"), TokenError::NoRule),
        ("repository_id", json!(74), TokenError::Rejected),
        ("event_name", json!("pull_request"), TokenError::NoRule),
    ] {
        let token = key.sign(&with(job(&issuer, 0), claim, value.clone()));
        assert_eq!(id(&verifier, &token, 0).await, Err(why), "{claim}={value}");
    }
    let old = with(job(&issuer, 0), "sub", json!("repo:octo/shops:ref:refs/heads/main"));
    assert_eq!(id(&verifier, &key.sign(&old), 0).await, ok(), "the older form of a subject");
    Ok(())
}

/// A token with any header, signed with HS256 and any bytes.
fn forge(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(secret);
    let tag = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{message}.{tag}")
}

#[tokio::test]
async fn a_public_key_is_no_secret_and_the_header_chooses_nothing() -> Result<()> {
    let key = Pair::rsa("a", 0);
    let issuer = Issuer::start(key.clone()).await?;
    let (verifier, _) = verifier(&issuer);
    let claims = job(&issuer, 0);
    assert_eq!(id(&verifier, &key.sign(&claims), 0).await, ok());
    let jwk = key.jwk();
    let modulus = jwk["n"].as_str().unwrap().to_owned();
    let secrets = [URL_SAFE_NO_PAD.decode(&modulus)?, modulus.into_bytes(), jwk.to_string().into_bytes()];
    for secret in &secrets {
        for alg in ["HS256", "HS384", "HS512", "RS256"] {
            let token = forge(&json!({ "alg": alg, "kid": "a" }), &claims, secret);
            assert_eq!(id(&verifier, &token, 0).await, Err(TokenError::Rejected), "{alg}");
        }
    }
    // The same key with another algorithm of its family, or another key of the same name.
    let other = Pair { alg: Algorithm::RS512, ..key.clone() };
    assert_eq!(id(&verifier, &other.sign(&claims), 0).await, Err(TokenError::Rejected));
    assert_eq!(id(&verifier, &Pair::rsa("a", 1).sign(&claims), 0).await, Err(TokenError::Rejected));
    for (header, why) in [
        (json!({ "alg": "none", "kid": "a" }), TokenError::Malformed),
        (json!({ "alg": "None", "kid": "a" }), TokenError::Malformed),
        (json!({ "alg": "HS256" }), TokenError::Key),
        (json!({ "alg": "RS256", "kid": "a", "crit": ["b64"], "b64": false }), TokenError::Rejected),
        (json!({ "alg": "RS256", "kid": "a", "jku": issuer.url, "jwk": jwk }), TokenError::Rejected),
        (json!({ "alg": "RS256", "kid": "../../etc/passwd" }), TokenError::Key),
        (json!({ "alg": "RS256", "kid": "a".repeat(300) }), TokenError::Key),
    ] {
        assert_eq!(id(&verifier, &forge(&header, &claims, b"secret"), 0).await, Err(why), "{header}");
    }
    let good = key.sign(&claims);
    let (body, _) = good.rsplit_once('.').unwrap();
    for cut in [body.to_owned(), format!("{body}."), good[..good.len() - 4].to_owned(), format!("{good}AAAA")] {
        ensure!(id(&verifier, &cut, 0).await.is_err(), "{cut}");
    }
    ensure!(issuer.fetches() == 1, "{}", issuer.fetches());
    Ok(())
}
