//! A private folder for one run of Helm: its values, and the caches and settings it would otherwise
//! share with its siblings and with the person whose home it is. Removed after the run; if storebot is
//! killed meanwhile, by the next one to start.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

use super::HelmError;

/// Passed on to Helm when set: how to find programs and certificates, the way out through a proxy,
/// and the API server of storebot's own pod.
const PASSED: [&str; 14] = [
    "PATH",
    "TMPDIR",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "GODEBUG",
];
/// Passed on as well when there is a kubeconfig: it can name a credential plugin of a cloud, which
/// looks for its own settings in the home and in these variables.
const PASSED_TO_PLUGINS: [&str; 4] = ["AWS_", "AZURE_", "GOOGLE_", "CLOUDSDK_"];

const PREFIX: &str = "storebot-helm-";
/// File in a folder that is locked for as long as its owner lives: the kernel sees to that. It is the
/// first to come and the last to go, so that whoever dies in between leaves what the next one knows.
const LOCK: &str = "lock";
/// A folder without that file is being made, unless the process in its name is gone or it is older than this.
const MAKING: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Scratch {
    dir: TempDir,
    _lock: File,
}

/// Removes the folders of processes that are gone.
pub(super) async fn sweep() {
    let swept = tokio::task::spawn_blocking(|| sweep_in(&std::env::temp_dir())).await;
    if let Ok(Ok(removed @ 1..)) = swept {
        tracing::info!(removed, "temporary folders that a killed storebot had left were removed");
    }
}

fn sweep_in(folder: &Path) -> std::io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)?.flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Whatever stands against it (another user's, gone meanwhile) is no reason to stop.
        if ours && is_abandoned(&entry.path()).unwrap_or(false) && take_away(&entry.path()).is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}

fn is_abandoned(folder: &Path) -> std::io::Result<bool> {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => Ok(lock.try_lock().is_ok()),
        Err(_) if maker(folder).is_some_and(|pid| test_kill_process(pid) == Err(Errno::SRCH)) => Ok(true),
        Err(_) => Ok(folder.metadata()?.modified()?.elapsed().is_ok_and(|age| age > MAKING)),
    }
}

/// The process that made a folder, from its name.
fn maker(folder: &Path) -> Option<Pid> {
    let (pid, _) = folder.file_name()?.to_str()?.strip_prefix(PREFIX)?.split_once('-')?;
    Pid::from_raw(pid.parse().ok()?)
}

fn take_away(folder: &Path) -> std::io::Result<()> {
    take_all_but_the_lock(folder)?;
    match fs::remove_file(folder.join(LOCK)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => fs::remove_dir(folder),
    }
}

fn take_all_but_the_lock(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false if entry.file_name() == LOCK => {}
            false => fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}

impl Drop for Scratch {
    /// For a run that is left in the middle; what is gone already is no error.
    fn drop(&mut self) {
        let _gone = take_away(self.dir.path());
    }
}

impl Scratch {
    /// Makes the folder, and in it the file of values if there are any.
    pub(super) async fn new(values: Option<&serde_json::Value>) -> Result<Self, HelmError> {
        let bytes = values.map(serde_json::to_vec).transpose();
        let bytes = bytes.map_err(|error| HelmError::Values { message: error.to_string() })?;
        let made = tokio::task::spawn_blocking(move || make(bytes.as_deref())).await;
        let failed = |error: &dyn std::fmt::Display| HelmError::Other {
            message: format!("no temporary folder for Helm's values: {error}"),
        };
        made.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
    }

    pub(super) fn values(&self) -> PathBuf {
        self.dir.path().join("values.json")
    }

    /// The whole environment of the run, chosen from storebot's own: that one holds secrets, such as
    /// Redis' password, which a child has no use for.
    pub(super) fn environment(
        &self,
        with_kubeconfig: bool,
        own: impl Iterator<Item = (OsString, OsString)>,
    ) -> Vec<(OsString, OsString)> {
        let passed = |name: &OsStr| {
            let name = name.to_str().unwrap_or_default();
            let for_plugin = name == "HOME" || PASSED_TO_PLUGINS.iter().any(|prefix| name.starts_with(prefix));
            PASSED.contains(&name) || (with_kubeconfig && for_plugin)
        };
        let mut env: Vec<_> = own.filter(|(name, _)| passed(name)).collect();
        let homes = [
            ("HELM_CACHE_HOME", "cache"),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_DATA_HOME", "data"),
            ("KUBECACHEDIR", "kube"),
        ];
        env.extend(homes.map(|(name, folder)| (name.into(), self.dir.path().join(folder).into_os_string())));
        if !with_kubeconfig {
            // Without a home there is no ~/.kube/config that could stand in for the service account.
            env.push(("HOME".into(), self.dir.path().into()));
        }
        env
    }

    /// Takes the folder away without holding up the runtime: Helm's discovery cache alone is some
    /// dozens of files. A folder that cannot be removed is only worth a line in the log.
    pub(super) async fn remove(self) {
        let path = self.dir.path().to_owned();
        let removed = tokio::task::spawn_blocking(move || take_away(self.dir.path())).await;
        if !matches!(removed, Ok(Ok(()))) {
            tracing::warn!(path = %path.display(), "a temporary folder of Helm was not removed");
        }
    }
}

fn make(values: Option<&[u8]>) -> std::io::Result<Scratch> {
    let private = Permissions::from_mode(0o700);
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let dir = tempfile::Builder::new().prefix(&prefix).permissions(private).tempdir()?;
    // Locked before it has its name, so that it is never seen unlocked.
    let unnamed = dir.path().join("making");
    let lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unnamed)?;
    lock.lock()?;
    fs::rename(unnamed, dir.path().join(LOCK))?;
    let scratch = Scratch { dir, _lock: lock };
    if let Some(bytes) = values {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(scratch.values())?;
        file.write_all(bytes)?;
    }
    Ok(scratch)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[tokio::test]
    async fn values_are_private_and_gone_afterwards() {
        let scratch = Scratch::new(Some(&serde_json::json!({"a": "b,c={x}"}))).await.unwrap();
        let path = scratch.values();
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), r#"{"a":"b,c={x}"}"#);
        scratch.remove().await;
        assert!(!path.exists());
    }

    #[test]
    fn what_a_dead_process_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let here = |name: &str| folder.path().join(name);
        let mut dead = std::process::Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        let (half, making) = (format!("{PREFIX}{}-1", dead.id()), format!("{PREFIX}{}-1", std::process::id()));
        for name in ["storebot-helm-dead", "storebot-helm-alive", &half, &making, "storebot-helm-making", "other"] {
            fs::create_dir(here(name)).unwrap();
        }
        fs::write(here("storebot-helm-dead/values.json"), "{}").unwrap();
        File::create(here("storebot-helm-dead/lock")).unwrap();
        let alive = File::create(here("storebot-helm-alive/lock")).unwrap();
        alive.lock().unwrap();
        assert_eq!(sweep_in(folder.path()).unwrap(), 2);
        let left: BTreeSet<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        let kept = ["other", "storebot-helm-alive", "storebot-helm-making", &making];
        assert_eq!(left, kept.into_iter().map(OsString::from).collect());
        // Not only dropped: a process that a neighbouring test is just starting has a copy of the open
        // file until it runs its own program, and with the copy the lock.
        alive.unlock().unwrap();
        assert_eq!(sweep_in(folder.path()).unwrap(), 1);
    }

    #[test]
    fn the_lock_goes_last() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = folder.path().join("storebot-helm-1");
        fs::create_dir_all(scratch.join("cache")).unwrap();
        for file in ["lock", "values.json", "cache/discovery"] {
            File::create(scratch.join(file)).unwrap();
        }
        take_all_but_the_lock(&scratch).unwrap();
        let left: Vec<_> = fs::read_dir(&scratch).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["lock"]);
        take_away(&scratch).unwrap();
        assert!(!scratch.exists());
    }

    #[tokio::test]
    async fn a_child_learns_nothing_it_does_not_need() {
        let scratch = Scratch::new(None).await.unwrap();
        let own = ["PATH", "HOME", "KUBECONFIG", "HELM_DRIVER", "STOREBOT__REDIS__URL", "AWS_REGION"];
        let names = |with_kubeconfig| {
            let own = own.into_iter().map(|name| (name.into(), "x".into()));
            let env = scratch.environment(with_kubeconfig, own);
            env.into_iter().map(|(name, _)| name.into_string().unwrap()).collect::<Vec<_>>().join(" ")
        };
        let homes = "HELM_CACHE_HOME HELM_CONFIG_HOME HELM_DATA_HOME KUBECACHEDIR";
        assert_eq!(names(true), format!("PATH HOME AWS_REGION {homes}"));
        assert_eq!(names(false), format!("PATH {homes} HOME"));
    }
}
