//! API4: nobody makes storebot work or remember without end.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::harness::{TestBot, run_test};

#[tokio::test]
async fn what_is_asked_for_is_bounded() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        for path in [
            "/v1/stores?limit=0",
            "/v1/stores?limit=201",
            "/v1/stores?limit=4294967296",
            "/v1/stores?limit=-1",
            "/v1/stores/tea/events?limit=100000",
        ] {
            let status = ana.get(path).await?.status();
            ensure!(matches!(status.as_u16(), 400 | 422), "{path}: {status}");
        }
        let long = "x".repeat(4_000);
        for path in [
            format!("/v1/stores/{long}"),
            format!("/v1/stores?cursor={long}"),
            format!("/v1/stores?owner={long}"),
            format!("/v1/approvals/{long}"),
        ] {
            let status = ana.get(&path).await?.status();
            ensure!(status.as_u16() < 500, "{}: {status}", &path[..30]);
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_body_is_bounded_in_size_and_depth() {
    run_test(TestBot::default(), async |t| {
        let token = storebot::app::mint_token(&t.config, "ana", "member", "1h")?;
        let send = async |body: String| -> Result<u16> {
            let request = t.http.post(format!("{}/v1/stores", t.url)).bearer_auth(&token);
            Ok(request.header("content-type", "application/json").body(body).send().await?.status().as_u16())
        };
        ensure!(send("[".repeat(60_000)).await? == 400, "nested too deep");
        ensure!(send(format!("{{\"name\":{}", "{\"a\":".repeat(10_000))).await? == 400);
        ensure!(send("x".repeat(70_000)).await? == 413);
        let digits = format!("{{\"name\":\"tea\",\"engine\":\"medusa\",\"ttl\":{}}}", "9".repeat(60_000));
        ensure!(send(digits).await? == 400, "a number as long as a body");
        Ok(())
    })
    .await;
}

/// Weights: what costs more counts for more.
#[tokio::test]
async fn commands_use_a_budget_up_faster_than_questions() {
    let limits = "requests = 20\nwindow = '1h'\naddress_per_second = 100000\n".to_owned();
    run_test(TestBot { limits: Some(limits), ..TestBot::default() }, async |t| {
        let left = |answer: &reqwest::Response| {
            let header = answer.headers().get("ratelimit").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
            header.split("r=").nth(1).and_then(|r| r.split(';').next()).and_then(|r| r.parse::<u32>().ok())
        };
        let ana = t.api("ana");
        let asked = ana.get("/v1/stores").await?;
        ensure!(left(&asked) == Some(19), "{:?}", asked.headers());
        ensure!(asked.headers()["ratelimit-policy"] == "\"actor\";q=20;w=3600", "{:?}", asked.headers());
        let created = ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?;
        ensure!(created.status() == 202 && left(&created) == Some(14), "{:?}", created.headers());
        let mut statuses = Vec::new();
        for name in ["a", "b", "c"] {
            statuses.push(ana.create(&json!({ "name": name, "engine": "medusa" })).await?.status().as_u16());
        }
        ensure!(statuses == [202, 202, 429], "{statuses:?}");
        ensure!(ana.get("/v1/stores").await?.status() == 200, "there is still room for questions");
        Ok(())
    })
    .await;
}
