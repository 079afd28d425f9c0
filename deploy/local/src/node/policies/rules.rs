//! From policies to rules, without any input or output. A pod that a policy selects has a chain
//! for each direction that is policed; what no rule of it returns is refused, at once rather than
//! by silence, so that a program says what is wrong instead of waiting.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::ResourceExt;
use kube::core::{Selector, SelectorExt};

use super::peers::{Cidr, Peer, block};

/// Everything from pods passes it.
pub const CHAIN: &str = "POLICIES";
/// Refuses pods that are known. Others have only just started, and their rules are on the way.
const KNOWN: &str = "KNOWN-PODS";

/// Chains by name, each with its rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    chains: BTreeMap<String, Vec<String>>,
}

impl Rules {
    /// The names of all chains.
    pub fn chains(&self) -> impl Iterator<Item = &String> {
        self.chains.keys()
    }

    /// What `iptables-restore` puts in the place of what was there; `last` are the chains of the
    /// last time, of which some may not be needed any more.
    pub fn script<'a>(&self, last: impl Iterator<Item = &'a String>) -> String {
        let stale: Vec<&String> = last.filter(|chain| !self.chains.contains_key(*chain)).collect();
        let mut script = "*filter\n".to_owned();
        for chain in self.chains.keys().chain(stale.iter().copied()) {
            // Naming a chain also empties it. Writing to a String cannot fail.
            let _ = writeln!(script, ":{chain} - [0:0]");
        }
        for (chain, rules) in &self.chains {
            for rule in rules {
                let _ = writeln!(script, "-A {chain} {rule}");
            }
        }
        for chain in stale {
            let _ = writeln!(script, "-X {chain}");
        }
        script + "COMMIT\n"
    }
}

/// The rules that these objects ask for.
pub fn of(policies: &[Arc<NetworkPolicy>], pods: &[Arc<Pod>], namespaces: &[Arc<Namespace>]) -> Rules {
    let pods: Vec<Peer> = pods.iter().filter_map(|pod| Peer::of(pod)).collect();
    let mut peers = pods.clone();
    peers.push(Peer::dns());
    let world = World { peers, namespaces };
    let mut rules = Rules::default();
    let mut main = vec!["-m conntrack --ctstate ESTABLISHED,RELATED -j RETURN".to_owned()];
    for pod in &pods {
        let selecting: Vec<&NetworkPolicy> =
            policies.iter().map(AsRef::as_ref).filter(|policy| selects(policy, pod)).collect();
        for direction in [Direction::Out, Direction::In] {
            if let Some(mut allowed) = world.allowed(&selecting, pod, direction) {
                let (chain, flag) = direction.names(pod);
                allowed.push(direction.refusal());
                main.push(format!("{flag} {} -j {chain}", pod.address));
                rules.chains.insert(chain, allowed);
            }
        }
    }
    rules.chains.insert(CHAIN.to_owned(), main);
    let known = pods.iter().map(|pod| format!("-s {} -j REJECT", pod.address));
    rules.chains.insert(KNOWN.to_owned(), known.collect());
    rules
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

impl Direction {
    /// The pod's chain, and the side of a packet on which the pod is.
    fn names(self, pod: &Peer) -> (String, &'static str) {
        match self {
            Self::In => (format!("TO-{}", pod.address), "-d"),
            Self::Out => (format!("FROM-{}", pod.address), "-s"),
        }
    }

    fn other_side(self) -> &'static str {
        match self {
            Self::In => "-s",
            Self::Out => "-d",
        }
    }

    fn refusal(self) -> String {
        match self {
            Self::In => format!("-j {KNOWN}"),
            Self::Out => "-j REJECT".to_owned(),
        }
    }
}

struct World<'a> {
    peers: Vec<Peer>,
    namespaces: &'a [Arc<Namespace>],
}

impl World<'_> {
    /// What the policies let the pod do in one direction; none when they say nothing about it.
    fn allowed(&self, policies: &[&NetworkPolicy], pod: &Peer, direction: Direction) -> Option<Vec<String>> {
        let policing: Vec<&&NetworkPolicy> = policies.iter().filter(|policy| polices(policy, direction)).collect();
        if policing.is_empty() {
            return None;
        }
        let mut lines = Vec::new();
        for policy in policing {
            for (peers, ports) in offers(policy, direction) {
                for (cidr, named) in self.resolve(policy, peers) {
                    // A port's name is one of the pod that is called.
                    let called = if direction == Direction::In { Some(pod) } else { named };
                    let targets = targets(ports, called);
                    lines.extend(
                        targets.iter().map(|port| format!("{} {cidr}{port} -j RETURN", direction.other_side())),
                    );
                }
            }
        }
        lines.sort();
        lines.dedup();
        Some(lines)
    }

    /// The addresses that are meant, with the pod that has each.
    fn resolve(&self, policy: &NetworkPolicy, peers: &[NetworkPolicyPeer]) -> Vec<(Cidr, Option<&Peer>)> {
        if peers.is_empty() {
            return vec![(Cidr::ALL, None)];
        }
        let mut found = Vec::new();
        for peer in peers {
            if let Some(addresses) = &peer.ip_block {
                found.extend(block(addresses).into_iter().map(|cidr| (cidr, None)));
                continue;
            }
            let meant = self.peers.iter().filter(|pod| self.is_meant(policy, peer, pod));
            found.extend(meant.map(|pod| (Cidr::one(pod.address), Some(pod))));
        }
        found
    }

    fn is_meant(&self, policy: &NetworkPolicy, peer: &NetworkPolicyPeer, pod: &Peer) -> bool {
        let namespace = match &peer.namespace_selector {
            None => policy.namespace().as_deref() == Some(&pod.namespace),
            Some(selector) => self
                .namespaces
                .iter()
                .any(|namespace| namespace.name_any() == pod.namespace && matches(selector, namespace.labels())),
        };
        namespace && peer.pod_selector.as_ref().is_none_or(|selector| matches(selector, &pod.labels))
    }
}

fn selects(policy: &NetworkPolicy, pod: &Peer) -> bool {
    let selector = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
    policy.namespace().as_deref() == Some(&pod.namespace)
        && selector.is_none_or(|selector| matches(selector, &pod.labels))
}

/// A selector that cannot be read selects nothing; the API server lets none pass.
fn matches(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    Selector::try_from(selector.clone()).is_ok_and(|selector| selector.matches(labels))
}

/// The API server fills in `policyTypes`.
fn polices(policy: &NetworkPolicy, direction: Direction) -> bool {
    let wanted = if direction == Direction::In { "Ingress" } else { "Egress" };
    policy.spec.iter().flat_map(|spec| spec.policy_types.iter().flatten()).any(|kind| kind == wanted)
}

/// Peers and ports of each rule; both lists are empty where the policy leaves them out.
fn offers(policy: &NetworkPolicy, direction: Direction) -> Vec<(&[NetworkPolicyPeer], &[NetworkPolicyPort])> {
    let Some(spec) = &policy.spec else { return Vec::new() };
    match direction {
        Direction::In => {
            let rules = spec.ingress.iter().flatten();
            rules.map(|rule| (rule.from.as_deref().unwrap_or(&[]), rule.ports.as_deref().unwrap_or(&[]))).collect()
        }
        Direction::Out => {
            let rules = spec.egress.iter().flatten();
            rules.map(|rule| (rule.to.as_deref().unwrap_or(&[]), rule.ports.as_deref().unwrap_or(&[]))).collect()
        }
    }
}

/// Each port as an end of a rule; nothing at all means every port.
fn targets(ports: &[NetworkPolicyPort], called: Option<&Peer>) -> Vec<String> {
    if ports.is_empty() {
        return vec![String::new()];
    }
    let number = |port: &NetworkPolicyPort| {
        let protocol = port.protocol.as_deref().unwrap_or("TCP");
        let flag = format!(" -p {}", protocol.to_lowercase());
        match &port.port {
            None => Some(flag),
            Some(IntOrString::Int(first)) => match port.end_port {
                Some(last) => Some(format!("{flag} --dport {first}:{last}")),
                None => Some(format!("{flag} --dport {first}")),
            },
            Some(IntOrString::String(name)) => {
                let number = called?.ports.get(&(protocol.to_owned(), name.clone()))?;
                Some(format!("{flag} --dport {number}"))
            }
        }
    };
    ports.iter().filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use serde_json::{Value, json};

    use super::*;

    fn pod(namespace: &str, name: &str, address: &str) -> Result<Arc<Pod>> {
        let port = json!({"name": "http", "containerPort": 9000, "protocol": "TCP"});
        Ok(Arc::new(serde_json::from_value(json!({
            "metadata": {"namespace": namespace, "name": name, "labels": {"component": name}},
            "spec": {"containers": [{"name": name, "ports": [port]}]},
            "status": {"podIP": address, "phase": "Running"},
        }))?))
    }

    fn policy(spec: &Value) -> Result<Arc<NetworkPolicy>> {
        let meta = json!({"namespace": "a", "name": "p"});
        Ok(Arc::new(serde_json::from_value(json!({"metadata": meta, "spec": spec}))?))
    }

    fn namespace(name: &str) -> Result<Arc<Namespace>> {
        Ok(Arc::new(serde_json::from_value(json!({"metadata": {"name": name, "labels": {"name": name}}}))?))
    }

    /// The chains of pods, one line for each.
    fn rules(policies: &[Value]) -> Result<Vec<String>> {
        let policies: Vec<_> = policies.iter().map(policy).collect::<Result<_>>()?;
        let pods = [pod("a", "shop", "10.0.0.2")?, pod("a", "database", "10.0.0.3")?, pod("b", "shop", "10.0.0.4")?];
        let found = of(&policies, &pods, &[namespace("a")?, namespace("b")?, namespace("kube-system")?]);
        let chains = found.chains.iter().filter(|(name, _)| name.starts_with("TO-") || name.starts_with("FROM-"));
        Ok(chains.map(|(name, rules)| format!("{name}: {}", rules.join("; "))).collect())
    }

    #[test]
    fn without_a_policy_everything_is_allowed() -> Result<()> {
        assert!(rules(&[])?.is_empty());
        Ok(())
    }

    #[test]
    fn a_denial_holds_for_its_own_namespace_only() -> Result<()> {
        let found = rules(&[json!({"podSelector": {}, "policyTypes": ["Ingress"]})])?;
        assert_eq!(found, ["TO-10.0.0.2: -j KNOWN-PODS", "TO-10.0.0.3: -j KNOWN-PODS"]);
        Ok(())
    }

    #[test]
    fn ports_are_named_by_the_pod_that_is_called() -> Result<()> {
        let from = json!([{"namespaceSelector": {"matchLabels": {"name": "b"}}}]);
        let found = rules(&[json!({
            "podSelector": {"matchLabels": {"component": "shop"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": from, "ports": [{"port": "http", "protocol": "TCP"}]}],
        })])?;
        assert_eq!(found, ["TO-10.0.0.2: -s 10.0.0.4/32 -p tcp --dport 9000 -j RETURN; -j KNOWN-PODS"]);
        Ok(())
    }

    #[test]
    fn the_nodes_dns_counts_as_a_pod_of_kube_system() -> Result<()> {
        let to = json!([{"namespaceSelector": {"matchLabels": {"name": "kube-system"}}}]);
        let found = rules(&[json!({
            "podSelector": {"matchLabels": {"component": "database"}},
            "policyTypes": ["Egress"],
            "egress": [{"to": to, "ports": [{"port": 53, "protocol": "UDP"}]}],
        })])?;
        assert_eq!(found, ["FROM-10.0.0.3: -d 10.244.0.1/32 -p udp --dport 53 -j RETURN; -j REJECT"]);
        Ok(())
    }

    #[test]
    fn chains_that_are_not_needed_any_more_go() {
        let rules = Rules { chains: [(CHAIN.to_owned(), vec!["-j RETURN".to_owned()])].into() };
        let script = rules.script([CHAIN.to_owned(), "TO-10.0.0.2".to_owned()].iter());
        let wanted =
            "*filter\n:POLICIES - [0:0]\n:TO-10.0.0.2 - [0:0]\n-A POLICIES -j RETURN\n-X TO-10.0.0.2\nCOMMIT\n";
        assert_eq!(script, wanted);
    }
}
