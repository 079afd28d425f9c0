//! JSON bodies as values; and of those that are none, in words of our own: which field, what belongs there,
//! and an example. The words come from the shapes that the document shows, so both always say the same.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::{Map, Value};

/// Longest name of a field that is said back, in characters.
const ECHO_MAX: usize = 60;

/// Why a body is not what is expected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Malformed {
    /// The field it is about, with dots where it is inside another one.
    pub field: Option<String>,
    /// A sentence without its full stop.
    pub why: String,
}

/// Reads a body.
///
/// # Errors
/// What is wrong with it; the first thing, if there are several.
pub(crate) fn read<T: Type + DeserializeOwned>(raw: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(raw).map_err(|_| explain::<T>(raw))
}

/// Reads a body whose shape somebody else decides: it may have more than is known.
///
/// # Errors
/// What is wrong with what is known; the first thing, if there are several.
pub(crate) fn read_open<T: Type + DeserializeOwned>(raw: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(raw).map_err(|_| explained::<T>(raw, true))
}

/// A media type without its parameters, in small letters.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether such a media type is JSON: `application/json` or `application/<anything>+json`.
pub(crate) fn is_json(essence: &str) -> bool {
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Why a body cannot be of type `T`.
pub(crate) fn explain<T: Type>(raw: &[u8]) -> Malformed {
    explained::<T>(raw, false)
}

/// `open`: more fields than are known are no fault.
fn explained<T: Type>(raw: &[u8], open: bool) -> Malformed {
    let value: Value = match serde_json::from_slice(raw) {
        Ok(value) => value,
        Err(error) => return no_json(raw, &error),
    };
    let mut registry = Registry::new();
    T::register(&mut registry);
    let shapes = Shapes { registry, open };
    let fault = || shapes.resolve(&T::schema_ref()).and_then(|schema| shapes.fault(schema, &value, ""));
    twice(raw).or_else(fault).unwrap_or_else(|| whole("It does not have the shape that belongs here"))
}

/// What belongs into a field or a parameter, in words.
pub(crate) fn expected(schema: &MetaSchema) -> String {
    let words: Vec<&str> = schema.enum_items.iter().filter_map(Value::as_str).collect();
    if !words.is_empty() {
        return format!("one of: {}", words.join(", "));
    }
    let example = schema.example.as_ref().map(|example| format!(", such as {example}")).unwrap_or_default();
    let what = match schema.ty {
        "integer" => whole_number(schema),
        "number" => "a number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "an object".to_owned(),
        _ => "a text".to_owned(),
    };
    what + &example
}

fn whole_number(schema: &MetaSchema) -> String {
    match (schema.minimum, schema.maximum) {
        (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
        (Some(least), None) => format!("a whole number, {least} or more"),
        _ => "a whole number".to_owned(),
    }
}

/// The shapes of a type and of all it holds.
struct Shapes {
    registry: Registry,
    open: bool,
}

impl Shapes {
    /// A shape itself; of one that is a reference with a description beside it, the reference.
    fn resolve<'a>(&'a self, shape: &'a MetaSchemaRef) -> Option<&'a MetaSchema> {
        match shape {
            MetaSchemaRef::Reference(name) => self.registry.schemas.get(name),
            MetaSchemaRef::Inline(schema) => match schema.all_of.first() {
                Some(inner) => self.resolve(inner),
                None => Some(schema),
            },
        }
    }

    /// The first thing about a value that does not fit; `path` ends with a dot unless it is empty.
    fn fault(&self, schema: &MetaSchema, value: &Value, path: &str) -> Option<Malformed> {
        if schema.ty == "object" {
            match value.as_object() {
                Some(map) => self.fault_in(schema, map, path),
                None if path.is_empty() => Some(whole(format!("It is {}, where an object belongs", kind(value)))),
                None => Some(wrong_type(schema, value, path.trim_end_matches('.'))),
            }
        } else {
            (!fits(schema.ty, value)).then(|| wrong_type(schema, value, path.trim_end_matches('.')))
        }
    }

    fn fault_in(&self, schema: &MetaSchema, map: &Map<String, Value>, path: &str) -> Option<Malformed> {
        let own = schema.properties.iter().find_map(|(name, shape)| {
            let (shape, field) = (self.resolve(shape)?, format!("{path}{name}"));
            let required = schema.required.contains(name);
            match map.get(*name) {
                None if required => Some(missing(shape, field)),
                None => None,
                Some(Value::Null) if !required => None,
                Some(value) => self.fault(shape, value, &format!("{field}.")),
            }
        });
        own.or_else(|| if self.open { None } else { strange(schema, map, path) })
    }
}

fn missing(schema: &MetaSchema, field: String) -> Malformed {
    Malformed { why: format!("The field {field} is missing: {}", expected(schema)), field: Some(field) }
}

fn strange(schema: &MetaSchema, map: &Map<String, Value>, path: &str) -> Option<Malformed> {
    let known: Vec<&str> = schema.properties.iter().map(|(name, _)| *name).collect();
    let strange = map.keys().find(|name| !known.contains(&name.as_str()))?;
    let field = format!("{path}{}", strange.chars().take(ECHO_MAX).collect::<String>());
    let why = format!("There is no field {field:?} here; there are: {}", known.join(", "));
    Some(Malformed { field: Some(field), why })
}

fn wrong_type(schema: &MetaSchema, value: &Value, field: &str) -> Malformed {
    let why = format!("The field {field} is {}, where this belongs: {}", kind(value), expected(schema));
    Malformed { field: Some(field.to_owned()), why }
}

fn fits(ty: &str, value: &Value) -> bool {
    match ty {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn whole(why: impl Into<String>) -> Malformed {
    Malformed { field: None, why: why.into() }
}

fn no_json(raw: &[u8], error: &serde_json::Error) -> Malformed {
    if raw.iter().all(u8::is_ascii_whitespace) {
        return whole("It is empty, where a JSON object belongs");
    }
    let (line, column) = (error.line(), error.column());
    let what = if error.classify() == Category::Eof { "ends too early" } else { "cannot be read further" };
    whole(format!("The JSON {what} in line {line}, column {column}"))
}

/// A field of the outermost object that is there twice.
fn twice(raw: &[u8]) -> Option<Malformed> {
    let Names(mut names) = serde_json::from_slice(raw).ok()?;
    names.sort_unstable();
    let field = names.windows(2).find(|two| two[0] == two[1])?[0].clone();
    Some(Malformed { why: format!("The field {field} is there twice"), field: Some(field) })
}

/// The names of an object's fields, each as often as it is there.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Names;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::http::dto::CreateStore;

    fn why(body: &str) -> String {
        read::<CreateStore>(body.as_bytes()).unwrap_err().why
    }

    #[test]
    fn what_is_wrong_is_said_with_the_field_and_what_belongs_there() {
        let fields = "name, engine, plan, ttl, title, currency, country, cell";
        for (body, expected) in [
            ("", "It is empty, where a JSON object belongs".to_owned()),
            (" \n", "It is empty, where a JSON object belongs".to_owned()),
            ("{\"name\":", "The JSON ends too early in line 1, column 8".to_owned()),
            ("{\"name\":\n tea}", "The JSON cannot be read further in line 2, column 3".to_owned()),
            ("[]", "It is a list, where an object belongs".to_owned()),
            ("\"tea\"", "It is a text, where an object belongs".to_owned()),
            (r#"{"engine":"medusa"}"#, "The field name is missing: a text, such as \"teashop\"".to_owned()),
            (r#"{"name":"tea"}"#, "The field engine is missing: one of: woocommerce, medusa".to_owned()),
            (
                r#"{"name":7,"engine":"medusa"}"#,
                "The field name is a number, where this belongs: a text, such as \"teashop\"".to_owned(),
            ),
            (
                r#"{"name":"tea","engine":null}"#,
                "The field engine is null, where this belongs: one of: woocommerce, medusa".to_owned(),
            ),
            (
                r#"{"name":"tea","engine":"medusa","ttl":[7]}"#,
                "The field ttl is a list, where this belongs: a text, such as \"72h\"".to_owned(),
            ),
            (
                r#"{"name":"tea","engine":"medusa","colour":"red"}"#,
                format!("There is no field \"colour\" here; there are: {fields}"),
            ),
            (r#"{"name":"tea","name":"two","engine":"medusa"}"#, "The field name is there twice".to_owned()),
        ] {
            assert_eq!(why(body), expected, "{body}");
        }
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(why(&deep).starts_with("The JSON cannot be read further in line 1"), "{}", why(&deep));
        assert!(why("{\"name\":\"\u{fffd}\"").starts_with("The JSON ends too early"));
        assert!(read::<CreateStore>(br#"{"name":"tea","engine":"medusa","plan":null}"#).is_ok());
    }

    #[test]
    fn a_strange_field_is_said_back_only_in_part() {
        let body = format!("{{\"name\":\"tea\",\"engine\":\"medusa\",\"{}\":1}}", "x".repeat(500));
        let malformed = read::<CreateStore>(body.as_bytes()).unwrap_err();
        assert_eq!(malformed.field.unwrap().len(), ECHO_MAX);
        assert!(malformed.why.len() < 200);
    }
}
