//! What runs for a store, asked of a worker.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use storebot::app::{App, Role};

use crate::harness::{Test, TestBot, run_test, until};

async fn pods(t: &Test, who: &str) -> Result<Value> {
    Ok(t.api(who).get("/v1/stores/tea/pods").await?.error_for_status()?.json().await?)
}

#[tokio::test]
async fn a_stores_pods_say_why_they_do_not_get_ready() {
    let bot = TestBot { simulate: Some("image-not-found"), ..TestBot::default() };
    run_test(bot, async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("tea", "failed").await?;
        let seen = until("an event has come", || async {
            let seen = pods(t, "ana").await?;
            Ok(seen["events"].as_array().is_some_and(|e| e.iter().any(|e| e["reason"] == "Failed")).then_some(seen))
        })
        .await?;
        let all = seen["pods"].as_array().context("no pods")?;
        let shop = all.iter().find(|pod| pod["component"] == "shop").context("no shop")?;
        ensure!(shop["ready"] == false && shop["restarts"] == 0 && shop["phase"] == "Pending", "{shop}");
        ensure!(shop["reason"].as_str().is_some_and(|r| r == "ImagePullBackOff" || r == "ErrImagePull"), "{shop}");
        ensure!(shop["message"].as_str().is_some_and(|m| !m.is_empty()), "{shop}");
        let failed = seen["events"].as_array().into_iter().flatten().find(|e| e["reason"] == "Failed");
        let failed = failed.context("no such event")?;
        ensure!(failed["type"] == "Warning" && failed["count"].as_u64() >= Some(1), "{failed}");
        ensure!(failed["object"].as_str().is_some_and(|o| o.starts_with("Pod/")), "{failed}");
        ensure!(failed["at"].is_string() && failed["message"].is_string(), "{failed}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn pods_are_shown_to_whom_the_store_is_visible() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_idle().await?;
        let seen = pods(t, "ana").await?;
        let all = seen["pods"].as_array().context("no pods")?;
        ensure!(all.iter().any(|pod| pod["component"] == "shop" && pod["ready"] == true), "{seen}");
        ensure!(all.iter().all(|pod| pod.get("reason").is_none()), "nothing is wrong: {seen}");
        ensure!(t.api("bob").get("/v1/stores/tea/pods").await?.status() == 404);
        ensure!(t.api_as("root", "admin").get("/v1/stores/tea/pods").await?.status() == 200);
        ana.delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(pods(t, "ana").await? == json!({ "pods": [], "events": [] }));
        // Questions and answers are gone with those who waited.
        until("nothing is left of the questions", || async {
            let dump = t.redis_dump().await?;
            Ok((!dump.contains(":question") && !dump.contains(":answer:")).then_some(()))
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn without_a_worker_the_answer_is_to_come_back() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let door = App::start(t.config.clone(), Role::Serve).await?;
        t.reach(&format!("http://{}", door.public_address().context("no listener")?)).await?;
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let answer = t.api("ana").get("/v1/stores/tea/pods").await?;
        ensure!(answer.status() == 503 && answer.headers().contains_key("retry-after"), "{}", answer.status());
        let body: Value = answer.json().await?;
        ensure!(body["type"] == "urn:storebot:problem:no-worker", "{body}");
        door.stop().await?;
        t.start_bot().await?;
        t.until_idle().await?;
        ensure!(pods(t, "ana").await?["pods"].as_array().is_some_and(|p| !p.is_empty()));
        Ok(())
    })
    .await;
}
