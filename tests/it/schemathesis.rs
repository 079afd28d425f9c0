//! The document against the server, by Schemathesis: requests that are made from the document, right ones and
//! wrong ones, alone and one after another, and every answer held against the document.
//!
//! Needs Python, so it is ignored here and asked for by `make schemathesis`, which `make test` does.
//! `tests/schemathesis` says what the document cannot.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tokio::process::Command;

use crate::harness::{Test, TestBot, WEBHOOK_SECRET, run_test};

/// Requests made for each operation in each phase; with these it takes a minute or two.
const EXAMPLES: &str = "25";
/// Only a run that hangs takes so long.
const AT_MOST: Duration = Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python; `make schemathesis` runs it"]
async fn the_server_does_what_its_document_says() {
    let limits =
        "stores_per_owner = 20\ncreations_per_hour = 100000\nrequests = 1000000\naddress_per_second = 100000\n";
    // Addresses are made up, too, and nobody out there shall be called.
    let bot = TestBot { limits: Some(limits.to_owned()), no_callbacks: true, ..TestBot::default() };
    run_test(bot, async |t| {
        let seed = match std::env::var("SCHEMATHESIS_SEED") {
            Ok(seed) if !seed.is_empty() => seed,
            _ => rand::random::<u32>().to_string(),
        };
        println!("make schemathesis SEED={seed} asks the same again");
        let mut child = command(t, &seed)?.spawn().context("schemathesis cannot be started")?;
        let ended = tokio::time::timeout(AT_MOST, child.wait()).await.context("schemathesis does not end")??;
        ensure!(ended.success(), "the server and its document differ: see above; the seed is {seed}");
        // What was to be deleted some minutes later: nobody takes it back any more.
        let root = t.api_as("root", "admin");
        let going: Value = root.get("/v1/stores?phase=deleting&limit=200").await?.error_for_status()?.json().await?;
        for store in going["items"].as_array().context("no items")? {
            root.delete(store["id"].as_str().context("no id")?).await?.error_for_status()?;
        }
        Ok(())
    })
    .await;
}

fn command(t: &Test, seed: &str) -> Result<Command> {
    let program = std::env::var("SCHEMATHESIS").context("SCHEMATHESIS is not set: run `make schemathesis`")?;
    let mut command = Command::new(program);
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis"))
        .args(["--config-file", "schemathesis.toml", "run", &format!("{}/openapi.json", t.url)])
        .args(["--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", "--no-color"])
        .args(["--max-examples", EXAMPLES, "--seed", seed, "--generation-database", "none"])
        // Not among the arguments, which everybody on the machine can read.
        .env("STOREBOT_TOKEN", storebot::app::mint_token(&t.config, "ana", "admin", "1h")?)
        .env("STOREBOT_WEBHOOK_SECRET", WEBHOOK_SECRET)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}
