//! Discord's published OpenAPI document as a second opinion on everything a bot sends to the stand-in Discord.
//! It is no part of this project: `DISCORD_OPENAPI` says where it lies, or else it is looked for beside the
//! project. The stand-in's own tests use this file too.
//!
//! The document is one JSON Schema resource (Draft 2020-12), and each body of an operation is a `$ref` into
//! it by JSON pointer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context as _, Result, anyhow};
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};
use stand_in_discord::SecondOpinion;

const URI: &str = "urn:discord:openapi";

/// The document, with the validators compiled so far.
pub(crate) struct Document {
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Document {
    /// The one document of this process, or `None` where it is missing. Shared because it does not change
    /// and takes longer to load than many a test.
    pub(crate) fn shared() -> Result<Option<&'static Self>> {
        static SHARED: OnceLock<Result<Option<Document>, String>> = OnceLock::new();
        let load = || Self::load(&place()).map_err(|error| format!("{error:#}"));
        SHARED.get_or_init(load).as_ref().map(Option::as_ref).map_err(|error| anyhow!("{error}"))
    }

    fn load(file: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read_to_string(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("reading {}", file.display()))?,
        };
        let mut document: Value = serde_json::from_str(&text).with_context(|| format!("{}", file.display()))?;
        correct(&mut document);
        let registry = Registry::new().draft(Draft::Draft202012).add(URI, document)?.prepare()?;
        Ok(Some(Self { registry, validators: Mutex::default() }))
    }

    /// Judges what is sent, by lower-case method and path template: `("post", "/users/@me/channels")`.
    pub(crate) fn request(&self, method: &str, path: &str, body: &Value) -> Result<(), String> {
        let content = "requestBody/content/application~1json/schema";
        self.judge(&format!("/paths/{}/{method}/{content}", path.replace('/', "~1")), body)
    }

    /// Judges by the schema at this place of the document. The reasons name places and rules, and no values:
    /// bodies may hold what nobody should read in a log.
    pub(crate) fn judge(&self, pointer: &str, body: &Value) -> Result<(), String> {
        let validator = self.validator(pointer).map_err(|error| format!("no schema at {pointer}: {error:#}"))?;
        let faults: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{}: {}", error.instance_path(), error.masked())).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = validators.get(pointer) {
            return Ok(Arc::clone(found));
        }
        let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&self.registry);
        let built = Arc::new(options.build(&json!({ "$ref": format!("{URI}#{fragment}") }))?);
        validators.insert(pointer.to_owned(), Arc::clone(&built));
        Ok(built)
    }
}

/// What a stand-in is started with: nothing, where the document is missing.
pub(crate) fn second_opinion() -> Result<Option<SecondOpinion>> {
    let document = Document::shared()?;
    Ok(document.map(|document| SecondOpinion::new(|method, path, body| document.request(method, path, body))))
}

/// Where the document has to be.
pub(crate) fn place() -> PathBuf {
    if let Some(file) = std::env::var_os("DISCORD_OPENAPI") {
        return PathBuf::from(file);
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).unwrap_or(here);
    root.join("../shared/data/discord-openapi.json")
}

/// Says, past what captures a passing test's output, that the document is missing.
pub(crate) fn say_it_is_missing() {
    use std::io::Write as _;
    let text = format!(
        "\nNOT TESTED: Discord's own OpenAPI document was not asked, since it is not at {}; DISCORD_OPENAPI may name another place\n",
        place().display()
    );
    // Nobody is left to be told when even that cannot be written.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Where the document contradicts Discord's prose, the prose wins: `default_member_permissions` is a string
/// of permission bits (application-commands, "Application Command Structure"), and every library sends that.
fn correct(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let sent = name.starts_with("ApplicationCommand") && !name.contains("Response");
        if let Some(field) = schema.pointer_mut("/properties/default_member_permissions").filter(|_| sent) {
            *field = json!({ "type": ["string", "null"] });
        }
    }
}
