//! The real program as a process of its own, to be killed.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use tokio::process::{Child, Command};

use super::environment::{PATIENCE, free_port, until};

pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    log: std::path::PathBuf,
}

impl Process {
    /// Starts `storebot all` with a configuration and waits until it is alive.
    pub(crate) async fn start(config: &Path, env: &[(&str, &str)]) -> Result<Self> {
        let process = Self::spawn(config, env).await?;
        let client = reqwest::Client::new();
        until("storebot is alive", || async {
            let answer = client.get(format!("{}/health/live", process.url)).send().await;
            Ok(answer.is_ok_and(|a| a.status().is_success()).then_some(()))
        })
        .await
        .with_context(|| process.log())?;
        Ok(process)
    }

    /// Starts `storebot all` and waits for nothing.
    pub(crate) async fn spawn(config: &Path, env: &[(&str, &str)]) -> Result<Self> {
        let port = free_port().await?;
        let log = config.with_extension(format!("{port}.log"));
        let child = Command::new(env!("CARGO_BIN_EXE_storebot"))
            .args(["all", "--config"])
            .arg(config)
            .env("STOREBOT__HTTP__LISTEN", format!("127.0.0.1:{port}"))
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .kill_on_drop(true)
            .spawn()
            .context("storebot cannot be started")?;
        Ok(Self { child, url: format!("http://127.0.0.1:{port}"), log })
    }

    /// Waits until it ends by itself: its exit code.
    pub(crate) async fn ended(&mut self) -> Result<Option<i32>> {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        Ok(ended.context("it does not end")??.code())
    }

    /// SIGKILL: no chance to tidy up.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}
