//! The three doors, as their clients use them: one attempt each, its answer read into few words.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use stand_in_discord::{SlashError, StandIn};
use storebot::config::Config;
use storebot::domain::webhook::Secret;

use super::ground::WEBHOOK_SECRET;
use super::plan::{Actor, Ask, Cell, Line};

/// Longer than storebot's own patience with Redis, shorter than anybody's.
const PATIENCE: Duration = Duration::from_secs(6);

/// Long enough that nothing ends by itself, and short enough that there is more to be had.
const TTL: &str = "90d";

/// What one attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Accepted(Option<String>),
    Refused(String),
    /// It may have been done or not: to be repeated.
    Unclear(String),
    Odd(String),
}

/// An interaction that somebody began.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) ask: Ask,
    pub(super) id: u64,
}

pub(super) struct Doors<'a> {
    http: reqwest::Client,
    replicas: Vec<SocketAddr>,
    discord: &'a StandIn,
    config: &'a Config,
    pub(super) begun: Mutex<Vec<Begun>>,
}

/// A delivery that can be sent again as it is.
#[derive(Clone)]
pub(super) struct Delivery {
    source: String,
    id: String,
    timestamp: i64,
    signature: String,
    body: String,
}

impl<'a> Doors<'a> {
    pub(super) fn new(replicas: Vec<SocketAddr>, discord: &'a StandIn, config: &'a Config) -> Result<Self> {
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
        Ok(Self { http, replicas, discord, config, begun: Mutex::default() })
    }

    /// Owner of what this actor makes.
    pub(super) fn owner(&self, actor: Actor) -> String {
        match actor.door {
            super::plan::Door::Api => format!("api:{}", actor.name()),
            super::plan::Door::Hook => format!("webhook:{}", actor.name()),
            super::plan::Door::Chat => format!("discord:{}", self.discord.user(&actor.name()).id()),
        }
    }

    fn url(&self, replica: usize, path: &str) -> String {
        format!("http://{}{path}", self.replicas[replica % self.replicas.len()])
    }

    fn token(&self, actor: Actor) -> Result<String> {
        storebot::app::mint_token(self.config, &actor.name(), "member", "1h")
    }

    /// One request to the API.
    pub(super) async fn api(&self, replica: usize, line: &Line, ask: Ask, key: Option<&str>) -> Outcome {
        let name = &line.name;
        let request = match ask {
            Ask::Create => {
                let body = json!({ "name": name, "engine": line.engine, "cell": line.cell.name(), "ttl": TTL });
                self.http.post(self.url(replica, "/v1/stores")).json(&body)
            }
            Ask::Delete => {
                // Where stores take long, some are deleted while they are made, and rest until then.
                let grace = if line.cell == Cell::Slow { "?grace=1s" } else { "" };
                self.http.request(Method::DELETE, self.url(replica, &format!("/v1/stores/{name}{grace}")))
            }
            Ask::Verify | Ask::Upgrade | Ask::Extend | Ask::Sleep | Ask::Wake => {
                self.http.post(self.url(replica, &format!("/v1/stores/{name}/{}", ask.word())))
            }
        };
        let Ok(token) = self.token(line.actor) else { return Outcome::Odd("no token".to_owned()) };
        let request = request.bearer_auth(token);
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        hear(request, "id").await
    }

    /// The store as the API shows it to its owner: phase and id.
    pub(super) async fn look(&self, replica: usize, line: &Line) -> Option<(String, String)> {
        let request = self.http.get(self.url(replica, &format!("/v1/stores/{}", line.name)));
        let answer = request.bearer_auth(self.token(line.actor).ok()?).send().await.ok()?;
        let store: Value = answer.error_for_status().ok()?.json().await.ok()?;
        Some((store["phase"].as_str()?.to_owned(), store["id"].as_str()?.to_owned()))
    }

    /// Signs a delivery.
    pub(super) fn sign(&self, id: &str, line: &Line, ask: Ask, callback: &str) -> Result<Delivery> {
        let mut data = json!({ "name": line.name, "callback_url": callback });
        if ask == Ask::Create {
            (data["engine"], data["cell"]) = (json!(line.engine), json!(line.cell.name()));
            data["ttl"] = json!(TTL);
        }
        let body = json!({ "type": format!("store.{}", ask.word()), "data": data }).to_string();
        let timestamp = Timestamp::now().as_second();
        let secret = Secret::parse(WEBHOOK_SECRET).context("the secret")?;
        let signature = secret.sign(id, timestamp, body.as_bytes());
        Ok(Delivery { source: line.actor.name(), id: id.to_owned(), timestamp, signature, body })
    }

    /// One delivery.
    pub(super) async fn hook(&self, replica: usize, delivery: &Delivery) -> Outcome {
        let request = self.http.post(self.url(replica, &format!("/webhooks/{}", delivery.source)));
        let request = request
            .header("content-type", "application/json")
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", delivery.timestamp.to_string())
            .header("webhook-signature", &delivery.signature)
            .body(delivery.body.clone());
        hear(request, "store_id").await
    }

    /// One slash command.
    pub(super) async fn chat(&self, replica: usize, line: &Line, ask: Ask) -> Outcome {
        self.discord.set_interactions_url(&self.url(replica, "/discord/interactions"));
        let mut text = format!("/store {} name:{}", ask.word(), line.name);
        if ask == Ask::Create {
            text.push_str(&format!(" engine:{}", line.engine));
        }
        let who = self.discord.user(&line.actor.name());
        let asked = match who.slash(&text).await {
            // A deletion is asked for its name first.
            Ok(opened) if opened.response_type() == Some(9) => who.submit_modal(&opened, &[("name", &line.name)]).await,
            asked => asked,
        };
        match asked {
            Ok(talk) => {
                self.remember(line, ask, talk.id());
                let response = talk.state().response.unwrap_or_default();
                match (response["type"].as_u64(), response.pointer("/data/content").and_then(Value::as_str)) {
                    (Some(5), _) => Outcome::Accepted(None),
                    (Some(4), Some(words)) => read_words(words),
                    _ => Outcome::Odd(response.to_string()),
                }
            }
            Err(SlashError::NotAnswered { interaction_id, reason }) => {
                self.remember(line, ask, interaction_id);
                Outcome::Unclear(reason)
            }
            Err(other) => Outcome::Odd(other.to_string()),
        }
    }

    fn remember(&self, line: &Line, ask: Ask, id: u64) {
        let begun = Begun { owner: self.owner(line.actor), name: line.name.clone(), ask, id };
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).push(begun);
    }
}

/// A refusal on Discord is words for a person; its title says which it is.
fn read_words(words: &str) -> Outcome {
    let title = words.trim_start_matches("**").split("**").next().unwrap_or_default();
    match title {
        "This name is taken." => Outcome::Refused("name-taken".to_owned()),
        "Your quota is used up." => Outcome::Refused("quota-exceeded".to_owned()),
        "There is no such store." => Outcome::Refused("store-not-found".to_owned()),
        "This cannot be done now." => Outcome::Refused("not-now".to_owned()),
        "storebot cannot accept requests right now." => Outcome::Unclear("unavailable".to_owned()),
        // Put before the approvers, with who asks for what in front.
        _ if words.contains("**Your quota is used up.**") => Outcome::Refused("quota-exceeded".to_owned()),
        _ if words.starts_with("This took too long.") => Outcome::Unclear("too slow".to_owned()),
        _ => Outcome::Odd(words.to_owned()),
    }
}

async fn hear(request: RequestBuilder, id: &str) -> Outcome {
    let (status, text) = match request.send().await {
        Err(error) => return Outcome::Unclear(format!("{:?}", error.without_url())),
        Ok(answer) => {
            let status = answer.status();
            match answer.text().await {
                Err(error) => return Outcome::Unclear(format!("{status}, then {:?}", error.without_url())),
                Ok(text) => (status, text),
            }
        }
    };
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    read_answer(status, &body, id).unwrap_or_else(|| Outcome::Odd(format!("{status}: {text}")))
}

fn read_answer(status: StatusCode, body: &Value, id: &str) -> Option<Outcome> {
    let kind = body["type"].as_str().and_then(|kind| kind.strip_prefix("urn:storebot:problem:"));
    Some(match status {
        StatusCode::ACCEPTED => Outcome::Accepted(Some(body[id].as_str()?.to_owned())),
        StatusCode::SERVICE_UNAVAILABLE => Outcome::Unclear(kind?.to_owned()),
        StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => match kind? {
            // Each key is used for one body.
            "idempotency-key-reused" | "contradictory-delivery" => return None,
            kind => Outcome::Refused(kind.to_owned()),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let problem = |kind: &str| json!({ "type": format!("urn:storebot:problem:{kind}") });
        let read = |status: u16, body: &Value| read_answer(StatusCode::from_u16(status).unwrap(), body, "id");
        assert_eq!(read(202, &json!({ "id": "1" })), Some(Outcome::Accepted(Some("1".to_owned()))));
        assert_eq!(read(202, &json!({})), None);
        assert_eq!(read(503, &problem("unavailable")), Some(Outcome::Unclear("unavailable".to_owned())));
        assert_eq!(read(409, &problem("name-taken")), Some(Outcome::Refused("name-taken".to_owned())));
        assert_eq!(read(422, &problem("idempotency-key-reused")), None);
        assert_eq!(read(500, &problem("internal")), None);
    }

    #[test]
    fn words_are_read() {
        assert_eq!(read_words("**Your quota is used up.** You"), Outcome::Refused("quota-exceeded".to_owned()));
        let asked = "<@7> asks for **tea** (Medusa, small). **Your quota is used up.** You have";
        assert_eq!(read_words(asked), Outcome::Refused("quota-exceeded".to_owned()));
        assert_eq!(read_words("This took too long. x"), Outcome::Unclear("too slow".to_owned()));
        assert!(matches!(read_words("**Something else.** x"), Outcome::Odd(_)));
    }
}
