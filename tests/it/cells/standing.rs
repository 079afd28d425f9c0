//! Cells that are drained, added to the configuration, and taken out of it.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::plane::Far;
use super::{Cells, MARK, cell_of, create, look, refused};
use crate::harness::{Test, try_test};

/// What a command of the real program prints, and how it ends.
pub(super) async fn storebot(t: &Test, args: &[&str]) -> Result<(String, i32)> {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_storebot"))
        .arg("--config")
        .arg(&t.config_file)
        .args(args)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let text = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
    Ok((text, output.status.code().context("no exit code")?))
}

pub(super) async fn a_drained_cell_goes_on(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    try_test(cells.bot("", ""), async |t| {
        let near = t.config.cells[0].name.clone();
        create(t, "tea", Some(&near)).await?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        let root = t.api_as("root", "admin");
        let drained: Value = root
            .send(reqwest::Method::POST, &format!("/v1/cells/{near}/drain"), None)
            .await?
            .error_for_status()?
            .json()
            .await?;
        ensure!(drained["state"] == "drained" && drained["drained_at_run_time"] == true, "{drained}");
        for name in ["coffee", "cocoa"] {
            ensure!(cell_of(&create(t, name, None).await?)? == cells.name);
        }
        let body = serde_json::json!({ "name": "milk", "engine": "medusa", "cell": near });
        let (status, kind, problem) = refused(t, &body).await?;
        ensure!((status, kind.as_str()) == (409, "cell-drained"), "{problem}");
        // What is there goes on.
        for what in ["upgrade", "sleep", "wake"] {
            t.api("ana").ask(what, "tea").await?.error_for_status()?;
            t.until_idle().await?;
        }
        t.until_phase("tea", "ready").await?;
        t.api("ana").delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        let (told, code) = storebot(t, &["cells"]).await?;
        ensure!(code == 0 && told.lines().any(|l| l.starts_with(&near) && l.contains("drained")), "{told}");
        ensure!(told.lines().any(|l| l.starts_with(&cells.name) && l.contains("open")), "{told}");
        let (told, code) = storebot(t, &["cells", "undrain", &near]).await?;
        ensure!(code == 0 && told.contains("takes new stores"), "{told}");
        ensure!(cell_of(&create(t, "milk", None).await?)? == near, "the one with the fewest");
        let (told, code) = storebot(t, &["cells", "drain", "mars"]).await?;
        ensure!(code == 1 && told.contains("mars"), "{told}");
        let audit: Value = root.get("/v1/audit?limit=100").await?.error_for_status()?.json().await?;
        let did = |command: &str, door: &str| {
            let items = audit["items"].as_array().into_iter().flatten();
            items.filter(|e| e["command"] == command && e["door"] == door && e["name"] == near).count()
        };
        ensure!(did("drain", "api") == 1 && did("undrain", "console") == 1, "{audit}");
        t.until_idle().await
    })
    .await
}

/// What the configuration file says without its second cell.
async fn without_far(t: &mut Test) -> Result<()> {
    t.stop_bot().await?;
    let text = std::fs::read_to_string(&t.config_file)?;
    std::fs::write(&t.config_file, text.split(MARK).next().context("empty")?)?;
    t.config.cells.truncate(1);
    t.start_bot().await
}

async fn with_far(t: &mut Test, whole: &(String, Vec<storebot::config::Cell>)) -> Result<()> {
    t.stop_bot().await?;
    std::fs::write(&t.config_file, &whole.0)?;
    t.config.cells.clone_from(&whole.1);
    t.start_bot().await
}

pub(super) async fn a_cell_comes_and_goes(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    try_test(cells.bot("", ""), async |t| {
        let whole = (std::fs::read_to_string(&t.config_file)?, t.config.cells.clone());
        without_far(t).await?;
        let near = t.config.cells[0].name.clone();
        for name in ["tea", "coffee"] {
            ensure!(cell_of(&create(t, name, None).await?)? == near);
        }
        t.until_idle().await?;
        // One that is added gets what is new until it has as much.
        with_far(t, &whole).await?;
        for name in ["cocoa", "milk"] {
            ensure!(cell_of(&create(t, name, None).await?)? == cells.name);
        }
        t.until_idle().await?;
        let before = t.store("ana", "milk").await?;
        // One that is taken out while it has stores is told, and they are kept.
        without_far(t).await?;
        let (told, code) = storebot(t, &["doctor"]).await?;
        ensure!(code == 1 && told.contains(&cells.name) && told.contains("2 stores are on it"), "{told}");
        ensure!(look(t, &cells.name).await?["state"] == "unconfigured");
        ensure!(t.store("ana", "milk").await? == before, "it is as it was");
        ensure!(cell_of(&create(t, "water", None).await?)? == near);
        t.until_idle().await?;
        with_far(t, &whole).await?;
        t.api("ana").ask("upgrade", "milk").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(t.store("ana", "milk").await?["phase"] == "ready");
        let (told, _) = storebot(t, &["doctor"]).await?;
        ensure!(!told.contains("unconfigured") && !told.contains("counted there"), "{told}");
        Ok(())
    })
    .await
}
