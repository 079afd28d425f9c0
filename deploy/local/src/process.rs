//! Children: started in process groups of their own, logged to files, stopped by id
//! and never by name. Each dies with the runner even when that is killed, except in a
//! detached session, whose children are found again by their pid files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::layout::private_dir;

/// How long a child may take to stop by itself before it is killed. The API server
/// drains slowly and is safe to kill: etcd has what it accepted.
const GRACE: Duration = Duration::from_secs(5);
/// How often a condition is looked at while waiting for it.
const POLL: Duration = Duration::from_millis(40);
/// How much of a log is shown when its process died.
const TAIL_LINES: usize = 20;

/// What is started, and when it is stopped: higher layers stop first.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Name in messages and of the log file.
    pub name: String,
    /// The program's path.
    pub program: PathBuf,
    /// Its arguments; everybody on the machine can read them, so no secrets.
    pub args: Vec<String>,
    /// Children of one layer stop together, after those of all higher layers.
    pub layer: u8,
    /// How long it may take to stop by itself.
    pub grace: Duration,
}

impl Spec {
    /// A child of the given layer.
    pub fn new(name: &str, program: &Path, layer: u8) -> Self {
        let (name, program) = (name.to_owned(), program.to_path_buf());
        Self { name, program, args: Vec::new(), layer, grace: GRACE }
    }

    /// Gives it more time to stop.
    pub fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Adds arguments.
    pub fn args<T: Into<String>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }
}

struct Service {
    name: String,
    layer: u8,
    grace: Duration,
    child: Child,
    group: Pid,
    log: PathBuf,
    ended: Option<ExitStatus>,
}

/// The children of one session.
pub struct Services {
    logs: PathBuf,
    /// Where pid files go; present makes the session a detached one.
    pids: Option<PathBuf>,
    list: Vec<Service>,
}

impl Services {
    /// A session whose children die with this process.
    pub fn new(logs: &Path) -> Result<Self> {
        private_dir(logs)?;
        Ok(Self { logs: logs.to_path_buf(), pids: None, list: Vec::new() })
    }

    /// A session whose children stay; their pids are kept in `pids`.
    pub fn detached(logs: &Path, pids: &Path) -> Result<Self> {
        private_dir(pids)?;
        Ok(Self { pids: Some(pids.to_path_buf()), ..Self::new(logs)? })
    }

    /// Starts a child whose output goes to a log file of its name.
    pub fn start(&mut self, spec: &Spec) -> Result<()> {
        let log = self.logs.join(format!("{}.log", spec.name));
        let out = File::create(&log).with_context(|| format!("{} cannot be made", log.display()))?;
        let err = out.try_clone().context("a log file cannot be shared")?;
        let mut command = if self.pids.is_some() { session_leader(spec) } else { bound(spec) };
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let pid = self.adopt(spec, &mut command, log)?;
        if let Some(pids) = &self.pids {
            let file = pids.join(&spec.name);
            fs::write(&file, format!("{} {} {}", pid.as_raw_nonzero(), spec.layer, spec.grace.as_millis()))
                .with_context(|| format!("{} cannot be written", file.display()))?;
        }
        Ok(())
    }

    /// Starts a command that shares this process's output, such as a test run.
    pub fn start_visible(&mut self, spec: &Spec, env: &[(String, String)]) -> Result<()> {
        let mut command = bound(spec);
        command.stdin(Stdio::null()).envs(env.iter().map(|(key, value)| (key, value)));
        self.adopt(spec, &mut command, PathBuf::new()).map(|_| ())
    }

    fn adopt(&mut self, spec: &Spec, command: &mut Command, log: PathBuf) -> Result<Pid> {
        let child =
            command.spawn().with_context(|| format!("{} does not start ({})", spec.name, spec.program.display()))?;
        let group = child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
            .with_context(|| format!("{} ended at once", spec.name))?;
        self.list.push(Service {
            name: spec.name.clone(),
            layer: spec.layer,
            grace: spec.grace,
            child,
            group,
            log,
            ended: None,
        });
        Ok(group)
    }

    /// Waits for a condition while watching that no child dies.
    pub async fn wait_for<F, P>(&mut self, what: &str, limit: Duration, mut probe: P) -> Result<()>
    where
        F: Future<Output = bool>,
        P: FnMut() -> F,
    {
        let deadline = Instant::now() + limit;
        loop {
            self.check()?;
            if probe().await {
                return Ok(());
            }
            if Instant::now() > deadline {
                let (seconds, logs) = (limit.as_secs(), self.logs.display());
                bail!("{what} was not ready after {seconds} s: see the logs in {logs}");
            }
            sleep(POLL).await;
        }
    }

    /// Waits until one named child ends; an error when another one ends before it.
    pub async fn wait_end(&mut self, name: &str) -> Result<ExitStatus> {
        loop {
            let found = self.list.iter_mut().find(|service| service.name == name);
            let service = found.with_context(|| format!("{name} was never started"))?;
            if let Some(status) = service.ended()? {
                return Ok(status);
            }
            self.check()?;
            sleep(POLL).await;
        }
    }

    /// Waits for ever, or until a child ends by itself: that is the error returned.
    pub async fn watch(&mut self) -> Result<()> {
        loop {
            self.check()?;
            sleep(POLL * 5).await;
        }
    }

    /// An error that names a child that ended and shows the end of its log.
    pub fn check(&mut self) -> Result<()> {
        for service in &mut self.list {
            if let Some(status) = service.ended()? {
                return Err(obituary(&service.name, status, &service.log));
            }
        }
        Ok(())
    }

    /// Kills a child that is to be started again: SIGKILL, without a chance to tidy up.
    pub async fn crash(&mut self, name: &str) {
        let Some(place) = self.list.iter().position(|service| service.name == name) else { return };
        let mut service = self.list.remove(place);
        service.signal(Signal::KILL);
        let _ = service.child.wait().await;
    }

    /// Stops everything, highest layer first.
    pub async fn stop(mut self) {
        self.stop_from(0).await;
    }

    /// Stops the layers from this one upwards, the highest first.
    pub async fn stop_from(&mut self, lowest: u8) {
        self.list.sort_by_key(|service| service.layer);
        while let Some(layer) = self.list.last().map(|service| service.layer).filter(|layer| *layer >= lowest) {
            let from = self.list.partition_point(|service| service.layer < layer);
            let mut group = self.list.split_off(from);
            for service in &mut group {
                service.signal(Signal::TERM);
            }
            let start = Instant::now();
            for service in &mut group {
                let deadline = start + service.grace;
                let ended = tokio::time::timeout_at(deadline, service.child.wait()).await.is_ok();
                // Also when it ended: what it started in its group must not outlive it.
                service.signal_group(Signal::KILL);
                if !ended {
                    service.signal(Signal::KILL);
                    let _ = service.child.wait().await;
                }
            }
        }
    }
}

impl Service {
    fn ended(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            let state = self.child.try_wait();
            self.ended = state.with_context(|| format!("{} cannot be watched", self.name))?;
        }
        Ok(self.ended)
    }

    fn signal(&self, signal: Signal) {
        // No id: it has been waited for, and its number may be somebody else's by now.
        if self.child.id().is_none() {
            return;
        }
        // No such group: it is so young that `setsid` has not made the group yet.
        if kill_process_group(self.group, signal).is_err() {
            let _ = kill_process(self.group, signal);
        }
    }

    fn signal_group(&self, signal: Signal) {
        // Fails only when nobody is left in the group, which is what is wanted.
        let _ = kill_process_group(self.group, signal);
    }
}

/// A command that the kernel kills when this process dies. Linux ties that to the
/// spawning thread: the runtime is single-threaded, so it is the main one.
fn bound(spec: &Spec) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(&spec.program).args(&spec.args);
    command.process_group(0);
    command
}

/// A command in a session of its own, out of reach of the terminal's signals. It must
/// not lead a group yet, else `setsid` forks and the pid is another one.
fn session_leader(spec: &Spec) -> Command {
    let mut command = Command::new("setsid");
    command.arg(&spec.program).args(&spec.args);
    command
}

fn obituary(name: &str, status: ExitStatus, log: &Path) -> anyhow::Error {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n");
    anyhow!("{name} ended by itself ({status}). The end of {}:\n{tail}", log.display())
}
