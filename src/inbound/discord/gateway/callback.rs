//! Answers an interaction that was heard: the dispatcher's answer, posted to Discord in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use serenity::http::Route;
use serenity::model::id::InteractionId;
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;

use crate::config::{self, Api};
use crate::domain::audit::Origin;
use crate::domain::secret::SecretText;
use crate::domain::{Bits, to_the_millisecond};
use crate::inbound::discord::Dispatcher;
use crate::inbound::discord::parse::Moment;
use crate::metrics::Metrics;
use crate::telemetry;

/// From when it was heard: Discord gives up after 3 s, some of which went by on the way.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_900);
/// Longest time for one attempt: a connection that hangs leaves time for another one.
const ATTEMPT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(100);
/// What others have left to answer first while it is in doubt whose the connection is.
const DOUBT: Duration = Duration::from_millis(300);
/// JSON code: somebody has answered already, perhaps an attempt whose end was not heard of.
const ACKNOWLEDGED: i64 = 40_060;

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Answers {
    dispatcher: Dispatcher,
    client: Client,
    api: Api,
    metrics: Metrics,
    ids: Bits,
    doubt: Arc<AtomicBool>,
}

/// What is needed to answer, whatever is asked.
#[derive(Deserialize)]
struct Head {
    id: InteractionId,
    token: SecretText,
}

#[derive(Default, Deserialize)]
struct ErrorBody {
    code: Option<i64>,
}

/// What became of an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Posted {
    Taken,
    Before,
    /// Nor will it be.
    Refused,
    Again,
}

impl Answers {
    pub(super) fn new(
        dispatcher: Dispatcher,
        discord: &config::Discord,
        client: Client,
        metrics: Metrics,
        ids: Bits,
    ) -> Self {
        Self { dispatcher, client, api: discord.api(), metrics, ids, doubt: Arc::default() }
    }

    /// Whether another process may be connected as well.
    pub(super) fn doubt(&self, whether: bool) {
        self.doubt.store(whether, Ordering::Relaxed);
    }

    pub(super) async fn answer(self, body: Vec<u8>, heard_at: Instant) {
        let Ok(head) = serde_json::from_slice::<Head>(&body) else {
            return tracing::warn!("an interaction without id and token cannot be answered");
        };
        let request = format!("{:016x}", (self.ids)());
        let span = telemetry::request(&request);
        telemetry::named(&span, "discord interaction", "server", &[]);
        let trace = telemetry::here(&span);
        let origin = Arc::new(Origin { request, trace, ..Origin::default() });
        let moment = Moment { origin, now: to_the_millisecond(Timestamp::now()) };
        self.hear(head, &body, (moment, heard_at)).instrument(span).await;
    }

    async fn hear(self, head: Head, body: &[u8], (moment, heard_at): (Moment, Instant)) {
        let answer = match self.dispatcher.hear(body, &moment).await {
            Ok(answer) => answer,
            Err(why) => return tracing::warn!(%why, "an interaction was not understood"),
        };
        if self.doubt.load(Ordering::Relaxed) {
            sleep(DOUBT).await;
        }
        let posted = self.post(&head, &answer, heard_at + ANSWER_WITHIN).await;
        let duration_ms = heard_at.elapsed().as_secs_f64() * 1000.0;
        match posted {
            Posted::Taken => tracing::debug!(duration_ms, "interaction answered"),
            Posted::Before => tracing::debug!(duration_ms, "interaction answered already"),
            Posted::Refused | Posted::Again => {
                tracing::warn!(duration_ms, ?posted, "Discord did not take an answer");
            }
        }
    }

    async fn post(&self, head: &Head, answer: &Value, until: Instant) -> Posted {
        let route = Route::InteractionResponse { interaction_id: head.id, token: head.token.expose() };
        let url = self.api.at(&route.path());
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Posted::Again;
            }
            let sent = self.client.post(&url).timeout(left.min(ATTEMPT)).json(answer).send().await;
            let (status, code) = match sent {
                Ok(answer) if answer.status().is_success() => (answer.status().as_u16(), None),
                Ok(answer) => (answer.status().as_u16(), answer.json::<ErrorBody>().await.unwrap_or_default().code),
                Err(error) => {
                    tracing::debug!(error = %error.without_url(), "Discord did not answer");
                    (0, None)
                }
            };
            self.metrics.discord_request(status);
            match posted(status, code) {
                Posted::Again => sleep(PAUSE.min(left)).await,
                end => return end,
            }
        }
    }
}

/// By the status, 0 for none, and the JSON code.
fn posted(status: u16, code: Option<i64>) -> Posted {
    match (status, code) {
        (200..=299, _) => Posted::Taken,
        (_, Some(ACKNOWLEDGED)) => Posted::Before,
        (0 | 408 | 429 | 500..=599, _) => Posted::Again,
        _ => Posted::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_sent_again_only_where_that_may_help() {
        let cases = [
            (204, None, Posted::Taken),
            (400, Some(40_060), Posted::Before),
            (404, Some(10_062), Posted::Refused),
            (400, Some(50_035), Posted::Refused),
            (401, None, Posted::Refused),
            (429, None, Posted::Again),
            (502, None, Posted::Again),
            (0, None, Posted::Again),
        ];
        for (status, code, wanted) in cases {
            assert_eq!(posted(status, code), wanted, "{status} {code:?}");
        }
    }
}
