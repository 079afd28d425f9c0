//! The API's description. The generator writes OpenAPI 3.0 and leaves out what every operation has
//! in common; here it becomes one valid OpenAPI 3.1 document, once at start.
//!
//! It holds nothing of a configuration or of anybody's data: it is the same for everybody.

mod errors;
mod examples;
mod shared;
mod webhooks;
mod words;

use std::collections::HashMap;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::registry::{MetaApi, MetaPath, Registry};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::{Map, Value, json};

use super::api::Api;
use super::cells::Cells;
use super::deliver::Deliver;
use super::follow::Follow;
use super::govern::Govern;
use super::life::Life;

const DESCRIPTION: &str = "Gives a person a finished online shop on Kubernetes. A create is answered at once; the \
    store then gets ready by itself and can be followed at its address. Errors are problem+json (RFC 9457); another \
    method than an address has is answered with 405 and `Allow`.\n\n\
    Left out on purpose: `POST /discord/interactions`. Its bodies are Discord's own, and nobody but Discord can sign them.";

/// All there are.
type Operations = (Api, Follow, Govern, Life, Deliver, Cells);

/// The API's shape without anything to serve it.
struct Paper;

impl OpenApi for Paper {
    fn meta() -> Vec<MetaApi> {
        <Operations>::meta()
    }

    fn register(registry: &mut Registry) {
        <Operations>::register(registry);
    }

    fn add_routes(self, _routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

fn generated() -> OpenApiService<Paper, ()> {
    OpenApiService::new(Paper, "storebot", env!("CARGO_PKG_VERSION")).description(DESCRIPTION).server("/")
}

/// Each documented path with its operations.
pub(super) fn paths() -> Vec<MetaPath> {
    Operations::meta().into_iter().flat_map(|api| api.paths).collect()
}

/// The whole document, OpenAPI 3.1.0.
pub(super) fn document() -> Value {
    // What the generator has just written is JSON.
    let mut document: Value = serde_json::from_str(&generated().spec()).unwrap_or_default();
    document["openapi"] = json!("3.1.0");
    document["info"]["license"] = json!({"name": "Apache-2.0", "identifier": "Apache-2.0"});
    modernise(&mut document);
    strict_requests(&mut document);
    other_events(&mut document);
    words::add(&mut document);
    in_order(&mut document);
    shared::add(&mut document);
    examples::add(&mut document);
    webhooks::add(&mut document);
    document
}

/// What somebody who is new here looks for comes first.
const TAGS: [&str; 4] = ["Stores", "Quota", "Approvals", "Webhooks"];

fn in_order(document: &mut Value) {
    let place = |tag: &Value| TAGS.iter().position(|known| tag["name"] == *known).unwrap_or(TAGS.len());
    if let Some(tags) = document["tags"].as_array_mut() {
        tags.sort_by_key(place);
    }
}

/// Turns what 3.0 says in its own way into what 3.1 says with JSON Schema.
fn modernise(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(modernise),
        Value::Object(map) => {
            map.values_mut().for_each(modernise);
            unwrap_lines(map);
            refer(map);
            if map.get("type").is_some_and(Value::is_string) {
                nullable(map);
                exclusive(map, "exclusiveMinimum", "minimum");
                exclusive(map, "exclusiveMaximum", "maximum");
                numbers(map);
            }
        }
        _ => {}
    }
}

/// Joins the lines of a doc comment: where they break in the source means nothing to a reader.
fn unwrap_lines(map: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = map.get_mut("description") {
        let paragraphs = text.split("\n\n").map(|p| p.replace('\n', " "));
        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
}

/// A reference that says something of its own needs no list around both any more.
fn refer(map: &mut Map<String, Value>) {
    let Some([reference, own]) = map.get("allOf").and_then(Value::as_array).map(Vec::as_slice) else { return };
    let (Some(reference), Some(description)) = (reference.get("$ref"), own.get("description")) else { return };
    let both = [("$ref", reference.clone()), ("description", description.clone())];
    if own.as_object().is_some_and(|own| own.len() == 1) {
        map.remove("allOf");
        map.extend(both.map(|(key, value)| (key.to_owned(), value)));
    }
}

fn nullable(schema: &mut Map<String, Value>) {
    if schema.remove("nullable") != Some(Value::Bool(true)) {
        return;
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    let own = schema.get("type").cloned().unwrap_or_default();
    schema.insert("type".to_owned(), json!([own, "null"]));
}

fn exclusive(schema: &mut Map<String, Value>, name: &str, bound: &str) {
    if let Some(Value::Bool(excluded)) = schema.get(name) {
        let excluded = *excluded;
        schema.remove(name);
        if let Some(limit) = excluded.then(|| schema.remove(bound)).flatten() {
            schema.insert(name.to_owned(), limit);
        }
    }
}

/// Unsigned formats do not exist outside the generator, and its bounds are all fractions.
fn numbers(schema: &mut Map<String, Value>) {
    let unsigned =
        matches!(schema.get("format").and_then(Value::as_str), Some("uint8" | "uint16" | "uint32" | "uint64"));
    if unsigned {
        schema.insert("format".to_owned(), json!("int64"));
        schema.entry("minimum").or_insert(json!(0));
    }
    for name in ["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"] {
        if let Some(whole) = schema.get(name).and_then(Value::as_f64).filter(|n| n.fract() == 0.0) {
            schema.insert(name.to_owned(), json!(whole as i64));
        }
    }
}

/// The schemas of what is sent to storebot.
const REQUESTS: [&str; 13] = [
    "CreateStore",
    "StoreCreateEvent",
    "StoreDeleteEvent",
    "StoreRetryEvent",
    "StoreVerifyEvent",
    "StoreUpgradeEvent",
    "StoreSleepEvent",
    "StoreWakeEvent",
    "StoreExtendEvent",
    "StoreExtendData",
    "StoreCreateData",
    "StoreDeleteData",
    "StoreChangeData",
];

/// Requests take no unknown fields, and null where a field may be absent.
fn strict_requests(document: &mut Value) {
    for name in REQUESTS {
        let schema = &mut document["components"]["schemas"][name];
        schema["additionalProperties"] = json!(false);
        let required: Vec<String> =
            schema["required"].as_array().into_iter().flatten().filter_map(|r| r.as_str().map(str::to_owned)).collect();
        let Some(properties) = schema["properties"].as_object_mut() else { continue };
        for (_, property) in properties.iter_mut().filter(|(field, _)| !required.contains(field)) {
            if let Some(property) = property.as_object_mut() {
                property.insert("nullable".to_owned(), json!(true));
                nullable(property);
            }
        }
    }
}

/// A sender may deliver all its events: one of another type is no mistake, whatever else is in it.
fn other_events(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    let Some(known) = schemas["Event"]["oneOf"].as_array_mut() else { return };
    let named = known.iter().filter_map(|event| event["$ref"].as_str()?.rsplit('/').next().map(str::to_owned));
    let named: Vec<String> = named.collect();
    known.push(json!({"$ref": "#/components/schemas/OtherEvent"}));
    let types: Vec<Value> = named.iter().map(|name| schemas[name]["properties"]["type"]["enum"][0].clone()).collect();
    schemas["OtherEvent"] = json!({
        "type": "object",
        "description": "An event of any other type, which is ignored.",
        "required": ["type"],
        "properties": {"type": {"type": "string", "not": {"enum": types}}},
        "additionalProperties": true
    });
}

#[cfg(test)]
mod tests;
