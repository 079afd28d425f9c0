//! `/store-admin`: what whoever manages a server can set for it. Fixed choices and not offers: they are few, known
//! when the command is registered, and nobody types them often.

use serde_json::{Value, json};

use super::{CHAT_INPUT, IN_SERVERS, INSTALLED_IN_SERVERS, SUB_COMMAND, TTL_MAX, required, text};
use crate::domain::actor::Role;
use crate::domain::lang::Lang;
use crate::domain::plan::Plan;

/// The command.
pub const ADMIN_COMMAND: &str = "store-admin";
/// Takes a setting back.
pub const BACK: &str = "default";

/// Discord's numbers of option types.
const CHANNEL: u8 = 7;
const ROLE: u8 = 8;
/// Channels in which messages are written: of text, and of announcements.
const CHANNELS: [u8; 2] = [0, 5];
/// To whom Discord shows the command, until a server's owner says otherwise: whoever has Manage Server. storebot
/// looks again when it is used.
const MANAGE_GUILD: u64 = 1 << 5;

/// Its subcommands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminSubcommand {
    Roles,
    Channel,
    Language,
    Defaults,
    Show,
}

impl AdminSubcommand {
    pub const ALL: [Self; 5] = [Self::Roles, Self::Channel, Self::Language, Self::Defaults, Self::Show];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Channel => "channel",
            Self::Language => "language",
            Self::Defaults => "defaults",
            Self::Show => "show",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Roles => "What members with a role may do",
            Self::Channel => "Where late news and requests for approval go",
            Self::Language => "What messages that everybody sees are written in",
            Self::Defaults => "What a shop is made with where nothing is said",
            Self::Show => "Show what is set for this server",
        }
    }

    fn options(self) -> Vec<Value> {
        let plans = || Plan::ALL.map(|plan| (plan.as_str(), plan.as_str())).into_iter().chain([(BACK, BACK)]);
        match self {
            Self::Roles => {
                let grants = Role::ALL.map(|role| (role.as_str(), role.as_str()));
                let grants = grants.into_iter().chain([("nothing", "nothing"), (BACK, BACK)]);
                vec![
                    required(option(ROLE, "role", "Which role of this server; @everyone stands for all others")),
                    required(choice("as", "What they may do then", grants)),
                ]
            }
            Self::Channel => {
                let mut channel = option(CHANNEL, "channel", "Which channel (where it was asked if not said)");
                channel["channel_types"] = json!(CHANNELS);
                vec![channel]
            }
            Self::Language => {
                let languages = Lang::ALL.map(|lang| (lang.title(), lang.as_str()));
                vec![choice("language", "Which language (the server's own if not said)", languages.into_iter())]
            }
            Self::Defaults => vec![
                choice("plan", "Which size", plans()),
                super::offered(text("ttl", "How long, such as 72h or 7d", TTL_MAX)),
            ],
            Self::Show => Vec::new(),
        }
    }
}

pub(super) fn command() -> Value {
    let subcommands = AdminSubcommand::ALL.into_iter().map(|which| {
        json!({
            "type": SUB_COMMAND,
            "name": which.as_str(),
            "description": which.description(),
            "options": which.options(),
        })
    });
    json!({
        "type": CHAT_INPUT,
        "name": ADMIN_COMMAND,
        "description": "What storebot does in this server, and for whom",
        "options": subcommands.collect::<Vec<_>>(),
        "default_member_permissions": MANAGE_GUILD.to_string(),
        "contexts": [IN_SERVERS],
        "integration_types": [INSTALLED_IN_SERVERS],
    })
}

fn option(kind: u8, name: &str, description: &str) -> Value {
    json!({ "type": kind, "name": name, "description": description, "required": false })
}

fn choice(name: &str, description: &str, choices: impl Iterator<Item = (&'static str, &'static str)>) -> Value {
    let choices: Vec<Value> = choices.map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut option = option(super::STRING, name, description);
    option["choices"] = json!(choices);
    option
}
