//! Where everything lives: all that is built, written or started locally stays under
//! `.local/` of the checkout, so removing that folder removes every trace.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The file that marks the top of a checkout.
const MARK: &str = "deploy/local/tools/go.mod";

/// The folders of one checkout.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Looks for the checkout from the current directory upwards.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir().context("the current directory cannot be read")?;
        match here.ancestors().find(|dir| dir.join(MARK).is_file()) {
            Some(root) => Ok(Self { root: root.to_path_buf() }),
            None => bail!("no {MARK} here or above: run this inside a checkout of storebot"),
        }
    }

    /// The top of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `go.mod` and `go.sum` of the tools.
    pub fn tools_module(&self) -> PathBuf {
        self.root.join("deploy/local/tools")
    }

    /// The KWOK stages: what happens to simulated nodes, pods and claims.
    pub fn stages(&self) -> PathBuf {
        self.root.join("deploy/local/stages")
    }

    /// `.local`, git-ignored.
    pub fn local(&self) -> PathBuf {
        self.root.join(".local")
    }

    /// The tools built from `tools_module`.
    pub fn bin(&self) -> PathBuf {
        self.local().join("bin")
    }

    /// One tool by its name.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.bin().join(name)
    }

    /// The shops' images, as `make images` writes them.
    pub fn images(&self) -> PathBuf {
        self.local().join("images")
    }

    /// Log files of the processes one session starts.
    pub fn log(&self, session: &str) -> PathBuf {
        self.local().join("log").join(session)
    }
}

/// Makes a folder that only its owner can enter, since keys lie in it.
pub fn private_dir(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the folder {} cannot be made", path.display()))
}

/// Writes a file that only its owner can read, in one step: a reader sees the old
/// content or the new one, never a half of it.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let new = path.with_extension("new");
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(&new)?.write_all(content)?;
        fs::rename(&new, path)
    })();
    written.with_context(|| format!("{} cannot be written", path.display()))
}
