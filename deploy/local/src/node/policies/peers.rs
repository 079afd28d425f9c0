//! Who can be meant by a policy: pods with an address, and blocks of addresses.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::networking::v1::IPBlock;
use kube::ResourceExt;

use crate::node::network;

/// A pod, as far as a policy is concerned.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its address.
    pub address: Ipv4Addr,
    /// Its named ports: protocol and name.
    pub ports: BTreeMap<(String, String), i32>,
}

impl Peer {
    /// A pod that has an address and still runs.
    pub fn of(pod: &Pod) -> Option<Self> {
        let (spec, status) = (pod.spec.as_ref()?, pod.status.as_ref()?);
        if spec.host_network == Some(true) || matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) {
            return None;
        }
        let ports = spec.containers.iter().flat_map(|container| container.ports.iter().flatten());
        let named = ports.filter_map(|port| {
            let protocol = port.protocol.as_deref().unwrap_or("TCP").to_owned();
            Some(((protocol, port.name.clone()?), port.container_port))
        });
        Some(Self {
            namespace: pod.namespace()?,
            labels: pod.labels().clone(),
            address: status.pod_ip.as_ref()?.parse().ok()?,
            ports: named.collect(),
        })
    }

    /// The cluster's DNS is a pod of `kube-system` everywhere else, and policies name it so.
    pub fn dns() -> Self {
        Self {
            namespace: "kube-system".to_owned(),
            labels: [("k8s-app".to_owned(), "kube-dns".to_owned())].into(),
            address: network::ADDRESS,
            ports: BTreeMap::new(),
        }
    }
}

/// A block of addresses: the first one, and the length of what all have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    first: u32,
    length: u32,
}

impl Cidr {
    /// Every address.
    pub const ALL: Self = Self { first: 0, length: 0 };

    /// One address.
    pub fn one(address: Ipv4Addr) -> Self {
        Self { first: address.into(), length: 32 }
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length = length.parse().ok().filter(|length| *length <= 32)?;
        let address: u32 = address.parse::<Ipv4Addr>().ok()?.into();
        Some(Self { first: address & mask(length), length })
    }

    fn contains(self, other: Self) -> bool {
        self.length <= other.length && other.first & mask(self.length) == self.first
    }

    /// What is left of the block without another one: halves that do not meet it.
    fn without(self, other: Self) -> Vec<Self> {
        if other.contains(self) {
            return Vec::new();
        }
        if !self.contains(other) {
            return vec![self];
        }
        let length = self.length + 1;
        let halves = [self.first, self.first | (1 << (32 - length))];
        halves.into_iter().flat_map(|first| Self { first, length }.without(other)).collect()
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.length)
    }
}

fn mask(length: u32) -> u32 {
    u32::MAX.checked_shl(32 - length).unwrap_or(0)
}

/// The addresses of a policy's block, without its exceptions. The node has no IPv6.
pub fn block(block: &IPBlock) -> Vec<Cidr> {
    let exceptions = block.except.iter().flatten().filter_map(|text| Cidr::parse(text));
    let whole: Vec<Cidr> = Cidr::parse(&block.cidr).into_iter().collect();
    exceptions.fold(whole, |rest, hole| rest.into_iter().flat_map(|part| part.without(hole)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_leave_holes() {
        let shown = |cidr: &str, except: &[&str]| {
            let except = Some(except.iter().map(|text| (*text).to_owned()).collect());
            let found = block(&IPBlock { cidr: cidr.to_owned(), except });
            found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("10.0.0.0/8", &[]), "10.0.0.0/8");
        assert_eq!(shown("10.0.0.0/30", &["10.0.0.1/32"]), "10.0.0.0/32 10.0.0.2/31");
        assert_eq!(shown("0.0.0.0/0", &["0.0.0.0/0"]), "");
        assert_eq!(shown("fd00::/8", &[]), "");
    }
}
