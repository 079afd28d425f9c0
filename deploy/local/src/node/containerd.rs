//! containerd, from Debian, with images kept between runs and everything else forgotten.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::network;
use super::place::Place;
use crate::layout::write_private;
use crate::packages::find_program;
use crate::process::Spec;

/// Where the kubelet finds it; in the node's own `/run`.
pub const SOCKET: &str = "/run/containerd/containerd.sock";
/// The namespace in containerd that belongs to Kubernetes.
const NAMESPACE: &str = "k8s.io";
/// The image that holds a pod's namespaces; `images` makes it.
pub const PAUSE: &str = "docker.io/storebot/pause:1";
/// Debian's folder of network plugins.
pub const PLUGINS: &str = "/usr/lib/cni";

/// Writes its configuration and tells how to start it.
pub fn spec(place: &Place, layer: u8) -> Result<Spec> {
    let cni = network::configure(place)?;
    let file = place.own().join("containerd.toml");
    write_private(&file, config(&place.store().join("containerd"), &cni).as_bytes())?;
    let program = find_program("containerd").context("containerd is not in PATH")?;
    Ok(Spec::new("containerd", &program, layer).args([format!("--config={}", file.display())]))
}

fn config(root: &Path, cni: &Path) -> String {
    // `opt` would make /opt/containerd. Without CAP_SYS_RESOURCE (as in many containers) nobody may
    // lower an OOM score, and runc fails when asked to: `restrict_oom_score_adj` does not ask. An
    // AppArmor profile would stay in the machine's kernel.
    format!(
        r#"version = 2
root = {root:?}
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "{SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{PLUGINS}"
    conf_dir = {cni:?}
"#
    )
}

/// Whether it answers.
pub async fn is_ready() -> bool {
    ctr(&["version"]).await.is_ok()
}

/// Runs containerd's own client.
pub async fn ctr(args: &[&str]) -> Result<()> {
    let output = Command::new("ctr")
        .args(["--address", SOCKET, "--namespace", NAMESPACE])
        .args(args)
        .kill_on_drop(true)
        .output()
        .await
        .context("ctr does not start")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`ctr {}` failed ({}): {}", args.join(" "), output.status, errors.trim());
    }
    Ok(())
}
