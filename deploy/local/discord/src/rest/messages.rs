//! Channel messages (message resource), with the bot token.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::content::{self, Pings};
use super::{Answer, ApiError, Call};
use crate::state::{Author, Message, World};
use crate::wire;

/// `enforce_nonce` looks back "a few minutes" (message resource, "Create Message"); five here.
const NONCE_MEMORY: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn channel(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let channel = world.channels.get(&call.id("channel_id")).ok_or_else(ApiError::unknown_channel)?;
    Ok(Answer::ok(wire::channel(world, channel)))
}

/// Newest first, 50 unless asked otherwise. Ephemeral messages are in nobody's history.
pub(super) fn list(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let channel = known(world, call)?;
    let limit = call.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
    let number = |name| call.query(name).and_then(|id| id.parse::<u64>().ok());
    let (before, after) = (number("before"), number("after"));
    let shown = world.messages.iter().rev().filter(|message| {
        let in_range = before.is_none_or(|id| message.id < id) && after.is_none_or(|id| message.id > id);
        message.channel_id == channel && !message.is_deleted() && message.visible_to.is_none() && in_range
    });
    Ok(Answer::ok(shown.take(limit).map(|message| wire::message(world, message)).collect()))
}

pub(super) fn get(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let message = wanted(world, call)?;
    Ok(Answer::ok(wire::message(world, message)))
}

pub(super) fn create(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let channel = known(world, call)?;
    let mut draft = content::draft(world, &call.body, Pings::All);
    draft.flags &= !crate::state::EPHEMERAL;
    if let Some(earlier) = repeated(world, channel, &call.body) {
        return Ok(Answer::ok(wire::message(world, earlier)));
    }
    let nothing = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
    if draft.content.as_deref().unwrap_or_default().is_empty() && nothing(&draft.embeds) && nothing(&draft.components) {
        return Err(ApiError::empty_message());
    }
    let id = world.post(channel, Author::App, draft);
    let message = world.message(id).ok_or_else(ApiError::unknown_message)?;
    Ok(Answer::ok(wire::message(world, message)))
}

/// With `enforce_nonce` the same nonce creates nothing and gives the first message again.
fn repeated<'a>(world: &'a World, channel: u64, body: &Value) -> Option<&'a Message> {
    let nonce = body.get("nonce").filter(|nonce| !nonce.is_null())?;
    if body.get("enforce_nonce") != Some(&Value::Bool(true)) {
        return None;
    }
    let now = world.now();
    let recent = |since: Timestamp| now.duration_since(since) <= NONCE_MEMORY;
    world.messages.iter().find(|message| {
        message.channel_id == channel
            && message.author == Author::App
            && message.nonce.as_ref() == Some(nonce)
            && message.versions.first().is_some_and(|version| recent(version.at))
    })
}

pub(super) fn edit(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let message = wanted(world, call)?;
    if message.author != Author::App {
        return Err(ApiError::foreign_message());
    }
    let (id, draft) = (message.id, content::draft(world, &call.body, Pings::All));
    if message.would_be_empty(&draft) {
        return Err(ApiError::empty_message());
    }
    world.edit(id, draft);
    get(world, call)
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = wanted(world, call)?.id;
    world.delete(id);
    Ok(Answer::empty())
}

fn known(world: &World, call: &Call) -> Result<u64, ApiError> {
    let id = call.id("channel_id");
    world.channels.contains_key(&id).then_some(id).ok_or_else(ApiError::unknown_channel)
}

/// Ephemeral messages can be reached only through their interaction's webhook.
fn wanted<'a>(world: &'a World, call: &Call) -> Result<&'a Message, ApiError> {
    let channel = known(world, call)?;
    let found = world.message(call.id("message_id"));
    found
        .filter(|message| message.channel_id == channel && message.visible_to.is_none())
        .ok_or_else(ApiError::unknown_message)
}
