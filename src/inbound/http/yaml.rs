//! Writes a JSON value as YAML, always in the same way, so that the committed document changes only
//! when the API does.
//!
//! Block style with two blanks, keys sorted except at the top, every string that could be taken for
//! something else in JSON's quotes, which are YAML's too.

use serde_json::{Map, Value};

/// Order of a document's own sections; whatever else there is follows.
const TOP: [&str; 7] = ["openapi", "info", "servers", "tags", "paths", "webhooks", "components"];

pub(super) fn write(document: &Value) -> String {
    let mut out = String::new();
    block(document, 0, &mut out);
    out
}

fn block(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (index, (key, value)) in sorted(map, depth).into_iter().enumerate() {
                // The first key of a list's item stands behind its dash.
                if index > 0 || !out.ends_with("- ") {
                    indent(depth, out);
                }
                out.push_str(&scalar(key));
                out.push(':');
                child(value, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth, out);
                out.push('-');
                if item.is_object() && !is_leaf(item) {
                    out.push(' ');
                    block(item, depth + 1, out);
                } else {
                    child(item, depth + 1, out);
                }
            }
        }
        other => leaf(other, out),
    }
}

fn child(value: &Value, depth: usize, out: &mut String) {
    if is_leaf(value) {
        out.push(' ');
        leaf(value, out);
    } else {
        out.push('\n');
        block(value, depth, out);
    }
}

fn sorted(map: &Map<String, Value>, depth: usize) -> Vec<(&String, &Value)> {
    let rank = |key: &str| if depth == 0 { TOP.iter().position(|t| *t == key).unwrap_or(TOP.len()) } else { 0 };
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(key, _)| (rank(key), *key));
    entries
}

fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

fn leaf(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(&scalar(text)),
        other => out.push_str(&other.to_string()),
    }
    out.push('\n');
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A string as it is where nobody can mistake it, else in quotes.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/. ".contains(&b))
        && !text.ends_with(' ');
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if plain && !reserved.contains(&text.to_ascii_lowercase().as_str()) {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_stay_strings_and_order_is_fixed() {
        let document = serde_json::json!({
            "paths": {"/v1/{a}": {"get": {"responses": {"200": {"description": "It's: fine"}}}}},
            "openapi": "3.1.0",
            "tags": [{"name": "B", "deprecated": false}, "null", 1, []],
            "info": {"title": "on", "empty": {}, "nested": [[1, 2]]}
        });
        insta::assert_snapshot!(write(&document), @r#"
            openapi: "3.1.0"
            info:
              empty: {}
              nested:
                -
                  - 1
                  - 2
              title: "on"
            tags:
              - deprecated: false
                name: B
              - "null"
              - 1
              - []
            paths:
              "/v1/{a}":
                get:
                  responses:
                    "200":
                      description: "It's: fine"
            "#);
    }
}
