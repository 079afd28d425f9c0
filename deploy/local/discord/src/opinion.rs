//! A second opinion on every body the bot sends: tests plug in whatever they trust besides this crate's
//! own rules, such as Discord's published description of its API.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

type Judge = dyn Fn(&str, &str, &Value) -> Result<(), String> + Send + Sync;

/// Asked with lower-case method, path template and body, e.g. `("post", "/channels/{channel_id}/messages",
/// …)`; an error says what is wrong with the body.
#[derive(Clone)]
pub struct SecondOpinion(Arc<Judge>);

impl SecondOpinion {
    /// From a function.
    pub fn new(judge: impl Fn(&str, &str, &Value) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(judge))
    }

    pub(crate) fn ask(&self, (method, path): (&str, &str), body: &Value) -> Result<(), String> {
        (self.0)(method, path, body)
    }
}

impl fmt::Debug for SecondOpinion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondOpinion")
    }
}
