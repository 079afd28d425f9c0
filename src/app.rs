//! Builds everything, starts the roles, owns shutdown. Nobody imports it but `main`, `cli` and tests.
//!
//! Nothing here waits for Redis, Kubernetes or Discord: storebot is alive before they are, says in
//! `/health/ready` what is missing, and takes up work when it is there.

mod checkup;
mod discord;
mod gauges;
mod running;
mod tend;
mod tokens;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use poem::Response;
use poem::endpoint::BoxEndpoint;
use rand::Rng as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cluster::Cluster;
use crate::commands::{Commands, Inside};
use crate::config::{self, Config};
use crate::domain::engine::Engine;
use crate::domain::{Bits, to_the_millisecond};
use crate::forge::Forges;
use crate::helm::Helm;
use crate::inbound::http::listen::{ConnectionLimits, Listener};
use crate::inbound::http::{self, HttpParts};
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::notify::{CallbackSender, DiscordSender, Notify, NotifyParts};
use crate::worker::{CellParts, Worker, WorkerParts};
use discord::discord_client;
pub use discord::register_commands;
use gauges::Gauges;
pub use running::{Running, Stop};
pub use tend::{Tend, tend};
pub use tokens::{mint_token, mint_token_in};

/// How often gauges are read and limiters swept.
const GAUGES: Duration = Duration::from_secs(5);

/// Longest time a connection may rest between two requests. Longer than ingresses keep theirs, so
/// that it is not we who close one that is just being used.
const IDLE: Duration = Duration::from_secs(120);

/// What this process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Both.
    All,
    /// Doors only; stateless.
    Serve,
    /// Claims jobs, runs Helm, watches clusters, tells people.
    Work,
}

impl Role {
    fn serves(self) -> bool {
        self != Self::Work
    }

    fn works(self) -> bool {
        self != Self::Serve
    }
}

pub struct App;

/// A route of the public listener.
type Endpoint = BoxEndpoint<'static, Response>;

/// What the parts of one process share.
struct Shared {
    config: Config,
    ledger: Ledger,
    metrics: Metrics,
    bits: Bits,
    /// Nothing new is begun from here on, but at the doors.
    stop: CancellationToken,
    /// The doors close. Later than `stop`: see [`Stop::Drain`].
    close: CancellationToken,
    tasks: TaskTracker,
    failed: tokio::sync::mpsc::Sender<anyhow::Error>,
}

impl App {
    /// Starts the roles; when it returns, the listeners take requests.
    ///
    /// # Errors
    /// An address is taken, or a cluster's configuration cannot be read.
    pub async fn start(config: Config, role: Role) -> Result<Running> {
        // Two providers are in the tree; TLS clients that do not choose one would panic.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let ledger = Ledger::new(&config.redis, &config.retention).context("redis.url")?;
        let (failed, failures) = tokio::sync::mpsc::channel(1);
        let shared = Shared {
            ledger,
            metrics: Metrics::new(),
            bits: Arc::new(|| rand::rng().random()),
            stop: CancellationToken::new(),
            close: CancellationToken::new(),
            tasks: TaskTracker::new(),
            failed,
            config,
        };
        let admin = listen(shared.config.http.admin_listen, "http.admin_listen").await?;
        let admin_address = admin.local_addr()?;
        let public = if role.serves() { Some(shared.serve().await?) } else { None };
        if role.works() {
            shared.work().await?;
        }
        shared.spawn_guard();
        shared.spawn_server(admin, http::admin_routes(shared.metrics.clone(), Inside::new(shared.ledger.clone())))?;
        shared.spawn_opening();
        let gauges = Gauges::new(&shared.config, shared.ledger.clone(), shared.metrics.clone());
        shared.tasks.spawn(gauges.keep(shared.stop.clone()));
        // Without doors there is nobody whom others still send here.
        let drain = if public.is_some() { shared.config.http.drain } else { Duration::ZERO };
        Ok(Running {
            public,
            admin: admin_address,
            drain,
            stop: shared.stop,
            close: shared.close,
            tasks: shared.tasks,
            failed: failures,
        })
    }
}

impl Shared {
    async fn serve(&self) -> Result<SocketAddr> {
        let listener = listen(self.config.http.listen, "http.listen").await?;
        let address = listener.local_addr()?;
        let limits = Arc::new(Limits::new(&self.config.limits));
        let commands = Commands::new(self.ledger.clone(), Arc::clone(&limits), &self.config, Arc::clone(&self.bits));
        let commands = Arc::new(commands);
        let (tail, close) = (Arc::clone(&commands), self.close.clone());
        self.tasks.spawn(async move { tail.tail_events(close).await });
        let (discord, gateway) = self.discord(&commands)?;
        let routes = http::public_routes(HttpParts {
            forges: Forges::new(&self.config, &self.metrics)?,
            discord,
            gateway,
            sign_in: self.sign_in()?,
            commands,
            config: Arc::new(self.config.clone()),
            metrics: self.metrics.clone(),
            clock: || to_the_millisecond(Timestamp::now()),
            ids: Arc::clone(&self.bits),
            draining: self.stop.clone(),
            close: self.close.clone(),
        });
        self.spawn_server(listener, routes)?;
        let close = self.close.clone();
        self.tasks.spawn(async move {
            let mut turns = tokio::time::interval(GAUGES);
            while close.run_until_cancelled(turns.tick()).await.is_some() {
                limits.sweep();
            }
        });
        tracing::info!(%address, "serving");
        Ok(address)
    }

    fn notify(&self, name: String) -> Result<Notify> {
        let metrics = self.metrics.clone();
        let sender = |discord| anyhow::Ok(DiscordSender::new(discord, discord_client(discord)?, metrics));
        let discord = self.config.discord.as_ref().map(sender).transpose()?;
        let callbacks = &self.config.callbacks;
        let callbacks = callbacks.is_used().then(|| CallbackSender::new(callbacks.clone(), self.metrics.clone()));
        Ok(Notify::new(NotifyParts {
            ledger: self.ledger.clone(),
            name,
            discord,
            callbacks,
            forges: Forges::new(&self.config, &self.metrics)?,
        }))
    }

    async fn work(&self) -> Result<()> {
        let consumer = format!("{}-{:016x}", std::process::id(), (self.bits)());
        let helm = Helm::new(&self.config.helm);
        let mut cells = Vec::new();
        for cell in &self.config.cells {
            cells.push(self.cell(cell, &helm).await?);
        }
        self.spawn_probe(helm.clone());
        let worker = Worker::new(WorkerParts {
            ledger: self.ledger.clone(),
            helm,
            cells,
            metrics: self.metrics.clone(),
            config: self.config.worker.clone(),
            terms: self.config.leases.terms.clone(),
            consumer: consumer.clone(),
            random: Arc::clone(&self.bits),
        });
        let (stop, notify, ledger) = (self.stop.clone(), self.notify(consumer.clone())?, self.ledger.clone());
        self.tasks.spawn(async move {
            // People are told to the very end of draining.
            let drained = CancellationToken::new();
            let working = async {
                worker.run(stop).await;
                drained.cancel();
            };
            tokio::join!(working, notify.run(drained.clone()));
            if let Err(error) = ledger.retire(&consumer).await {
                tracing::debug!(%error, "the consumer stays listed");
            }
        });
        Ok(())
    }

    async fn cell(&self, cell: &config::Cell, helm: &Helm) -> Result<CellParts> {
        let cluster = Cluster::connect(cell).await.with_context(|| format!("cell {}", cell.name))?;
        let (watched, watching) = cluster.watch(self.stop.clone());
        self.tasks.spawn(watching);
        let mut values = HashMap::new();
        for engine in Engine::ALL {
            let texts = cell.values.iter().map(|file| helm.read_values(engine, file)).collect::<Result<Vec<_>, _>>();
            values.insert(engine, texts.with_context(|| format!("cell {}", cell.name))?.join("\n"));
        }
        Ok(CellParts { config: cell.clone(), cluster, watched, values })
    }

    /// Opens the ledger as soon as Redis answers. One that a newer storebot writes ends the program.
    fn spawn_opening(&self) {
        let (ledger, failed, stop) = (self.ledger.clone(), self.failed.clone(), self.stop.clone());
        self.tasks.spawn(stop.run_until_cancelled_owned(async move {
            loop {
                match ledger.open().await {
                    Ok(Ok(())) => return,
                    Ok(Err(too_new)) => return drop(failed.send(too_new.into()).await),
                    Err(error) => tracing::warn!(%error, "the ledger cannot be opened yet"),
                }
                tokio::time::sleep(GAUGES).await;
            }
        }));
    }

    /// A Helm that is missing or too old ends the program with what to do; nothing waits for it.
    fn spawn_probe(&self, helm: Helm) {
        let failed = self.failed.clone();
        self.tasks.spawn(async move {
            match helm.probe().await {
                Ok(version) => tracing::info!(version, "Helm is there"),
                Err(error) => {
                    let _ = failed.send(error.into()).await;
                }
            }
        });
    }

    /// A Redis that can lose what it acknowledges ends the program, if the configuration says so.
    fn spawn_guard(&self) {
        let (ledger, failed, stop) = (self.ledger.clone(), self.failed.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            if let Some(lossy) = stop.run_until_cancelled(ledger.refused()).await {
                let _ = failed.send(lossy.into()).await;
            }
        });
    }

    fn spawn_server(&self, listener: TcpListener, routes: BoxEndpoint<'static, Response>) -> Result<()> {
        let acceptor = Listener::new(listener, ConnectionLimits::from(&self.config.http))?;
        let server = poem::Server::new_with_acceptor(acceptor).idle_timeout(IDLE);
        let (close, failed, grace) = (self.close.clone(), self.failed.clone(), self.config.http.shutdown_grace);
        self.tasks.spawn(async move {
            let served = server.run_with_graceful_shutdown(routes, close.cancelled_owned(), Some(grace)).await;
            if let Err(error) = served {
                let _ = failed.send(error.into()).await;
            }
        });
        Ok(())
    }
}

async fn listen(address: SocketAddr, key: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{key}: cannot listen on {address}"))
}
