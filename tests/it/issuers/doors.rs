//! Jobs of GitHub Actions and GitLab CI at the door of a running storebot.

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use storebot::domain::store::StoreRef;

use super::AUDIENCE;
use crate::harness::{Answer, Issuer, Pair, Process, Test, TestBot, TlsFront, run_test};

fn configured(name: &str, kind: &str, issuer: &Issuer, more: &str) -> String {
    format!("[[auth.issuers]]\nname='{name}'\nkind='{kind}'\nissuer='{}'\naudience='{AUDIENCE}'\n{more}\n", issuer.url)
}

fn allow(rule: &str) -> String {
    format!("[[auth.issuers.allow]]\n{rule}\n")
}

/// Claims that every token has, from now on for five minutes.
fn now(issuer: &Issuer, jti: &str) -> Value {
    let now = Timestamp::now().as_second();
    json!({ "iss": issuer.url, "aud": AUDIENCE, "sub": "opaque", "jti": jti, "iat": now, "nbf": now, "exp": now + 300 })
}

fn github(issuer: &Issuer, repository: &str, event: &str, git_ref: &str) -> Value {
    let mut claims = now(issuer, repository);
    claims["repository_id"] = json!(repository);
    claims["repository_owner_id"] = json!("65");
    claims["event_name"] = json!(event);
    claims["ref"] = json!(git_ref);
    claims
}

fn gitlab(issuer: &Issuer, project: &str, protected: &str) -> Value {
    let mut claims = now(issuer, project);
    claims["project_id"] = json!(project);
    claims["namespace_id"] = json!("72");
    claims["pipeline_source"] = json!("push");
    claims["ref"] = json!("main");
    claims["ref_protected"] = json!(protected);
    claims
}

async fn send(t: &Test, token: &str, method: Method, path: &str, body: Option<Value>) -> Result<Response> {
    let request = t.http.request(method, format!("{}{path}", t.url)).bearer_auth(token);
    Ok(if let Some(body) = body { request.json(&body) } else { request }.send().await?)
}

async fn create(t: &Test, token: &str, name: &str) -> Result<Response> {
    send(t, token, Method::POST, "/v1/stores", Some(json!({ "name": name, "engine": "medusa" }))).await
}

async fn kind(answer: Response) -> Result<(u16, String)> {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await?;
    Ok((status, body["type"].as_str().context("no problem")?.rsplit(':').next().unwrap_or_default().to_owned()))
}

#[tokio::test]
async fn jobs_of_both_make_and_remove_stores_of_their_own() -> Result<()> {
    let (hub, lab) = (Issuer::start(Pair::rsa("hub", 0)).await?, Issuer::start(Pair::rsa("lab", 1)).await?);
    let (by_hub, by_lab) = (Pair::rsa("hub", 0), Pair::rsa("lab", 1));
    let rules = allow("repository_id='74'\nref='refs/heads/main'") + &allow("repository_owner_id='65'\nrole='viewer'");
    let extra = configured("hub", "github", &hub, "") + &rules;
    let extra = extra + &configured("lab", "gitlab", &lab, "") + &allow("project_id='20'\nref_protected=true");
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let main = by_hub.sign(&github(&hub, "74", "push", "refs/heads/main"));
        let made: Value = create(t, &main, "tea").await?.error_for_status()?.json().await?;
        ensure!(made["owner"] == "github:74", "{made}");
        let record = t.ledger.find(&StoreRef::new("tea"), None).await?.context("no store")?;
        ensure!(record.spec.org.is_some_and(|org| org.as_str() == "github:65"));
        let job = by_lab.sign(&gitlab(&lab, "20", "true"));
        let made: Value = create(t, &job, "coffee").await?.error_for_status()?.json().await?;
        ensure!(made["owner"] == "gitlab:20", "{made}");

        // Nobody sees the other's store; another branch of the repository may look and not touch.
        ensure!(send(t, &job, Method::GET, "/v1/stores/tea", None).await?.status() == 404);
        ensure!(send(t, &main, Method::GET, "/v1/stores/coffee", None).await?.status() == 404);
        let branch = by_hub.sign(&github(&hub, "74", "push", "refs/heads/x"));
        ensure!(send(t, &branch, Method::GET, "/v1/stores/tea", None).await?.status() == 200);
        let refused = send(t, &branch, Method::DELETE, "/v1/stores/tea", None).await?;
        ensure!(kind(refused).await? == (403, "forbidden".to_owned()));

        for stranger in [
            by_hub.sign(&github(&hub, "74", "pull_request", "refs/heads/main")),
            by_lab.sign(&gitlab(&lab, "20", "false")),
            by_lab.sign(&gitlab(&lab, "21", "true")),
            by_lab.sign(&github(&hub, "74", "push", "refs/heads/main")),
            by_hub.sign(&gitlab(&lab, "20", "true")),
        ] {
            let refused = create(t, &stranger, "none").await?;
            let challenge = refused.headers()["www-authenticate"].to_str()?.to_owned();
            ensure!(challenge == "Bearer error=\"invalid_token\"", "{challenge}");
            ensure!(kind(refused).await? == (401, "unauthorized".to_owned()));
        }
        let numbers = t.metrics().await?;
        ensure!(numbers.contains("storebot_token_refusals_total{reason=\"no_rule\"} 3"), "{numbers}");
        ensure!(!numbers.contains("eyJ") && !numbers.contains("127.0.0.1"), "{numbers}");

        t.until_idle().await?;
        for (token, name) in [(&main, "tea"), (&job, "coffee")] {
            send(t, token, Method::DELETE, &format!("/v1/stores/{name}"), None).await?.error_for_status()?;
        }
        Ok(())
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn a_token_for_one_use_changes_something_once_on_all_replicas() -> Result<()> {
    let key = Pair::rsa("hub", 0);
    let issuer = Issuer::start(key.clone()).await?;
    let extra = configured("hub", "github", &issuer, "single_use=true") + &allow("repository_id='74'");
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let token = |jti: &str| {
            let mut claims = github(&issuer, "74", "push", "refs/heads/main");
            claims["jti"] = json!(jti);
            key.sign(&claims)
        };
        let once = token("one");
        ensure!(send(t, &once, Method::GET, "/v1/stores", None).await?.status() == 200);
        ensure!(create(t, &once, "tea").await?.status() == 202);
        ensure!(kind(create(t, &once, "coffee").await?).await? == (401, "token-used".to_owned()));
        ensure!(send(t, &once, Method::GET, "/v1/stores", None).await?.status() == 200, "reading is not counted");
        t.stop_bot().await?;
        t.start_bot().await?;
        ensure!(kind(create(t, &once, "coffee").await?).await? == (401, "token-used".to_owned()));
        let mut nameless = github(&issuer, "74", "push", "refs/heads/main");
        nameless["jti"] = Value::Null;
        ensure!(kind(create(t, &key.sign(&nameless), "coffee").await?).await? == (401, "unauthorized".to_owned()));
        ensure!(create(t, &token("two"), "coffee").await?.status() == 202);
        let kept = t.redis_dump().await?;
        ensure!(kept.matches(":token:").count() == 2, "{kept}");
        ensure!(!kept.contains(once.rsplit_once('.').context("no token")?.1), "a token is kept");
        Ok(())
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn while_the_keys_cannot_be_had_a_job_is_told_to_come_back() -> Result<()> {
    let key = Pair::rsa("hub", 0);
    let issuer = Issuer::start(key.clone()).await?;
    issuer.answer(Answer::Status(503));
    let extra = configured("hub", "github", &issuer, "") + &allow("repository_id='74'");
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let away = create(t, &key.sign(&github(&issuer, "74", "push", "refs/heads/main")), "tea").await?;
        ensure!(away.headers()["retry-after"] == "5", "{:?}", away.headers());
        ensure!(kind(away).await? == (503, "issuer-away".to_owned()));
        // Everybody else is let in as ever.
        ensure!(t.api("ana").get("/v1/stores").await?.status() == 200);
        Ok(())
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn an_issuer_inside_is_trusted_by_the_certificates_of_the_machine() -> Result<()> {
    let key = Pair::rsa("lab", 1);
    let mut issuer = Issuer::start(key.clone()).await?;
    let front = TlsFront::start(&issuer.url).await?;
    issuer.moves_to(&front.url);
    let extra = configured("lab", "gitlab", &issuer, "") + &allow("project_id='20'");
    run_test(TestBot { extra, not_started: true, ..TestBot::default() }, async |t| {
        let certificate = t.config_file.with_extension("pem");
        std::fs::write(&certificate, &front.certificate)?;
        let token = key.sign(&gitlab(&issuer, "20", "true"));
        for (trusted, status) in [("/nowhere.pem", 503), (certificate.to_str().context("no path")?, 200)] {
            let process = Process::start(&t.config_file, &[("SSL_CERT_FILE", trusted)]).await?;
            let answer = t.http.get(format!("{}/v1/stores", process.url)).bearer_auth(&token).send().await?;
            ensure!(answer.status() == status, "{}: {}", answer.text().await?, process.log());
            process.kill().await?;
        }
        Ok(())
    })
    .await;
    Ok(())
}
