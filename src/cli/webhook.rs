//! Deliveries as a sender would make them, for trying out a source and for scripts. Secrets come from the
//! configuration alone and are never shown.

use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::Exit;
use crate::config::{Config, WebhookSource};
use crate::domain::webhook::SenderKind;
use crate::domain::webhook::sending::{Occasion, SentHeaders};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Subcommand)]
pub(super) enum Webhook {
    /// Send a signed sample of an event to a source, and print the answer. Ends with 1 when it is refused.
    Test {
        /// Name of the source in the configuration.
        #[arg(long)]
        source: String,
        /// The event, as its sender calls it: store.create, ping, pull_request, "Merge Request Hook", invoice.paid
        #[arg(long)]
        event: String,
        /// What the event is about, in JSON; a sample when left out. standard: `data`. stripe: `data.object`.
        /// github and gitlab: the whole body.
        #[arg(long)]
        data: Option<String>,
        /// Where to send it; the source's address at http.listen when left out.
        #[arg(long)]
        url: Option<Url>,
        /// Id of the delivery; a new one when left out.
        #[arg(long)]
        id: Option<String>,
    },
    /// Sign the body on standard input, and print the headers, one a line: for `curl -H @file --data-binary @body`.
    Sign {
        /// Name of the source in the configuration.
        #[arg(long)]
        source: String,
        /// Id of the delivery; a new one when left out. Stripe's stands in the body.
        #[arg(long)]
        id: Option<String>,
        /// Time of sending, in seconds since 1970; now when left out.
        #[arg(long)]
        timestamp: Option<i64>,
        /// The event's name, for github and gitlab, which send it in a header.
        #[arg(long, default_value = "ping")]
        event: String,
    },
}

/// A sample, ready to be signed.
struct Sample<'a> {
    source: &'a WebhookSource,
    event: &'a str,
    id: String,
    at: i64,
}

impl Webhook {
    pub(super) fn run(&self, config: &Config) -> Result<(), Exit> {
        match self {
            Self::Test { source, event, data, url, id } => {
                let sample = Sample { source: of(config, source)?, event, id: named(id.as_ref()), at: now() };
                let body = sample.body(data.as_deref())?;
                let url = url.clone().map_or_else(|| own(config, source), Ok)?;
                let taken = super::block_on(async move { send(url, sample.sign(&body)?, body).await })?;
                if taken { Ok(()) } else { Err(Exit::Told) }
            }
            Self::Sign { source, id, timestamp, event } => {
                let at = timestamp.unwrap_or_else(now);
                let sample = Sample { source: of(config, source)?, event, id: named(id.as_ref()), at };
                let mut body = Vec::new();
                std::io::stdin().read_to_end(&mut body).context("standard input cannot be read")?;
                let sent = sample.sign(&body)?;
                if sent.in_clear {
                    let why =
                        "this source has a secret token, which is sent in clear and not printed; use `webhook test`";
                    return Err(Exit::Usage(why.to_owned()));
                }
                for (name, value) in sent.lines {
                    println!("{name}: {value}");
                }
                Ok(())
            }
        }
    }
}

fn of<'a>(config: &'a Config, name: &str) -> Result<&'a WebhookSource, Exit> {
    config.webhooks.iter().find(|source| source.name == name).ok_or_else(|| {
        let known: Vec<_> = config.webhooks.iter().map(|source| source.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Exit::Usage(format!("there is no source {name:?} in [[webhooks]]; there are: {known}"))
    })
}

/// The source's address on this machine.
fn own(config: &Config, source: &str) -> Result<Url> {
    let listen = config.http.listen;
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    if listen.port() == 0 {
        bail!("http.listen has no port of its own: say where to send it with --url");
    }
    let at = SocketAddr::new(ip, listen.port());
    Url::parse(&format!("http://{at}/webhooks/{source}")).context("http.listen makes no address")
}

fn named(id: Option<&String>) -> String {
    id.cloned().unwrap_or_else(|| format!("test_{:016x}", rand::random::<u64>()))
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

impl Sample<'_> {
    fn sign(&self, body: &[u8]) -> Result<SentHeaders> {
        let occasion = Occasion { id: &self.id, event: self.event, timestamp: self.at };
        Ok(self.source.keys.sign(occasion, body)?)
    }

    fn body(&self, data: Option<&str>) -> Result<Vec<u8>, Exit> {
        let wrong = |error: serde_json::Error| Exit::Usage(format!("--data is no JSON: {error}"));
        let data: Option<Value> = data.map(serde_json::from_str).transpose().map_err(wrong)?;
        let (event, at) = (self.event, self.at);
        let body = match self.source.keys.kind() {
            SenderKind::Standard => {
                let data = data.unwrap_or_else(|| json!({ "name": "webhook-test", "engine": "medusa" }));
                json!({ "type": event, "timestamp": Timestamp::now(), "data": data })
            }
            SenderKind::Stripe => {
                let object = data.unwrap_or_else(|| json!({ "object": "sample" }));
                json!({ "id": self.id, "object": "event", "type": event, "created": at, "livemode": false,
                    "data": { "object": object } })
            }
            SenderKind::Github => data.unwrap_or_else(|| github(event)),
            SenderKind::Gitlab => data.unwrap_or_else(|| gitlab(event)),
        };
        Ok(body.to_string().into_bytes())
    }
}

/// The fields of GitHub's events that mean anything to storebot.
fn github(event: &str) -> Value {
    let repository = json!({ "id": 1, "name": "shop", "full_name": "acme/shop" });
    let sender = json!({ "id": 1, "login": "ana", "type": "User" });
    match event {
        "ping" => json!({ "zen": "It works.", "hook_id": 1, "repository": repository, "sender": sender }),
        "pull_request" => json!({ "action": "opened", "number": 1, "repository": repository, "sender": sender,
            "pull_request": { "number": 1, "state": "open", "title": "A sample", "draft": false, "merged": false,
                "updated_at": Timestamp::now(), "head": { "sha": "0".repeat(40), "ref": "sample",
                "repo": { "id": 1, "full_name": "acme/shop", "fork": false } } } }),
        _ => json!({ "action": "sample", "repository": repository, "sender": sender }),
    }
}

/// And of GitLab's.
fn gitlab(event: &str) -> Value {
    let project = json!({ "id": 1, "name": "shop", "path_with_namespace": "acme/shop" });
    let user = json!({ "id": 1, "username": "ana" });
    match event {
        "Merge Request Hook" => json!({ "object_kind": "merge_request", "user": user, "project": project,
            "object_attributes": { "iid": 1, "action": "open", "state": "opened", "title": "A sample",
                "updated_at": Timestamp::now(), "source_project_id": 1, "target_project_id": 1,
                "last_commit": { "id": "0".repeat(40) } } }),
        _ => json!({ "object_kind": "sample", "user": user, "project": project }),
    }
}

/// Whether it was taken.
async fn send(url: Url, sent: SentHeaders, body: Vec<u8>) -> Result<bool> {
    let redirects = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(redirects).build()?;
    let mut request = client.post(url.clone()).header("content-type", "application/json").body(body);
    for (name, value) in sent.lines {
        request = request.header(name, value);
    }
    let answer = request.send().await.with_context(|| format!("{url} does not answer"))?;
    let status = answer.status();
    println!("{status}\n{}", answer.text().await.context("the answer broke off")?);
    Ok(status.is_success())
}
