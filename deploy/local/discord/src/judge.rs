//! Judges bodies by Discord's own OpenAPI document. The document is one JSON Schema resource
//! (Draft 2020-12) and every operation is a `$ref` into it by JSON pointer. It knows nothing of
//! state; rules that need state live with the resource they belong to.

mod explain;

pub(crate) use explain::single as form_error;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

/// State of 2026-07-18, MIT, unchanged from discord/discord-api-spec `specs/openapi.json`.
const DOCUMENT: &str = include_str!("../discord-openapi.json");
const URI: &str = "urn:discord:openapi";

/// A body the document refuses: Discord's `errors` tree, ready to send.
pub type Verdict = Result<(), Value>;

/// The document with the validators compiled so far.
pub struct Judge {
    document: Value,
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// Why the document itself could not be used: a fault of this crate, never of the bot.
#[derive(Debug, Clone, thiserror::Error)]
#[error("Discord's OpenAPI document: {0}")]
pub struct DocumentError(String);

impl Judge {
    /// The one judge of this process. Shared because the document is immutable and takes longer
    /// to load than a whole test.
    pub fn shared() -> Result<&'static Self, DocumentError> {
        static SHARED: OnceLock<Result<Judge, DocumentError>> = OnceLock::new();
        SHARED.get_or_init(Self::load).as_ref().map_err(Clone::clone)
    }

    fn load() -> Result<Self, DocumentError> {
        let mut document: Value = serde_json::from_str(DOCUMENT).map_err(fault)?;
        correct(&mut document);
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(URI, document.clone())
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(fault)?;
        Ok(Self { document, registry, validators: Mutex::default() })
    }

    /// Judges the JSON body of an operation, e.g. `("post", "/channels/{channel_id}/messages")`.
    pub fn request(&self, method: &str, path: &str, body: &Value) -> Result<Verdict, DocumentError> {
        let pointer =
            format!("/paths/{}/{method}/requestBody/content/application~1json/schema", path.replace('/', "~1"));
        self.judge(&pointer, body)
    }

    /// Judges the JSON body of an answer: this crate's tests hold the stand-in to the same document.
    pub fn response(&self, (method, path): (&str, &str), status: u16, body: &Value) -> Result<Verdict, DocumentError> {
        let pointer =
            format!("/paths/{}/{method}/responses/{status}/content/application~1json/schema", path.replace('/', "~1"));
        self.judge(&pointer, body)
    }

    /// Whether the document wants a body for this operation.
    pub fn wants_body(&self, method: &str, path: &str) -> bool {
        self.operation(method, path).is_some_and(|operation| operation.get("requestBody").is_some())
    }

    /// Whether the document lets nobody in without the bot token: its `security` has no empty entry.
    pub fn wants_bot_token(&self, method: &str, path: &str) -> bool {
        let security = self.operation(method, path).and_then(|operation| operation.get("security"));
        let open = |entry: &Value| entry.as_object().is_some_and(serde_json::Map::is_empty);
        security.and_then(Value::as_array).is_some_and(|entries| !entries.iter().any(open))
    }

    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        self.document.get("paths")?.get(path)?.get(method)
    }

    fn judge(&self, pointer: &str, body: &Value) -> Result<Verdict, DocumentError> {
        let validator = self.validator(pointer)?;
        if validator.is_valid(body) {
            return Ok(Ok(()));
        }
        let errors: Vec<_> = validator.iter_errors(body).collect();
        Ok(Err(explain::tree(&errors)))
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>, DocumentError> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = validators.get(pointer) {
            return Ok(Arc::clone(found));
        }
        let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .build(&json!({ "$ref": format!("{URI}#{fragment}") }))
            .map_err(fault)?;
        let built = Arc::new(built);
        validators.insert(pointer.to_owned(), Arc::clone(&built));
        Ok(built)
    }
}

/// Where the preview document contradicts the prose documentation and Discord itself, the prose
/// wins: `default_member_permissions` is a string of a permission bit set (application-commands,
/// "Application Command Structure"), and that is what every library sends.
fn correct(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, schema) in schemas.iter_mut().filter(|(name, _)| name.starts_with("ApplicationCommand")) {
        if name.contains("Response") {
            continue;
        }
        if let Some(field) = schema.pointer_mut("/properties/default_member_permissions") {
            *field = json!({ "type": ["string", "integer", "null"] });
        }
    }
}

fn fault(error: impl std::fmt::Display) -> DocumentError {
    DocumentError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLBACK: &str = "/interactions/{interaction_id}/{interaction_token}/callback";
    const COMMANDS: &str = "/applications/{application_id}/commands";
    const ORIGINAL: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";

    fn accepts(method: &str, path: &str, body: &Value) -> bool {
        Judge::shared().unwrap().request(method, path, body).unwrap().is_ok()
    }

    fn choices(count: usize) -> Value {
        let one = |n: usize| json!({"name": n.to_string(), "value": n.to_string()});
        json!({"type": 8, "data": {"choices": (0..count).map(one).collect::<Vec<_>>()}})
    }

    #[test]
    fn callbacks_are_judged_as_the_document_says() {
        for (body, accepted) in [
            (json!({"type": 1}), true),
            (json!({"type": 5, "data": {"flags": 64}}), true),
            (json!({"type": 4, "data": {"content": "x"}}), true),
            (choices(1), true),
            (choices(26), false),
            (json!({"type": 4, "data": {"content": "x".repeat(2001)}}), false),
            (json!({"type": 99}), false),
        ] {
            assert_eq!(accepts("post", CALLBACK, &body), accepted, "{body}");
        }
    }

    #[test]
    fn commands_and_edits_are_judged_as_the_document_says() {
        let store = json!([{"name": "store", "type": 1, "description": "Shops", "options": [
            {"type": 1, "name": "create", "description": "A new shop", "options": [
                {"type": 3, "name": "plan", "description": "Size", "required": true, "autocomplete": true}]}]}]);
        assert!(accepts("put", COMMANDS, &store));
        assert!(!accepts("put", COMMANDS, &json!([{"name": "X".repeat(40), "type": 1, "description": "x"}])));
        assert!(accepts(
            "put",
            COMMANDS,
            &json!([{"name": "a", "description": "x", "default_member_permissions": "8"}])
        ));
        assert!(accepts("patch", ORIGINAL, &json!({"content": "done"})));
    }

    #[test]
    fn a_refusal_names_the_field_in_discords_shape() {
        let body = json!({"type": 4, "data": {"content": "x".repeat(2001)}});
        let errors = Judge::shared().unwrap().request("post", CALLBACK, &body).unwrap().unwrap_err();
        assert_eq!(
            errors,
            json!({"data": {"content": {"_errors": [
            {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}]}}})
        );
    }
}
