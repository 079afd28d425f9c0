//! What a test looks at: everybody, all messages, and what the bot has sent.

use std::sync::Arc;

use crate::state::{Channel, Command, Message, RequestRecord, Role, User};
use crate::{InteractionHandle, StandIn, UserHandle};

impl StandIn {
    /// Everybody who was made so far.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.hub.lock().users.values().cloned().collect()
    }

    /// Guild roles that were made so far.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        self.hub.lock().roles.values().cloned().collect()
    }

    /// Guild channels and direct message channels.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        self.hub.lock().channels.values().cloned().collect()
    }

    /// Something a person did, by id.
    #[must_use]
    pub fn interaction(&self, id: u64) -> Option<InteractionHandle> {
        self.hub.lock().interaction(id)?;
        Some(InteractionHandle { hub: Arc::clone(&self.hub), id })
    }

    /// All messages in all channels, oldest first, ephemeral and deleted ones too.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.hub.lock().messages.clone()
    }

    /// What everybody sees in a guild channel, oldest first.
    #[must_use]
    pub fn channel_messages(&self, name: &str) -> Vec<Message> {
        let channel = self.channel(name);
        self.public_messages(channel)
    }

    /// Direct messages between the bot and a person, oldest first.
    #[must_use]
    pub fn direct_messages(&self, user: &UserHandle) -> Vec<Message> {
        let channel = self.hub.change(|world| world.dm_with(user.id));
        self.public_messages(channel.unwrap_or_default())
    }

    fn public_messages(&self, channel: u64) -> Vec<Message> {
        let world = self.hub.lock();
        let shown =
            |message: &&Message| message.channel_id == channel && !message.is_deleted() && message.visible_to.is_none();
        world.messages.iter().filter(shown).cloned().collect()
    }

    /// Registered commands.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        self.hub.lock().commands.clone()
    }

    /// Every request answered so far.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.hub.lock().requests.clone()
    }

    /// Answers with 401, 403 and 429 so far, without those of scope `shared`.
    #[must_use]
    pub fn invalid_requests(&self) -> u64 {
        self.hub.lock().invalid.count
    }

    /// What the second opinion had against bodies so far: method, path template and reason of each.
    #[must_use]
    pub fn objections(&self) -> Vec<String> {
        self.hub.lock().objections.clone()
    }

    /// What the own rules had against bodies so far, written alike.
    #[must_use]
    pub fn refusals(&self) -> Vec<String> {
        self.hub.lock().refusals.clone()
    }
}
