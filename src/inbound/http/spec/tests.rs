mod whole;

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::*;

/// Reads any JSON and fails at a key that stands twice in one object.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Unique;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON")
            }
            fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_unit<E>(self) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
                while seq.next_element::<Unique>()?.is_some() {}
                Ok(Unique)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut seen = BTreeSet::new();
                while let Some(key) = map.next_key::<String>()? {
                    map.next_value::<Unique>()?;
                    if !seen.insert(key.clone()) {
                        return Err(serde::de::Error::custom(format!("{key} is there twice")));
                    }
                }
                Ok(Unique)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

fn walk(value: &Value, visit: &mut dyn FnMut(&Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter().for_each(|v| walk(v, visit)),
        Value::Object(map) => {
            visit(map);
            map.values().for_each(|v| walk(v, visit));
        }
        _ => {}
    }
}

#[test]
fn the_generator_writes_no_key_twice() {
    assert!(serde_json::from_str::<Unique>("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}").is_err());
    serde_json::from_str::<Unique>(&generated().spec()).unwrap();
}

#[test]
fn nothing_of_the_old_version_is_left() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    walk(&document, &mut |map| {
        assert!(!map.contains_key("nullable"));
        let format = map.get("format").and_then(Value::as_str).unwrap_or_default();
        assert!(!format.starts_with("uint"), "{map:?}");
        assert!(!map.get("exclusiveMinimum").is_some_and(Value::is_boolean));
    });
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    walk(&document, &mut |map| {
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    });
}

#[test]
fn every_operation_has_an_id_and_documents_its_errors() {
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["operationId"].is_string(), "{method} {path}");
            assert!(operation["responses"]["500"].is_object(), "{method} {path}");
        }
    }
    let create = &document["paths"]["/v1/stores"]["post"];
    for status in ["202", "400", "401", "403", "408", "409", "413", "415", "422", "429", "500", "503"] {
        assert!(create["responses"][status].is_object(), "{status}");
    }
    for header in ["Location", "RateLimit", "RateLimit-Policy"] {
        assert!(create["responses"]["202"]["headers"][header].is_object(), "{header}");
    }
    assert!(document["components"]["responses"]["TooManyRequests"]["headers"]["Retry-After"].is_object());
    assert!(document["paths"]["/health/live"]["get"]["responses"]["200"]["headers"].get("RateLimit").is_none());
    assert_eq!(create["security"], json!([{"bearer": []}]));
    let deliver = &document["paths"]["/webhooks/{source}"]["post"];
    assert_eq!(deliver["security"][0].as_object().unwrap().len(), 3);
}

#[test]
fn requests_are_strict_and_take_null_for_nothing() {
    let schema = &document()["components"]["schemas"]["CreateStore"];
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"], json!(["name", "engine"]));
    assert_eq!(schema["properties"]["ttl"]["type"], json!(["string", "null"]));
    let plan = json!([{"$ref": "#/components/schemas/Plan"}, {"type": "null"}]);
    assert_eq!(schema["properties"]["plan"]["anyOf"], plan);
    assert_eq!(schema["properties"]["engine"]["$ref"], "#/components/schemas/Engine");
    assert_eq!(document()["components"]["schemas"]["Engine"]["enum"], json!(["woocommerce", "medusa"]));
}

#[test]
fn old_bounds_become_new_ones() {
    let mut schema = json!({"type": "integer", "format": "uint32", "maximum": 5.0, "exclusiveMaximum": true,
                            "exclusiveMinimum": false, "minimum": 1.0, "nullable": true});
    modernise(&mut schema);
    let expected = json!({"type": ["integer", "null"], "format": "int64", "exclusiveMaximum": 5, "minimum": 1});
    assert_eq!(schema, expected);
}

#[test]
fn every_event_has_its_place_in_the_document() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let names: Vec<&str> =
        schemas["Event"]["oneOf"].as_array().unwrap().iter().filter_map(|e| e["$ref"].as_str()).collect();
    assert_eq!(names.last(), Some(&"#/components/schemas/OtherEvent"));
    let not = schemas["OtherEvent"]["properties"]["type"]["not"]["enum"].as_array().unwrap();
    assert_eq!(not.len(), names.len() - 1);
    assert!(not.contains(&json!("store.create")));
}
