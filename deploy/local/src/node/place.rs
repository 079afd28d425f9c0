//! Where a node lies: its cluster's data, its logs, and the store of images that all clusters
//! of a checkout share one after the other.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::layout::{Layout, private_dir};

/// The folders of one node.
#[derive(Clone, Debug)]
pub struct Place {
    /// The checkout.
    pub layout: Layout,
    /// Data of the cluster; what must not outlive it lies here.
    pub data: PathBuf,
    /// Log files of its processes.
    pub logs: PathBuf,
}

impl Place {
    /// What containerd keeps between clusters.
    pub fn store(&self) -> PathBuf {
        self.layout.local().join("node")
    }

    /// Files of the node alone.
    pub fn own(&self) -> PathBuf {
        self.data.join("node")
    }

    /// Written when everything is ready, absent before.
    pub fn ready_file(&self) -> PathBuf {
        self.own().join("ready")
    }

    /// Makes the folders.
    pub fn make(&self) -> Result<()> {
        [self.store(), self.own(), self.logs.clone()].iter().try_for_each(|dir| private_dir(dir))
    }
}

/// The right to use the store of images, given back by the end of the process.
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
}

impl StoreLock {
    /// Takes it, or says who has it: two containerds in one store would ruin it.
    pub fn take(place: &Place) -> Result<Self> {
        private_dir(&place.store())?;
        let path = place.store().join("lock");
        let mut options = File::options();
        let opened = options.read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.with_context(|| format!("{} cannot be opened", path.display()))?;
        if file.try_lock().is_err() {
            let mut owner = String::new();
            let _ = file.read_to_string(&mut owner);
            bail!(
                "the real node of this checkout is in use by {}: stop that first, or use NODES=simulated",
                describe(owner.trim())
            );
        }
        let told = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", place.data.display()));
        told.with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self { _file: file })
    }

    /// Whether somebody has it, as an error that says who.
    pub fn check(place: &Place) -> Result<()> {
        Self::take(place).map(drop)
    }
}

/// Who it is that keeps its data in the folder.
fn describe(data: &str) -> String {
    let what = match Path::new(data).components().rev().nth(1).map(|part| part.as_os_str().to_string_lossy()) {
        _ if data.is_empty() => return "another process that starts at this moment".to_owned(),
        Some(part) if part == "run" => "`make run`",
        Some(part) if part.starts_with("with-") => "a test run",
        _ => "`make cluster`",
    };
    format!("{what} ({data})")
}

/// Removes a file that may not be there.
pub fn forget(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn the_owner_is_named_as_people_know_it() {
        assert!(describe("/c/.local/run/kubernetes").starts_with("`make run`"));
        assert!(describe("/c/.local/tmp/with-12/kubernetes").starts_with("a test run"));
        assert!(describe("/c/.local/cluster").starts_with("`make cluster`"));
        assert!(describe("").starts_with("another process"));
    }
}
