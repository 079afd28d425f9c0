//! Whom a message may ping (message resource, "Allowed Mentions Object").

use serde_json::{Map, Value};

use super::findings::Findings;
use super::shape::{Form, Shape, may};

static KINDS: Shape = Shape::Word(&["users", "roles", "everyone"]);

static FORM: Form = Form {
    fields: &[&[
        may("parse", Shape::Set(&KINDS, 0, 3)),
        may("users", Shape::Set(&Shape::Id, 0, 100)),
        may("roles", Shape::Set(&Shape::Id, 0, 100)),
        may("replied_user", Shape::Flag),
    ]],
    also: exclusive,
};

pub(super) static MENTIONS: Shape = Shape::Form(&FORM);

/// Everybody of a kind, or these: not both.
fn exclusive(map: &Map<String, Value>, found: &mut Findings) {
    let list = |key: &str| map.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for kind in ["users", "roles"] {
        if list("parse").iter().any(|parsed| parsed == kind) && !list(kind).is_empty() {
            let message = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            found.add("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, refuses};
    use super::*;
    use serde_json::json;

    fn ids(count: usize) -> Vec<String> {
        (1..=count).map(|n| n.to_string()).collect()
    }

    #[test]
    fn a_kind_is_parsed_or_listed_and_a_hundred_at_most() {
        accepts(&MENTIONS, &json!({"parse": ["users", "everyone"], "roles": ids(100), "replied_user": false}));
        accepts(&MENTIONS, &json!({"parse": ["users"], "users": []}));
        for (bad, fault) in [
            (json!({"parse": ["friends"]}), "parse.0 BASE_TYPE_CHOICES"),
            (json!({"parse": ["users", "users"]}), "parse SET_TYPE_ALREADY_CONTAINS_VALUE"),
            (json!({ "users": ids(101) }), "users BASE_TYPE_MAX_LENGTH"),
            (json!({"roles": [1]}), "roles.0 STRING_TYPE_CONVERT"),
            (json!({"users": ["ana"]}), "users.0 NUMBER_TYPE_COERCE"),
            (json!({"parse": ["users"], "users": ["1"]}), " MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
            (json!({"parse": ["roles"], "roles": ["1"]}), " MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
        ] {
            refuses(&MENTIONS, &bad, fault);
        }
    }
}
