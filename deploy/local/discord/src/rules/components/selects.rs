//! Menus to pick from: given options, or people, roles and channels.

use serde_json::{Map, Value};

use super::{ANY, CUSTOM_ID, EMOJI};
use crate::rules::findings::Findings;
use crate::rules::shape::{Field, Form, Shape, may, must};

const MENU: &[Field] = &[
    must("custom_id", CUSTOM_ID),
    may("placeholder", Shape::Text(0, 150)),
    may("min_values", Shape::Whole(0, 25)),
    may("max_values", Shape::Whole(1, 25)),
    may("disabled", Shape::Flag),
    may("required", Shape::Flag),
];

static OPTION: Shape = Shape::Form(&Form::of(&[&[
    must("label", Shape::Text(1, 100)),
    must("value", Shape::Text(1, 100)),
    may("description", Shape::Text(0, 100)),
    may("default", Shape::Flag),
    may("emoji", Shape::Same(&EMOJI)),
]]));

pub(in crate::rules) static OPTIONS_SELECT: Form =
    Form { fields: &[ANY, MENU, &[must("options", Shape::List(&OPTION, 1, 25))]], also: of_options };

static DEFAULT: Shape =
    Shape::Form(&Form::of(&[&[must("type", Shape::Word(&["user", "role", "channel"])), must("id", Shape::Id)]]));

/// Every type of channel there is (channel resource, "Channel Types").
const CHANNEL_TYPES: Shape = Shape::Choice(&[0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16]);

/// People, roles, mentionables or channels: filled by Discord itself.
pub(in crate::rules) static PICKS_SELECT: Form = Form {
    fields: &[
        ANY,
        MENU,
        &[may("default_values", Shape::List(&DEFAULT, 0, 25)), may("channel_types", Shape::Set(&CHANNEL_TYPES, 0, 13))],
    ],
    also: of_picks,
};

fn number(map: &Map<String, Value>, key: &str) -> u64 {
    map.get(key).and_then(Value::as_u64).unwrap_or(1)
}

fn in_range(map: &Map<String, Value>, found: &mut Findings) {
    if number(map, "min_values") > number(map, "max_values") {
        found.at("min_values", |found| {
            let message = format!("min_values must be equal to or less than {}", number(map, "max_values"));
            found.add("SELECT_COMPONENT_MIN_VALUES_INVALID", message);
        });
    }
}

fn of_options(map: &Map<String, Value>, found: &mut Findings) {
    in_range(map, found);
    let options = map.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (at, option) in options.iter().enumerate() {
        if options.iter().take(at).any(|earlier| earlier.get("value") == option.get("value")) {
            found.at("options", |found| {
                found.at(&at, |found| {
                    found.add("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used");
                });
            });
        }
    }
}

/// What is picked from the start is as many as may be picked, and of the menu's own kind.
fn of_picks(map: &Map<String, Value>, found: &mut Findings) {
    in_range(map, found);
    let defaults = map.get("default_values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let range = number(map, "min_values")..=number(map, "max_values");
    let kinds: &[&str] = match number(map, "type") {
        5 => &["user"],
        6 => &["role"],
        7 => &["user", "role"],
        _ => &["channel"],
    };
    found.at("default_values", |found| {
        if !defaults.is_empty() && !range.contains(&(defaults.len() as u64)) {
            found.add("SELECT_COMPONENT_DEFAULTS_INVALID", format!("Must be between {range:?} in number."));
        }
        for (at, default) in defaults.iter().enumerate() {
            if !default.get("type").and_then(Value::as_str).is_some_and(|kind| kinds.contains(&kind)) {
                found.at(&at, |found| {
                    found.at("type", |found| {
                        found.add("BASE_TYPE_CHOICES", format!("Value must be one of {kinds:?}."));
                    });
                });
            }
        }
    });
}

/// In a modal nothing can be disabled, and what is required cannot be left empty ("String Select", notes).
pub(in crate::rules) fn disabled_in_modal(select: &Value, found: &mut Findings) {
    if select.get("disabled") == Some(&Value::Bool(true)) {
        found.at("disabled", |found| {
            found.add("COMPONENT_DISABLED_IN_MODAL", "Components in modals cannot be disabled");
        });
    }
    let required = select.get("required") != Some(&Value::Bool(false));
    if required && select.get("min_values").and_then(Value::as_u64) == Some(0) {
        found.at("min_values", |found| {
            found.add("NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.");
        });
    }
}
