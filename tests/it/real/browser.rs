//! What people see: headless Chromium, driven by `tests/browser`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::shop::{Login, Shop};

/// A visit on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Number of an order, as its customer was told.
pub(super) struct Order(String);

/// A stranger with a phone opens the shop and orders something.
pub(super) async fn buy(shop: &Shop, title: &str) -> Result<Order> {
    let details = json!({ "engine": shop.engine, "url": shop.url, "title": title });
    let found = visit("buy", details).await?;
    // WooCommerce's pages are not ours; what is ours must be fit for everybody.
    ensure!(found["problems"] == json!([]), "not accessible: {}", found["problems"]);
    let order = found["order"].as_str().with_context(|| format!("no order number: {found}"))?;
    Ok(Order(order.to_owned()))
}

/// The owner logs in and finds an order.
pub(super) async fn own(shop: &Shop, login: &Login, Order(order): &Order) -> Result<()> {
    let details = json!({
        "engine": shop.engine,
        "admin_url": shop.admin_url,
        "username": login.username,
        "password": login.password,
        "order": order,
    });
    visit("own", details).await.map(drop)
}

async fn visit(task: &str, mut details: Value) -> Result<Value> {
    details["pictures"] = json!(pictures());
    let mut child = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/visit.mjs"))
        .arg(task)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("node cannot be started")?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    stdin.write_all(details.to_string().as_bytes()).await?;
    drop(stdin);
    let output =
        tokio::time::timeout(PATIENCE, child.wait_with_output()).await.context("the browser does not end")??;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let found: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(found["faults"] == json!([]), "{task}: {}", found["faults"]);
    Ok(found)
}

fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/e2e")
}
