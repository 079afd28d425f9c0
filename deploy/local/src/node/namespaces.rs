//! What makes the node a machine of its own: it is the first process of its PID namespace, so
//! the kernel ends every pod with it, however it dies; its mounts and its network are seen by
//! nobody else and vanish with it. Nothing of the machine it runs on is changed.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::thread::UnshareFlags;

use super::place::Place;
use crate::layout::private_dir;
use crate::process::Spec;

/// Kernel settings that a kubelet changes when they are not what it wants. They belong to the
/// whole machine, so the node's kubelet gets to read what it wants and writes nothing.
const WANTED_BY_KUBELET: [(&str, &str); 6] = [
    ("vm/overcommit_memory", "1"),
    ("vm/panic_on_oom", "0"),
    ("kernel/panic", "10"),
    ("kernel/panic_on_oops", "1"),
    ("kernel/keys/root_maxkeys", "1000000"),
    ("kernel/keys/root_maxbytes", "25000000"),
];

/// The program as first process of new namespaces. When `unshare` dies, so does it.
pub fn first_process(name: &str, program: &Path, layer: u8) -> Spec {
    let wrapper = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];
    Spec::new(name, Path::new("unshare"), layer).args(wrapper).args([program.display().to_string()])
}

/// Gives this process a network of its own. Sockets that are open already stay in the old one.
#[expect(deprecated, reason = "its replacement is unsafe because of another flag, and this crate has no unsafe code")]
pub fn leave_network() -> Result<()> {
    rustix::thread::unshare(UnshareFlags::NEWNET).context("a network of its own is refused: is this a container?")
}

/// Puts folders of the node's own where its programs look for theirs.
pub fn mount_places(place: &Place) -> Result<()> {
    // Kubernetes shares mounts between a pod and its node; further than this node they never go.
    mount(&["--make-rshared", "/"])?;
    // As after a boot: sockets, network namespaces, leases of addresses, and what containerd
    // thinks is running.
    mount(&["-t", "tmpfs", "tmpfs", "/run"])?;
    mount(&["-t", "tmpfs", "tmpfs", "/var/log"])?;
    let kubelet = place.own().join("kubelet");
    private_dir(&kubelet)?;
    for dir in STANDARD {
        fs::create_dir_all(dir).with_context(|| format!("{dir} cannot be made"))?;
    }
    mount(&["-t", "tmpfs", "tmpfs", "/var/lib/cni"])?;
    mount(&["--bind", &kubelet.display().to_string(), "/var/lib/kubelet"])?;
    private_dir(Path::new("/run/sysctl"))?;
    for (number, (name, value)) in (1..).zip(WANTED_BY_KUBELET) {
        let (file, target) = (format!("/run/sysctl/{number}"), format!("/proc/sys/{name}"));
        fs::write(&file, format!("{value}\n")).with_context(|| format!("{file} cannot be written"))?;
        mount(&["--bind", &file, &target])?;
    }
    Ok(())
}

/// Folders that programs of a node insist on, whatever they are told.
const STANDARD: [&str; 2] = ["/var/lib/cni", "/var/lib/kubelet"];

/// Takes away the mount points, where they were made for a node: others are not empty. Only the last
/// node of a machine may: removing a folder takes away what others have mounted on it.
pub fn remove_places() {
    for dir in STANDARD {
        let unmounted = Command::new("umount").args(["--lazy", dir]).status();
        if unmounted.is_ok_and(|status| status.success()) {
            let _ = fs::remove_dir(dir);
        }
    }
}

fn mount(args: &[&str]) -> Result<()> {
    run("mount", args)
}

/// Runs a program that answers at once.
pub fn run(program: &str, args: &[&str]) -> Result<()> {
    let output = Command::new(program).args(args).output().with_context(|| format!("{program} does not start"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`{program} {}` failed ({}): {}", args.join(" "), output.status, errors.trim());
    }
    Ok(())
}
