//! One storebot for one test.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use stand_in_discord::StandIn;
use storebot::app::{App, Role, Running};
use storebot::config::address::Address;
use storebot::config::{Config, Durability};
use storebot::domain::record::Phase;
use storebot::ledger::{Ledger, LedgerError};

use super::account;
use super::callbacks::Callbacks;
use super::cluster::TestCluster;
use super::discord;
use super::environment::{self, unique, until};
use super::hands::{Ending, Hands};
use super::secrets;

/// Signs tokens in tests.
const TOKEN_KEY: [u8; 32] = *b"only for tests: thirty-two bytes";
/// Signs deliveries in tests.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the stand-in Discord expects of the bot, and of who signs in.
const BOT_TOKEN: &str = "stand-in-bot-token";
pub(crate) const CLIENT_SECRET: &str = "stand-in-client-secret";

/// Stands in a test's configuration for the address of its receiver of callbacks.
pub(crate) const RECEIVER: &str = "RECEIVER";

/// Attempts of callbacks, for tests that do not say it themselves.
const QUICK: &str = "retries = ['100ms', '200ms', '400ms', '800ms', '2s', '4s', '1h']";

fn token_key() -> String {
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
    fn simulate(self) -> Option<&'static str> {
        (self == Self::ByHand).then_some("pending")
    }
}

/// A running storebot and everything around it.
pub(crate) struct Test {
    pub(crate) config: Config,
    pub(crate) config_file: PathBuf,
    pub(crate) discord: StandIn,
    pub(crate) callbacks: Callbacks,
    pub(crate) ledger: Ledger,
    pub(crate) cluster: TestCluster,
    pub(crate) http: reqwest::Client,
    /// Values that the cell's charts get last; read when a bot starts.
    values: PathBuf,
    running: Option<Running>,
    /// Where the public listener is.
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

impl TestBot {
    fn config(&self, discord: &StandIn, values: &[PathBuf], (account, port): (&str, u16)) -> String {
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

/// Runs one test. Fails when it fails, or when it leaves anything behind.
pub(crate) async fn run_test<F>(bot: TestBot, test: F)
where
    F: AsyncFnOnce(&mut Test) -> Result<()>,
{
    if let Err(error) = try_test(bot, test).await {
        panic!("{error:?}");
    }
}

/// As [`run_test`], for one of several that are run as one.
pub(crate) async fn try_test<F>(bot: TestBot, test: F) -> Result<()>
where
    F: AsyncFnOnce(&mut Test) -> Result<()>,
{
    let mut running = Test::start(bot).await.context("storebot does not start")?;
    let result = test(&mut running).await;
    let left = running.end(result.is_ok()).await;
    result.and(left)
}

impl Test {
    async fn start(bot: TestBot) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let discord = discord::start().await?;
        let callbacks = Callbacks::start().await?;
        let own_values = folder.path().join("own.yaml");
        std::fs::write(&own_values, if bot.values.is_empty() { "{}\n" } else { bot.values })?;
        let mut values = vec![PathBuf::from("values-local.yaml"), own_values.clone()];
        if let Some(what) = bot.simulate.or(bot.nodes.simulate()) {
            let file = folder.path().join("simulate.yaml");
            std::fs::write(&file, format!("podAnnotations:\n  storebot.dev/simulate: {what}\n"))?;
            values.push(file);
        }
        let account = account::kubeconfig().await?;
        let port = if bot.sign_in.is_some() { environment::free_port().await? } else { 0 };
        discord.set_redirect_uris(&[&format!("http://127.0.0.1:{port}/sign-in/discord/back")]);
        let text = bot.config(&discord, &values, (account, port)).replace(RECEIVER, &callbacks.url);
        let config_file = folder.path().join("storebot.toml");
        std::fs::write(&config_file, &text)?;
        let config = match Config::load(&text, &[]) {
            Ok(config) => config,
            Err(faults) => bail!("{faults:?}"),
        };
        // STOREBOT_TEST_LOG=1 shows what the bot logs, to look into a test that fails.
        if std::env::var_os("STOREBOT_TEST_LOG").is_some() {
            storebot::telemetry::init(&config.log)?;
        }
        secrets::keep_own_log();
        secrets::note("the key of tokens", &token_key());
        secrets::note("the secret of webhooks", WEBHOOK_SECRET);
        secrets::note("the bot's token", BOT_TOKEN);
        secrets::note("the application's secret", CLIENT_SECRET);
        // Past the bot's own way to Redis, which a test may cut.
        let address = match &bot.own_redis {
            Some(url) => Address::parse(url)?,
            None => environment::redis_address(),
        };
        let direct = storebot::config::Redis { address, durability: Durability::Warn, ..config.redis.clone() };
        let ledger = Ledger::new(&direct, &config.retention)?;
        let cluster = TestCluster::connect(&config.cells[0].name).await?;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let mut test = Self {
            config,
            config_file,
            discord,
            callbacks,
            ledger,
            cluster,
            http,
            values: own_values,
            running: None,
            url: String::new(),
            _folder: folder,
        };
        if !bot.not_started {
            test.start_bot().await?;
        }
        Ok(test)
    }

    /// Starts the bot in this process and registers its commands.
    pub(crate) async fn start_bot(&mut self) -> Result<()> {
        self.start_as(Role::All).await
    }

    /// Starts only the doors in this process: others work.
    pub(crate) async fn start_doors(&mut self) -> Result<()> {
        self.start_as(Role::Serve).await
    }

    async fn start_as(&mut self, role: Role) -> Result<()> {
        let running = App::start(self.config.clone(), role).await?;
        let address = running.public_address().context("no public listener")?;
        self.running = Some(running);
        self.reach(&format!("http://{address}")).await
    }

    /// What an operator does to change the charts' values: writes the file anew, starts the bot anew.
    pub(crate) async fn change_values(&mut self, text: &str) -> Result<()> {
        self.stop_bot().await?;
        std::fs::write(&self.values, text)?;
        self.start_bot().await
    }

    /// Everything that this test's storebot keeps in Redis.
    pub(crate) async fn redis_dump(&self) -> Result<String> {
        environment::redis_dump(&self.config.redis.prefix).await
    }

    /// Open connections to Redis, of all tests that run now.
    pub(crate) async fn redis_connections(&self) -> Result<usize> {
        environment::redis_connections().await
    }

    /// Plays the kubelet for this test's pods, until it is dropped: everything goes well, and the test
    /// order has the number 1.
    pub(crate) fn hands(&self) -> Hands {
        let hands = Hands::start(self.cluster.client.clone(), &self.config.cells[0].name);
        hands.ends("setup", Ending::well(""));
        hands.ends("verify", Ending::proof(1));
        hands.ends("login", Ending::well(""));
        hands
    }

    /// Points the stand-in Discord and all actors at a bot.
    pub(crate) async fn reach(&mut self, url: &str) -> Result<()> {
        url.clone_into(&mut self.url);
        storebot::app::register_commands(&self.config, None, false).await?;
        match self.config.discord.as_ref().map(|discord| discord.transport) {
            Some(storebot::config::Transport::Gateway) => self.until_at_the_gateway().await,
            _ => {
                self.discord.set_interactions_url(&format!("{url}/discord/interactions"));
                Ok(())
            }
        }
    }

    /// Waits until somebody is connected to Discord's gateway.
    pub(crate) async fn until_at_the_gateway(&self) -> Result<()> {
        let connected = |discord: &StandIn| discord.gateway_sessions().iter().any(|it| it.connected).then_some(());
        self.discord.until(environment::PATIENCE, connected).await.context("nobody came to the gateway")
    }

    pub(crate) async fn stop_bot(&mut self) -> Result<()> {
        match self.running.take() {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    }

    /// What the admin listener shows.
    pub(crate) async fn metrics(&self) -> Result<String> {
        let address = self.running.as_ref().context("not running in this process")?.admin_address();
        Ok(self.http.get(format!("http://{address}/metrics")).send().await?.text().await?)
    }

    /// What there is to do, as the admin listener tells whoever decides about workers.
    pub(crate) async fn scale(&self) -> Result<serde_json::Value> {
        let address = self.running.as_ref().context("not running in this process")?.admin_address();
        let answer = self.http.get(format!("http://{address}/scale")).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Waits until nothing is under way and everybody has been told, and the ledger can be asked.
    pub(crate) async fn until_idle(&self) -> Result<()> {
        let idle = until("nothing is under way", || async {
            match self.ledger.depth().await {
                Err(LedgerError::Unavailable(_)) => Ok(None),
                depth => Ok(depth?.is_idle().then_some(())),
            }
        });
        match idle.await {
            Err(error) => Err(error.context(format!("{:?}", self.ledger.depth().await))),
            idle => idle,
        }
    }

    /// Drains, stops, and looks for what should not be there.
    async fn end(mut self, passed: bool) -> Result<()> {
        let drained = if passed && self.running.is_some() { self.until_idle().await } else { Ok(()) };
        let stopped = self.stop_bot().await;
        let left = if passed { self.leftovers().await } else { Ok(()) };
        self.discord.interaction_tokens().iter().for_each(|token| secrets::note("an interaction's token", token));
        self.discord.access_tokens().iter().for_each(|(token, _)| secrets::note("a person's token", token));
        self.cluster.note_credentials().await?;
        self.cluster.remove_all().await?;
        let promised = self.callbacks.were_as_promised();
        drained.and(stopped).and(left).and(promised).and(discord::was_content(&self.discord))
    }

    async fn leftovers(&self) -> Result<()> {
        let page = self.ledger.page(None, None, 200).await?;
        let living: BTreeSet<String> =
            page.items.iter().filter(|(_, r)| r.phase() != Phase::Deleted).map(|(_, r)| r.id.namespace()).collect();
        for (_, record) in &page.items {
            ensure!(record.is_settled(), "{} is {:?}, no end", record.spec.name, record.phase());
            let replies = self.ledger.replies(&record.id).await?;
            ensure!(replies.is_empty(), "somebody waits to hear of {}: {replies:?}", record.spec.name);
        }
        for namespace in self.cluster.namespaces().await? {
            ensure!(living.contains(&namespace), "{namespace} belongs to no living store");
        }
        Ok(())
    }
}
