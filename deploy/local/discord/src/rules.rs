//! What Discord refuses, as rules of our own: forms as data (fields, types, lengths, counts) and, where a
//! rule spans several fields, a small function beside its form. Facts and numbers are those of Discord's
//! documentation; what it answers to a refused body is the tree of `findings`.
//!
//! A body is judged alone here. Rules that need the world (who may write where, which token is alive) live
//! with the resource they belong to.

mod callback;
mod commands;
mod components;
mod direct;
mod embeds;
pub(crate) mod findings;
mod localised;
mod mentions;
mod messages;
mod modal;
mod naming;
mod shape;

pub(crate) use callback::CALLBACK;
pub(crate) use commands::{BULK, COMMAND, COMMAND_PATCH};
pub(crate) use direct::OPEN_DM;
pub(crate) use findings::single as form_error;
pub(crate) use localised::LOCALES;
pub(crate) use messages::{CREATE, EDIT, FOLLOW_UP};
pub(crate) use shape::Shape;

use serde_json::Value;

use findings::Findings;

/// Why a body is not taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Refusal {
    /// Discord would refuse it: the tree under `errors`.
    Form(Value),
    /// Discord might take it; this stand-in cannot act on it, and says so.
    NotModelled(&'static str),
}

/// Holds a body against its shape.
pub(crate) fn judge(shape: &Shape, body: &Value) -> Result<(), Refusal> {
    let mut found = Findings::default();
    shape.check(body, &mut found);
    found.verdict()
}

#[cfg(test)]
mod testing {
    use super::*;

    /// The codes a body is refused with, each with its path: `data.content BASE_TYPE_MAX_LENGTH`.
    pub(super) fn faults(shape: &Shape, body: &Value) -> Vec<String> {
        match judge(shape, body) {
            Ok(()) => Vec::new(),
            Err(Refusal::NotModelled(what)) => vec![format!("not modelled: {what}")],
            Err(Refusal::Form(tree)) => leaves(&tree, ""),
        }
    }

    fn leaves(tree: &Value, path: &str) -> Vec<String> {
        let fields = tree.as_object().into_iter().flatten();
        let named = fields.flat_map(|(key, inner)| match inner.as_array() {
            Some(errors) => {
                errors.iter().map(|error| format!("{path} {}", error["code"].as_str().unwrap())).collect::<Vec<_>>()
            }
            None if path.is_empty() => leaves(inner, key),
            None => leaves(inner, &format!("{path}.{key}")),
        });
        named.collect()
    }

    pub(super) fn accepts(shape: &Shape, body: &Value) {
        assert_eq!(faults(shape, body), Vec::<String>::new(), "{body}");
    }

    /// Refused for this and for nothing else.
    pub(super) fn refuses(shape: &Shape, body: &Value, fault: &str) {
        assert_eq!(faults(shape, body), [fault], "{body}");
    }

    /// A text of so many characters, none of them one byte long.
    pub(super) fn long(characters: usize) -> String {
        "ä".repeat(characters)
    }

    /// `base` with some fields set, or removed where they are null.
    pub(super) fn with(base: &Value, changes: &Value) -> Value {
        let mut changed = base.clone();
        for (key, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => changed.as_object_mut().unwrap().remove(key),
                value => changed.as_object_mut().unwrap().insert(key.clone(), value.clone()),
            };
        }
        changed
    }
}
