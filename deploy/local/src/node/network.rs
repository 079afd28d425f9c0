//! The network of the node: one bridge, which is the pods' network and the node's own address.
//! There is no way out of it: no other interface, no route, so no pod can reach the internet
//! or the machine.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use super::namespaces::run;
use super::place::Place;
use crate::layout::{private_dir, write_private};

/// The node, as its pods see it: kubelet, DNS and ingress.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 244, 0, 1);
/// The addresses of pods.
const SUBNET: &str = "10.244.0.0/24";
const BRIDGE: &str = "cni0";
/// The name of the pods' network.
const NETWORK: &str = "storebot";

/// Makes the bridge.
pub fn up() -> Result<()> {
    run("ip", &["link", "set", "lo", "up"])?;
    run("ip", &["link", "add", BRIDGE, "type", "bridge"])?;
    run("ip", &["address", "add", &format!("{ADDRESS}/24"), "dev", BRIDGE])?;
    run("ip", &["link", "set", BRIDGE, "up"])?;
    set("net/ipv4/ip_forward", "1")?;
    // Packets from pod to pod pass kube-proxy's rules only then, and a Service needs them to.
    set("net/bridge/bridge-nf-call-iptables", "1").context("`modprobe br_netfilter` brings what is missing")
}

fn set(name: &str, value: &str) -> Result<()> {
    fs::write(Path::new("/proc/sys").join(name), value).with_context(|| format!("{name} cannot be set"))
}

/// Every address is free after a start. The one given last is remembered: new pods get others than
/// those that the API server still tells of pods that run no more.
fn forget_leases(dir: &Path) {
    for lease in fs::read_dir(dir).into_iter().flatten().flatten() {
        if !lease.file_name().to_string_lossy().starts_with("last_reserved_ip") {
            let _ = fs::remove_file(lease.path());
        }
    }
}

/// Writes how containerd connects a pod; returns the folder.
pub fn configure(place: &Place) -> Result<PathBuf> {
    let dir = place.own().join("cni");
    let leases = place.own().join("addresses");
    private_dir(&dir)?;
    forget_leases(&leases.join(NETWORK));
    let bridge = json!({
        "type": "bridge",
        "bridge": BRIDGE,
        "isGateway": true,
        "hairpinMode": true,
        "ipMasq": false,
        "ipam": {
            "type": "host-local",
            "dataDir": leases,
            "ranges": [[{"subnet": SUBNET}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    });
    let config = json!({"cniVersion": "0.4.0", "name": NETWORK, "plugins": [bridge]});
    write_private(&dir.join("10-storebot.conflist"), config.to_string().as_bytes())?;
    Ok(dir)
}
