//! storebot's own document, to hold against it what storebot really sends.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow, ensure};
use jsonschema::{Draft, Registry};
use serde_json::{Value, json};

const URI: &str = "urn:storebot:openapi";

pub(crate) struct Promised {
    pub(crate) document: Value,
    registry: Registry<'static>,
}

impl Promised {
    /// The committed document, read once.
    pub(crate) fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Promised, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::load().map_err(|error| format!("{error:#}")));
        shared.as_ref().map_err(|error| anyhow!("{error}"))
    }

    fn load() -> Result<Self> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/storebot.yaml");
        let document: Value = serde_saphyr::from_str(&std::fs::read_to_string(file)?)?;
        let registry = Registry::new().draft(Draft::Draft202012).add(URI, document.clone())?.prepare()?;
        Ok(Self { document, registry })
    }

    /// Judges by the schema at this place, named key by key.
    pub(crate) fn judge(&self, place: &[&str], value: &Value) -> Result<()> {
        let written = |part: &&str| part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let pointer: String = place.iter().map(|part| format!("/{}", written(part))).collect();
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(&json!({ "$ref": format!("{URI}#{pointer}") }))
            .with_context(|| format!("the document has no {pointer}"))?;
        let faults = validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path()));
        let faults: Vec<String> = faults.collect();
        ensure!(faults.is_empty(), "not as the document says at {pointer}: {}", faults.join("; "));
        Ok(())
    }

    /// Judges the body of a delivery to whoever wants to be called back, by the webhook of its type.
    pub(crate) fn delivery(&self, body: &[u8]) -> Result<()> {
        let body: Value = serde_json::from_slice(body).context("a delivery is no JSON")?;
        let kind = body["type"].as_str().context("a delivery has no type")?;
        self.judge(&["webhooks", kind, "post", "requestBody", "content", "application/json", "schema"], &body)
    }
}
