//! Who is asking, and for what: signatures, tokens and the payloads behind them. What is looked for above
//! all is something that was not signed and is let in.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use futures::FutureExt as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use storebot::config::Config;
use storebot::domain::command::Command;
use storebot::domain::reply::ReplyTo;
use storebot::domain::webhook::{Headers, Secret, github, gitlab, standard};
use storebot::inbound::discord::fuzz as discord;
use storebot::inbound::http::auth::Verifier;
use storebot::inbound::http::fuzz as http;
use storebot::inbound::webhook::preview::What;
use storebot::inbound::webhook::{Delivery, Meaning, Proven, Sources, Untrusted};

use storebot::metrics::Metrics;

use super::words::assert_create;
use super::{NOW, lines, now};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN_KEY: &[u8] = b"only for fuzzing: 32 bytes of it";
const DISCORD_KEY: [u8; 32] = *b"only for fuzzing: 32 bytes of it";
const APPLICATION: u64 = 7;
const TOLERANCE: u64 = 300;

/// Header and claims of a token that is taken.
const GOOD: (&str, &str) = (
    r#"{"alg":"HS256","kid":"one"}"#,
    r#"{"iss":"storebot","aud":"storebot","sub":"ana","role":"member","iat":1700000000,"exp":1700003600}"#,
);

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let key = STANDARD.encode(TOKEN_KEY);
    let file = format!(
        "[[cells]]\nname = 'main'\n[[auth.keys]]\nkid = 'one'\nsecret = '{key}'\n\
         [[webhooks]]\nname = 'ci'\nsecrets = ['{SECRET}']\n[callbacks]\nsecrets = ['{SECRET}']\n\
         [[webhooks]]\nname = 'hub'\nkind = 'github'\nsecrets = ['{SECRET}']\n\
         [[webhooks]]\nname = 'lab'\nkind = 'gitlab'\nsecrets = ['{SECRET}', 'a secret token of GitLab']\n\
         [[webhooks]]\nname = 'pay'\nkind = 'stripe'\nsecrets = ['{SECRET}']\n"
    );
    Config::load(&file, &[]).unwrap_or_else(|faults| panic!("{faults:?}"))
});
static SOURCES: LazyLock<Sources> = LazyLock::new(|| Sources::new(&CONFIG));
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| Verifier::new(&CONFIG.auth, &Metrics::default()));

fn sign(id: &str, at: i64, body: &[u8]) -> String {
    Secret::parse(SECRET).unwrap_or_else(|error| panic!("{error}")).sign(id, at, body)
}

/// Hands what a delivery is trusted as to `with`.
fn trust<T>(
    source: &str,
    [id, timestamp, signatures]: [&str; 3],
    body: &[u8],
    with: impl FnOnce(Proven<'_>) -> T,
) -> Result<T, Untrusted> {
    let lines = [(standard::ID, id), (standard::TIMESTAMP, timestamp), (standard::SIGNATURE, signatures)];
    let headers = Headers::new(lines.map(|(name, value)| (name, value.as_bytes())));
    let (content_type, origin) = (Some("application/json"), Arc::default());
    let delivery = Delivery { headers: &headers, content_type, body, origin: &origin, now: now() };
    SOURCES.trust(source, delivery).map(with)
}

/// Lines: source, id, timestamp, signatures; then the body.
pub fn webhook_signature(data: &[u8]) {
    let Some(([source, id, timestamp, signatures], body)) = lines(data) else { return };
    if trust(source, [id, timestamp, signatures], body, |_| ()).is_err() {
        return;
    }
    assert_eq!(source, "ci");
    let at: i64 = timestamp.parse().unwrap_or(i64::MIN);
    assert_eq!(at.to_string(), timestamp, "what was signed is not what was sent");
    assert!(at.abs_diff(NOW) <= TOLERANCE);
    let ours = sign(id, at, body);
    assert!(signatures.split(' ').any(|theirs| theirs == ours), "taken without our signature");
}

/// The body of a delivery that is signed well.
pub fn webhook_event(body: &[u8]) {
    let (id, at) = ("msg_1", NOW.to_string());
    let signatures = sign(id, NOW, body);
    let headers = [id, at.as_str(), signatures.as_str()];
    let mut spoilt = body.to_vec();
    spoilt.push(b' ');
    assert!(trust("ci", headers, &spoilt, |_| ()).is_err(), "another body has the same signature");
    let read = |proven: Proven<'_>| SOURCES.open(proven).and_then(|trusted| SOURCES.read(&trusted));
    let Ok(read) = trust("ci", headers, body, read) else { panic!("our own signature") };
    match read {
        Ok(Meaning::Command(request)) => {
            assert_eq!(
                (request.actor.id.as_str(), request.key.map(|k| k.value).as_deref()),
                ("webhook:ci", Some("ci/msg_1"))
            );
            assert_command(&request.command);
            if let Some(ReplyTo::Callback { url }) = request.reply_to {
                super::words::callback_url(url.expose().as_bytes());
            }
        }
        Ok(Meaning::Ignored(why)) => assert!(why.chars().count() < 1_000, "a sender's words come back at any length"),
        Ok(Meaning::Preview(..)) => panic!("this source is no forge"),
        Ok(Meaning::Billed(..)) => panic!("this source bills for nothing"),
        Ok(Meaning::Forbidden(..)) => panic!("this source may give every command"),
        Err(_) => {}
    }
}

/// Lines: source, then headers as `name: value`, then an empty one; then the body. Of each kind of sender.
pub fn webhook_headers(data: &[u8]) {
    let Some(([source], rest)) = lines(data) else { return };
    let Some(end) = rest.windows(2).position(|two| two == b"\n\n") else { return };
    let (head, body) = (&rest[..end], &rest[end + 2..]);
    let named = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.windows(2).position(|two| two == b": ")?;
        Some((std::str::from_utf8(&line[..colon]).ok()?, &line[colon + 2..]))
    });
    let headers = Headers::new(named);
    let (content_type, origin) = (headers.one("content-type").ok(), Arc::default());
    let delivery = Delivery { headers: &headers, content_type, body, origin: &origin, now: now() };
    let Ok(proven) = SOURCES.trust(source, delivery) else { return };
    let mut spoilt = body.to_vec();
    spoilt.push(b' ');
    let signed = !headers.has(gitlab::TOKEN);
    let spoilt = Delivery { body: &spoilt, ..delivery };
    assert!(!signed || SOURCES.trust(source, spoilt).is_err(), "another body has the same signature");
    let Ok(trusted) = SOURCES.open(proven) else { return };
    let id = &trusted.identity.id;
    assert!((1..=255).contains(&id.len()) && id.bytes().all(|b| (0x20..0x7f).contains(&b)), "{id:?}");
    if let Ok(Meaning::Ignored(why)) = SOURCES.read(&trusted) {
        assert!(why.chars().count() < 1_000, "a sender's words come back at any length");
    }
}

/// Lines: `hub` or `lab`, the event; then the body, which is signed well.
pub fn forge_event(data: &[u8]) {
    let Some(([source, event], body)) = lines(data) else { return };
    let signature = github::Secret::parse(SECRET).map(|secret| secret.sign(body)).unwrap_or_default();
    let mut all = vec![(github::SIGNATURE, signature.as_str()), (github::EVENT, event), (github::DELIVERY, "1")];
    if source == "lab" {
        all = vec![(gitlab::TOKEN, "a secret token of GitLab"), (gitlab::EVENT, event), (gitlab::IDEMPOTENCY, "1")];
    }
    let headers = Headers::new(all.into_iter().map(|(name, value)| (name, value.as_bytes())));
    let (content_type, origin) = (Some("application/json"), Arc::default());
    let delivery = Delivery { headers: &headers, content_type, body, origin: &origin, now: now() };
    let Ok(proven) = SOURCES.trust(source, delivery) else { return };
    match SOURCES.open(proven).and_then(|trusted| SOURCES.read(&trusted)) {
        Ok(Meaning::Preview(preview)) => {
            assert!(!preview.branch.is_some_and(|branch| branch.fork) || !wants(&preview.what), "a fork gets a store");
            let names = preview.thread.store_names();
            assert!(!names.is_empty() && names.len() <= 2, "no name for the store of {:?}", preview.thread);
            let title = preview.thread.title();
            assert!(title.chars().count() <= 80, "a title that is too long: {title}");
        }
        Ok(Meaning::Ignored(why)) => assert!(why.chars().count() < 1_000, "a sender's words come back at any length"),
        Ok(Meaning::Command(_) | Meaning::Forbidden(..) | Meaning::Billed(_)) => {
            panic!("a forge gives no commands of its own")
        }
        Err(_) => {}
    }
}

fn wants(what: &What) -> bool {
    matches!(what, What::Wanted { .. })
}

/// Lines: signature, timestamp; then the body.
pub fn discord_signature(data: &[u8]) {
    let Some(([signature, timestamp], body)) = lines(data) else { return };
    let key = SigningKey::from_bytes(&DISCORD_KEY);
    let signed = |headers, body| discord::is_signed(key.verifying_key(), TOLERANCE, headers, body, now());
    let ours = |timestamp: &str| hex::encode(key.sign(&[timestamp.as_bytes(), body].concat()).to_bytes());
    if signed((signature, timestamp), body) {
        let at: i64 = timestamp.parse().unwrap_or(i64::MIN);
        assert!(at.abs_diff(NOW) <= TOLERANCE && timestamp.bytes().all(|b| b.is_ascii_digit()));
        // Ed25519 has one signature for each message, whatever its hex digits look like.
        assert_eq!(signature.to_ascii_lowercase(), ours(timestamp), "taken without Discord's signature");
    }
    let fresh = NOW.to_string();
    let fresh_signature = ours(&fresh);
    assert!(signed((&fresh_signature, &fresh), body), "Discord's own signature");
    let spoilt = [body, b" "].concat();
    assert!(!signed((&fresh_signature, &fresh), &spoilt), "another body has the same signature");
}

/// The body of an interaction that is signed well.
pub fn discord_payload(body: &[u8]) {
    let Ok(Some(request)) = discord::request(body, APPLICATION, now()) else { return };
    assert_command(&request.command);
    let user = request.actor.id.as_str().strip_prefix("discord:").unwrap_or_default();
    assert!(user.parse::<u64>().is_ok(), "nobody on Discord: {user:?}");
    let Some(ReplyTo::Discord { application_id, token_expires_at, .. }) = request.reply_to else {
        panic!("nobody would be answered")
    };
    assert_eq!(application_id, APPLICATION.to_string());
    assert!(token_expires_at > now());
    assert!(request.key.is_some_and(|key| key.value.parse::<u64>().is_ok()));
}

/// The tag of HS256 under our key.
fn tag(message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(TOKEN_KEY).unwrap_or_else(|error| panic!("{error}"));
    mac.update(message.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Own tokens are judged at once: there is nobody to ask.
fn is_taken(token: &str) -> bool {
    VERIFIER.verify(token, now()).now_or_never().is_some_and(|verified| verified.is_ok())
}

/// A token as it comes.
pub fn bearer_token(data: &[u8]) {
    let Ok(token) = std::str::from_utf8(data) else { return };
    if !is_taken(token) {
        return;
    }
    let (message, theirs) = token.rsplit_once('.').unwrap_or_default();
    assert_eq!(theirs, tag(message), "taken without our signature");
    let part = |at: usize| URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap_or_default()).unwrap_or_default();
    assert_claims(&part(0), &part(1));
}

/// Lines: header; then the claims. Both are signed well.
pub fn bearer_claims(data: &[u8]) {
    let signed = |header: &str, claims: &[u8]| {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        format!("{message}.{}", tag(&message))
    };
    assert!(is_taken(&signed(GOOD.0, GOOD.1.as_bytes())), "nothing could be found where nothing is taken");
    let Some(([header], claims)) = lines(data) else { return };
    if is_taken(&signed(header, claims)) {
        assert_claims(header.as_bytes(), claims);
    }
}

fn assert_claims(header: &[u8], claims: &[u8]) {
    let read = |part: &[u8]| serde_json::from_slice::<Value>(part).unwrap_or_default();
    let (header, claims) = (read(header), read(claims));
    assert_eq!((header["alg"].as_str(), header["kid"].as_str()), (Some("HS256"), Some("one")));
    let names =
        |claim: &Value| claim == "storebot" || claim.as_array().is_some_and(|all| all.contains(&"storebot".into()));
    assert!(names(&claims["iss"]) && names(&claims["aud"]), "a token for somebody else");
    assert!(claims["exp"].as_i64().is_some_and(|exp| exp > NOW - 60), "a token that has expired");
    let lives = claims["iat"].as_i64().zip(claims["exp"].as_i64()).map(|(iat, exp)| exp.saturating_sub(iat));
    assert!(lives.is_some_and(|seconds| seconds <= 90 * 24 * 3600), "a token that lives for long");
    assert!(claims["nbf"].is_null() || claims["nbf"].as_i64().is_some_and(|nbf| nbf < NOW + 60), "a token for later");
    assert!(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty() && sub.bytes().all(|b| b.is_ascii_graphic())));
    assert!(["viewer", "member", "approver", "admin"].iter().any(|role| claims["role"] == *role));
}

fn assert_command(command: &Command) {
    if let Command::Create(create) = command {
        assert_create(create);
    }
}

/// A page somebody wanted to see before they signed in, and what their browser keeps meanwhile: never another host's page,
/// never a cookie that was not made here.
pub fn sign_in(data: &[u8]) {
    let (text, secret) = (String::from_utf8_lossy(data), "only for fuzzing");
    let next = http::next_page(&text);
    assert_eq!(http::next_page(&next), next, "it stays what it is");
    let here: url::Url = "https://bot.example".parse().unwrap_or_else(|error| panic!("{error}"));
    let there = here.join(&next).unwrap_or_else(|error| panic!("{next}: {error}"));
    assert_eq!(there.origin(), here.origin(), "{next} leads away");
    assert!(!http::opens(secret, &text, now()), "a cookie of nobody's");
    let until = now() + jiff::SignedDuration::from_secs(1);
    let sealed = http::sealed(secret, &text, until);
    assert!(http::opens(secret, &sealed, now()) && !http::opens(secret, &sealed, until));
    assert!(!http::opens(secret, &sealed.replacen('.', &format!("{}.", text.len()), 1), now()), "it was changed");
}
