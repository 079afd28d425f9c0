//! The first response to an interaction, over HTTP callback or inline: one rule book for both.

use serde_json::{Value, json};

use super::content::{self, Pings};
use super::webhooks::{edit_with, say};
use super::{Answer, ApiError, Call};
use crate::state::{Ack, Draft, EPHEMERAL, Interaction, LOADING, World};
use crate::wire;

/// `POST /interactions/{id}/{token}/callback`: 204, or 200 with `with_response=true`.
pub(super) fn handle(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let (id, token) = (call.id("interaction_id"), call.text("interaction_token"));
    let found = world.interaction(id).filter(|interaction| interaction.token == token);
    let interaction = found.ok_or_else(ApiError::unknown_interaction)?;
    if matches!(interaction.ack, Ack::Failed(_)) || world.token_expired(interaction) {
        return Err(ApiError::unknown_interaction());
    }
    apply(world, id, &call.body)?;
    if call.query("with_response") != Some("true") {
        return Ok(Answer::empty());
    }
    Ok(Answer::ok(response(world, id)))
}

/// Applies a response that passed the rules.
pub(crate) fn apply(world: &mut World, id: u64, body: &Value) -> Result<(), ApiError> {
    let interaction = world.interaction(id).ok_or_else(ApiError::unknown_interaction)?.clone();
    if interaction.ack != Ack::Waiting {
        return Err(ApiError::already_acknowledged());
    }
    let kind = body.get("type").and_then(Value::as_u64).unwrap_or(0);
    let answers = answers(&interaction);
    if !answers.contains(&kind) {
        let message = format!("Value must be one of {answers:?}.");
        return Err(ApiError::field(&["type"], "BASE_TYPE_CHOICES", message));
    }
    completes(&interaction, kind, body)?;
    let original = place(world, &interaction, kind, body.get("data").unwrap_or(&Value::Null))?;
    if let Some(interaction) = world.interaction_mut(id) {
        interaction.ack = Ack::Done(kind);
        interaction.response = Some(body.clone());
        interaction.original = original;
    }
    Ok(())
}

/// The types that fit what the person did. A message can be updated only where there is one: not by a modal
/// that a command has opened.
fn answers(interaction: &Interaction) -> Vec<u64> {
    let updates = |kind: &u64| matches!(kind, 6 | 7);
    let fits = |kind: &u64| !updates(kind) || interaction.source_message.is_some();
    interaction.kind.answers().iter().copied().filter(fits).collect()
}

/// Choices are of the type of the option that is being typed.
fn completes(interaction: &Interaction, kind: u64, body: &Value) -> Result<(), ApiError> {
    let choices = body.pointer("/data/choices").and_then(Value::as_array).filter(|_| kind == 8);
    for (at, choice) in choices.into_iter().flatten().enumerate() {
        let value = choice.get("value").unwrap_or(&Value::Null);
        let (fits, expected) = match interaction.completing {
            Some(4) => (value.is_i64() || value.is_u64(), "int"),
            Some(10) => (value.is_number(), "float"),
            _ => (value.is_string(), "string"),
        };
        if !fits {
            let path = ["data", "choices", &at.to_string(), "value"];
            return Err(ApiError::field(&path, "BASE_TYPE_BAD_TYPE", format!("Value {value} is not {expected}.")));
        }
    }
    Ok(())
}

/// What the response does to the channel; the message that is `@original` from now on.
fn place(world: &mut World, interaction: &Interaction, kind: u64, data: &Value) -> Result<Option<u64>, ApiError> {
    let place = (interaction.channel_id, interaction.user_id, interaction.id);
    match kind {
        4 => say(world, place, content::draft(world, data, Pings::Users)).map(Some),
        5 => {
            let flags = data.get("flags").and_then(Value::as_u64).unwrap_or(0);
            let draft = Draft { flags: LOADING | (flags & EPHEMERAL), ..Draft::default() };
            say(world, place, draft).map(Some)
        }
        6 => Ok(interaction.source_message),
        7 => {
            let message = interaction.source_message.ok_or_else(ApiError::unknown_message)?;
            let draft = content::draft(world, data, Pings::Users);
            edit_with(world, message, draft)?;
            Ok(Some(message))
        }
        _ => Ok(None),
    }
}

fn response(world: &World, id: u64) -> Value {
    let Some(interaction) = world.interaction(id) else {
        return Value::Null;
    };
    let message = interaction.original.and_then(|id| world.message(id));
    let mut about = json!({ "id": wire::id(id), "type": interaction.kind as u8 });
    if let (Some(message), Some(about)) = (message, about.as_object_mut()) {
        about.insert("response_message_id".to_owned(), wire::id(message.id));
        about.insert("response_message_loading".to_owned(), json!(message.is_loading()));
        about.insert("response_message_ephemeral".to_owned(), json!(message.is_ephemeral()));
    }
    let mut answer = json!({ "interaction": about });
    if let (Some(message), Ack::Done(kind), Some(map)) = (message, &interaction.ack, answer.as_object_mut()) {
        map.insert("resource".to_owned(), json!({ "type": kind, "message": wire::message(world, message) }));
    }
    answer
}
