//! The command line. Reads the configuration, reports all its faults at once, hands over to `app`.

mod webhook;

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::{Parser, Subcommand};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{self, App, Role, Stop};
use crate::commands::policy;
use crate::config::Config;
use crate::ledger::{Lossy, TooNew};
use crate::telemetry::{SetUp, Telemetry};
use crate::{crash, inbound, metrics, telemetry};

/// Gives people finished, working online shops on Kubernetes.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// Configuration file (TOML). Every key is documented in config.default.toml; variables such as
    /// STOREBOT__REDIS__URL override it.
    #[arg(long, global = true, env = "STOREBOT_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve and work in one process.
    All,
    /// The doors: HTTP API, webhooks, Discord's interactions. Stateless.
    Serve,
    /// Claims jobs, runs Helm, watches clusters, tells people.
    Work,
    /// Register the slash command with Discord, where it differs from what is there.
    RegisterCommands {
        /// Only in this server, where it changes at once.
        #[arg(long)]
        guild: Option<u64>,
        /// Say what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Print what /metrics shows, as a table.
    Metrics,
    /// Print a token for the HTTP API, signed with the first of auth.keys that can sign.
    Token {
        /// Who it is for; owns stores as api:<subject>.
        #[arg(long)]
        subject: String,
        /// viewer | member | approver | admin
        #[arg(long)]
        role: String,
        /// Organisation whose quota its stores count against, such as github:9919
        #[arg(long)]
        org: Option<String>,
        /// At most auth.longest_life
        #[arg(long, default_value = "1h")]
        ttl: String,
    },
    /// Bring every record back from the clusters after the ledger was lost, or came from a backup. Safe to repeat,
    /// and while storebot runs. Ends with 1 when something could not be brought back.
    Rebuild {
        /// Say what would be written, and write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Hold everything storebot stands on against what it must be. Ends with 1 when something is wrong.
    Doctor {
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
        /// Also hold every object of every store against its release; a few stores a second.
        #[arg(long)]
        drift: bool,
        /// Make the record of a store's namespace that has none.
        #[arg(long, value_name = "NAMESPACE", conflicts_with_all = ["drift", "remove"])]
        adopt: Option<String>,
        /// Delete a store's namespace that has no record, with everything in it.
        #[arg(long, value_name = "NAMESPACE", conflicts_with = "drift")]
        remove: Option<String>,
        /// Print who may do what, and nothing else.
        #[arg(long, conflicts_with_all = ["json", "drift", "adopt", "remove"])]
        policy: bool,
    },
    /// List the cells: what is on each, whether it answers, whether it takes new stores.
    Cells {
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
        #[command(subcommand)]
        action: Option<CellsAction>,
    },
    /// Try out a source of deliveries, as its sender would.
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Ask a health address of a storebot beside this one; for containers without curl. Ends with 1 when it is not well.
    Healthcheck {
        /// Such as http://127.0.0.1:9090/health/live of the admin listener, which every role has; /health/ready
        /// also asks Redis.
        url: url::Url,
    },
}

#[derive(Debug, Subcommand)]
enum CellsAction {
    /// Have a cell take no new stores, at once and on every replica. Those that are there go on.
    Drain { cell: String },
    /// Have it take new stores again.
    Undrain { cell: String },
}

/// Why the program ends, by exit code.
#[derive(Debug)]
pub enum Exit {
    /// 2: wrong usage or configuration, of storebot or of its Redis.
    Usage(String),
    /// 1
    Failed(anyhow::Error),
    /// 1, and why has been printed already.
    Told,
}

impl From<anyhow::Error> for Exit {
    fn from(error: anyhow::Error) -> Self {
        if error.is::<Lossy>() || error.is::<TooNew>() || error.is::<SetUp>() {
            Self::Usage(error.to_string())
        } else {
            Self::Failed(error)
        }
    }
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// See [`Exit`].
    pub fn run(self) -> Result<(), Exit> {
        match &self.command {
            Command::Openapi => {
                print!("{}", inbound::http::openapi_yaml());
                Ok(())
            }
            Command::Metrics => {
                print!("{}", metrics::table::markdown());
                Ok(())
            }
            Command::Healthcheck { url } => block_on(health(url.clone())),
            Command::Webhook(webhook) => webhook.run(&self.load()?),
            Command::All => self.start(Role::All),
            Command::Serve => self.start(Role::Serve),
            Command::Work => self.start(Role::Work),
            Command::Token { subject, role, org, ttl } => {
                println!("{}", app::mint_token_in(&self.load()?, org.as_deref(), subject, role, ttl)?);
                Ok(())
            }
            Command::Rebuild { dry_run } => self.tend(app::Tend::Rebuild { dry_run: *dry_run }),
            Command::Doctor { policy: true, .. } => {
                print!("{}", policy::print());
                Ok(())
            }
            Command::Doctor { adopt: Some(namespace), .. } => self.tend(app::Tend::Adopt(namespace.clone())),
            Command::Doctor { remove: Some(namespace), .. } => self.tend(app::Tend::Remove(namespace.clone())),
            Command::Doctor { json, drift, .. } => {
                self.tend(app::Tend::Examine { json: *json, drift: *drift, file: self.config.clone() })
            }
            Command::Cells { json, action: None } => self.tend(app::Tend::Cells { json: *json }),
            Command::Cells { action: Some(CellsAction::Drain { cell }), .. } => {
                self.tend(app::Tend::Drain { cell: cell.clone(), drained: true })
            }
            Command::Cells { action: Some(CellsAction::Undrain { cell }), .. } => {
                self.tend(app::Tend::Drain { cell: cell.clone(), drained: false })
            }
            Command::RegisterCommands { guild, dry_run } => {
                let config = self.load()?;
                let (guild, dry_run) = (*guild, *dry_run);
                println!("{}", block_on(async move { app::register_commands(&config, guild, dry_run).await })?);
                Ok(())
            }
        }
    }

    fn load(&self) -> Result<Config, Exit> {
        let text = match &self.config {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| Exit::Usage(format!("{} cannot be read: {error}", path.display())))?,
            None => String::new(),
        };
        let env: Vec<_> = std::env::vars().collect();
        Config::load(&text, &env).map_err(|faults| {
            let lines: Vec<_> = faults.iter().map(|fault| format!("  {fault}")).collect();
            Exit::Usage(format!("the configuration has {} fault(s):\n{}", faults.len(), lines.join("\n")))
        })
    }

    /// Does what an operator asked, prints what came of it, and fails when that was not all well.
    fn tend(&self, what: app::Tend) -> Result<(), Exit> {
        let config = self.load()?;
        telemetry::init(&config.log).map_err(|error| Exit::Usage(error.to_string()))?;
        let (text, well) = block_on(async move { app::tend(&config, what).await })?;
        println!("{text}");
        if well { Ok(()) } else { Err(Exit::Told) }
    }

    fn start(&self, role: Role) -> Result<(), Exit> {
        let config = self.load()?;
        if let Some(at) = config.crash_at {
            crash::arm(at);
        }
        block_on(async move {
            let telemetry = Telemetry::start(&config.log, &config.telemetry)?;
            let ended = async { App::start(config, role).await?.until(stop_signal()?).await }.await;
            telemetry.end().await;
            ended
        })
    }
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> Result<T, Exit> {
    let runtime = Builder::new_multi_thread().enable_all().build().context("the runtime cannot be started")?;
    Ok(runtime.block_on(work)?)
}

/// Ends at the first SIGTERM, which whatever runs storebot sends, or SIGINT, which a person at a terminal sends.
fn stop_signal() -> anyhow::Result<impl Future<Output = Stop>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let how = tokio::select! {
            _ = terminate.recv() => Stop::Drain,
            _ = interrupt.recv() => Stop::Now,
        };
        tracing::info!("stopping");
        how
    })
}

/// Asked past any proxy: what is asked stands beside this program.
async fn health(url: url::Url) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(5)).no_proxy().build()?;
    let status = client.get(url.clone()).send().await.with_context(|| format!("{url} does not answer"))?.status();
    if status.is_success() { Ok(()) } else { Err(anyhow!("{url} answers {status}")) }
}
