//! Everything around storebot, of its own: Redis, a Kubernetes with simulated nodes, the stand-in
//! Discord, a receiver of callbacks. Redis and the API server can be killed and started again.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use kube::Client;
use stand_in_discord::StandIn;
use storebot::config::Config;
use storebot::ledger::Ledger;
use storebot_local::control_plane::{APISERVER, ControlPlane};
use storebot_local::layout::{Layout, private_dir};
use storebot_local::nodes::{self, Nodes};
use storebot_local::ports::PortBook;
use storebot_local::process::Services;
use storebot_local::progress::Progress;
use storebot_local::redis::{REDIS, Redis};
use storebot_local::tools::find_helm;

use super::faults::Act;
use super::plan::{Actor, Cell, Door, Plan};
use super::receiver::Receiver;
use crate::harness::Kubernetes;
use crate::harness::account::{Chart, TENANT_ROLE};

/// Signs tokens here and nowhere else.
const TOKEN_KEY: [u8; 32] = *b"only for chaos: thirty-two bytes";
/// Signs deliveries, in and out.
pub(super) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(super) struct Ground {
    /// `target/chaos`: data, and logs to look into afterwards.
    pub(super) folder: PathBuf,
    pub(super) config_file: PathBuf,
    pub(super) config: Config,
    /// Past all proxies.
    pub(super) ledger: Ledger,
    pub(super) kubernetes: Kubernetes,
    /// Whose account all processes are to the cluster.
    pub(super) chart: Chart,
    /// An administrator's.
    pub(super) cluster: Client,
    pub(super) discord: StandIn,
    pub(super) receiver: Receiver,
    pub(super) redis_port: u16,
}

/// The processes under it.
pub(super) struct Machines {
    folder: PathBuf,
    redis_port: u16,
    plane: ControlPlane,
    services: Services,
    redis: Redis,
}

impl Ground {
    pub(super) async fn start(plan: &Plan, seed: u64) -> Result<(Self, Machines)> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let machines = Machines::start().await?;
        let (folder, redis_port) = (machines.folder.clone(), machines.redis_port);
        let discord = crate::harness::discord::start().await?;
        let receiver = Receiver::start(seed).await?;
        let (admin, helm) = (machines.plane.kubeconfig().to_owned(), find_helm(&Layout::find()?)?);
        let kubernetes = Kubernetes::read(admin.to_str().context("path")?)?;
        let text = config(&folder, &discord, plan, &helm)?;
        let chart = Chart { admin, helm, namespace: "storebot-chaos", release: "storebot" };
        chart.install(&["--set", "rightsOnly=true"]).await?;
        chart.write_kubeconfig(&folder.join("account.kubeconfig")).await?;
        let config_file = folder.join("storebot.toml");
        std::fs::write(&config_file, &text)?;
        let config = match Config::load(&text, &[("STOREBOT__REDIS__URL".to_owned(), machines.redis.url())]) {
            Ok(config) => config,
            Err(faults) => bail!("{faults:?}"),
        };
        let ledger = Ledger::new(&config.redis, &config.retention)?;
        let cluster = kubernetes.client().await?;
        let ground =
            Self { folder, config_file, config, ledger, kubernetes, chart, cluster, discord, receiver, redis_port };
        Ok((ground, machines))
    }
}

impl Machines {
    async fn start() -> Result<Self> {
        let layout = Layout::find()?;
        nodes::ensure(&layout, Nodes::Simulated, Progress::start())?;
        let folder = layout.root().join("target/chaos");
        // Of an earlier run; there may have been none.
        let _ = std::fs::remove_dir_all(&folder);
        private_dir(&folder)?;
        let mut services = Services::new(&folder.join("services"))?;
        let redis_port = PortBook::open(&folder).take("redis")?;
        let redis = Redis::start(&mut services, &folder.join("redis"), redis_port)?;
        let plane = ControlPlane::prepare(&layout, &folder.join("kubernetes"), Nodes::Simulated)?;
        plane.start(&mut services).await?;
        redis.ready(&mut services).await?;
        Ok(Self { folder, redis_port, plane, services, redis })
    }

    /// Does what concerns these processes; the rest is the fleet's.
    pub(super) async fn act(&mut self, act: Act) -> Result<()> {
        match act {
            Act::KillRedis => self.services.crash(REDIS).await,
            // On the same port, with the data it had.
            Act::StartRedis => {
                self.services.crash(REDIS).await;
                Redis::start(&mut self.services, &self.folder.join("redis"), self.redis_port)?;
            }
            Act::KillApiServer => self.services.crash(APISERVER).await,
            Act::StartApiServer => {
                self.services.crash(APISERVER).await;
                self.plane.start_apiserver(&mut self.services)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Waits until both answer again.
    pub(super) async fn until_well(&mut self) -> Result<()> {
        self.redis.ready(&mut self.services).await?;
        let plane = &self.plane;
        let limit = std::time::Duration::from_secs(90);
        self.services.wait_for("the local Kubernetes", limit, || plane.is_ready()).await
    }

    pub(super) async fn stop(self) {
        self.services.stop().await;
        // What is large and says nothing afterwards; what cannot be removed is by the next run.
        let _ = std::fs::remove_dir_all(self.folder.join("kubernetes"));
    }
}

/// What all processes have in common; how each reaches Redis, the API server and Discord comes by its
/// environment.
fn config(folder: &Path, discord: &StandIn, plan: &Plan, helm: &Path) -> Result<String> {
    let mut text = format!(
        "[http]\nadmin_listen = '127.0.0.1:0'\ndrain = '1s'\n\
         [log]\nfilter = 'info,storebot=debug,kube_client=off'\n\
         [redis]\nprefix = 'chaos'\n\
         [[auth.keys]]\nkid = 'test'\nsecret = '{token_key}'\n\
         [discord]\napplication_id = '{application}'\npublic_key = '{public_key}'\n\
         bot_token = 'stand-in-bot-token'\napi_url = '{discord_url}'\ntimeout = '3s'\nundo_for = '1s'\n\
         [callbacks]\nsecrets = ['{WEBHOOK_SECRET}']\nallow_hosts = ['127.0.0.1']\ntimeout = '3s'\n\
         retries = ['1s', '1s', '2s', '2s', '4s', '8s', '16s', '30s']\n\
         [helm]\nbinary = '{helm}'\ncharts = '{charts}'\nconcurrency = 2\ntimeout = '60s'\n\
         [worker]\nslots = 12\nlease = '5s'\nbackoff = '200ms'\nbackoff_max = '2s'\nsweep = '1s'\nattempts = 1000\ndrain = '5s'\n\
         [limits]\nstores_per_owner = {quota}\ncreations_per_hour = 100000\nrequests = 1000000\n\
         address_per_second = 100000\n",
        token_key = base64::engine::general_purpose::STANDARD.encode(TOKEN_KEY),
        application = discord.application_id(),
        public_key = discord.public_key_hex(),
        discord_url = discord.base_url(),
        helm = helm.display(),
        charts = concat!(env!("CARGO_MANIFEST_DIR"), "/charts"),
        quota = plan.quota,
    );
    for source in Actor::all(Door::Hook) {
        text.push_str(&format!("[[webhooks]]\nname = '{}'\nsecrets = ['{WEBHOOK_SECRET}']\n", source.name()));
    }
    for cell in Cell::ALL {
        let values = match cell {
            Cell::Quick => None,
            Cell::Slow => Some("slow"),
            Cell::Broken => Some("image-not-found"),
        };
        let mut files = vec!["values-local.yaml".to_owned()];
        if let Some(what) = values {
            let file = folder.join(format!("{}.yaml", cell.name()));
            std::fs::write(&file, format!("podAnnotations:\n  storebot.dev/simulate: {what}\n"))?;
            files.push(file.display().to_string());
        }
        text.push_str(&format!(
            "[[cells]]\nname = '{name}'\ndomain = '{name}.localhost'\ningress_class = 'local'\n\
             storage_class = 'local'\ntenant_role = '{TENANT_ROLE}'\nsimulated = true\nvalues = {files:?}\nby_name = {by_name}\n",
            name = cell.name(),
            // Who asks for none is not to end there.
            by_name = cell != Cell::Quick,
        ));
    }
    Ok(text)
}
