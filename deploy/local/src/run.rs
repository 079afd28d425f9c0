//! `storebot-local run`: the whole of storebot in the foreground, from missing packages
//! to two stores that are ready, and everything stopped again at Ctrl-C.

pub mod demo;
pub mod foreign;
pub mod ground;
pub mod secrets;
pub mod settings;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::kubernetes::Kubernetes;
use crate::layout::{Layout, private_dir, write_private};
use crate::nodes::Nodes;
use crate::packages::{self, is_program};
use crate::ports::PortBook;
use crate::process::{Services, Spec};
use crate::progress::Progress;
use crate::redis::Redis;
use crate::signals::Signals;
use crate::tools;
use demo::Demo;
use ground::Ground;
use secrets::{APPLICATION_ID, Secrets};
use settings::{Addresses, Cell, Helm, Tokens};

/// Stopped in the reverse order: storebot first, it talks to all others.
const DISCORD_LAYER: u8 = 5;
const STOREBOT_LAYER: u8 = 6;
/// storebot ends or hands back what it is doing.
const STOREBOT_GRACE: Duration = Duration::from_secs(25);
const START_LIMIT: Duration = Duration::from_secs(60);
/// A command of storebot that only asks or tells something.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);
/// Long enough for a day's trying out.
const TOKEN_LIFE: &str = "24h";

const SLASH_STORE: &str = "teashop";
const WEBHOOK_STORE: &str = "bookshop";

/// What the reader may choose.
pub struct Options {
    /// The reader's own cluster instead of one started here.
    pub kubeconfig: Option<PathBuf>,
    /// What stores run on; `None`: a real node where one can run, and in the reader's cluster
    /// what its nodes are.
    pub nodes: Option<Nodes>,
    /// Stores are found at `<name>.<domain>`.
    pub domain: String,
}

struct Run<'a> {
    layout: &'a Layout,
    options: &'a Options,
    dir: PathBuf,
    progress: Progress,
    ground: Ground,
}

/// Runs until a signal comes or a child dies.
pub async fn run(layout: &Layout, options: &Options) -> Result<u8> {
    let progress = Progress::start();
    let dir = layout.local().join("run");
    private_dir(&dir)?;
    let _lock = lock(&dir)?;
    // Absent means "not up yet" to those who wait for it.
    let env_file = layout.local().join("run.env");
    let _ = fs::remove_file(&env_file);
    let ground = match options.kubeconfig {
        None => Ground::prepare(layout, options.nodes, progress)?,
        Some(_) => {
            packages::ensure(packages::ALWAYS, progress)?;
            Ground::whole(Nodes::Real)
        }
    };
    let mut signals = Signals::listen()?;
    let mut services = Services::new(&layout.log("run"))?;
    let run = Run { layout, options, dir, progress, ground };
    let outcome = tokio::select! {
        died = run.everything(&mut services) => died,
        _ = signals.next() => Ok(()),
    };
    // Told first: stopping takes its time, and nobody should have to guess what happened.
    let code = outcome.map_or_else(|error| tell(&error), |()| 0);
    progress.say("stopping");
    services.stop().await;
    let _ = fs::remove_file(&env_file);
    let rest = if options.kubeconfig.is_some() { "; stores and their data stay in your cluster" } else { "" };
    progress.say(&format!("stopped{rest}"));
    Ok(code)
}

/// Says why the run ends; returns its exit code.
fn tell(error: &anyhow::Error) -> u8 {
    eprintln!("error: {error:#}");
    1
}

impl Run<'_> {
    /// Comes back only with the error that ends the run.
    async fn everything(&self, services: &mut Services) -> Result<()> {
        let secrets = Secrets::ensure(&self.dir)?;
        let (redis, addresses) = self.start_helpers(services, &secrets)?;
        let cell = self.start_cluster(services).await?;
        redis.ready(services).await?;
        answers(services, "the stand-in Discord", format!("{}/", addresses.discord())).await?;
        answers(services, "the stand-in GitHub and GitLab", format!("{}/", addresses.forge())).await?;
        self.progress.say("Redis, Kubernetes and the stand-ins are up");
        let config = self.configure(&addresses, &secrets, &cell)?;
        self.start_storebot(services, &addresses, &config).await?;
        self.storebot(&config, &["register-commands"]).await?;
        let tokens = Tokens {
            admin: self.token(&config, "admin", "admin").await?,
            member: self.token(&config, "ana", "member").await?,
        };
        let env = settings::run_env(&addresses, &secrets, &cell, &tokens);
        write_private(&self.layout.local().join("run.env"), env.as_bytes())?;
        tokio::select! {
            died = services.watch() => return died,
            () = self.show(&addresses, &secrets, tokens.admin) => {}
        }
        services.watch().await
    }

    /// What needs nothing else: Redis and the stand-in Discord.
    fn start_helpers(&self, services: &mut Services, secrets: &Secrets) -> Result<(Redis, Addresses)> {
        let mut book = PortBook::open(&self.dir);
        let redis = Redis::start(services, &self.dir.join("redis"), book.take("redis")?)?;
        let addresses = Addresses {
            http: book.take("http")?,
            admin: book.take("admin")?,
            discord: book.take("discord")?,
            forge: book.take("forge")?,
            redis: redis.url(),
        };
        book.save()?;
        let discord = self.program("stand-in-discord")?;
        let spec = Spec::new("stand-in-discord", &discord, DISCORD_LAYER).args([
            format!("--listen=127.0.0.1:{}", addresses.discord),
            format!("--seed-hex-file={}", secrets.discord_seed_file.display()),
            format!("--application-id={APPLICATION_ID}"),
            format!("--bot-token-file={}", secrets.bot_token_file.display()),
            format!("--client-secret-file={}", secrets.client_secret_file.display()),
            format!("--redirect-uri={}/sign-in/discord/back", addresses.storebot()),
            format!("--interactions-url={}/discord/interactions", addresses.storebot()),
            "--person=ana".to_owned(),
            "--person=ben".to_owned(),
            "--person=cleo=approver,admin".to_owned(),
            "--administrator=cleo".to_owned(),
        ]);
        services.start(&spec)?;
        self.start_forge(services, &addresses, secrets)?;
        Ok((redis, addresses))
    }

    fn start_forge(&self, services: &mut Services, addresses: &Addresses, secrets: &Secrets) -> Result<()> {
        let [token, github, gitlab] = &secrets.forge_files;
        let spec = Spec::new("stand-in-forge", &self.program("stand-in-forge")?, DISCORD_LAYER).args([
            format!("--listen=127.0.0.1:{}", addresses.forge),
            format!("--token-file={}", token.display()),
            format!("--github-hook={}", addresses.source("github")),
            format!("--github-secret-file={}", github.display()),
            format!("--gitlab-hook={}", addresses.source("gitlab")),
            format!("--gitlab-secret-file={}", gitlab.display()),
            "--maintainer=ana".to_owned(),
        ]);
        services.start(&spec)
    }

    async fn start_cluster(&self, services: &mut Services) -> Result<Cell> {
        let domain = self.options.domain.clone();
        if let Some(file) = &self.options.kubeconfig {
            let kubeconfig =
                file.canonicalize().with_context(|| format!("the kubeconfig {} cannot be read", file.display()))?;
            let found = foreign::look(self.layout, &kubeconfig)?;
            let simulated = self.options.nodes.map_or(found.simulated, |nodes| nodes == Nodes::Simulated);
            return Ok(Cell { kubeconfig, foreign: Some(found.mark), simulated, domain, port: 0 });
        }
        let kubernetes = Kubernetes::prepare(
            self.layout,
            &self.dir.join(self.ground.folder()),
            &self.layout.log("run"),
            self.ground.nodes,
        )?;
        kubernetes.start(services, self.progress).await?;
        let (kubeconfig, port) = (kubernetes.kubeconfig(), kubernetes.ingress_port().unwrap_or_default());
        Ok(Cell { kubeconfig, foreign: None, simulated: self.ground.nodes == Nodes::Simulated, domain, port })
    }

    fn configure(&self, addresses: &Addresses, secrets: &Secrets, cell: &Cell) -> Result<PathBuf> {
        let helm = Helm { binary: tools::find_helm(self.layout)?, charts: self.layout.root().join("charts") };
        let file = self.dir.join("storebot.toml");
        write_private(&file, settings::config(addresses, secrets, cell, &helm).as_bytes())?;
        Ok(file)
    }

    async fn start_storebot(&self, services: &mut Services, addresses: &Addresses, config: &Path) -> Result<()> {
        let spec = Spec::new("storebot", &self.program("storebot")?, STOREBOT_LAYER)
            .args([format!("--config={}", config.display()), "all".to_owned()])
            .grace(STOREBOT_GRACE);
        services.start(&spec)?;
        answers(services, "storebot", format!("{}/health/ready", addresses.storebot())).await?;
        self.progress.say("storebot is ready");
        Ok(())
    }

    /// Runs one command of storebot and returns what it printed.
    async fn storebot(&self, config: &Path, args: &[&str]) -> Result<String> {
        let mut command = Command::new(self.program("storebot")?);
        command.arg("--config").arg(config).args(args).kill_on_drop(true);
        let name = args.first().copied().unwrap_or_default();
        let output = tokio::time::timeout(COMMAND_LIMIT, command.output())
            .await
            .with_context(|| format!("storebot {name} took longer than {COMMAND_LIMIT:?}"))?
            .with_context(|| format!("storebot {name} does not start"))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("storebot {name} failed ({}): {}", output.status, errors.trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    async fn token(&self, config: &Path, subject: &str, role: &str) -> Result<String> {
        let args = ["token", "--subject", subject, "--role", role, "--ttl", TOKEN_LIFE];
        self.storebot(config, &args).await
    }

    /// Creates the two stores, follows them, prints every address. What goes wrong here
    /// is told but ends nothing: the rest is up and can be looked at.
    async fn show(&self, addresses: &Addresses, secrets: &Secrets, token: String) {
        let url = addresses.storebot();
        let stores = self.stores(addresses, secrets, token).await;
        println!();
        match stores {
            Ok((webhook, slash)) => println!("  By signed webhook   {webhook}\n  By slash command    {slash}"),
            Err(error) => println!("  error: {error:#}"),
        }
        println!();
        println!("  Swagger UI          {url}/docs");
        println!("  Dashboard           {url}/ (sign in with Discord as ana, ben or cleo)");
        println!("  Stand-in Discord    {}/", addresses.discord());
        println!("  GitHub and GitLab   {}/ (stand-ins: pull requests get previews)", addresses.forge());
        println!("  Keys and addresses  {}", self.layout.local().join("run.env").display());
        println!("  Logs                {}", self.layout.log("run").display());
        println!();
        self.progress.say("up; Ctrl-C stops everything");
    }

    /// What became of the two stores, in words.
    async fn stores(&self, addresses: &Addresses, secrets: &Secrets, token: String) -> Result<(String, String)> {
        let demo = Demo::new(addresses.storebot(), token, self.progress)?;
        let (url, discord) = (addresses.webhook(), addresses.discord());
        let told = |outcome: Result<String>| outcome.unwrap_or_else(|error| format!("error: {error:#}"));
        let (webhook, slash) = tokio::join!(
            demo.by_webhook(&url, &secrets.webhook_secret, (WEBHOOK_STORE, self.ground.webhook_engine)),
            demo.by_slash(&discord, SLASH_STORE, self.ground.slash_engine),
        );
        Ok((told(webhook), told(slash)))
    }

    /// A program built beside this one.
    fn program(&self, name: &str) -> Result<PathBuf> {
        let here = std::env::current_exe().context("the path of this program is unknown")?;
        let file = here.with_file_name(name);
        if !is_program(&file) {
            bail!("{} is not built: use `make run`, which builds it", file.display());
        }
        Ok(file)
    }
}

/// Waits until a GET answers 2xx.
async fn answers(services: &mut Services, what: &str, url: String) -> Result<()> {
    let client = demo::client()?;
    let ready = || async { client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) };
    services.wait_for(what, START_LIMIT, ready).await
}

/// One run per checkout: two would share their data.
fn lock(dir: &Path) -> Result<File> {
    let lock = File::create(dir.join("lock")).context(".local/run/lock cannot be made")?;
    if lock.try_lock().is_err() {
        bail!("a run of this checkout is active already: stop that one first (Ctrl-C where it runs)");
    }
    Ok(lock)
}
