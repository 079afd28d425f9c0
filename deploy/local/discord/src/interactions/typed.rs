//! From typed text to option data, as the client does it: against the registered definition, and
//! refusing on the spot what the client would not let anybody send. A value reaches up to the
//! next `option:`; one that contains such a word itself is put in double quotes.

use serde_json::{Value, json};

use super::mentioned::{self, Place};
use super::{Action, SlashError};
use crate::state::{Command, InteractionKind, World};

/// What the text is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Enter was pressed: everything must be right.
    Send,
    /// The last option is still being typed; others may be missing.
    Complete,
}

/// Permission bit of administrators, who see every command.
const ADMINISTRATOR: u64 = crate::state::ADMINISTRATOR;

pub(crate) fn resolve(world: &World, who: (u64, u64), text: &str, mode: Mode) -> Result<Action, SlashError> {
    resolve_fields(world, who, text, &[], mode)
}

/// The same with options that were filled in one by one, as `(name, value)`; the last one is being typed.
pub(crate) fn resolve_fields(
    world: &World,
    (user_id, channel_id): (u64, u64),
    text: &str,
    fields: &[(String, String)],
    mode: Mode,
) -> Result<Action, SlashError> {
    let rest = text.trim().strip_prefix('/').ok_or_else(|| SlashError::NotSlash(text.to_owned()))?;
    let (name, mut rest) = word(rest);
    let guild = world.channels.get(&channel_id).map_or(Some(world.guild_id), |channel| channel.guild_id);
    let in_guild = guild.is_some();
    let command = world.slash_command(name, guild).filter(|command| in_guild || works_in_dm(command));
    let command = command.ok_or_else(|| SlashError::UnknownCommand(name.to_owned()))?;
    if in_guild && !shown_to(world, user_id, command) {
        return Err(SlashError::NotAllowed(name.to_owned()));
    }
    let mut label = name.to_owned();
    let mut definition = &command.definition;
    let mut branches = Vec::new();
    while options(definition).iter().any(is_branch) {
        let (next, after) = word(rest);
        let found =
            options(definition).iter().find(|option| is_branch(option) && option.get("name") == Some(&json!(next)));
        let unknown = || SlashError::UnknownSubcommand(label.clone(), next.to_owned(), names(options(definition)));
        definition = found.ok_or_else(unknown)?;
        label = format!("{label} {next}");
        branches.push(definition);
        rest = after;
    }
    let pairs = pairs(rest).map(|mut pairs| {
        pairs.extend_from_slice(fields);
        pairs
    });
    let typist = Typist { place: Place { world, guild }, label: &label, mode };
    let mut given = typist.values(options(definition), pairs)?;
    let completing = given.iter().find(|entry| entry.get("focused").is_some());
    let completing = completing.and_then(|entry| entry.get("type")?.as_u64());
    let resolved = typist.place.resolved(user_id, mentioned::ids(&given).into_iter());
    for branch in branches.into_iter().rev() {
        given = vec![json!({ "name": branch.get("name"), "type": branch.get("type"), "options": given })];
    }
    let mut data = json!({ "id": command.id.to_string(), "name": name, "type": 1, "options": given });
    if let Some(data) = data.as_object_mut() {
        data.extend(command.guild_id.map(|guild| ("guild_id".to_owned(), json!(guild.to_string()))));
        data.extend(resolved.map(|resolved| ("resolved".to_owned(), resolved)));
    }
    let kind = if mode == Mode::Send { InteractionKind::Command } else { InteractionKind::Autocomplete };
    Ok(Action { kind, user_id, channel_id, label, data, completing, source_message: None })
}

/// Subcommands (1) and groups of them (2).
fn is_branch(option: &Value) -> bool {
    matches!(option.get("type").and_then(Value::as_u64), Some(1 | 2))
}

fn options(definition: &Value) -> &[Value] {
    definition.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// For a person who has to choose.
fn names(options: &[Value]) -> String {
    let names: Vec<&str> = options.iter().filter_map(|option| option.get("name")?.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Global commands are offered in direct messages unless their contexts say otherwise.
pub(crate) fn works_in_dm(command: &Command) -> bool {
    let contexts = command.definition.get("contexts").and_then(Value::as_array);
    let by_context = contexts.is_none_or(|contexts| contexts.contains(&json!(1)));
    command.guild_id.is_none() && by_context && command.definition.get("dm_permission") != Some(&json!(false))
}

/// `default_member_permissions`: all of these bits, or administrator; 0 means administrators only.
pub(crate) fn shown_to(world: &World, user: u64, command: &Command) -> bool {
    let wanted = match command.definition.get("default_member_permissions") {
        Some(Value::String(bits)) => bits.parse().ok(),
        Some(Value::Number(bits)) => bits.as_u64(),
        _ => None,
    };
    let held = world.users.get(&user).map_or(0, |user| user.permissions);
    wanted.is_none_or(|wanted: u64| held & ADMINISTRATOR != 0 || (wanted != 0 && held & wanted == wanted))
}

fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

/// Somebody who fills in the options of one command.
struct Typist<'a> {
    place: Place<'a>,
    /// The command with its subcommand.
    label: &'a str,
    mode: Mode,
}

impl Typist<'_> {
    fn values(&self, known: &[Value], pairs: Result<Vec<(String, String)>, String>) -> Result<Vec<Value>, SlashError> {
        let unknown = |typed: String| SlashError::UnknownOption(self.label.to_owned(), typed, names(known));
        let pairs = pairs.map_err(unknown)?;
        let mut given: Vec<Value> = Vec::new();
        let last = pairs.len().saturating_sub(1);
        for (at, (name, text)) in pairs.iter().enumerate() {
            let option = known.iter().find(|option| option.get("name") == Some(&json!(name)));
            let option = option.ok_or_else(|| unknown(name.clone()))?;
            if given.iter().any(|other| other.get("name") == option.get("name")) {
                return Err(SlashError::BadValue(name.clone(), "given twice".to_owned()));
            }
            let focused = self.mode == Mode::Complete && at == last;
            let entry = if focused { focused_on(option, text) } else { self.filled_in(option, text) };
            given.push(entry.map_err(|why| SlashError::BadValue(name.clone(), why))?);
        }
        let missing = known.iter().find(|option| {
            option.get("required") == Some(&json!(true))
                && !given.iter().any(|entry| entry.get("name") == option.get("name"))
        });
        match missing.filter(|_| self.mode == Mode::Send).and_then(|option| option.get("name")?.as_str()) {
            Some(name) => Err(SlashError::MissingOption(self.label.to_owned(), name.to_owned())),
            None => Ok(given),
        }
    }

    fn filled_in(&self, option: &Value, text: &str) -> Result<Value, String> {
        let kind = kind(option);
        let value = if mentioned::KINDS.contains(&kind) {
            json!(self.mentioned(option, text)?.to_string())
        } else {
            value(option, text)?
        };
        Ok(json!({ "name": option.get("name"), "type": kind, "value": value }))
    }

    /// The client offers only channels of the wanted types, and here all are text channels.
    fn mentioned(&self, option: &Value, text: &str) -> Result<u64, String> {
        let types = option.get("channel_types").and_then(Value::as_array).filter(|types| !types.is_empty());
        if types.is_some_and(|types| !types.contains(&json!(0))) {
            return Err(format!("{text} is a text channel, and this option wants another type"));
        }
        self.place.find(kind(option), text)
    }
}

/// An option whose value is still being typed is always text. Discord asks only about those that are said to
/// complete themselves.
fn focused_on(option: &Value, text: &str) -> Result<Value, String> {
    if option.get("autocomplete") != Some(&json!(true)) {
        return Err("is not completed by the bot".to_owned());
    }
    Ok(json!({ "name": option.get("name"), "type": kind(option), "value": text, "focused": true }))
}

fn kind(option: &Value) -> u64 {
    option.get("type").and_then(Value::as_u64).unwrap_or(0)
}

/// `name:value` pairs; the error is text that belongs to no option.
fn pairs(mut rest: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(pairs);
        }
        let first = word(rest).0;
        let (name, after) = rest.split_once(':').filter(|_| starts_option(first)).ok_or(first)?;
        let after = after.trim_start();
        let quoted = after.strip_prefix('"').and_then(|inner| inner.split_once('"'));
        let (value, next) = quoted.unwrap_or_else(|| after.split_at(next_option(after)));
        pairs.push((name.to_owned(), value.trim().to_owned()));
        rest = next;
    }
}

/// Where the next word that looks like `option:` begins.
fn next_option(text: &str) -> usize {
    let starts = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, c)| at + c.len_utf8());
    let found = starts.into_iter().find(|at| {
        text.get(*at..).is_some_and(|rest| starts_option(word(rest).0) && !rest.starts_with(char::is_whitespace))
    });
    found.unwrap_or(text.len())
}

/// `plan:small`, but neither `https://…` nor `10:30`.
fn starts_option(word: &str) -> bool {
    word.split_once(':').is_some_and(|(name, value)| {
        let fits = |c: char| c.is_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        name.starts_with(char::is_lowercase) && name.chars().all(fits) && !value.starts_with("//")
    })
}

fn value(option: &Value, text: &str) -> Result<Value, String> {
    let choices = option.get("choices").and_then(Value::as_array).filter(|choices| !choices.is_empty());
    if let Some(choices) = choices {
        let same = |choice: &&Value| {
            choice.get("name") == Some(&json!(text)) || choice.get("value").is_some_and(|value| plain(value) == text)
        };
        let chosen = choices.iter().find(same).and_then(|choice| choice.get("value")).cloned();
        return chosen.ok_or_else(|| format!("{text:?} is not among the choices: {}", names(choices)));
    }
    match kind(option) {
        3 => within(option, ("min_length", "max_length"), text.chars().count() as f64)
            .map(|()| json!(text))
            .map_err(|why| format!("its length of {why}")),
        4 => {
            let number: i64 = text.parse().map_err(|_| format!("{text:?} is not a whole number"))?;
            within(option, ("min_value", "max_value"), number as f64).map(|()| json!(number))
        }
        5 => text.parse::<bool>().map(Value::from).map_err(|_| format!("{text:?} is neither true nor false")),
        10 => {
            let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
            within(option, ("min_value", "max_value"), number).map(|()| json!(number))
        }
        other => Err(format!("the stand-in Discord does not model options of type {other}")),
    }
}

fn within(option: &Value, (least, most): (&str, &str), size: f64) -> Result<(), String> {
    let bound = |key: &str| option.get(key).and_then(Value::as_f64);
    match (bound(least), bound(most)) {
        (Some(least), _) if size < least => Err(format!("{size} is less than {least}")),
        (_, Some(most)) if size > most => Err(format!("{size} is more than {most}")),
        _ => Ok(()),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_reach_up_to_the_next_option() {
        let read = pairs(r#"title:My tea shop at 10:30 url:https://example.org note:"a b: c" plan:small"#).unwrap();
        let read: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            read,
            [("title", "My tea shop at 10:30"), ("url", "https://example.org"), ("note", "a b: c"), ("plan", "small")]
        );
        assert_eq!(pairs("stray name:x"), Err("stray".to_owned()));
    }
}
