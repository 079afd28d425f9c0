//! The real program as a process of its own, to be killed.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::environment::{PATIENCE, free_port, unique, until};
use super::secrets::log_folder;

pub(crate) struct Process {
    child: Child,
    /// Where the public listener is, or would be.
    pub(crate) url: String,
    /// Where the admin listener is, which every role has.
    pub(crate) admin: String,
    log: std::path::PathBuf,
}

impl Process {
    /// Starts `storebot all` with a configuration and waits until it is alive.
    pub(crate) async fn start(config: &Path, env: &[(&str, &str)]) -> Result<Self> {
        Self::start_as("all", config, env).await
    }

    /// The same with another role.
    pub(crate) async fn start_as(role: &str, config: &Path, env: &[(&str, &str)]) -> Result<Self> {
        let mut process = Self::spawn(role, config, env).await?;
        if let Some(status) = process.alive_or_dead().await? {
            bail!("storebot has ended with {status}: {}", process.log());
        }
        Ok(process)
    }

    /// Starts one that may die as soon as it is there.
    pub(crate) async fn spawn(role: &str, config: &Path, env: &[(&str, &str)]) -> Result<Self> {
        let (public, admin) = (free_port().await?, free_port().await?);
        let here = config.parent().context("a configuration without a folder")?;
        let log = log_folder(here).join(unique("storebot")).with_extension("log");
        let child = Command::new(env!("CARGO_BIN_EXE_storebot"))
            .args([role, "--config"])
            .arg(config)
            .env("STOREBOT__HTTP__LISTEN", format!("127.0.0.1:{public}"))
            .env("STOREBOT__HTTP__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
            // Nobody balances load here; who does sets it.
            .env("STOREBOT__HTTP__DRAIN", "0s")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .kill_on_drop(true)
            .spawn()
            .context("storebot cannot be started")?;
        let url = |port| format!("http://127.0.0.1:{port}");
        Ok(Self { child, url: url(public), admin: url(admin), log })
    }

    /// Waits until it ends by itself: its exit code.
    pub(crate) async fn ended(&mut self) -> Result<Option<i32>> {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        Ok(ended.context("it does not end")??.code())
    }

    /// Its number among the processes.
    pub(crate) fn id(&self) -> Result<i32> {
        Ok(i32::try_from(self.child.id().context("it has ended")?)?)
    }

    /// Waits until it is alive, or gives how it ended.
    pub(crate) async fn alive_or_dead(&mut self) -> Result<Option<ExitStatus>> {
        let client = reqwest::Client::new();
        let (url, child) = (format!("{}/metrics", self.admin), std::cell::RefCell::new(&mut self.child));
        until("storebot is alive", || async {
            if let Some(status) = child.borrow_mut().try_wait()? {
                return Ok(Some(Some(status)));
            }
            let answer = client.get(&url).send().await;
            Ok(answer.is_ok_and(|a| a.status().is_success()).then_some(None))
        })
        .await
        .with_context(|| std::fs::read_to_string(&self.log).unwrap_or_default())
    }

    /// Waits until it has died at a crash point, and says when that was.
    pub(crate) async fn dies_at(mut self, point: &str) -> Result<Instant> {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let died = Instant::now();
        let status = ended.with_context(|| format!("it never came to {point}: {}", self.log()))??;
        let marker = format!("dying at the crash point {point}");
        let marked =
            self.log().lines().any(|line| line.strip_prefix(&marker).is_some_and(|r| r.is_empty() || r == "#1"));
        ensure!(status.signal() == Some(Signal::ABORT.as_raw()) && marked, "{point}: {status}: {}", self.log());
        Ok(died)
    }

    /// SIGKILL: no chance to tidy up.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// SIGTERM: it drains.
    pub(crate) fn terminate(&self) -> Result<()> {
        let pid =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw).context("it has ended")?;
        Ok(kill_process(pid, Signal::TERM)?)
    }

    /// Memory that it holds at present, in kB.
    pub(crate) fn resident_kb(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().context("it has ended")?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}
