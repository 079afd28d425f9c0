//! The kubelet: as a cluster would have it, but content with a machine that is also used
//! for other things.

use anyhow::Result;
use serde_json::{Value, json};

use super::cgroups::Cgroup;
use super::place::Place;
use super::{NAME, containerd, network};
use crate::control_plane::ControlPlane;
use crate::layout::write_private;
use crate::process::Spec;

/// Writes its configuration and tells how to start it.
pub fn spec(place: &Place, plane: &ControlPlane, cgroup: &Cgroup, layer: u8) -> Result<Spec> {
    let own = place.own();
    let resolv = own.join("resolv.conf");
    // Pods ask the cluster's DNS; what the machine asks is nothing to them.
    write_private(&resolv, b"")?;
    let file = own.join("kubelet.json");
    let mut config = config(cgroup);
    config["authentication"]["x509"]["clientCAFile"] = json!(plane.pki().ca());
    config["resolvConf"] = json!(resolv);
    write_private(&file, config.to_string().as_bytes())?;
    Ok(Spec::new("kubelet", &place.layout.tool("kubelet"), layer).args([
        format!("--config={}", file.display()),
        format!("--kubeconfig={}", plane.kubeconfig().display()),
        format!("--hostname-override={NAME}"),
        format!("--node-ip={}", network::ADDRESS),
    ]))
}

fn config(cgroup: &Cgroup) -> Value {
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "containerRuntimeEndpoint": format!("unix://{}", containerd::SOCKET),
        "address": network::ADDRESS,
        "authentication": {"anonymous": {"enabled": false}, "x509": {}},
        "authorization": {"mode": "Webhook"},
        "clusterDomain": "cluster.local",
        "clusterDNS": [network::ADDRESS],
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": cgroup.name,
        "failCgroupV1": false,
        "failSwapOn": false,
        // Lowering it needs a right that is missing in many containers.
        "oomScoreAdj": 0,
        "serializeImagePulls": false,
        // Images come from files only: one that is thrown away is gone until the next start.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "kubeAPIQPS": 200,
        "kubeAPIBurst": 400,
        "eventRecordQPS": 0,
        "maxPods": 200,
        "volumePluginDir": "/run/kubelet-plugins",
    })
}
