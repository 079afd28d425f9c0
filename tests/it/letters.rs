//! What was given up, and trying it again.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use storebot::domain::store::StoreId;
use storebot::ledger::Claimed;

use crate::harness::{Api, Process, Test, TestBot, environment, run_test, until};

async fn letters(root: &Api<'_>) -> Result<Vec<Value>> {
    let page: Value = root.get("/v1/dead-letters").await?.error_for_status()?.json().await?;
    ensure!(page.get("next_cursor").is_none(), "{page}");
    Ok(page["items"].as_array().context("no items")?.clone())
}

async fn until_letter(root: &Api<'_>) -> Result<Value> {
    until("there is a dead letter", || async { Ok(letters(root).await?.into_iter().next()) }).await
}

async fn redrive(root: &Api<'_>, letter: &Value) -> Result<reqwest::Response> {
    let id = letter["id"].as_str().context("no id")?;
    root.send(reqwest::Method::POST, &format!("/v1/dead-letters/{id}/redrive"), None).await
}

/// A Helm that fails while a file is there.
fn spoil_helm(t: &mut Test) -> Result<std::path::PathBuf> {
    let folder = t.config_file.parent().context("no folder")?.to_owned();
    let (program, flag) = (folder.join("helm"), folder.join("spoilt"));
    let real = t.config.helm.binary.display();
    let text = format!("#!/bin/sh\n[ \"$1\" = upgrade ] && [ -e {} ] && exit 1\nexec {real} \"$@\"\n", flag.display());
    std::fs::write(&program, text)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    std::fs::write(&flag, "")?;
    t.config.helm.binary = program;
    Ok(flag)
}

#[tokio::test]
async fn a_store_that_was_given_up_is_retried() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let flag = spoil_helm(t)?;
        t.start_bot().await?;
        let (ana, root) = (t.api("ana"), t.api_as("root", "admin"));
        let store: Value = ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.json().await?;
        let letter = until_letter(&root).await?;
        ensure!(letter["store"] == store["id"] && letter["kind"] == "given-up", "{letter}");
        ensure!(letter["reason"].as_str().is_some_and(|r| r.starts_with("helm-failed")), "{letter}");
        ensure!(letter["at"].is_string(), "{letter}");
        t.until_phase("tea", "failed").await?;
        // Nobody else's business, not even of the store's owner.
        ensure!(ana.get("/v1/dead-letters").await?.status() == 403);
        ensure!(redrive(&ana, &letter).await?.status() == 403);

        std::fs::remove_file(flag)?;
        let done = redrive(&root, &letter).await?;
        ensure!(done.status() == 202, "{}", done.status());
        let done: Value = done.json().await?;
        ensure!(done == json!({ "letter": letter["id"], "store": store["id"], "follows": "retry" }), "{done}");
        t.until_idle().await?;
        let ready = t.store("ana", "tea").await?;
        ensure!(ready["phase"] == "ready", "{ready}");
        // Twice is harmless, and so is what never was.
        ensure!(redrive(&root, &letter).await?.status() == 404);
        ensure!(letters(&root).await?.is_empty());
        for id in ["1-1", "nothing"] {
            let missing = redrive(&root, &json!({ "id": id })).await?;
            ensure!(missing.status() == 404);
            let body: Value = missing.json().await?;
            ensure!(body["type"] == "urn:storebot:problem:dead-letter-not-found", "{body}");
        }
        ensure!(root.get("/v1/dead-letters?cursor=nothing").await?.status() == 422);
        ensure!(t.store("ana", "tea").await?["version"] == ready["version"]);
        Ok(())
    })
    .await;
}

/// A worker that takes the store up and is never heard of again.
async fn dies_of_it(t: &Test) -> Result<()> {
    let lease = Duration::from_millis(1);
    let taken = until("the store is in line", || async {
        t.ledger.promote().await?;
        Ok(t.ledger.take(1, lease).await?.into_iter().next())
    })
    .await?;
    ensure!(matches!(t.ledger.claim(&taken, "gone", lease).await?, Claimed::Mine(_)));
    Ok(())
}

#[tokio::test]
async fn what_ends_its_workers_is_given_up() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        t.start_doors().await?;
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        for _ in 0..20 {
            dies_of_it(t).await?;
        }
        let _worker = Process::start_as("work", &t.config_file, &[]).await?;
        let failed = t.until_phase("tea", "failed").await?;
        ensure!(failed["reason"] == "workers-ended", "{failed}");
        let letter = until_letter(&t.api_as("root", "admin")).await?;
        ensure!(letter["store"] == failed["id"] && letter["kind"] == "given-up", "{letter}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn letters_come_page_by_page_and_go_with_their_stores() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let _flag = spoil_helm(t)?;
        t.start_bot().await?;
        let (ana, root) = (t.api("ana"), t.api_as("root", "admin"));
        for name in ["tea", "coffee", "cocoa"] {
            ana.create(&json!({ "name": name, "engine": "medusa" })).await?.error_for_status()?;
        }
        let all = until("there are three", || async {
            let all = letters(&root).await?;
            Ok((all.len() == 3).then_some(all))
        })
        .await?;
        let first: Value = root.get("/v1/dead-letters?limit=2").await?.json().await?;
        ensure!(first["items"].as_array().is_some_and(|items| items[..] == all[..2]), "{first}");
        let cursor = first["next_cursor"].as_str().context("no cursor")?;
        let second: Value = root.get(&format!("/v1/dead-letters?limit=2&cursor={cursor}")).await?.json().await?;
        ensure!(second == json!({ "items": all[2..] }), "{second}");
        for name in ["tea", "coffee", "cocoa"] {
            ana.delete(name).await?.error_for_status()?;
        }
        t.until_idle().await?;
        ensure!(letters(&root).await?.is_empty());
        ensure!(redrive(&root, &all[0]).await?.status() == 404);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_record_that_could_not_be_read_is_looked_at_again() {
    run_test(TestBot::default(), async |t| {
        let (ana, root) = (t.api("ana"), t.api_as("root", "admin"));
        let store: Value = ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.json().await?;
        t.until_idle().await?;
        let ready = t.store("ana", "tea").await?;
        let id = StoreId::parse(store["id"].as_str().context("no id")?).context("no id")?;
        let mut raw = environment::redis_connection(&environment::redis_url()).await?;
        let key = format!("{{{}}}:seen:{id}", t.config.redis.prefix);
        let whole: String = redis::cmd("GET").arg(&key).query_async(&mut raw).await?;
        redis::cmd("SET").arg(&key).arg("{").exec_async(&mut raw).await?;
        t.ledger.look(&id).await?;
        let letter = until_letter(&root).await?;
        ensure!(letter["kind"] == "unreadable" && letter["store"] == store["id"], "{letter}");
        redis::cmd("SET").arg(&key).arg(whole).exec_async(&mut raw).await?;
        let done: Value = redrive(&root, &letter).await?.error_for_status()?.json().await?;
        ensure!(done["follows"] == "look", "{done}");
        t.until_idle().await?;
        ensure!(letters(&root).await?.is_empty() && t.store("ana", "tea").await? == ready);
        Ok(())
    })
    .await;
}
