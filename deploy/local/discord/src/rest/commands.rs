//! Registration of application commands (interactions: application-commands).

use serde_json::Value;

use super::{Answer, ApiError, Call};
use crate::state::{Command, World};
use crate::wire;

/// Most CHAT_INPUT commands, globally and per guild alike ("Registering a Command").
const SLASH_LIMIT: usize = 100;
/// Most USER and most MESSAGE commands.
const CONTEXT_MENU_LIMIT: usize = 15;
/// Name, description and values of a command with all its options, in characters.
const SIZE_LIMIT: usize = 8_000;

/// The guild in the path, if there is one; the application must be this bot's own.
fn place(world: &World, call: &Call) -> Result<Option<u64>, ApiError> {
    if call.id("application_id") != world.application_id {
        return Err(ApiError::unknown_application());
    }
    match call.text("guild_id") {
        "" => Ok(None),
        _ if world.guilds.contains_key(&call.id("guild_id")) => Ok(Some(call.id("guild_id"))),
        _ => Err(ApiError::unknown_guild()),
    }
}

pub(super) fn list(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let guild = place(world, call)?;
    let here = world.commands.iter().filter(|command| command.guild_id == guild);
    Ok(Answer::ok(here.map(|command| wire::command(world, command)).collect()))
}

/// Replaces all commands of all types; nothing changes when one of them is refused.
pub(super) fn overwrite(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let guild = place(world, call)?;
    let wanted = call.body.as_array().cloned().unwrap_or_default();
    for (at, definition) in wanted.iter().enumerate() {
        well_formed(definition)
            .map_err(|(field, code, message)| ApiError::field(&[&at.to_string(), field], code, message))?;
        let twin = wanted.iter().take(at).any(|other| named(other) == named(definition));
        if twin {
            let message = "Application command names must be unique";
            return Err(ApiError::field(&[&at.to_string(), "name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", message));
        }
    }
    within_limits(&wanted)?;
    world.overwrite(guild, wanted);
    list(world, call)
}

/// 201 for a new command, 200 when one of this name was overwritten.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let guild = place(world, call)?;
    well_formed(&call.body).map_err(|(field, code, message)| ApiError::field(&[field], code, message))?;
    let mut all: Vec<Value> = world
        .commands
        .iter()
        .filter(|command| command.guild_id == guild)
        .map(|command| command.definition.clone())
        .collect();
    all.retain(|other| named(other) != named(&call.body));
    all.push(call.body.clone());
    within_limits(&all)?;
    let (at, new) = world.register(guild, call.body.clone());
    let command = world.commands.get(at).ok_or_else(ApiError::unknown_command)?;
    let body = wire::command(world, command);
    Ok(Answer { status: if new { 201 } else { 200 }, body: Some(body) })
}

pub(super) fn get(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    Ok(Answer::ok(wire::command(world, wanted(world, call)?)))
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = wanted(world, call)?.id;
    world.commands.retain(|command| command.id != id);
    Ok(Answer::empty())
}

fn wanted<'a>(world: &'a World, call: &Call) -> Result<&'a Command, ApiError> {
    let (guild, id) = (place(world, call)?, call.id("command_id"));
    let found = world.commands.iter().find(|command| command.guild_id == guild && command.id == id);
    found.ok_or_else(ApiError::unknown_command)
}

fn named(definition: &Value) -> (Option<&Value>, u64) {
    (definition.get("name"), kind(definition))
}

fn kind(definition: &Value) -> u64 {
    definition.get("type").and_then(Value::as_u64).unwrap_or(1)
}

fn within_limits(all: &[Value]) -> Result<(), ApiError> {
    let count = |wanted: u64| all.iter().filter(|definition| kind(definition) == wanted).count();
    if count(1) > SLASH_LIMIT || count(2) > CONTEXT_MENU_LIMIT || count(3) > CONTEXT_MENU_LIMIT {
        return Err(ApiError::too_many_commands());
    }
    Ok(())
}

type Fault = (&'static str, &'static str, String);

/// Rules the schema leaves to prose: names, sizes, order of options, autocomplete against choices.
fn well_formed(definition: &Value) -> Result<(), Fault> {
    let size = characters(definition);
    if size > SIZE_LIMIT {
        let message = format!("Command exceeds maximum size ({size} of {SIZE_LIMIT})");
        return Err(("options", "APPLICATION_COMMAND_TOO_LARGE", message));
    }
    if kind(definition) != 1 {
        return Ok(());
    }
    well_named(definition)?;
    if text(definition, "description").is_empty() {
        return Err(("description", "BASE_TYPE_REQUIRED", "This field is required".to_owned()));
    }
    options_well_formed(definition)
}

fn options_well_formed(parent: &Value) -> Result<(), Fault> {
    let options = parent.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut seen_optional = false;
    for (at, option) in options.iter().enumerate() {
        well_named(option)?;
        if options.iter().take(at).any(|other| other.get("name") == option.get("name")) {
            return Err((
                "options",
                "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
                "Option names must be unique".to_owned(),
            ));
        }
        let required = option.get("required") == Some(&Value::Bool(true));
        if required && seen_optional {
            let message = "Required options must be placed before non-required options".to_owned();
            return Err(("options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message));
        }
        seen_optional |= !required;
        let choices = option.get("choices").and_then(Value::as_array).is_some_and(|choices| !choices.is_empty());
        if choices && option.get("autocomplete") == Some(&Value::Bool(true)) {
            let message = "Autocomplete may not be set to true if choices are present".to_owned();
            return Err(("options", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message));
        }
        options_well_formed(option)?;
    }
    let nested = |option: &Value| matches!(kind(option), 1 | 2);
    if options.iter().any(nested) && !options.iter().all(nested) {
        let message =
            "Sub-command and sub-command group option types are mutually exclusive to all other types".to_owned();
        return Err(("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message));
    }
    Ok(())
}

/// `^[-_'\p{L}\p{N}]{1,32}$`, and lower case where there is one ("Application Command Naming").
fn well_named(thing: &Value) -> Result<(), Fault> {
    let name = text(thing, "name");
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'');
    if name.chars().all(fits) && name == name.to_lowercase() && !name.is_empty() {
        return Ok(());
    }
    Err(("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid".to_owned()))
}

fn text<'a>(thing: &'a Value, key: &str) -> &'a str {
    thing.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn characters(thing: &Value) -> usize {
    let own = text(thing, "name").chars().count()
        + text(thing, "description").chars().count()
        + text(thing, "value").chars().count();
    let inner = ["options", "choices"].iter().filter_map(|key| thing.get(key)?.as_array());
    own + inner.flatten().map(characters).sum::<usize>()
}
