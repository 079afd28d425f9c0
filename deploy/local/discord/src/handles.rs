//! What a test holds in its hands: a person, and something that person did.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::hub::Hub;
use crate::interactions::{self, Mode, SlashError, deliver, resolve};
use crate::state::{Ack, Interaction, Message, Version, World};
use crate::wait::{TimedOut, until};

/// A person.
#[derive(Clone)]
pub struct UserHandle {
    pub(crate) hub: Arc<Hub>,
    pub(crate) id: u64,
}

impl UserHandle {
    /// Stable for the name.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Gives exactly these roles, `role` or `server/role`, made on demand; those of the server somebody
    /// writes in travel in `member.roles`.
    pub fn set_roles(&self, names: &[&str]) {
        self.hub.change(|world| {
            let roles = names.iter().map(|name| world.role_named(name)).collect();
            self.change(world, |user| user.roles = roles);
        });
    }

    /// Sets the permission bits in all guilds; they travel in `member.permissions`.
    pub fn set_permissions(&self, bits: u64) {
        self.hub.change(|world| self.change(world, |user| user.permissions = bits));
    }

    pub(crate) fn change(&self, world: &mut World, change: impl FnOnce(&mut crate::state::User)) {
        if let Some(user) = world.users.get_mut(&self.id) {
            change(user);
        }
    }

    /// Types a command in `#general` and presses enter. An error means the person saw an error:
    /// the client refused it, or the application did not respond.
    pub async fn slash(&self, text: &str) -> Result<InteractionHandle, SlashError> {
        self.slash_in("general", text).await
    }

    /// The same in another channel, `channel` or `server/channel`.
    pub async fn slash_in(&self, channel: &str, text: &str) -> Result<InteractionHandle, SlashError> {
        let channel = self.hub.change(|world| world.channel_named(channel));
        self.type_in(channel, text, Mode::Send).await
    }

    /// The same in a direct message with the bot.
    pub async fn slash_dm(&self, text: &str) -> Result<InteractionHandle, SlashError> {
        let channel = self.hub.change(|world| world.dm_with(self.id)).unwrap_or_default();
        self.type_in(channel, text, Mode::Send).await
    }

    /// Stops typing at the end of the last option and looks at what is offered: the bot's choices.
    pub async fn autocomplete(&self, text: &str) -> Result<Vec<Value>, SlashError> {
        let channel = self.hub.change(|world| world.channel_named("general"));
        let interaction = self.type_in(channel, text, Mode::Complete).await?.state();
        let choices = interaction.response.as_ref().and_then(|response| response.pointer("/data/choices")?.as_array());
        Ok(choices.cloned().unwrap_or_default())
    }

    /// Presses a button of a message this person sees.
    pub async fn press_button(&self, message: u64, custom_id: &str) -> Result<InteractionHandle, SlashError> {
        let action = interactions::press(&self.hub.lock(), self.id, message, (custom_id, &[]))?;
        self.send(action).await
    }

    /// Chooses from a menu of a message this person sees: values of its options, or people, roles and
    /// channels as `@ana`, `@clerk`, `#general`.
    pub async fn choose(
        &self,
        message: u64,
        custom_id: &str,
        values: &[&str],
    ) -> Result<InteractionHandle, SlashError> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let action = interactions::press(&self.hub.lock(), self.id, message, (custom_id, &values))?;
        self.send(action).await
    }

    /// Fills in and sends the modal that answered `opened`, as far as its inputs let anybody: `(custom_id,
    /// value)`, a menu's id once per value. What is not given stays as the modal has it.
    pub async fn submit_modal(
        &self,
        opened: &InteractionHandle,
        values: &[(&str, &str)],
    ) -> Result<InteractionHandle, SlashError> {
        let action = interactions::submit(&self.hub.lock(), opened.id, values)?;
        self.send(action).await
    }

    /// All messages this person sees now, oldest first.
    #[must_use]
    pub fn sees(&self) -> Vec<Message> {
        let world = self.hub.lock();
        let reachable = |message: &&Message| {
            let channel = world.channels.get(&message.channel_id);
            let invited = channel.is_some_and(|channel| channel.recipient.is_none_or(|only| only == self.id));
            invited && message.is_visible_to(self.id)
        };
        world.messages.iter().filter(reachable).cloned().collect()
    }

    async fn type_in(&self, channel: u64, text: &str, mode: Mode) -> Result<InteractionHandle, SlashError> {
        let action = resolve(&self.hub.lock(), (self.id, channel), text, mode)?;
        self.send(action).await
    }

    async fn send(&self, action: interactions::Action) -> Result<InteractionHandle, SlashError> {
        let id = deliver(&self.hub, action).await?;
        Ok(InteractionHandle { hub: Arc::clone(&self.hub), id })
    }
}

/// Something a person did, and everything that came of it.
#[derive(Clone)]
pub struct InteractionHandle {
    pub(crate) hub: Arc<Hub>,
    pub(crate) id: u64,
}

impl InteractionHandle {
    /// Snowflake.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its state now.
    #[must_use]
    pub fn state(&self) -> Interaction {
        // Interactions are never removed, so the one this handle was made for is there.
        self.hub.lock().interaction(self.id).cloned().unwrap_or_else(|| Interaction::gone(self.id))
    }

    /// Type of the first response that was accepted.
    #[must_use]
    pub fn response_type(&self) -> Option<u64> {
        match self.state().ack {
            Ack::Done(kind) => Some(kind),
            Ack::Waiting | Ack::Failed(_) => None,
        }
    }

    /// The message `@original` names, deleted or not.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        let world = self.hub.lock();
        let original = world.interaction(self.id)?.original?;
        world.messages.iter().find(|message| message.id == original).cloned()
    }

    /// Every version `@original` ever had, oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<Version> {
        self.message().map(|message| message.versions).unwrap_or_default()
    }

    /// Messages sent with this interaction's token besides the first response, oldest first.
    #[must_use]
    pub fn follow_ups(&self) -> Vec<Message> {
        let world = self.hub.lock();
        let original = world.interaction(self.id).and_then(|interaction| interaction.original);
        let own = |message: &&Message| message.interaction_id == Some(self.id) && Some(message.id) != original;
        world.messages.iter().filter(own).cloned().collect()
    }

    /// Waits until `@original` is as wanted.
    pub async fn wait_message(
        &self,
        wanted: impl Fn(&Message) -> bool,
        timeout: Duration,
    ) -> Result<Message, TimedOut> {
        until(&self.hub, timeout, || self.message().filter(|message| wanted(message))).await
    }

    /// Lets the fifteen minutes of this token pass, and of no other.
    pub fn expire(&self) {
        self.hub.change(|world| {
            if let Some(interaction) = world.interaction_mut(self.id) {
                let older = interaction.created_at.checked_sub(crate::state::TOKEN_LIFE + crate::state::TOKEN_LIFE);
                interaction.created_at = older.unwrap_or(interaction.created_at);
            }
        });
    }
}
