//! Configuration: `config.default.toml` documents every key; a file and the environment override it.
//!
//! [`Config::load`] either gives a configuration in which every value has been checked, or all its
//! faults at once, each naming its key.

mod layers;
mod reader;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use toml::Table;
use url::Url;

use crate::domain::actor::{ActorId, Role};
use crate::domain::webhook;
pub use reader::Fault;
use reader::Reader;

#[derive(Clone, Debug)]
pub struct Config {
    pub http: Http,
    pub log: Log,
    pub redis: Redis,
    pub auth: Auth,
    /// `None`: no application id is set.
    pub discord: Option<Discord>,
    pub webhooks: Vec<WebhookSource>,
    pub callbacks: Callbacks,
    /// At least one.
    pub cells: Vec<Cell>,
    pub helm: Helm,
    pub worker: Worker,
    pub limits: Limits,
    pub retention: Retention,
}

#[derive(Clone, Debug)]
pub struct Http {
    pub listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub public_url: Url,
    pub body_limit: usize,
    pub webhook_body_limit: usize,
    pub request_timeout: Duration,
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
    /// May hold a password: never logged.
    pub url: SecretString,
    pub prefix: String,
    pub timeout: Duration,
}

#[derive(Clone, Debug)]
pub struct Auth {
    pub issuer: String,
    pub audience: String,
    /// The first signs, all verify.
    pub keys: Vec<TokenKey>,
}

#[derive(Clone, Debug)]
pub struct TokenKey {
    pub kid: String,
    /// Base64 of the HS256 key.
    pub secret: SecretString,
}

#[derive(Clone, Debug)]
pub struct Discord {
    pub application_id: u64,
    pub public_key: [u8; 32],
    pub bot_token: SecretString,
    pub api_url: Url,
    pub tolerance: Duration,
    pub timeout: Duration,
}

#[derive(Clone, Debug)]
pub struct WebhookSource {
    pub name: String,
    pub secrets: Vec<webhook::Secret>,
    pub owner: ActorId,
    pub role: Role,
    pub tolerance: Duration,
}

#[derive(Clone, Debug)]
pub struct Callbacks {
    pub secrets: Vec<webhook::Secret>,
    pub allow_hosts: Vec<String>,
    pub timeout: Duration,
    pub attempts: u32,
}

#[derive(Clone, Debug)]
pub struct Cell {
    pub name: String,
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    pub scheme: Scheme,
    pub domain: String,
    pub port: Option<u16>,
    pub ingress_class: String,
    pub storage_class: String,
    pub cluster_issuer: String,
    /// Paths, or names of files beside a chart's `values.yaml`.
    pub values: Vec<PathBuf>,
    pub simulated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

impl Cell {
    /// The host of a store on this cell.
    #[must_use]
    pub fn host(&self, store: &str) -> String {
        format!("{store}.{}", self.domain)
    }

    /// The whole address of a store on this cell.
    #[must_use]
    pub fn url(&self, store: &str) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let port = self.port.map(|p| format!(":{p}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.host(store))
    }
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
    pub attempts: u32,
    pub backoff: Duration,
    pub backoff_max: Duration,
    pub sweep: Duration,
    pub drain: Duration,
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub stores_per_owner: u32,
    pub creations_per_hour: u32,
    pub requests: u32,
    pub window: Duration,
    pub address_per_second: u32,
    pub keys_max: usize,
}

#[derive(Clone, Debug)]
pub struct Retention {
    pub idempotency: Duration,
    pub deleted: Duration,
    pub events: Duration,
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
            Err(error) => return Err(vec![Fault { key: "file".to_owned(), problem: error.to_string() }]),
        };
        let merged = layers::merge(file, env, &mut faults);
        let config = Self::read(&merged, &mut faults);
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(faults),
        }
    }

    fn read(merged: &Table, faults: &mut Vec<Fault>) -> Option<Self> {
        let mut section = |name: &str, read: &mut dyn FnMut(Reader<'_>)| {
            if let Some(table) = merged.get(name).and_then(toml::Value::as_table) {
                read(Reader::new(name, table, faults));
            }
        };
        let (mut http, mut log, mut redis, mut discord) = (None, None, None, None);
        let (mut callbacks, mut helm, mut worker, mut limits, mut retention) = (None, None, None, None, None);
        let mut auth = None;
        section("http", &mut |r| http = read_http(r));
        section("log", &mut |r| log = read_log(r));
        section("redis", &mut |r| redis = Some(read_redis(r)));
        section("auth", &mut |r| auth = Some(read_auth(r)));
        section("discord", &mut |r| discord = Some(read_discord(r)));
        section("callbacks", &mut |r| callbacks = Some(read_callbacks(r)));
        section("helm", &mut |r| helm = Some(read_helm(r)));
        section("worker", &mut |r| worker = Some(read_worker(r)));
        section("limits", &mut |r| limits = Some(read_limits(r)));
        section("retention", &mut |r| retention = Some(read_retention(r)));
        let mut auth = auth?;
        auth.keys = each(merged.get("auth").and_then(|a| a.get("keys")), "auth.keys", faults, read_key);
        let webhooks = each(merged.get("webhooks"), "webhooks", faults, read_webhook);
        let cells = each(merged.get("cells"), "cells", faults, read_cell);
        if cells.is_empty() {
            let problem = "at least one cluster is needed: write [[cells]] with a name".to_owned();
            faults.push(Fault { key: "cells".to_owned(), problem });
        }
        unique(cells.iter().map(|c| c.name.as_str()), "cells", faults);
        unique(webhooks.iter().map(|w| w.name.as_str()), "webhooks", faults);
        unique(auth.keys.iter().map(|k| k.kid.as_str()), "auth.keys", faults);
        Some(Self {
            http: http?,
            log: log?,
            redis: redis?,
            auth,
            discord: discord?,
            webhooks,
            callbacks: callbacks?,
            cells,
            helm: helm?,
            worker: worker?,
            limits: limits?,
            retention: retention?,
        })
    }
}

fn each<T>(
    list: Option<&toml::Value>,
    path: &str,
    faults: &mut Vec<Fault>,
    read: fn(Reader<'_>) -> Option<T>,
) -> Vec<T> {
    let items = list.and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tables = items.iter().filter_map(toml::Value::as_table).enumerate();
    tables.filter_map(|(i, table)| read(Reader::new(format!("{path}[{i}]"), table, faults))).collect()
}

fn unique<'a>(names: impl Iterator<Item = &'a str>, path: &str, faults: &mut Vec<Fault>) {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            faults.push(Fault { key: path.to_owned(), problem: format!("{name:?} is there twice") });
        }
    }
}

fn read_http(mut r: Reader<'_>) -> Option<Http> {
    let listen = r.parsed("listen", "address such as 127.0.0.1:8080");
    let admin_listen = r.parsed("admin_listen", "address such as 127.0.0.1:9090");
    let public_url = r.parsed("public_url", "URL such as https://storebot.example.com");
    let body_limit = r.number("body_limit", 1024, 16 << 20) as usize;
    let webhook_body_limit = r.number("webhook_body_limit", 1024, 32 << 20) as usize;
    let request_timeout = r.duration("request_timeout");
    let shutdown_grace = r.duration("shutdown_grace");
    Some(Http {
        listen: listen?,
        admin_listen: admin_listen?,
        public_url: public_url?,
        body_limit,
        webhook_body_limit,
        request_timeout,
        shutdown_grace,
    })
}

fn read_log(mut r: Reader<'_>) -> Option<Log> {
    let format = r.choice("format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
    let filter = r.required("filter", "for example info");
    Some(Log { format: format?, filter })
}

fn read_redis(mut r: Reader<'_>) -> Redis {
    let url = r.required("url", "for example redis://127.0.0.1:6379/0");
    if !url.is_empty() && !["redis://", "rediss://", "unix://", "redis+unix://"].iter().any(|s| url.starts_with(s)) {
        r.fault("url", "is no redis:// or rediss:// URL");
    }
    let prefix = r.required("prefix", "for example sb");
    if prefix.contains(['{', '}', ':', ' ']) {
        r.fault("prefix", "has letters, digits, dashes and dots only");
    }
    Redis { url: url.into(), prefix, timeout: r.duration("timeout") }
}

fn read_auth(mut r: Reader<'_>) -> Auth {
    let issuer = r.required("issuer", "the `iss` of own tokens");
    let audience = r.required("audience", "the `aud` of own tokens");
    Auth { issuer, audience, keys: Vec::new() }
}

fn read_key(mut r: Reader<'_>) -> Option<TokenKey> {
    use base64::Engine as _;
    let kid = r.required("kid", "a name for the key, such as 2026-11");
    r.choice("alg", &[("HS256", ())]);
    let secret = r.required("secret", "base64 of at least 32 random bytes");
    let bytes = base64::engine::general_purpose::STANDARD.decode(&secret).unwrap_or_default();
    if !secret.is_empty() && bytes.len() < 32 {
        r.fault("secret", "is not the base64 of at least 32 bytes; make one with: openssl rand -base64 32");
        return None;
    }
    Some(TokenKey { kid, secret: secret.into() })
}

fn read_discord(mut r: Reader<'_>) -> Option<Discord> {
    if r.string("application_id").is_empty() {
        return None;
    }
    let application_id = r.parsed("application_id", "Discord application id");
    let key = r.required("public_key", "64 hex digits from Discord's developer portal");
    let public_key = hex::decode(&key).ok().and_then(|k| k.try_into().ok());
    if public_key.is_none() && !key.is_empty() {
        r.fault("public_key", "is not 64 hex digits");
    }
    let bot_token = r.required("bot_token", "the bot's token from Discord's developer portal");
    let api_url = r.parsed("api_url", "URL such as https://discord.com");
    let tolerance = r.duration("tolerance");
    let timeout = r.duration("timeout");
    Some(Discord {
        application_id: application_id?,
        public_key: public_key?,
        bot_token: bot_token.into(),
        api_url: api_url?,
        tolerance,
        timeout,
    })
}

fn secrets(r: &mut Reader<'_>, key: &str) -> Vec<webhook::Secret> {
    let mut good = Vec::new();
    for (index, text) in r.strings(key).iter().enumerate() {
        match webhook::Secret::parse(text) {
            Ok(secret) => good.push(secret),
            Err(error) => r.fault(&format!("{key}[{index}]"), error.to_string()),
        }
    }
    good
}

fn read_webhook(mut r: Reader<'_>) -> Option<WebhookSource> {
    let name = r.required("name", "the last part of the source's address, /webhooks/<name>");
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        r.fault("name", "has small letters, digits and dashes only");
    }
    r.choice("kind", &[("standard", ())]);
    if r.strings("secrets").is_empty() {
        r.fault("secrets", "is empty: a source needs at least one secret");
    }
    let secrets = secrets(&mut r, "secrets");
    let owner = match r.string("owner") {
        text if text.is_empty() => format!("webhook:{name}"),
        text => text,
    };
    let role = r.choice("role", &[("viewer", Role::Viewer), ("member", Role::Member), ("admin", Role::Admin)]);
    let tolerance = r.duration("tolerance");
    Some(WebhookSource { name, secrets, owner: ActorId::new(owner), role: role?, tolerance })
}

fn read_callbacks(mut r: Reader<'_>) -> Callbacks {
    Callbacks {
        secrets: secrets(&mut r, "secrets"),
        allow_hosts: r.strings("allow_hosts"),
        timeout: r.duration("timeout"),
        attempts: r.number("attempts", 1, 50),
    }
}

fn read_cell(mut r: Reader<'_>) -> Option<Cell> {
    let name = r.required("name", "a name for the cluster, such as main");
    if name.len() > 40 || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        r.fault("name", "has at most 40 small letters, digits and dashes");
    }
    let path = |text: String| (!text.is_empty()).then(|| PathBuf::from(text));
    let kubeconfig = path(r.string("kubeconfig"));
    let context = Some(r.string("context")).filter(|c| !c.is_empty());
    let scheme = r.choice("scheme", &[("http", Scheme::Http), ("https", Scheme::Https)]);
    let domain = r.required("domain", "the domain below which stores get their addresses");
    let port = u16::try_from(r.number("port", 0, 65_535)).ok().filter(|p| *p != 0);
    Some(Cell {
        name,
        kubeconfig,
        context,
        scheme: scheme?,
        domain,
        port,
        ingress_class: r.string("ingress_class"),
        storage_class: r.string("storage_class"),
        cluster_issuer: r.string("cluster_issuer"),
        values: r.strings("values").into_iter().map(PathBuf::from).collect(),
        simulated: r.boolean("simulated"),
    })
}

fn read_helm(mut r: Reader<'_>) -> Helm {
    Helm {
        binary: r.required("binary", "name or path of Helm 4").into(),
        charts: r.required("charts", "the folder with the engines' charts").into(),
        concurrency: r.number("concurrency", 1, 256) as usize,
        timeout: r.duration("timeout"),
        history: r.number("history", 1, 100),
    }
}

fn read_worker(mut r: Reader<'_>) -> Worker {
    let worker = Worker {
        slots: r.number("slots", 1, 10_000) as usize,
        lease: r.duration("lease"),
        deadline: r.duration("deadline"),
        attempts: r.number("attempts", 1, 1000),
        backoff: r.duration("backoff"),
        backoff_max: r.duration("backoff_max"),
        sweep: r.duration("sweep"),
        drain: r.duration("drain"),
    };
    if worker.backoff > worker.backoff_max {
        r.fault("backoff", "is longer than worker.backoff_max");
    }
    worker
}

fn read_limits(mut r: Reader<'_>) -> Limits {
    Limits {
        stores_per_owner: r.number("stores_per_owner", 1, 1_000_000),
        creations_per_hour: r.number("creations_per_hour", 1, 100_000_000),
        requests: r.number("requests", 1, 100_000_000),
        window: r.duration("window"),
        address_per_second: r.number("address_per_second", 1, 1_000_000),
        keys_max: r.number("keys_max", 100, 10_000_000) as usize,
    }
}

fn read_retention(mut r: Reader<'_>) -> Retention {
    Retention { idempotency: r.duration("idempotency"), deleted: r.duration("deleted"), events: r.duration("events") }
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
    fn a_file_that_is_no_toml_is_told_with_its_line() {
        assert!(faults("worker = [", &[])[0].contains("line 1"));
    }
}
