//! Interactions: what was sent to the bot, and how far the bot has answered.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::World;

/// How long a token lives (receiving-and-responding, "Interaction Callback").
pub(crate) const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InteractionKind {
    /// Saved the endpoint's address: Discord asks whether anybody is there.
    Ping = 1,
    /// Sent a slash command.
    Command = 2,
    /// Pressed a button.
    Component = 3,
    /// Is typing an option that completes itself.
    Autocomplete = 4,
    /// Sent a modal.
    Modal = 5,
}

impl InteractionKind {
    /// Callback types Discord takes as an answer (receiving-and-responding, "Interaction Callback
    /// Type"); launching activities is not modelled.
    #[must_use]
    pub fn answers(self) -> &'static [u64] {
        match self {
            Self::Ping => &[1],
            Self::Command => &[4, 5, 9],
            Self::Component => &[4, 5, 6, 7, 9],
            Self::Autocomplete => &[8],
            Self::Modal => &[4, 5, 6, 7],
        }
    }
}

/// How far the first response is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ack {
    /// Nothing yet.
    Waiting,
    /// A response of this type was accepted.
    Done(u64),
    /// None came in time, or none that Discord accepts: the person saw "The application did not
    /// respond", and the token is dead.
    Failed(String),
}

/// One interaction.
#[derive(Debug, Clone, Serialize)]
pub struct Interaction {
    /// Snowflake.
    pub id: u64,
    /// What a person did.
    pub kind: InteractionKind,
    /// Who did it.
    pub user_id: u64,
    /// Where.
    pub channel_id: u64,
    /// Shown under the answer: the command with its subcommand.
    pub label: String,
    /// Continuation token.
    #[serde(skip)]
    pub token: String,
    /// The token's life counts from here.
    pub created_at: Timestamp,
    /// How far the first response is.
    pub ack: Ack,
    /// The first response as the bot sent it.
    pub response: Option<Value>,
    /// The message `@original` names.
    pub original: Option<u64>,
    /// For autocompletion: the type of the option that is being typed.
    pub completing: Option<u64>,
    /// For components and their modals: the message they sit on.
    pub source_message: Option<u64>,
}

impl Interaction {
    /// Stands for one that is not there; nothing can be done with it.
    pub(crate) fn gone(id: u64) -> Self {
        Self {
            id,
            kind: InteractionKind::Ping,
            user_id: 0,
            channel_id: 0,
            label: String::new(),
            token: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
            ack: Ack::Failed("no such interaction".to_owned()),
            response: None,
            original: None,
            completing: None,
            source_message: None,
        }
    }
}

impl World {
    pub(crate) fn interaction(&self, id: u64) -> Option<&Interaction> {
        self.interactions.iter().find(|interaction| interaction.id == id)
    }

    pub(crate) fn interaction_mut(&mut self, id: u64) -> Option<&mut Interaction> {
        self.interactions.iter_mut().find(|interaction| interaction.id == id)
    }

    pub(crate) fn token_expired(&self, interaction: &Interaction) -> bool {
        self.now().duration_since(interaction.created_at) > TOKEN_LIFE
    }
}
