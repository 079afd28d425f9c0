//! What fuzz targets reach in here: whether Discord sent a payload, and what it asks. No part of the
//! program.

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;

use super::parse::{Ask, Moment, No, Public, ask};
use super::payload::{Interaction, read};
use super::signature::{SignedHeaders, Trust, verify};
use super::{parse, people};
use crate::config::People;
use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::request::Request;
use crate::domain::server::ServerSettings;

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
    let Interaction::Heard(heard) = read(body, application).map_err(|why| why.to_string())? else { return Ok(None) };
    let set = ServerSettings::default();
    let actor = people::actor(&people, &set, heard.user, &heard.place).ok_or("a member is nobody")?;
    let command = match ask(&heard, &set) {
        Ok(Ask::Do(command)) => command,
        // The name is right: what the form stands for.
        Ok(Ask::Confirmed { store, .. }) => Command::Delete { store, grace: Duration::ZERO },
        Ok(_) => return Ok(None),
        Err(No::Refused(refusal)) => return Err(refusal.to_string()),
        Err(No::Told(text)) if text.is_empty() => panic!("somebody is told nothing"),
        Err(No::Told(text)) => return Err(text),
    };
    let moment = Moment { origin: Arc::default(), now };
    Ok(Some(parse::request(&heard, Public::of(&heard, &set), (&actor, command), &moment)))
}
