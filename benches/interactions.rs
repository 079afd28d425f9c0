//! A thousand people do something on Discord at the same moment, while stores are made; beside a bare
//! endpoint that verifies the signature and asks Redis one thing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use serde_json::{Value, json};
use stand_in_discord::{SIGNATURE_HEADER, Signer, StandIn, TIMESTAMP_HEADER};
use storebot::ledger::Ledger;

use crate::bot::{Process, Setup};
use crate::cluster::TestCluster;
use crate::floor;
use crate::load::{Load, Outcome, Requests, Until};
use crate::report::{Figure, Goal, Report};
use crate::stores::Client;

const AT_ONCE: usize = 1_000;
const STORES: u32 = 50;
/// Pairs of rounds; fewer are counted when the stores are made before.
const ROUNDS: usize = 3;
/// Ids of interactions begin here.
const FIRST: u64 = 1_400_000_000_000_000_000;

/// `interactions_p99`: of a thousand at once, each on a connection of its own.
pub(crate) async fn thousand(report: &mut Report) -> Result<()> {
    let discord = StandIn::start(stand_in_discord::Config::default()).await?;
    let setup = Setup::new("interactions", Some(&discord))?;
    let cluster = TestCluster::connect(&setup).await?;
    let rounds = cluster.tidy(&setup, measuring(&setup, &discord)).await?;
    let pairs: Vec<_> = rounds.iter().map(|(ours, bare)| (ours.p99_ms, bare.p99_ms)).collect();
    report.add("interactions_p99", &Figure::paired(&pairs, "ms", Goal::ValueBelow(250.0)))
}

async fn measuring(setup: &Setup, discord: &StandIn) -> Result<Vec<(Outcome, Outcome)>> {
    let (ours, bare) = (setup.start("all").await?, floor::start(setup).await?);
    let client = Client::new(setup, &ours)?;
    let names: Vec<String> = (0..STORES).map(|n| format!("burst-{n}")).collect();
    try_join_all(names.iter().map(|name| client.create(name))).await?;
    let ledger = Ledger::new(&setup.config.redis, &setup.config.retention)?;
    let requests = requests(discord);
    let load = |process: &Process| Load {
        address: process.address,
        connections: AT_ONCE,
        until: Until::Each(1),
        statuses: &[200],
        requests: Arc::clone(&requests),
    };
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let round = (load(&ours).run().await?, load(&bare).run().await?);
        if ledger.depth().await?.is_idle() {
            break;
        }
        rounds.push(round);
    }
    ensure!(!rounds.is_empty(), "the stores were made before anybody had asked");
    ours.stop().await.context("storebot")?;
    bare.stop().await.context("the bare endpoint")?;
    Ok(rounds)
}

/// Every kind of thing in turn, each by one of forty people.
fn requests(discord: &StandIn) -> Requests {
    let signer = Signer::new(stand_in_discord::Config::default().seed);
    let (application, guild, channel) = (discord.application_id(), discord.guild_id(), discord.channel("general"));
    let count = AtomicU64::new(0);
    Arc::new(move |_, request| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        let (kind, data) = act(number);
        let body = json!({
            "type": kind, "id": (FIRST + number).to_string(), "application_id": application.to_string(),
            "token": format!("bench-{number}"), "version": 1, "channel_id": channel.to_string(),
            "guild_id": guild.to_string(), "locale": "en-US", "data": data,
            "message": { "id": "1500000000000000001", "content": "a message" },
            "member": { "user": { "id": (80_000_000 + number % 40).to_string() }, "roles": [], "permissions": "0" },
        })
        .to_string();
        let at = jiff::Timestamp::now().as_second().to_string();
        let signature = signer.sign(&at, body.as_bytes());
        let head = format!(
            "POST /discord/interactions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             {SIGNATURE_HEADER}: {signature}\r\n{TIMESTAMP_HEADER}: {at}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(body.as_bytes());
    })
}

/// What somebody does: the type of the interaction and its data.
fn act(number: u64) -> (u8, Value) {
    let option = |name: &str, value: &str| json!({ "type": 3, "name": name, "value": value });
    let slash = |subcommand: &str, options: Value| {
        let given = json!([{ "type": 1, "name": subcommand, "options": options }]);
        (2, json!({ "type": 1, "id": "1400000000000000001", "name": "store", "options": given }))
    };
    match number % 8 {
        0 => slash("status", json!([option("name", "burst-0")])),
        1 => slash("list", json!([])),
        2 => slash("help", json!([])),
        3 => slash("quota", json!([])),
        // The name is taken: refused by the script of admission.
        4 => slash("create", json!([option("name", "burst-0"), option("engine", "medusa")])),
        5 => slash("create", json!([option("name", "No Name"), option("engine", "medusa")])),
        6 => (3, json!({ "custom_id": "v1:retry:700000000000", "component_type": 2 })),
        _ => {
            let typing = json!({ "type": 3, "name": "name", "value": "bur", "focused": true });
            let (_, data) = slash("status", json!([typing]));
            (4, data)
        }
    }
}
