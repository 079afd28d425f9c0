//! What people let the application know of them: codes that wait to be exchanged, and tokens.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::World;

/// How long a code can be exchanged: a hundred seconds, as Discord's people have said.
pub(crate) const CODE_LIFE: SignedDuration = SignedDuration::from_secs(100);
/// How long an access token lives (topics: oauth2, `expires_in`).
pub(crate) const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Authorizations {
    /// Of the application. Empty: it has none, and nothing can be exchanged.
    pub(crate) client_secret: String,
    /// Where people may be sent back to, as the developer portal lists them.
    pub(crate) redirect_uris: Vec<String>,
    codes: Vec<Code>,
    tokens: Vec<Token>,
}

/// A person's consent on its way to the application.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    text: String,
    pub(crate) consent: Consent,
    at: Timestamp,
}

/// What somebody has agreed to.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) user: u64,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) redirect_uri: String,
    /// What the verifier of PKCE has to fit; `None`: nobody has asked for it.
    pub(crate) challenge: Option<String>,
}

/// An access token, and the refresh token beside it.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) user: u64,
    pub(crate) scopes: BTreeSet<String>,
    at: Timestamp,
    revoked: bool,
}

impl Authorizations {
    pub(crate) fn new(client_secret: String, redirect_uris: Vec<String>) -> Self {
        Self { client_secret, redirect_uris, ..Self::default() }
    }
}

impl World {
    /// A code for what somebody has agreed to.
    pub(crate) fn consented(&mut self, consent: Consent) -> String {
        let (text, at) = (self.secret_text("code"), self.now());
        self.oauth.codes.push(Code { text: text.clone(), consent, at });
        text
    }

    /// Uses up a code; `None`: there is none, or it is too old, or it was used before.
    pub(crate) fn use_code(&mut self, text: &str) -> Option<Consent> {
        let now = self.now();
        let index = self.oauth.codes.iter().position(|code| code.text == text)?;
        let code = self.oauth.codes.remove(index);
        (now.duration_since(code.at) <= CODE_LIFE).then_some(code.consent)
    }

    pub(crate) fn issue_token(&mut self, user: u64, scopes: BTreeSet<String>) -> Token {
        let (access, refresh, at) = (self.secret_text("access"), self.secret_text("refresh"), self.now());
        let token = Token { access, refresh, user, scopes, at, revoked: false };
        self.oauth.tokens.push(token.clone());
        token
    }

    /// Whose living token this is, and for what.
    pub(crate) fn bearer(&self, access: &str) -> Option<&Token> {
        let now = self.now();
        let lives = |token: &&Token| !token.revoked && now.duration_since(token.at) < TOKEN_LIFE;
        self.oauth.tokens.iter().filter(lives).find(|token| token.access == access)
    }

    /// Ends everything that came of the authorization that a token belongs to: all of that person's tokens (topics:
    /// oauth2, "Token Revocation Example"). What is no token is ended already.
    pub(crate) fn revoke(&mut self, text: &str) {
        let of = self.oauth.tokens.iter().find(|token| token.access == text || token.refresh == text);
        let user = of.map(|token| token.user);
        self.oauth.tokens.iter_mut().filter(|token| Some(token.user) == user).for_each(|token| token.revoked = true);
    }

    /// Every token there ever was, and whether it still lives.
    pub(crate) fn issued(&self) -> Vec<(String, bool)> {
        self.oauth.tokens.iter().map(|token| (token.access.clone(), self.bearer(&token.access).is_some())).collect()
    }

    /// 30 characters, as long as Discord's; nobody guesses them who does not know the application's secret.
    fn secret_text(&mut self, of: &str) -> String {
        let id = self.next_id();
        let text = format!("{of}:{}:{id}", self.oauth.client_secret);
        hex::encode(Sha256::digest(text))[..30].to_owned()
    }

    /// The guilds that somebody is in: the usual one, those in which they have a role, those they have joined; none
    /// that they have left.
    pub(crate) fn guilds_of(&self, user: u64) -> Vec<u64> {
        let has_role = |guild: u64| self.users.get(&user).is_some_and(|it| !self.roles_in(guild, it).is_empty());
        let is_in = |guild: &u64| {
            let asked = self.membership.get(&(*guild, user));
            *asked.unwrap_or(&(*guild == self.guild_id || has_role(*guild)))
        };
        self.guilds.keys().copied().filter(is_in).collect()
    }
}
