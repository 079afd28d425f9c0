//! People, channels and roles as they are typed into options or picked from menus, and what Discord sends
//! along about them (receiving-and-responding, "Resolved Data Structure").

use serde_json::{Map, Value, json};

use crate::state::{Channel, Role, User, World};
use crate::wire;

/// Option types USER, CHANNEL, ROLE and MENTIONABLE.
pub(super) const KINDS: [u64; 4] = [6, 7, 8, 9];

/// Where somebody looks around: a guild, or their direct message with the bot.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) world: &'a World,
    pub(super) guild: Option<u64>,
}

impl Place<'_> {
    fn person(&self, name: &str) -> Option<&User> {
        self.world.users.values().find(|user| user.name == name || user.id.to_string() == name)
    }

    fn role(&self, name: &str) -> Option<&Role> {
        let here = |role: &&Role| Some(role.guild_id) == self.guild;
        self.world.roles.values().filter(here).find(|role| role.name == name || role.id.to_string() == name)
    }

    fn channel(&self, name: &str) -> Option<&Channel> {
        let here = |channel: &&Channel| channel.guild_id.is_some() && channel.guild_id == self.guild;
        self.world.channels.values().filter(here).find(|channel| channel.name == name || channel.id.to_string() == name)
    }

    /// The id of what was typed as `@name`, `#channel` or `@role`, or as `<@1>`, `<#1>`, `<@&1>`; the kind is
    /// an option's type. The error says what the client has not found.
    pub(super) fn find(&self, kind: u64, text: &str) -> Result<u64, String> {
        let mention = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
        let sign = if kind == 7 { '#' } else { '@' };
        let name = mention.strip_prefix(sign).ok_or_else(|| format!("{text:?} does not begin with {sign}"))?;
        let name = if mention.len() < text.len() { name.trim_start_matches(['!', '&']) } else { name };
        let person = || self.person(name).map(|user| user.id);
        // The role that everybody in a guild has, whose id is the guild's.
        let everybody = || self.guild.filter(|_| name == "everyone");
        let role = || self.role(name).map(|role| role.id).or_else(everybody);
        let found = match kind {
            6 => person(),
            7 => self.channel(name).map(|channel| channel.id),
            8 => role(),
            _ => person().or_else(role),
        };
        found.ok_or_else(|| format!("there is no {text} here"))
    }

    /// What is known about these ids; nothing when there are none. `user` is who asks: their permissions
    /// travel with channels.
    pub(super) fn resolved(&self, user: u64, ids: impl Iterator<Item = u64>) -> Option<Value> {
        let mut resolved = Map::new();
        let mut add = |group: &str, id: u64, about: Value| {
            let group = resolved.entry(group).or_insert_with(|| json!({}));
            if let Some(group) = group.as_object_mut() {
                group.insert(id.to_string(), about);
            }
        };
        for id in ids {
            if let Some(person) = self.world.users.get(&id) {
                add("users", id, wire::user(person));
                if let Some(guild) = self.guild {
                    add("members", id, wire::partial_member(self.world, guild, person));
                }
            } else if let Some(role) = self.world.roles.get(&id) {
                add("roles", id, wire::role(role));
            } else if let Some(channel) = self.world.channels.get(&id) {
                let permissions = self.world.users.get(&user).map_or(0, |user| user.permissions);
                add("channels", id, wire::partial_channel(self.world, channel, permissions));
            }
        }
        (!resolved.is_empty()).then_some(Value::Object(resolved))
    }
}

/// The ids among the values of filled-in options, of every depth.
pub(super) fn ids(options: &[Value]) -> Vec<u64> {
    let mut found = Vec::new();
    for option in options {
        let kind = option.get("type").and_then(Value::as_u64).unwrap_or(0);
        if KINDS.contains(&kind) {
            found.extend(option.get("value").and_then(Value::as_str).and_then(|id| id.parse::<u64>().ok()));
        }
        found.extend(ids(option.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()));
    }
    found
}
