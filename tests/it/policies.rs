//! The chart's NetworkPolicies, read as a network would that keeps to them: what storebot needs is open, everything
//! else is closed. Whether a cluster's network does keep to them is something else, and not seen here.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::{Value, from_value};

use crate::harness::environment;

const NAMESPACE: &str = "storebot";

/// One end of a connection.
#[derive(Clone, Debug)]
enum End {
    Pod {
        namespace: String,
        labels: BTreeMap<String, String>,
        ports: BTreeMap<String, i32>,
    },
    /// No pod: a node, an API server, everybody outside.
    Address(IpAddr),
}

/// A pod of somebody else, with labels of no meaning here.
fn stranger(namespace: &str) -> End {
    End::Pod { namespace: namespace.to_owned(), labels: BTreeMap::new(), ports: BTreeMap::new() }
}

fn address(text: &str) -> End {
    End::Address(text.parse().unwrap())
}

/// What the chart makes of some values.
struct Rendered {
    policies: Vec<NetworkPolicy>,
    pods: BTreeMap<String, End>,
}

fn render(set: &[&str]) -> Rendered {
    let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/storebot");
    let values = format!("{chart}/values-local.yaml");
    let output = std::process::Command::new(environment::helm())
        .args(["template", "storebot", chart, "--namespace", NAMESPACE, "--values", &values])
        .args(set)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut rendered = Rendered { policies: Vec::new(), pods: BTreeMap::new() };
    for document in String::from_utf8(output.stdout).unwrap().split("\n---") {
        let object: Value = serde_saphyr::from_str(document).unwrap();
        match object["kind"].as_str() {
            Some("NetworkPolicy") => rendered.policies.push(from_value(object).unwrap()),
            Some("Deployment" | "StatefulSet") => {
                let template = from_value(object["spec"]["template"].clone()).unwrap();
                let (component, end) = pod(&template);
                rendered.pods.insert(component, end);
            }
            _ => {}
        }
    }
    rendered
}

/// A workload's pod, by its component.
fn pod(template: &PodTemplateSpec) -> (String, End) {
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.clone()).unwrap();
    let containers = template.spec.iter().flat_map(|spec| &spec.containers);
    let ports = containers.flat_map(|container| container.ports.iter().flatten());
    let ports = ports.map(|port| (port.name.clone().unwrap(), port.container_port)).collect();
    let component = labels["app.kubernetes.io/component"].clone();
    (component, End::Pod { namespace: NAMESPACE.to_owned(), labels, ports })
}

/// What matches nothing but labels; with anything else the chart has outgrown this reading.
fn selects(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    assert!(selector.match_expressions.is_none(), "{selector:?}");
    selector.match_labels.iter().flatten().all(|(name, value)| labels.get(name) == Some(value))
}

/// Kubernetes gives each namespace its name as a label.
fn selects_namespace(selector: &LabelSelector, name: &str) -> bool {
    selects(selector, &BTreeMap::from([("kubernetes.io/metadata.name".to_owned(), name.to_owned())]))
}

fn is_peer(peer: &NetworkPolicyPeer, end: &End) -> bool {
    match (end, &peer.ip_block) {
        (End::Address(ip), Some(block)) => {
            let contains = |network: &String| network.parse::<IpNet>().unwrap().contains(ip);
            contains(&block.cidr) && !block.except.iter().flatten().any(contains)
        }
        (End::Pod { namespace, labels, .. }, None) => {
            let there = match &peer.namespace_selector {
                Some(selector) => selects_namespace(selector, namespace),
                None => namespace == NAMESPACE,
            };
            there && peer.pod_selector.as_ref().is_none_or(|selector| selects(selector, labels))
        }
        // A block of addresses is about what is no pod.
        _ => false,
    }
}

/// A named port is the one that the pod at the other end has under that name.
fn is_port(wanted: &NetworkPolicyPort, to: &End, protocol: &str, port: i32) -> bool {
    assert!(wanted.end_port.is_none(), "{wanted:?}");
    let number = match (&wanted.port, to) {
        (None, _) => Some(port),
        (Some(IntOrString::Int(number)), _) => Some(*number),
        (Some(IntOrString::String(name)), End::Pod { ports, .. }) => ports.get(name).copied(),
        (Some(IntOrString::String(_)), End::Address(_)) => None,
    };
    number == Some(port) && wanted.protocol.as_deref().unwrap_or("TCP") == protocol
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Ingress,
    Egress,
}

/// Whether the policies let one of a pod's ways through: all, where none is about it, else what one of them names.
fn lets(policies: &[NetworkPolicy], way: Way, (from, to): (&End, &End), (protocol, port): (&str, i32)) -> bool {
    let (own, other) = if way == Way::Ingress { (to, from) } else { (from, to) };
    let End::Pod { namespace, labels, .. } = own else { return true };
    let name = if way == Way::Ingress { "Ingress" } else { "Egress" };
    let mut about = policies.iter().filter_map(|policy| policy.spec.as_ref()).filter(|spec| {
        let of_way = spec.policy_types.iter().flatten().any(|kind| kind == name);
        let selected = spec.pod_selector.as_ref().is_none_or(|selector| selects(selector, labels));
        namespace == NAMESPACE && of_way && selected
    });
    let mut about = about.by_ref().peekable();
    if about.peek().is_none() {
        return true;
    }
    about.any(|spec| {
        let ingress = spec.ingress.iter().flatten().map(|rule| (&rule.from, &rule.ports));
        let egress = spec.egress.iter().flatten().map(|rule| (&rule.to, &rule.ports));
        let rules: Vec<_> = if way == Way::Ingress { ingress.collect() } else { egress.collect() };
        rules.into_iter().any(|(peers, ports)| {
            let peers = peers.as_deref().unwrap_or_default();
            let ports = ports.as_deref().unwrap_or_default();
            (peers.is_empty() || peers.iter().any(|peer| is_peer(peer, other)))
                && (ports.is_empty() || ports.iter().any(|wanted| is_port(wanted, to, protocol, port)))
        })
    })
}

fn passes(policies: &[NetworkPolicy], ends: (&End, &End), port: (&str, i32)) -> bool {
    lets(policies, Way::Egress, ends, port) && lets(policies, Way::Ingress, ends, port)
}

/// A connection, and whether it is there.
type Line = (&'static str, End, End, (&'static str, i32), bool);

/// What storebot needs with its own Redis and with KEDA, and what nobody is to have.
fn table(pods: &BTreeMap<String, End>) -> Vec<Line> {
    let [serve, work, redis] = ["serve", "work", "redis"].map(|it| pods[it].clone());
    let end = |name: &str| pods.get(name).cloned().unwrap_or_else(|| stranger(name));
    let (discord, metadata, metadata_six) = ("162.159.128.233", "169.254.169.254", "fd00:ec2::254");
    // Somebody's pod that calls itself a door, elsewhere.
    let End::Pod { labels, ports, .. } = serve.clone() else { panic!("no pod") };
    let impostor = End::Pod { namespace: "elsewhere".to_owned(), labels: labels.clone(), ports };
    // Of the same release, and neither door, worker nor Redis.
    let mut labels = labels;
    labels.insert("app.kubernetes.io/component".to_owned(), "job".to_owned());
    let job = End::Pod { namespace: NAMESPACE.to_owned(), labels, ports: BTreeMap::new() };
    let tcp = |port| ("TCP", port);
    vec![
        ("the ingress reaches the doors", end("ingress-nginx"), serve.clone(), tcp(8080), true),
        ("and not their admin listener", end("ingress-nginx"), serve.clone(), tcp(9090), false),
        ("nor a worker", end("ingress-nginx"), work.clone(), tcp(9090), false),
        ("nor Redis", end("ingress-nginx"), redis.clone(), tcp(6379), false),
        ("Prometheus asks doors", end("monitoring"), serve.clone(), tcp(9090), true),
        ("and workers", end("monitoring"), work.clone(), tcp(9090), true),
        ("and comes through no door", end("monitoring"), serve.clone(), tcp(8080), false),
        ("KEDA asks doors", end("keda"), serve.clone(), tcp(9090), true),
        ("and no worker", end("keda"), work.clone(), tcp(9090), false),
        ("a door writes to Redis", serve.clone(), redis.clone(), tcp(6379), true),
        ("a worker does", work.clone(), redis.clone(), tcp(6379), true),
        ("a pod beside them does not", stranger(NAMESPACE), redis.clone(), tcp(6379), false),
        ("nor one that says it is a door, elsewhere", impostor.clone(), redis.clone(), tcp(6379), false),
        ("nor Prometheus", end("monitoring"), redis.clone(), tcp(6379), false),
        ("nor does a node", address("10.0.0.9"), redis.clone(), tcp(6379), false),
        ("Redis goes nowhere", redis.clone(), address(discord), tcp(443), false),
        ("not even for names", redis.clone(), end("kube-system"), ("UDP", 53), false),
        ("nor back", redis, serve.clone(), tcp(8080), false),
        ("a door asks for names", serve.clone(), end("kube-system"), ("UDP", 53), true),
        ("a worker does", work.clone(), end("kube-system"), ("UDP", 53), true),
        ("also for long answers", work.clone(), end("kube-system"), tcp(53), true),
        ("and for nothing else there", work.clone(), end("kube-system"), tcp(8080), false),
        ("a worker reaches an API server", work.clone(), address("10.0.0.5"), tcp(6443), true),
        ("by its Service as well", work.clone(), address("10.96.0.1"), tcp(443), true),
        ("and over IPv6", work.clone(), address("fd12::5"), tcp(6443), true),
        ("a door has nothing to ask there", serve.clone(), address("10.0.0.5"), tcp(6443), false),
        ("a door reaches forges and issuers", serve.clone(), address("140.82.121.6"), tcp(443), true),
        ("a worker reaches Discord", work.clone(), address(discord), tcp(443), true),
        ("and nothing that is not encrypted", work.clone(), address(discord), tcp(80), false),
        ("nobody reaches the cloud's metadata", work.clone(), address(metadata), tcp(443), false),
        ("by whichever port", serve.clone(), address(metadata), tcp(80), false),
        ("nor over IPv6", work.clone(), address(metadata_six), tcp(443), false),
        ("nobody else comes in", stranger("elsewhere"), serve.clone(), tcp(8080), false),
        ("not to the admin listener either", stranger(NAMESPACE), work.clone(), tcp(9090), false),
        ("nor from outside", address(discord), serve.clone(), tcp(8080), false),
        ("a worker goes into no shop", work.clone(), stranger("store-abc123"), tcp(9000), false),
        ("a door into no worker", serve, work, tcp(9090), false),
        ("what the release has besides goes nowhere", job.clone(), address(discord), tcp(443), false),
        ("and nobody comes to it", stranger(NAMESPACE), job, tcp(80), false),
    ]
}

const KEDA: [&str; 2] = ["--set", "keda.enabled=true"];

#[test]
fn what_storebot_needs_is_open_and_everything_else_is_closed() {
    let rendered = render(&KEDA);
    for (what, from, to, port, open) in table(&rendered.pods) {
        assert_eq!(passes(&rendered.policies, (&from, &to), port), open, "{what}: {from:?} to {to:?} at {port:?}");
    }
}

/// Each policy is there for something that the table names; and the reading sees it when one is missing.
#[test]
fn without_any_one_of_the_policies_it_would_be_otherwise() {
    let rendered = render(&KEDA);
    assert_eq!(rendered.policies.len(), 4);
    for index in 0..rendered.policies.len() {
        let mut rest = rendered.policies.clone();
        let gone = rest.remove(index);
        let changed =
            table(&rendered.pods).into_iter().any(|(_, a, b, port, open)| passes(&rest, (&a, &b), port) != open);
        assert!(changed, "{:?} changes nothing", gone.metadata.name);
    }
}

#[test]
fn who_is_not_there_gets_nothing_and_a_redis_elsewhere_is_reached() {
    let rendered = render(&[]);
    let serve = &rendered.pods["serve"];
    assert!(!passes(&rendered.policies, (&stranger("keda"), serve), ("TCP", 9090)), "there is no KEDA");

    let away = ["--set", "redis.bundled.enabled=false,redis.urlSecret.name=redis,networkPolicy.redis.port=6380"];
    let peers = r#"networkPolicy.redis.peers=[{"ipBlock":{"cidr":"10.1.2.3/32"}}]"#;
    for (set, elsewhere) in [(&away[..], true), (&[&away[..], &["--set-json", peers]].concat(), false)] {
        let rendered = render(set);
        for role in ["serve", "work"] {
            let reaches = |to: &str| passes(&rendered.policies, (&rendered.pods[role], &address(to)), ("TCP", 6380));
            assert_eq!((reaches("10.1.2.3"), reaches("10.1.2.4")), (true, elsewhere), "{role} {set:?}");
        }
    }
}
