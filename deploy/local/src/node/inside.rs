//! The life of the node's first process: it makes the machine the node is, starts everything
//! on it, and ends it in order.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use kube::Client;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use sha2::{Digest, Sha256};

use super::cgroups::Cgroup;
use super::doors::{self, Doors};
use super::place::{Place, StoreLock, forget};
use super::{
    amnesia, containerd, dns, images, ingress, kube_proxy, kubelet, namespaces, network, policies, reaper, volumes,
};
use crate::control_plane::ControlPlane;
use crate::nodes::Nodes;
use crate::process::Services;
use crate::signals::Signals;

/// Above the control plane: pods end before what they run on, and the kubelet before them, or
/// it would start them again.
const CONTAINERD_LAYER: u8 = 3;
const NETWORK_LAYER: u8 = 4;
const KUBELET_LAYER: u8 = 5;
/// Generous: cold binaries on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Runs until it is told to stop or a part dies.
pub async fn run(place: &Place) -> Result<u8> {
    let mut signals = Signals::listen()?;
    place.make()?;
    forget(&place.ready_file())?;
    let _lock = StoreLock::take(place)?;
    let plane = ControlPlane::prepare(&place.layout, &place.data, Nodes::Real)?;
    let doors = Doors::open(plane.port(), plane.ingress_port())?;
    let cgroup = Cgroup::enter(&name(place))?;
    namespaces::leave_network()?;
    namespaces::mount_places(place)?;
    network::up()?;
    let mut services = Services::new(&place.logs)?;
    let outcome = tokio::select! {
        died = live(place, &plane, &cgroup, doors, &mut services) => died,
        _ = signals.next() => Ok(()),
    };
    let _ = forget(&place.ready_file());
    stop(services).await;
    if cgroup.leave() {
        namespaces::remove_places();
    }
    outcome.map(|()| 0)
}

/// Of the same cluster always the same, of another one another.
fn name(place: &Place) -> String {
    hex::encode(&Sha256::digest(place.data.display().to_string())[..6])
}

async fn stop(mut services: Services) {
    services.stop_from(KUBELET_LAYER).await;
    reaper::end_containers().await;
    services.stop().await;
    // What is left now are shims and programs that do not listen.
    reaper::kill_all().await;
}

/// Comes back only with the error that ends the node.
async fn live(
    place: &Place,
    plane: &ControlPlane,
    cgroup: &Cgroup,
    doors: Doors,
    services: &mut Services,
) -> Result<()> {
    let client = client(plane).await?;
    let serving = async {
        tokio::select! {
            ended = ingress::serve(client.clone(), doors.ingress) => ended,
            ended = volumes::serve(client.clone(), place.data.join("volumes")) => ended,
            ended = policies::enforce(client.clone()) => ended,
            () = doors::forward(doors.api, plane.port()) => Ok(()),
            () = reaper::bury_shims() => Ok(()),
        }
    };
    let working = async {
        start_machine(place, plane, services).await?;
        amnesia::forget_readiness(&client).await?;
        services.start(&kubelet::spec(place, plane, cgroup, KUBELET_LAYER)?)?;
        become_ready(plane, services).await?;
        fs::write(place.ready_file(), b"").context("the end of the start cannot be told")?;
        services.watch().await
    };
    tokio::select! {
        ended = serving => ended.context("a part of the node ended"),
        ended = working => ended,
    }
}

/// Everything but the kubelet, which brings the pods.
async fn start_machine(place: &Place, plane: &ControlPlane, services: &mut Services) -> Result<()> {
    services.start(&containerd::spec(place, CONTAINERD_LAYER)?)?;
    services.wait_for("containerd", START_LIMIT, containerd::is_ready).await?;
    // Told outside as lines of this process's log.
    let say = |line: &str| println!("{line}");
    tokio::try_join!(plane.start_servers(services), images::import(place, say))?;
    services.start(&dns::spec(place, plane, NETWORK_LAYER)?)?;
    services.start(&kube_proxy::spec(place, plane, NETWORK_LAYER))
}

async fn become_ready(plane: &ControlPlane, services: &mut Services) -> Result<()> {
    let client = Arc::new(plain_client()?);
    let ready = || {
        let client = Arc::clone(&client);
        async move { plane.is_ready().await && is_ok(&client, DNS_READY).await && is_ok(&client, PROXY_READY).await }
    };
    services.wait_for("the real node", START_LIMIT, ready).await
}

/// CoreDNS says so when it knows all Services, kube-proxy when its first rules are in place.
const DNS_READY: &str = "http://127.0.0.1:8181/ready";
const PROXY_READY: &str = "http://127.0.0.1:10256/livez";

fn plain_client() -> Result<reqwest::Client> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build();
    client.context("no HTTP client")
}

async fn is_ok(client: &reqwest::Client, url: &str) -> bool {
    client.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
}

/// Watches of the API server, as its administrator.
async fn client(plane: &ControlPlane) -> Result<Client> {
    // Two libraries of cryptography are built in, and TLS wants to be told which.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let file = Kubeconfig::read_from(plane.kubeconfig()).context("the node's kubeconfig cannot be read")?;
    let options = KubeConfigOptions::default();
    let mut config = Config::from_custom_kubeconfig(file, &options).await.context("the kubeconfig is unusable")?;
    // A proxy of the environment is for the outer world.
    config.proxy_url = None;
    Client::try_from(config).context("no client of the API server")
}
