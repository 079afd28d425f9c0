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
use sha2::{Digest, Sha256};
use tokio::time::timeout;
use tracing::Span;
use url::Url;

use crate::config::{Callbacks, Endpoint};
use crate::domain::event::EventKind;
use crate::domain::record::Record;
use crate::domain::view::StoreView;
use crate::domain::webhook::Secret;
use crate::egress;
use crate::ledger::PendingCallback;
use crate::metrics::Metrics;
use crate::telemetry;
use crate::text::story;

/// Longest `Retry-After` that is believed.
const RETRY_AFTER_MAX: u64 = 24 * 3_600;

/// Sends deliveries.
#[derive(Clone, Debug)]
pub struct CallbackSender {
    config: Arc<Callbacks>,
    pub(super) metrics: Metrics,
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
    /// The receiver is gone, and says so: nothing else is to go there either.
    Gone,
}

/// What follows from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Finish,
    /// And call this receiver no more.
    SwitchOff,
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
pub(super) fn next(verdict: &Verdict, (id, attempt): (&str, u32), retries: &[Duration]) -> Next {
    match verdict {
        Verdict::Failed { after, .. } => match retries.get(attempt as usize) {
            Some(pause) => Next::Again(spread(*pause, id, attempt).max(after.unwrap_or_default())),
            None => Next::Finish,
        },
        Verdict::Gone => Next::SwitchOff,
        Verdict::Taken | Verdict::Stopped(_) => Next::Finish,
    }
}

/// A pause, up to a tenth shorter or longer: deliveries that failed together must not come back together. By
/// chance, but always the same for the same attempt.
fn spread(pause: Duration, id: &str, attempt: u32) -> Duration {
    let digest = Sha256::digest(format!("{id} {attempt}"));
    let chance = f64::from(u16::from_be_bytes([digest[0], digest[1]])) / f64::from(u16::MAX);
    pause.mul_f64(0.9 + 0.2 * chance)
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
    pub fn new(config: Callbacks, metrics: Metrics) -> Self {
        Self { config: Arc::new(config), metrics }
    }

    /// Longest time for one attempt.
    pub(super) fn timeout(&self) -> Duration {
        self.config.timeout
    }

    pub(super) fn retries(&self) -> &[Duration] {
        &self.config.retries
    }

    /// The operator's receivers.
    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.config.endpoints
    }

    /// What deliveries to a receiver are signed with. `None`: it is not configured any more.
    fn secrets(&self, endpoint: Option<&str>) -> Option<&[Secret]> {
        match endpoint {
            None => Some(&self.config.secrets),
            Some(id) => self.endpoints().iter().find(|known| known.id == id).map(|known| known.secrets.as_slice()),
        }
    }

    /// One attempt, ended by the configured timeout.
    pub(super) async fn deliver(&self, callback: &PendingCallback, body: Vec<u8>, now: Timestamp) -> Verdict {
        match timeout(self.config.timeout, self.attempt(callback, body, now)).await {
            Ok(verdict) => verdict,
            Err(_) => failed("no answer in time"),
        }
    }

    async fn attempt(&self, callback: &PendingCallback, body: Vec<u8>, now: Timestamp) -> Verdict {
        let Some(secrets) = self.secrets(callback.endpoint.as_deref()).filter(|secrets| !secrets.is_empty()) else {
            return Verdict::Stopped("there is no secret to sign it with any more".to_owned());
        };
        let Ok(url) = Url::parse(callback.url.expose()) else {
            return Verdict::Stopped("the address cannot be read".to_owned());
        };
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
            .header("webhook-id", &callback.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures(secrets, &callback.id, timestamp, &body))
            .body(body);
        // Where nobody takes traces of ours, whoever asked may still follow theirs.
        let trace = telemetry::here(&Span::current()).or(callback.trail.trace);
        let request = match trace {
            Some(trace) => request.header("traceparent", trace.to_string()),
            None => request,
        };
        match request.send().await {
            // The answer's body says nothing to us and is never read.
            Ok(response) => judge(&response, now),
            Err(error) => failed(egress::kind(&error)),
        }
    }
}

/// One signature per secret, so that a receiver may know any of them.
fn signatures(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let all: Vec<String> = secrets.iter().map(|s| s.sign(id, timestamp, body)).collect();
    all.join(" ")
}

fn judge(response: &Response, now: Timestamp) -> Verdict {
    let status = response.status();
    if status.is_success() {
        return Verdict::Taken;
    }
    if status == reqwest::StatusCode::GONE {
        return Verdict::Gone;
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
