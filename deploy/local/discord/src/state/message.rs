//! Messages with every version they ever had.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::World;

/// Message flag: only the person who started the interaction sees it (message resource, flags).
pub const EPHEMERAL: u64 = 1 << 6;
/// Message flag: a deferred answer that is still "thinking…".
pub const LOADING: u64 = 1 << 7;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The application's bot user.
    App,
    /// A person, by id.
    User(u64),
}

/// One state of a message's text and attachments of text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// When it became so.
    pub at: Timestamp,
    /// Text; empty while a deferred answer is loading.
    pub content: String,
    /// Embeds as sent.
    pub embeds: Vec<Value>,
    /// Components as sent.
    pub components: Vec<Value>,
    /// Flags at that time.
    pub flags: u64,
}

/// A message.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Snowflake.
    pub id: u64,
    /// Where.
    pub channel_id: u64,
    /// By whom.
    pub author: Author,
    /// The interaction it answers or follows up.
    pub interaction_id: Option<u64>,
    /// Set on ephemeral messages: the one person who sees it.
    pub visible_to: Option<u64>,
    /// Ids of people the newest version pings.
    pub mentions: Vec<u64>,
    /// Roles the newest version pings.
    pub mention_roles: Vec<u64>,
    /// Whether the newest version pings everyone.
    pub mention_everyone: bool,
    /// What the bot sent to recognise its own message.
    pub nonce: Option<Value>,
    /// Oldest first, never empty.
    pub versions: Vec<Version>,
    /// When it was deleted; the record stays for assertions.
    pub deleted_at: Option<Timestamp>,
}

/// What a new or edited message shall look like. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) content: Option<String>,
    pub(crate) embeds: Option<Vec<Value>>,
    pub(crate) components: Option<Vec<Value>>,
    pub(crate) flags: u64,
    pub(crate) mentions: Vec<u64>,
    pub(crate) mention_roles: Vec<u64>,
    pub(crate) mention_everyone: bool,
    pub(crate) nonce: Option<Value>,
}

impl Message {
    /// The newest version.
    #[must_use]
    pub fn latest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The newest text.
    #[must_use]
    pub fn content(&self) -> &str {
        self.latest().map_or("", |version| &version.content)
    }

    /// The newest flags.
    #[must_use]
    pub fn flags(&self) -> u64 {
        self.latest().map_or(0, |version| version.flags)
    }

    /// Whether only one person sees it.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.flags() & EPHEMERAL != 0
    }

    /// Whether it still says "thinking…".
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.flags() & LOADING != 0
    }

    /// Whether it was deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// Whether this person sees it now.
    #[must_use]
    pub fn is_visible_to(&self, user: u64) -> bool {
        !self.is_deleted() && self.visible_to.is_none_or(|only| only == user)
    }

    /// Whether there is nothing to show: Discord refuses such a message (50006).
    pub(crate) fn would_be_empty(&self, draft: &Draft) -> bool {
        let latest = self.latest();
        let content = draft.content.as_deref().or(latest.map(|version| version.content.as_str()));
        let embeds = draft.embeds.as_deref().or(latest.map(|version| version.embeds.as_slice()));
        let components = draft.components.as_deref().or(latest.map(|version| version.components.as_slice()));
        content.unwrap_or_default().is_empty()
            && embeds.unwrap_or_default().is_empty()
            && components.unwrap_or_default().is_empty()
    }
}

impl World {
    pub(crate) fn message(&self, id: u64) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id && !message.is_deleted())
    }

    pub(crate) fn post(&mut self, channel_id: u64, author: Author, draft: Draft) -> u64 {
        let id = self.next_id();
        let version = Version {
            at: self.now(),
            content: draft.content.unwrap_or_default(),
            embeds: draft.embeds.unwrap_or_default(),
            components: draft.components.unwrap_or_default(),
            flags: draft.flags,
        };
        self.messages.push(Message {
            id,
            channel_id,
            author,
            interaction_id: None,
            visible_to: None,
            mentions: draft.mentions,
            mention_roles: draft.mention_roles,
            mention_everyone: draft.mention_everyone,
            nonce: draft.nonce,
            versions: vec![version],
            deleted_at: None,
        });
        id
    }

    /// Adds a version. Whether a message is ephemeral never changes; loading ends with the first
    /// edit (receiving-and-responding, "Create Followup Message").
    pub(crate) fn edit(&mut self, id: u64, draft: Draft) {
        let at = self.now();
        let Some(message) = self.messages.iter_mut().find(|message| message.id == id) else {
            return;
        };
        let Some(last) = message.versions.last().cloned() else {
            return;
        };
        message.mentions = draft.mentions;
        message.mention_roles = draft.mention_roles;
        message.mention_everyone = draft.mention_everyone;
        message.versions.push(Version {
            at,
            content: draft.content.unwrap_or(last.content),
            embeds: draft.embeds.unwrap_or(last.embeds),
            components: draft.components.unwrap_or(last.components),
            flags: (last.flags & EPHEMERAL) | (draft.flags & !(EPHEMERAL | LOADING)),
        });
    }

    pub(crate) fn delete(&mut self, id: u64) {
        let now = self.now();
        if let Some(message) = self.messages.iter_mut().find(|message| message.id == id) {
            message.deleted_at = Some(now);
        }
    }
}
