//! Channel messages (message resource), with the bot token.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::content::{self, Pings};
use super::{Answer, ApiError, Call};
use crate::state::{Author, Message, READ_MESSAGE_HISTORY, SEND_MESSAGES, VIEW_CHANNEL, World};
use crate::wire;

/// `enforce_nonce` looks back "a few minutes" (message resource, "Create Message"); five here.
const NONCE_MEMORY: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn channel(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = allowed(world, call, 0)?;
    let channel = world.channels.get(&id).ok_or_else(ApiError::unknown_channel)?;
    Ok(Answer::ok(wire::channel(world, channel)))
}

/// Newest first, 50 unless asked otherwise. Ephemeral messages are in nobody's history, and a bot that may
/// not look at the history finds it empty (message resource, "Get Channel Messages").
pub(super) fn list(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let channel = allowed(world, call, 0)?;
    if allowed(world, call, READ_MESSAGE_HISTORY).is_err() {
        return Ok(Answer::ok(Value::Array(Vec::new())));
    }
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
    allowed(world, call, READ_MESSAGE_HISTORY)?;
    show(world, call)
}

fn show(world: &World, call: &Call) -> Result<Answer, ApiError> {
    let message = wanted(world, call)?;
    Ok(Answer::ok(wire::message(world, message)))
}

pub(super) fn create(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let channel = allowed(world, call, SEND_MESSAGES)?;
    let recipient = world.channels.get(&channel).and_then(|channel| channel.recipient);
    if recipient.and_then(|person| world.users.get(&person)).is_some_and(|person| person.dms_closed) {
        return Err(ApiError::closed_to_us());
    }
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
    show(world, call)
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = wanted(world, call)?.id;
    world.delete(id);
    Ok(Answer::empty())
}

/// The channel, when the bot sees it and has these permissions there.
fn allowed(world: &World, call: &Call, wanted: u64) -> Result<u64, ApiError> {
    let channel = world.channels.get(&call.id("channel_id")).ok_or_else(ApiError::unknown_channel)?;
    match channel.bot_permissions {
        held if held & VIEW_CHANNEL == 0 => Err(ApiError::missing_access()),
        held if held & wanted != wanted => Err(ApiError::missing_permissions()),
        _ => Ok(channel.id),
    }
}

/// Ephemeral messages can be reached only through their interaction's webhook.
fn wanted<'a>(world: &'a World, call: &Call) -> Result<&'a Message, ApiError> {
    let channel = allowed(world, call, 0)?;
    let found = world.message(call.id("message_id"));
    found
        .filter(|message| message.channel_id == channel && message.visible_to.is_none())
        .ok_or_else(ApiError::unknown_message)
}
