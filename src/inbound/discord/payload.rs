//! An interaction's payload, as Discord writes it, read into small types of our own.
//!
//! Not serenity's model: that one demands fields storebot has no use for, so that leaving one of them out would
//! turn into a refused command, and it does not know the newer parts of forms. What somebody filled in stays as
//! it came: whether it has the right type is said to them, and not to Discord.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::model::id::{ApplicationId, ChannelId, GuildId, InteractionId, RoleId, UserId};

use crate::domain::lang::Lang;
use crate::domain::secret::SecretText;

const PING: u8 = 1;
const APPLICATION_COMMAND: u8 = 2;
const MESSAGE_COMPONENT: u8 = 3;
const AUTOCOMPLETE: u8 = 4;
const MODAL_SUBMIT: u8 = 5;

/// Permission bits: everything, and managing the server.
const ADMINISTRATOR: u64 = 1 << 3;
const MANAGE_GUILD: u64 = 1 << 5;

/// What Discord says of a server whose owner has never chosen a language.
const NO_CHOICE: &str = "en-US";

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
    Heard(Box<Heard>),
}

/// What somebody did, and where.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) id: InteractionId,
    pub(super) application: ApplicationId,
    /// Bearer secret, valid for 15 minutes.
    pub(super) token: SecretText,
    pub(super) channel: Option<ChannelId>,
    pub(super) user: UserId,
    pub(super) place: Place,
    /// What the person reads.
    pub(super) lang: Lang,
    pub(super) act: Act,
}

/// Where somebody asks.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Server(Member),
    DirectMessage,
}

/// Somebody in a server.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) server: GuildId,
    /// What they have there.
    pub(super) roles: Vec<RoleId>,
    /// Whether Discord lets them manage the server.
    pub(super) manages: bool,
    /// The server's language, where storebot speaks it and somebody seems to have chosen it.
    pub(super) lang: Option<Lang>,
}

#[derive(Debug)]
pub(super) enum Act {
    /// A command was sent.
    Command(Typed),
    /// A command is being typed.
    Typing(Typed),
    Press {
        custom_id: String,
        /// What the button stands below.
        message: Option<Message>,
    },
    Form {
        custom_id: String,
        fields: Vec<(String, Value)>,
        /// The form was opened by a button of a message.
        below_message: bool,
    },
}

/// A command as far as it is filled in.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) command: String,
    pub(super) given: Vec<Given>,
}

/// A subcommand or an option of one, as filled in.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Given {
    pub(super) name: String,
    #[serde(default)]
    pub(super) value: Value,
    /// It is the one being typed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) focused: bool,
    #[serde(default)]
    pub(super) options: Vec<Given>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) content: String,
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
    locale: Option<String>,
    guild_locale: Option<String>,
    /// In a server.
    member: Option<RawMember>,
    /// In a direct message.
    user: Option<User>,
    data: Option<Data>,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct RawMember {
    user: User,
    #[serde(default)]
    roles: Vec<RoleId>,
    #[serde(default)]
    permissions: String,
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
    #[serde(default)]
    options: Vec<Given>,
    /// Of a button or a form.
    #[serde(default)]
    custom_id: String,
    /// Of a form.
    #[serde(default)]
    components: Vec<Value>,
}

/// Reads a payload that Discord is known to have sent.
///
/// # Errors
/// What no released Discord sends to this application.
pub(super) fn read(body: &[u8], application: u64) -> Result<Interaction, BadPayload> {
    let payload: Payload = serde_json::from_slice(body).map_err(|_| BadPayload::Shape)?;
    if payload.application_id.is_some_and(|id| id.get() != application) {
        return Err(BadPayload::Application);
    }
    match payload.kind {
        PING => Ok(Interaction::Ping),
        APPLICATION_COMMAND..=MODAL_SUBMIT => {
            heard(payload).map(|heard| Interaction::Heard(Box::new(heard))).ok_or(BadPayload::Shape)
        }
        _ => Err(BadPayload::Kind),
    }
}

fn heard(payload: Payload) -> Option<Heard> {
    let lang = payload.locale.as_deref().and_then(Lang::of_locale).unwrap_or_default();
    let (user, place) = match (payload.member, payload.guild_id, payload.user) {
        (Some(member), Some(server), _) => {
            let spoken = payload.guild_locale.filter(|locale| locale != NO_CHOICE);
            let lang = spoken.as_deref().and_then(Lang::of_locale);
            (member.user.id, Place::Server(Member { server, lang, manages: manages(&member), roles: member.roles }))
        }
        (None, None, Some(user)) => (user.id, Place::DirectMessage),
        _ => return None,
    };
    let Data { name: command, options: given, custom_id, components } = payload.data?;
    let act = match payload.kind {
        MESSAGE_COMPONENT => Act::Press { custom_id, message: payload.message },
        AUTOCOMPLETE => Act::Typing(Typed { command, given }),
        MODAL_SUBMIT => {
            let fields = components.iter().flat_map(fields).collect();
            Act::Form { custom_id, fields, below_message: payload.message.is_some() }
        }
        _ => Act::Command(Typed { command, given }),
    };
    let (id, application, token) = (payload.id?, payload.application_id?, payload.token?);
    Some(Heard { id, application, token, channel: payload.channel_id, user, place, lang, act })
}

/// Discord computes what somebody may do in a channel, all their roles together, and signs it.
fn manages(member: &RawMember) -> bool {
    let bits: u64 = member.permissions.parse().unwrap_or(0);
    bits & (ADMINISTRATOR | MANAGE_GUILD) != 0
}

/// Names and values of inputs, in a row each or below a label each.
fn fields(frame: &Value) -> Vec<(String, Value)> {
    let row = frame.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let inputs = row.iter().chain(frame.get("component"));
    inputs
        .filter_map(|input| {
            let value = input.get("value").or_else(|| input.get("values"));
            Some((input.get("custom_id")?.as_str()?.to_owned(), value.cloned().unwrap_or_default()))
        })
        .collect()
}

impl Heard {
    pub(super) fn member(&self) -> Option<&Member> {
        match &self.place {
            Place::Server(member) => Some(member),
            Place::DirectMessage => None,
        }
    }

    /// A command of this name, sent or being typed.
    pub(super) fn is_for(&self, command: &str) -> bool {
        matches!(&self.act, Act::Command(typed) | Act::Typing(typed) if typed.command == command)
    }

    /// It came from a message's button, straight or by way of a form: that message can be changed in answer.
    pub(super) fn is_below_message(&self) -> bool {
        matches!(self.act, Act::Press { .. } | Act::Form { below_message: true, .. })
    }
}

impl Typed {
    /// The subcommand and what is filled in of it; `None`: there is none.
    pub(super) fn subcommand(&self) -> Option<&Given> {
        self.given.first()
    }
}

impl Given {
    /// The option being typed, and what is there of it.
    pub(super) fn typing(&self) -> Option<(&str, &str)> {
        let focused = self.options.iter().find(|option| option.focused)?;
        Some((&focused.name, focused.value.as_str().unwrap_or_default()))
    }

    /// An option's value as it came.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        let found = self.options.iter().find(|option| option.name == name)?;
        Some(&found.value).filter(|value| !value.is_null())
    }

    /// An option's value, if it is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }
}
