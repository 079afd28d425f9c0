//! The processes of storebot, each with ways of its own to what it needs, so that one may be cut off
//! from Redis while it still reaches the API server.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};
use storebot_local::ports::PortBook;
use tokio::process::{Child, Command};

use super::faults::{Act, Member, Roles, Way};
use super::ground::Ground;
use super::plan::Cell;
use crate::harness::{Fault, Proxy, Tls, Upstream, kubeconfig_through};

/// Two replicas, so that a delivery can come to two at once; three workers, so that two can disagree
/// while one works on.
pub(super) const ROLES: Roles = Roles { serve: 2, work: 3 };
/// Longer than draining and the grace of requests together.
const END: Duration = Duration::from_secs(20);

struct Process {
    name: String,
    role: &'static str,
    env: Vec<(String, String)>,
    ways: BTreeMap<Way, Proxy>,
    config: PathBuf,
    log: PathBuf,
    child: Option<Child>,
    /// It was killed or told to stop.
    shall_end: bool,
    /// How it has ended by itself.
    fell: Vec<String>,
}

pub(super) struct Fleet {
    members: Vec<Process>,
}

impl Fleet {
    pub(super) async fn start(ground: &Ground, seed: u64) -> Result<Self> {
        let tls = Tls::new(&ground.folder.join("proxy"), ground.kubernetes.ca.clone())?;
        let token = ground.chart.token().await?;
        let mut members = Vec::new();
        for member in 0..ROLES.all() {
            let mut process = Process::new(ground, member);
            process.connect(ground, (&tls, &token), seed ^ member as u64).await?;
            process.start().await?;
            members.push(process);
        }
        Ok(Self { members })
    }

    /// Where clients find the replicas.
    pub(super) fn doors(&self) -> Vec<SocketAddr> {
        self.members.iter().filter_map(|process| process.ways.get(&Way::Door)).map(|proxy| proxy.address).collect()
    }

    pub(super) fn name(&self, member: Member) -> &str {
        &self.members[member].name
    }

    /// Does what concerns processes and their ways; the rest is the ground's.
    pub(super) async fn act(&mut self, act: Act) -> Result<()> {
        match act {
            Act::Kill(member) => self.members[member].kill().await,
            Act::Stop(member) => self.members[member].stop(),
            Act::Start(member) => self.members[member].start().await?,
            Act::Freeze(member) => self.members[member].signal(Signal::STOP),
            Act::Thaw(member) => self.members[member].signal(Signal::CONT),
            Act::KillHelm(member) => self.members[member].kill_helm(),
            Act::Break(member, way, fault) => self.members[member].set(way, fault),
            Act::KillRedis | Act::StartRedis | Act::KillApiServer | Act::StartApiServer => {}
        }
        Ok(())
    }

    /// Everything runs again, and every way is open.
    pub(super) async fn heal(&mut self) -> Result<()> {
        for process in &mut self.members {
            process.ways.values().for_each(Proxy::mend);
            process.signal(Signal::CONT);
            process.start().await?;
        }
        Ok(())
    }

    /// Those that have ended by themselves. Nothing that is broken around a process may end it.
    pub(super) fn fallen(&mut self) -> Vec<String> {
        self.members.iter_mut().for_each(Process::look);
        self.members.iter().flat_map(|process| process.fell.clone()).collect()
    }

    /// Stops everything and says what does not end.
    pub(super) async fn stop(&mut self) -> Vec<String> {
        let mut left = self.fallen();
        self.members.iter_mut().for_each(Process::stop);
        for process in &mut self.members {
            let Some(child) = &mut process.child else { continue };
            match tokio::time::timeout(END, child.wait()).await {
                Ok(Ok(status)) if status.success() => {}
                Ok(ended) => left.push(format!("{} ended badly: {ended:?}", process.name)),
                Err(_) => left.push(format!("{} did not end in {END:?}", process.name)),
            }
        }
        left
    }

    /// How often each kind of fault has hit something, over all ways.
    pub(super) fn hits(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for proxy in self.members.iter().flat_map(|process| process.ways.values()) {
            for (kind, count) in proxy.hits() {
                *all.entry(kind.to_owned()).or_default() += count;
            }
        }
        all
    }
}

impl Process {
    fn new(ground: &Ground, member: Member) -> Self {
        let role = if ROLES.serves(member) { "serve" } else { "work" };
        let name = format!("{role}-{member}");
        let log = ground.folder.join(format!("{name}.log"));
        let config = ground.config_file.clone();
        let (env, ways, fell) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { name, role, env, ways, config, log, child: None, shall_end: false, fell }
    }

    /// Puts a proxy on each way.
    async fn connect(&mut self, ground: &Ground, (tls, token): (&Tls, &str), seed: u64) -> Result<()> {
        let redis = Proxy::in_front_of(&format!("127.0.0.1:{}", ground.redis_port), Upstream::Bytes, seed).await?;
        self.set_env("REDIS__URL", format!("redis://{}/", redis.address));
        self.ways.insert(Way::Redis, redis);
        let discord = ground.discord.base_url();
        let target = discord.strip_prefix("http://").context("the stand-in has another scheme")?;
        let discord = Proxy::in_front_of(target, Upstream::Http, seed).await?;
        self.set_env("DISCORD__API_URL", format!("http://{}", discord.address));
        self.ways.insert(Way::Discord, discord);
        let api = Proxy::in_front_of(&ground.kubernetes.authority, Upstream::Https(tls), seed).await?;
        let file = ground.folder.join(format!("{}.kubeconfig", self.name));
        kubeconfig_through(&api.address, &tls.ca()?, token, &file)?;
        for cell in 0..Cell::ALL.len() {
            self.set_env(&format!("CELLS__{cell}__KUBECONFIG"), file.display().to_string());
        }
        self.ways.insert(Way::ApiServer, api);
        if self.role == "serve" {
            let port = PortBook::open(&ground.folder).take(&self.name)?;
            let listen = format!("127.0.0.1:{port}");
            self.ways.insert(Way::Door, Proxy::in_front_of(&listen, Upstream::Bytes, seed).await?);
            self.set_env("HTTP__LISTEN", listen);
        }
        Ok(())
    }

    fn set_env(&mut self, key: &str, value: String) {
        self.env.push((format!("STOREBOT__{key}"), value));
    }

    /// Notes that it has ended.
    fn look(&mut self) {
        let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
        if let Some(status) = ended {
            self.child = None;
            if !self.shall_end {
                self.fell.push(format!("{} ended by itself: {status}", self.name));
            }
        }
    }

    /// Unless it runs. One that still drains has had its time.
    async fn start(&mut self) -> Result<()> {
        self.look();
        if self.child.is_some() && !self.shall_end {
            return Ok(());
        }
        self.kill().await;
        let log: File = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let child = Command::new(env!("CARGO_BIN_EXE_storebot"))
            .args([self.role, "--config"])
            .arg(&self.config)
            .envs(self.env.iter().map(|(key, value)| (key, value)))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("storebot cannot be started")?;
        self.child = Some(child);
        self.shall_end = false;
        Ok(())
    }

    fn stop(&mut self) {
        self.shall_end = true;
        self.signal(Signal::TERM);
    }

    async fn kill(&mut self) {
        self.shall_end = true;
        if let Some(child) = &mut self.child {
            // It may have ended already.
            let _ = child.kill().await;
        }
    }

    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(self.child.as_ref()?.id()?.cast_signed())
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill_process(pid, signal);
        }
    }

    fn kill_helm(&self) {
        let Some(parent) = self.pid() else { return };
        if let Some(helm) = children(parent).into_iter().find(|(_, name)| name == "helm") {
            let _ = kill_process(helm.0, Signal::KILL);
        }
    }

    fn set(&self, way: Way, fault: Fault) {
        if let Some(proxy) = self.ways.get(&way) {
            proxy.set(fault);
        }
    }
}

/// Processes that have this one as their parent, with their names.
fn children(parent: Pid) -> Vec<(Pid, String)> {
    processes()
        .into_iter()
        .filter(|(_, _, of)| *of == parent.as_raw_nonzero().get())
        .map(|(pid, name, _)| (pid, name))
        .collect()
}

/// Id, name and parent of all processes of the machine.
fn processes() -> Vec<(Pid, String, i32)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let read = |entry: std::fs::DirEntry| {
        let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (head, tail) = stat.rsplit_once(") ")?;
        let name = head.split_once('(')?.1.to_owned();
        Some((pid, name, tail.split(' ').nth(1)?.parse().ok()?))
    };
    entries.filter_map(read).collect()
}

/// Processes that were started with something in this folder, and are neither its services nor us.
pub(super) fn strays(ground: &Ground) -> Vec<String> {
    let mark = ground.folder.display().to_string();
    let of_ours = |(pid, name, _): (Pid, String, i32)| {
        let text = |file: &str| std::fs::read(format!("/proc/{}/{file}", pid.as_raw_nonzero())).unwrap_or_default();
        // Helm is told its kubeconfig in its environment, and storebot its configuration in its arguments.
        let ours = [text("cmdline"), text("environ")].iter().any(|t| String::from_utf8_lossy(t).contains(&mark));
        (ours && matches!(name.as_str(), "helm" | "storebot" | "setpriv"))
            .then(|| format!("{name} ({})", pid.as_raw_nonzero()))
    };
    processes().into_iter().filter_map(of_ours).collect()
}
