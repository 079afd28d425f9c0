//! What Discord says of a person, as far as it is of use here.

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;
use serenity::model::id::{GuildId, RoleId, UserId};

/// Where a 429 does not say how long.
const PAUSE: u64 = 5;
/// Longest error that is written down.
const ERROR_MAX: usize = 40;

#[derive(Debug, Deserialize)]
pub(super) struct Person {
    pub(super) id: UserId,
    username: String,
    /// What they want to be called.
    #[serde(default)]
    global_name: Option<String>,
}

impl Person {
    pub(super) fn name(&self) -> &str {
        self.global_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.username)
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Server {
    pub(super) id: GuildId,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct OfMember {
    #[serde(default)]
    pub(super) roles: Vec<RoleId>,
}

/// Why Discord does not do it: a word of OAuth2's, where there is one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refused {
    #[serde(default)]
    error: String,
}

impl Refused {
    pub(super) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Nothing but a word: it is written down.
    pub(super) fn error(&self) -> &str {
        let is_word = self.error.len() <= ERROR_MAX && self.error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if is_word { &self.error } else { "" }
    }
}

/// In whole seconds.
pub(super) fn retry_after(headers: &HeaderMap) -> u64 {
    let said = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
    let said = said.filter(|seconds| seconds.is_finite() && (0.0..86_400.0).contains(seconds));
    said.map_or(PAUSE, |seconds| seconds.ceil().max(1.0) as u64)
}
