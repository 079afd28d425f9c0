//! A bot for the stand-in to talk to: refuses bad signatures, answers as a test wants.

use ed25519_dalek::{Signature, VerifyingKey};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::{Endpoint, Request, Response, Server};
use serde_json::{Value, json};
use stand_in_discord::{Config, SIGNATURE_HEADER, StandIn, TIMESTAMP_HEADER};
use tokio::sync::watch;

use crate::document::Document;

pub(crate) type Reply = dyn Fn(&Value) -> Option<Value> + Send + Sync;

/// A stand-in with a bot behind it.
pub(crate) struct Scene {
    pub(crate) discord: StandIn,
    received: watch::Sender<Vec<Value>>,
    pub(crate) http: reqwest::Client,
    bot: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.bot.abort();
    }
}

struct Bot {
    key: VerifyingKey,
    received: watch::Sender<Vec<Value>>,
    reply: Box<Reply>,
}

impl Endpoint for Bot {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let body = request.take_body().into_vec().await?;
        if !self.signed(&request, &body) {
            return Ok(StatusCode::UNAUTHORIZED.into());
        }
        let interaction: Value = serde_json::from_slice(&body).unwrap();
        let reply = if interaction["type"] == 1 { Some(json!({"type": 1})) } else { (self.reply)(&interaction) };
        self.received.send_modify(|received| received.push(interaction));
        Ok(match reply {
            Some(reply) => Response::builder().content_type("application/json").body(reply.to_string()),
            None => StatusCode::ACCEPTED.into(),
        })
    }
}

impl Bot {
    fn signed(&self, request: &Request, body: &[u8]) -> bool {
        let header = |name| request.header(name).unwrap_or_default();
        let message = [header(TIMESTAMP_HEADER).as_bytes(), body].concat();
        let signature = hex::decode(header(SIGNATURE_HEADER)).ok();
        let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| self.key.verify_strict(&message, &signature).is_ok())
    }
}

impl Scene {
    /// With a bot that answers like this; `None` is 202, to answer by callback.
    pub(crate) async fn with(reply: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static) -> Self {
        Self::configured(Config::default(), reply).await
    }

    /// With a bot that defers everything.
    pub(crate) async fn deferring() -> Self {
        Self::with(|_| Some(json!({"type": 5}))).await
    }

    pub(crate) async fn configured(
        config: Config,
        reply: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static,
    ) -> Self {
        let second_opinion = config.second_opinion.or(crate::document::second_opinion().unwrap());
        let discord = StandIn::start(Config { second_opinion, ..config }).await.unwrap();
        let key: [u8; 32] = hex::decode(discord.public_key_hex()).unwrap().try_into().unwrap();
        let received = watch::Sender::default();
        let bot =
            Bot { key: VerifyingKey::from_bytes(&key).unwrap(), received: received.clone(), reply: Box::new(reply) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        discord.set_interactions_url(&format!("http://{}/interactions", listener.local_addr().unwrap()));
        let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
        let bot = tokio::spawn(server.run(bot));
        let scene = Self { discord, received, http: reqwest::Client::new(), bot };
        let commands = format!("/applications/{}/commands", scene.discord.application_id());
        let (status, body) = scene.call("PUT", &commands, Some(store_command())).await;
        assert_eq!(status, 200, "{body}");
        scene
    }

    /// Interactions that reached the bot so far.
    pub(crate) fn received(&self) -> Vec<Value> {
        self.received.borrow().clone()
    }

    /// The first interaction, once it has reached the bot.
    pub(crate) async fn first_received(&self) -> Value {
        let mut received = self.received.subscribe();
        let received = received.wait_for(|received| !received.is_empty()).await.unwrap();
        received[0].clone()
    }

    /// Calls the REST API with the bot token.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let response = self.raw(method, path, body).send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) fn raw(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::RequestBuilder {
        let url = format!("{}/api/v10{path}", self.discord.base_url());
        let request = self.http.request(method.parse().unwrap(), url).header("Authorization", "Bot stand-in-bot-token");
        match body {
            Some(body) => request.json(&body),
            None => request,
        }
    }

    /// Path of an interaction's webhook.
    pub(crate) fn webhook(&self, interaction: &stand_in_discord::InteractionHandle) -> String {
        format!("/webhooks/{}/{}", self.discord.application_id(), interaction.state().token)
    }
}

/// A command with every kind of option the stand-in types.
pub(crate) fn store_command() -> Value {
    json!([{"name": "store", "type": 1, "description": "Shops", "options": [
        {"type": 1, "name": "create", "description": "A new shop", "options": [
            {"type": 3, "name": "name", "description": "Name", "required": true, "min_length": 3, "max_length": 30},
            {"type": 3, "name": "engine", "description": "Software", "required": true, "choices": [
                {"name": "WooCommerce", "value": "woocommerce"}, {"name": "Medusa", "value": "medusa"}]},
            {"type": 4, "name": "size", "description": "Size", "min_value": 1, "max_value": 3},
            {"type": 5, "name": "private", "description": "Private"},
            {"type": 3, "name": "title", "description": "Title", "autocomplete": true}]},
        {"type": 1, "name": "list", "description": "Your shops"}]}])
}

/// Holds what the stand-in answers against Discord's document, where there is one.
pub(crate) fn answers_well((method, path): (&str, &str), status: u16, body: &Value) {
    let Some(document) = Document::shared().unwrap() else {
        return crate::document::say_it_is_missing();
    };
    let content = format!("responses/{status}/content/application~1json/schema");
    let pointer = format!("/paths/{}/{method}/{content}", path.replace('/', "~1"));
    assert_eq!(document.judge(&pointer, body), Ok(()), "{method} {path} {body}");
}
