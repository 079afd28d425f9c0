//! What runners have in common: a clean environment, files that steps write to, masks over secrets.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use crate::harness::secrets;

/// Only a job that hangs takes so long.
const AT_MOST: Duration = Duration::from_secs(120);

/// How a job's step went.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) ok: bool,
    /// What people see: without masked words and without the runner's own commands.
    pub(super) log: String,
}

pub(super) struct Runner {
    folder: tempfile::TempDir,
    /// What must be seen by nobody.
    secrets: Vec<String>,
}

impl Runner {
    pub(super) fn new(secrets: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let runner = Self { folder, secrets: secrets.iter().map(|s| (*s).to_owned()).collect() };
        std::fs::create_dir(runner.file("bin"))?;
        std::fs::create_dir(runner.file("tmp"))?;
        // The arguments of each curl are kept, to see that no secret is among them.
        let real = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .map(|folder| folder.join("curl"))
            .find(|file| file.is_file())
            .context("curl is missing")?;
        let curl = runner.file("bin/curl");
        let arguments = runner.file("arguments");
        let wrapper =
            format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{}'\nexec '{}' \"$@\"\n", arguments.display(), real.display());
        std::fs::write(&curl, wrapper)?;
        std::fs::set_permissions(&curl, std::fs::Permissions::from_mode(0o755))?;
        Ok(runner)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file's text; empty where there is none.
    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    /// Runs a script by a shell with these variables and no others.
    pub(super) async fn run(&self, shell: &[&str], script: &str, variables: &BTreeMap<String, String>) -> Result<Ran> {
        let file = self.file("step");
        std::fs::write(&file, script)?;
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.file("bin").display());
        let child = Command::new(shell[0])
            .args(&shell[1..])
            .arg(&file)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.file("tmp"))
            .env("CI", "true")
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the step cannot be started")?;
        let ended =
            tokio::time::timeout(AT_MOST, child.wait_with_output()).await.context("the step does not end")??;
        let (out, err) = (String::from_utf8(ended.stdout)?, String::from_utf8(ended.stderr)?);
        let ran = Ran { ok: ended.status.success(), log: masked(&format!("{out}{err}")) };
        self.nothing_leaked(&ran)?;
        Ok(ran)
    }

    fn nothing_leaked(&self, ran: &Ran) -> Result<()> {
        let arguments = self.read("arguments");
        for secret in &self.secrets {
            ensure!(!ran.log.contains(secret), "a secret is in the log");
            ensure!(!arguments.contains(secret), "a secret is among a process's arguments");
        }
        let tokens = arguments.contains("eyJ") || ran.log.contains("eyJ");
        ensure!(!tokens, "a token is in the log or among a process's arguments");
        let left = std::fs::read_dir(self.file("tmp"))?.count();
        ensure!(left == 0, "{left} temporary files are left");
        Ok(())
    }
}

/// The log without the words that the step has masked.
fn masked(log: &str) -> String {
    let masks: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("::add-mask::")).collect();
    masks.iter().for_each(|mask| secrets::note("a job's token", mask));
    let lines = log.lines().filter(|line| !line.starts_with("::add-mask::"));
    let shown = lines.collect::<Vec<_>>().join("\n");
    masks.iter().fold(shown, |shown, mask| shown.replace(mask, "***"))
}

/// Lines `name=value` of a file that a step has written.
pub(super) fn assignments(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}
