//! What somebody did, read into what they ask for. Nothing is judged here but the form: who may do it, and
//! whether it can be done, is the business of `commands`.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::definition::{ADMIN_COMMAND, AdminSubcommand, BACK, COMMAND, Subcommand};
use super::payload::{Act, Given, Heard, Message, Typed};
use crate::domain::actor::{Actor, Door};
use crate::domain::audit::Origin;
use crate::domain::command::Command;
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::plan::Plan;
use crate::domain::press::{Press, Verb};
use crate::domain::reply::ReplyTo;
use crate::domain::request::{IdempotencyKey, Request};
use crate::domain::server::{Grant, ServerSettings, Setting};
use crate::domain::store::StoreRef;
use crate::inbound::parse::{CreateFields, create, length, ttl as parse_ttl};
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
    Confirm(StoreRef),
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
    /// About the server: what is set for it.
    Settings,
    /// Set these for the server.
    Configure(Vec<Setting>),
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
/// `set`: for the server it was asked in.
pub(super) fn ask(heard: &Heard, set: &ServerSettings) -> Result<Ask, No> {
    let lang = heard.lang;
    match &heard.act {
        Act::Command(typed) | Act::Typing(typed) if typed.command == ADMIN_COMMAND => admin(lang, typed),
        Act::Command(typed) | Act::Typing(typed) => command(lang, typed, set),
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
                Verb::Delete => Ask::Confirm(store),
                Verb::Keep => {
                    Ask::Keep { store, message: message.map(|message| message.content.clone()).unwrap_or_default() }
                }
                Verb::Undo => Ask::Do(Command::Undo { store }),
                Verb::Extend => Ask::Do(Command::Extend { store, by: None }),
                Verb::Sleep => Ask::Do(Command::Sleep { store }),
                Verb::Wake => Ask::Do(Command::Wake { store }),
            }
        }
    })
}

fn command(lang: Lang, typed: &Typed, set: &ServerSettings) -> Result<Ask, No> {
    // Discord offers what was registered last, which may be older or newer than this process.
    let unknown = || No::Told(talk::unknown_command(lang));
    let given = typed.subcommand().filter(|_| typed.command == COMMAND).ok_or_else(unknown)?;
    let subcommand = Subcommand::parse(&given.name).ok_or_else(unknown)?;
    let filled = Filled { lang, place: [COMMAND, subcommand.as_str()], given };
    Ok(match subcommand {
        Subcommand::Create => Ask::Do(creation(&filled, set)?),
        Subcommand::Delete => Ask::Confirm(filled.store()?),
        Subcommand::Undo => Ask::Do(Command::Undo { store: filled.store()? }),
        Subcommand::Retry => Ask::Do(Command::Retry { store: filled.store()? }),
        Subcommand::Verify => Ask::Do(Command::Verify { store: filled.store()? }),
        Subcommand::Upgrade => Ask::Do(Command::Upgrade { store: filled.store()? }),
        Subcommand::Extend => {
            let by = filled.text("by")?.map(|text| length("by", text)).transpose()?;
            Ask::Do(Command::Extend { store: filled.store()?, by })
        }
        Subcommand::Sleep => Ask::Do(Command::Sleep { store: filled.store()? }),
        Subcommand::Wake => Ask::Do(Command::Wake { store: filled.store()? }),
        Subcommand::Login => Ask::Login(filled.store()?),
        Subcommand::Status => Ask::Status(filled.store()?),
        Subcommand::Quota => Ask::Quota,
        Subcommand::List => Ask::List,
        Subcommand::Help => Ask::Help,
    })
}

fn admin(lang: Lang, typed: &Typed) -> Result<Ask, No> {
    let unknown = || No::Told(talk::unknown_command(lang));
    let given = typed.subcommand().ok_or_else(unknown)?;
    let subcommand = AdminSubcommand::parse(&given.name).ok_or_else(unknown)?;
    let filled = Filled { lang, place: [ADMIN_COMMAND, subcommand.as_str()], given };
    let settings = match subcommand {
        AdminSubcommand::Show => return Ok(Ask::Settings),
        AdminSubcommand::Roles => {
            let id = filled.id("role")?.ok_or_else(|| filled.missing("role"))?;
            let grant = filled.word("as")?.ok_or_else(|| filled.missing("as"))?;
            vec![Setting::Role { id, grant: filled.or_back("as", &grant, Grant::parse)? }]
        }
        AdminSubcommand::Channel => vec![Setting::Channel(filled.id("channel")?)],
        AdminSubcommand::Language => {
            let language = filled.word("language")?.unwrap_or_else(|| BACK.to_owned());
            vec![Setting::Lang(filled.or_back("language", &language, Lang::of_locale)?)]
        }
        AdminSubcommand::Defaults => defaults(&filled)?,
    };
    Ok(Ask::Configure(settings))
}

/// What is not said stays; where nothing is said at all, both are taken back.
fn defaults(filled: &Filled<'_>) -> Result<Vec<Setting>, No> {
    let (plan, ttl) = (filled.word("plan")?, filled.text("ttl")?);
    let mut settings = Vec::new();
    if let Some(plan) = &plan {
        settings.push(Setting::Plan(filled.or_back("plan", plan, Plan::parse)?));
    }
    match ttl {
        Some(ttl) if ttl.eq_ignore_ascii_case(BACK) => settings.push(Setting::Ttl(None)),
        Some(ttl) => settings.push(Setting::Ttl(Some(parse_ttl(ttl)?))),
        None => {}
    }
    if settings.is_empty() {
        settings = vec![Setting::Plan(None), Setting::Ttl(None)];
    }
    Ok(settings)
}

fn creation(filled: &Filled<'_>, set: &ServerSettings) -> Result<Command, No> {
    let (engine, plan) = (filled.word("engine")?, filled.word("plan")?);
    // By its word in the person's language, too: what is offered may be typed.
    let called = plan.as_deref().and_then(|plan| talk::plan_called(filled.lang, plan)).map(Plan::as_str);
    let fields = CreateFields {
        name: filled.needed("name")?,
        engine: engine.as_deref().ok_or_else(|| filled.missing("engine"))?,
        plan: called.or(plan.as_deref()),
        title: filled.text("title")?,
        ttl: filled.text("ttl")?,
        cell: None,
        currency: filled.text("currency")?,
        country: filled.text("country")?,
    };
    let mut create = create(fields)?;
    create.plan = if fields.plan.is_some() { create.plan } else { set.plan.unwrap_or_default() };
    create.ttl = create.ttl.or(set.ttl);
    Ok(Command::Create(create))
}

/// A subcommand as somebody has filled it in.
struct Filled<'a> {
    lang: Lang,
    /// Command and subcommand.
    place: [&'static str; 2],
    given: &'a Given,
}

impl<'a> Filled<'a> {
    /// `Ok(None)`: it was left out.
    fn text(&self, option: &str) -> Result<Option<&'a str>, No> {
        match self.given.value(option) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim())),
            Some(_) => Err(self.odd(option)),
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

    /// Of a role or a channel.
    fn id(&self, option: &str) -> Result<Option<u64>, No> {
        let id = |text: &str| text.parse().ok().filter(|id| *id != 0);
        self.text(option)?.map(|text| id(text).ok_or_else(|| self.odd(option))).transpose()
    }

    /// One of a few words, or the one that takes a setting back.
    fn or_back<T>(&self, option: &str, word: &str, read: fn(&str) -> Option<T>) -> Result<Option<T>, No> {
        if word == BACK { Ok(None) } else { read(word).map(Some).ok_or_else(|| self.odd(option)) }
    }

    fn odd(&self, option: &str) -> No {
        No::Told(talk::odd_option(self.lang, [self.place[0], self.place[1], option]))
    }

    fn missing(&self, option: &str) -> No {
        No::Told(talk::missing_option(self.lang, [self.place[0], self.place[1], option]))
    }
}

/// Where the story of a command is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Public {
    /// What it is written in.
    pub(super) lang: Lang,
    /// Where it goes on when the interaction's message cannot be edited any more.
    pub(super) channel: Option<u64>,
}

impl Public {
    /// What was set for the server; else what the server speaks and where it was asked; else as the person.
    pub(super) fn of(heard: &Heard, set: &ServerSettings) -> Self {
        let spoken = || heard.member().and_then(|member| member.lang);
        Self {
            lang: set.lang.or_else(spoken).unwrap_or(heard.lang),
            channel: set.channel.or(heard.channel.map(|channel| channel.get())),
        }
    }
}

/// A command with everything around it, for the one who asked it.
pub(super) fn request(heard: &Heard, public: Public, (actor, command): (&Actor, Command), moment: &Moment) -> Request {
    Request {
        actor: actor.clone(),
        door: Door::Discord,
        command,
        key: Some(IdempotencyKey { value: heard.id.to_string(), fingerprint: fingerprint(&heard.act) }),
        reply_to: Some(ReplyTo::Discord {
            application_id: heard.application.to_string(),
            token: heard.token.clone(),
            channel_id: public.channel.map(|channel| channel.to_string()),
            user_id: heard.user.to_string(),
            token_expires_at: moment.now.saturating_add(TOKEN_LIFE).unwrap_or(Timestamp::MAX),
            lang: public.lang,
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
