//! State as Discord writes it in JSON: users, members, channels, messages, commands.

use serde_json::{Map, Value, json};

use crate::state::{Author, Channel, Command, Interaction, Message, Role, User, World};

/// Ids travel as strings (reference, "ID Serialization").
pub(crate) fn id(id: u64) -> Value {
    Value::String(id.to_string())
}

pub(crate) fn user(user: &User) -> Value {
    json!({
        "id": id(user.id), "username": user.name, "discriminator": "0", "global_name": user.name,
        "avatar": null, "avatar_decoration_data": null, "collectibles": null, "primary_guild": null,
        "bot": false, "system": false, "public_flags": 0, "flags": 0, "clan": null,
    })
}

/// The bot's own user. Its id equals the application's, as in every application of recent years.
pub(crate) fn bot_user(world: &World) -> Value {
    json!({
        "id": id(world.application_id), "username": world.bot_name, "discriminator": "0", "global_name": null,
        "avatar": null, "avatar_decoration_data": null, "collectibles": null, "primary_guild": null,
        "bot": true, "system": false, "public_flags": 0, "flags": 0, "clan": null,
    })
}

/// A member as interactions carry it: with the roles of the guild and the permissions held in that channel.
pub(crate) fn member(world: &World, guild: u64, user: &User) -> Value {
    json!({
        "user": self::user(user), "nick": null, "avatar": null, "banner": null,
        "roles": world.roles_in(guild, user).into_iter().map(id).collect::<Vec<_>>(),
        "joined_at": "2024-01-01T00:00:00.000000+00:00", "premium_since": null,
        "deaf": false, "mute": false, "pending": false, "flags": 0,
        "permissions": user.permissions.to_string(),
        "communication_disabled_until": null, "unusual_dm_activity_until": null,
    })
}

/// A member beside its user.
pub(crate) fn partial_member(world: &World, guild: u64, user: &User) -> Value {
    let mut member = member(world, guild, user);
    if let Some(fields) = member.as_object_mut() {
        fields.retain(|key, _| !matches!(key.as_str(), "user" | "deaf" | "mute"));
    }
    member
}

pub(crate) fn role(role: &Role) -> Value {
    json!({
        "id": id(role.id), "name": role.name, "color": 0, "hoist": false, "icon": null, "unicode_emoji": null,
        "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "position": 1, "permissions": "0", "managed": false, "mentionable": false, "flags": 0,
    })
}

/// A channel as somebody picks it, with the permissions they have there and those of the bot.
pub(crate) fn partial_channel(world: &World, channel: &Channel, permissions: u64) -> Value {
    let mut partial = self::channel(world, channel);
    if let Some(fields) = partial.as_object_mut() {
        fields.retain(|key, _| !matches!(key.as_str(), "permission_overwrites" | "recipients"));
        fields.insert("permissions".to_owned(), json!(permissions.to_string()));
        fields.insert("app_permissions".to_owned(), json!(channel.bot_permissions.to_string()));
    }
    partial
}

pub(crate) fn channel(world: &World, channel: &Channel) -> Value {
    let recipient = channel.recipient.and_then(|recipient| world.users.get(&recipient));
    match recipient {
        Some(recipient) => json!({
            "id": id(channel.id), "type": 1, "flags": 0, "last_message_id": null, "recipients": [user(recipient)],
        }),
        None => json!({
            "id": id(channel.id), "type": 0, "flags": 0, "last_message_id": null, "guild_id": channel.guild_id.map(id),
            "name": channel.name, "position": 0, "permission_overwrites": [], "nsfw": false, "topic": null,
            "parent_id": null, "rate_limit_per_user": 0,
        }),
    }
}

pub(crate) fn message(world: &World, message: &Message) -> Value {
    let by_id = |wanted: &u64| world.users.get(wanted).map(user);
    let author = match message.author {
        Author::App => bot_user(world),
        Author::User(author) => by_id(&author).unwrap_or(Value::Null),
    };
    let latest = message.latest();
    let mut fields = json!({
        "id": id(message.id), "channel_id": id(message.channel_id), "type": 0, "author": author,
        "content": message.content(),
        "timestamp": message.versions.first().map(|version| version.at.to_string()),
        "edited_timestamp": (message.versions.len() > 1).then(|| latest.map(|version| version.at.to_string())),
        "tts": false, "pinned": false, "attachments": [],
        "mentions": message.mentions.iter().filter_map(by_id).collect::<Vec<_>>(),
        "mention_roles": message.mention_roles.iter().map(|role| id(*role)).collect::<Vec<_>>(),
        "mention_everyone": message.mention_everyone,
        "embeds": latest.map(|version| version.embeds.clone()).unwrap_or_default(),
        "components": latest.map(|version| version.components.clone()).unwrap_or_default(),
        "flags": message.flags(),
    });
    let Some(map) = fields.as_object_mut() else {
        return fields;
    };
    if let Some(nonce) = &message.nonce {
        map.insert("nonce".to_owned(), nonce.clone());
    }
    if let Some(interaction) = message.interaction_id.and_then(|wanted| world.interaction(wanted)) {
        of_interaction(world, interaction, map);
    }
    fields
}

/// What messages sent through an interaction's webhook carry on top. Type 20 is
/// CHAT_INPUT_COMMAND: an answer shown under the command.
fn of_interaction(world: &World, interaction: &Interaction, map: &mut Map<String, Value>) {
    let who = world.users.get(&interaction.user_id).map(user).unwrap_or_default();
    let guild = world.channels.get(&interaction.channel_id).and_then(|channel| channel.guild_id);
    map.insert("application_id".to_owned(), id(world.application_id));
    map.insert("webhook_id".to_owned(), id(world.application_id));
    map.insert("type".to_owned(), json!(if interaction.kind as u8 == 2 { 20 } else { 0 }));
    map.insert(
        "interaction_metadata".to_owned(),
        json!({
            "id": id(interaction.id), "type": interaction.kind as u8, "name": interaction.label, "user": who,
            "authorizing_integration_owners": { "0": guild.map_or(json!("0"), id) },
            "command_type": 1,
        }),
    );
}

/// A command in a list: translations only when they were asked for.
pub(crate) fn listed(world: &World, command: &Command, with_localizations: bool) -> Value {
    let command = self::command(world, command);
    if with_localizations { command } else { without_localizations(command) }
}

fn without_localizations(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_localizations).collect(),
        Value::Object(map) => map
            .into_iter()
            .filter(|(key, _)| !key.ends_with("_localizations"))
            .map(|(key, value)| (key, without_localizations(value)))
            .collect(),
        other => other,
    }
}

/// A registered command with the defaults Discord fills in.
pub(crate) fn command(world: &World, command: &Command) -> Value {
    let mut map = Map::from_iter([
        ("id".to_owned(), id(command.id)),
        ("application_id".to_owned(), id(world.application_id)),
        ("version".to_owned(), id(command.version)),
        ("type".to_owned(), json!(1)),
        ("description".to_owned(), json!("")),
        ("default_member_permissions".to_owned(), Value::Null),
        ("nsfw".to_owned(), json!(false)),
    ]);
    if command.guild_id.is_none() {
        map.insert("contexts".to_owned(), Value::Null);
        map.insert("integration_types".to_owned(), json!([0]));
        map.insert("dm_permission".to_owned(), json!(true));
    }
    let definition = command.definition.as_object().cloned().unwrap_or_default();
    let given = definition.into_iter().filter(|(key, value)| key != "id" && !value.is_null());
    map.extend(given.map(|(key, value)| if key == "options" { (key, without_nulls(value)) } else { (key, value) }));
    if let Some(guild) = command.guild_id {
        map.insert("guild_id".to_owned(), id(guild));
    }
    Value::Object(map)
}

/// Discord leaves out what was sent as null or as an empty list inside options.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        other => other,
    }
}
