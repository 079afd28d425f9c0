//! Components of messages (components reference, "Legacy Message Component Behavior"): rows of buttons or
//! of one select each. Selects are shared with modals.

mod selects;

pub(super) use selects::{OPTIONS_SELECT, PICKS_SELECT, disabled_in_modal};

use serde_json::{Map, Value};

use super::findings::Findings;
use super::shape::{Field, Form, Shape, may, must};

/// What each component may have.
pub(super) const ANY: &[Field] = &[must("type", Shape::Whole(1, 23)), may("id", Shape::Whole(0, i32::MAX as i64))];
pub(super) const CUSTOM_ID: Shape = Shape::Text(1, 100);

static EMOJI_FORM: Form = Form {
    fields: &[&[must("name", Shape::Text(0, 32)), may("id", Shape::Id), may("animated", Shape::Flag)]],
    also: |map, found| {
        // A guild's own is known by its id; without one it has to be a character that is an emoji, and no
        // emoji is plain ASCII.
        let own = map.get("id").is_some_and(|id| !id.is_null());
        if !own && map.get("name").and_then(Value::as_str).is_some_and(str::is_ascii) {
            found.at("name", |found| found.add("COMPONENT_INVALID_EMOJI", "Invalid emoji"));
        }
    },
};
pub(super) static EMOJI: Shape = Shape::Form(&EMOJI_FORM);

static BUTTON: Form = Form {
    fields: &[
        ANY,
        &[
            must("style", Shape::Choice(&[1, 2, 3, 4, 5, 6])),
            may("label", Shape::Text(0, 80)),
            may("custom_id", CUSTOM_ID),
            may("url", Shape::Url(512, &["http", "https", "discord"])),
            may("sku_id", Shape::Id),
            may("disabled", Shape::Flag),
            may("emoji", Shape::Same(&EMOJI)),
        ],
    ],
    also: button,
};

static IN_A_ROW: Shape = Shape::Kinds(&[
    (2, Shape::Form(&BUTTON)),
    (3, Shape::Form(&OPTIONS_SELECT)),
    (5, Shape::Form(&PICKS_SELECT)),
    (6, Shape::Form(&PICKS_SELECT)),
    (7, Shape::Form(&PICKS_SELECT)),
    (8, Shape::Form(&PICKS_SELECT)),
]);

static ROW: Form = Form { fields: &[ANY, &[must("components", Shape::List(&IN_A_ROW, 1, 5))]], also: width };
static ROWS: Shape = Shape::List(&Shape::Kinds(&[(1, Shape::Form(&ROW))]), 0, 5);

/// All components of a message that is not itself made of components.
pub(super) static OF_A_MESSAGE: Shape = Shape::And(&ROWS, custom_ids_differ);

fn has(map: &Map<String, Value>, key: &str) -> bool {
    map.get(key).is_some_and(|value| !value.is_null())
}

/// The style says which fields a button needs and which it may not have.
fn button(map: &Map<String, Value>, found: &mut Findings) {
    let (needed, others): (&str, &[&str]) = match map.get("style").and_then(Value::as_u64) {
        Some(5) => ("url", &["custom_id", "sku_id"]),
        Some(6) => ("sku_id", &["custom_id", "url", "label", "emoji"]),
        _ => ("custom_id", &["url", "sku_id"]),
    };
    if !has(map, needed) {
        found.at(needed, Findings::missing);
    }
    for other in others.iter().filter(|other| has(map, other)) {
        found.at(other, |found| {
            let message = format!("A button of this style has {needed} and cannot have {other}");
            found.add("BUTTON_COMPONENT_MUTUALLY_EXCLUSIVE", message);
        });
    }
    let labelled = has(map, "emoji") || map.get("label").and_then(Value::as_str).is_some_and(|label| !label.is_empty());
    if needed != "sku_id" && !labelled {
        found.at("label", |found| found.add("BUTTON_COMPONENT_NO_LABEL", "A button needs a label or an emoji"));
    }
}

/// Five buttons or one select, never both.
fn width(map: &Map<String, Value>, found: &mut Findings) {
    let inner = map.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let select = |component: &Value| component.get("type").and_then(Value::as_u64) != Some(2);
    if inner.len() > 1 && inner.iter().any(select) {
        found.at("components", |found| {
            found.at(&1, |found| {
                let message = "The specified component exceeds the maximum width";
                found.add("COMPONENT_LAYOUT_WIDTH_EXCEEDED", message);
            });
        });
    }
}

/// No two components of a message or of a modal have the same `custom_id`.
pub(super) fn custom_ids_differ(rows: &Value, found: &mut Findings) {
    let mut seen: Vec<&str> = Vec::new();
    for (row, component) in rows.as_array().into_iter().flatten().enumerate() {
        found.at(&row, |found| {
            if let Some(inner) = component.get("component") {
                found.at("component", |found| new_id(inner, &mut seen, found));
            }
            let inner = component.get("components").and_then(Value::as_array);
            found.at("components", |found| {
                for (at, inner) in inner.into_iter().flatten().enumerate() {
                    found.at(&at, |found| new_id(inner, &mut seen, found));
                }
            });
        });
    }
}

fn new_id<'a>(component: &'a Value, seen: &mut Vec<&'a str>, found: &mut Findings) {
    let Some(id) = component.get("custom_id").and_then(Value::as_str) else {
        return;
    };
    if seen.contains(&id) {
        found.at("custom_id", |found| {
            found.add("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
        });
    }
    seen.push(id);
}

#[cfg(test)]
mod tests;
