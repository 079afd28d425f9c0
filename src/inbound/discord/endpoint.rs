//! `POST /discord/interactions`: is it Discord, what is asked, and an answer in time.

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Endpoint, Error, Request, Response};
use serde_json::Value;
use tokio::time::timeout;

use super::original::Originals;
use super::parse::{Ask, Asked, Audience, BadPayload, Decision, Interaction, Moment, interaction};
use super::respond;
use super::signature::{SignedHeaders, Trust, verify};
use crate::commands::{Commands, ListFilter};
use crate::config;
use crate::domain::actor::{ActorId, Door};
use crate::domain::audit::Asker;
use crate::domain::command::Command;
use crate::domain::outcome::Refusal;
use crate::domain::request::Request as Asking;
use crate::domain::to_the_millisecond;
use crate::inbound::http::caller::origin;
use crate::inbound::{self, login, submit};
use crate::metrics::Metrics;
use crate::text::answers;
use crate::text::markdown::escape;

/// Discord gives up after 3 s; what is left is for the way there and back.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_500);
/// Stores on one list; more do not fit into a message.
const LIST_LIMIT: u32 = 20;

/// The endpoint. Refusals of whole requests are `poem::Error`s with a status; the layer above gives
/// them their body.
#[derive(Clone, Debug)]
pub struct Interactions {
    commands: Arc<Commands>,
    metrics: Metrics,
    gate: Gate,
    originals: Originals,
    body_limit: usize,
}

/// Lets through what Discord sent to this application.
#[derive(Clone, Debug)]
struct Gate {
    audience: Audience,
    trust: Trust,
}

/// The public key in the configuration is no point on the curve.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("discord.public_key is not an Ed25519 public key")]
pub struct BadKey;

impl Interactions {
    /// # Errors
    /// The configured key cannot verify anything.
    pub fn new(
        commands: Arc<Commands>,
        metrics: Metrics,
        discord: &config::Discord,
        body_limit: usize,
        originals: Originals,
    ) -> Result<Self, BadKey> {
        Ok(Self { commands, metrics, gate: Gate::new(discord)?, originals, body_limit })
    }

    async fn answer(&self, asked: Asked, moment: &Moment) -> Result<Value, Refusal> {
        let ((actor, what), Moment { origin, now }) = (asked?, moment);
        let asker = Asker { actor: &actor, door: Door::Discord, origin, at: *now };
        Ok(match what {
            Ask::Do(request) => self.submit(*request).await?,
            Ask::Decide(decision) => self.decide(asker, decision).await?,
            Ask::Quota => respond::private(answers::quota(&self.commands.quota(asker).await?)),
            Ask::Status(store) => respond::private(answers::status(&self.commands.get(asker, &store).await?, *now)),
            Ask::Login(store, original) => {
                let asked = login(&self.commands, &self.metrics, asker, &store).await?;
                self.originals.tell(asked, original);
                respond::deferred_privately()
            }
            Ask::List => {
                let owner = Some(actor.id.clone());
                let filter = ListFilter { owner, living: true, limit: LIST_LIMIT, ..ListFilter::default() };
                let (page, quota) = tokio::try_join!(self.commands.list(asker, &filter), self.commands.quota(asker))?;
                respond::private(answers::list(&page.items, page.next_cursor.is_some(), &quota))
            }
            Ask::Help => respond::private(answers::help()),
        })
    }
}

impl Interactions {
    /// What is told of a command at once; the rest is told by editing it. What is over a quota is put before
    /// the channel's approvers.
    async fn submit(&self, request: Asking) -> Result<Value, Refusal> {
        let (asker, command) = (request.actor.id.clone(), request.command.clone());
        let answer = submit(&self.commands, &self.metrics, request).await;
        match (command, answer) {
            (_, Ok(_)) => Ok(respond::deferred()),
            (Command::Create(create), Err(refusal)) => match &refusal {
                Refusal::Quota { approval: Some(waiting), .. } => {
                    let text = answers::approval(&create, &respond::refusal_text(&refusal), &mention(&asker));
                    Ok(respond::to_approvers(text, &waiting.id))
                }
                _ => Err(refusal),
            },
            (_, Err(refusal)) => Err(refusal),
        }
    }

    async fn decide(&self, asker: Asker<'_>, Decision { approve, approval }: Decision) -> Result<Value, Refusal> {
        let by = mention(&asker.actor.id);
        let (asked, verdict) = if approve {
            let (asked, _) = inbound::approve(&self.commands, &self.metrics, asker, &approval).await?;
            (asked, "approved")
        } else {
            (inbound::deny(&self.commands, &self.metrics, asker, &approval).await?, "denied")
        };
        Ok(respond::decided(format!("The request for **{}** was {verdict} by {by}.", asked.create.name)))
    }
}

/// Somebody on Discord by their name there, without ringing their bell; others as they are.
fn mention(actor: &ActorId) -> String {
    match actor.as_str().strip_prefix("discord:") {
        Some(id) => format!("<@{id}>"),
        None => escape(actor.as_str()),
    }
}

impl Gate {
    fn new(discord: &config::Discord) -> Result<Self, BadKey> {
        let key = VerifyingKey::from_bytes(&discord.public_key).map_err(|_| BadKey)?;
        let trust = Trust { key, tolerance: discord.tolerance.as_secs() };
        let audience = Audience { application: discord.application_id, people: discord.people.clone() };
        Ok(Self { audience, trust })
    }

    fn read(&self, headers: &HeaderMap, body: &[u8], moment: &Moment) -> Result<Interaction, Error> {
        let signed = signed_headers(headers).ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "unsigned"))?;
        verify(&self.trust, signed, body, moment.now).map_err(|why| {
            tracing::info!(%why, "an interaction was refused for its signature");
            refused(StatusCode::UNAUTHORIZED, "bad signature")
        })?;
        interaction(body, &self.audience, moment).map_err(|why| {
            tracing::warn!(%why, "an interaction was not understood");
            let status = match why {
                BadPayload::Application => StatusCode::UNAUTHORIZED,
                BadPayload::Shape | BadPayload::Kind => StatusCode::BAD_REQUEST,
            };
            refused(status, &why.to_string())
        })
    }
}

impl Endpoint for Interactions {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        if request.method() != Method::POST {
            return Err(StatusCode::METHOD_NOT_ALLOWED.into());
        }
        let body = request.take_body().into_bytes_limit(self.body_limit).await?;
        let moment = Moment { origin: origin(&request), now: to_the_millisecond(Timestamp::now()) };
        let read = self.gate.read(request.headers(), &body, &moment).inspect_err(|error| {
            if error.status() == StatusCode::UNAUTHORIZED {
                self.metrics.signature_failure("discord");
            }
        });
        let value = match read? {
            Interaction::Ping => respond::pong(),
            Interaction::Asked(asked) => match timeout(ANSWER_WITHIN, self.answer(asked, &moment)).await {
                Ok(Ok(value)) => value,
                Ok(Err(refusal)) => respond::refused(&refusal),
                Err(_) => {
                    tracing::warn!("an interaction could not be answered in time");
                    respond::too_slow()
                }
            },
        };
        Ok(Response::builder().content_type("application/json").body(value.to_string()))
    }
}

fn signed_headers(headers: &HeaderMap) -> Option<SignedHeaders<'_>> {
    let signature = only(headers, "x-signature-ed25519")?;
    let timestamp = only(headers, "x-signature-timestamp")?;
    Some(SignedHeaders { signature, timestamp })
}

/// A header that is there once: of two, another proxy might have checked the other one.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn refused(status: StatusCode, why: &str) -> Error {
    Error::from_string(why, status)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;
    use crate::domain::actor::Role;

    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&hex::decode(SEED).unwrap().try_into().unwrap())
    }

    fn gate() -> Gate {
        let discord = config::Discord {
            application_id: 7,
            public_key: key().verifying_key().to_bytes(),
            bot_token: "x".into(),
            api_url: "http://127.0.0.1:1".parse().unwrap(),
            tolerance: Duration::from_secs(300),
            timeout: Duration::from_secs(1),
            people: config::People { default_role: Some(Role::Member), servers: Vec::new() },
        };
        Gate::new(&discord).unwrap()
    }

    fn signed(body: &str, at: Timestamp) -> HeaderMap {
        let timestamp = at.as_second().to_string();
        let signature = key().sign(format!("{timestamp}{body}").as_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("X-Signature-Ed25519", hex::encode(signature.to_bytes()).parse().unwrap());
        headers.insert("X-Signature-Timestamp", timestamp.parse().unwrap());
        headers
    }

    fn status(headers: &HeaderMap, body: &str) -> StatusCode {
        gate()
            .read(headers, body.as_bytes(), &Moment { origin: Arc::default(), now: now() })
            .map_or_else(|e| e.status(), |_| StatusCode::OK)
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_700_000_000).unwrap()
    }

    #[test]
    fn only_what_discord_signed_comes_in() {
        let ping = r#"{"type":1}"#;
        assert_eq!(status(&signed(ping, now()), ping), StatusCode::OK);
        assert_eq!(status(&HeaderMap::new(), ping), StatusCode::UNAUTHORIZED);
        assert_eq!(status(&signed("other", now()), ping), StatusCode::UNAUTHORIZED);
        assert_eq!(status(&signed(ping, Timestamp::UNIX_EPOCH), ping), StatusCode::UNAUTHORIZED);
        let mut twice = signed(ping, now());
        twice.append("X-Signature-Timestamp", "1".parse().unwrap());
        assert_eq!(status(&twice, ping), StatusCode::UNAUTHORIZED);
        let foreign = r#"{"type":1,"application_id":"8"}"#;
        assert_eq!(status(&signed(foreign, now()), foreign), StatusCode::UNAUTHORIZED);
        // The signature comes first: an unsigned body is not even looked at.
        assert_eq!(status(&HeaderMap::new(), "{"), StatusCode::UNAUTHORIZED);
        for bad in ["", "{}", r#"{"type":3}"#, r#"{"type":99}"#] {
            assert_eq!(status(&signed(bad, now()), bad), StatusCode::BAD_REQUEST, "{bad}");
        }
    }
}
