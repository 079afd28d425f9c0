//! Workers whose clock is wrong. Redis' clock is the one that counts.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::harness::environment::until;
use crate::harness::{Process, Test, TestBot, run_test};

/// The library of the package `faketime`, which `storebot-local with` installs.
pub(crate) fn faketime() -> Result<PathBuf> {
    let found = std::fs::read_dir("/usr/lib")?.flatten().map(|entry| entry.path().join("faketime/libfaketime.so.1"));
    found.into_iter().find(|path| path.exists()).context("libfaketime is missing: install the package faketime")
}

/// A worker that believes it is `ahead` (`+600s`) from now. Its waits go by the clock that cannot be wrong.
async fn worker(t: &Test, ahead: &str) -> Result<Process> {
    let library = faketime()?;
    let library = library.to_str().context("path")?;
    let env = [("LD_PRELOAD", library), ("FAKETIME", ahead), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
    Process::start_as("work", &t.config_file, &env).await
}

#[tokio::test]
async fn workers_ten_minutes_off_make_take_over_and_delete_stores() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        t.start_doors().await?;
        let late = worker(t, "-600s").await?;
        for name in ["tea", "coffee"] {
            t.api("ana").create(&json!({ "name": name, "engine": "medusa" })).await?.error_for_status()?;
        }
        until("it has begun", || async { Ok((t.store("ana", "tea").await?["phase"] != "queued").then_some(())) })
            .await?;
        // Each takes the other's work for abandoned by Redis' clock alone.
        late.kill().await?;
        let early = worker(t, "+600s").await?;
        t.until_idle().await?;
        for name in ["tea", "coffee"] {
            let store = t.store("ana", name).await?;
            ensure!(store["phase"] == "ready", "{store}");
        }
        early.kill().await?;
        let _late = worker(t, "-600s").await?;
        t.api("ana").delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "deleted");
        Ok(())
    })
    .await;
}
