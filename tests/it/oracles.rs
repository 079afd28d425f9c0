//! The senders' own libraries as a second opinion (`tests/oracles`): what they sign is taken, what is signed here they
//! take, and one byte changed is refused by both.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use storebot::domain::webhook::sending::Occasion;
use storebot::domain::webhook::{Clock, Headers, Keys, SenderKind};

use crate::harness::{TestBot, WEBHOOK_SECRET, run_test, secrets};

/// Bodies of each kind, each spoilt in several ways.
const ROUNDS: usize = 60;
/// The same each time, so that what fails can be looked at.
const SEED: u64 = 2026;

/// Each kind of signature: its name at the oracle, whose verifier it is for, a secret.
const KINDS: [(&str, SenderKind, &str); 5] = [
    ("standard", SenderKind::Standard, WEBHOOK_SECRET),
    ("svix", SenderKind::Standard, WEBHOOK_SECRET),
    ("standard", SenderKind::Gitlab, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ("github", SenderKind::Github, "It's a Secret to Everybody"),
    ("stripe", SenderKind::Stripe, "whsec_test_secret"),
];

type Lines = BTreeMap<String, String>;

/// The libraries, in one process.
struct Oracle {
    child: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Oracle {
    fn start() -> Result<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles");
        let installed = std::path::Path::new(folder).join("node_modules/.package-lock.json").exists();
        ensure!(installed, "the senders' libraries are not installed: run `make oracles`");
        let mut command = Command::new("node");
        command.arg("oracle.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("node does not start: run `make oracles`, which installs it")?;
        let (asked, answers) = (child.stdin.take().context("no stdin")?, child.stdout.take().context("no stdout")?);
        Ok(Self { child, asked, answers: BufReader::new(answers) })
    }

    fn ask(&mut self, question: &Value) -> Result<Value> {
        writeln!(self.asked, "{question}")?;
        let mut line = String::new();
        ensure!(self.answers.read_line(&mut line)? > 0, "the oracle has ended");
        Ok(serde_json::from_str(&line)?)
    }

    fn sign(&mut self, kind: &str, secret: &str, (id, at): (&str, i64), body: &[u8]) -> Result<Lines> {
        let body = STANDARD.encode(body);
        let answer = self.ask(&json!({ "sign": kind, "secret": secret, "id": id, "at": at, "body": body }))?;
        Ok(serde_json::from_value(answer["headers"].clone())?)
    }

    fn takes(&mut self, kind: &str, secret: &str, lines: &Lines, body: &[u8]) -> Result<bool> {
        let body = STANDARD.encode(body);
        let answer = self.ask(&json!({ "verify": kind, "secret": secret, "headers": lines, "body": body }))?;
        answer["good"].as_bool().context("no answer")
    }
}

fn we_take(kind: SenderKind, secret: &str, lines: &Lines, body: &[u8]) -> bool {
    let keys = Keys::parse(kind, &[secret.to_owned()]).unwrap();
    let headers = Headers::new(lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    keys.verify(&headers, body, Clock { now: Timestamp::now().as_second(), tolerance: 300 }).is_ok()
}

/// JSON, since some libraries read what they verify.
fn body(random: &mut StdRng) -> Vec<u8> {
    let text: String = (0..random.random_range(0..200)).map(|_| random.random::<char>()).collect();
    json!({ "id": "evt_1", "object": "event", "text": text, "n": random.random::<i32>() }).to_string().into_bytes()
}

/// Another visible byte in place of one.
fn spoil(random: &mut StdRng, bytes: &mut [u8]) {
    let place = random.random_range(0..bytes.len());
    let before = bytes[place];
    while bytes[place] == before {
        bytes[place] = random.random_range(0x21..0x7f);
    }
}

#[test]
fn the_senders_libraries_agree_with_ours() {
    let mut oracle = Oracle::start().unwrap();
    let mut random = StdRng::seed_from_u64(SEED);
    for (name, kind, secret) in KINDS {
        secrets::note("the secret of a sender", secret);
        for round in 0..ROUNDS {
            let (body, at, id) = (body(&mut random), Timestamp::now().as_second(), format!("msg_{round}"));
            let theirs = oracle.sign(name, secret, (&id, at), &body).unwrap();
            assert!(we_take(kind, secret, &theirs, &body), "{name} for {kind:?}: {theirs:?} {body:?}");
            let keys = Keys::parse(kind, &[secret.to_owned()]).unwrap();
            let ours = keys.sign(Occasion { id: &id, event: "x", timestamp: at }, &body).unwrap();
            let ours: Lines = ours.lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            // Svix' library reads Standard Webhooks' names as well.
            assert!(oracle.takes(name, secret, &ours, &body).unwrap(), "{name}: {ours:?} {body:?}");

            let mut other = body.clone();
            spoil(&mut random, &mut other);
            let mut lines = theirs.clone();
            let changed = random.random_range(0..lines.len());
            let value = lines.values_mut().nth(changed).unwrap();
            let mut bytes = value.clone().into_bytes();
            spoil(&mut random, &mut bytes);
            *value = String::from_utf8(bytes).unwrap();
            for (lines, body) in [(&theirs, &other), (&lines, &body)] {
                assert!(!we_take(kind, secret, lines, body), "{name} for {kind:?}: we take {lines:?} {body:?}");
                assert!(!oracle.takes(name, secret, lines, body).unwrap(), "{name}: taken: {lines:?} {body:?}");
            }
        }
    }
}

/// `storebot webhook sign`, by the binary, with two secrets: the first one signs.
#[test]
fn what_the_command_signs_is_taken_by_the_senders_libraries() {
    let mut oracle = Oracle::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("storebot.toml");
    let sources = KINDS.iter().filter(|(name, ..)| *name != "svix").enumerate().map(|(index, (_, kind, secret))| {
        let kind = kind.as_str();
        format!("[[webhooks]]\nname = 's{index}'\nkind = '{kind}'\nsecrets = [\"{secret}\", '{WEBHOOK_SECRET}']\n")
    });
    std::fs::write(&file, sources.collect::<String>() + "[[cells]]\nname = 'main'\n").unwrap();
    let body = br#"{"id":"evt_1","object":"event","type":"x","created":1}"#;
    for (index, (name, kind, secret)) in KINDS.iter().filter(|(name, ..)| *name != "svix").enumerate() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_storebot"));
        command.arg("--config").arg(&file).args(["webhook", "sign", "--source", &format!("s{index}"), "--id", "id-1"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(body).unwrap();
        let printed = child.wait_with_output().unwrap();
        assert!(printed.status.success());
        let printed = String::from_utf8(printed.stdout).unwrap();
        let lines = printed.lines().map(|line| line.split_once(": ").unwrap());
        let lines: Lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert!(oracle.takes(name, secret, &lines, body).unwrap(), "{kind:?}: {printed}");
        assert!(we_take(*kind, secret, &lines, body), "{kind:?}: {printed}");
    }
}

#[tokio::test]
async fn a_callback_is_taken_by_the_senders_libraries() {
    run_test(TestBot::default(), async |t| {
        let mut oracle = Oracle::start()?;
        let data = json!({ "name": "tea", "engine": "medusa", "callback_url": t.callbacks.url });
        t.webhook().create("msg_1", &data).await?.error_for_status()?;
        let sent = t.callbacks.wait(1).await?.remove(0);
        let lines =
            [("webhook-id", sent.id), ("webhook-timestamp", sent.timestamp), ("webhook-signature", sent.signature)];
        let lines: Lines = lines.map(|(name, value)| (name.to_owned(), value)).into();
        for library in ["standard", "svix"] {
            ensure!(oracle.takes(library, WEBHOOK_SECRET, &lines, &sent.body)?, "{library} refuses a callback");
            ensure!(!oracle.takes(library, WEBHOOK_SECRET, &lines, b"{}")?, "{library} takes anything");
        }
        Ok(())
    })
    .await;
}
