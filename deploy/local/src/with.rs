//! `storebot-local with`: a command with a Redis and a Kubernetes of its own around it,
//! both thrown away afterwards.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use anyhow::{Context, Result};

use crate::kubernetes::Kubernetes;
use crate::layout::{Layout, write_private};
use crate::leaks;
use crate::nodes::{self, Nodes};
use crate::packages;
use crate::ports::PortBook;
use crate::process::{Services, Spec};
use crate::progress::Progress;
use crate::redis::Redis;
use crate::scratch::Scratch;
use crate::shops;
use crate::signals::Signals;
use crate::tools;

/// The wrapped command stops before anything it uses.
const COMMAND_LAYER: u8 = 9;

/// What is put around the command.
pub struct With {
    /// What the pods of a throw-away cluster run on.
    pub nodes: Nodes,
    /// Whether a Kubernetes is wanted at all.
    pub kubernetes: bool,
    /// Whether it fails when a secret was printed: see [`leaks`].
    pub secrets_check: bool,
    /// A cluster to use instead of a throw-away one.
    pub kubeconfig: Option<PathBuf>,
    /// The command and its arguments.
    pub command: Vec<String>,
}

/// Runs the command; returns its exit code.
pub async fn with(layout: &Layout, options: &With) -> Result<u8> {
    let progress = Progress::start();
    if options.kubernetes && options.kubeconfig.is_none() {
        nodes::ensure(layout, options.nodes, progress)?;
    } else {
        packages::ensure(packages::ALWAYS, progress)?;
    }
    packages::ensure(packages::TESTS, progress)?;
    let mut signals = Signals::listen()?;
    let scratch = Scratch::make(layout)?;
    let mut services = Services::new(&scratch.logs)?;
    let outcome = tokio::select! {
        code = around(layout, options, &scratch, &mut services) => code,
        code = signals.next() => Ok(code),
    };
    services.stop().await;
    let printed = if options.secrets_check { looked(&scratch, progress) } else { Ok(()) };
    scratch.remove_data();
    let code = outcome?;
    // A command that has failed says so itself, and is the first to be looked after.
    if code == 0 { printed.map(|()| 0) } else { Ok(code) }
}

fn looked(scratch: &Scratch, progress: Progress) -> Result<()> {
    let leaks::Looked { secrets, files } = leaks::look(&record(scratch), &scratch.logs)?;
    progress.say(&format!("none of {secrets} secrets was printed in {files} logs"));
    Ok(())
}

/// Where secrets are written down.
fn record(scratch: &Scratch) -> PathBuf {
    scratch.data.join("secrets")
}

async fn around(layout: &Layout, options: &With, scratch: &Scratch, services: &mut Services) -> Result<u8> {
    let progress = Progress::start();
    let mut book = PortBook::open(&scratch.data);
    let redis = Redis::start(services, &scratch.data.join("redis"), book.take("redis")?)?;
    let mut env = vec![("REDIS_URL".to_owned(), redis.url()), ("PATH".to_owned(), path(layout)?)];
    if options.kubernetes {
        let kubeconfig = match &options.kubeconfig {
            Some(file) => file.clone(),
            None => {
                let dir = scratch.data.join("kubernetes");
                let kubernetes = Kubernetes::prepare(layout, &dir, &scratch.logs, options.nodes)?;
                kubernetes.start(services, progress).await?;
                env.extend(real_shops(layout, &kubernetes));
                kubernetes.kubeconfig()
            }
        };
        env.push(("KUBECONFIG".to_owned(), kubeconfig.display().to_string()));
        let helm = tools::find_helm(layout)?;
        env.push(("STOREBOT_HELM".to_owned(), helm.display().to_string()));
    }
    redis.ready(services).await?;
    progress.say(if options.kubernetes { "Redis and Kubernetes are up" } else { "Redis is up" });
    let (program, args) = options.command.split_first().context("no command given after --")?;
    // The name must differ from those of the services around it.
    let name = format!("the command {program}");
    let mut spec = Spec::new(&name, Path::new(program), COMMAND_LAYER).args(args);
    if options.secrets_check {
        let record = record(scratch);
        write_private(&record, b"")?;
        env.push((leaks::RECORD.to_owned(), record.display().to_string()));
        env.push((leaks::LOGS.to_owned(), scratch.logs.display().to_string()));
        spec = copied(spec, &scratch.logs.join("command.log"));
    }
    services.start_visible(&spec, &env)?;
    services.wait_end(&name).await.map(exit_code)
}

/// What a command needs to know of a real node.
fn real_shops(layout: &Layout, kubernetes: &Kubernetes) -> Vec<(String, String)> {
    let Some(port) = kubernetes.ingress_port() else {
        return Vec::new();
    };
    let engines = shops::available(layout).join(",");
    vec![("STOREBOT_INGRESS_PORT".to_owned(), port.to_string()), ("STOREBOT_ENGINES".to_owned(), engines)]
}

/// The command with all it prints in a file, too; it ends as it did.
fn copied(spec: Spec, log: &Path) -> Spec {
    let script = "set -o pipefail; \"$@\" 2>&1 | tee -- \"$0\"";
    let mut args = vec!["-c".to_owned(), script.to_owned(), log.display().to_string()];
    args.push(spec.program.display().to_string());
    args.extend(spec.args);
    Spec { program: PathBuf::from("bash"), args, ..spec }
}

fn path(layout: &Layout) -> Result<String> {
    let mut path = OsString::from(layout.bin());
    if let Some(inherited) = std::env::var_os("PATH") {
        path.push(":");
        path.push(inherited);
    }
    path.into_string().ok().context("PATH is not valid UTF-8")
}

/// As shells tell it: a signal is 128 and its number.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
