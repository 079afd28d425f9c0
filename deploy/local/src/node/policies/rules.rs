//! From policies to the packet filter's rules. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::ResourceExt;

use super::super::network::ADDRESS;
use super::matches::selects;

/// Where packets enter; calls the other two.
pub const ENTRY: &str = "STOREBOT";
/// Judges packets by the pod that sends them.
pub const EGRESS: &str = "STOREBOT-EGRESS";
/// Judges packets by the pod that gets them.
pub const INGRESS: &str = "STOREBOT-INGRESS";

/// What the API server has.
pub struct Known<'a> {
    pub policies: &'a [Arc<NetworkPolicy>],
    pub pods: &'a [Arc<Pod>],
    pub namespaces: &'a [Arc<Namespace>],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Egress,
    Ingress,
}

/// The input of `iptables-restore`: all three chains.
pub fn render(known: &Known<'_>) -> String {
    let mut text = format!("*filter\n:{ENTRY} - [0:0]\n:{EGRESS} - [0:0]\n:{INGRESS} - [0:0]\n");
    // Answers belong to a connection that was let through.
    text.push_str(&format!("-A {ENTRY} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN\n"));
    text.push_str(&format!("-A {ENTRY} -j {EGRESS}\n-A {ENTRY} -j {INGRESS}\n"));
    // Kubernetes' own rule: the node reaches its pods always. Probes and the ingress come from there.
    text.push_str(&format!("-A {INGRESS} -s {ADDRESS} -j RETURN\n"));
    for (chain, direction) in [(EGRESS, Direction::Egress), (INGRESS, Direction::Ingress)] {
        for rule in known.rules(direction) {
            text.push_str(&format!("-A {chain} {rule}\n"));
        }
    }
    text.push_str("COMMIT\n");
    text
}

impl Known<'_> {
    /// For each pod that a policy isolates: what is let through, then the refusal of the rest.
    fn rules(&self, direction: Direction) -> Vec<String> {
        let mut rules = Vec::new();
        for pod in self.pods {
            let Some(address) = address(pod) else { continue };
            let policies: Vec<&NetworkPolicySpec> = self.policies_of(pod, direction).collect();
            if policies.is_empty() {
                continue;
            }
            // The same door may be opened by several policies.
            let allowed: BTreeSet<String> = policies
                .iter()
                .flat_map(|policy| doors(policy, direction))
                .flat_map(|door| self.allowed(pod, &door, direction))
                .collect();
            rules.extend(allowed);
            let own = if direction == Direction::Egress { "-s" } else { "-d" };
            rules.push(format!("{own} {address} -j REJECT"));
        }
        rules
    }

    fn policies_of<'a>(&'a self, pod: &'a Pod, direction: Direction) -> impl Iterator<Item = &'a NetworkPolicySpec> {
        let mine = move |policy: &&Arc<NetworkPolicy>| policy.namespace() == pod.namespace();
        self.policies.iter().filter(mine).filter_map(|policy| policy.spec.as_ref()).filter(move |spec| {
            let selector = spec.pod_selector.as_ref();
            selector.is_none_or(|selector| selects(selector, Some(pod.labels()))) && concerns(spec, direction)
        })
    }

    /// What one door lets through, as rules.
    fn allowed(&self, pod: &Pod, door: &Door<'_>, direction: Direction) -> Vec<String> {
        let Some(own) = address(pod) else { return Vec::new() };
        let mut rules = Vec::new();
        for peer in self.peers(pod, door) {
            // Ports are the receiver's: of this pod for what comes in, of the peer for what goes out.
            let receiver = if direction == Direction::Egress { peer.pod } else { Some(pod) };
            let (from, to) = match direction {
                Direction::Egress => (own, &*peer.addresses),
                Direction::Ingress => (&*peer.addresses, own),
            };
            for port in ports(door.ports, receiver) {
                rules.push(format!("-s {from} -d {to}{port} -j RETURN"));
            }
        }
        rules
    }

    fn peers<'a>(&'a self, pod: &Pod, door: &Door<'a>) -> Vec<Peer<'a>> {
        if door.peers.is_empty() {
            return vec![Peer { addresses: "0.0.0.0/0".to_owned(), pod: None }];
        }
        let mut peers = Vec::new();
        for peer in door.peers {
            match &peer.ip_block {
                // Exceptions are not used by our charts; leaving them out would open what they close.
                Some(block) if block.except.is_none() => {
                    peers.push(Peer { addresses: block.cidr.clone(), pod: None });
                }
                Some(_) => {}
                None => peers.extend(self.pods.iter().filter_map(|other| {
                    let addresses = address(other).filter(|_| self.means(peer, other, pod))?.to_owned();
                    Some(Peer { addresses, pod: Some(other) })
                })),
            }
        }
        peers
    }

    /// Whether a peer's selectors mean this other pod.
    fn means(&self, peer: &NetworkPolicyPeer, other: &Pod, own: &Pod) -> bool {
        let there = match &peer.namespace_selector {
            None => other.namespace() == own.namespace(),
            Some(selector) => self.namespaces.iter().any(|namespace| {
                other.namespace().as_deref() == Some(&*namespace.name_any())
                    && selects(selector, Some(namespace.labels()))
            }),
        };
        there && peer.pod_selector.as_ref().is_none_or(|selector| selects(selector, Some(other.labels())))
    }
}

struct Peer<'a> {
    /// One address, or a range.
    addresses: String,
    pod: Option<&'a Pod>,
}

/// One entry of a policy's `ingress` or `egress`. No peers: everybody. No ports: all.
struct Door<'a> {
    peers: &'a [NetworkPolicyPeer],
    ports: &'a [NetworkPolicyPort],
}

fn doors(spec: &NetworkPolicySpec, direction: Direction) -> Vec<Door<'_>> {
    fn or_none<T>(list: Option<&Vec<T>>) -> &[T] {
        list.map(Vec::as_slice).unwrap_or_default()
    }
    if !concerns(spec, direction) {
        return Vec::new();
    }
    match direction {
        Direction::Egress => or_none(spec.egress.as_ref())
            .iter()
            .map(|rule| Door { peers: or_none(rule.to.as_ref()), ports: or_none(rule.ports.as_ref()) })
            .collect(),
        Direction::Ingress => or_none(spec.ingress.as_ref())
            .iter()
            .map(|rule| Door { peers: or_none(rule.from.as_ref()), ports: or_none(rule.ports.as_ref()) })
            .collect(),
    }
}

/// The API server fills `policyTypes` in, so its absence means nothing here.
fn concerns(spec: &NetworkPolicySpec, direction: Direction) -> bool {
    let name = if direction == Direction::Egress { "Egress" } else { "Ingress" };
    spec.policy_types.iter().flatten().any(|kind| kind == name)
}

/// The address of a pod that has one of its own.
fn address(pod: &Pod) -> Option<&str> {
    let status = pod.status.as_ref()?;
    let ended = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    let of_node = pod.spec.as_ref().is_some_and(|spec| spec.host_network == Some(true));
    status.pod_ip.as_deref().filter(|_| !ended && !of_node)
}

/// Conditions on protocol and port, each with a leading space; one empty condition for all ports.
fn ports(ports: &[NetworkPolicyPort], receiver: Option<&Pod>) -> Vec<String> {
    if ports.is_empty() {
        return vec![String::new()];
    }
    ports.iter().filter_map(|port| condition(port, receiver)).collect()
}

fn condition(port: &NetworkPolicyPort, receiver: Option<&Pod>) -> Option<String> {
    let protocol = port.protocol.as_deref().unwrap_or("TCP").to_lowercase();
    let number = match &port.port {
        None => return Some(format!(" -p {protocol}")),
        Some(IntOrString::Int(number)) => *number,
        // A name that the receiver does not know opens nothing.
        Some(IntOrString::String(name)) => named(receiver?, name)?,
    };
    let last = port.end_port.map(|last| format!(":{last}")).unwrap_or_default();
    Some(format!(" -p {protocol} --dport {number}{last}"))
}

fn named(pod: &Pod, name: &str) -> Option<i32> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
    ports.find(|port| port.name.as_deref() == Some(name)).map(|port| port.container_port)
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use serde_json::{Value, json};

    use super::*;

    fn pod(name: &str, namespace: &str, address: &str) -> Result<Arc<Pod>> {
        Ok(Arc::new(serde_json::from_value(json!({
            "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
            "spec": {"containers": [{"name": "c", "ports": [{"name": "http", "containerPort": 8080}]}]},
            "status": {"podIP": address, "phase": "Running"},
        }))?))
    }

    fn policy(spec: &Value) -> Result<Arc<NetworkPolicy>> {
        Ok(Arc::new(serde_json::from_value(json!({"metadata": {"name": "p", "namespace": "store-a"}, "spec": spec}))?))
    }

    /// The rules for three pods of two stores, without the frame that is always there.
    fn rendered(policies: &[Arc<NetworkPolicy>]) -> Result<Vec<String>> {
        let pods = [
            pod("shop", "store-a", "10.244.0.2")?,
            pod("database", "store-a", "10.244.0.3")?,
            pod("shop", "store-b", "10.244.0.4")?,
        ];
        let namespaces = [Arc::new(serde_json::from_value(
            json!({"metadata": {"name": "store-b", "labels": {"kubernetes.io/metadata.name": "store-b"}}}),
        )?)];
        let text = render(&Known { policies, pods: &pods, namespaces: &namespaces });
        Ok(text
            .lines()
            .filter(|line| line.contains("10.244.0.") && !line.contains("10.244.0.1 "))
            .map(str::to_owned)
            .collect())
    }

    #[test]
    fn without_a_policy_everything_passes() -> Result<()> {
        assert!(rendered(&[])?.is_empty());
        Ok(())
    }

    #[test]
    fn deny_all_closes_only_its_own_namespace() -> Result<()> {
        let closed = policy(&json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}))?;
        assert_eq!(
            rendered(&[closed])?,
            [
                "-A STOREBOT-EGRESS -s 10.244.0.2 -j REJECT",
                "-A STOREBOT-EGRESS -s 10.244.0.3 -j REJECT",
                "-A STOREBOT-INGRESS -d 10.244.0.2 -j REJECT",
                "-A STOREBOT-INGRESS -d 10.244.0.3 -j REJECT",
            ]
        );
        Ok(())
    }

    #[test]
    fn doors_open_to_selected_pods_named_ports_and_ranges() -> Result<()> {
        let open = policy(&json!({
            "podSelector": {"matchLabels": {"app": "shop"}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{
                "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "store-b"}}}],
                "ports": [{"port": "http"}],
            }],
            "egress": [
                {"to": [{"podSelector": {}}]},
                {"to": [{"ipBlock": {"cidr": "169.254.20.10/32"}}], "ports": [{"port": 53, "protocol": "UDP"}]},
            ],
        }))?;
        assert_eq!(
            rendered(&[open])?,
            [
                "-A STOREBOT-EGRESS -s 10.244.0.2 -d 10.244.0.2 -j RETURN",
                "-A STOREBOT-EGRESS -s 10.244.0.2 -d 10.244.0.3 -j RETURN",
                "-A STOREBOT-EGRESS -s 10.244.0.2 -d 169.254.20.10/32 -p udp --dport 53 -j RETURN",
                "-A STOREBOT-EGRESS -s 10.244.0.2 -j REJECT",
                "-A STOREBOT-INGRESS -s 10.244.0.4 -d 10.244.0.2 -p tcp --dport 8080 -j RETURN",
                "-A STOREBOT-INGRESS -d 10.244.0.2 -j REJECT",
            ]
        );
        Ok(())
    }

    #[test]
    fn no_peers_means_everybody() -> Result<()> {
        let open = policy(&json!({
            "podSelector": {"matchLabels": {"app": "shop"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": [{"port": 9000, "endPort": 9005}]}],
        }))?;
        assert_eq!(
            rendered(&[open])?,
            [
                "-A STOREBOT-INGRESS -s 0.0.0.0/0 -d 10.244.0.2 -p tcp --dport 9000:9005 -j RETURN",
                "-A STOREBOT-INGRESS -d 10.244.0.2 -j REJECT",
            ]
        );
        Ok(())
    }
}
