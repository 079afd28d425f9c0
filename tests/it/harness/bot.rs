//! One storebot for one test.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
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
use super::environment::{self, until};
use super::hands::{Ending, Hands};
use super::secrets;
use super::setup::{BOT_TOKEN, CLIENT_SECRET, RECEIVER, TestBot, WEBHOOK_SECRET, token_key};

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
