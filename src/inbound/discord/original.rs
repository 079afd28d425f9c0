//! Fills in the private answer that was deferred: the one thing that this door says by itself.
//!
//! How a command goes is told by `notify`, from the ledger. A login is not in the ledger and must not
//! be: the process that made its password is the only one that can show it. So it waits here, for as
//! long as the shop may take, and edits the answer once.

use std::num::NonZeroU64;
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use serenity::http::Route;
use serenity::model::id::{ApplicationId, ChannelId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::respond;
use crate::commands::PendingLogin;
use crate::config::{self, Api};
use crate::domain::command::CommandKind;
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::secret::SecretText;
use crate::metrics::Metrics;
use crate::text::answers;

/// How long the shop may take; the wish for a login lives a little longer.
const WAIT: Duration = Duration::from_secs(70);
/// Attempts to edit, and the pause between two: Discord may be away for a moment, or may not have
/// taken in the first answer yet.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);
/// How long a message into another channel may take: Discord waits for the answer meanwhile.
const POST_WITHIN: Duration = Duration::from_millis(1_500);

/// What may go on in the background, and until when.
#[derive(Clone, Debug)]
pub struct Background {
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

/// The first answer to an interaction, as Discord keeps it.
#[derive(Debug)]
pub(super) struct Original {
    pub(super) application_id: ApplicationId,
    /// Bearer secret, valid for 15 minutes.
    pub(super) token: SecretText,
    pub(super) lang: Lang,
    /// Id of the request that asked.
    pub(super) request: String,
}

/// Edits deferred answers.
#[derive(Clone, Debug)]
pub struct Originals {
    client: Client,
    api: Api,
    bot_token: SecretString,
    metrics: Metrics,
    background: Background,
}

impl Originals {
    #[must_use]
    pub fn new(discord: &config::Discord, client: Client, metrics: Metrics, background: Background) -> Self {
        Self { client, api: discord.api(), bot_token: discord.bot_token.clone(), metrics, background }
    }

    /// Tells the login when it is there, in a task of its own.
    pub(super) fn tell(&self, pending: PendingLogin, original: Original) {
        let this = self.clone();
        let telling = async move {
            // A process that ends cannot show what only it knows.
            let waited = this.background.stop.run_until_cancelled(pending.wait(WAIT)).await;
            let told = waited.unwrap_or(Err(Refusal::NoAnswer { command: CommandKind::Credentials }));
            let Original { lang, request, .. } = &original;
            let text = told.map_or_else(
                |refusal| respond::refusal_text(*lang, &refusal, request),
                |login| answers::login(*lang, &login),
            );
            this.edit(&original, &text).await;
        };
        self.background.tasks.spawn(telling.in_current_span());
    }

    /// Writes into a channel as the bot. `false`: it is not known to be there.
    pub(super) async fn post(&self, channel: NonZeroU64, message: &Value) -> bool {
        let url = self.api.at(&Route::ChannelMessages { channel_id: ChannelId::from(channel) }.path());
        let bot = format!("Bot {}", self.bot_token.expose_secret());
        let sent = self.client.post(&url).header(AUTHORIZATION, bot).json(message).timeout(POST_WITHIN).send().await;
        let status = sent.map(|answer| answer.status()).map_err(reqwest::Error::without_url);
        self.metrics.discord_request(status.as_ref().map_or(0, StatusCode::as_u16));
        let taken = status.as_ref().is_ok_and(StatusCode::is_success);
        if !taken {
            tracing::warn!(?status, "Discord did not take a message for a channel that was chosen");
        }
        taken
    }

    async fn edit(&self, original: &Original, text: &str) {
        let route = Route::WebhookOriginalInteractionResponse {
            application_id: original.application_id,
            token: original.token.expose(),
        };
        let url = self.api.at(&route.path());
        let body = json!({ "content": text, "allowed_mentions": { "parse": [] } });
        for attempt in 1..=ATTEMPTS {
            let answer = self.client.patch(&url).json(&body).send().await;
            let status = answer.map(|a| a.status()).map_err(reqwest::Error::without_url);
            self.metrics.discord_request(status.as_ref().map_or(0, StatusCode::as_u16));
            let again = match &status {
                Ok(status) if status.is_success() => return,
                Ok(status) => {
                    *status == StatusCode::NOT_FOUND
                        || *status == StatusCode::TOO_MANY_REQUESTS
                        || status.is_server_error()
                }
                Err(_) => true,
            };
            tracing::warn!(attempt, ?status, again, "Discord did not take a private answer");
            if !again {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
