//! A real Kubernetes control plane on loopback: etcd, the API server, the controllers and the
//! scheduler. With simulated nodes KWOK is in place of kubelets: admission, quotas, RBAC and
//! controllers are real, and no container ever runs. A real node is in `node`.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpStream;

use crate::api::Api;
use crate::furnish;
use crate::layout::{Layout, private_dir, write_private};
use crate::node::network;
use crate::nodes::Nodes;
use crate::pki::Pki;
use crate::ports::PortBook;
use crate::process::{Services, Spec};

/// Generous: four cold binaries of 100 MB on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);

/// Name of the API server among the children.
pub const APISERVER: &str = "kube-apiserver";

/// Outside of everything a local machine is likely to route.
const SERVICE_RANGE: &str = "10.250.0.0/16";

#[derive(Clone, Copy, Debug)]
struct Ports {
    etcd: u16,
    etcd_peer: u16,
    apiserver: u16,
    controllers: u16,
    scheduler: u16,
    kwok: u16,
    ingress: u16,
}

/// One control plane, whose data lies in `dir`.
pub struct ControlPlane {
    dir: PathBuf,
    layout: Layout,
    nodes: Nodes,
    ports: Ports,
    pki: Pki,
    api: Api,
}

impl ControlPlane {
    /// Prepares certificates, ports and the kubeconfig.
    pub fn prepare(layout: &Layout, dir: &Path, nodes: Nodes) -> Result<Self> {
        private_dir(dir)?;
        let mut book = PortBook::open(dir);
        let ports = Ports {
            etcd: book.take("etcd")?,
            etcd_peer: book.take("etcd-peer")?,
            apiserver: book.take("apiserver")?,
            controllers: book.take("controllers")?,
            scheduler: book.take("scheduler")?,
            kwok: book.take("kwok")?,
            ingress: book.take("ingress")?,
        };
        book.save()?;
        let pki = Pki::ensure(&dir.join("pki"))?;
        let server = format!("https://127.0.0.1:{}", ports.apiserver);
        let api = Api::new(&pki, &server)?;
        let plane = Self { dir: dir.to_path_buf(), layout: layout.clone(), nodes, ports, pki, api };
        write_private(&plane.kubeconfig(), plane.pki.kubeconfig(&server)?.as_bytes())?;
        Ok(plane)
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.dir.join("kubeconfig")
    }

    /// The certificates.
    pub fn pki(&self) -> &Pki {
        &self.pki
    }

    /// Port of the API server.
    pub fn port(&self) -> u16 {
        self.ports.apiserver
    }

    /// Port of the ingress of a real node; nobody listens there without one.
    pub fn ingress_port(&self) -> u16 {
        self.ports.ingress
    }

    /// Starts everything and waits until pods can be created.
    pub async fn start(&self, services: &mut Services) -> Result<()> {
        self.start_servers(services).await?;
        services.wait_for("the local Kubernetes", START_LIMIT, || self.is_ready()).await
    }

    /// Starts everything that is not a real node's, and fills in the first objects.
    pub async fn start_servers(&self, services: &mut Services) -> Result<()> {
        services.start(&self.etcd())?;
        let etcd = self.ports.etcd;
        let listens = || async move { TcpStream::connect((Ipv4Addr::LOCALHOST, etcd)).await.is_ok() };
        services.wait_for("etcd", START_LIMIT, listens).await?;
        self.start_apiserver(services)?;
        let ready = || self.api.is_ok("/readyz");
        services.wait_for("the API server", START_LIMIT, ready).await?;
        for spec in [self.controllers(), self.scheduler()] {
            services.start(&spec)?;
        }
        if self.nodes == Nodes::Simulated {
            services.start(&self.kwok()?)?;
        }
        furnish::furnish(&self.api, self.nodes).await.context("the local Kubernetes refuses its first objects")
    }

    /// Starts the API server alone, for a run that has killed it ([`Services::crash`]). Does not wait.
    pub fn start_apiserver(&self, services: &mut Services) -> Result<()> {
        services.start(&self.apiserver())
    }

    /// Whether pods can be created, placed and run.
    pub async fn is_ready(&self) -> bool {
        let controllers = format!("https://127.0.0.1:{}/healthz", self.ports.controllers);
        let scheduler = format!("https://127.0.0.1:{}/readyz", self.ports.scheduler);
        let kwok = format!("http://127.0.0.1:{}/healthz", self.ports.kwok);
        self.api.is_ok(&controllers).await
            && self.api.is_ok(&scheduler).await
            && (self.nodes == Nodes::Real || self.api.is_ok(&kwok).await)
            && furnish::is_furnished(&self.api, self.nodes).await
    }

    fn spec(&self, name: &str, layer: u8) -> Spec {
        Spec::new(name, &self.layout.tool(name), layer)
    }

    fn etcd(&self) -> Spec {
        let client = format!("http://127.0.0.1:{}", self.ports.etcd);
        let peer = format!("http://127.0.0.1:{}", self.ports.etcd_peer);
        self.spec("etcd", 0).args([
            format!("--data-dir={}", self.dir.join("etcd").display()),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            // Survives the end of any process; only a crash of the machine can hurt it.
            "--unsafe-no-fsync".to_owned(),
            "--log-level=warn".to_owned(),
        ])
    }

    fn apiserver(&self) -> Spec {
        let file = |path: PathBuf| path.display().to_string();
        // Simulated pods ask nobody. Real ones find it by the Service `kubernetes`, at the node's address; all of the
        // node is in a network of its own, so that nobody else comes to it.
        let (bind, advertised, reconciler) = match self.nodes {
            Nodes::Simulated => (Ipv4Addr::LOCALHOST, Ipv4Addr::LOCALHOST, "none"),
            Nodes::Real => (Ipv4Addr::UNSPECIFIED, network::ADDRESS, "lease"),
        };
        self.spec(APISERVER, 1).args([
            format!("--etcd-servers=http://127.0.0.1:{}", self.ports.etcd),
            format!("--secure-port={}", self.ports.apiserver),
            format!("--bind-address={bind}"),
            format!("--advertise-address={advertised}"),
            format!("--endpoint-reconciler-type={reconciler}"),
            format!("--service-cluster-ip-range={SERVICE_RANGE}"),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-key-file={}", file(self.pki.accounts_public())),
            format!("--service-account-signing-key-file={}", file(self.pki.accounts_key())),
            format!("--client-ca-file={}", file(self.pki.ca())),
            format!("--tls-cert-file={}", file(self.pki.server_cert())),
            format!("--tls-private-key-file={}", file(self.pki.server_key())),
            "--authorization-mode=RBAC".to_owned(),
            // Logs and commands in pods go through the kubelet; simulated nodes have none.
            format!("--kubelet-client-certificate={}", file(self.pki.admin_cert())),
            format!("--kubelet-client-key={}", file(self.pki.admin_key())),
            // Its name is known to no DNS.
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            "--max-requests-inflight=2000".to_owned(),
            "--max-mutating-requests-inflight=1000".to_owned(),
        ])
    }

    /// What the two clients of the API server have in common.
    fn client(&self, name: &str, port: u16) -> Spec {
        self.spec(name, 2).args([
            format!("--kubeconfig={}", self.kubeconfig().display()),
            "--leader-elect=false".to_owned(),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            format!("--tls-cert-file={}", self.pki.server_cert().display()),
            format!("--tls-private-key-file={}", self.pki.server_key().display()),
            "--kube-api-qps=500".to_owned(),
            "--kube-api-burst=1000".to_owned(),
        ])
    }

    fn controllers(&self) -> Spec {
        let kinds = [
            "deployment",
            "replicaset",
            "statefulset",
            "job",
            "endpoint",
            "service-endpoint",
            "namespace",
            "serviceaccount-token",
            "resource-quota",
            "gc",
        ];
        self.client("kube-controller-manager", self.ports.controllers)
            .args([
                format!("--service-account-private-key-file={}", self.pki.accounts_key().display()),
                format!("--root-ca-file={}", self.pki.ca().display()),
                "--use-service-account-credentials=false".to_owned(),
                // A busy machine may be late with the simulated leases; that must not evict.
                "--node-monitor-grace-period=10m".to_owned(),
            ])
            .args(kinds.map(|kind| format!("--concurrent-{kind}-syncs=20")))
    }

    fn scheduler(&self) -> Spec {
        self.client("kube-scheduler", self.ports.scheduler)
    }

    fn kwok(&self) -> Result<Spec> {
        let stages = self.layout.stages();
        let entries = std::fs::read_dir(&stages).with_context(|| format!("{} cannot be read", stages.display()))?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
        files.sort();
        let spec = self.spec("kwok", 2).args([
            format!("--kubeconfig={}", self.kubeconfig().display()),
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake".to_owned(),
            "--node-lease-duration-seconds=40".to_owned(),
            // Otherwise a line for every change of every pod.
            "--v=WARN".to_owned(),
            format!("--server-address=127.0.0.1:{}", self.ports.kwok),
        ]);
        Ok(spec.args(files.into_iter().map(|file| format!("--config={}", file.display()))))
    }
}
