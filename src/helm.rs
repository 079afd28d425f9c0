//! Runs the Helm CLI: the only module that starts a process.
//!
//! A run installs, upgrades or removes the one release of a store and ends; readiness is seen by the
//! cluster's watches, so Helm never waits for pods. This module must not decide what to do about a
//! failure (retry, unlock, give up), must not read the cluster, and must not keep anything Helm
//! prints on stdout, which can hold rendered Secrets.

mod charts;
mod child;
mod classify;
mod leave;
mod scratch;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::config;
use crate::crash;
use crate::domain::engine::Engine;
use charts::Charts;
use child::{Capture, End, Launcher, Patience, Program};
pub use classify::{HelmError, classify};
pub use leave::Leave;
use scratch::Scratch;

/// Name of the release in each store's namespace.
pub const RELEASE: &str = "store";
/// What Helm gets on top of its own `--timeout` before it is ended from outside. Its timeout bounds
/// single operations, so that it can overrun while it still writes the release's last status.
const MARGIN: Duration = Duration::from_secs(15);
/// From TERM to KILL. Helm needs a call or two to the API server to record that it was stopped.
const GRACE: Duration = Duration::from_secs(5);
/// Longest time for `helm version`, which asks nobody.
const PROBE: Duration = Duration::from_secs(10);
/// Oldest Helm whose flags and failures storebot knows: major and minor.
const OLDEST: (u32, u32) = (4, 1);

/// Runs Helm, a bounded number of processes at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Helm {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: config::Helm,
    /// Each Helm takes about 80 MB: memory is what bounds them.
    permits: Semaphore,
    launcher: Launcher,
    charts: Charts,
}

/// Where a release lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub namespace: String,
    /// `None`: the service account of storebot's own pod.
    pub kubeconfig: Option<PathBuf>,
    /// `None`: the kubeconfig's current context.
    pub context: Option<String>,
}

/// What a release shall be.
#[derive(Clone, Copy, Debug)]
pub struct Upgrade<'a> {
    pub target: &'a Target,
    pub engine: Engine,
    /// Files with values below those in `values`: paths, or names beside the chart's `values.yaml`.
    pub files: &'a [PathBuf],
    /// The chart's values. They are written to disk for the time of the run: credentials belong
    /// into the store's Secret and not in here.
    pub values: &'a serde_json::Value,
    /// Labels of the release's own Secret, merged into those it has.
    pub labels: &'a BTreeMap<String, String>,
}

impl Helm {
    #[must_use]
    pub fn new(config: &config::Helm) -> Self {
        let charts = Charts::new(config.charts.clone());
        let permits = Semaphore::new(config.concurrency);
        Self { inner: Arc::new(Inner { config: config.clone(), permits, launcher: Launcher::default(), charts }) }
    }

    /// Asks Helm for its version, such as `v4.2.4`, without any cluster. Before, takes away what runs of
    /// a storebot that was killed have left.
    ///
    /// # Errors
    /// `Missing` when Helm cannot be started or is older than 4.1; it says what to do.
    pub async fn probe(&self) -> Result<String, HelmError> {
        scratch::sweep().await;
        let scratch = Scratch::new(None).await?;
        let args = ["version", "--template", "{{.Version}}"].map(OsString::from).to_vec();
        let run = Run { args, target: None, limit: PROBE, capture: Capture::Stdout };
        let printed = self.run(run, &scratch, &Leave::unbounded()).await;
        scratch.remove().await;
        let version = printed?.trim().to_owned();
        if major_minor(&version).is_some_and(|found| found >= OLDEST) {
            return Ok(version);
        }
        let binary = self.inner.config.binary.display();
        let what = format!("Helm 4.1 or newer is needed and {binary} is {version:?}: install it and set helm.binary");
        Err(HelmError::Missing { what })
    }

    /// Installs the release, or upgrades it to these values and the chart's present version. Does
    /// not create the namespace, does not wait for pods, and never rolls back or uninstalls by
    /// itself: what a failed run left stays for the next one.
    ///
    /// The caller holds the store's fence. End a run through its leave's token: Helm then records `failed`;
    /// dropping the future, or a leave that holds no longer, kills Helm at once and leaves the release
    /// locked.
    ///
    /// # Errors
    /// By meaning, see [`HelmError`]. After any of them the release's Secret says how far it came.
    pub async fn upgrade(&self, run: &Upgrade<'_>, leave: &Leave) -> Result<(), HelmError> {
        self.inner.charts.version(run.engine)?;
        let labels = label_list(run.labels)?;
        let config = &self.inner.config;
        let mut args: Vec<OsString> = ["upgrade", "--install", RELEASE].map(OsString::from).to_vec();
        args.push(self.inner.charts.folder(run.engine).into());
        // Without it, Helm answers empty values with those of the last revision.
        args.push("--reset-values".into());
        // What somebody has changed by hand is theirs to server-side apply, and Helm would stop there.
        args.push("--force-conflicts".into());
        for file in run.files {
            args.extend(["--values".into(), self.inner.charts.beside(run.engine, file).into()]);
        }
        args.extend(["--history-max".into(), config.history.to_string().into()]);
        if !labels.is_empty() {
            args.extend(["--labels".into(), labels.into()]);
        }
        self.run_at(run.target, args, Some(run.values), leave).await
    }

    /// Removes the release and what it made; that it is not there is a success. Claims made by a
    /// StatefulSet stay, as does the namespace.
    ///
    /// # Errors
    /// By meaning, see [`HelmError`].
    pub async fn uninstall(&self, target: &Target, leave: &Leave) -> Result<(), HelmError> {
        let args = ["uninstall", RELEASE, "--ignore-not-found"].map(OsString::from).to_vec();
        match self.run_at(target, args, None, leave).await {
            Ok(()) | Err(HelmError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Name and version of an engine's chart, `woocommerce-0.1.0`. Read once.
    ///
    /// # Errors
    /// `Missing` when the chart is not in the configured folder or its `Chart.yaml` names no version.
    pub fn chart_version(&self, engine: Engine) -> Result<String, HelmError> {
        self.inner.charts.version(engine).map(str::to_owned)
    }

    /// The text of a value file as [`Upgrade::files`] names it.
    ///
    /// # Errors
    /// `Missing` when it cannot be read.
    pub fn read_values(&self, engine: Engine, file: &std::path::Path) -> Result<String, HelmError> {
        let path = self.inner.charts.beside(engine, file);
        std::fs::read_to_string(&path).map_err(|error| HelmError::Missing {
            what: format!("the value file {} cannot be read: {error}", path.display()),
        })
    }

    /// One run at a release, with these values above those of its arguments.
    async fn run_at(
        &self,
        target: &Target,
        mut args: Vec<OsString>,
        values: Option<&serde_json::Value>,
        leave: &Leave,
    ) -> Result<(), HelmError> {
        crash::point!("helm.scratch.before");
        let scratch = Scratch::new(values).await?;
        crash::point!("helm.scratch.after");
        if values.is_some() {
            args.extend(["--values".into(), scratch.values().into()]);
        }
        let result = self.run(self.bounded(args, target), &scratch, leave).await;
        crash::point!("helm.end.after");
        scratch.remove().await;
        crash::point!("helm.scratch-removed.after");
        result.map(drop)
    }

    fn bounded<'a>(&self, mut args: Vec<OsString>, target: &'a Target) -> Run<'a> {
        let timeout = self.inner.config.timeout;
        args.extend(["--timeout".into(), format!("{}ms", timeout.as_millis()).into()]);
        args.extend(["--namespace".into(), target.namespace.clone().into()]);
        if let Some(kubeconfig) = &target.kubeconfig {
            args.extend(["--kubeconfig".into(), kubeconfig.into()]);
        }
        if let Some(context) = &target.context {
            args.extend(["--kube-context".into(), context.into()]);
        }
        Run { args, target: Some(target), limit: timeout.saturating_add(MARGIN), capture: Capture::Nothing }
    }

    async fn run(&self, run: Run<'_>, scratch: &Scratch, leave: &Leave) -> Result<String, HelmError> {
        let permit = tokio::select! {
            biased;
            () = leave.ended() => return Err(HelmError::Stopped),
            permit = self.inner.permits.acquire() => permit.map_err(|_| HelmError::Stopped)?,
        };
        let with_kubeconfig = run.target.is_some_and(|t| t.kubeconfig.is_some());
        let program = Program {
            path: &self.inner.config.binary,
            args: run.args,
            env: scratch.environment(with_kubeconfig, std::env::vars_os()),
            capture: run.capture,
        };
        // The last look before it: the wait for a permit may have been long.
        if !leave.holds() {
            return Err(HelmError::Stopped);
        }
        let at_release = run.target.is_some();
        if at_release {
            crash::point!("helm.start.before");
        }
        let child = self.inner.launcher.start(program).await.map_err(|error| self.not_started(&error))?;
        if at_release {
            crash::point!("helm.start.after");
        }
        let mut following = pin!(child.follow(Patience { limit: run.limit, grace: GRACE }, leave));
        let ended = tokio::select! {
            ended = &mut following => ended,
            () = leave.idles() => {
                drop(permit);
                following.await
            }
        };
        let end = ended.map_err(|error| HelmError::Other { message: format!("lost track of Helm: {error}") })?;
        match end {
            End::Succeeded(stdout) => Ok(stdout),
            End::Failed(stderr) => Err(classify(&stderr)),
            End::Killed(signal) => Err(HelmError::Other { message: format!("Helm was killed by signal {signal}") }),
            End::Stopped => Err(HelmError::Stopped),
            End::TimedOut => Err(HelmError::TimedOut { message: format!("not done after {} s", run.limit.as_secs()) }),
        }
    }

    fn not_started(&self, error: &std::io::Error) -> HelmError {
        let binary = self.inner.config.binary.display();
        let message = format!("{binary} cannot be started ({error}): install Helm 4.1 or newer and set helm.binary");
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => HelmError::Missing { what: message },
            _ => HelmError::Other { message },
        }
    }
}

/// One start of Helm.
struct Run<'a> {
    args: Vec<OsString>,
    target: Option<&'a Target>,
    limit: Duration,
    capture: Capture,
}

/// `a=b,c=d`. Kubernetes allows neither `,` nor `=` in labels; what has them is a mistake of ours and
/// would be read by Helm as something else.
fn label_list(labels: &BTreeMap<String, String>) -> Result<String, HelmError> {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
    if let Some((key, _)) = labels.iter().find(|(key, value)| !plain(key) || !plain(value)) {
        return Err(HelmError::Other { message: format!("the label {key:?} is none of Kubernetes") });
    }
    Ok(labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(","))
}

fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v').unwrap_or(version).split(['.', '+', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests;
