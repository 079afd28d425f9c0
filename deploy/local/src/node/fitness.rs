//! Whether a real node can run on this machine, and if not, why: asked before anything is
//! started, so that the answer is a sentence and not a failure half-way.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::cgroups;

/// What keeps a real node from running here.
pub fn obstacle() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("it needs Linux".to_owned());
    }
    if !rustix::process::geteuid().is_root() {
        return Some("it needs root".to_owned());
    }
    if !Path::new("/etc/debian_version").exists() {
        return Some("its parts are installed as Debian packages, and this is not Debian or Ubuntu".to_owned());
    }
    isolation().or_else(|| feature("overlay", has_overlay)).or_else(|| feature("br_netfilter", has_bridge_filter))
}

/// Containers often may make neither.
fn isolation() -> Option<String> {
    let tried = Command::new("unshare")
        .args(["--net", "--mount", "--pid", "--fork", "--mount-proc", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match tried {
        Ok(status) if status.success() => {}
        _ => return Some("namespaces cannot be made here (a container without --privileged?)".to_owned()),
    }
    cgroups::check().err().map(|error| format!("control groups cannot be made here: {error:#}"))
}

/// A part of the kernel that may be a module that nobody has asked for yet.
fn feature(module: &str, is_there: fn() -> bool) -> Option<String> {
    if is_there() {
        return None;
    }
    let _ = Command::new("modprobe").arg(module).stdin(Stdio::null()).stderr(Stdio::null()).status();
    (!is_there()).then(|| format!("the kernel lacks `{module}`"))
}

fn has_overlay() -> bool {
    fs::read_to_string("/proc/filesystems").is_ok_and(|list| list.lines().any(|line| line.ends_with("\toverlay")))
}

fn has_bridge_filter() -> bool {
    Path::new("/proc/sys/net/bridge/bridge-nf-call-iptables").exists()
}
