//! What fuzz targets reach in here: whether Discord sent a payload, and what it asks. No part of the
//! program.

use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;

use super::parse::{Ask, Audience, Interaction, Moment, interaction};
use super::signature::{SignedHeaders, Trust, verify};
use crate::config::People;
use crate::domain::actor::Role;
use crate::domain::request::Request;

/// Whether this key has signed the body, not longer than `tolerance` seconds ago.
#[must_use]
pub fn is_signed(key: VerifyingKey, tolerance: u64, headers: (&str, &str), body: &[u8], now: Timestamp) -> bool {
    let (signature, timestamp) = headers;
    verify(&Trust { key, tolerance }, SignedHeaders { signature, timestamp }, body, now).is_ok()
}

/// What a payload asks for: `Ok(None)` for what is no command.
///
/// # Errors
/// Why it is refused.
pub fn request(body: &[u8], application: u64, now: Timestamp) -> Result<Option<Request>, String> {
    let people = People { default_role: Some(Role::Member), grants: None, servers: Vec::new() };
    let (audience, moment) = (Audience { application, people }, Moment { origin: Arc::default(), now });
    match interaction(body, &audience, &moment).map_err(|why| why.to_string())? {
        Interaction::Ping => Ok(None),
        Interaction::Asked(asked) => match asked.map_err(|refusal| refusal.to_string())?.1 {
            Ask::Do(request) => Ok(Some(*request)),
            _ => Ok(None),
        },
    }
}
