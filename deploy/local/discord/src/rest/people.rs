//! What a person's token lets the application know of that person (resources: user).

use serde_json::{Value, json};

use super::{Answer, ApiError, Call};
use crate::state::{User, World};
use crate::wire;

fn person(world: &World, id: u64) -> Result<&User, ApiError> {
    world.users.get(&id).ok_or_else(ApiError::unauthorized)
}

/// The scope `identify`: who it is, without an email address.
pub(super) fn user(world: &World, id: u64) -> Result<Answer, ApiError> {
    let person = person(world, id)?;
    let mut user = wire::user(person);
    if let Some(fields) = user.as_object_mut() {
        fields.retain(|key, _| !matches!(key.as_str(), "bot" | "system"));
        fields.insert("mfa_enabled".to_owned(), json!(true));
        fields.insert("locale".to_owned(), json!(person.locale));
        fields.insert("premium_type".to_owned(), json!(0));
        fields.insert("banner".to_owned(), Value::Null);
        fields.insert("accent_color".to_owned(), Value::Null);
    }
    Ok(Answer::ok(user))
}

/// Those that a person is in, or the bot: all. By id, `after` one, at most `limit` (200).
pub(super) fn guilds(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let number = |name: &str, otherwise: u64| call.query(name).and_then(|it| it.parse().ok()).unwrap_or(otherwise);
    let (after, limit) = (number("after", 0), usize::try_from(number("limit", 200)).unwrap_or(200).min(200));
    let all = match call.person {
        Some(person) => world.guilds_of(person),
        None => world.guilds.keys().copied().collect(),
    };
    let permissions = call.person.and_then(|id| world.users.get(&id)).map_or(0, |user| user.permissions);
    let shown = all.into_iter().filter(|id| *id > after).take(limit).map(|id| {
        json!({
            "id": wire::id(id), "name": world.guilds.get(&id), "icon": null, "banner": null, "owner": false,
            "permissions": permissions.to_string(), "features": [],
        })
    });
    Ok(Answer::ok(shown.collect()))
}

/// A guild that somebody is not in is none to them.
pub(super) fn member(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let (guild, id) = (call.id("guild_id"), call.person.ok_or_else(ApiError::unauthorized)?);
    if !world.guilds_of(id).contains(&guild) {
        return Err(ApiError::unknown_guild());
    }
    let mut member = wire::member(world, guild, person(world, id)?);
    if let Some(fields) = member.as_object_mut() {
        // These are told of interactions alone.
        fields.retain(|key, _| !matches!(key.as_str(), "permissions" | "unusual_dm_activity_until"));
    }
    Ok(Answer::ok(member))
}
