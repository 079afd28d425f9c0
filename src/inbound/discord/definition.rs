//! The slash commands as data: what Discord offers to people while they type.
//!
//! Names, choices and lengths come from the domain, so that what Discord lets through is what the
//! bot understands. Discord checks nothing for us: every value is read again when it arrives.

mod admin;

pub use admin::{ADMIN_COMMAND, AdminSubcommand, BACK};
use serde_json::{Value, json};

use crate::domain::command::TITLE_MAX;
use crate::domain::store::NAME_MAX;

/// The command for everybody.
pub const COMMAND: &str = "store";

/// Discord's numbers of command and option types.
const CHAT_INPUT: u8 = 1;
const SUB_COMMAND: u8 = 1;
const STRING: u8 = 3;

/// Most things that Discord offers to somebody who types.
pub(super) const OFFERS_MAX: usize = 25;

/// Longest `ttl` text; `365d 23h 59m 59s` needs 16.
const TTL_MAX: usize = 32;

/// Longest engine, plan, currency or country, as people look for them: `South Georgia and the South Sandwich
/// Islands` is one.
const WORD_MAX: usize = 50;

/// Where the command can be used, and by whom it is installed.
const IN_SERVERS: u8 = 0;
const IN_DIRECT_MESSAGES: u8 = 1;
const INSTALLED_IN_SERVERS: u8 = 0;

/// The subcommands there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subcommand {
    Create,
    Status,
    List,
    Retry,
    Verify,
    Upgrade,
    Extend,
    Sleep,
    Wake,
    Login,
    Delete,
    Undo,
    Quota,
    Help,
}

impl Subcommand {
    pub const ALL: [Self; 14] = [
        Self::Create,
        Self::Status,
        Self::List,
        Self::Retry,
        Self::Verify,
        Self::Upgrade,
        Self::Extend,
        Self::Sleep,
        Self::Wake,
        Self::Login,
        Self::Delete,
        Self::Undo,
        Self::Quota,
        Self::Help,
    ];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Status => "status",
            Self::List => "list",
            Self::Retry => "retry",
            Self::Verify => "verify",
            Self::Upgrade => "upgrade",
            Self::Extend => "extend",
            Self::Sleep => "sleep",
            Self::Wake => "wake",
            Self::Login => "login",
            Self::Delete => "delete",
            Self::Undo => "undo",
            Self::Quota => "quota",
            Self::Help => "help",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Create => "Make a shop",
            Self::Status => "How is a shop?",
            Self::List => "Show my shops",
            Self::Retry => "Go on with a shop that has failed, from where it stopped",
            Self::Verify => "Place a test order in a shop again",
            Self::Upgrade => "Bring a shop to the newest release",
            Self::Extend => "Give a shop more time; wakes it if its time was over",
            Self::Sleep => "Keep everything of a shop and run nothing",
            Self::Wake => "Start a sleeping shop again",
            Self::Login => "Get a new password for a shop's administration, shown to you alone",
            Self::Delete => "Remove a shop and everything in it, for good",
            Self::Undo => "Take a deletion back, as long as nothing has been done about it",
            Self::Quota => "How much I may have, and have",
            Self::Help => "What can be asked",
        }
    }

    fn options(self) -> Vec<Value> {
        match self {
            Self::Create => vec![
                name("A new name: small letters, digits and dashes; it becomes part of the address"),
                offered(required(text("engine", "Which shop software", WORD_MAX))),
                offered(text("plan", "Which size (small if not said)", WORD_MAX)),
                offered(text("ttl", "How long it is wanted, such as 72h or 7d", TTL_MAX)),
                text("title", "What the shop is called", TITLE_MAX),
                offered(text("currency", "What it sells in, such as EUR or USD", WORD_MAX)),
                offered(text("country", "The country it sells from, such as DE or US", WORD_MAX)),
            ],
            Self::Extend => {
                vec![offered(name("Which shop")), offered(text("by", "By how much, such as 72h or 7d", TTL_MAX))]
            }
            Self::Status
            | Self::Retry
            | Self::Verify
            | Self::Upgrade
            | Self::Sleep
            | Self::Wake
            | Self::Login
            | Self::Delete
            | Self::Undo => vec![offered(name("Which shop"))],
            Self::List | Self::Quota | Self::Help => Vec::new(),
        }
    }
}

/// Everything the bot registers, for a `PUT` of all commands.
#[must_use]
pub fn commands() -> Value {
    let subcommands: Vec<Value> = Subcommand::ALL.into_iter().map(subcommand).collect();
    let store = json!({
        "type": CHAT_INPUT,
        "name": COMMAND,
        "description": "Finished online shops, made and removed by a command",
        "options": subcommands,
        "contexts": [IN_SERVERS, IN_DIRECT_MESSAGES],
        "integration_types": [INSTALLED_IN_SERVERS],
    });
    json!([store, admin::command()])
}

fn subcommand(which: Subcommand) -> Value {
    json!({
        "type": SUB_COMMAND,
        "name": which.as_str(),
        "description": which.description(),
        "options": which.options(),
    })
}

fn name(description: &str) -> Value {
    required(text("name", description, NAME_MAX))
}

fn required(mut option: Value) -> Value {
    option["required"] = json!(true);
    option
}

/// Something to choose from is offered while somebody types; anything else may be typed as well.
fn offered(mut option: Value) -> Value {
    option["autocomplete"] = json!(true);
    option
}

fn text(name: &str, description: &str, longest: usize) -> Value {
    json!({
        "type": STRING,
        "name": name,
        "description": description,
        "required": false,
        "min_length": 1,
        "max_length": longest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name, description and choice counts towards Discord's 8 000 characters of a command.
    fn characters(value: &Value) -> usize {
        match value {
            Value::Array(items) => items.iter().map(characters).sum(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| match value {
                    Value::String(text) if matches!(key.as_str(), "name" | "description" | "value") => {
                        text.chars().count()
                    }
                    other => characters(other),
                })
                .sum(),
            _ => 0,
        }
    }

    #[test]
    fn the_definition_keeps_discords_limits() {
        let commands = commands();
        assert!(commands.as_array().unwrap().iter().all(|command| characters(command) < 8_000));
        let subcommands = commands.as_array().unwrap().iter().flat_map(|c| c["options"].as_array().unwrap());
        for sub in subcommands {
            assert!(sub["description"].as_str().unwrap().chars().count() <= 100);
            let options = sub["options"].as_array().unwrap();
            assert!(options.len() <= 25);
            let required: Vec<bool> = options.iter().map(|o| o["required"].as_bool().unwrap()).collect();
            assert!(required.is_sorted_by(|a, b| a >= b), "required options come first: {sub}");
            for option in options {
                assert!(option["description"].as_str().unwrap().chars().count() <= 100, "{option}");
            }
        }
    }

    #[test]
    fn a_new_name_is_invented_and_everything_else_is_offered() {
        let commands = commands();
        let options = commands[0]["options"].as_array().unwrap();
        let offered = |sub: &Value| -> Vec<(String, bool)> {
            let options = sub["options"].as_array().unwrap().iter();
            options.map(|o| (o["name"].as_str().unwrap().to_owned(), o["autocomplete"] == true)).collect()
        };
        let create = offered(&options[0]);
        let not: Vec<&str> = create.iter().filter(|(_, offered)| !offered).map(|(name, _)| name.as_str()).collect();
        assert_eq!(not, ["name", "title"]);
        let others: Vec<_> = options[1..].iter().flat_map(offered).collect();
        assert!(others.iter().all(|(name, offered)| ["name", "by"].contains(&name.as_str()) && *offered), "{others:?}");
        assert_eq!(options[0]["options"][0]["max_length"], NAME_MAX);
        for option in options.iter().flat_map(|sub| sub["options"].as_array().unwrap()) {
            assert!(option.get("choices").is_none() || option.get("autocomplete").is_none(), "one or the other");
        }
    }
}
