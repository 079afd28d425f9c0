//! Starts one child and sees it to its end: in its own process group, with a time limit, and with no
//! way to outlive storebot. Knows nothing of Helm.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
#[cfg(target_os = "linux")]
use rustix::process::{getpriority_process, setpriority_process};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, ChildStderr, Command};
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, oneshot};
use tokio::time::timeout;

use super::leave::Leave;

/// How much of the end of a stream is kept. Helm's reason stands in its last lines; a chart that
/// fails in a loop must not fill the memory.
const TAIL: usize = 16 * 1024;
/// Longest time for `setpriv --version`.
const PROBE: Duration = Duration::from_secs(5);
/// How long to read on after the child's end: a grandchild may hold the pipe open.
const DRAIN: Duration = Duration::from_millis(500);

/// How much a child yields to storebot itself (`nice`): Helm takes half a second of a core for each store,
/// and meanwhile answers and the beats of leases must come in time. On an idle machine it costs nothing.
const NICENESS: i32 = 10;

/// What is kept of the child's stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capture {
    Nothing,
    Stdout,
}

pub(super) struct Program<'a> {
    pub(super) path: &'a Path,
    pub(super) args: Vec<OsString>,
    /// The whole environment; nothing is inherited.
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) capture: Capture,
}

/// How long a child may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) limit: Duration,
    /// From TERM to KILL.
    pub(super) grace: Duration,
}

/// How a child ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With what was captured of stdout.
    Succeeded(String),
    /// With the end of stderr.
    Failed(String),
    /// By a signal that was not ours.
    Killed(i32),
    Stopped,
    TimedOut,
}

/// Starts children from one thread that lives as long as this value.
///
/// `setpriv --pdeathsig KILL` has the kernel kill a child when its parent dies, also by `kill -9`.
/// To Linux the parent is the *thread* that started it. Tasks run on the runtime's workers, and
/// whether such a thread lives on is not ours to say: threads of the blocking pool end when idle, and
/// `block_in_place` turns a worker into one of them. So a thread of our own does nothing but start
/// children; it ends with this value or with the process. (Between the child's start and its call of
/// prctl there are a few milliseconds in which a kill of storebot is missed; the child's own time
/// limit and the store's fence bound what it does then.)
#[derive(Debug, Default)]
pub(super) struct Launcher {
    thread: OnceLock<mpsc::Sender<Order>>,
    setpriv: OnceCell<bool>,
}

struct Order {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<io::Result<Child>>,
}

impl Launcher {
    /// # Errors
    /// The program cannot be started; `NotFound` when there is none of this name.
    pub(super) async fn start(&self, program: Program<'_>) -> io::Result<Running> {
        let tied = *self.setpriv.get_or_init(|| self.has_setpriv()).await;
        let mut command = if tied { tie(program.path)? } else { Command::new(program.path) };
        command.args(program.args).env_clear().envs(program.env);
        let stdout = if program.capture == Capture::Stdout { Stdio::piped() } else { Stdio::null() };
        // A group of its own: a signal from the terminal reaches storebot only, which then stops its
        // children in its own order, and one kill reaches the credential plugins Helm may start.
        command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        self.spawn(command).await.map(Running::new)
    }

    async fn spawn(&self, command: Command) -> io::Result<Child> {
        let (reply, started) = oneshot::channel();
        let gone = || io::Error::other("the thread that starts processes is gone");
        let order = Order { command, runtime: Handle::current(), reply };
        self.thread()?.send(order).map_err(|_| gone())?;
        started.await.map_err(|_| gone())?
    }

    fn thread(&self) -> io::Result<&mpsc::Sender<Order>> {
        if let Some(sender) = self.thread.get() {
            return Ok(sender);
        }
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::Builder::new().name("helm-launcher".to_owned()).spawn(move || {
            yield_to_others();
            for Order { mut command, runtime, reply } in orders {
                let _entered = runtime.enter();
                // Nobody waits any more: the child is dropped and, by kill_on_drop, ended.
                drop(reply.send(command.spawn()));
            }
        })?;
        // Two first callers at once: the second thread sees its channel close, and ends.
        Ok(self.thread.get_or_init(|| sender))
    }

    /// Whether there is a setpriv that can do it: other systems have none, busybox one without.
    async fn has_setpriv(&self) -> bool {
        // The first process of a container takes all others with it when it ends.
        if !cfg!(target_os = "linux") || std::process::id() == 1 {
            return false;
        }
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "setpriv", "--version"]).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = self.spawn(command).await else { return false };
        let tied = matches!(timeout(PROBE, child.wait()).await, Ok(Ok(status)) if status.success());
        if !tied {
            tracing::warn!("no setpriv with --pdeathsig: a killed storebot leaves running Helm processes behind");
        }
        tied
    }
}

/// For the calling thread, and for what it starts. Elsewhere than on Linux it would be the whole process.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    if let Err(error) = getpriority_process(None).and_then(|own| setpriority_process(None, own + NICENESS)) {
        tracing::debug!(%error, "Helm runs with storebot's own priority");
    }
}

/// The program behind setpriv. Its own failure to find the program could not be told from the
/// program's exit code, so that is looked for here.
fn tie(program: &Path) -> io::Result<Command> {
    let found = if program.components().count() > 1 {
        program.is_file().then(|| program.to_owned())
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
    };
    let found = found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such program"))?;
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(found);
    Ok(command)
}

/// A started child. Dropping it kills its whole group at once.
pub(super) struct Running {
    child: Child,
    /// Until the child has been waited for; its number may belong to somebody else afterwards.
    group: Option<Pid>,
    pipe: Option<ChildStderr>,
    stderr: Tail,
}

impl Running {
    fn new(mut child: Child) -> Self {
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let pipe = child.stderr.take();
        Self { child, group, pipe, stderr: Tail::default() }
    }

    /// Waits for the end; brings it about after the limit or when the leave ends: TERM to the group, and
    /// KILL to what is left of it a little later. Where the leave does not hold any more there is no
    /// little later: the child must not write another word, not even that it was stopped.
    ///
    /// # Errors
    /// The child cannot be waited for.
    pub(super) async fn follow(mut self, patience: Patience, leave: &Leave) -> io::Result<End> {
        let early = tokio::select! {
            biased;
            status = self.exit() => return self.ended(status?).await,
            () = leave.ended() => End::Stopped,
            () = tokio::time::sleep(patience.limit) => End::TimedOut,
        };
        let grace = if leave.holds() { patience.grace } else { Duration::ZERO };
        self.signal(if leave.holds() { Signal::TERM } else { Signal::KILL });
        if timeout(grace, self.exit()).await.is_err() {
            self.signal(Signal::KILL);
            self.exit().await?;
        }
        Ok(early)
    }

    /// May be cancelled and called again.
    async fn exit(&mut self) -> io::Result<ExitStatus> {
        let status = loop {
            tokio::select! {
                status = self.child.wait() => break status?,
                more = self.stderr.read(self.pipe.as_mut()), if self.pipe.is_some() => {
                    if !more {
                        self.pipe = None;
                    }
                }
            }
        };
        self.group = None;
        let rest = async { while self.stderr.read(self.pipe.as_mut()).await {} };
        drop(timeout(DRAIN, rest).await);
        Ok(status)
    }

    async fn ended(mut self, status: ExitStatus) -> io::Result<End> {
        if let Some(signal) = status.signal() {
            return Ok(End::Killed(signal));
        }
        if !status.success() {
            return Ok(End::Failed(self.stderr.text()));
        }
        let mut stdout = Tail::default();
        let mut pipe = self.child.stdout.take();
        let rest = async { while stdout.read(pipe.as_mut()).await {} };
        drop(timeout(DRAIN, rest).await);
        Ok(End::Succeeded(stdout.text()))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // It may have ended this moment; that is what was wanted.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// The last [`TAIL`] bytes of a stream.
#[derive(Default)]
struct Tail {
    bytes: Vec<u8>,
}

impl Tail {
    /// Reads once; `false` at the end of the stream. May be cancelled without losing anything.
    async fn read(&mut self, stream: Option<&mut (impl AsyncRead + Unpin)>) -> bool {
        let Some(stream) = stream else { return false };
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(count @ 1..) => {
                self.push(&buffer[..count]);
                true
            }
            _ => false,
        }
    }

    fn push(&mut self, more: &[u8]) {
        self.bytes.extend_from_slice(more);
        let surplus = self.bytes.len().saturating_sub(TAIL);
        self.bytes.drain(..surplus);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

#[cfg(test)]
mod tests;
