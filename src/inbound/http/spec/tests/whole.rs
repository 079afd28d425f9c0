//! What holds for each operation, whatever operations there are.

use jsonschema::{Draft, Registry, Validator};

use super::*;

const URI: &str = "urn:storebot:openapi";

/// The document's schemas, to judge values by.
struct Judge {
    registry: Registry<'static>,
}

impl Judge {
    fn new(document: &Value) -> Self {
        let registry = Registry::new().draft(Draft::Draft202012).add(URI, document.clone()).unwrap();
        Self { registry: registry.prepare().unwrap() }
    }

    /// Judges by the schema at this place of the document.
    fn faults(&self, pointer: &str, value: &Value) -> Vec<String> {
        let schema = json!({ "$ref": format!("{URI}#{pointer}") });
        let validator: Validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        validator.iter_errors(value).map(|error| format!("{pointer} at {}: {error}", error.instance_path())).collect()
    }
}

fn pointer(parts: &[&str]) -> String {
    let written = |part: &&str| part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
    parts.iter().map(|part| format!("/{}", written(part))).collect()
}

/// Every operation of storebot with its path and method.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let items = document["paths"].as_object().unwrap().iter();
    items
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, o)| (path.as_str(), method.as_str(), o))
        })
        .collect()
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[test]
fn every_example_is_one_of_its_schema() {
    let document = document();
    let judge = Judge::new(&document);
    let (mut faults, mut judged) = (Vec::new(), 0);
    let mut place = Vec::new();
    examples(&document, &mut place, &mut |place, value| {
        let parts: Vec<&str> = place.iter().map(String::as_str).chain(["schema"]).collect();
        judged += 1;
        faults.extend(judge.faults(&pointer(&parts), value));
    });
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(judged > 100, "{judged}");
}

/// Each example that stands beside a schema, with the place of both.
fn examples(value: &Value, place: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Value)) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, child)| (key.clone(), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(n, child)| (n.to_string(), child)).collect(),
        _ => return,
    };
    if let (Some(_), Some(example)) = (value.get("schema"), value.get("example")) {
        visit(place, example);
    }
    for example in value.get("schema").and(value.get("examples")).and_then(Value::as_object).into_iter().flatten() {
        visit(place, &example.1["value"]);
    }
    for (key, child) in children {
        place.push(key);
        examples(child, place, visit);
        place.pop();
    }
}

#[test]
fn nothing_is_without_an_example() {
    let mut document = document();
    let missing = examples::add(&mut document);
    assert!(missing.is_empty(), "give them one in spec/examples.json: {missing:#?}");
    for (path, method, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter.get("example").is_some(), "{method} {path}: {parameter}");
        }
        for (media_type, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let examples = content["examples"].as_object().map_or(0, Map::len);
            assert!(examples > 0, "{method} {path}: {media_type}");
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            for (media_type, content) in answer["content"].as_object().into_iter().flatten() {
                assert!(content.get("example").is_some(), "{method} {path} {status}: {media_type}");
            }
        }
    }
}

#[test]
fn every_operation_says_what_it_is_for() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        let here = format!("{method} {path}");
        for part in ["operationId", "summary", "description"] {
            assert!(is_text(&operation[part]), "{here}: no {part}");
        }
        assert!(operation["summary"].as_str().unwrap().len() <= 40, "{here}: a summary is short");
        assert!(operation["security"].is_array(), "{here}: who may ask, or that everybody may");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{here}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(is_text(&parameter["description"]), "{here}: {}", parameter["name"]);
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = answer["$ref"].as_str().map_or(answer, |r| document.pointer(&r[1..]).unwrap());
            assert!(is_text(&answer["description"]), "{here}: {status}");
            assert!(answer["headers"]["X-Request-Id"].is_object(), "{here}: {status}");
        }
    }
}

/// What the frame around all routes can answer, whatever the route.
#[test]
fn every_operation_documents_its_errors_and_headers() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        let mut statuses = vec!["400", "408", "413", "500", "503"];
        let counted = operation["security"] != json!([]);
        if counted {
            statuses.extend(["401", "403", "429"]);
        }
        if operation.get("requestBody").is_some() {
            statuses.extend(["415", "422"]);
        }
        if path.contains('{') {
            statuses.push("404");
        }
        let answers = operation["responses"].as_object().unwrap();
        for status in statuses {
            assert!(answers.contains_key(status), "{method} {path}: {status}");
        }
        let good: Vec<_> = answers.iter().filter(|(status, _)| status.starts_with('2')).collect();
        assert!(!good.is_empty(), "{method} {path}");
        for (status, answer) in good {
            for header in ["RateLimit", "RateLimit-Policy"] {
                assert_eq!(answer["headers"][header].is_object(), counted, "{method} {path} {status}: {header}");
            }
            let is_store = answer["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/Store";
            assert!(!is_store || answer["headers"]["ETag"].is_object(), "{method} {path} {status}: ETag");
            let location = answer["headers"]["Location"].is_object();
            assert!(!(is_store && status == "202") || location, "{method} {path} {status}: Location");
        }
    }
    let shared = &document["components"]["responses"];
    for (answer, header) in
        [("Unauthorized", "WWW-Authenticate"), ("TooManyRequests", "Retry-After"), ("Unavailable", "Retry-After")]
    {
        assert!(shared[answer]["headers"][header].is_object(), "{answer}: {header}");
    }
    for (name, answer) in shared.as_object().unwrap() {
        let problems = answer["content"][crate::inbound::http::problem::MEDIA_TYPE]["examples"].as_object().unwrap();
        assert!(!problems.is_empty(), "{name} shows no problem");
    }
}

#[test]
fn every_schema_is_described() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let several = schema.get("oneOf").is_some();
        assert!(several || is_text(&schema["description"]), "{name}: no description");
    }
}

#[test]
fn every_kind_of_callback_is_among_the_webhooks() {
    let document = document();
    let webhooks = document["webhooks"].as_object().unwrap();
    let known: Vec<&str> = webhooks.keys().map(String::as_str).collect();
    assert_eq!(known, webhooks::types().into_iter().collect::<Vec<_>>());
    assert!(known.contains(&"store.ready") && known.contains(&"store.failed") && known.contains(&"store.deleted"));
    for (kind, item) in webhooks {
        let delivery = &item["post"];
        assert!(is_text(&delivery["summary"]) && is_text(&delivery["description"]), "{kind}");
        assert_ne!(delivery["summary"], "Something happened to a store", "{kind}: no words in spec/webhooks.rs");
        let headers = delivery["parameters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap());
        assert_eq!(headers.collect::<Vec<_>>(), ["webhook-id", "webhook-timestamp", "webhook-signature"]);
        let answers: Vec<&String> = delivery["responses"].as_object().unwrap().keys().collect();
        assert_eq!(answers, ["2XX", "410", "429", "503", "default"], "{kind}");
    }
}

#[test]
fn a_delivery_of_another_kind_is_not_taken_for_one() {
    let document = document();
    let judge = Judge::new(&document);
    let path = ["webhooks", "store.ready", "post", "requestBody", "content", "application/json", "schema"];
    let schema = pointer(&path);
    let mut body = document.pointer(&pointer(&path[..6])).unwrap()["examples"]["store.ready"]["value"].clone();
    assert_eq!(judge.faults(&schema, &body), Vec::<String>::new());
    body["data"]["phase"] = json!("sold");
    assert_eq!(judge.faults(&schema, &body).len(), 1, "the store is judged");
    body["data"]["phase"] = json!("ready");
    body["type"] = json!("store.failed");
    assert_eq!(judge.faults(&schema, &body).len(), 1, "the type is judged");
}
