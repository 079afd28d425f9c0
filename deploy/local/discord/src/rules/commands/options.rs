//! Options of commands: groups of subcommands, subcommands, and what is filled in.

use serde_json::{Map, Value};

use super::{text, well_named};
use crate::rules::findings::Findings;
use crate::rules::shape::{Field, Form, INT53, Shape, may, must};

const COMMON: &[Field] = &[
    must("name", Shape::Text(1, 32)),
    may("name_localizations", Shape::Localised(1, 32)),
    must("description", Shape::Text(1, 100)),
    may("description_localizations", Shape::Localised(1, 100)),
    may("required", Shape::Flag),
];

const CHOICE: &[Field] = &[must("name", Shape::Text(1, 100)), may("name_localizations", Shape::Localised(1, 100))];

static TEXT_CHOICE: Shape = Shape::Form(&Form::of(&[CHOICE, &[must("value", Shape::Text(0, 100))]]));
static WHOLE_CHOICE: Shape = Shape::Form(&Form::of(&[CHOICE, &[must("value", Shape::Whole(-INT53, INT53))]]));
static DECIMAL_CHOICE: Shape = Shape::Form(&Form::of(&[CHOICE, &[must("value", Shape::Decimal)]]));

/// Every type of channel there is (channel resource, "Channel Types").
const CHANNEL_TYPES: Shape = Shape::Choice(&[0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16]);

static TEXT: Form = Form {
    fields: &[
        COMMON,
        &[
            may("autocomplete", Shape::Flag),
            may("choices", Shape::List(&TEXT_CHOICE, 0, 25)),
            may("min_length", Shape::Whole(0, 6_000)),
            may("max_length", Shape::Whole(1, 6_000)),
        ],
    ],
    also: value,
};

static WHOLE: Form = Form {
    fields: &[
        COMMON,
        &[
            may("autocomplete", Shape::Flag),
            may("choices", Shape::List(&WHOLE_CHOICE, 0, 25)),
            may("min_value", Shape::Whole(-INT53, INT53)),
            may("max_value", Shape::Whole(-INT53, INT53)),
        ],
    ],
    also: value,
};

static DECIMAL: Form = Form {
    fields: &[
        COMMON,
        &[
            may("autocomplete", Shape::Flag),
            may("choices", Shape::List(&DECIMAL_CHOICE, 0, 25)),
            may("min_value", Shape::Decimal),
            may("max_value", Shape::Decimal),
        ],
    ],
    also: value,
};

static CHANNEL: Form = Form {
    fields: &[COMMON, &[may("channel_types", Shape::Set(&CHANNEL_TYPES, 0, 13))]],
    also: |map, found| well_named(map, found),
};

/// BOOLEAN, USER, ROLE, MENTIONABLE, ATTACHMENT: no more than what all have.
static PLAIN: Form = Form { fields: &[COMMON], also: |map, found| well_named(map, found) };

static VALUES: Shape = Shape::Kinds(&[
    (3, Shape::Form(&TEXT)),
    (4, Shape::Form(&WHOLE)),
    (5, Shape::Form(&PLAIN)),
    (6, Shape::Form(&PLAIN)),
    (7, Shape::Form(&CHANNEL)),
    (8, Shape::Form(&PLAIN)),
    (9, Shape::Form(&PLAIN)),
    (10, Shape::Form(&DECIMAL)),
    (11, Shape::Form(&PLAIN)),
]);

static SUBCOMMAND: Form = Form { fields: &[COMMON, &[may("options", Shape::List(&VALUES, 0, 25))]], also: branch };
static SUBCOMMANDS: Shape = Shape::Kinds(&[(1, Shape::Form(&SUBCOMMAND))]);
static GROUP: Form = Form { fields: &[COMMON, &[may("options", Shape::List(&SUBCOMMANDS, 0, 25))]], also: branch };

/// What a command itself may have: groups hold subcommands, subcommands hold values, and no deeper.
pub(super) static OPTIONS: Shape = Shape::Kinds(&[
    (1, Shape::Form(&SUBCOMMAND)),
    (2, Shape::Form(&GROUP)),
    (3, Shape::Form(&TEXT)),
    (4, Shape::Form(&WHOLE)),
    (5, Shape::Form(&PLAIN)),
    (6, Shape::Form(&PLAIN)),
    (7, Shape::Form(&CHANNEL)),
    (8, Shape::Form(&PLAIN)),
    (9, Shape::Form(&PLAIN)),
    (10, Shape::Form(&DECIMAL)),
    (11, Shape::Form(&PLAIN)),
]);

fn branch(map: &Map<String, Value>, found: &mut Findings) {
    well_named(map, found);
    in_order(map, found);
}

fn list<'a>(map: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    map.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The options of one parent among each other.
pub(super) fn in_order(map: &Map<String, Value>, found: &mut Findings) {
    let options = list(map, "options");
    let nested = |option: &Value| matches!(option.get("type").and_then(Value::as_u64), Some(1 | 2));
    found.at("options", |found| {
        if options.iter().any(nested) && !options.iter().all(nested) {
            let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
            found.add("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
        }
        let mut optional = false;
        for (at, option) in options.iter().enumerate() {
            let twin = options.iter().take(at).any(|earlier| earlier.get("name") == option.get("name"));
            let required = option.get("required") == Some(&Value::Bool(true));
            found.at(&at, |found| {
                if twin {
                    found.add("APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name must be unique");
                }
                if required && optional {
                    let message = "Required options must be placed before non-required options";
                    found.add("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
                }
            });
            optional |= !required;
        }
    });
}

/// Rules of an option that is filled in: its name, its choices and its limits.
fn value(map: &Map<String, Value>, found: &mut Findings) {
    well_named(map, found);
    let choices = list(map, "choices");
    if !choices.is_empty() && map.get("autocomplete") == Some(&Value::Bool(true)) {
        found.at("autocomplete", |found| {
            let message = "Autocomplete may not be set to true if choices are present";
            found.add("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message);
        });
    }
    for (at, choice) in choices.iter().enumerate() {
        if choices.iter().take(at).any(|earlier| earlier.get("name") == choice.get("name")) {
            found.at("choices", |found| {
                found.at(&at, |found| {
                    found.add("APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS", "Option choice name already exists");
                });
            });
        }
    }
    for (least, most) in [("min_length", "max_length"), ("min_value", "max_value")] {
        let bound = |key: &str| map.get(key).and_then(Value::as_f64);
        if bound(least).zip(bound(most)).is_some_and(|(least, most)| least > most) {
            found.at(least, |found| {
                let message = format!("{least} of option {:?} must not be more than {most}", text(map, "name"));
                found.add("APPLICATION_COMMAND_OPTIONS_MIN_MAX_INVALID", message);
            });
        }
    }
}
