//! The interaction object as Discord documents it (receiving-and-responding, "Interaction
//! Structure"): `member` in a guild, `user` in a direct message.

use serde_json::{Map, Value, json};

use crate::state::{Interaction, InteractionKind, LOCALE, World};
use crate::wire;

/// 10 MiB, the limit without boosts.
const ATTACHMENT_LIMIT: u64 = 10_485_760;

pub(super) fn build(world: &World, interaction: &Interaction, data: Value) -> Value {
    let mut payload = ping(world, interaction.id, &interaction.token);
    payload.insert("type".to_owned(), json!(interaction.kind as u8));
    payload.insert("data".to_owned(), data);
    let user = world.users.get(&interaction.user_id);
    payload.insert("locale".to_owned(), json!(user.map_or(LOCALE, |user| &user.locale)));
    payload.insert("channel_id".to_owned(), wire::id(interaction.channel_id));
    let held = world.channels.get(&interaction.channel_id).map_or(0, |channel| channel.bot_permissions);
    payload.insert("app_permissions".to_owned(), json!(held.to_string()));
    payload.extend(whereabouts(world, interaction));
    if let Some(message) = interaction.source_message.and_then(|id| world.message(id)) {
        payload.insert("message".to_owned(), wire::message(world, message));
    }
    Value::Object(payload)
}

/// The fields every interaction has; of type PING with nothing more.
pub(super) fn ping(world: &World, id: u64, token: &str) -> Map<String, Value> {
    let fields = json!({
        "id": wire::id(id), "application_id": wire::id(world.application_id), "type": InteractionKind::Ping as u8,
        "token": token, "version": 1, "entitlements": [], "authorizing_integration_owners": {},
        "attachment_size_limit": ATTACHMENT_LIMIT,
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// Guild or direct message: who, where, on whose authority.
fn whereabouts(world: &World, interaction: &Interaction) -> Map<String, Value> {
    let user = world.users.get(&interaction.user_id);
    let channel = world.channels.get(&interaction.channel_id);
    let mut partial = channel.map(|channel| wire::channel(world, channel)).unwrap_or_default();
    if let (Some(partial), Some(user)) = (partial.as_object_mut(), user) {
        partial.insert("permissions".to_owned(), json!(user.permissions.to_string()));
    }
    let fields = match channel.map_or(Some(world.guild_id), |channel| channel.guild_id) {
        None => json!({
            "channel": partial, "context": 1, "user": user.map(wire::user),
            "authorizing_integration_owners": { "0": "0" },
        }),
        Some(guild) => json!({
            "channel": partial, "context": 0, "member": user.map(|user| wire::member(world, guild, user)),
            "guild_id": wire::id(guild), "guild_locale": world.guild_locale(guild),
            "guild": { "id": wire::id(guild), "locale": world.guild_locale(guild), "features": [] },
            "authorizing_integration_owners": { "0": wire::id(guild) },
        }),
    };
    fields.as_object().cloned().unwrap_or_default()
}
