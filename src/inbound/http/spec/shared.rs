//! What operations have in common, written down once: errors, headers and the security of
//! deliveries.

use serde_json::{Map, Value, json};

use super::errors;
use crate::domain::webhook::standard;
use crate::inbound::http::problem::MEDIA_TYPE;

/// Name, status and meaning of each shared error response.
const ERRORS: [(&str, &str, &str); 15] = [
    ("BadRequest", "400", "The request cannot be read."),
    ("Unauthorized", "401", "The caller is not known, or the delivery was not signed as agreed."),
    ("Forbidden", "403", "The caller's role or the source does not allow this."),
    ("NotFound", "404", "There is no such store, or it belongs to somebody else."),
    ("Conflict", "409", "The name is taken, the store is not in a state for this, or it changed meanwhile."),
    ("RequestTimeout", "408", "The body took too long; nothing was done."),
    ("TooLarge", "413", "The body is too large, or there is one where none belongs."),
    ("UnsupportedMediaType", "415", "The body is not JSON."),
    ("Unprocessable", "422", "A value breaks a rule, a quota is used up, or a key was reused with another body."),
    ("TooManyRequests", "429", "Too many requests; try again later."),
    ("InternalError", "500", "A fault of storebot."),
    ("BadGateway", "502", "The shop did not do what was asked; the reason is in the detail."),
    ("GatewayTimeout", "504", "Nobody answered in time; whether it took effect is not known."),
    (
        "NoRoom",
        "507",
        "No cell has room for the store; nothing was done. Room is made by people: do not repeat it at once.",
    ),
    (
        "Unavailable",
        "503",
        "Nothing was accepted, or not in time, or the keys of the token's issuer are away; it is safe to repeat the \
         request with the same Idempotency-Key.",
    ),
];

/// Headers of responses the generator writes in capitals.
const NAMES: [(&str, &str); 3] = [("LOCATION", "Location"), ("ETAG", "ETag"), ("CACHE-CONTROL", "Cache-Control")];

pub(super) fn add(document: &mut Value) {
    let components = &mut document["components"];
    components["schemas"]["Problem"] = problem();
    components["headers"] = headers();
    components["responses"] = ERRORS.iter().map(|e| (e.0.to_owned(), response(e))).collect::<Map<_, _>>().into();
    for (scheme, header, what) in signature_schemes() {
        components["securitySchemes"][scheme] =
            json!({"type": "apiKey", "in": "header", "name": header, "description": what});
    }
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete(path, method, operation);
        }
    }
}

fn complete(path: &str, method: &str, operation: &mut Value) {
    if path.starts_with("/webhooks/") {
        let all = signature_schemes().into_iter().map(|(scheme, ..)| (scheme.to_owned(), json!([])));
        operation["security"] = json!([all.collect::<Map<_, _>>()]);
    }
    let (errors, counted) = (errors_of(path, method, operation), is_counted(operation));
    if !counted {
        // Said, so that nobody has to guess whether it was forgotten.
        operation["security"] = json!([]);
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for response in responses.values_mut() {
        name_headers(response, counted);
    }
    for (name, status, _) in ERRORS.iter().filter(|e| errors.contains(&e.1)) {
        responses.entry(*status).or_insert_with(|| json!({"$ref": format!("#/components/responses/{name}")}));
    }
}

/// The errors an operation can end with. A wrong method (405) is no operation.
fn errors_of(path: &str, method: &str, operation: &Value) -> Vec<&'static str> {
    let mut errors = vec!["400", "408", "413", "500", "503"];
    if path.starts_with("/webhooks/") {
        errors.push("507");
    }
    if !is_counted(operation) {
        return errors;
    }
    errors.extend(["401", "403", "429"]);
    let asks = operation["parameters"].as_array().into_iter().flatten().any(|p| p["in"] == "query");
    if method != "get" {
        errors.extend(["404", "409", "422"]);
    } else if asks {
        errors.push("422");
    }
    if path.contains('{') {
        errors.push("404");
    }
    if path.ends_with("/credentials") {
        errors.extend(["502", "504"]);
    }
    if path.ends_with("/approve") || (path, method) == ("/v1/stores", "post") {
        errors.push("507");
    }
    if operation.get("requestBody").is_some() {
        errors.push("415");
    }
    errors
}

/// Whether callers have to say who they are, and have a number of requests.
fn is_counted(operation: &Value) -> bool {
    operation.get("security").is_some()
}

const BUDGET: [(&str, &str); 2] = [("RateLimit", "RateLimit"), ("RateLimit-Policy", "RateLimitPolicy")];

fn name_headers(response: &mut Value, counted: bool) {
    let mut named = Map::new();
    if let Some(headers) = response["headers"].as_object() {
        for (name, header) in headers {
            let name = NAMES.iter().find(|n| n.0 == name).map_or(name.as_str(), |n| n.1);
            named.insert(name.to_owned(), header.clone());
        }
    }
    named.insert("X-Request-Id".to_owned(), header_ref("RequestId"));
    if counted {
        named.extend(BUDGET.map(|(name, component)| (name.to_owned(), header_ref(component))));
    }
    response["headers"] = named.into();
}

fn header_ref(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

fn response(error: &(&str, &str, &str)) -> Value {
    let mut headers = Map::from_iter([("X-Request-Id".to_owned(), header_ref("RequestId"))]);
    let own: &[(&str, &str)] = match error.1 {
        "401" => &[("WWW-Authenticate", "Challenge")],
        "429" | "503" => &[("Retry-After", "RetryAfter")],
        _ => &[],
    };
    // What is refused before it is known who asks says nothing of a budget.
    let counted = !matches!(error.1, "401" | "408" | "413");
    let all = own.iter().chain(BUDGET.iter().filter(|_| counted));
    headers.extend(all.map(|(name, component)| ((*name).to_owned(), header_ref(component))));
    json!({
        "description": error.2,
        "headers": headers,
        "content": {MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": errors::examples(error.1)
        }}
    })
}

fn headers() -> Value {
    let text = |what: &str| json!({"description": what, "schema": {"type": "string"}});
    json!({
        "RequestId": text("Names the request in storebot's log."),
        "RetryAfter": {
            "description": "Seconds after which to try again.",
            "schema": {"type": "integer", "minimum": 1}
        },
        "RateLimit": text("What is left of the caller's limit, as in draft-ietf-httpapi-ratelimit-headers-11; absent \
                           where the caller was not known yet."),
        "RateLimitPolicy": text("The limit, as in draft-ietf-httpapi-ratelimit-headers-11."),
        "Challenge": text("How to sign in; absent for deliveries.")
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457), with further fields that belong to its type.",
        "required": ["type", "title", "status", "detail", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri", "example": "urn:storebot:problem:name-taken"},
            "title": {"type": "string", "description": "What happened."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "What to do next."},
            "request_id": {"type": "string", "description": "Names the request in storebot's log."}
        },
        "additionalProperties": true
    })
}

/// The three headers of a delivery's signature, needed together.
fn signature_schemes() -> [(&'static str, &'static str, &'static str); 3] {
    [
        ("webhookId", standard::ID, "The delivery's id; the same for each repetition."),
        ("webhookTimestamp", standard::TIMESTAMP, "Seconds since 1970 at sending."),
        (
            "webhookSignature",
            standard::SIGNATURE,
            "One or more of `v1,<base64 of HMAC-SHA256 over id.timestamp.body>`, separated by blanks.",
        ),
    ]
}
