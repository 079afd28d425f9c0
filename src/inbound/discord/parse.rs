//! What somebody did, read into what they ask for. Nothing is judged here but the form: who may do it, and
//! whether it can be done, is the business of `commands`.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::definition::{COMMAND, Subcommand};
use super::payload::{Act, Given, Heard, Message, Typed};
use crate::domain::actor::{Actor, Door};
use crate::domain::audit::Origin;
use crate::domain::command::Command;
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::press::{Press, Verb};
use crate::domain::reply::ReplyTo;
use crate::domain::request::{IdempotencyKey, Request};
use crate::domain::store::StoreRef;
use crate::inbound::parse::{CreateFields, create};
use crate::text::talk;

/// How long Discord takes edits of an interaction's message.
pub(super) const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// The one input of the form that opens before a deletion.
pub(super) const NAME_FIELD: &str = "name";

/// What is asked for.
#[derive(Debug)]
pub(super) enum Ask {
    Do(Command),
    Status(StoreRef),
    /// A new login, for the one who asks; it is told by editing this interaction's own answer.
    Login(StoreRef),
    /// A form that asks for the shop's name.
    AskName(StoreRef),
    /// The form came back.
    Confirmed {
        store: StoreRef,
        typed: String,
    },
    /// Leave a shop as it is: said below what the message says.
    Keep {
        store: StoreRef,
        message: String,
    },
    Decide(Decision),
    Quota,
    List,
    Help,
}

/// A button below a request was pressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) approve: bool,
    /// Id of the request, as the button has it.
    pub(super) approval: String,
}

/// Why nothing is done. It is told to whoever asked, alone.
#[derive(Debug)]
pub(super) enum No {
    Refused(Refusal),
    /// Whole sentences, in the person's language and Discord's markdown.
    Told(String),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// When something was asked, and the request it came with.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) origin: Arc<Origin>,
    pub(super) now: Timestamp,
}

/// # Errors
/// What is told to somebody who has mistyped, or who pressed something of another version.
pub(super) fn ask(heard: &Heard) -> Result<Ask, No> {
    let lang = heard.lang;
    match &heard.act {
        Act::Command(typed) | Act::Typing(typed) => command(lang, typed),
        Act::Press { custom_id, message } => pressed(lang, custom_id, message.as_ref()),
        Act::Form { custom_id, fields, .. } => match Press::parse(custom_id) {
            Some(Press::On(Verb::Delete, store)) => {
                let typed = fields.iter().find(|(name, _)| name == NAME_FIELD);
                let typed = typed.and_then(|(_, value)| value.as_str()).unwrap_or_default();
                Ok(Ask::Confirmed { store: StoreRef::from(&store), typed: typed.to_owned() })
            }
            _ => Err(No::Told(talk::unknown_button(lang))),
        },
    }
}

/// What a button stands for. Whoever pressed it may not be the one it was shown to.
fn pressed(lang: Lang, custom_id: &str, message: Option<&Message>) -> Result<Ask, No> {
    // A message may be older or newer than this process.
    let press = Press::parse(custom_id).ok_or_else(|| No::Told(talk::unknown_button(lang)))?;
    Ok(match press {
        Press::Approve(approval) => Ask::Decide(Decision { approve: true, approval }),
        Press::Deny(approval) => Ask::Decide(Decision { approve: false, approval }),
        Press::On(verb, store) => {
            let store = StoreRef::from(&store);
            match verb {
                Verb::Login => Ask::Login(store),
                Verb::Retry => Ask::Do(Command::Retry { store }),
                Verb::Delete => Ask::AskName(store),
                Verb::Keep => {
                    Ask::Keep { store, message: message.map(|message| message.content.clone()).unwrap_or_default() }
                }
                Verb::Undo => Ask::Do(Command::Undo { store }),
            }
        }
    })
}

fn command(lang: Lang, typed: &Typed) -> Result<Ask, No> {
    // Discord offers what was registered last, which may be older or newer than this process.
    let unknown = || No::Told(talk::unknown_command(lang));
    let given = typed.subcommand().filter(|_| typed.command == COMMAND).ok_or_else(unknown)?;
    let subcommand = Subcommand::parse(&given.name).ok_or_else(unknown)?;
    let filled = Filled { lang, command: format!("{COMMAND} {}", subcommand.as_str()), given };
    Ok(match subcommand {
        Subcommand::Create => Ask::Do(creation(&filled)?),
        Subcommand::Delete => Ask::AskName(filled.store()?),
        Subcommand::Undo => Ask::Do(Command::Undo { store: filled.store()? }),
        Subcommand::Retry => Ask::Do(Command::Retry { store: filled.store()? }),
        Subcommand::Verify => Ask::Do(Command::Verify { store: filled.store()? }),
        Subcommand::Upgrade => Ask::Do(Command::Upgrade { store: filled.store()? }),
        Subcommand::Login => Ask::Login(filled.store()?),
        Subcommand::Status => Ask::Status(filled.store()?),
        Subcommand::Quota => Ask::Quota,
        Subcommand::List => Ask::List,
        Subcommand::Help => Ask::Help,
    })
}

fn creation(filled: &Filled<'_>) -> Result<Command, No> {
    let (engine, plan) = (filled.word("engine")?, filled.word("plan")?);
    let fields = CreateFields {
        name: filled.needed("name")?,
        engine: engine.as_deref().ok_or_else(|| filled.missing("engine"))?,
        plan: plan.as_deref(),
        title: filled.text("title")?,
        ttl: filled.text("ttl")?,
        cell: None,
        currency: filled.text("currency")?,
        country: filled.text("country")?,
    };
    Ok(Command::Create(create(fields)?))
}

/// A subcommand as somebody has filled it in.
struct Filled<'a> {
    lang: Lang,
    /// As it is typed, without the slash.
    command: String,
    given: &'a Given,
}

impl<'a> Filled<'a> {
    /// `Ok(None)`: it was left out.
    fn text(&self, option: &str) -> Result<Option<&'a str>, No> {
        match self.given.value(option) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim())),
            Some(_) => Err(No::Told(talk::odd_option(self.lang, &self.command, option))),
        }
    }

    fn needed(&self, option: &str) -> Result<&'a str, No> {
        self.text(option)?.ok_or_else(|| self.missing(option))
    }

    /// Of a few known ones. Keyboards of phones begin with a capital.
    fn word(&self, option: &str) -> Result<Option<String>, No> {
        Ok(self.text(option)?.map(str::to_lowercase))
    }

    /// A shop that is there.
    fn store(&self) -> Result<StoreRef, No> {
        self.needed("name").map(|name| StoreRef::new(&name.to_lowercase()))
    }

    fn missing(&self, option: &str) -> No {
        No::Told(talk::missing_option(self.lang, &self.command, option))
    }
}

/// A command with everything around it, for the one who asked it.
pub(super) fn request(heard: &Heard, public: Lang, (actor, command): (&Actor, Command), moment: &Moment) -> Request {
    Request {
        actor: actor.clone(),
        door: Door::Discord,
        command,
        key: Some(IdempotencyKey { value: heard.id.to_string(), fingerprint: fingerprint(&heard.act) }),
        reply_to: Some(ReplyTo::Discord {
            application_id: heard.application.to_string(),
            token: heard.token.clone(),
            channel_id: heard.channel.map(|channel| channel.to_string()),
            user_id: heard.user.to_string(),
            token_expires_at: moment.now.saturating_add(TOKEN_LIFE).unwrap_or(Timestamp::MAX),
            lang: public,
        }),
        origin: Arc::clone(&moment.origin),
        at: moment.now,
    }
}

/// Digest of what was asked, and of nothing else: a second delivery of an interaction is the same request even
/// if Discord writes its payload differently.
fn fingerprint(act: &Act) -> String {
    let asked = match act {
        Act::Command(typed) | Act::Typing(typed) => serde_json::to_vec(&typed.given),
        Act::Press { custom_id, .. } => serde_json::to_vec(custom_id),
        Act::Form { custom_id, fields, .. } => serde_json::to_vec(&(custom_id, fields)),
    };
    hex::encode(Sha256::digest(asked.unwrap_or_default()))
}

#[cfg(test)]
mod tests;
