//! A thousand people do something on Discord at the same moment, while shops are being made.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use serde_json::{Value, json};
use stand_in_discord::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Barrier;

use crate::harness::environment::{unique, until, until_within};
use crate::harness::{Process, Test, TestBot, run_test};

const INTERACTIONS: u64 = 1_000;
const STORES: usize = 50;
/// After this long Discord does not take an answer any more: what is late is not answered.
const DISCORDS_PATIENCE: Duration = Duration::from_secs(3);
/// All stores one after the other, on a machine that does other things as well.
const ALL_READY: Duration = Duration::from_secs(300);
/// Ids of interactions begin here.
const FIRST: u64 = 1_400_000_000_000_000_000;

/// What somebody does, the callback type it is to be answered with, and words that the answer has.
struct Act {
    kind: u8,
    data: Value,
    answered: u64,
    words: &'static str,
}

/// Every kind in turn.
fn act(number: u64) -> Act {
    let slash = |subcommand: &str, options: Value, words| {
        let given = json!([{ "type": 1, "name": subcommand, "options": options }]);
        Act { kind: 2, data: command(&given), answered: 4, words }
    };
    match number % 8 {
        0 => slash("status", json!([{ "type": 3, "name": "name", "value": "burst-0" }]), "burst-0"),
        1 => slash("list", json!([]), ""),
        2 => slash("help", json!([]), "/store"),
        3 => slash("quota", json!([]), ""),
        4 => {
            let (name, engine) = (format!("over-{number}"), "medusa");
            let options =
                json!([{ "type": 3, "name": "name", "value": name }, { "type": 3, "name": "engine", "value": engine }]);
            slash("create", options, "")
        }
        5 => slash("status", json!([{ "type": 3, "name": "name", "value": format!("none-{number}") }]), "none-"),
        6 => Act {
            kind: 3,
            data: json!({ "custom_id": "of-an-older-time", "component_type": 2 }),
            answered: 4,
            words: "",
        },
        _ => {
            let typing = json!({ "type": 3, "name": "name", "value": "bur", "focused": true });
            let given = json!([{ "type": 1, "name": "status", "options": [typing] }]);
            Act { kind: 4, data: command(&given), answered: 8, words: "" }
        }
    }
}

fn command(given: &Value) -> Value {
    json!({ "type": 1, "id": "1400000000000000001", "name": "store", "options": given })
}

/// A request as Discord would send it. Each eighth of the people does one kind of thing.
fn request(t: &Test, signer: &Signer, number: u64) -> Vec<u8> {
    let Act { kind, data, .. } = act(number);
    let mut payload = json!({
        "type": kind, "id": (FIRST + number).to_string(), "application_id": t.discord.application_id().to_string(),
        "token": format!("burst-{number}"), "version": 1, "channel_id": t.discord.channel("general").to_string(),
        "guild_id": t.discord.guild_id().to_string(), "locale": "en-US", "data": data,
        "member": { "user": { "id": (80_000_000 + number % 40).to_string(), "username": "somebody" }, "roles": [],
            "permissions": "0" },
    });
    if kind == 3 {
        payload["message"] = json!({ "id": "1500000000000000001", "content": "a message" });
    }
    let (body, at) = (payload.to_string(), jiff::Timestamp::now().as_second().to_string());
    let signature = signer.sign(&at, body.as_bytes());
    format!(
        "POST /discord/interactions HTTP/1.1\r\nhost: burst\r\ncontent-type: application/json\r\n\
         {SIGNATURE_HEADER}: {signature}\r\n{TIMESTAMP_HEADER}: {at}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// One interaction on a connection of its own: how long it took, and the answer.
async fn ask(to: SocketAddr, request: Vec<u8>, gate: Arc<Barrier>) -> Result<(Duration, Value)> {
    let mut stream = TcpStream::connect(to).await?;
    gate.wait().await;
    let began = Instant::now();
    let asking = async {
        stream.write_all(&request).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(DISCORDS_PATIENCE, asking).await.context("not answered within 3 s")??;
    let took = began.elapsed();
    let answer = String::from_utf8(answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    ensure!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    Ok((took, serde_json::from_str(body)?))
}

fn judge(number: u64, answer: &Value) -> Result<()> {
    let act = act(number);
    ensure!(answer["type"] == act.answered, "{number}: {answer}");
    let words = answer["data"]["content"].as_str().unwrap_or_default();
    ensure!(words.contains(act.words) && (act.answered == 8 || !words.is_empty()), "{number}: {answer}");
    ensure!(!words.contains("took too long"), "{number}: {answer}");
    Ok(())
}

/// How often each name was asked for and refused, as it was written down.
async fn refused_creations(t: &Test) -> Result<Vec<String>> {
    let page = t.api_as("root", "admin").get("/v1/audit?limit=1000&command=create").await?.error_for_status()?;
    let page: Value = page.json().await?;
    let names = page["items"].as_array().context("no audit")?.iter().filter_map(|entry| entry["name"].as_str());
    Ok(names.filter(|name| name.starts_with("over-")).map(str::to_owned).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "wants the machine for itself: make test runs it after all others"]
async fn a_thousand_interactions_at_once_are_answered_while_stores_are_made() {
    let limits = "stores_per_owner = 100\ncpu_per_owner = '1m'\ncreations_per_hour = 100000\nrequests = 10000000\naddress_per_second = 100000\n";
    let maker = unique("maker");
    let extra = format!("[[quotas]]\nof = 'api:{maker}'\ncpu = '0'\n[approvals]\nwaiting = 0\n");
    let http = "connections = 4096\nconnections_per_address = 2048\n";
    run_test(
        TestBot { not_started: true, limits: Some(limits.to_owned()), extra, http, ..TestBot::default() },
        async |t| {
            let process = Process::start_as("all", &t.config_file, &[]).await?;
            t.reach(&process.url.clone()).await?;
            let api = t.api(&maker);
            let creates = (0..STORES).map(|n| json!({ "name": format!("burst-{n}"), "engine": "medusa" }));
            let creates: Vec<Value> = creates.collect();
            for answer in try_join_all(creates.iter().map(|body| api.create(body))).await? {
                answer.error_for_status()?;
            }
            until("some are being made", || async { Ok((t.ledger.depth().await?.running > 0).then_some(())) }).await?;

            let signer = Signer::new(stand_in_discord::Config::default().seed);
            let to: SocketAddr = process.url.trim_start_matches("http://").parse()?;
            let gate = Arc::new(Barrier::new(usize::try_from(INTERACTIONS)?));
            let asking = (0..INTERACTIONS).map(|n| tokio::spawn(ask(to, request(t, &signer, n), Arc::clone(&gate))));
            let asking: Vec<_> = asking.collect();
            let mut times = Vec::new();
            for (number, asked) in (0..).zip(asking) {
                let (took, answer) = asked.await?.with_context(|| format!("interaction {number}"))?;
                judge(number, &answer)?;
                times.push(took);
            }
            ensure!(t.ledger.depth().await?.running > 0, "the stores were made before anybody asked");
            times.sort_unstable();
            let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
            println!(
                "{INTERACTIONS} interactions at once, unoptimised: p50 {:?}, p99 {:?}, last {:?}",
                at(50),
                at(99),
                at(100)
            );

            let written = refused_creations(t).await?;
            let names: BTreeSet<&String> = written.iter().collect();
            ensure!(written.len() == 125 && names.len() == 125, "{} refusals of {} names", written.len(), names.len());
            until_within(ALL_READY, "all stores are ready", || async {
                Ok(t.ledger.depth().await?.is_idle().then_some(()))
            })
            .await?;
            process.kill().await
        },
    )
    .await;
}
