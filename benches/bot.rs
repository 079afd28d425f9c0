//! storebot as a process of its own, with a key prefix and a cell of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use rustix::process::{Pid, Signal, kill_process};
use stand_in_discord::StandIn;
use storebot::config::Config;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::deliveries::{SECRET, SOURCES};

pub(crate) const CHARTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts");
/// Name of the local cluster's ingress and storage class.
pub(crate) const CLASS: &str = "local";
/// Signs tokens in benchmarks.
const TOKEN_KEY: [u8; 32] = *b"only for benches: 32 bytes of it";
/// Longest wait for a process to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a new process is asked whether it lives: the resolution of `cold_start`.
const ASK: Duration = Duration::from_micros(500);

pub(crate) fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set: run the benchmarks with `make bench`"))
}

/// A loopback address nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A configuration in a folder of its own, and what is to be removed afterwards.
pub(crate) struct Setup {
    pub(crate) config: Config,
    /// Of all keys; also the name of the cell.
    pub(crate) prefix: String,
    file: PathBuf,
    folder: tempfile::TempDir,
}

impl Setup {
    pub(crate) fn new(kind: &str, discord: Option<&StandIn>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_millis();
        let prefix = format!("bench-{kind}-{since:x}");
        let text = text(&prefix, discord)?;
        let file = folder.path().join("storebot.toml");
        std::fs::write(&file, &text)?;
        match Config::load(&text, &[]) {
            Ok(config) => Ok(Self { config, prefix, file, folder }),
            Err(faults) => bail!("{faults:?}"),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.folder().join(format!("{name}.log"))
    }

    pub(crate) fn token(&self, subject: &str) -> Result<String> {
        storebot::app::mint_token(&self.config, subject, "member", "1h")
    }

    /// The release program in a role, with its usual log.
    pub(crate) async fn start(&self, role: &str) -> Result<Process> {
        let address = free_address()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_storebot"));
        command.args([role, "--config"]).arg(&self.file).env("STOREBOT__HTTP__LISTEN", address.to_string());
        Process::start(command, address, &self.log(role)).await
    }

    /// Runs a measurement and removes what it left in Redis, also when it failed.
    pub(crate) async fn tidy<T>(&self, measuring: impl Future<Output = Result<T>>) -> Result<T> {
        let result = measuring.await;
        let forgotten = self.forget().await;
        result.and_then(|value| forgotten.map(|()| value))
    }

    /// Removes every key of the prefix.
    async fn forget(&self) -> Result<()> {
        let mut redis = redis::Client::open(variable("REDIS_URL")?)?.get_multiplexed_async_connection().await?;
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{{{}}}:*", self.prefix)).arg("COUNT").arg(5000);
            let (next, keys): (u64, Vec<String>) = scan.query_async(&mut redis).await?;
            for some in keys.chunks(500) {
                let _: u64 = redis::cmd("UNLINK").arg(some).query_async(&mut redis).await?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }
}

fn webhooks() -> String {
    let source = |(name, kind)| format!("[[webhooks]]\nname = '{name}'\nkind = '{kind}'\nsecrets = ['{SECRET}']\n");
    SOURCES.map(source).concat()
}

fn text(prefix: &str, discord: Option<&StandIn>) -> Result<String> {
    let discord = discord.map_or_else(String::new, |discord| {
        format!(
            "[discord]\napplication_id = '{}'\npublic_key = '{}'\nbot_token = 'stand-in-bot-token'\napi_url = '{}'\n",
            discord.application_id(),
            discord.public_key_hex(),
            discord.base_url()
        )
    });
    Ok(format!(
        "[http]\nlisten = '127.0.0.1:0'\nadmin_listen = '127.0.0.1:0'\ndrain = '0s'\nconnections_per_address = 2000\n\
         [redis]\nurl = '{redis}'\nprefix = '{prefix}'\n\
         [[auth.keys]]\nkid = 'bench'\nsecret = '{key}'\n\
         {discord}\
         {webhooks}\
         [[cells]]\nname = '{prefix}'\nkubeconfig = '{kubeconfig}'\ndomain = 'bench.localhost'\n\
         ingress_class = '{CLASS}'\nstorage_class = '{CLASS}'\nsimulated = true\nvalues = ['values-local.yaml']\n\
         [helm]\nbinary = '{helm}'\ncharts = '{CHARTS}'\n\
         [limits]\nstores_per_owner = 1000000\ncreations_per_hour = 100000000\nrequests = 100000000\nviews = 100000000\n\
         address_per_second = 1000000\nstreams = 2000\nstreams_per_actor = 2000\n",
        webhooks = webhooks(),
        redis = variable("REDIS_URL")?,
        key = base64::engine::general_purpose::STANDARD.encode(TOKEN_KEY),
        kubeconfig = variable("KUBECONFIG")?,
        helm = variable("STOREBOT_HELM")?,
    ))
}

/// A server that answers `GET /health/live`.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    began: Instant,
    /// From its start to the first such answer.
    pub(crate) started_in: Duration,
}

impl Process {
    /// Starts it and waits for its first answer.
    pub(crate) async fn start(mut command: Command, address: SocketAddr, log: &Path) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(log)?).kill_on_drop(true);
        let began = Instant::now();
        let mut child = command.spawn().context("cannot be started")?;
        while !is_well(address, "/health/live").await {
            let log = || std::fs::read_to_string(log).unwrap_or_default();
            ensure!(child.try_wait()?.is_none(), "it ended at once: {}", log());
            ensure!(began.elapsed() < PATIENCE, "it does not come up: {}", log());
            tokio::time::sleep(ASK).await;
        }
        Ok(Self { child, address, began, started_in: began.elapsed() })
    }

    /// From its start until it says that it can take commands.
    pub(crate) async fn ready_in(&self) -> Result<Duration> {
        while !is_well(self.address, "/health/ready").await {
            ensure!(self.began.elapsed() < PATIENCE, "it does not get ready");
            tokio::time::sleep(ASK).await;
        }
        Ok(self.began.elapsed())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Resident memory in MB.
    pub(crate) fn resident(&self) -> Result<f64> {
        let id = self.child.id().context("it has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }

    /// Lets it drain and end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.context("it has ended")?, Signal::TERM)?;
        if tokio::time::timeout(PATIENCE, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

async fn is_well(address: SocketAddr, path: &str) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        std::io::Result::Ok(answer.ends_with(b" 200"))
    };
    ask.await.unwrap_or(false)
}
