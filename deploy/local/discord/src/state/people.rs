//! People, their roles, and the channels they meet in. All of them are made on demand by name.

use serde::Serialize;

use super::World;
use crate::ids::stable_id;

/// Permission bit that passes every permission check (topics: permissions).
pub(crate) const ADMINISTRATOR: u64 = 1 << 3;
/// VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, READ_MESSAGE_HISTORY, USE_APPLICATION_COMMANDS:
/// what everybody has in this guild.
pub(crate) const EVERYONE: u64 = (1 << 10) | (1 << 11) | (1 << 14) | (1 << 16) | (1 << 31);

/// A person.
#[derive(Debug, Clone, Serialize)]
pub struct User {
    /// Stable for the name.
    pub id: u64,
    /// Username.
    pub name: String,
    /// Ids of the guild roles held.
    pub roles: Vec<u64>,
    /// Permission bits in the guild.
    pub permissions: u64,
}

/// A guild role.
#[derive(Debug, Clone, Serialize)]
pub struct Role {
    /// Stable for the name.
    pub id: u64,
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
    /// The person on the other side of a DM.
    pub recipient: Option<u64>,
}

impl World {
    pub(crate) fn user_named(&mut self, name: &str) -> u64 {
        let id = stable_id(&format!("user:{name}"));
        self.users.entry(id).or_insert_with(|| User {
            id,
            name: name.to_owned(),
            roles: Vec::new(),
            permissions: EVERYONE,
        });
        id
    }

    pub(crate) fn role_named(&mut self, name: &str) -> u64 {
        let id = stable_id(&format!("role:{name}"));
        self.roles.entry(id).or_insert_with(|| Role { id, name: name.to_owned() });
        id
    }

    pub(crate) fn channel_named(&mut self, name: &str) -> u64 {
        let id = stable_id(&format!("channel:{name}"));
        let channel = Channel { id, name: name.to_owned(), recipient: None };
        self.channels.entry(id).or_insert(channel);
        id
    }

    /// The one DM channel between the bot and this person.
    pub(crate) fn dm_with(&mut self, user: u64) -> Option<u64> {
        let name = self.users.get(&user)?.name.clone();
        let id = stable_id(&format!("dm:{name}"));
        let channel = Channel { id, name, recipient: Some(user) };
        self.channels.entry(id).or_insert(channel);
        Some(id)
    }
}
