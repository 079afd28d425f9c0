//! Registers the slash command, by difference: Discord counts registrations, and a global one takes
//! time to reach everybody, so nothing is written that is already there.
//!
//! Runs as a command of its own; serving never waits for it.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value};
use serenity::http::{Http, HttpBuilder, LightMethod, Request, Route};
use serenity::model::id::{ApplicationId, GuildId};

use super::definition;
use super::localise::{DESCRIPTIONS, NAMES, localised};
use crate::config;

/// Where the command is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere the application is installed.
    Global,
    /// In one guild only, at once: for trying out.
    Guild(u64),
}

/// What was found, and whether it was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// One line per difference, `-` for what is registered and `+` for what shall be. Empty: none.
    pub difference: Vec<String>,
    pub written: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error("an id is 0")]
    Id,
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
    #[error("Discord did not accept it")]
    Discord(#[source] Box<serenity::Error>),
}

impl RegisterError {
    /// Discord does not know the bot's token.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        let Self::Discord(error) = self else { return false };
        matches!(&**error, serenity::Error::Http(error) if error.status_code().is_some_and(|code| code.as_u16() == 401))
    }
}

/// What Discord says of the application that the bot's token belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Application {
    pub id: String,
    /// Hexadecimal.
    pub verify_key: Option<String>,
    pub interactions_endpoint_url: Option<String>,
    /// Where people who sign in may be sent back to.
    #[serde(default)]
    pub redirect_uris: Option<Vec<String>>,
}

/// Asks whose token the bot's is.
///
/// # Errors
/// Discord cannot be reached or refuses.
pub async fn application(discord: &config::Discord) -> Result<Application, RegisterError> {
    let asked = Request::new(Route::Oauth2ApplicationCurrent, LightMethod::Get);
    Ok(client(discord)?.fire(asked).await?)
}

impl From<serenity::Error> for RegisterError {
    fn from(error: serenity::Error) -> Self {
        Self::Discord(Box::new(error))
    }
}

/// Compares what is registered with [`definition::commands`] and replaces it when it differs;
/// `dry_run` only compares. All other commands of the application in this scope are removed.
///
/// # Errors
/// Discord cannot be reached or refuses.
pub async fn register(discord: &config::Discord, scope: Scope, dry_run: bool) -> Result<Registration, RegisterError> {
    let http = client(discord)?;
    let route = route(discord.application_id, scope).ok_or(RegisterError::Id)?;
    let wanted = in_scope(localised(definition::commands()), scope);
    let there = Request::new(route, LightMethod::Get).params(Some(in_all_languages()));
    let registered = in_scope(http.fire(there).await?, scope);
    let difference = difference(&registered, &wanted);
    let written = !dry_run && !difference.is_empty();
    if written {
        let request = Request::new(route, LightMethod::Put).body(Some(wanted.to_string().into_bytes()));
        http.fire::<Value>(request).await?;
    }
    Ok(Registration { difference, written })
}

/// Discord tells the other languages' words only when asked.
fn in_all_languages() -> Vec<(&'static str, String)> {
    vec![("with_localizations", "true".to_owned())]
}

pub(super) fn client(discord: &config::Discord) -> Result<Http, RegisterError> {
    let client = reqwest::Client::builder()
        .connect_timeout(discord.timeout)
        .timeout(discord.timeout)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(RegisterError::Client)?;
    let builder = HttpBuilder::new(discord.bot_token.expose_secret()).client(client);
    // serenity's rate limiter would pass by the proxy, which is how another address is reached.
    Ok(builder.proxy(discord.api_url.as_str()).ratelimiter_disabled(true).build())
}

fn route(application: u64, scope: Scope) -> Option<Route<'static>> {
    let application_id = (application != 0).then(|| ApplicationId::new(application))?;
    match scope {
        Scope::Global => Some(Route::Commands { application_id }),
        Scope::Guild(0) => None,
        Scope::Guild(guild) => Some(Route::GuildCommands { application_id, guild_id: GuildId::new(guild) }),
    }
}

fn in_scope(mut commands: Value, scope: Scope) -> Value {
    if let Scope::Guild(_) = scope {
        for command in commands.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            EVERYWHERE.iter().for_each(|key| {
                command.remove(*key);
            });
        }
    }
    commands
}

/// Fields of a command that Discord adds, at its top.
const ADDED: [&str; 6] = ["id", "application_id", "guild_id", "version", "default_permission", "dm_permission"];
/// Fields of a command that say where it is offered: a guild's own is offered there.
const EVERYWHERE: [&str; 2] = ["contexts", "integration_types"];

/// Lines that tell two lists of commands apart, whatever Discord added to the registered one.
fn difference(registered: &Value, wanted: &Value) -> Vec<String> {
    let (registered, wanted) = (lines(registered, "-"), lines(wanted, "+"));
    let same = |a: &str, b: &[String]| b.iter().any(|line| line[1..] == a[1..]);
    let gone = registered.iter().filter(|line| !same(line, &wanted));
    let new = wanted.iter().filter(|line| !same(line, &registered));
    let mut lines: Vec<String> = gone.chain(new).cloned().collect();
    // The same lines in another order are another offer, too.
    if lines.is_empty() && registered.iter().map(|l| &l[1..]).ne(wanted.iter().map(|l| &l[1..])) {
        lines.push("+ another order".to_owned());
    }
    lines
}

/// A line per command and option: its path and everything that is said about it; then one per language.
fn lines(commands: &Value, mark: &str) -> Vec<String> {
    let mut out = Vec::new();
    for command in commands.as_array().into_iter().flatten() {
        let mut command = command.clone();
        if let Some(fields) = command.as_object_mut() {
            ADDED.iter().for_each(|key| {
                fields.remove(*key);
            });
        }
        describe(&command, &format!("{mark} "), &mut out);
    }
    out
}

fn describe(item: &Value, path: &str, out: &mut Vec<String>) {
    let Some(fields) = item.as_object() else { return };
    let path = format!("{path}/{}", fields.get("name").and_then(Value::as_str).unwrap_or("?"));
    let said: Map<String, Value> = fields
        .iter()
        .filter(|(key, value)| !matches!(key.as_str(), "name" | "options" | NAMES | DESCRIPTIONS) && !is_default(value))
        .map(|(key, value)| (key.clone(), without_defaults(value)))
        .collect();
    out.push(format!("{path} {}", Value::Object(said)));
    out.extend(translations(fields).into_iter().map(|(locale, words)| format!("{path} {locale} {words}")));
    for option in fields.get("options").and_then(Value::as_array).into_iter().flatten() {
        describe(option, &path, out);
    }
}

/// Locale -> what it is called and described as there, as far as that is said.
fn translations(fields: &Map<String, Value>) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::<String, Map<String, Value>>::new();
    for (field, meaning) in [(NAMES, "name"), (DESCRIPTIONS, "description")] {
        for (locale, text) in fields.get(field).and_then(Value::as_object).into_iter().flatten() {
            found.entry(locale.clone()).or_default().insert(meaning.to_owned(), text.clone());
        }
    }
    found.into_iter().map(|(locale, words)| (locale, words.into())).collect()
}

/// What says the same as saying nothing.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn without_defaults(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_defaults).collect(),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, v)| !is_default(v));
            Value::Object(said.map(|(k, v)| (k.clone(), without_defaults(v))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn wanted() -> Value {
        localised(definition::commands())
    }

    /// What Discord gives back for the definition.
    fn registered() -> Value {
        let mut commands = wanted();
        let extra = json!({
            "id": "1", "application_id": "7", "version": "9", "default_member_permissions": null, "nsfw": false,
            "dm_permission": true
        });
        for (key, value) in extra.as_object().unwrap() {
            commands[0][key] = value.clone();
        }
        commands[0]["options"][0]["options"][2].as_object_mut().unwrap().remove("required");
        commands
    }

    #[test]
    fn what_discord_adds_is_no_difference() {
        assert_eq!(difference(&registered(), &wanted()), Vec::<String>::new());
    }

    #[test]
    fn a_guilds_own_command_says_nothing_of_where_it_is() {
        let own = in_scope(wanted(), Scope::Guild(1));
        assert!(own.as_array().unwrap().iter().all(|c| c.get("contexts").is_none() && c["name"].is_string()));
        assert_eq!(difference(&in_scope(registered(), Scope::Guild(1)), &own), Vec::<String>::new());
        assert!(!difference(&registered(), &own).is_empty(), "offered elsewhere is another offer");
        assert_eq!(in_scope(wanted(), Scope::Global), wanted());
    }

    #[test]
    fn a_difference_names_its_place() {
        let mut old = registered();
        old[0]["options"][1]["options"][0]["max_length"] = json!(32);
        old[0]["options"].as_array_mut().unwrap().pop();
        old[0]["options"][2][NAMES]["de"] = json!("verzeichnis");
        old[0]["options"][3][DESCRIPTIONS].as_object_mut().unwrap().remove("de");
        old.as_array_mut().unwrap().push(json!({ "name": "ping", "type": 1, "description": "x" }));
        assert_snapshot!(difference(&old, &wanted()).join("\n"), @r#"
        - /store/status/name {"autocomplete":true,"description":"Which shop","max_length":32,"min_length":1,"required":true,"type":3}
        - /store/list de {"description":"Meine Shops zeigen","name":"verzeichnis"}
        - /store/retry de {"name":"fortsetzen"}
        - /ping {"description":"x","type":1}
        + /store/status/name {"autocomplete":true,"description":"Which shop","max_length":40,"min_length":1,"required":true,"type":3}
        + /store/list de {"description":"Meine Shops zeigen","name":"liste"}
        + /store/retry de {"description":"Einen fehlgeschlagenen Shop dort fortsetzen, wo er stehen blieb","name":"fortsetzen"}
        + /store/help {"description":"What can be asked","type":1}
        + /store/help de {"description":"Was man fragen kann","name":"hilfe"}
        + /store/help es-419 {"description":"Qué se puede pedir","name":"ayuda"}
        + /store/help es-ES {"description":"Qué se puede pedir","name":"ayuda"}
        + /store/help fr {"description":"Ce qu’on peut demander","name":"aide"}
        + /store/help pt-BR {"description":"O que se pode pedir","name":"ajuda"}
        "#);
        let mut turned = registered();
        turned[0]["options"].as_array_mut().unwrap().reverse();
        assert!(!difference(&turned, &wanted()).is_empty());
        assert!(!difference(&json!([]), &wanted()).is_empty());
    }
}
