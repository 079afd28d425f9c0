//! The cluster's DNS: CoreDNS as a process of the node. It keeps no answers: one that says "no
//! such name" would still say so when the database a pod waits for has long come up.

use anyhow::Result;

use super::network;
use super::place::Place;
use crate::control_plane::ControlPlane;
use crate::layout::write_private;
use crate::process::Spec;

/// Writes its configuration and tells how to start it.
pub fn spec(place: &Place, plane: &ControlPlane, layer: u8) -> Result<Spec> {
    let file = place.own().join("Corefile");
    write_private(&file, corefile(&plane.kubeconfig().display().to_string()).as_bytes())?;
    let program = place.layout.tool("coredns");
    Ok(Spec::new("coredns", &program, layer).args([format!("-conf={}", file.display())]))
}

/// Names of the outer world are told at once that they do not exist: there is no way to them.
fn corefile(kubeconfig: &str) -> String {
    format!(
        ".:53 {{
    bind {address}
    errors
    ready 127.0.0.1:8181
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig}
        ttl 1
    }}
    template ANY ANY . {{
        rcode NXDOMAIN
    }}
}}
",
        address = network::ADDRESS,
    )
}
