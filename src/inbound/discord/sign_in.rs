//! Who somebody is who comes to the dashboard from Discord: OAuth2's authorization code grant, as Discord describes it
//! (developer documentation, topics: OAuth2), with PKCE (RFC 7636).
//!
//! ```text
//! ask ─> the person, at Discord ─> a code ─> exchange ─> read: who, in which servers, with which roles ─> actors
//!                                                 └─> revoke, whatever came of it
//! ```
//!
//! Of the person are asked the scopes
//! - `identify`: the id, which is the actor's;
//! - `guilds`: in which servers they are, in one request. Without it each server that storebot knows would have to be
//!   asked for, and those that are set up by `/store-admin` alone would be found by nobody;
//! - `guilds.members.read`: their roles there.
//!
//! The bot's own token could read roles as well, but only where the bot itself was invited.
//!
//! The token that says so lives for seven days at Discord, so it is ended as soon as it was used: it is kept nowhere,
//! and nothing is logged of it.

mod said;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serenity::model::id::{GuildId, UserId};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use super::payload::{Member, Place};
use super::people;
use crate::commands::Commands;
use crate::config::{self, Api, People};
use crate::domain::actor::Actor;
use crate::domain::outcome::Refusal;
use crate::domain::secret::SecretText;
use crate::domain::server::ServerSettings;
use crate::metrics::Metrics;
use said::{OfMember, Person, Refused, Server};

/// Where Discord sends people back to, below `http.public_url`.
pub const BACK: &str = "/sign-in/discord/back";
/// What people let storebot know; see the top.
const SCOPES: &str = "identify guilds guilds.members.read";
/// People who are asked about at Discord at once; each takes a few requests.
const AT_ONCE: usize = 16;
/// Servers whose roles are asked for of one person. Discord lets few such requests through.
const SERVERS: usize = 10;
/// Longest answer that is read, in bytes. Two hundred servers take a tenth of it.
const ANSWER_MAX: usize = 1 << 20;
/// Shares of the time for a request: to ask Discord, and to end the token.
const TO_ASK: f64 = 0.6;
const TO_REVOKE: f64 = 0.2;

/// Signing in with Discord. Cheap to clone.
#[derive(Clone)]
pub struct SignIn(Arc<Inner>);

struct Inner {
    client: Client,
    api: Api,
    application_id: u64,
    settings: config::SignIn,
    people: People,
    /// Where Discord sends people back to.
    back: String,
    to_ask: Duration,
    to_revoke: Duration,
    at_once: Semaphore,
    metrics: Metrics,
}

/// Somebody, as they are in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What the server is called.
    pub place: String,
    pub actor: Actor,
}

/// Who came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    pub id: u64,
    /// What people call them.
    pub name: String,
    /// The most powerful first. Empty: they may do nothing anywhere.
    pub known: Vec<Known>,
}

/// Why it cannot be said who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Discord does not take the code, or no longer the token.
    Refused,
    /// Discord does not know the application by this id, secret and address.
    Unknown,
    /// Too many at once; after so many seconds there may be room.
    Slow(u64),
    /// No answer, or none that can be understood.
    Away,
    Ledger(Refusal),
}

/// What the person has let storebot know.
#[derive(Deserialize)]
struct Granted {
    access_token: SecretText,
}

impl SignIn {
    /// `None`: it is not set up.
    #[must_use]
    pub fn new(discord: &config::Discord, http: &config::Http, client: Client, metrics: Metrics) -> Option<Self> {
        let inner = Inner {
            client,
            api: discord.api(),
            application_id: discord.application_id,
            settings: discord.sign_in.clone()?,
            people: discord.people.clone(),
            back: back(http),
            to_ask: discord.timeout.min(http.request_timeout.mul_f64(TO_ASK)),
            to_revoke: discord.timeout.min(http.request_timeout.mul_f64(TO_REVOKE)),
            at_once: Semaphore::new(AT_ONCE),
            metrics,
        };
        Some(Self(Arc::new(inner)))
    }

    /// What only storebot and Discord know.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0.settings.client_secret
    }

    /// How long somebody is signed in with what Discord says now.
    #[must_use]
    pub fn session(&self) -> Duration {
        self.0.settings.session
    }

    /// Where a person is sent to. `challenge`: the digest of the verifier that goes with the code later.
    #[must_use]
    pub fn ask(&self, state: &str, challenge: &str) -> String {
        let address = self.0.api.at("https://discord.com/oauth2/authorize");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.0.application_id.to_string())
            .append_pair("scope", SCOPES)
            .append_pair("redirect_uri", &self.0.back)
            .append_pair("state", state)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256")
            // Whose consent Discord still knows is not asked again.
            .append_pair("prompt", "none")
            .finish();
        format!("{address}?{query}")
    }

    /// Who has come back with this code, and what they are where.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn who(&self, commands: &Commands, code: &str, verifier: &str) -> Result<Newcomer, Trouble> {
        let Ok(_permit) = self.0.at_once.try_acquire() else { return Err(Trouble::Slow(1)) };
        let begun = tokio::time::Instant::now();
        let granted = timeout(self.0.to_ask, self.exchange(code, verifier)).await.unwrap_or(Err(Trouble::Away));
        let granted = granted.inspect_err(note)?;
        let left = self.0.to_ask.saturating_sub(begun.elapsed());
        let who = timeout(left, self.read(commands, &granted)).await.unwrap_or(Err(Trouble::Away)).inspect_err(note);
        if timeout(self.0.to_revoke, self.revoke(&granted)).await != Ok(true) {
            tracing::warn!(
                "Discord did not end the token of somebody who signed in; it was forgotten here, and ends by itself"
            );
        }
        who
    }

    /// Whether Discord knows the application by its secret, and this address of ours: asked with a code that there is
    /// not, which is then all that is wrong.
    ///
    /// # Errors
    /// `Unknown`, or Discord cannot be asked.
    pub async fn check(&self) -> Result<(), Trouble> {
        match timeout(self.0.to_ask, self.exchange("storebot-doctor", "")).await {
            Ok(Ok(_) | Err(Trouble::Refused)) => Ok(()),
            Ok(Err(trouble)) => Err(trouble),
            Err(_) => Err(Trouble::Away),
        }
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Result<Granted, Trouble> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.0.back),
            ("code_verifier", verifier),
        ];
        self.send(self.to_application("/token").form(&fields)).await
    }

    /// Whether the token is ended.
    async fn revoke(&self, granted: &Granted) -> bool {
        let fields = [("token", granted.access_token.expose()), ("token_type_hint", "access_token")];
        self.send::<serde::de::IgnoredAny>(self.to_application("/token/revoke").form(&fields)).await.is_ok()
    }

    async fn read(&self, commands: &Commands, granted: &Granted) -> Result<Newcomer, Trouble> {
        let (person, servers) =
            tokio::try_join!(self.get::<Person>(granted, ""), self.get::<Option<Vec<Server>>>(granted, "/guilds"))?;
        let ids: Vec<u64> = servers.iter().flatten().map(|server| server.id.get()).collect();
        let settings = commands.servers(&ids).await.map_err(Trouble::Ledger)?;
        let known = self.0.of_ours(servers.unwrap_or_default().into_iter().zip(settings).collect());
        let members = known.iter().map(|(server, _)| self.member(granted, server.id));
        let members = futures::future::try_join_all(members).await?;
        let places = known.into_iter().zip(members).filter_map(|((server, set), member)| Some((server, set, member?)));
        Ok(newcomer(&self.0.people, &person, places.collect()))
    }

    /// `None`: they have left meanwhile.
    async fn member(&self, granted: &Granted, server: GuildId) -> Result<Option<Member>, Trouble> {
        let path = format!("/guilds/{server}/member");
        match self.get::<OfMember>(granted, &path).await {
            Ok(member) => Ok(Some(Member { server, roles: member.roles, manages: false, lang: None })),
            Err(Trouble::Unknown) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    async fn get<T: DeserializeOwned>(&self, granted: &Granted, path: &str) -> Result<T, Trouble> {
        let address = self.0.api.at(&format!("https://discord.com/api/v10/users/@me{path}"));
        self.send(self.0.client.get(address).bearer_auth(granted.access_token.expose())).await
    }

    fn to_application(&self, path: &str) -> RequestBuilder {
        let address = self.0.api.at(&format!("https://discord.com/api/v10/oauth2{path}"));
        self.0
            .client
            .post(address)
            .basic_auth(self.0.application_id, Some(self.0.settings.client_secret.expose_secret()))
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Trouble> {
        let answer = request.send().await;
        self.0.metrics.discord_request(answer.as_ref().map_or(0, |answer| answer.status().as_u16()));
        // Its words would name the address, which is no secret; but nothing of the request belongs into a log.
        let answer =
            answer.map_err(|error| away(&if error.is_timeout() { "took too long" } else { "no connection" }))?;
        let (status, wait) = (answer.status(), said::retry_after(answer.headers()));
        let body = bounded(answer).await.ok_or_else(|| away(&"the answer broke off or was too long"))?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| away(&"the answer is not understood"));
        }
        Err(refusal(status, wait, &Refused::read(&body)))
    }
}

impl Inner {
    /// Of somebody's servers those that mean something here: the operator lists them, or their own administrators have
    /// said what roles there mean. The listed ones first.
    fn of_ours(&self, servers: Vec<(Server, ServerSettings)>) -> Vec<(Server, ServerSettings)> {
        let listed = |server: &Server| self.people.servers.iter().any(|known| known.id == server.id.get());
        let mut ours: Vec<_> =
            servers.into_iter().filter(|(server, set)| listed(server) || !set.roles.is_empty()).collect();
        ours.sort_by_key(|(server, _)| (!listed(server), server.id));
        if ours.len() > SERVERS {
            tracing::warn!(servers = ours.len(), "somebody signs in who is in many servers; the first {SERVERS} count");
            ours.truncate(SERVERS);
        }
        ours
    }
}

/// Where Discord sends people back to, as it has to stand in the developer portal.
#[must_use]
pub fn back(http: &config::Http) -> String {
    let url: &Url = &http.public_url;
    format!("{}{BACK}", url.as_str().trim_end_matches('/'))
}

/// What somebody is where; where they are nothing in any server, what they are in direct messages.
fn newcomer(people: &People, person: &Person, places: Vec<(Server, ServerSettings, Member)>) -> Newcomer {
    let in_server = |(server, set, member): (Server, ServerSettings, Member)| {
        let actor = people::actor(people, &set, person.id, &Place::Server(member))?;
        Some(Known { place: server.name, actor })
    };
    let mut known: Vec<Known> = places.into_iter().filter_map(in_server).collect();
    known.sort_by(|a, b| b.actor.role.cmp(&a.actor.role).then_with(|| a.place.cmp(&b.place)));
    if known.is_empty() {
        let direct = people::actor(people, &ServerSettings::default(), person.id, &Place::DirectMessage);
        known.extend(direct.map(|actor| Known { place: String::new(), actor }));
    }
    let id: UserId = person.id;
    Newcomer { id: id.get(), name: person.name().to_owned(), known }
}

/// Once for each who could not be signed in; the rest was written down where it was seen.
fn note(trouble: &Trouble) {
    match trouble {
        Trouble::Unknown => {
            tracing::error!(
                "Discord does not know discord.application_id by discord.client_secret: nobody can sign in"
            );
        }
        trouble => tracing::info!(?trouble, "somebody who came from Discord is not signed in"),
    }
}

fn away(why: &dyn std::fmt::Display) -> Trouble {
    tracing::warn!(%why, "Discord cannot say who signs in");
    Trouble::Away
}

/// What a refusal means.
fn refusal(status: StatusCode, wait: u64, refused: &Refused) -> Trouble {
    match (status.as_u16(), refused.error()) {
        (429, _) => Trouble::Slow(wait),
        (404, _) | (_, "invalid_client" | "unauthorized_client") => Trouble::Unknown,
        (400 | 401 | 403, error) => {
            tracing::debug!(status = status.as_u16(), error, "Discord says no");
            Trouble::Refused
        }
        (status, _) => away(&format!("status {status}")),
    }
}

async fn bounded(mut answer: reqwest::Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

#[cfg(test)]
mod tests;
