//! Kubernetes as second truth: the ledger brought back from it, and what somebody does in it past
//! storebot.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::harness::Test;

mod by_hand;
mod doctor;
mod doctor_cells;
mod doctor_forges;
mod fence;
mod rebuild;

/// What a command of the program printed, and its exit code.
pub(crate) struct Printed {
    out: String,
    /// With its log.
    pub(crate) text: String,
    pub(crate) code: i32,
}

/// Runs a command of the real program to its end.
pub(crate) async fn storebot(config: &Path, args: &[&str]) -> Result<Printed> {
    storebot_with(config, args, &[]).await
}

/// The same in an environment of its own.
async fn storebot_with(config: &Path, args: &[&str], env: &[(&str, &str)]) -> Result<Printed> {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_storebot"))
        .arg("--config")
        .arg(config)
        .args(args)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let out = String::from_utf8(output.stdout)?;
    let text = out.clone() + &String::from_utf8(output.stderr)?;
    Ok(Printed { out, text, code: output.status.code().context("no exit code")? })
}

pub(crate) async fn create(t: &Test, owner: &str, name: &str) -> Result<()> {
    let body = json!({ "name": name, "engine": "medusa" });
    t.api(owner).create(&body).await?.error_for_status()?;
    Ok(())
}

pub(crate) async fn ready(t: &Test, owner: &str, name: &str) -> Result<Value> {
    create(t, owner, name).await?;
    t.until_phase(name, "ready").await?;
    t.until_idle().await?;
    t.store(owner, name).await
}

pub(crate) fn namespace(store: &Value) -> Result<String> {
    Ok(store["namespace"].as_str().context("no namespace")?.to_owned())
}

/// As it was but for its version, which only grows.
fn ensure_unchanged(before: &Value, after: &Value) -> Result<()> {
    let mut like = after.clone();
    like["version"] = before["version"].clone();
    ensure!(like == *before, "{before}\n{after}");
    ensure!(after["version"].as_u64() > before["version"].as_u64(), "an old version must not stand for something else");
    Ok(())
}
