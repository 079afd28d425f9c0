//! Programs that come from the distribution. As root on Debian or Ubuntu the missing
//! ones are installed; otherwise the exact command is told.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress::Progress;

/// A program or the path of a file, and the Debian package that brings it.
pub type Wanted = &'static [(&'static str, &'static str)];

/// What every way of starting needs.
pub const ALWAYS: Wanted = &[("redis-server", "redis-server"), ("setpriv", "util-linux"), ("setsid", "util-linux")];

/// What the tests need in addition: workers whose clock is wrong.
pub const TESTS: Wanted = &[("faketime", "faketime")];

/// What a real node needs in addition.
pub const REAL_NODE: Wanted = &[
    ("containerd", "containerd"),
    ("runc", "runc"),
    ("/usr/lib/cni/bridge", "containernetworking-plugins"),
    ("iptables", "iptables"),
    ("ip", "iproute2"),
    ("mount", "mount"),
];

/// Sees to it that the wanted programs are there.
pub fn ensure(wanted: Wanted, progress: Progress) -> Result<()> {
    let mut missing: Vec<&str> = Vec::new();
    for (program, package) in wanted.iter().copied() {
        if find_program(program).is_none() && !missing.contains(&package) {
            missing.push(package);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if find_program("apt-get").is_none() {
        bail!(
            "missing: {list} (names of Debian's packages). Install what brings these programs with your system's package manager, then try again"
        );
    }
    if !rustix::process::geteuid().is_root() {
        bail!("missing packages. Run: sudo apt-get install -y --no-install-recommends {list}");
    }
    progress.say(&format!("installing the Debian packages {list}"));
    // A fresh image has no package lists yet, an old one has stale ones.
    apt_get(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&missing);
    apt_get(&install)
}

/// The first executable of this name in `PATH`; a whole path stands for itself.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| is_program(file))
}

/// Whether the file is there and may be executed.
pub fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn apt_get(args: &[&str]) -> Result<()> {
    let status = Command::new("apt-get")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        // Its chatter is progress, not a result.
        .stdout(std::io::stderr())
        .status()
        .context("apt-get does not start")?;
    if !status.success() {
        bail!("apt-get {} failed ({status}): see above, then try again", args.join(" "));
    }
    Ok(())
}
