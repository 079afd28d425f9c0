//! kube-proxy: makes Services reachable from pods, by rules in the node's own network.

use super::NAME;
use super::place::Place;
use crate::control_plane::ControlPlane;
use crate::process::Spec;

/// How to start it.
pub fn spec(place: &Place, plane: &ControlPlane, layer: u8) -> Spec {
    Spec::new("kube-proxy", &place.layout.tool("kube-proxy"), layer).args([
        format!("--kubeconfig={}", plane.kubeconfig().display()),
        format!("--hostname-override={NAME}"),
        "--proxy-mode=iptables".to_owned(),
        // Only for hosts with many thousand Services is it worth to collect changes for a second.
        "--iptables-min-sync-period=50ms".to_owned(),
        // The table of connections belongs to the whole machine.
        "--conntrack-max-per-core=0".to_owned(),
        "--oom-score-adj=0".to_owned(),
    ])
}
