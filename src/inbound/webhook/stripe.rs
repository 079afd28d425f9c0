//! What Stripe's events mean. How they are signed is in [`domain::webhook::stripe`](crate::domain::webhook::stripe).

use poem_openapi::Object;
use serde::Deserialize;

use super::{Meaning, Trusted, Unread, nothing_follows};
use crate::inbound::http::reading::{self, Malformed};

/// What every event has; the rest depends on its type.
#[derive(Debug, Deserialize, Object)]
#[oai(rename = "StripeEvent")]
pub(super) struct Envelope {
    /// The event's id, the same for each delivery of it.
    pub(super) id: String,
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    pub(super) kind: String,
    /// When it happened, in seconds since 1970.
    pub(super) created: i64,
}

pub(super) fn envelope(body: &[u8]) -> Result<Envelope, Malformed> {
    reading::read(body)
}

/// # Errors
/// The body is not what its event promises.
#[expect(clippy::unnecessary_wraps, reason = "every sender's meaning has the same shape")]
pub(super) fn meaning(delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
    Ok(nothing_follows(&delivery.identity.event, ""))
}
