//! What an application asks a person for: the query of `/oauth2/authorize`, held against what is registered.

use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::SCOPES;
use crate::state::{Authorizations, Consent};

/// The query; what is missing is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    pub(super) client_id: String,
    pub(super) response_type: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) state: Option<String>,
    pub(super) prompt: String,
    pub(super) code_challenge: String,
    pub(super) code_challenge_method: String,
    /// Who somebody says they are: this page's own, as on the page with the channels.
    pub(super) user: String,
}

impl Ask {
    /// What is wrong with it, as Discord's page says it. Nobody is sent anywhere then.
    pub(super) fn check(&self, application: u64, known: &Authorizations) -> Result<(), String> {
        if self.client_id != application.to_string() {
            return Err("Unknown Application".to_owned());
        }
        if self.response_type != "code" {
            return Err(format!("The stand-in Discord does not model response_type {:?}", self.response_type));
        }
        if !known.redirect_uris.contains(&self.redirect_uri) {
            return Err("Invalid OAuth2 redirect_uri".to_owned());
        }
        let scopes = self.scopes();
        if scopes.is_empty() {
            return Err("No scopes were provided.".to_owned());
        }
        if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.iter().any(|(known, _)| known == scope)) {
            return Err(format!("The stand-in Discord does not model the scope {unknown:?}"));
        }
        if !matches!(self.prompt.as_str(), "" | "none" | "consent") {
            return Err("Invalid prompt".to_owned());
        }
        self.check_challenge()
    }

    /// Discord takes S256 alone.
    fn check_challenge(&self) -> Result<(), String> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match (self.code_challenge.as_str(), self.code_challenge_method.as_str()) {
            ("", "") => Ok(()),
            (challenge, "S256") if challenge.len() == 43 && challenge.bytes().all(good) => Ok(()),
            (_, "S256") => Err("Invalid \"code_challenge\"".to_owned()),
            _ => Err("Unsupported \"code_challenge_method\"".to_owned()),
        }
    }

    pub(super) fn scopes(&self) -> BTreeSet<String> {
        self.scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn consent(&self, user: u64) -> Consent {
        let challenge = Some(self.code_challenge.clone()).filter(|challenge| !challenge.is_empty());
        Consent { user, scopes: self.scopes(), redirect_uri: self.redirect_uri.clone(), challenge }
    }

    /// Where somebody is sent back to, with these and `state`.
    pub(super) fn back(&self, pairs: &[(&str, &str)]) -> Option<String> {
        let mut url: Url = self.redirect_uri.parse().ok()?;
        let state = self.state.as_deref().map(|state| ("state", state));
        url.query_pairs_mut().extend_pairs(pairs.iter().copied().chain(state));
        Some(url.into())
    }

    /// All of it again but for who somebody is.
    pub(super) fn fields(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("client_id", self.client_id.as_str()),
            ("response_type", &self.response_type),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("prompt", &self.prompt),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ];
        let state = self.state.as_deref().map(|state| ("state", state));
        all.into_iter().filter(|(_, value)| !value.is_empty()).chain(state).collect()
    }
}
