//! Signed deliveries, as commands: what all kinds of senders have in common.
//!
//! The order is fixed: the size is bounded by the frame around all routes, then the signature is
//! verified over the bytes, then they are parsed. Nothing here knows of connections or responses.
//! One file per sender: [`standard`].

pub mod standard;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::config;
use crate::domain::actor::{Actor, Door};
use crate::domain::audit::Origin;
use crate::domain::outcome::Refusal;
use crate::domain::reply::ReplyTo;
use crate::domain::request::Request;
use crate::domain::rule::Rule;
use crate::domain::webhook::{Clock, SignatureError, SignedHeaders, verify};
use crate::egress;
use crate::inbound::http::reading::Malformed;
use crate::inbound::parse;

/// All sources deliveries may come from.
#[derive(Debug)]
pub struct Sources {
    by_name: HashMap<String, config::WebhookSource>,
    /// Deliveries out can be signed, so a callback may be asked for.
    callbacks: bool,
    /// Hosts inside that may be called all the same.
    allow_hosts: Vec<String>,
}

/// Why a delivery is not even read. The sender is not told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    #[error("there is no such source")]
    Source,
    #[error("a header of the signature is missing or doubled")]
    Headers,
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Why a delivery that is trusted cannot become a command.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The body is not what its type promises.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What a delivery asks for.
#[derive(Debug)]
pub enum Meaning {
    Command(Box<Request>),
    /// One that its source may not give, and why.
    Forbidden(Box<Request>, Refusal),
    /// Nothing, and why.
    Ignored(String),
}

/// A delivery whose signature held.
#[derive(Clone, Copy, Debug)]
pub struct Trusted<'a> {
    source: &'a config::WebhookSource,
    id: &'a str,
    body: &'a [u8],
    origin: &'a Arc<Origin>,
    now: Timestamp,
}

/// What arrived at a source's address.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// `None`: one of them is missing or there twice.
    pub headers: Option<SignedHeaders<'a>>,
    pub body: &'a [u8],
    /// Of the request it came with.
    pub origin: &'a Arc<Origin>,
    pub now: Timestamp,
}

impl Sources {
    #[must_use]
    pub fn new(config: &config::Config) -> Self {
        let by_name = config.webhooks.iter().map(|w| (w.name.clone(), w.clone())).collect();
        Self {
            by_name,
            callbacks: !config.callbacks.secrets.is_empty(),
            allow_hosts: config.callbacks.allow_hosts.clone(),
        }
    }

    /// The source's name as it may stand in numbers and logs: a name nobody configured is whatever
    /// a stranger wrote into the address.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        self.by_name.get(name).map_or("unknown", |s| s.name.as_str())
    }

    /// Verifies a delivery.
    ///
    /// # Errors
    /// For logs and numbers only.
    pub fn trust<'a>(&'a self, name: &str, delivery: Delivery<'a>) -> Result<Trusted<'a>, Untrusted> {
        let Delivery { headers, body, origin, now } = delivery;
        let source = self.by_name.get(name).ok_or(Untrusted::Source)?;
        let headers = headers.ok_or(Untrusted::Headers)?;
        let clock = Clock { now: now.as_second(), tolerance: source.tolerance.as_secs() };
        verify(&source.secrets, headers, body, clock)?;
        Ok(Trusted { source, id: headers.id, body, origin, now })
    }

    /// Reads a trusted delivery. Its id is the idempotency key, so a sender may repeat it safely.
    ///
    /// # Errors
    /// The body is not what its type promises, or a field cannot be read.
    pub fn read(&self, delivery: Trusted<'_>, fingerprint: String) -> Result<Meaning, Unread> {
        let event = match standard::event(delivery.body)? {
            standard::Read::Event(event) => event,
            standard::Read::Other(kind) => return Ok(Meaning::Ignored(standard::ignored(&kind))),
        };
        let key = parse::key("webhook-id", delivery.id, fingerprint)?;
        let callback = event.callback_url().map(|url| self.callback(url)).transpose()?;
        let command = event.command()?;
        let source = delivery.source;
        let (kind, allowed) = (command.kind(), &source.commands);
        let refusal = Refusal::NotThisSource { command: kind, allowed: allowed.clone() };
        let request = Box::new(Request {
            actor: Actor { id: source.owner.clone(), role: source.role, org: source.org.clone() },
            door: Door::Webhook,
            command,
            key: Some(key),
            reply_to: callback,
            origin: Arc::clone(delivery.origin),
            at: delivery.now,
        });
        Ok(if allowed.contains(&kind) { Meaning::Command(request) } else { Meaning::Forbidden(request, refusal) })
    }

    fn callback(&self, url: &str) -> Result<ReplyTo, Refusal> {
        if !self.callbacks {
            return Err(Refusal::Invalid { field: "callback_url".to_owned(), why: Rule::CallbackSigned });
        }
        let url = parse::callback_url(url)?;
        // What can never be called is better said now than two days later to nobody.
        let inside = url.parse().is_ok_and(|url| egress::is_inside(&url, &self.allow_hosts));
        if inside {
            return Err(Refusal::Invalid { field: "callback_url".to_owned(), why: Rule::CallbackPublic });
        }
        Ok(ReplyTo::Callback { url: url.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{ActorId, OrgId, Role};
    use crate::domain::command::{Command, CommandKind};
    use crate::domain::store::StoreRef;
    use crate::domain::webhook::Secret;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const NOW: i64 = 1_700_000_000;

    fn sources(extra: &str) -> Sources {
        let file = format!("[[cells]]\nname='main'\n[[webhooks]]\nname='ci'\nsecrets=['{SECRET}']\n{extra}");
        Sources::new(&config::Config::load(&file, &[]).unwrap())
    }

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    fn sign(id: &str, at: i64, body: &[u8]) -> String {
        Secret::parse(SECRET).unwrap().sign(id, at, body)
    }

    fn read(sources: &Sources, body: &str) -> Result<Meaning, Unread> {
        let signatures = sign("msg_1", NOW, body.as_bytes());
        let headers = SignedHeaders { id: "msg_1", timestamp: &NOW.to_string(), signatures: &signatures };
        let (body, origin) = (body.as_bytes(), Arc::default());
        let delivery = Delivery { headers: Some(headers), body, origin: &origin, now: now() };
        let trusted = sources.trust("ci", delivery).unwrap();
        sources.read(trusted, "f".repeat(64))
    }

    fn command(sources: &Sources, body: &str) -> Request {
        match read(sources, body).unwrap() {
            Meaning::Command(request) => *request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_delivery_becomes_its_sources_command() {
        let with_callbacks = sources(&format!("[callbacks]\nsecrets=['{SECRET}']"));
        let body = r#"{"type":"store.create","data":{"name":"tea","engine":"medusa","plan":"large","ttl":"72h",
                      "title":"Tea","callback_url":"https://example.com/done"}}"#;
        let request = command(&with_callbacks, body);
        assert_eq!((request.actor.id.as_str(), request.actor.role.as_str()), ("webhook:ci", "member"));
        assert_eq!(request.key.unwrap().value, "msg_1");
        assert_eq!(request.reply_to, Some(ReplyTo::Callback { url: "https://example.com/done".to_owned().into() }));
        assert!(matches!(request.command, Command::Create(c) if c.name.as_str() == "tea"));
        let request = command(&sources(""), r#"{"type":"store.delete","data":{"name":"tea"}}"#);
        assert_eq!(request.command, Command::Delete { store: StoreRef::new("tea"), grace: std::time::Duration::ZERO });
        let request = command(&sources(""), r#"{"type":"store.verify","data":{"name":"tea"}}"#);
        assert_eq!(request.command, Command::Verify { store: StoreRef::new("tea") });
        let request = command(&sources(""), r#"{"type":"store.upgrade","data":{"name":"tea"}}"#);
        assert_eq!(request.command, Command::Upgrade { store: StoreRef::new("tea") });
    }

    #[test]
    fn a_callback_to_what_is_inside_is_refused_at_once() {
        let body = |url: &str| format!(r#"{{"type":"store.delete","data":{{"name":"tea","callback_url":"{url}"}}}}"#);
        let read = |allow: &str, url: &str| {
            let callbacks = format!("[callbacks]\nsecrets=['{SECRET}']\nallow_hosts=[{allow}]");
            read(&sources(&callbacks), &body(url))
        };
        for url in ["http://localhost:80/x", "http://169.254.169.254/", "http://[::1]/", "http://10.1.2.3/"] {
            let Err(Unread::Refused(Refusal::Invalid { field, why })) = read("", url) else { panic!("{url} is taken") };
            assert_eq!((field.as_str(), why), ("callback_url", Rule::CallbackPublic), "{url}");
        }
        assert!(read("'10.1.2.3'", "http://10.1.2.3/").is_ok());
    }

    #[test]
    fn a_source_gives_the_commands_it_is_allowed_for_its_owner_and_organisation() {
        let sources = sources("commands=['create','verify']\norg='github:9919'\nowner='discord:7'");
        let verify = command(&sources, r#"{"type":"store.verify","data":{"name":"tea"}}"#);
        let actor = Actor { id: ActorId::new("discord:7"), role: Role::Member, org: Some(OrgId::new("github:9919")) };
        assert_eq!(verify.actor, actor);
        let delete = read(&sources, r#"{"type":"store.delete","data":{"name":"tea"}}"#).unwrap();
        let Meaning::Forbidden(request, refusal) = delete else { panic!("{delete:?}") };
        assert_eq!((request.command.kind(), request.actor), (CommandKind::Delete, actor));
        let allowed = vec![CommandKind::Create, CommandKind::Verify];
        assert_eq!(refusal, Refusal::NotThisSource { command: CommandKind::Delete, allowed });
    }

    #[test]
    fn a_callback_needs_a_secret_to_sign_it_with() {
        let body = r#"{"type":"store.delete","data":{"name":"tea","callback_url":"https://example.com"}}"#;
        let error = read(&sources(""), body).unwrap_err();
        assert!(matches!(error, Unread::Refused(Refusal::Invalid { field, .. }) if field == "callback_url"));
    }

    #[test]
    fn other_events_are_ignored_and_wrong_ones_are_not() {
        let sources = sources("");
        let ignored = read(&sources, r#"{"type":"push","ref":"main","data":[1]}"#).unwrap();
        assert!(matches!(ignored, Meaning::Ignored(why) if why.contains("push")));
        for body in [
            "",
            "[]",
            "{}",
            r#"{"type":"store.create"}"#,
            r#"{"type":"store.create","data":{"name":"tea","engine":"medusa","colour":"red"}}"#,
            r#"{"type":"store.create","more":1,"data":{"name":"tea","engine":"medusa"}}"#,
        ] {
            assert!(matches!(read(&sources, body), Err(Unread::Malformed(_))), "{body}");
        }
    }

    #[test]
    fn nothing_is_read_before_it_is_trusted() {
        let sources = sources("");
        let good = sign("msg_1", NOW, b"{}");
        let trust = |name: &str, timestamp: i64, signatures: &str, body: &[u8]| {
            let timestamp = timestamp.to_string();
            let headers = SignedHeaders { id: "msg_1", timestamp: &timestamp, signatures };
            let delivery = Delivery { headers: Some(headers), body, origin: &Arc::default(), now: now() };
            sources.trust(name, delivery).map(|_| ())
        };
        assert_eq!(trust("ci", NOW, &good, b"{}"), Ok(()));
        assert_eq!(trust("else", NOW, &good, b"{}"), Err(Untrusted::Source));
        assert_eq!(trust("ci", NOW, &good, b"{ }"), Err(Untrusted::Signature(SignatureError::Mismatch)));
        let old = sign("msg_1", NOW - 301, b"{}");
        assert_eq!(trust("ci", NOW - 301, &old, b"{}"), Err(Untrusted::Signature(SignatureError::Stale)));
        let unsigned = Delivery { headers: None, body: b"{}", origin: &Arc::default(), now: now() };
        assert_eq!(sources.trust("ci", unsigned).unwrap_err(), Untrusted::Headers);
        assert_eq!((sources.label("ci"), sources.label("else")), ("ci", "unknown"));
    }
}
