//! Registered application commands.

use serde::Serialize;
use serde_json::Value;

use super::World;

/// A registered command: its definition as it was sent, with what Discord adds.
#[derive(Debug, Clone, Serialize)]
pub struct Command {
    /// Kept when a command of the same name and type is registered again.
    pub id: u64,
    /// `None`: global.
    pub guild_id: Option<u64>,
    /// Grows with each registration that changed the definition.
    pub version: u64,
    /// The definition as the bot sent it.
    pub definition: Value,
}

impl Command {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.definition.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    /// 1 CHAT_INPUT (the default), 2 USER, 3 MESSAGE.
    #[must_use]
    pub fn kind(&self) -> u64 {
        self.definition.get("type").and_then(Value::as_u64).unwrap_or(1)
    }
}

impl World {
    /// Registers one command; the same name and type in the same place is overwritten and keeps
    /// its id (application-commands, "Create Global Application Command"). Returns its position
    /// and whether it is new.
    pub(crate) fn register(&mut self, guild_id: Option<u64>, definition: Value) -> (usize, bool) {
        let version = self.next_id();
        let fresh = Command { id: version, guild_id, version, definition };
        let same = |command: &Command| {
            command.guild_id == guild_id && command.name() == fresh.name() && command.kind() == fresh.kind()
        };
        match self.commands.iter().position(same) {
            Some(at) => {
                if let Some(command) = self.commands.get_mut(at).filter(|old| old.definition != fresh.definition) {
                    *command = Command { id: command.id, ..fresh };
                }
                (at, false)
            }
            None => {
                self.commands.push(fresh);
                (self.commands.len() - 1, true)
            }
        }
    }

    /// Gives a command another definition.
    pub(crate) fn redefine(&mut self, id: u64, definition: Value) {
        let version = self.next_id();
        if let Some(command) = self.commands.iter_mut().find(|command| command.id == id) {
            *command = Command { version, definition, ..command.clone() };
        }
    }

    /// Bulk overwrite: what is not in the list is gone, of every type.
    pub(crate) fn overwrite(&mut self, guild_id: Option<u64>, definitions: Vec<Value>) {
        let kept: Vec<(String, u64)> = definitions
            .iter()
            .map(|definition| Command { id: 0, guild_id, version: 0, definition: definition.clone() })
            .map(|command| (command.name().to_owned(), command.kind()))
            .collect();
        self.commands.retain(|command| {
            command.guild_id != guild_id || kept.contains(&(command.name().to_owned(), command.kind()))
        });
        for definition in definitions {
            self.register(guild_id, definition);
        }
    }

    /// The slash command a person finds under this name: the guild's own hides a global one.
    pub(crate) fn slash_command(&self, name: &str, guild: Option<u64>) -> Option<&Command> {
        let named = |command: &&Command| command.kind() == 1 && command.name() == name;
        let own = self.commands.iter().find(|command| guild.is_some() && command.guild_id == guild && named(command));
        own.or_else(|| self.commands.iter().find(|command| command.guild_id.is_none() && named(command)))
    }
}
