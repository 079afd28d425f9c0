//! Those who ask.

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use stand_in_discord::{InteractionHandle, UserHandle};
use storebot::domain::webhook::Secret;

use super::bot::Test;
use super::environment::until;
use super::secrets;
use super::setup::WEBHOOK_SECRET;

/// A client of the HTTP API.
pub(crate) struct Api<'a> {
    test: &'a Test,
    token: String,
}

/// A sender of signed deliveries.
pub(crate) struct Hook<'a> {
    test: &'a Test,
}

/// A delivery before it is sent; every part can be spoilt.
pub(crate) struct Signed {
    pub(crate) source: String,
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

/// Deletes a store as people do on Discord: asks for it, and types its name into the form that opens.
pub(crate) async fn delete_on_discord(who: &UserHandle, name: &str) -> Result<InteractionHandle> {
    let asked = who.slash(&format!("/store delete name:{name}")).await?;
    ensure!(asked.response_type() == Some(9), "no form: {:?}", asked.state().response);
    Ok(who.submit_modal(&asked, &[("name", name)]).await?)
}

impl Test {
    /// A client with a member's token.
    pub(crate) fn api(&self, subject: &str) -> Api<'_> {
        self.api_as(subject, "member")
    }

    pub(crate) fn api_as(&self, subject: &str, role: &str) -> Api<'_> {
        let token = storebot::app::mint_token(&self.config, subject, role, "1h").unwrap();
        secrets::note("a bearer token", &token);
        Api { test: self, token }
    }

    pub(crate) fn webhook(&self) -> Hook<'_> {
        Hook { test: self }
    }

    /// Somebody on Discord.
    pub(crate) fn person(&self, name: &str) -> UserHandle {
        self.discord.user(name)
    }

    /// The store as its owner's client sees it.
    pub(crate) async fn store(&self, owner: &str, name: &str) -> Result<Value> {
        let response = self.api_as(owner, "admin").get(&format!("/v1/stores/{name}")).await?;
        Ok(response.error_for_status()?.json().await?)
    }

    /// Waits until a store has come into a phase.
    pub(crate) async fn until_phase(&self, name: &str, phase: &str) -> Result<Value> {
        until(&format!("{name} is {phase}"), || async {
            let store = self.store("watcher", name).await?;
            Ok((store["phase"] == phase).then_some(store))
        })
        .await
    }
}

impl Api<'_> {
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response> {
        let request = self.test.http.request(method, format!("{}{path}", self.test.url)).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        request.send().await.context("no answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Response> {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn create(&self, body: &Value) -> Result<Response> {
        self.send(Method::POST, "/v1/stores", Some(body)).await
    }

    pub(crate) async fn create_with_key(&self, key: &str, body: &Value) -> Result<Response> {
        let request = self.test.http.post(format!("{}/v1/stores", self.test.url)).bearer_auth(&self.token);
        Ok(request.header("idempotency-key", key).json(body).send().await?)
    }

    /// Follows a store at `url`, a replica's address, from behind the event `after`.
    pub(crate) async fn follow_at(&self, url: &str, name: &str, after: Option<&str>) -> Result<Response> {
        let request = self.test.http.get(format!("{url}/v1/stores/{name}/events")).bearer_auth(&self.token);
        let request = request.header("accept", "text/event-stream");
        let request = match after {
            Some(after) => request.header("last-event-id", after),
            None => request,
        };
        request.send().await.context("no answer")
    }

    pub(crate) async fn follow(&self, name: &str) -> Result<Response> {
        self.follow_at(&self.test.url, name, None).await
    }

    /// `POST /v1/stores/{name}/{what}`.
    pub(crate) async fn ask(&self, what: &str, name: &str) -> Result<Response> {
        self.send(Method::POST, &format!("/v1/stores/{name}/{what}"), None).await
    }

    pub(crate) async fn ask_with_key(&self, what: &str, name: &str, key: &str) -> Result<Response> {
        self.send_with_key(Method::POST, &format!("/v1/stores/{name}/{what}"), key).await
    }

    pub(crate) async fn send_with_key(&self, method: Method, path: &str, key: &str) -> Result<Response> {
        let request = self.test.http.request(method, format!("{}{path}", self.test.url)).bearer_auth(&self.token);
        Ok(request.header("idempotency-key", key).send().await?)
    }

    pub(crate) async fn delete(&self, name: &str) -> Result<Response> {
        self.send(Method::DELETE, &format!("/v1/stores/{name}"), None).await
    }
}

impl Hook<'_> {
    /// A good delivery, ready to be sent or spoilt.
    pub(crate) fn sign(&self, id: &str, body: &Value) -> Signed {
        self.sign_at(id, body, Timestamp::now().as_second())
    }

    pub(crate) fn sign_at(&self, id: &str, body: &Value, timestamp: i64) -> Signed {
        let body = body.to_string().into_bytes();
        let signature = Secret::parse(WEBHOOK_SECRET).unwrap().sign(id, timestamp, &body);
        Signed { source: "ci".to_owned(), id: id.to_owned(), timestamp, signature, body }
    }

    pub(crate) async fn deliver(&self, signed: &Signed) -> Result<Response> {
        let request = self.test.http.post(format!("{}/webhooks/{}", self.test.url, signed.source));
        let request = request
            .header("content-type", "application/json")
            .header("webhook-id", &signed.id)
            .header("webhook-timestamp", signed.timestamp.to_string())
            .header("webhook-signature", &signed.signature);
        Ok(request.body(signed.body.clone()).send().await?)
    }

    /// Signs and sends an event of any type.
    pub(crate) async fn event(&self, id: &str, kind: &str, data: &Value) -> Result<Response> {
        self.deliver(&self.sign(id, &json!({ "type": kind, "data": data }))).await
    }

    /// Signs and sends a create.
    pub(crate) async fn create(&self, id: &str, data: &Value) -> Result<Response> {
        self.deliver(&self.sign(id, &json!({ "type": "store.create", "data": data }))).await
    }
}
