//! An interaction's payload, read into what is asked.
//!
//! Own small types and not serenity's model: that one demands fields storebot has no use for, so
//! that leaving one of them out would turn into a refused command. Nothing is judged here but the
//! form.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::model::id::{ApplicationId, ChannelId, GuildId, InteractionId, RoleId, UserId};
use sha2::{Digest, Sha256};

use super::definition::{COMMAND, Subcommand};
use super::people::{self, Place};
use crate::config::People;
use crate::domain::actor::{Actor, Door};
use crate::domain::audit::Origin;
use crate::domain::command::Command;
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::press::Press;
use crate::domain::reply::ReplyTo;
use crate::domain::request::{IdempotencyKey, Request};
use crate::domain::secret::SecretText;
use crate::domain::store::StoreRef;
use crate::inbound::parse::{CreateFields, create};

/// How long Discord takes edits of an interaction's message.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);

const PING: u8 = 1;
const APPLICATION_COMMAND: u8 = 2;
const MESSAGE_COMPONENT: u8 = 3;

/// Why a payload is not understood. Nobody typed it: a person never reads this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadPayload {
    #[error("this is no interaction")]
    Shape,
    #[error("this kind of interaction is not known")]
    Kind,
    #[error("this interaction is for another application")]
    Application,
}

/// A payload that was understood.
#[derive(Debug)]
pub(super) enum Interaction {
    Ping,
    Asked(Asked),
}

/// Somebody's slash command: who asks and for what, or what is told to somebody who may not or has
/// mistyped.
pub(super) type Asked = Result<(Actor, Ask), Refusal>;

/// What it asks for.
#[derive(Debug)]
pub(super) enum Ask {
    Do(Box<Request>),
    Status(StoreRef),
    /// A new login, for the one who asks; it is told by editing this interaction's own answer.
    Login(StoreRef, Original),
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

/// The first answer to an interaction, as Discord keeps it.
#[derive(Debug)]
pub(super) struct Original {
    pub(super) application_id: ApplicationId,
    /// Bearer secret, valid for 15 minutes.
    pub(super) token: SecretText,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: u8,
    id: Option<InteractionId>,
    application_id: Option<ApplicationId>,
    token: Option<SecretText>,
    channel_id: Option<ChannelId>,
    guild_id: Option<GuildId>,
    /// In a guild.
    member: Option<Member>,
    /// In a direct message.
    user: Option<User>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Member {
    user: User,
    #[serde(default)]
    roles: Vec<RoleId>,
}

#[derive(Deserialize)]
struct User {
    id: UserId,
}

#[derive(Deserialize)]
struct Data {
    /// Of a command.
    #[serde(default)]
    name: String,
    /// Of a button.
    #[serde(default)]
    custom_id: String,
    #[serde(default)]
    options: Vec<Given>,
}

/// A subcommand or an option of one, as filled in.
#[derive(Deserialize, Serialize)]
struct Given {
    name: String,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    options: Vec<Given>,
}

/// Whose interactions are understood.
#[derive(Clone, Debug)]
pub(super) struct Audience {
    pub(super) application: u64,
    pub(super) people: People,
}

/// When an interaction came, and the request it came with.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) origin: Arc<Origin>,
    pub(super) now: Timestamp,
}

/// Reads a payload whose signature holds.
///
/// # Errors
/// What no released Discord sends to this application.
pub(super) fn interaction(body: &[u8], audience: &Audience, moment: &Moment) -> Result<Interaction, BadPayload> {
    let payload: Payload = serde_json::from_slice(body).map_err(|_| BadPayload::Shape)?;
    let other = payload.application_id.is_some_and(|a| a.get() != audience.application);
    match payload.kind {
        _ if other => Err(BadPayload::Application),
        PING => Ok(Interaction::Ping),
        APPLICATION_COMMAND | MESSAGE_COMPONENT => command(payload, &audience.people, moment).map(Interaction::Asked),
        _ => Err(BadPayload::Kind),
    }
}

fn command(payload: Payload, people: &People, moment: &Moment) -> Result<Asked, BadPayload> {
    let (user, place) = match (&payload.member, payload.guild_id, &payload.user) {
        (Some(member), Some(guild), _) => (member.user.id, Place::Server(guild, &member.roles)),
        (None, None, Some(user)) => (user.id, Place::DirectMessage),
        _ => return Err(BadPayload::Shape),
    };
    let (id, data) = payload.id.zip(payload.data).ok_or(BadPayload::Shape)?;
    let (application, token) = payload.application_id.zip(payload.token).ok_or(BadPayload::Shape)?;
    let Some(actor) = people::actor(people, user, place) else { return Ok(Err(Refusal::NoRole)) };
    let meant = if payload.kind == MESSAGE_COMPONENT { pressed(&data.custom_id) } else { ask(&data) };
    let what = meant.map(|meant| match meant {
        Meant::Status(store) => Ask::Status(store),
        Meant::Login(store) => Ask::Login(store, Original { application_id: application, token }),
        Meant::Decide(decision) => Ask::Decide(decision),
        Meant::Quota => Ask::Quota,
        Meant::List => Ask::List,
        Meant::Help => Ask::Help,
        Meant::Do(command) => Ask::Do(Box::new(Request {
            actor: actor.clone(),
            door: Door::Discord,
            command,
            key: Some(IdempotencyKey { value: id.to_string(), fingerprint: fingerprint(&data) }),
            reply_to: Some(ReplyTo::Discord {
                application_id: application.to_string(),
                token,
                channel_id: payload.channel_id.map(|c| c.to_string()),
                user_id: user.to_string(),
                token_expires_at: moment.now.saturating_add(TOKEN_LIFE).unwrap_or(Timestamp::MAX),
                lang: Lang::En,
            }),
            origin: Arc::clone(&moment.origin),
            at: moment.now,
        })),
    });
    Ok(what.map(|what| (actor, what)))
}

/// A subcommand's meaning, before it is known who asks.
enum Meant {
    Do(Command),
    Status(StoreRef),
    Login(StoreRef),
    Decide(Decision),
    Quota,
    List,
    Help,
}

/// What a button stands for.
fn pressed(custom_id: &str) -> Result<Meant, Refusal> {
    match Press::parse(custom_id) {
        Some(Press::Approve(approval)) => Ok(Meant::Decide(Decision { approve: true, approval })),
        Some(Press::Deny(approval)) => Ok(Meant::Decide(Decision { approve: false, approval })),
        // A message may be older or newer than this process.
        _ => Err(Refusal::Unknown { field: "button", text: custom_id.to_owned(), known: Vec::new() }),
    }
}

fn ask(data: &Data) -> Result<Meant, Refusal> {
    let given = data.options.first();
    let typed = given.map(|g| g.name.as_str()).unwrap_or_default();
    let known = || Subcommand::ALL.map(|s| s.as_str().to_owned()).to_vec();
    let subcommand = Subcommand::parse(typed).filter(|_| data.name == COMMAND);
    let (Some(given), Some(subcommand)) = (given, subcommand) else {
        // Discord offers what was registered last, which may be older or newer than this process.
        return Err(Refusal::Unknown { field: "subcommand", text: typed.to_owned(), known: known() });
    };
    match subcommand {
        Subcommand::Create => creation(given).map(Meant::Do),
        Subcommand::Delete => Ok(Meant::Do(Command::Delete { store: store(given), grace: std::time::Duration::ZERO })),
        Subcommand::Retry => Ok(Meant::Do(Command::Retry { store: store(given) })),
        Subcommand::Verify => Ok(Meant::Do(Command::Verify { store: store(given) })),
        Subcommand::Upgrade => Ok(Meant::Do(Command::Upgrade { store: store(given) })),
        Subcommand::Login => Ok(Meant::Login(store(given))),
        Subcommand::Status => Ok(Meant::Status(store(given))),
        Subcommand::Quota => Ok(Meant::Quota),
        Subcommand::List => Ok(Meant::List),
        Subcommand::Help => Ok(Meant::Help),
    }
}

fn creation(given: &Given) -> Result<Command, Refusal> {
    let text = |name: &str| option(given, name);
    let fields = CreateFields {
        name: text("name").unwrap_or_default(),
        engine: text("engine").unwrap_or_default(),
        plan: text("plan"),
        title: text("title"),
        ttl: text("ttl"),
        cell: None,
        currency: text("currency"),
        country: text("country"),
    };
    create(fields).map(Command::Create)
}

fn store(given: &Given) -> StoreRef {
    StoreRef::new(option(given, "name").unwrap_or_default())
}

fn option<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    given.options.iter().find(|o| o.name == name).and_then(|o| o.value.as_str())
}

/// Digest of what was typed, and of nothing else: a second delivery of an interaction is the same
/// request even if Discord writes its payload differently.
fn fingerprint(data: &Data) -> String {
    let typed = serde_json::to_vec(&data.options).unwrap_or_default();
    hex::encode(Sha256::digest(typed))
}

#[cfg(test)]
mod tests;
