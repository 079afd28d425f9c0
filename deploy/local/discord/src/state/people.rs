//! People, their roles, the servers and the channels they meet in. All of them are made on demand by
//! name; a role or channel of another server than the usual one is written `server/name`.

use serde::Serialize;

use super::World;
use crate::ids::stable_id;

/// Permission bit that passes every permission check (topics: permissions).
pub(crate) const ADMINISTRATOR: u64 = 1 << 3;
/// VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, READ_MESSAGE_HISTORY, USE_APPLICATION_COMMANDS:
/// what everybody has in this guild.
pub(crate) const EVERYONE: u64 = (1 << 10) | (1 << 11) | (1 << 14) | (1 << 16) | (1 << 31);

/// Locale of people and guilds who have not chosen another.
pub(crate) const LOCALE: &str = "en-US";

/// Permission to see a channel at all; without it everything there is 50001.
pub(crate) const VIEW_CHANNEL: u64 = 1 << 10;
/// Permission to write there.
pub(crate) const SEND_MESSAGES: u64 = 1 << 11;
/// Permission to look at what was written.
pub(crate) const READ_MESSAGE_HISTORY: u64 = 1 << 16;
/// What the bot may do in a channel until a test says otherwise: these, and EMBED_LINKS, ATTACH_FILES and
/// MENTION_EVERYONE.
pub(crate) const BOT: u64 =
    VIEW_CHANNEL | SEND_MESSAGES | READ_MESSAGE_HISTORY | (1 << 14) | (1 << 15) | MENTION_EVERYONE;
/// Permission to ping everyone and any role.
pub(crate) const MENTION_EVERYONE: u64 = 1 << 17;

/// A person.
#[derive(Debug, Clone, Serialize)]
pub struct User {
    /// Stable for the name.
    pub id: u64,
    /// Username.
    pub name: String,
    /// Ids of the roles held, in all guilds.
    pub roles: Vec<u64>,
    /// Permission bits in the guild.
    pub permissions: u64,
    /// Language of the client, one of Discord's locales.
    pub locale: String,
    /// Whether the bot's direct messages are refused (50007).
    pub dms_closed: bool,
}

/// A guild role.
#[derive(Debug, Clone, Serialize)]
pub struct Role {
    /// Stable for the name.
    pub id: u64,
    /// Whose role it is.
    pub guild_id: u64,
    /// Name without `@`.
    pub name: String,
}

/// A guild text channel, or a direct message channel when it has a recipient.
#[derive(Debug, Clone, Serialize)]
pub struct Channel {
    /// Stable for the name.
    pub id: u64,
    /// Name without `#`; for a DM the recipient's name.
    pub name: String,
    /// `None`: a DM.
    pub guild_id: Option<u64>,
    /// The person on the other side of a DM.
    pub recipient: Option<u64>,
    /// What the bot may do there: permission bits.
    pub bot_permissions: u64,
}

impl World {
    pub(crate) fn user_named(&mut self, name: &str) -> u64 {
        let id = stable_id(&format!("user:{name}"));
        self.users.entry(id).or_insert_with(|| User {
            id,
            name: name.to_owned(),
            roles: Vec::new(),
            permissions: EVERYONE,
            locale: LOCALE.to_owned(),
            dms_closed: false,
        });
        id
    }

    pub(crate) fn role_named(&mut self, name: &str) -> u64 {
        let (guild_id, short) = self.place_named(name);
        let id = stable_id(&format!("role:{name}"));
        self.roles.entry(id).or_insert_with(|| Role { id, guild_id, name: short.to_owned() });
        id
    }

    pub(crate) fn channel_named(&mut self, name: &str) -> u64 {
        let (guild_id, short) = self.place_named(name);
        let id = stable_id(&format!("channel:{name}"));
        let channel =
            Channel { id, name: short.to_owned(), guild_id: Some(guild_id), recipient: None, bot_permissions: BOT };
        self.channels.entry(id).or_insert(channel);
        id
    }

    pub(crate) fn guild_named(&mut self, name: &str) -> u64 {
        let id = stable_id(&format!("guild:{name}"));
        self.guilds.entry(id).or_insert_with(|| name.to_owned());
        id
    }

    /// The language a guild prefers.
    pub(crate) fn guild_locale(&self, guild: u64) -> &str {
        self.guild_locales.get(&guild).map_or(LOCALE, String::as_str)
    }

    /// Gives the bot exactly these permissions in a guild channel.
    pub(crate) fn allow_bot(&mut self, channel: &str, bits: u64) {
        let id = self.channel_named(channel);
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.bot_permissions = bits;
        }
    }

    /// Lets a guild prefer a language; the empty name is the usual guild.
    pub(crate) fn prefer(&mut self, guild: &str, locale: String) {
        let id = if guild.is_empty() { self.guild_id } else { self.guild_named(guild) };
        self.guild_locales.insert(id, locale);
    }

    /// The guild that `server/name` is in, and the name.
    fn place_named<'a>(&mut self, name: &'a str) -> (u64, &'a str) {
        match name.split_once('/') {
            Some((guild, short)) => (self.guild_named(guild), short),
            None => (self.guild_id, name),
        }
    }

    /// A channel as it is asked for by name.
    pub(crate) fn address(&self, channel: &Channel) -> String {
        match channel.guild_id.filter(|guild| *guild != self.guild_id).and_then(|guild| self.guilds.get(&guild)) {
            Some(guild) => format!("{guild}/{}", channel.name),
            None => channel.name.clone(),
        }
    }

    /// The ids of the roles that a person has in one guild.
    pub(crate) fn roles_in(&self, guild: u64, user: &User) -> Vec<u64> {
        let here = |role: &&u64| self.roles.get(role).is_some_and(|role| role.guild_id == guild);
        user.roles.iter().filter(here).copied().collect()
    }

    /// The one DM channel between the bot and this person.
    pub(crate) fn dm_with(&mut self, user: u64) -> Option<u64> {
        let name = self.users.get(&user)?.name.clone();
        let id = stable_id(&format!("dm:{name}"));
        let channel = Channel { id, name, guild_id: None, recipient: Some(user), bot_permissions: BOT };
        self.channels.entry(id).or_insert(channel);
        Some(id)
    }
}
