//! What fuzz targets reach in here: bodies and headers before anything is made of them. No part of the
//! program.

use jiff::Timestamp;
use secrecy::SecretString;

use super::board::next::Next;
use super::board::sealed::{Attempt, Seal};
use super::dto::CreateStore;
use super::{payload, stream, translate};
use crate::domain::command::Create;

/// The body of `POST /v1/stores`.
///
/// # Errors
/// Why it is refused.
pub fn create(body: &[u8]) -> Result<Create, String> {
    let body: CreateStore = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    translate::create(&body).map_err(|refusal| refusal.to_string())
}

/// Whether `Content-Type` promises JSON.
#[must_use]
pub fn is_json(content_type: &str) -> bool {
    payload::check_json(Some(content_type)).is_ok()
}

/// Whether `Accept` asks for a stream of events.
#[must_use]
pub fn wants_stream(accept: &str) -> bool {
    stream::wants_stream(Some(accept))
}

/// Where somebody is taken who signs in and wanted to go there.
#[must_use]
pub fn next_page(asked: &str) -> String {
    Next::parse(asked).as_str().to_owned()
}

/// Whether a cookie is taken for one of ours, of somebody who is signing in.
#[must_use]
pub fn opens(secret: &str, cookie: &str, now: Timestamp) -> bool {
    Seal(&SecretString::from(secret)).open::<Attempt>(cookie, now).is_some()
}

/// Such a cookie, for somebody who wants to go there until then.
#[must_use]
pub fn sealed(secret: &str, next: &str, until: Timestamp) -> String {
    Seal(&SecretString::from(secret)).close(&Attempt::fuzzed(next, until))
}
