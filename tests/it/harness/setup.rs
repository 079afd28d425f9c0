//! How a test's storebot is set up.

use std::path::PathBuf;

use base64::Engine as _;
use stand_in_discord::StandIn;

use super::account;
use super::environment::{self, unique};

/// Signs tokens in tests.
const TOKEN_KEY: [u8; 32] = *b"only for tests: thirty-two bytes";
/// Signs deliveries in tests.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the stand-in Discord expects of the bot, and of who signs in.
pub(super) const BOT_TOKEN: &str = "stand-in-bot-token";
pub(crate) const CLIENT_SECRET: &str = "stand-in-client-secret";

/// Stands in a test's configuration for the address of its receiver of callbacks.
pub(crate) const RECEIVER: &str = "RECEIVER";

/// Attempts of callbacks, for tests that do not say it themselves.
const QUICK: &str = "retries = ['100ms', '200ms', '400ms', '800ms', '2s', '4s', '1h']";

pub(super) fn token_key() -> String {
    base64::engine::general_purpose::STANDARD.encode(TOKEN_KEY)
}

/// How a test's storebot differs from the usual one.
#[derive(Default)]
pub(crate) struct TestBot {
    /// More configuration, TOML. Sections that [`TestBot::config`] writes itself cannot be repeated.
    pub(crate) extra: String,
    /// More of `[http]`, TOML.
    pub(crate) http: &'static str,
    /// More of the cell, TOML.
    pub(crate) cell: String,
    /// `[worker]` in place of the usual one.
    pub(crate) worker: Option<String>,
    /// `[limits]` in place of the usual ones.
    pub(crate) limits: Option<String>,
    /// Another address than the shared Redis.
    pub(crate) redis_url: Option<String>,
    /// Address of a Redis of the test's own, where it looks itself, too.
    pub(crate) own_redis: Option<String>,
    /// How long a deletion on Discord can be taken back, where it can.
    pub(crate) undo_for: Option<&'static str>,
    /// More of `[callbacks]`, TOML; in place of retries that come quickly.
    pub(crate) callbacks: &'static str,
    /// More of `[redis]`, TOML.
    pub(crate) redis: &'static str,
    /// Another kubeconfig than that of the account that storebot's chart makes in the shared cluster.
    pub(crate) kubeconfig: Option<String>,
    /// The role that comes with it, where it is not the usual one.
    pub(crate) tenant_role: Option<&'static str>,
    /// What simulated pods do: see `deploy/local/stages`.
    pub(crate) simulate: Option<&'static str>,
    /// What the stores' pods run on.
    pub(crate) nodes: Nodes,
    /// More chart values, YAML, as an operator would give them; see [`Test::change_values`].
    pub(crate) values: &'static str,
    /// Call nobody: whoever asks for it is refused.
    pub(crate) no_callbacks: bool,
    /// Start no bot: the test starts processes of its own.
    pub(crate) not_started: bool,
    /// How Discord's interactions come.
    pub(crate) transport: Transport,
    /// People sign in with Discord, too, by this secret: at an address that is known before the bot starts.
    pub(crate) sign_in: Option<&'static str>,
    /// More of `[discord]`, TOML.
    pub(crate) discord: &'static str,
}

/// How Discord's interactions come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Transport {
    #[default]
    Http,
    Gateway,
}

impl Transport {
    /// The part of `[discord]` that tells them apart.
    fn discord(self, discord: &StandIn) -> String {
        match self {
            Self::Http => format!("public_key = '{}'", discord.public_key_hex()),
            Self::Gateway => "transport = 'gateway'".to_owned(),
        }
    }
}

/// What stores really are in a test.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Nodes {
    #[default]
    Simulated,
    /// They count as real, and the test moves its pods itself, with [`Test::hands`].
    ByHand,
    /// Shops run, and answer at this port of loopback.
    Real { ingress_port: u16 },
}

impl Nodes {
    /// The part of a cell's configuration that tells them apart.
    fn cell(self) -> String {
        match self {
            Self::Simulated => "simulated = true".to_owned(),
            Self::ByHand => "simulated = false".to_owned(),
            Self::Real { ingress_port } => format!("simulated = false\nport = {ingress_port}"),
        }
    }

    /// What simulated pods do where a test has not said it.
    pub(super) fn simulate(self) -> Option<&'static str> {
        (self == Self::ByHand).then_some("pending")
    }
}

impl TestBot {
    /// TOML. Callbacks go to [`RECEIVER`]; `account`'s kubeconfig, and the port of the public listener.
    pub(super) fn config(&self, discord: &StandIn, values: &[PathBuf], (account, port): (&str, u16)) -> String {
        let cell = unique("t");
        let usual_worker = "lease = '5s'\nbackoff = '100ms'\nbackoff_max = '1s'\nsweep = '500ms'\n";
        let usual_limits =
            "stores_per_owner = 50\ncreations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\n";
        format!(
            "[http]\nlisten = '127.0.0.1:{port}'\npublic_url = 'http://127.0.0.1:{shown}'\nadmin_listen = '127.0.0.1:0'\n{http}\n\
             [log]\nfilter = 'storebot=debug'\n\
             [redis]\nurl = '{redis}'\nprefix = '{cell}'\n{more_redis}\n\
             [[auth.keys]]\nkid = 'test'\nsecret = '{token_key}'\n\
             [discord]\napplication_id = '{application}'\n{transport}\n\
             bot_token = '{BOT_TOKEN}'\napi_url = '{discord_url}'\nundo_for = '{undo_for}'\n\
             client_secret = '{client_secret}'\n{more_discord}\n\
             [[webhooks]]\nname = 'ci'\nsecrets = ['{WEBHOOK_SECRET}']\n\
             [callbacks]\nsecrets = {callback_secrets}\nallow_hosts = ['127.0.0.1']\n{callbacks}\n\
             [[cells]]\nname = '{cell}'\nkubeconfig = '{kubeconfig}'\ndomain = '{cell}.localhost'\n\
             ingress_class = 'local'\nstorage_class = 'local'\ntenant_role = '{tenant_role}'\n{nodes}\nvalues = {values:?}\n\
             {more_cell}\n\
             [helm]\nbinary = '{helm}'\ncharts = '{charts}'\n\
             [worker]\n{worker}\n[limits]\n{limits}\n{extra}\n",
            http = self.http,
            shown = if port == 0 { 8080 } else { port },
            client_secret = self.sign_in.unwrap_or_default(),
            more_discord = self.discord,
            more_cell = self.cell,
            callback_secrets = if self.no_callbacks { "[]".to_owned() } else { format!("['{WEBHOOK_SECRET}']") },
            redis = self.redis_url.clone().or(self.own_redis.clone()).unwrap_or_else(environment::redis_url),
            callbacks = if self.callbacks.is_empty() { QUICK } else { self.callbacks },
            more_redis = self.redis,
            token_key = token_key(),
            application = discord.application_id(),
            transport = self.transport.discord(discord),
            discord_url = discord.base_url(),
            undo_for = self.undo_for.unwrap_or("0s"),
            kubeconfig = self.kubeconfig.as_deref().unwrap_or(account),
            tenant_role = self.tenant_role.unwrap_or(account::TENANT_ROLE),
            helm = environment::helm(),
            nodes = self.nodes.cell(),
            charts = concat!(env!("CARGO_MANIFEST_DIR"), "/charts"),
            worker = self.worker.as_deref().unwrap_or(usual_worker),
            limits = self.limits.as_deref().unwrap_or(usual_limits),
            extra = self.extra,
        )
    }
}
