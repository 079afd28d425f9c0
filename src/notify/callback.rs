//! Signed deliveries to whoever asked to be called back.
//!
//! At least once and in no order: receivers go by `webhook-id`. Never logs an address's query,
//! which may hold a secret of the receiver, and never goes where the guard in `egress` says no.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::Serialize;
use tokio::time::timeout;
use url::Url;

use crate::config::Callbacks;
use crate::domain::event::EventKind;
use crate::domain::record::Record;
use crate::domain::view::StoreView;
use crate::egress;
use crate::text::story;

/// First and longest pause between two attempts; doubled each time. With `callbacks.attempts` as it comes, that makes
/// two days: a receiver may be away for that long.
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_LONGEST: Duration = Duration::from_secs(4 * 3_600);
/// Longest `Retry-After` that is believed.
const RETRY_AFTER_MAX: u64 = 24 * 3_600;

/// Sends deliveries.
#[derive(Clone, Debug)]
pub struct CallbackSender {
    config: Arc<Callbacks>,
}

/// What is delivered.
#[derive(Serialize)]
struct Body {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    data: StoreView,
}

/// How an attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Taken,
    /// Not now; not before this long, if the receiver said so.
    Failed {
        why: String,
        after: Option<Duration>,
    },
    /// Never.
    Stopped(String),
}

/// What follows from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Finish,
    Again(Duration),
}

/// The body of a delivery; `None` for an event nobody is called for. The type and time are of the
/// event, the data is the store as it is now.
pub(super) fn body(kind: EventKind, at: Timestamp, record: &Record) -> Option<Vec<u8>> {
    let data = StoreView::new(record, story::headline(record));
    let body = Body { kind: kind.callback_type()?, timestamp: at, data };
    serde_json::to_vec(&body).ok()
}

/// When a delivery is tried again, if at all. `attempt` counts from 0.
pub(super) fn next(verdict: &Verdict, attempt: u32, attempts: u32) -> Next {
    match verdict {
        Verdict::Failed { after, .. } if attempt.saturating_add(1) < attempts => {
            let pause = PAUSE_FIRST.saturating_mul(1 << attempt.min(20)).min(PAUSE_LONGEST);
            Next::Again(pause.max(after.unwrap_or_default()))
        }
        Verdict::Taken | Verdict::Failed { .. } | Verdict::Stopped(_) => Next::Finish,
    }
}

/// An address without its query, for logs.
pub(super) fn shown(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "(no address)".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl CallbackSender {
    #[must_use]
    pub fn new(config: Callbacks) -> Self {
        Self { config: Arc::new(config) }
    }

    /// Longest time for one attempt.
    pub(super) fn timeout(&self) -> Duration {
        self.config.timeout
    }

    pub(super) fn attempts(&self) -> u32 {
        self.config.attempts
    }

    /// One attempt, ended by the configured timeout.
    pub(super) async fn deliver(&self, id: &str, url: &str, body: Vec<u8>, now: Timestamp) -> Verdict {
        match timeout(self.config.timeout, self.attempt(id, url, body, now)).await {
            Ok(verdict) => verdict,
            Err(_) => failed("no answer in time"),
        }
    }

    async fn attempt(&self, id: &str, url: &str, body: Vec<u8>, now: Timestamp) -> Verdict {
        let Ok(url) = Url::parse(url) else { return Verdict::Stopped("the address cannot be read".to_owned()) };
        if !matches!(url.scheme(), "http" | "https") {
            return Verdict::Stopped("the address is no http address".to_owned());
        }
        let addresses = match egress::resolve(&url, &self.config.allow_hosts).await {
            Ok(addresses) => addresses,
            Err(error) if error.is_transient() => return failed(&error.to_string()),
            Err(error) => return Verdict::Stopped(error.to_string()),
        };
        let Ok(client) = egress::client(&url, &addresses, self.config.timeout) else {
            return failed("the HTTP client cannot be built");
        };
        let timestamp = now.as_second();
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", self.signatures(id, timestamp, &body))
            .body(body);
        match request.send().await {
            // The answer's body says nothing to us and is never read.
            Ok(response) => judge(&response, now),
            Err(error) => failed(egress::kind(&error)),
        }
    }

    /// One signature per secret, so that a receiver may know any of them.
    fn signatures(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let all: Vec<String> = self.config.secrets.iter().map(|s| s.sign(id, timestamp, body)).collect();
        all.join(" ")
    }
}

fn judge(response: &Response, now: Timestamp) -> Verdict {
    let status = response.status();
    if status.is_success() {
        return Verdict::Taken;
    }
    if status == reqwest::StatusCode::GONE {
        return Verdict::Stopped("the receiver wants no more deliveries (410)".to_owned());
    }
    let after = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| wait(v, now));
    Verdict::Failed { why: format!("answered {}", status.as_u16()), after }
}

/// `Retry-After`: seconds or a date.
fn wait(text: &str, now: Timestamp) -> Option<Duration> {
    let seconds = match text.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
            u64::try_from(date.duration_since(now).as_secs()).ok()?
        }
    };
    Some(Duration::from_secs(seconds.min(RETRY_AFTER_MAX)))
}

fn failed(why: &str) -> Verdict {
    Verdict::Failed { why: why.to_owned(), after: None }
}

#[cfg(test)]
mod tests;
