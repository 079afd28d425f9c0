//! API8 and API9: what is served is what is documented, dressed as it should be.

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::Value;

use crate::harness::{TestBot, run_test};

#[tokio::test]
async fn nothing_is_served_that_is_not_documented() {
    run_test(TestBot::default(), async |t| {
        for path in [
            "/metrics",
            "/admin",
            "/debug",
            "/debug/pprof",
            "/v0/stores",
            "/v2/stores",
            "/v1",
            "/v1/",
            "/api/v1/stores",
            "/.env",
            "/.git/config",
            "/actuator/health",
            "/v1/stores/../../metrics",
            "/v1/stores/%2e%2e/%2e%2e/metrics",
            "//v1/stores",
        ] {
            let answer = t.api_as("root", "admin").get(path).await?;
            ensure!(matches!(answer.status().as_u16(), 400 | 404), "{path}: {}", answer.status());
        }
        for method in ["TRACE", "CONNECT", "PUT", "PATCH", "PROPFIND"] {
            let method = Method::from_bytes(method.as_bytes())?;
            let answer = t.http.request(method.clone(), format!("{}/v1/stores", t.url)).send().await;
            let status = answer.map_or(405, |answer| answer.status().as_u16());
            ensure!(matches!(status, 400 | 401 | 404 | 405), "{method}: {status}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_answer_carries_its_defences_and_tells_nothing_of_the_inside() {
    run_test(TestBot::default(), async |t| {
        let paths = ["/v1/stores", "/v1/nothing", "/", "/docs", "/openapi.json", "/health/ready", "/webhooks/ci"];
        for path in paths {
            let answer = t.http.get(format!("{}{path}", t.url)).send().await?;
            let header = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
            ensure!(header("x-content-type-options") == "nosniff", "{path}");
            ensure!(header("referrer-policy") == "no-referrer", "{path}");
            ensure!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
            let policy = header("content-security-policy");
            let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap_or_default();
            ensure!(policy.contains("default-src 'none'") && !scripts.contains("unsafe-"), "{path}: {policy}");
            ensure!(!header("x-request-id").is_empty(), "{path}");
            for leak in ["server", "x-powered-by", "access-control-allow-origin"] {
                ensure!(header(leak).is_empty(), "{path}: {leak}");
            }
        }
        let cross = t.http.get(format!("{}/v1/stores", t.url)).header("origin", "https://evil.example");
        let cross = cross.send().await?;
        ensure!(!cross.headers().contains_key("access-control-allow-origin"), "CORS is off");
        Ok(())
    })
    .await;
}

/// Each operation says who may call it and how it can fail.
#[tokio::test]
async fn every_operation_is_documented_with_its_errors() {
    run_test(TestBot::default(), async |t| {
        let document: Value = t.http.get(format!("{}/openapi.json", t.url)).send().await?.json().await?;
        for (path, item) in document["paths"].as_object().context("no paths")? {
            for (method, operation) in item.as_object().context("no item")? {
                let what = format!("{method} {path}");
                ensure!(operation["operationId"].is_string() && operation["summary"].is_string(), "{what}");
                let responses = operation["responses"].as_object().context("no responses")?;
                if path.starts_with("/v1/") {
                    for status in ["401", "429", "503"] {
                        ensure!(responses.contains_key(status), "{what} says nothing of {status}");
                    }
                }
            }
        }
        Ok(())
    })
    .await;
}
