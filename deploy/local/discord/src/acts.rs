//! What somebody at the page or behind a script does, by the names of people and channels. Each act
//! goes on when the browser that began it is gone: the bot has heard of it.

use std::sync::Arc;

use serde_json::Value;

use crate::handles::{InteractionHandle, UserHandle};
use crate::hub::Hub;
use crate::interactions::{self, Action, Mode, SlashError, deliver};
use crate::state::World;

/// A person and a channel as they are written: `@dm` is the direct message with the bot.
pub(crate) type Whereabouts<'a> = (&'a str, &'a str);

/// The ids of a person and a channel, both made on demand.
pub(crate) fn whereabouts(world: &mut World, (user, channel): Whereabouts<'_>) -> (u64, u64) {
    let user = world.user_named(user);
    let channel = match channel {
        "@dm" => world.dm_with(user).unwrap_or_default(),
        name => world.channel_named(name),
    };
    (user, channel)
}

/// A command as it was typed, with `fields` that were filled in one by one.
pub(crate) async fn type_as(
    hub: &Arc<Hub>,
    place: Whereabouts<'_>,
    text: &str,
    fields: &[(String, String)],
) -> Result<InteractionHandle, SlashError> {
    let action = hub.change(|world| {
        let place = whereabouts(world, place);
        interactions::resolve_fields(world, place, text, fields, Mode::Send)
    });
    send(hub, action?).await
}

/// What the bot offers for the last of the fields.
pub(crate) async fn complete(
    hub: &Arc<Hub>,
    place: Whereabouts<'_>,
    text: &str,
    fields: &[(String, String)],
) -> Result<Vec<Value>, SlashError> {
    let action = hub.change(|world| {
        let place = whereabouts(world, place);
        interactions::resolve_fields(world, place, text, fields, Mode::Complete)
    });
    let answered = send(hub, action?).await?.state();
    let choices = answered.response.as_ref().and_then(|response| response.pointer("/data/choices")?.as_array());
    Ok(choices.cloned().unwrap_or_default())
}

/// A button is pressed, or `values` are chosen from a menu.
pub(crate) async fn press(
    hub: &Arc<Hub>,
    user: &str,
    message: u64,
    (custom_id, values): (&str, &[String]),
) -> Result<InteractionHandle, SlashError> {
    let action = hub.change(|world| {
        let user = world.user_named(user);
        interactions::press(world, user, message, (custom_id, values))
    });
    send(hub, action?).await
}

/// The modal that answered this person's interaction is sent.
pub(crate) async fn submit(
    hub: &Arc<Hub>,
    user: &str,
    interaction: u64,
    values: &[(&str, &str)],
) -> Result<InteractionHandle, SlashError> {
    let action = hub.change(|world| {
        let user = world.user_named(user);
        let own = world.interaction(interaction).is_some_and(|it| it.user_id == user);
        let action = own.then(|| interactions::submit(world, interaction, values));
        action.unwrap_or_else(|| Err(SlashError::NoSuchComponent("modal".to_owned())))
    });
    send(hub, action?).await
}

/// A message for one person, or a failure told to one, is put away by this person.
pub(crate) fn dismiss(hub: &Hub, user: &str, id: u64) -> Result<(), SlashError> {
    hub.change(|world| {
        let user = world.user_named(user);
        let message = world.message(id).is_some_and(|message| message.visible_to == Some(user));
        let failure = world.interaction(id).is_some_and(|it| it.user_id == user);
        if !message && !failure {
            return Err(SlashError::NoSuchComponent("message that only you see".to_owned()));
        }
        world.dismissed.insert(id);
        Ok(())
    })
}

/// Sets the language of somebody's client; whether Discord's clients speak it.
pub(crate) fn set_locale(hub: &Arc<Hub>, user: &str, locale: &str) -> bool {
    let id = hub.change(|world| world.user_named(user));
    UserHandle { hub: Arc::clone(hub), id }.set_locale(locale).is_ok()
}

async fn send(hub: &Arc<Hub>, action: Action) -> Result<InteractionHandle, SlashError> {
    let sender = Arc::clone(hub);
    let sent = tokio::spawn(async move { deliver(&sender, action).await }).await;
    // It ends early only when this process does.
    let gone = |_| Err(SlashError::NotAnswered { interaction_id: 0, reason: "the stand-in stops".to_owned() });
    Ok(InteractionHandle { hub: Arc::clone(hub), id: sent.unwrap_or_else(gone)? })
}
