//! Definitions of application commands (application-commands, "Application Command Structure" and "Option
//! Structure"): fields, names, nesting, order of options, choices, and the size of it all.

mod options;

use serde_json::{Map, Value};

use super::findings::Findings;
use super::shape::{Field, Form, Shape, given, may, must};
use super::{localised, naming};

use options::OPTIONS;

/// Name, description and values of a command with all its options, in characters ("Slash Commands").
const SIZE_LIMIT: usize = 8_000;
/// CHAT_INPUT, USER, MESSAGE, PRIMARY_ENTRY_POINT.
const KINDS: Shape = Shape::Choice(&[1, 2, 3, 4]);

const NAMES: &[Field] = &[
    may("name_localizations", Shape::Localised(1, 32)),
    may("description", Shape::Text(0, 100)),
    may("description_localizations", Shape::Localised(1, 100)),
];

const WHERE_AND_WHO: &[Field] = &[
    may("default_member_permissions", Shape::Bits),
    may("dm_permission", Shape::Flag),
    may("default_permission", Shape::Flag),
    may("nsfw", Shape::Flag),
    may("contexts", Shape::Set(&Shape::Choice(&[0, 1, 2]), 1, 3)),
    may("integration_types", Shape::Set(&Shape::Choice(&[0, 1]), 1, 2)),
    may("handler", Shape::Choice(&[1, 2])),
    may("id", Shape::Id),
];

static COMMAND_FORM: Form = Form {
    fields: &[
        &[must("name", Shape::Text(1, 32)), may("type", KINDS), may("options", Shape::List(&OPTIONS, 0, 25))],
        NAMES,
        WHERE_AND_WHO,
    ],
    also: well_formed,
};

/// One command.
pub(crate) static COMMAND: Shape = Shape::Form(&COMMAND_FORM);

/// Changes of a command; what comes of them is held against [`COMMAND`].
pub(crate) static COMMAND_PATCH: Shape = Shape::Form(&Form::of(&[
    &[given("name", Shape::Text(1, 32)), may("options", Shape::List(&OPTIONS, 0, 25))],
    NAMES,
    WHERE_AND_WHO,
]));

/// All commands of one place. How many there may be is told apart, with a code of its own.
pub(crate) static BULK: Shape = Shape::And(&Shape::List(&COMMAND, 0, usize::MAX), no_twins);

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn well_formed(map: &Map<String, Value>, found: &mut Findings) {
    if map.get("type").and_then(Value::as_u64).unwrap_or(1) != 1 {
        return context_menu(map, found);
    }
    well_named(map, found);
    if text(map, "description").is_empty() {
        found.at("description", Findings::missing);
    }
    options::in_order(map, found);
    let size = characters(&Value::Object(map.clone()));
    if size > SIZE_LIMIT {
        let message = format!("Command exceeds maximum size ({SIZE_LIMIT})");
        found.add("APPLICATION_COMMAND_TOO_LARGE", message);
    }
}

/// Commands for people and messages have a name and nothing to fill in.
fn context_menu(map: &Map<String, Value>, found: &mut Findings) {
    if !text(map, "description").is_empty() {
        found.at("description", |found| {
            found.add("APPLICATION_COMMAND_DESCRIPTION_INVALID", "Context menu commands cannot have description");
        });
    }
    if map.get("options").and_then(Value::as_array).is_some_and(|options| !options.is_empty()) {
        found.at("options", |found| {
            found.add("APPLICATION_COMMAND_OPTIONS_INVALID", "Context menu commands cannot have options");
        });
    }
}

/// The name and all its translations.
fn well_named(map: &Map<String, Value>, found: &mut Findings) {
    let name = |name: &str, found: &mut Findings| {
        if !naming::is_command_name(name) {
            found.add("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
    };
    found.at("name", |found| name(text(map, "name"), found));
    let translated = map.get("name_localizations").and_then(Value::as_object);
    for (locale, text) in translated.into_iter().flatten() {
        found.at("name_localizations", |found| {
            found.at(locale, |found| name(text.as_str().unwrap_or_default(), found));
        });
    }
}

fn characters(thing: &Value) -> usize {
    let own: usize = ["name", "description", "value"].into_iter().map(|field| localised::longest(thing, field)).sum();
    let inner = ["options", "choices"].into_iter().filter_map(|key| thing.get(key)?.as_array());
    own + inner.flatten().map(characters).sum::<usize>()
}

/// Names are unique for each type of command in one place.
fn no_twins(commands: &Value, found: &mut Findings) {
    let commands = commands.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = |command: &Value| {
        let kind = command.get("type").and_then(Value::as_u64).unwrap_or(1);
        (command.get("name").cloned(), kind)
    };
    for (at, command) in commands.iter().enumerate() {
        if commands.iter().take(at).any(|earlier| named(earlier) == named(command)) {
            found.at(&at, |found| {
                let message = "Application command names must be unique";
                found.at("name", |found| found.add("APPLICATION_COMMANDS_DUPLICATE_NAME", message));
            });
        }
    }
}

#[cfg(test)]
mod tests;
