//! An example for everything that is sent and answered, put together from the schemas, so that a new field
//! or operation has one, too.
//!
//! `examples.json` says what a schema cannot: values by schema and field (`*`: of any schema; null: left
//! out of the example), by parameter, and changes to single answers (as JSON Merge Patch, RFC 7396).
//! `tests` fails where something has none.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// Deep enough for every schema there is, and an end for one that contains itself.
const DEPTH: u8 = 12;

static WORDS: LazyLock<Value> = LazyLock::new(|| {
    // It is compiled in, and read by every test of the document.
    serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
});

/// Puts examples to all parameters, bodies and good answers. Gives the places that have none.
pub(super) fn add(document: &mut Value) -> Vec<String> {
    let mut composer = Composer { schemas: document["components"]["schemas"].clone(), missing: Vec::new() };
    for item in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            composer.operation(operation);
        }
    }
    composer.missing
}

/// The example of one schema of the document.
pub(super) fn of(document: &Value, schema: &str) -> Value {
    let mut composer = Composer { schemas: document["components"]["schemas"].clone(), missing: Vec::new() };
    composer.named(schema, DEPTH, true)
}

struct Composer {
    schemas: Value,
    missing: Vec<String>,
}

impl Composer {
    fn operation(&mut self, operation: &mut Value) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            self.parameter(parameter);
        }
        for (_, content) in operation.get_mut("requestBody").into_iter().flat_map(contents) {
            content["examples"] = self.requests(&content["schema"].clone());
        }
        for (status, answer) in operation["responses"].as_object_mut().into_iter().flatten() {
            let key = format!("{id} {status}");
            for (media_type, content) in contents(answer) {
                if let Some(example) = self.answer(&key, media_type, &content["schema"].clone()) {
                    content["example"] = example;
                }
            }
        }
    }

    fn answer(&mut self, key: &str, media_type: &str, schema: &Value) -> Option<Value> {
        // Of a text, the schema says nothing.
        if let Some(text) = WORDS["texts"].get(format!("{key} {media_type}")) {
            return Some(text.clone());
        }
        let mut example = self.value(schema, &format!("{key} {media_type}"), DEPTH, true)?;
        patch(&mut example, &WORDS["answers"][key]);
        Some(example)
    }

    fn parameter(&mut self, parameter: &mut Value) {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let said = WORDS["parameters"].get(&name).cloned();
        let example = said.or_else(|| self.value(&parameter["schema"].clone(), &name, DEPTH, true));
        if let Some(example) = example {
            parameter["example"] = example;
        }
    }

    /// What can be sent: each kind there is, and of one that has more fields than it needs, both.
    fn requests(&mut self, schema: &Value) -> Value {
        let Some(name) = reference(schema) else { return json!({}) };
        let kinds = self.schemas[&name]["oneOf"].as_array().cloned().unwrap_or_default();
        let mut examples = Map::new();
        for kind in kinds.iter().filter_map(reference) {
            let value = self.named(&kind, DEPTH, true);
            let label = value["type"].as_str().unwrap_or(&kind).to_owned();
            if !value.is_null() {
                examples.insert(label, json!({ "value": value }));
            }
        }
        if kinds.is_empty() {
            let [least, all] = [false, true].map(|all| self.named(&name, DEPTH, all));
            if least != all {
                examples.insert("1-enough".to_owned(), json!({"summary": "What is needed", "value": least}));
            }
            examples.insert("2-everything".to_owned(), json!({"summary": "Everything that can be said", "value": all}));
        }
        examples.into()
    }

    /// Of a schema with a name; `all`: with the fields that may be left out.
    fn named(&mut self, name: &str, depth: u8, all: bool) -> Value {
        let schema = self.schemas[name].clone();
        let Some(fields) = schema["properties"].as_object() else {
            return self.value(&schema, name, depth.saturating_sub(1), all).unwrap_or_default();
        };
        let required = |field: &str| schema["required"].as_array().is_some_and(|r| r.iter().any(|r| r == field));
        let mut example = Map::new();
        for (field, of) in fields.iter().filter(|(field, _)| all || required(field)) {
            let said = WORDS["schemas"][name].get(field).or_else(|| {
                // What is said of any schema is not for one that shows by itself what it is.
                let general = WORDS["schemas"]["*"].get(field).filter(|_| of.get("enum").is_none());
                general.filter(|value| suits(of, value))
            });
            let value = match said {
                Some(Value::Null) => continue,
                Some(said) => Some(said.clone()),
                None => self.value(of, &format!("{name}.{field}"), depth.saturating_sub(1), all),
            };
            example.extend(value.map(|value| (field.clone(), value)));
        }
        example.into()
    }

    fn value(&mut self, schema: &Value, place: &str, depth: u8, all: bool) -> Option<Value> {
        if depth == 0 {
            return None;
        }
        if let Some(name) = reference(schema) {
            return Some(self.named(&name, depth - 1, all));
        }
        if let Some(own) = schema.get("example").or_else(|| schema.get("const")) {
            return Some(own.clone());
        }
        if let Some(word) = schema["enum"].as_array().and_then(|words| words.first()) {
            return Some(word.clone());
        }
        for several in ["allOf", "oneOf", "anyOf"] {
            if let Some(first) = schema[several].as_array().and_then(|all| all.first()).cloned() {
                return self.value(&first, place, depth - 1, all);
            }
        }
        self.plain(schema, place, depth, all)
    }

    fn plain(&mut self, schema: &Value, place: &str, depth: u8, all: bool) -> Option<Value> {
        match (kind(schema), schema["format"].as_str()) {
            ("string", Some("date-time")) => Some(json!("2026-11-22T09:30:00Z")),
            ("boolean", _) => Some(json!(false)),
            ("integer" | "number", _) => {
                Some(schema.get("minimum").filter(|m| **m != json!(0)).cloned().unwrap_or(json!(1)))
            }
            ("array", _) => {
                let item = self.value(&schema["items"].clone(), place, depth - 1, all);
                Some(Value::Array(item.into_iter().collect()))
            }
            ("object", _) => Some(json!({})),
            _ => {
                self.missing.push(place.to_owned());
                None
            }
        }
    }
}

/// The first type of a schema: what may be null is something else, too.
fn kind(schema: &Value) -> &str {
    schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default()
}

/// Whether a value is of a field's type, so that a word that fits many schemas is not said in a wrong one.
fn suits(schema: &Value, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(_) => kind(schema) == "string",
        Value::Number(_) => matches!(kind(schema), "integer" | "number"),
        Value::Object(_) => schema.get("$ref").is_some() || schema.get("allOf").is_some(),
        _ => false,
    }
}

fn reference(schema: &Value) -> Option<String> {
    schema["$ref"].as_str()?.rsplit('/').next().map(str::to_owned)
}

/// What a body can be, by media type.
fn contents(of: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    of.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten()
}

/// JSON Merge Patch: null takes away, objects go on inside, everything else is put in place.
pub(super) fn patch(target: &mut Value, changes: &Value) {
    let (Some(fields), Some(changes)) = (target.as_object_mut(), changes.as_object()) else { return };
    for (field, change) in changes {
        match change {
            Value::Null => drop(fields.remove(field)),
            Value::Object(_) if fields.get(field).is_some_and(Value::is_object) => patch(&mut fields[field], change),
            other => drop(fields.insert(field.clone(), other.clone())),
        }
    }
}
