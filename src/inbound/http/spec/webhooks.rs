//! What storebot itself sends: the document's `webhooks`, one for each kind of event that anybody is called for.
//! The kinds come from [`EventKind::callback_type`], so that a new one is documented, too.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::examples;
use crate::domain::event::EventKind;
use crate::domain::webhook::standard;

/// The body's schema.
const SCHEMA: &str = "StoreNotification";

/// Every type of delivery that storebot sends.
pub(super) fn types() -> BTreeSet<&'static str> {
    EventKind::ALL.into_iter().filter_map(EventKind::callback_type).collect()
}

pub(super) fn add(document: &mut Value) {
    document["components"]["schemas"][SCHEMA] = envelope();
    let data = examples::of(document, "Store");
    let all = types().into_iter().map(|kind| (kind.to_owned(), json!({ "post": delivery(kind, &data) })));
    document["webhooks"] = all.collect::<Map<_, _>>().into();
}

/// What each is, for people, and the phase its store is in.
fn words(kind: &str) -> (&'static str, &'static str, Option<&'static str>) {
    match kind {
        "store.ready" => ("A store is ready", "It was made, or what was asked of it is done.", Some("ready")),
        "store.failed" => {
            ("A store has failed", "`data.reason` says why, and `data.message` the same in words.", Some("failed"))
        }
        "store.deleted" => ("A store is gone", "With all that it held.", Some("deleted")),
        "store.expiring" => ("A store is about to end", "`data.expires_at` says when, unless it is extended.", None),
        "store.asleep" => ("A store sleeps", "Its data is kept, and it can be woken.", Some("asleep")),
        _ => ("Something happened to a store", "`data` is the store as it is now.", None),
    }
}

fn envelope() -> Value {
    json!({
        "type": "object",
        "title": SCHEMA,
        "description": "What storebot delivers: the type and time of what happened, and the store as it is now. \
                        Fields may be added.",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "description": "What happened.", "enum": types()},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            "data": {"$ref": "#/components/schemas/Store"}
        },
        "additionalProperties": true
    })
}

fn delivery(kind: &str, store: &Value) -> Value {
    let (summary, what, phase) = words(kind);
    let id: String = kind.split('.').map(capital).collect();
    let mut data = store.clone();
    if let Some(phase) = phase {
        data["phase"] = phase.into();
    }
    examples::patch(&mut data, &changes(kind));
    json!({
        "operationId": format!("on{id}"),
        "summary": summary,
        "description": format!(
            "{what} Sent to the `callback_url` that the store was made with, to that of \
             whoever asked for it, and to the operator's endpoints. At least once and in no order: a repetition has \
             the same `webhook-id`. Check the signature over the raw body before anything else, as Standard Webhooks \
             describes."
        ),
        "tags": ["Webhooks"],
        "security": [],
        "parameters": parameters(),
        "requestBody": {
            "required": true,
            "content": {"application/json": {
                "schema": {"allOf": [
                    {"$ref": format!("#/components/schemas/{SCHEMA}")},
                    {"type": "object", "properties": {"type": {"type": "string", "enum": [kind]}}}
                ]},
                "examples": {kind: {"value": {"type": kind, "timestamp": "2026-11-22T09:30:42Z", "data": data}}}
            }}
        },
        "responses": answers()
    })
}

/// What of a store that is ready is different then.
fn changes(kind: &str) -> Value {
    match kind {
        "store.failed" => json!({
            "reason": "image-not-found", "message": "The shop's image cannot be found.", "url": null, "admin_url": null,
            "ready_at": null, "proof": null, "steps": []
        }),
        "store.deleted" => json!({"message": "Deleted.", "url": null, "admin_url": null, "release": null}),
        "store.asleep" => json!({"message": "Asleep."}),
        _ => json!({}),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn parameters() -> Value {
    let header = |name: &str, example: &str, what: &str| {
        json!({
            "name": name, "in": "header", "required": true, "description": what,
            "schema": {"type": "string"}, "example": example
        })
    };
    json!([
        header(standard::ID, "1763803842000-0", "Names the delivery; the same for each repetition."),
        header(standard::TIMESTAMP, "1763803842", "When it was sent, in seconds since 1970. Refuse what is old."),
        header(
            standard::SIGNATURE,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            "`v1,<base64 of HMAC-SHA256 over id.timestamp.body>`, one for each of storebot's secrets, separated by \
             blanks. One that fits is enough."
        ),
    ])
}

/// What a receiver may answer, and what follows. The body of an answer is never read.
fn answers() -> Value {
    let later = json!({
        "description": "Not now: it is sent again, not before `Retry-After`.",
        "headers": {"Retry-After": {
            "description": "Seconds, or a date.", "schema": {"type": "string"}, "example": "120"
        }}
    });
    json!({
        "2XX": {"description": "Taken. It is not sent again."},
        "410": {"description": "Nothing more is wanted at this address. It is not sent again."},
        "429": later.clone(),
        "503": later,
        "default": {"description": "Not taken: it is sent again, with growing pauses. Redirects are not followed."}
    })
}
