//! A deletion that is taken back in time, and one that is not.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::harness::{Test, TestBot, run_test};

async fn make(t: &Test, name: &str) -> Result<Value> {
    t.api("ana").create(&json!({ "name": name, "engine": "medusa" })).await?.error_for_status()?;
    t.until_idle().await?;
    t.store("ana", name).await
}

async fn call(t: &Test, method: reqwest::Method, path: &str) -> Result<(u16, Value)> {
    let answer = t.api("ana").send(method, path, None).await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

#[tokio::test]
async fn a_deletion_is_taken_back_in_time() {
    run_test(TestBot::default(), async |t| {
        let before = make(t, "tea").await?;
        let (status, going) = call(t, reqwest::Method::DELETE, "/v1/stores/tea?grace=1h").await?;
        ensure!(status == 202 && going["phase"] == "deleting" && going["deletes_at"].is_string(), "{going}");
        // Again, and nothing changes; its name is not free yet.
        let (_, again) = call(t, reqwest::Method::DELETE, "/v1/stores/tea?grace=1h").await?;
        ensure!(again["version"] == going["version"], "{again}");
        let taken = t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?;
        ensure!(taken.status() == 409);
        let (status, back) = call(t, reqwest::Method::POST, "/v1/stores/tea/undo").await?;
        ensure!(status == 202 && back["deletes_at"].is_null(), "{back}");
        t.until_idle().await?;
        let after = t.store("ana", "tea").await?;
        ensure!(after["phase"] == "ready" && after["id"] == before["id"], "{after}");
        ensure!(after["release"]["revision"] == before["release"]["revision"], "it was touched: {after}");
        let (status, no) = call(t, reqwest::Method::POST, "/v1/stores/tea/undo").await?;
        ensure!(status == 409 && no["type"] == "urn:storebot:problem:not-now", "{no}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_deletion_happens_when_its_grace_is_over_or_when_it_is_hastened() {
    run_test(TestBot::default(), async |t| {
        make(t, "tea").await?;
        make(t, "coffee").await?;
        call(t, reqwest::Method::DELETE, "/v1/stores/tea?grace=300ms").await?;
        call(t, reqwest::Method::DELETE, "/v1/stores/coffee?grace=7d").await?;
        let (_, hastened) = call(t, reqwest::Method::DELETE, "/v1/stores/coffee").await?;
        ensure!(hastened["deletes_at"].is_null(), "{hastened}");
        t.until_phase("tea", "deleted").await?;
        t.until_phase("coffee", "deleted").await?;
        let (status, no) = call(t, reqwest::Method::POST, "/v1/stores/tea/undo").await?;
        ensure!(status == 409 && no["type"] == "urn:storebot:problem:not-now", "{no}");
        for bad in ["soon", "8d", "-1s"] {
            let (status, no) = call(t, reqwest::Method::DELETE, &format!("/v1/stores/tea?grace={bad}")).await?;
            ensure!(status == 422 && no["detail"].as_str().unwrap_or_default().contains("grace"), "{bad}: {no}");
        }
        Ok(())
    })
    .await;
}
