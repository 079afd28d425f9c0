//! Signed deliveries, as commands: what all kinds of senders have in common.
//!
//! The order is fixed: the size is bounded by the frame around all routes; then the signature is verified over the
//! bytes as they came ([`Sources::trust`]); then it is found out which delivery it is ([`Sources::open`]), so that one
//! that came before is known; and only then its meaning is read ([`Sources::read`]). Nothing here knows of connections
//! or responses.
//!
//! How they are signed is in [`domain::webhook`](crate::domain::webhook). What a trusted one means is one file per
//! sender: [`standard`], [`github`], [`gitlab`], [`stripe`], each a pure function of the delivery and its source.

mod comment;
pub mod github;
pub mod gitlab;
mod identity;
pub mod preview;
pub mod standard;
pub mod stripe;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::config;
use crate::domain::actor::{Actor, Door};
use crate::domain::audit::Origin;
use crate::domain::command::Command;
use crate::domain::outcome::Refusal;
use crate::domain::reply::ReplyTo;
use crate::domain::request::{IdempotencyKey, Request};
use crate::domain::rule::Rule;
use crate::domain::webhook::{Clock, Headers, Keys, Proof, SignatureError};
use crate::egress;
use crate::inbound::http::reading::Malformed;
use crate::inbound::parse;

/// All sources deliveries may come from.
#[derive(Debug)]
pub struct Sources {
    by_name: HashMap<String, config::WebhookSource>,
    /// Deliveries out can be signed, so a callback may be asked for; also from these hosts inside.
    callbacks: Option<Vec<String>>,
}

/// Why a delivery is not even read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    #[error("there is no such source")]
    Source,
    /// Its sender is told that the time was wrong, since the signature held, and otherwise nothing.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Why a delivery that is trusted cannot become a command.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The body is not what its type promises.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The body is of another media type than its sender may use; `None`: it does not say.
    #[error("the body's media type is not understood")]
    Media(Option<String>),
    /// A header that says what the delivery is, and is not there once.
    #[error(transparent)]
    Header(SignatureError),
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What a delivery asks for.
#[derive(Debug)]
pub enum Meaning {
    Command(Box<Request>),
    /// One that its source may not give, and why.
    Forbidden(Box<Request>, Refusal),
    /// Something of what is paid for.
    Billed(Billed),
    /// Nothing, and why.
    Ignored(String),
    /// What becomes of it hangs on what is known of the pull request.
    Preview(Box<preview::Preview>),
}

/// A command of a source.
#[derive(Debug)]
pub struct Asking {
    pub request: Box<Request>,
    /// Why its source may not give it.
    pub forbidden: Option<Refusal>,
}

/// What follows from an event of a subscription, or of a single payment.
#[derive(Debug)]
pub struct Billed {
    /// Which one; one store stands for it.
    pub subject: String,
    /// When it happened. Nothing follows from it when something that happened later is known.
    pub at: Timestamp,
    pub asks: Asking,
    /// What it asks for where the store that it would make is there already.
    pub instead: Option<Asking>,
    /// Nothing follows from what happened before it, whether the store was there or not.
    pub ends: bool,
}

/// What arrived at a source's address.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    pub headers: &'a Headers<'a>,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
    /// Of the request it came with.
    pub origin: &'a Arc<Origin>,
    pub now: Timestamp,
}

/// A delivery whose signature held.
#[derive(Clone, Copy, Debug)]
pub struct Proven<'a> {
    source: &'a config::WebhookSource,
    delivery: Delivery<'a>,
    proof: Proof<'a>,
}

/// A delivery that can be trusted, with what makes it this one.
#[derive(Clone, Debug)]
pub struct Trusted<'a> {
    pub source: &'a config::WebhookSource,
    pub identity: Identity,
    /// JSON, as it was signed or taken out of a signed form.
    pub body: Cow<'a, [u8]>,
    pub origin: &'a Arc<Origin>,
    pub now: Timestamp,
    callbacks: Option<&'a [String]>,
}

/// Which delivery it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The sender's own id of it: 1 to 255 printable ASCII characters. Where no signature covers it, it is what the
    /// sender said and no more.
    pub id: String,
    /// The event's name, from a header or the body; whatever the sender says.
    pub event: String,
    /// The same for each repetition of a delivery, whoever repeats it, and for nothing else of its source: the id
    /// where a signature covers it, a digest of event and body where none does.
    pub unique: String,
    /// Digest of the body (hex SHA-256).
    pub fingerprint: String,
}

impl Sources {
    #[must_use]
    pub fn new(config: &config::Config) -> Self {
        let by_name = config.webhooks.iter().map(|w| (w.name.clone(), w.clone())).collect();
        let callbacks = &config.callbacks;
        let callbacks = (!callbacks.secrets.is_empty()).then(|| callbacks.allow_hosts.clone());
        Self { by_name, callbacks }
    }

    /// The source's name as it may stand in numbers and logs: a name nobody configured is whatever
    /// a stranger wrote into the address.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        self.by_name.get(name).map_or("unknown", |s| s.name.as_str())
    }

    /// The same, unless nobody configured it.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|s| s.name.as_str())
    }

    /// A delivery that was trusted before, as it was kept. `None`: its source is not configured any more.
    #[must_use]
    pub fn revive<'a>(
        &'a self,
        source: &str,
        identity: Identity,
        body: &'a [u8],
        (origin, now): (&'a Arc<Origin>, Timestamp),
    ) -> Option<Trusted<'a>> {
        let source = self.by_name.get(source)?;
        Some(Trusted { source, identity, body: Cow::Borrowed(body), origin, now, callbacks: self.callbacks.as_deref() })
    }

    /// Verifies a delivery.
    ///
    /// # Errors
    /// Nobody knows the source, or its signature does not hold.
    pub fn trust<'a>(&'a self, name: &str, delivery: Delivery<'a>) -> Result<Proven<'a>, Untrusted> {
        let source = self.by_name.get(name).ok_or(Untrusted::Source)?;
        let clock = Clock { now: delivery.now.as_second(), tolerance: source.tolerance.as_secs() };
        let proof = source.keys.verify(delivery.headers, delivery.body, clock)?;
        Ok(Proven { source, delivery, proof })
    }

    /// Finds out which delivery it is.
    ///
    /// # Errors
    /// Its media type, its headers or its body are not what its sender promises.
    pub fn open<'a>(&'a self, proven: Proven<'a>) -> Result<Trusted<'a>, Unread> {
        let Proven { source, delivery, proof } = proven;
        let Delivery { headers, content_type, body, origin, now } = delivery;
        let body = identity::json(source.keys.kind(), content_type, body)?;
        let identity = identity::of(source, headers, proof, &body)?;
        Ok(Trusted { source, identity, body, origin, now, callbacks: self.callbacks.as_deref() })
    }

    /// Reads what a trusted delivery asks for. One that is repeated asks for the same under the same key.
    ///
    /// # Errors
    /// The body is not what its event promises, or a field cannot be read.
    pub fn read(&self, delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
        match delivery.source.keys {
            Keys::Standard(_) => standard::meaning(delivery),
            Keys::Github(_) => github::meaning(delivery),
            Keys::Gitlab(_) => gitlab::meaning(delivery),
            Keys::Stripe(_) => stripe::meaning(delivery),
        }
    }
}

impl Trusted<'_> {
    /// The delivery as a command of its source.
    #[must_use]
    pub fn ask(&self, command: Command, reply_to: Option<ReplyTo>) -> Meaning {
        match self.asking(command, reply_to) {
            Asking { request, forbidden: None } => Meaning::Command(request),
            Asking { request, forbidden: Some(refusal) } => Meaning::Forbidden(request, refusal),
        }
    }

    fn asking(&self, command: Command, reply_to: Option<ReplyTo>) -> Asking {
        let source = self.source;
        let (kind, allowed) = (command.kind(), &source.commands);
        let refusal = Refusal::NotThisSource { command: kind, allowed: allowed.clone() };
        let forbidden = (!allowed.contains(&kind)).then_some(refusal);
        let request = Box::new(Request {
            actor: Actor { id: source.owner.clone(), role: source.role, org: source.org.clone() },
            door: Door::Webhook,
            command,
            key: Some(self.key()),
            reply_to,
            origin: Arc::clone(self.origin),
            at: self.now,
        });
        Asking { request, forbidden }
    }

    /// Unique for the delivery among all that its owner asks for: several sources may have one owner.
    fn key(&self) -> IdempotencyKey {
        let value = format!("{}/{}", self.source.name, self.identity.unique);
        IdempotencyKey { value, fingerprint: self.identity.fingerprint.clone() }
    }

    /// An address to tell what becomes of the command.
    ///
    /// # Errors
    /// It is none, nothing could be signed for it, or it can be seen to lead inside.
    fn callback(&self, url: &str) -> Result<ReplyTo, Refusal> {
        let invalid = |why| Refusal::Invalid { field: "callback_url".to_owned(), why };
        let allow_hosts = self.callbacks.ok_or_else(|| invalid(Rule::CallbackSigned))?;
        let url = parse::callback_url(url)?;
        // What can never be called is better said now than to nobody, when it is called.
        if url.parse().is_ok_and(|url| egress::is_inside(&url, allow_hosts)) {
            return Err(invalid(Rule::CallbackPublic));
        }
        Ok(ReplyTo::Callback { url: url.into() })
    }
}

/// Longest name of an event that is said back to its sender, in characters.
const EVENT_MAX: usize = 60;

/// Why nothing follows from an event, with its name.
fn nothing_follows(event: &str, what_does: &str) -> Meaning {
    let event: String = event.chars().take(EVENT_MAX).collect();
    Meaning::Ignored(format!("events of type {event:?} ask for nothing here{what_does}"))
}

#[cfg(test)]
mod tests;
