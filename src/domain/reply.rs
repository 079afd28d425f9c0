//! Whoever must be told. Travels inside the record, so that the worker never learns which door a
//! command came through and an answer survives the process that took the question.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::command::CommandKind;
use super::event::Event;
use super::forge::Thread;
use super::lang::Lang;
use super::notice::Notice;
use super::secret::SecretText;

/// How long an interaction's token lives: tells when it was.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// One open promise to tell somebody how a command went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Unique among the replies of a store; also the idempotency id of what is sent.
    pub id: String,
    pub command: CommandKind,
    pub to: ReplyTo,
    /// Of a create: written by the ledger when it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
    /// What it tells of, where no command was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

impl Reply {
    /// What it is told in.
    #[must_use]
    pub fn lang(&self) -> Lang {
        match &self.to {
            ReplyTo::Discord { lang, .. } => *lang,
            ReplyTo::Callback { .. } | ReplyTo::Forge { .. } => Lang::default(),
        }
    }

    /// As it is kept for as long as the store lives: what a person once lent for some minutes is left out.
    #[must_use]
    pub fn lasting(&self) -> Self {
        let mut lasting = self.clone();
        if let ReplyTo::Discord { token, token_expires_at, .. } = &mut lasting.to {
            *token = String::new().into();
            *token_expires_at = Timestamp::UNIX_EPOCH;
        }
        lasting
    }

    /// The promise to tell a follower of something that nobody asked for. Their interaction ended long ago, so it
    /// goes where late news go; how long that is tried counts from the event.
    #[must_use]
    pub fn of_notice(follower: &Self, notice: Notice, event: &Event) -> Self {
        let mut reply = Self {
            id: format!("{}:{}", notice.name(event), follower.id),
            command: CommandKind::Expire,
            to: follower.to.clone(),
            room: None,
            notice: Some(notice),
        };
        if let ReplyTo::Discord { token_expires_at, .. } = &mut reply.to {
            *token_expires_at = event.at;
        }
        reply
    }

    /// When it was asked for, where that is known.
    #[must_use]
    pub fn asked_at(&self) -> Option<Timestamp> {
        match &self.to {
            ReplyTo::Discord { token_expires_at, .. } => token_expires_at.checked_sub(TOKEN_LIFE).ok(),
            ReplyTo::Forge { asked_at, .. } => Some(*asked_at),
            ReplyTo::Callback { .. } => None,
        }
    }
}

/// What there was room for when a store was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The owner's living stores, this one included.
    pub stores: u32,
    /// 0: no limit.
    pub limit: u32,
    /// How long such stores usually took lately; 0: nobody knows.
    pub usually_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ReplyTo {
    /// An interaction's message, edited in place until its token ends.
    Discord {
        application_id: String,
        /// Bearer secret of the interaction; valid for 15 minutes.
        token: SecretText,
        channel_id: Option<String>,
        user_id: String,
        token_expires_at: Timestamp,
        /// What the message is written in.
        #[serde(default)]
        lang: Lang,
    },
    /// A signed delivery at the end of the command. The address's query may hold a secret of its receiver.
    Callback { url: SecretText },
    /// A pull request: the status of its commit, and one comment that is kept up to date. How to get there stands in
    /// the configuration of the source.
    Forge { source: String, thread: Thread, commit: String, branch: String, asked_at: Timestamp },
}

/// The ways to reach a person on Discord, best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// Edit the interaction's own message.
    #[default]
    Original,
    /// A new message in the channel.
    Channel,
    /// A direct message.
    Direct,
    /// Nobody can be told; they can still ask.
    Nowhere,
}

/// What was said to one person about one command so far. All times are of Redis' clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    #[serde(default)]
    pub via: Via,
    /// The message that an edit of it was answered with: presses of a button tell on in the same one. Of a pull
    /// request the comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Digest of the words and buttons that were taken last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// When they were taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Nothing may be sent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Attempts in a row that were not taken.
    #[serde(default)]
    pub failures: u32,
    /// The end of the story was taken.
    #[serde(default)]
    pub done: bool,
}
