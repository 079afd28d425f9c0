//! A real node beside the control plane: containerd, a kubelet, kube-proxy and DNS, with
//! volumes, images from files, and an ingress on loopback.
//!
//! The node is a machine of its own: one process tree in a PID, a mount and a network namespace,
//! in which its whole cluster runs, control plane included. So the machine it runs on keeps its
//! addresses, routes, firewall and mounts as they are, no pod finds a way out, nothing is left
//! when the tree ends, and it ends as a whole even when it is killed.
//!
//! - `place`, `namespaces`, `cgroups`, `network`, `doors`: the machine
//! - `containerd`, `images`, `kubelet`, `kube_proxy`, `dns`: what runs on it
//! - `volumes`, `ingress`, `policies`, and `watch` for them: what clouds bring along
//! - `inside`, `reaper`, `amnesia`: its first process
//! - `fitness`: whether a node can run here

pub mod amnesia;
pub mod cgroups;
pub mod containerd;
pub mod dns;
pub mod doors;
pub mod fitness;
pub mod images;
pub mod ingress;
pub mod inside;
pub mod kube_proxy;
pub mod kubelet;
pub mod namespaces;
pub mod network;
pub mod place;
pub mod policies;
pub mod reaper;
pub mod volumes;
pub mod watch;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::control_plane::ControlPlane;
use crate::layout::Layout;
use crate::process::{Services, Spec};
use crate::progress::Progress;
use place::{Place, StoreLock, forget};

/// The node's name in Kubernetes.
pub const NAME: &str = "local";

/// What stops before it: whatever uses the cluster.
const LAYER: u8 = 1;
/// Pods get time to end, then every part of the cluster does.
const GRACE: Duration = Duration::from_secs(30);
/// Importing all images of two shops for the first time takes a minute or two.
const START_LIMIT: Duration = Duration::from_secs(600);

/// Starts the cluster with its node as one child and waits until both are ready.
pub async fn start(place: &Place, plane: &ControlPlane, services: &mut Services, progress: Progress) -> Result<()> {
    place.make()?;
    StoreLock::check(place)?;
    forget(&place.ready_file())?;
    services.start(&spec(place)?)?;
    let mut told = 0;
    let log = place.logs.join("node.log");
    let ready = place.ready_file();
    let probe = || {
        told = tell_new_lines(&log, told, progress);
        std::future::ready(ready.is_file())
    };
    services.wait_for("the cluster with a real node", START_LIMIT, probe).await?;
    progress.say(&format!("shops are served at http://<name>.<domain>:{}", plane.ingress_port()));
    Ok(())
}

/// Passes on what the node tells while it starts; returns how much has been told.
fn tell_new_lines(log: &Path, told: usize, progress: Progress) -> usize {
    let text = fs::read_to_string(log).unwrap_or_default();
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    text.get(told..whole).into_iter().flat_map(str::lines).for_each(|line| progress.say(line));
    whole.max(told)
}

fn spec(place: &Place) -> Result<Spec> {
    let program = std::env::current_exe().context("the path of this program is unknown")?;
    Ok(namespaces::first_process("node", &program, LAYER).grace(GRACE).args([
        "node".to_owned(),
        format!("--data={}", place.data.display()),
        format!("--logs={}", place.logs.display()),
    ]))
}

/// The place of the node of a cluster.
pub fn place(layout: &Layout, data: &Path, logs: &Path) -> Place {
    Place { layout: layout.clone(), data: data.to_path_buf(), logs: logs.to_path_buf() }
}
