//! What is not accepted is told clearly, and leaves nothing behind.

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::harness::{Test, TestBot, run_test};

/// Nothing was written: no record, no job, no event.
async fn nothing_happened(t: &Test) -> Result<()> {
    let depth = t.ledger.depth().await?;
    ensure!(depth == Default::default(), "{depth:?}");
    ensure!(t.ledger.page(None, None, 10).await?.items.is_empty());
    Ok(())
}

/// The one shape of all errors.
async fn problem(answer: Response, status: u16, kind: &str) -> Result<Value> {
    let (found, content_type) = (answer.status().as_u16(), answer.headers()["content-type"].to_str()?.to_owned());
    let request_id = answer.headers()["x-request-id"].to_str()?.to_owned();
    let body: Value = answer.json().await?;
    ensure!(found == status, "{found}: {body}");
    ensure!(content_type == "application/problem+json", "{content_type}");
    ensure!(body["type"] == format!("urn:storebot:problem:{kind}") && body["status"] == status, "{body}");
    ensure!(body["request_id"] == request_id, "{body}");
    ensure!(body["detail"].as_str().is_some_and(|d| d.len() > 10) && body["title"].is_string(), "{body}");
    Ok(body)
}

#[tokio::test]
async fn the_api_says_what_is_wrong_with_a_body() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        let cases = [
            (json!({ "name": "Tea Shop", "engine": "medusa" }), 422),
            (json!({ "name": "-tea", "engine": "medusa" }), 422),
            (json!({ "name": "a".repeat(41), "engine": "medusa" }), 422),
            (json!({ "name": "tea", "engine": "magento" }), 422),
            (json!({ "name": "tea", "engine": "medusa", "plan": "huge" }), 422),
            (json!({ "name": "tea", "engine": "medusa", "ttl": "soon" }), 422),
            (json!({ "name": "tea", "engine": "medusa", "title": "x".repeat(81) }), 422),
            (json!({ "name": "tea", "engine": "medusa", "cell": "moon" }), 422),
            (json!({ "name": "tea", "engine": "medusa", "colour": "red" }), 400),
            (json!({ "name": "tea" }), 400),
            (json!({ "name": 7, "engine": "medusa" }), 400),
        ];
        for (body, status) in cases {
            let answer = ana.create(&body).await?;
            let kind = answer.status().as_u16();
            let answer: Value = answer.json().await?;
            ensure!(kind == status, "{body}: {kind} {answer}");
            ensure!(answer["detail"].as_str().is_some_and(|d| d.len() > 20), "{body}: {answer}");
        }
        let unknown =
            problem(ana.create(&json!({ "name": "tea", "engine": "magento" })).await?, 422, "unknown-value").await?;
        let detail = unknown["detail"].as_str().context("no detail")?;
        ensure!(detail.contains("woocommerce") && detail.contains("medusa"), "{detail}");
        nothing_happened(t).await
    })
    .await;
}

#[tokio::test]
async fn every_error_has_one_shape() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        problem(ana.get("/v1/nothing").await?, 404, "no-such-address").await?;
        let answer = ana.send(Method::PATCH, "/v1/stores", None).await?;
        let allow = answer.headers()["allow"].to_str()?.to_owned();
        ensure!(allow.contains("GET") && allow.contains("POST"), "{allow}");
        problem(answer, 405, "method-not-allowed").await?;
        problem(ana.get("/v1/stores/nothing").await?, 404, "store-not-found").await?;

        let url = format!("{}/v1/stores", t.url);
        let none = t.http.get(&url).send().await?;
        ensure!(none.headers()["www-authenticate"].to_str()?.starts_with("Bearer"));
        problem(none, 401, "unauthorized").await?;
        problem(t.http.get(&url).bearer_auth("nonsense").send().await?, 401, "unauthorized").await?;
        let viewer = t.api_as("eve", "viewer").create(&json!({ "name": "tea", "engine": "medusa" })).await?;
        problem(viewer, 403, "forbidden").await?;

        let post = |body: String| {
            let token = storebot::app::mint_token(&t.config, "ana", "member", "1h");
            let request = t.http.post(&url).header("content-type", "application/json").body(body);
            async move { anyhow::Ok(request.bearer_auth(token?).send().await?) }
        };
        problem(post("{".to_owned()).await?, 400, "malformed-body").await?;
        problem(post(format!("{{\"name\":\"{}\"}}", "x".repeat(70_000))).await?, 413, "body-too-large").await?;
        let text = t.http.post(&url).bearer_auth(storebot::app::mint_token(&t.config, "ana", "member", "1h")?);
        problem(text.header("content-type", "text/plain").body("{}").send().await?, 415, "unsupported-media-type")
            .await?;
        nothing_happened(t).await
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_believed_only_with_a_fresh_signature() {
    run_test(TestBot::default(), async |t| {
        let hook = t.webhook();
        let body = json!({ "type": "store.create", "data": { "name": "tea", "engine": "medusa" } });
        let good = || hook.sign("msg_1", &body);
        let now = Timestamp::now().as_second();
        // Whoever can sign is told of the time; nobody else is told anything.
        for at in [now - 301, now + 400] {
            problem(hook.deliver(&hook.sign_at("msg_1", &body, at)).await?, 401, "stale-delivery").await?;
        }
        let mut other_body = good();
        other_body.body[0] ^= 1;
        let mut other_id = good();
        other_id.id = "msg_2".to_owned();
        let mut no_signature = good();
        no_signature.signature = String::new();
        let mut wrong = good();
        wrong.signature = wrong.signature.replace(char::is_uppercase, "A");
        let mut nobody = good();
        nobody.source = "nobody".to_owned();
        problem(hook.deliver(&nobody).await?, 404, "no-such-source").await?;
        let spoilt = [other_body, other_id, no_signature, wrong];
        let mut answers = Vec::new();
        for signed in &spoilt {
            let mut answer = problem(hook.deliver(signed).await?, 401, "bad-signature").await?;
            answer["request_id"] = Value::Null;
            answers.push(answer);
        }
        answers.dedup();
        ensure!(answers.len() == 1, "a refusal tells nothing of the reason: {answers:?}");
        let mut large = good();
        large.body = vec![b' '; 1_100_000];
        problem(hook.deliver(&large).await?, 413, "body-too-large").await?;
        nothing_happened(t).await
    })
    .await;
}

#[tokio::test]
async fn a_webhook_that_asks_nonsense_is_told_so() {
    run_test(TestBot::default(), async |t| {
        let hook = t.webhook();
        let uninteresting = hook.sign("msg_1", &json!({ "type": "customer.created", "data": {} }));
        let answer = hook.deliver(&uninteresting).await?;
        ensure!(answer.status() == 200);
        ensure!(answer.json::<Value>().await?["ignored"].is_string());
        let cases = [
            (json!({ "name": "Tea", "engine": "medusa" }), 422),
            (json!({ "name": "tea", "engine": "medusa", "size": 1 }), 400),
            (json!({ "name": "tea", "engine": "medusa", "callback_url": "ftp://example.com" }), 422),
        ];
        for (index, (data, status)) in cases.iter().enumerate() {
            let answer = hook.create(&format!("msg_{index}x"), data).await?;
            ensure!(answer.status() == *status, "{data}: {}", answer.text().await?);
        }
        nothing_happened(t).await
    })
    .await;
}

#[tokio::test]
async fn discord_hears_a_refusal_only_for_itself() {
    run_test(TestBot::default(), async |t| {
        let ana = t.person("ana");
        for text in [
            "/store create name:\"Tea Shop\" engine:medusa",
            "/store create name:tea engine:medusa ttl:soon",
            "/store status name:nothing",
            "/store delete name:nothing",
        ] {
            let message = ana.slash(text).await?.message().with_context(|| format!("{text}: no answer"))?;
            ensure!(message.is_ephemeral() && message.content().len() > 20, "{text}: {}", message.content());
        }
        nothing_happened(t).await
    })
    .await;
}

#[tokio::test]
async fn discords_endpoint_refuses_what_discord_did_not_sign() {
    run_test(TestBot::default(), async |t| {
        t.discord.verify_endpoint().await?;
        let url = format!("{}/discord/interactions", t.url);
        let unsigned = t.http.post(&url).header("content-type", "application/json").body(r#"{"type":1}"#);
        ensure!(unsigned.send().await?.status() == 401);
        nothing_happened(t).await
    })
    .await;
}

#[tokio::test]
async fn a_taken_name_a_full_quota_and_too_much_haste_are_told_apart() {
    let limits = "stores_per_owner = 2\ncreations_per_hour = 3\nrequests = 1000\n".to_owned();
    run_test(TestBot { limits: Some(limits), ..TestBot::default() }, async |t| {
        let (ana, bob) = (t.api("ana"), t.api("bob"));
        let store = |name: &str| json!({ "name": name, "engine": "medusa" });
        ana.create(&store("tea")).await?.error_for_status()?;
        problem(bob.create(&store("tea")).await?, 409, "name-taken").await?;
        ana.create(&store("coffee")).await?.error_for_status()?;
        let full = problem(ana.create(&store("cocoa")).await?, 422, "quota-exceeded").await?;
        ensure!(full["detail"].as_str().is_some_and(|d| d.contains('2')), "{full}");

        t.until_idle().await?;
        ana.delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        ana.create(&store("cocoa")).await?.error_for_status()?;
        ana.delete("coffee").await?.error_for_status()?;
        t.until_idle().await?;
        let haste = ana.create(&store("water")).await?;
        let wait: u64 = haste.headers()["retry-after"].to_str()?.parse()?;
        ensure!((1..=1200).contains(&wait), "{wait}");
        problem(haste, 429, "rate-limited").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_one_actor_is_stopped_on_the_spot() {
    let limits = "requests = 5\nwindow = '1h'\n".to_owned();
    run_test(TestBot { limits: Some(limits), ..TestBot::default() }, async |t| {
        let ana = t.api("ana");
        for _ in 0..5 {
            ensure!(ana.get("/v1/stores").await?.status() == 200);
        }
        let stopped = ana.get("/v1/stores").await?;
        ensure!(stopped.headers().contains_key("retry-after"));
        problem(stopped, 429, "rate-limited").await?;
        ensure!(t.api("bob").get("/v1/stores").await?.status() == 200, "others are not held back");
        Ok(())
    })
    .await;
}
