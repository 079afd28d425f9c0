//! Asks Discord where to connect, in how many shards, and whether it would send anything there.
//!
//! Asked by the own client and not by serenity's, which connects to the real Discord when this question fails.

use std::time::Duration;

use jiff::SignedDuration;
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::config;
use crate::metrics::Metrics;

/// What to do about a token that Discord does not take.
pub(super) const BAD_TOKEN: &str = "Discord does not take discord.bot_token: copy the bot's token from the developer \
                                    portal (Bot, Reset Token) and start storebot again";

/// Where to connect.
#[derive(Clone, Debug)]
pub(super) struct Invitation {
    pub(super) url: String,
    /// At least one.
    pub(super) shards: u32,
    /// An Interactions Endpoint URL is set: Discord posts interactions there.
    pub(super) posted_elsewhere: bool,
}

/// Why there is no connection to be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotInvited {
    /// Nor will there be.
    Refused(&'static str),
    /// At present; to be asked again after this pause, if it is known.
    Away(String, Option<SignedDuration>),
}

/// `GET /gateway/bot`.
#[derive(Deserialize)]
struct Bot {
    url: String,
    shards: u32,
    session_start_limit: StartLimit,
}

#[derive(Deserialize)]
struct StartLimit {
    remaining: u64,
    /// In milliseconds.
    reset_after: u64,
}

/// `GET /applications/@me`.
#[derive(Deserialize)]
struct Application {
    interactions_endpoint_url: Option<String>,
}

/// Where to ask.
pub(super) struct Desk {
    client: Client,
    api_url: String,
    bot_token: SecretString,
    timeout: Duration,
    metrics: Metrics,
}

impl Desk {
    pub(super) fn new(discord: &config::Discord, client: Client, metrics: Metrics) -> Self {
        let api_url = discord.api_url.as_str().trim_end_matches('/').to_owned();
        Self { client, api_url, bot_token: discord.bot_token.clone(), timeout: discord.timeout, metrics }
    }

    pub(super) async fn ask(&self) -> Result<Invitation, NotInvited> {
        let bot: Bot = self.get("/gateway/bot").await?;
        if bot.session_start_limit.remaining == 0 {
            let pause =
                SignedDuration::from_millis(i64::try_from(bot.session_start_limit.reset_after).unwrap_or(i64::MAX));
            return Err(NotInvited::Away(
                "all of the bot's connections of this day are used up".to_owned(),
                Some(pause),
            ));
        }
        // Only so that somebody is told: not to know it is no reason not to connect.
        let application: Option<Application> = self.get("/applications/@me").await.ok();
        let posted_elsewhere = application.is_some_and(|it| it.interactions_endpoint_url.is_some());
        if posted_elsewhere {
            tracing::error!(
                "an Interactions Endpoint URL is set in Discord's developer portal: Discord sends interactions there \
                 and not to the gateway, so remove it, or set discord.transport = \"http\""
            );
        }
        Ok(Invitation { url: bot.url, shards: bot.shards.max(1), posted_elsewhere })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, NotInvited> {
        let away = |why: String| NotInvited::Away(why, None);
        let request = self.client.get(format!("{}/api/v10{path}", self.api_url)).timeout(self.timeout);
        let request = request.header(AUTHORIZATION, format!("Bot {}", self.bot_token.expose_secret()));
        let answer = request.send().await.map_err(|error| {
            self.metrics.discord_request(0);
            away(format!("Discord cannot be reached: {}", error.without_url()))
        })?;
        let status = answer.status();
        self.metrics.discord_request(status.as_u16());
        match status {
            StatusCode::UNAUTHORIZED => Err(NotInvited::Refused(BAD_TOKEN)),
            status if status.is_success() => {
                answer.json().await.map_err(|error| away(format!("Discord is not understood: {}", error.without_url())))
            }
            status => Err(away(format!("Discord answers {status}"))),
        }
    }
}
