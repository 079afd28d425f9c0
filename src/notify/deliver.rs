//! The queue of callbacks: takes what is due out of the ledger, delivers it, and puts back what was
//! not taken.
//!
//! The ledger lends a callback to one process at a time. A process that dies with one loses it to
//! another after a while; it may then be delivered twice, under the same id.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::callback::{Next, Verdict, body, next, shown};
use super::{Inner, LEDGER_PAUSE, Notify};
use crate::crash;
use crate::domain::delivery::{Begun, DeliveryState, Direction, Ended};
use crate::domain::reply::ReplyTo;
use crate::ledger::{LedgerError, PendingCallback};
use crate::telemetry;

/// How often is looked for callbacks that have become due; new ones are told of.
const POLL: Duration = Duration::from_secs(1);
/// Why nothing goes to a receiver any more.
const GONE: &str = "the receiver wants no more deliveries (410)";
/// What a lent callback stays lent beyond its longest call: for the ledger's part.
const MARGIN: Duration = Duration::from_secs(5);

/// Delivers for ever.
pub(super) async fn deliver(inner: &Arc<Inner>, tasks: &TaskTracker) {
    inner.switch_on().await;
    loop {
        let Ok(permit) = Arc::clone(&inner.deliveries).acquire_owned().await else { return };
        let free = 1 + inner.deliveries.available_permits();
        drop(permit);
        match inner.due_callbacks(free).await {
            Ok(due) => {
                let full = due.len() == free;
                for callback in due {
                    // This loop alone takes permits, so there are still as many as there were.
                    let Ok(permit) = Arc::clone(&inner.deliveries).acquire_owned().await else { return };
                    let notify = Notify(Arc::clone(inner));
                    tasks.spawn(async move {
                        notify.0.attempt(callback).await;
                        drop(permit);
                    });
                }
                if full {
                    continue;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "due callbacks cannot be read");
                tokio::time::sleep(LEDGER_PAUSE).await;
            }
        }
        let _ = tokio::time::timeout(POLL, inner.due.notified()).await;
    }
}

impl Inner {
    /// Whoever starts storebot anew has looked after the endpoints that wanted no more.
    async fn switch_on(&self) {
        loop {
            match self.parts.ledger.switch_on().await {
                Ok(endpoints) if endpoints.is_empty() => return,
                Ok(endpoints) => {
                    return tracing::info!(?endpoints, "endpoints that wanted no more deliveries are called again");
                }
                Err(error) => tracing::warn!(%error, "it is not known which endpoints are switched off"),
            }
            tokio::time::sleep(LEDGER_PAUSE).await;
        }
    }

    async fn due_callbacks(&self, max: usize) -> Result<Vec<PendingCallback>, LedgerError> {
        let Some(sender) = &self.parts.callbacks else { return Ok(Vec::new()) };
        self.parts.ledger.due_callbacks(max, sender.timeout() + MARGIN).await
    }

    /// One attempt to deliver. What the ledger does not take back, it lends again after a while.
    pub(super) async fn attempt(&self, callback: PendingCallback) {
        let request = callback.trail.request.as_str();
        let span = tracing::error_span!(
            "callback", store.id = %callback.store, callback.id = %callback.id, request_id = request,
            otel.name = callback.kind.callback_type(), otel.kind = "client"
        );
        telemetry::linked(&span, callback.trail.trace.as_ref());
        let kept = async {
            if let Err(error) = self.try_attempt(&callback).await {
                tracing::warn!(%error, "a callback's result was not kept");
            }
        };
        kept.instrument(span).await;
    }

    async fn try_attempt(&self, callback: &PendingCallback) -> Result<(), LedgerError> {
        let ledger = &self.parts.ledger;
        let Some(sender) = &self.parts.callbacks else { return Ok(()) };
        let now = Timestamp::now();
        let record = ledger.record(&callback.store).await?;
        let at = event_time(&callback.id).unwrap_or(now);
        let off = match &callback.endpoint {
            Some(endpoint) => ledger.is_switched_off(endpoint).await?,
            None => false,
        };
        let Some(body) = record.filter(|_| !off).and_then(|record| body(callback.kind, at, &record)) else {
            let reason = Some(if off { GONE } else { "its store is forgotten" }.to_owned());
            let ended = Ended { reason, attempts: callback.attempt, ..Ended::new(DeliveryState::Stopped, now) };
            return ledger.finish_callback(&callback.id, &ended).await;
        };
        crash::point!("notify.deliver.before");
        let verdict = sender.deliver(callback, body, now).await;
        crash::point!("notify.deliver.after");
        let next = next(&verdict, (&callback.id, callback.attempt), sender.retries());
        sender.metrics.callback_attempt(outcome(&verdict, &next));
        log(callback, &verdict, &next);
        match next {
            Next::Finish => {
                crash::point!("notify.finish-callback.before");
                ledger.finish_callback(&callback.id, &ended(callback, &verdict, &next)).await?;
                crash::point!("notify.finish-callback.after");
            }
            Next::SwitchOff => {
                let followers = self.others_of(callback).await?;
                crash::point!("notify.switch-off.before");
                ledger.switch_off(callback, &ended(callback, &verdict, &next), &followers).await?;
                crash::point!("notify.switch-off.after");
            }
            Next::Again(pause) => {
                let again = PendingCallback { attempt: callback.attempt.saturating_add(1), ..callback.clone() };
                crash::point!("notify.postpone.before");
                ledger.postpone_callback(&again, pause, &ended(callback, &verdict, &next)).await?;
                crash::point!("notify.postpone.after");
            }
        }
        Ok(())
    }

    /// The followers of a store that are one receiver.
    async fn others_of(&self, callback: &PendingCallback) -> Result<Vec<String>, LedgerError> {
        if callback.endpoint.is_some() {
            return Ok(Vec::new());
        }
        let followers = self.parts.ledger.followers(&callback.store).await?;
        let is_it = |to: &ReplyTo| matches!(to, ReplyTo::Callback { url } if *url == callback.url);
        Ok(followers.into_iter().filter(|follower| is_it(&follower.to)).map(|follower| follower.id).collect())
    }
}

/// What is written down of a callback when it is promised.
pub(super) fn begun(callback: &PendingCallback) -> Begun {
    Begun {
        direction: Direction::Out,
        at: event_time(&callback.id).unwrap_or_else(Timestamp::now),
        source: None,
        delivery_id: callback.id.clone(),
        event: callback.kind.callback_type().unwrap_or_default().to_owned(),
        unique: callback.id.clone(),
        fingerprint: String::new(),
        store: Some(callback.store.clone()),
        url: Some(shown(callback.url.expose())),
        address: None,
        request: String::new(),
    }
}

/// And what of an attempt.
fn ended(callback: &PendingCallback, verdict: &Verdict, next: &Next) -> Ended {
    let (now, attempts) = (Timestamp::now(), callback.attempt.saturating_add(1));
    let (state, reason) = match (verdict, next) {
        (Verdict::Taken, _) => (DeliveryState::Delivered, None),
        (Verdict::Failed { why, .. }, Next::Again(_)) => (DeliveryState::Pending, Some(why.clone())),
        (Verdict::Failed { why, .. }, Next::Finish) => (DeliveryState::Failed, Some(why.clone())),
        (Verdict::Failed { why, .. }, Next::SwitchOff) | (Verdict::Stopped(why), _) => {
            (DeliveryState::Stopped, Some(why.clone()))
        }
        (Verdict::Gone, _) => (DeliveryState::Stopped, Some(GONE.to_owned())),
    };
    let next_attempt_at = match next {
        Next::Again(pause) => SignedDuration::try_from(*pause).ok().and_then(|pause| now.checked_add(pause).ok()),
        Next::Finish | Next::SwitchOff => None,
    };
    Ended { reason, attempts, next_attempt_at, ..Ended::new(state, now) }
}

/// When the event was: the first part of its id, `<ms>-<n>`, with which the callback's begins. The
/// same in each attempt, unlike the clock.
fn event_time(id: &str) -> Option<Timestamp> {
    let ms = id.split('-').next()?.parse().ok()?;
    Timestamp::from_millisecond(ms).ok()
}

/// As `storebot_callback_attempts_total` says it.
fn outcome(verdict: &Verdict, next: &Next) -> &'static str {
    match (verdict, next) {
        (Verdict::Taken, _) => "delivered",
        (Verdict::Gone, _) => "gone",
        (Verdict::Stopped(_), _) => "stopped",
        (Verdict::Failed { .. }, Next::Again(_)) => "again",
        (Verdict::Failed { .. }, _) => "failed",
    }
}

fn log(callback: &PendingCallback, verdict: &Verdict, next: &Next) {
    match verdict {
        Verdict::Taken => {}
        Verdict::Failed { .. } => telemetry::went_wrong(&tracing::Span::current(), "not-taken"),
        Verdict::Stopped(_) | Verdict::Gone => telemetry::went_wrong(&tracing::Span::current(), "stopped"),
    }
    let (store, id, url) = (&callback.store, &callback.id, shown(callback.url.expose()));
    let attempt = callback.attempt.saturating_add(1);
    match (verdict, next) {
        (Verdict::Taken, _) => {
            tracing::info!(store.id = %store, callback.id = %id, attempt, "a callback was delivered");
        }
        (Verdict::Failed { why, .. }, Next::Again(pause)) => {
            let pause_ms = pause.as_millis();
            tracing::info!(store.id = %store, callback.id = %id, url, attempt, why, pause_ms, "a callback was not taken");
        }
        (Verdict::Gone, _) => {
            let endpoint = callback.endpoint.is_some();
            tracing::warn!(store.id = %store, callback.id = %id, url, attempt, endpoint,
                "a receiver wants no more deliveries (410) and is called no more");
        }
        (Verdict::Failed { why, .. } | Verdict::Stopped(why), _) => {
            tracing::warn!(store.id = %store, callback.id = %id, url, attempt, why, "a callback is given up");
        }
    }
}
