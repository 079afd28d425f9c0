//! What a test or a person at the controls arranges around the bot: languages, closed direct messages,
//! permissions, limits.

use crate::rules::LOCALES;
use crate::{StandIn, UserHandle};

/// A language that is none of Discord's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of Discord's locales, such as en-US, de or pt-BR")]
pub struct UnknownLocale(String);

pub(crate) fn locale(locale: &str) -> Result<String, UnknownLocale> {
    LOCALES.contains(&locale).then(|| locale.to_owned()).ok_or_else(|| UnknownLocale(locale.to_owned()))
}

impl UserHandle {
    /// Changes the language of this person's client; it travels as `locale`.
    pub fn set_locale(&self, name: &str) -> Result<(), UnknownLocale> {
        let name = locale(name)?;
        self.hub.change(|world| self.change(world, |user| user.locale = name));
        Ok(())
    }

    /// Is in a guild from now on, or is not any more; the empty name is the usual guild. It counts for what the person
    /// lets the application know: channels stay open to everybody.
    pub fn set_member(&self, guild: &str, is_in: bool) {
        self.hub.change(|world| {
            let guild = if guild.is_empty() { world.guild_id } else { world.guild_named(guild) };
            world.membership.insert((guild, self.id), is_in);
        });
    }

    /// Refuses the bot's direct messages from now on, or takes them again: a new one is 50007 meanwhile.
    pub fn close_dms(&self, closed: bool) {
        self.hub.change(|world| self.change(world, |user| user.dms_closed = closed));
    }
}

impl StandIn {
    /// Changes the language a guild prefers; it travels as `guild_locale`. The empty name is the usual guild.
    pub fn set_guild_locale(&self, guild: &str, name: &str) -> Result<(), UnknownLocale> {
        let name = locale(name)?;
        self.hub.change(|world| world.prefer(guild, name));
        Ok(())
    }

    /// Sets what the bot may do in a guild channel, `channel` or `server/channel`, as permission bits. Without
    /// VIEW_CHANNEL (1 << 10) everything there is 50001, without SEND_MESSAGES (1 << 11) writing is 50013.
    /// Answers to interactions are not bound by it.
    pub fn set_bot_permissions(&self, channel: &str, bits: u64) {
        self.hub.change(|world| world.allow_bot(channel, bits));
    }

    /// After so many answers of 401, 403 and 429 within ten minutes everything is turned away with a bare 429,
    /// for ten minutes; Discord's limit is 10,000.
    pub fn set_invalid_request_limit(&self, limit: u64) {
        self.hub.change(|world| world.invalid.limit = Some(limit));
    }
}
