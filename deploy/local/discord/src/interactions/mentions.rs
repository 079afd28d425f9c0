//! Options whose value is somebody or something of a server: what a person mentions becomes its id, and what it
//! is travels along as `resolved` (receiving-and-responding, "Resolved Data Structure").

use serde_json::{Map, Value, json};

use crate::state::World;
use crate::wire;

/// Option types.
const USER: u64 = 6;
const CHANNEL: u64 = 7;
const ROLE: u64 = 8;
const MENTIONABLE: u64 = 9;

pub(super) fn is_mention(kind: u64) -> bool {
    (USER..=MENTIONABLE).contains(&kind)
}

/// The id of what is mentioned: `<@1>`, `<#1>`, `<@&1>`, a name with or without its sign, `@everyone` for the role
/// that all of a server have, whose id is the server's.
pub(super) fn id(world: &World, guild: Option<u64>, option: &Value, text: &str) -> Result<Value, String> {
    let kind = option.get("type").and_then(Value::as_u64).unwrap_or(0);
    let number = text.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok().filter(|_| text.starts_with('<'));
    let same = |id: u64, name: &str| number == Some(id) || name == text.trim_start_matches(['@', '#']);
    let here = |of: Option<u64>| guild.is_some() && of == guild;
    let user = || world.users.values().find(|user| same(user.id, &user.name)).map(|user| user.id);
    let channel =
        || world.channels.values().find(|one| here(one.guild_id) && same(one.id, &one.name)).map(|one| one.id);
    let role =
        || world.roles.values().find(|role| here(Some(role.guild_id)) && same(role.id, &role.name)).map(|r| r.id);
    let everyone = || guild.filter(|guild| same(*guild, "everyone"));
    let found = match kind {
        USER => user(),
        CHANNEL => channel(),
        ROLE => role().or_else(everyone),
        _ => user().or_else(role).or_else(everyone),
    };
    let id = found.ok_or_else(|| format!("{text:?} is nothing that can be mentioned here"))?;
    let wanted = option.get("channel_types").and_then(Value::as_array).filter(|types| !types.is_empty());
    match wanted {
        // All channels here are of text.
        Some(types) if kind == CHANNEL && !types.contains(&json!(0)) => Err(format!("{text:?} is a channel of text")),
        _ => Ok(wire::id(id)),
    }
}

/// What the given options mention, by kind and id.
pub(super) fn resolved(world: &World, given: &[Value]) -> Option<Value> {
    let mut found: Map<String, Value> = Map::new();
    for option in given {
        let kind = option.get("type").and_then(Value::as_u64).unwrap_or(0);
        let id = option.get("value").and_then(Value::as_str).filter(|_| is_mention(kind));
        let Some(id) = id.and_then(|id| id.parse::<u64>().ok()) else { continue };
        let (of, what) = if let Some(user) = world.users.get(&id) {
            ("users", wire::user(user))
        } else if let Some(channel) = world.channels.get(&id) {
            ("channels", wire::channel(world, channel))
        } else {
            let name = world.roles.get(&id).map_or("@everyone", |role| role.name.as_str());
            ("roles", json!({ "id": wire::id(id), "name": name, "permissions": "0", "position": 0, "color": 0 }))
        };
        let all = found.entry(of).or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.insert(id.to_string(), what);
        }
    }
    (!found.is_empty()).then(|| found.into())
}
