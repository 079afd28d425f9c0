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
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn faults(file: &str, vars: &[(&str, &str)]) -> Vec<String> {
        Config::load(file, &env(vars)).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn defaults_and_one_cell_are_enough() {
        let config = Config::load("[[cells]]\nname = 'main'", &[]).unwrap();
        assert_eq!(config.cells[0].url("tea"), "http://tea.stores.localhost");
        assert_eq!(config.worker.lease, Duration::from_secs(15));
        assert!(config.discord.is_none());
    }

    #[test]
    fn the_environment_beats_the_file() {
        let vars = [("STOREBOT__WORKER__LEASE", "20s"), ("STOREBOT__CELLS__0__PORT", "8443"), ("PATH", "/bin")];
        let config = Config::load("[worker]\nlease='9s'\n[[cells]]\nname='main'", &env(&vars)).unwrap();
        assert_eq!(config.worker.lease, Duration::from_secs(20));
        assert_eq!(config.cells[0].url("tea"), "http://tea.stores.localhost:8443");
        let config = Config::load("", &env(&[("STOREBOT__CELLS__0__NAME", "a")])).unwrap();
        assert_eq!(config.cells[0].name, "a");
    }

    #[test]
    fn all_faults_are_told_at_once_each_with_its_key() {
        let file = "[worker]\nlese='9s'\nslots='many'\n[http]\nlisten='here'\n[[cells]]\ncolour='red'\n[[webhooks]]\nname='CI'\nsecrets=['x']";
        insta::assert_snapshot!(
            faults(file, &[("STOREBOT__REDIS__URI", "x"), ("STOREBOT__WORKER__DRAIN", "soon")]).join("\n")
        );
    }

    #[test]
    fn shops_and_engines_have_defaults_that_are_checked() {
        let cell = "[[cells]]\nname='main'\n";
        let config = Config::load(cell, &[]).unwrap();
        assert!(config.shop.currency.is_none() && config.shop.country.is_none());
        assert_eq!(config.engines.of(Engine::Medusa).smallest_plan, Plan::Small);
        let file = format!("{cell}[shop]\ncurrency='sek'\ncountry='SE'\n[engines.medusa]\nsmallest_plan='large'");
        let config = Config::load(&file, &env(&[("STOREBOT__ENGINES__WOOCOMMERCE__SMALLEST_PLAN", "medium")])).unwrap();
        assert_eq!(config.shop.currency.map(Currency::code), Some("SEK"));
        assert_eq!(config.engines.of(Engine::Medusa).smallest_plan, Plan::Large);
        assert_eq!(config.engines.of(Engine::Woocommerce).smallest_plan, Plan::Medium);
        let bad = format!("{cell}[shop]\ncurrency='XAU'\ncountry='UK'\n[engines.medusa]\nsmallest_plan='huge'");
        insta::assert_snapshot!(faults(&bad, &[]).join("\n"), @r#"
        shop.currency: "XAU": it is the code of money that a shop can take, such as EUR, USD or GBP
        shop.country: "UK": it is the ISO 3166-1 code of a country, in two letters, such as DE, US or GB
        engines.medusa.smallest_plan: "huge" is none of: small, medium, large
        "#);
    }

    #[test]
    fn a_source_has_the_secrets_of_its_kind() {
        let of = |kind: &str, secrets: &str| {
            format!("[[webhooks]]\nname='ci'\nkind='{kind}'\nsecrets=[{secrets}]\n[[cells]]\nname='main'")
        };
        let two = "'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'";
        for kind in webhook::SenderKind::ALL {
            let config = Config::load(&of(kind.as_str(), two), &[]).unwrap();
            assert_eq!(config.webhooks[0].keys.kind(), kind);
        }
        insta::assert_snapshot!(faults(&of("github", "'hidden'"), &[]).join("\n"), @"webhooks[0].secrets[0]: a GitHub secret is the text set at the webhook: 16 characters or more, no blanks around");
        insta::assert_snapshot!(faults(&of("stripe", ""), &[]).join("\n"), @"webhooks[0].secrets: is missing: a source needs at least one secret");
        insta::assert_snapshot!(faults(&of("paypal", two), &[]).join("\n"), @r#"webhooks[0].kind: "paypal" is none of: standard, github, gitlab, stripe"#);
    }

    #[test]
    fn somebody_may_have_a_quota_of_their_own() {
        let file = "[[quotas]]\nof = 'api:ana'\nstores = 50\n[[quotas]]\nof = 'org:acme'\nmemory = '64Gi'\n[[cells]]\nname='main'";
        let quotas = Config::load(file, &[]).unwrap().quotas;
        let (ana, ben) = (ActorId::new("api:ana".to_owned()), ActorId::new("api:ben".to_owned()));
        assert_ne!(quotas.of(&ana), quotas.of(&ben));
        assert_eq!(quotas.own.len(), 2);
    }

    #[test]
    fn each_step_has_a_deadline_of_its_own() {
        let file = "[worker.step_deadlines]\nverify = '90s'\n[[cells]]\nname='main'";
        let vars = [("STOREBOT__WORKER__STEP_DEADLINES__REMOVAL", "1h")];
        let steps = Config::load(file, &env(&vars)).unwrap().worker.step_deadlines;
        let told = [steps.workloads, steps.verify, steps.removal].map(|time| time.as_secs());
        assert_eq!(told, [360, 90, 3600]);
        let bad = "[worker.step_deadlines]\nverify = 'soon'\n[[cells]]\nname='main'";
        assert!(faults(bad, &[])[0].starts_with("worker.step_deadlines.verify: "));
    }

    #[test]
    fn a_crash_point_must_be_one() {
        let file = "[[cells]]\nname='main'";
        let vars = |value| env(&[("STOREBOT_CRASH_AT", value)]);
        assert!(Config::load(file, &vars("helm.start.after#2")).unwrap().crash_at.is_some());
        let faults = Config::load(file, &vars("helm.strat.after")).unwrap_err();
        assert!(
            faults[0].to_string().starts_with("STOREBOT_CRASH_AT: \"helm.strat.after\": it is the name"),
            "{faults:?}"
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_line() {
        let told = faults("[[auth.keys]]\nsecret = 'c2VjcmV0c2VjcmV0\n", &[]).join("\n");
        assert!(told.contains("line 2") && !told.contains("c2Vj"), "{told}");
    }
}
