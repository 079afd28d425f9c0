//! Redis servers of a test's own, to be set up badly, killed, started again and moved about.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use redis::FromRedisValue;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::environment::{free_port, redis_connection, until};
use super::secrets::log_folder;

/// How production's should be.
pub(crate) const DURABLE: [&str; 3] = ["appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"];

/// One server: its port and its folder stay the same however often it is started. It is killed when
/// this is dropped.
pub(crate) struct RedisServer {
    pub(crate) port: u16,
    folder: TempDir,
    sentinel: bool,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts one with these lines of configuration and waits until it answers.
    pub(crate) async fn start<T: AsRef<str>>(lines: &[T]) -> Result<Self> {
        let mut server = Self::prepare(lines, false).await?;
        server.start_again().await?;
        Ok(server)
    }

    /// Starts a Sentinel.
    pub(crate) async fn sentinel<T: AsRef<str>>(lines: &[T]) -> Result<Self> {
        let mut server = Self::prepare(lines, true).await?;
        server.start_again().await?;
        Ok(server)
    }

    /// Has a place for one, and starts nothing yet.
    pub(crate) async fn stopped<T: AsRef<str>>(lines: &[T]) -> Result<Self> {
        Self::prepare(lines, false).await
    }

    /// A backup in the way that docs/operations.md tells.
    pub(crate) async fn back_up(&self, to: &Path) -> Result<()> {
        let told = Command::new("redis-cli").args(["-u", &self.url(), "--rdb"]).arg(to).output().await?;
        ensure!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        Ok(())
    }

    /// Puts a new one in place of this one, which is lost, from a backup, in the way that docs/operations.md tells.
    pub(crate) async fn restore<T: AsRef<str>>(&mut self, lines: &[T], backup: &Path) -> Result<()> {
        self.kill9().await?;
        let new = Self { port: self.port, ..Self::prepare(lines, false).await? };
        new.configure(lines)?;
        let folder = new.folder.path().join("appendonlydir");
        std::fs::create_dir(&folder)?;
        std::fs::copy(backup, folder.join("appendonly.aof.1.base.rdb"))?;
        std::fs::write(folder.join("appendonly.aof.manifest"), "file appendonly.aof.1.base.rdb seq 1 type b\n")?;
        *self = new;
        self.start_again().await
    }

    async fn prepare<T: AsRef<str>>(lines: &[T], sentinel: bool) -> Result<Self> {
        let server = Self { port: free_port().await?, folder: tempfile::tempdir()?, sentinel, child: None };
        server.configure(lines)?;
        Ok(server)
    }

    /// Writes other lines of configuration; the next start reads them.
    pub(crate) fn configure<T: AsRef<str>>(&self, lines: &[T]) -> Result<()> {
        let folder = self.folder.path();
        let own = if self.sentinel { "" } else { "save \"\"\nenable-debug-command yes\n" };
        let mut text = format!("bind 127.0.0.1\nport {}\ndir \"{}\"\n{own}", self.port, folder.display());
        for line in lines {
            text.push_str(line.as_ref());
            text.push('\n');
        }
        Ok(std::fs::write(folder.join("redis.conf"), text)?)
    }

    /// Starts it on the port and the folder it had, and waits until it answers.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        self.spawn()?;
        until("the Redis answers", || async { Ok(self.ask::<String>(&["PING"]).await.ok()) })
            .await
            .with_context(|| std::fs::read_to_string(self.log()).unwrap_or_default())?;
        Ok(())
    }

    /// Starts it as [`Self::start_again`] does, and waits for nothing.
    pub(crate) fn spawn(&mut self) -> Result<()> {
        let folder = self.folder.path();
        let log = std::fs::File::options().create(true).append(true).open(self.log())?;
        let mut command = Command::new("redis-server");
        command.arg(folder.join("redis.conf")).stdin(Stdio::null()).stdout(log).stderr(Stdio::null());
        if self.sentinel {
            command.arg("--sentinel");
        }
        self.child = Some(command.kill_on_drop(true).spawn().context("redis-server cannot be started")?);
        Ok(())
    }

    /// Of all its lives.
    fn log(&self) -> PathBuf {
        let folder = self.folder.path();
        let name = folder.file_name().unwrap_or_default();
        log_folder(folder).join(name).with_extension("redis.log")
    }

    /// SIGKILL: no chance to write anything any more.
    pub(crate) async fn kill9(&mut self) -> Result<()> {
        match &mut self.child {
            Some(child) => Ok(child.kill().await?),
            None => Ok(()),
        }
    }

    /// `127.0.0.1:<port>`
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// Asks it something, past everything.
    pub(crate) async fn ask<T: FromRedisValue>(&self, words: &[&str]) -> Result<T> {
        let mut connection = self.connect().await?;
        let (name, rest) = words.split_first().context("no command")?;
        Ok(redis::cmd(name).arg(rest).query_async(&mut connection).await?)
    }

    /// Writes this many keys that mean nothing.
    pub(crate) async fn fill(&self, keys: usize) -> Result<()> {
        let mut pipe = redis::pipe();
        for key in 0..keys {
            pipe.set(key, "").ignore();
        }
        Ok(pipe.exec_async(&mut self.connect().await?).await?)
    }

    /// One field of `INFO`.
    pub(crate) async fn info(&self, field: &str) -> Result<String> {
        let text: String = self.ask(&["INFO"]).await?;
        let found = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        Ok(found.with_context(|| format!("no {field}"))?.trim().to_owned())
    }

    /// Waits until it is `master` or `slave`; it may be away meanwhile.
    pub(crate) async fn until_role(&self, role: &str) -> Result<()> {
        until(&format!("{} is {role}", self.address()), || async {
            Ok(self.info("role").await.is_ok_and(|is| is == role).then_some(()))
        })
        .await
    }

    async fn connect(&self) -> Result<MultiplexedConnection> {
        redis_connection(&self.url()).await
    }
}
