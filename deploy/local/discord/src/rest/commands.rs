//! Registration of application commands (interactions: application-commands).

use serde_json::Value;

use super::{Answer, ApiError, Call};
use crate::rules;
use crate::state::{Command, World};
use crate::wire;

/// Most CHAT_INPUT commands, globally and per guild alike ("Registering a Command").
const SLASH_LIMIT: usize = 100;
/// Most USER and most MESSAGE commands.
const CONTEXT_MENU_LIMIT: usize = 15;
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
    let asked = matches!(call.query("with_localizations"), Some("true" | "True" | "1"));
    all(world, call, asked)
}

fn all(world: &World, call: &Call, with_localizations: bool) -> Result<Answer, ApiError> {
    let guild = place(world, call)?;
    let here = world.commands.iter().filter(|command| command.guild_id == guild);
    Ok(Answer::ok(here.map(|command| wire::listed(world, command, with_localizations)).collect()))
}

/// Replaces all commands of all types; nothing changes when one of them is refused.
pub(super) fn overwrite(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let guild = place(world, call)?;
    let wanted = call.body.as_array().cloned().unwrap_or_default();
    within_limits(&wanted)?;
    world.overwrite(guild, wanted);
    all(world, call, true)
}

/// 201 for a new command, 200 when one of this name was overwritten.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let guild = place(world, call)?;
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

/// Changes what is given and leaves the rest; what comes of it is held against the rules of a whole command.
pub(super) fn edit(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let (guild, command) = (place(world, call)?, wanted(world, call)?);
    let (id, mut definition) = (command.id, command.definition.clone());
    if let (Some(definition), Some(changes)) = (definition.as_object_mut(), call.body.as_object()) {
        definition.extend(changes.clone());
    }
    rules::judge(&rules::COMMAND, &definition).map_err(ApiError::refused)?;
    let twin =
        |other: &&Command| other.guild_id == guild && other.id != id && named(&other.definition) == named(&definition);
    if world.commands.iter().any(|other| twin(&other)) {
        return Err(ApiError::name_taken());
    }
    world.redefine(id, definition);
    get(world, call)
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
