//! Throw-away folders under `.local/`, one per process. What a killed process left is
//! removed by the next one; logs are kept until then, so a failure can be read up.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::layout::{Layout, private_dir};

/// Data and logs of one throw-away session.
#[derive(Debug)]
pub struct Scratch {
    /// Removed at the end.
    pub data: PathBuf,
    /// Kept until the next session starts.
    pub logs: PathBuf,
}

impl Scratch {
    /// Makes both folders, after removing those of processes that are gone.
    pub fn make(layout: &Layout) -> Result<Self> {
        let name = format!("with-{}", std::process::id());
        let (tmp, log) = (layout.local().join("tmp"), layout.log(""));
        for dir in [&tmp, &log] {
            private_dir(dir)?;
            remove_orphans(dir);
        }
        let scratch = Self { data: tmp.join(&name), logs: log.join(&name) };
        // A process of the same number may have left something behind.
        scratch.remove_data();
        private_dir(&scratch.data)?;
        Ok(scratch)
    }

    /// Removes the data; what cannot be removed now is removed by the next session.
    pub fn remove_data(&self) {
        let _ = fs::remove_dir_all(&self.data);
    }
}

fn remove_orphans(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix("with-"));
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
