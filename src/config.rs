//! Configuration: `config.default.toml` documents every key; a file and the environment override it.
//!
//! [`Config::load`] either gives a configuration in which every value has been checked, or all its
//! faults at once, each naming its key.

pub mod address;
mod auth;
mod billing;
mod callbacks;
mod cells;
mod discord;
mod forge;
mod http;
mod issuers;
mod layers;
mod leases;
mod reader;
mod sections;
mod telemetry;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use toml::Table;
use url::Url;

use crate::crash;
use crate::domain::actor::{ActorId, OrgId, Role};
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::plan::Plan;
use crate::domain::quota::{Quota, Size};
use crate::domain::shop::{Country, Currency};
use crate::domain::webhook;
pub use auth::{Auth, KeyMaterial, TokenKey};
pub use billing::{Billing, Sold};
pub use callbacks::{Callbacks, Endpoint};
pub use cells::{Cell, Scheme};
pub use discord::{Api, Discord, People, Server, SignIn, Transport};
pub use forge::{Comments, Feedback, Forge, ForgeApi, Preview, Token};
pub use issuers::{Claim, Issuer, IssuerKind, Pattern, Rule, is_loopback};
pub use leases::Leases;
pub use reader::Fault;
pub use telemetry::Telemetry;

#[derive(Clone, Debug)]
pub struct Config {
    pub http: Http,
    pub log: Log,
    pub telemetry: Telemetry,
    pub redis: Redis,
    pub auth: Auth,
    /// `None`: no application id is set.
    pub discord: Option<Discord>,
    pub webhooks: Vec<WebhookSource>,
    pub callbacks: Callbacks,
    /// At least one.
    pub cells: Vec<Cell>,
    pub shop: Shop,
    pub engines: Engines,
    pub helm: Helm,
    pub worker: Worker,
    pub limits: Limits,
    pub plans: Plans,
    pub leases: Leases,
    pub quotas: Quotas,
    pub approvals: Approvals,
    pub retention: Retention,
    /// For tests: where this process shall die. From [`crash::VARIABLE`] alone.
    pub crash_at: Option<crash::At>,
}

#[derive(Clone, Debug)]
pub struct Http {
    pub listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub public_url: Url,
    pub trusted_proxies: Vec<IpNet>,
    /// Exactly as browsers write them.
    pub cors_origins: Vec<String>,
    pub body_limit: usize,
    pub webhook_body_limit: usize,
    pub connections: usize,
    pub connections_per_address: usize,
    pub head_timeout: Duration,
    pub body_timeout: Duration,
    pub request_timeout: Duration,
    pub drain: Duration,
    pub shutdown_grace: Duration,
}

#[derive(Clone, Debug)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug)]
pub struct Redis {
    pub address: address::Address,
    pub prefix: String,
    pub timeout: Duration,
    pub durability: Durability,
}

/// What to do about a Redis that can lose what it has acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// End with code 2.
    Require,
    /// Say so, and go on.
    Warn,
}

#[derive(Clone, Debug)]
pub struct WebhookSource {
    pub name: String,
    /// All active ones; they say which kind of sender it is, too.
    pub keys: webhook::Keys,
    pub owner: ActorId,
    pub org: Option<OrgId>,
    pub role: Role,
    /// What it may ask for; not empty.
    pub commands: Vec<CommandKind>,
    /// How far the time of a delivery may be from now, where its sender signs one.
    pub tolerance: Duration,
    /// Of a source that is a forge: what its pull requests become.
    pub forge: Option<Forge>,
    /// Of kind stripe alone: what its subscriptions stand for.
    pub billing: Option<Billing>,
}

/// What a shop gets when its create does not say.
#[derive(Clone, Copy, Debug)]
pub struct Shop {
    /// `None`: what the charts' values say.
    pub currency: Option<Currency>,
    pub country: Option<Country>,
}

#[derive(Clone, Copy, Debug)]
pub struct Engines {
    pub(crate) woocommerce: EngineSettings,
    pub(crate) medusa: EngineSettings,
}

impl Engines {
    #[must_use]
    pub fn of(&self, engine: Engine) -> EngineSettings {
        match engine {
            Engine::Woocommerce => self.woocommerce,
            Engine::Medusa => self.medusa,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct EngineSettings {
    /// A smaller plan is refused.
    pub smallest_plan: Plan,
}

#[derive(Clone, Debug)]
pub struct Helm {
    pub binary: PathBuf,
    pub charts: PathBuf,
    pub concurrency: usize,
    pub timeout: Duration,
    pub history: u32,
}

#[derive(Clone, Debug)]
pub struct Worker {
    pub slots: usize,
    pub lease: Duration,
    pub deadline: Duration,
    pub step_deadlines: StepDeadlines,
    pub attempts: u32,
    pub backoff: Duration,
    pub backoff_max: Duration,
    pub sweep: Duration,
    pub drain: Duration,
}

#[derive(Clone, Debug)]
pub struct StepDeadlines {
    pub namespace: Duration,
    pub release: Duration,
    pub workloads: Duration,
    pub setup: Duration,
    pub verify: Duration,
    /// A deletion, from the command to the end of its namespace.
    pub removal: Duration,
}

/// What a store of each plan counts as.
#[derive(Clone, Copy, Debug)]
pub struct Plans {
    pub(crate) small: Size,
    pub(crate) medium: Size,
    pub(crate) large: Size,
}

impl Plans {
    #[must_use]
    pub fn of(&self, plan: Plan) -> Size {
        match plan {
            Plan::Small => self.small,
            Plan::Medium => self.medium,
            Plan::Large => self.large,
        }
    }
}

/// How much each owner and each organisation may have.
#[derive(Clone, Debug, Default)]
pub struct Quotas {
    pub(crate) owner: Quota,
    pub(crate) organisation: Quota,
    /// By owner, or `org:` and the organisation.
    pub(crate) own: HashMap<String, Quota>,
}

impl Quotas {
    #[must_use]
    pub fn of(&self, owner: &ActorId) -> Quota {
        self.own.get(owner.as_str()).copied().unwrap_or(self.owner)
    }

    /// What a sleeping store counts as on its cell, in hundredths: the same as for its owner.
    #[must_use]
    pub fn sleeping(&self) -> u32 {
        self.owner.asleep_percent
    }

    #[must_use]
    pub fn of_org(&self, org: &OrgId) -> Quota {
        self.own.get(&format!("{ORG}{org}")).copied().unwrap_or(self.organisation)
    }
}

/// What an organisation's id has before it where owners are named as well.
pub(crate) const ORG: &str = "org:";

#[derive(Clone, Copy, Debug)]
pub struct Approvals {
    pub ttl: Duration,
    /// Most that wait of one actor. 0: none.
    pub waiting: u32,
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub requests: u32,
    /// Of the dashboard.
    pub views: u32,
    pub window: Duration,
    pub address_per_second: u32,
    pub keys_max: usize,
    pub streams: usize,
    pub streams_per_actor: usize,
}

#[derive(Clone, Debug)]
pub struct Retention {
    pub idempotency: Duration,
    pub deleted: Duration,
    pub events: Duration,
    pub events_per_store: u32,
    pub audit: Duration,
    pub dead_letters: Duration,
    pub deliveries: Duration,
}

impl Config {
    /// Reads a configuration from the text of a file (empty: none) and the environment.
    ///
    /// # Errors
    /// Every fault found, at least one.
    pub fn load(file: &str, env: &[(String, String)]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let file: Table = match file.parse() {
            Ok(table) => table,
            Err(error) => return Err(vec![Fault { key: "file".to_owned(), problem: no_toml(file, &error) }]),
        };
        let env = [telemetry::standard(env), env.to_vec()].concat();
        let merged = layers::merge(file, &env, &mut faults);
        let config = sections::read(&merged, &mut faults);
        let crash_at = crash_at(&env, &mut faults);
        match config {
            Some(config) if faults.is_empty() => Ok(Self { crash_at, ..config }),
            _ => Err(faults),
        }
    }

    /// How long a deletion that a person asks for, on Discord or at the dashboard, can be taken back; zero: not at all.
    #[must_use]
    pub fn undo_for(&self) -> Duration {
        self.discord.as_ref().map_or(discord::UNDO_FOR, |discord| discord.undo_for)
    }
}

/// What is wrong and where; not the line itself, which may hold a secret.
fn no_toml(file: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = file.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
    format!("is no TOML at line {line}: {}", error.message())
}

fn crash_at(env: &[(String, String)], faults: &mut Vec<Fault>) -> Option<crash::At> {
    let (key, value) = env.iter().find(|(name, _)| name == crash::VARIABLE)?;
    let fault = |unknown: crash::Unknown| Fault { key: key.clone(), problem: format!("{value:?}: it {unknown}") };
    value.parse().map_err(|unknown| faults.push(fault(unknown))).ok()
}

#[cfg(test)]
mod tests;
