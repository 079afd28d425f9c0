//! Follow-ups: the webhook every interaction brings along (receiving-and-responding, "Followup
//! Messages"). The token in the path is the only key.

use super::content::{self, Pings};
use super::{Answer, ApiError, Call};
use crate::state::{Ack, Author, Draft, EPHEMERAL, Interaction, World};
use crate::wire;

/// The interaction this token belongs to, while it may be used: answered, and not too old.
fn holder<'a>(world: &'a World, call: &Call) -> Result<&'a Interaction, ApiError> {
    let token = call.text("webhook_token");
    let known = call.id("webhook_id") == world.application_id;
    let found = world.interactions.iter().find(|interaction| known && interaction.token == token);
    let interaction = found.ok_or_else(ApiError::unknown_webhook)?;
    if world.token_expired(interaction) {
        return Err(ApiError::dead_token());
    }
    match interaction.ack {
        Ack::Done(_) => Ok(interaction),
        Ack::Waiting | Ack::Failed(_) => Err(ApiError::unknown_webhook()),
    }
}

/// The message named in the path, or `@original` when the path ends in that literal.
fn wanted(world: &World, call: &Call) -> Result<u64, ApiError> {
    let interaction = holder(world, call)?;
    let id = match call.text("message_id") {
        "" => interaction.original.ok_or_else(ApiError::unknown_message)?,
        id => id.parse().map_err(|_| ApiError::unknown_message())?,
    };
    let own = |id: u64| {
        let message = world.message(id)?;
        (message.interaction_id == Some(interaction.id) || interaction.original == Some(id)).then_some(id)
    };
    own(id).ok_or_else(ApiError::unknown_message)
}

pub(super) fn get(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    show(world, wanted(world, call)?)
}

pub(super) fn edit(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = wanted(world, call)?;
    edit_with(world, id, content::draft(world, &call.body, Pings::Users))
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = wanted(world, call)?;
    world.delete(id);
    Ok(Answer::empty())
}

/// Right after a deferred response a follow-up completes the loading message instead of adding one.
pub(super) fn follow_up(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let interaction = holder(world, call)?;
    let (id, user, channel) = (interaction.id, interaction.user_id, interaction.channel_id);
    let loading = interaction.original.filter(|id| world.message(*id).is_some_and(crate::state::Message::is_loading));
    let draft = content::draft(world, &call.body, Pings::Users);
    if let Some(loading) = loading {
        return edit_with(world, loading, draft);
    }
    let message = say(world, (channel, user, id), draft)?;
    show(world, message)
}

/// Posts a message that belongs to an interaction `(channel, user, interaction)`.
pub(super) fn say(
    world: &mut World,
    (channel, user, interaction): (u64, u64, u64),
    draft: Draft,
) -> Result<u64, ApiError> {
    let loading = draft.flags & crate::state::LOADING != 0;
    let nothing = |list: &Option<Vec<serde_json::Value>>| list.as_ref().is_none_or(Vec::is_empty);
    let empty =
        draft.content.as_deref().unwrap_or_default().is_empty() && nothing(&draft.embeds) && nothing(&draft.components);
    if empty && !loading {
        return Err(ApiError::empty_message());
    }
    let visible_to = (draft.flags & EPHEMERAL != 0).then_some(user);
    let id = world.post(channel, Author::App, draft);
    if let Some(message) = world.messages.last_mut() {
        message.interaction_id = Some(interaction);
        message.visible_to = visible_to;
    }
    Ok(id)
}

pub(super) fn edit_with(world: &mut World, id: u64, draft: Draft) -> Result<Answer, ApiError> {
    let message = world.message(id).ok_or_else(ApiError::unknown_message)?;
    if message.would_be_empty(&draft) {
        return Err(ApiError::empty_message());
    }
    world.edit(id, draft);
    show(world, id)
}

fn show(world: &World, id: u64) -> Result<Answer, ApiError> {
    let message = world.message(id).ok_or_else(ApiError::unknown_message)?;
    Ok(Answer::ok(wire::message(world, message)))
}
