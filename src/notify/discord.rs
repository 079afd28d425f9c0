//! Sends to Discord: edits of an interaction's message, messages in a channel, direct messages.
//!
//! Routes are serenity's; the requests are sent by an own client. serenity's `Http` writes routes,
//! and with them interaction tokens, into its tracing spans, and drops the headers of an error,
//! `Retry-After` among them. It decides nothing: one call is one attempt, its answer classified.

use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use serenity::http::Route;
use serenity::model::id::{ApplicationId, ChannelId};

use super::answer::{Answer, Invalid, classify};
use super::plan::Message;
use crate::config::{self, Api};
use crate::domain::reply::Via;
use crate::domain::secret::SecretText;
use crate::metrics::Metrics;

/// Longest answer that is read: more than any message Discord sends.
const ANSWER_MAX: usize = 256 * 1024;

/// One connection pool to Discord, and what its answers were.
#[derive(Debug)]
pub struct DiscordSender {
    client: Client,
    api: Api,
    bot_token: SecretString,
    metrics: Metrics,
    /// Longest time for one message, however many calls it takes.
    timeout: Duration,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    invalid: Invalid,
    /// Discord's limit over all routes of the bot; edits by token do not fall under it.
    global_until: Option<Timestamp>,
}

/// Whom a message is for.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) application_id: &'a str,
    pub(super) token: &'a SecretText,
    pub(super) channel_id: Option<&'a str>,
    pub(super) user_id: &'a str,
    /// The same for the same message: Discord drops a repetition within a few minutes.
    pub(super) nonce: &'a str,
}

/// What Discord said.
struct Said {
    answer: Answer,
    body: Vec<u8>,
}

/// How sending a message went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) answer: Answer,
    /// Of the message that was edited or made.
    pub(super) message: Option<String>,
}

impl From<Answer> for Sent {
    fn from(answer: Answer) -> Self {
        Self { answer, message: None }
    }
}

impl From<Said> for Sent {
    fn from(said: Said) -> Self {
        #[derive(Deserialize)]
        struct Id {
            id: String,
        }
        let taken = said.answer == Answer::Taken;
        let id = taken.then(|| serde_json::from_slice::<Id>(&said.body).ok()).flatten();
        Self { answer: said.answer, message: id.map(|it| it.id).filter(|id| snowflake(id).is_some()) }
    }
}

#[derive(Default, Deserialize)]
struct ErrorBody {
    code: Option<i64>,
    retry_after: Option<f64>,
}

impl DiscordSender {
    #[must_use]
    pub fn new(discord: &config::Discord, client: Client, metrics: Metrics) -> Self {
        Self {
            client,
            api: discord.api(),
            bot_token: discord.bot_token.clone(),
            metrics,
            timeout: discord.timeout,
            seen: Mutex::default(),
        }
    }

    /// A person was told that their shop is ready, so long after it was.
    pub(super) fn ready_told(&self, lag: SignedDuration) {
        self.metrics.ready_lag(lag.as_secs_f64());
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// One attempt, ended by the timeout.
    pub(super) async fn send(&self, target: Target<'_>, message: &Message) -> Sent {
        tokio::time::timeout(self.timeout, self.attempt(target, message)).await.unwrap_or(Answer::Away.into())
    }

    async fn attempt(&self, target: Target<'_>, message: &Message) -> Sent {
        match message.via {
            Via::Original => self.edit(target, message).await,
            Via::Channel => match target.channel_id.and_then(snowflake) {
                Some(channel) => self.post(channel, target.nonce, message).await,
                None => Answer::Refused.into(),
            },
            Via::Direct => self.direct(target, message).await,
            Via::Nowhere => Answer::Refused.into(),
        }
    }

    async fn edit(&self, target: Target<'_>, message: &Message) -> Sent {
        let Some(application) = snowflake(target.application_id) else { return Answer::Refused.into() };
        let route = Route::WebhookOriginalInteractionResponse {
            application_id: ApplicationId::from(application),
            token: target.token.expose(),
        };
        let body = json!({
            "content": message.text,
            "components": message.components,
            "allowed_mentions": { "parse": [] },
        });
        self.call(Method::PATCH, route, None, &body).await.into()
    }

    async fn post(&self, channel: NonZeroU64, nonce: &str, message: &Message) -> Sent {
        let route = Route::ChannelMessages { channel_id: ChannelId::from(channel) };
        let body = json!({
            "content": message.text,
            "components": message.components,
            "allowed_mentions": { "parse": [] },
            "nonce": nonce,
            "enforce_nonce": true,
        });
        self.call(Method::POST, route, Some(&self.bot_token), &body).await.into()
    }

    async fn direct(&self, target: Target<'_>, message: &Message) -> Sent {
        #[derive(Deserialize)]
        struct Channel {
            id: String,
        }
        let body = json!({ "recipient_id": target.user_id });
        let opened = self.call(Method::POST, Route::UserMeDmChannels, Some(&self.bot_token), &body).await;
        if opened.answer != Answer::Taken {
            return opened.answer.into();
        }
        match serde_json::from_slice::<Channel>(&opened.body).ok().and_then(|c| snowflake(&c.id)) {
            Some(channel) => self.post(channel, target.nonce, message).await,
            None => Answer::Away.into(),
        }
    }

    async fn call(&self, method: Method, route: Route<'_>, token: Option<&SecretString>, body: &Value) -> Said {
        let now = Timestamp::now();
        if let Some(answer) = self.held_back(token.is_some(), now) {
            return Said { answer, body: Vec::new() };
        }
        let url = self.api.at(&route.path());
        let mut request = self.client.request(method, url).json(body);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bot {}", token.expose_secret()));
        }
        match request.send().await {
            Ok(response) => self.hear(response).await,
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "Discord did not answer");
                self.note(0, &HeaderMap::new(), Answer::Away);
                Said { answer: Answer::Away, body: Vec::new() }
            }
        }
    }

    async fn hear(&self, response: Response) -> Said {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read(response).await;
        let error: ErrorBody = match status {
            200..=299 => ErrorBody::default(),
            _ => serde_json::from_slice(&body).unwrap_or_default(),
        };
        let header = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        let answer = classify(status, error.code, error.retry_after.or(header));
        if answer != Answer::Taken {
            tracing::info!(status, code = error.code, ?answer, "Discord did not take a message");
        }
        self.note(status, &headers, answer);
        Said { answer, body }
    }

    /// Why nothing may be sent at present.
    fn held_back(&self, as_bot: bool, now: Timestamp) -> Option<Answer> {
        let seen = self.seen();
        let global = seen.global_until.filter(|until| as_bot && *until > now).map(|until| until.duration_since(now));
        seen.invalid.pause(now).or(global).map(Answer::Wait)
    }

    fn note(&self, status: u16, headers: &HeaderMap, answer: Answer) {
        let now = Timestamp::now();
        let scope = headers.get("x-ratelimit-scope").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let mut seen = self.seen();
        self.metrics.discord_request(status);
        // A limit that others used up is not held against us.
        if scope != "shared" {
            let before = seen.invalid.pause(now);
            seen.invalid.count(status, now);
            if before.is_none() && seen.invalid.pause(now).is_some() {
                tracing::error!("too many refusals by Discord: sending stops for a while");
            }
        }
        if let (Answer::Wait(pause), "global") = (answer, scope) {
            seen.global_until = now.saturating_add(pause).ok();
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if body.len() + chunk.len() > ANSWER_MAX {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    body
}

fn snowflake(text: &str) -> Option<NonZeroU64> {
    text.parse().ok()
}
