//! The second control plane, in `target/cells`, and the proxy in front of it.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use kube::Client;
use storebot_local::control_plane::ControlPlane;
use storebot_local::layout::{Layout, private_dir};
use storebot_local::nodes::{self, Nodes};
use storebot_local::process::Services;
use storebot_local::progress::Progress;

use crate::harness::{Kubernetes, Proxy};

/// The second cluster as a bot sees it.
pub(super) struct Far {
    pub(super) proxy: Proxy,
    /// By way of the proxy.
    pub(super) kubeconfig: String,
    /// Past it.
    pub(super) client: Client,
}

/// The processes under it.
pub(super) struct Machines {
    services: Services,
    folder: std::path::PathBuf,
}

pub(super) async fn start() -> Result<(Far, Machines)> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let layout = Layout::find()?;
    nodes::ensure(&layout, Nodes::Simulated, Progress::start())?;
    let folder = layout.root().join("target/cells");
    // Of an earlier run; there may have been none.
    let _ = std::fs::remove_dir_all(&folder);
    private_dir(&folder)?;
    let mut services = Services::new(&folder.join("services"))?;
    let plane = ControlPlane::prepare(&layout, &folder.join("kubernetes"), Nodes::Simulated)?;
    plane.start(&mut services).await?;
    let path = plane.kubeconfig();
    let direct = path.to_str().context("path")?;
    let client = Kubernetes::read(direct)?.client().await?;
    let server = SocketAddr::from(([127, 0, 0, 1], plane.port()));
    let proxy = Proxy::start(&server.to_string()).await?;
    let text = std::fs::read_to_string(direct)?.replace(&server.to_string(), &proxy.address.to_string());
    let through = folder.join("kubeconfig");
    std::fs::write(&through, text)?;
    let kubeconfig = through.to_str().context("path")?.to_owned();
    Ok((Far { proxy, kubeconfig, client }, Machines { services, folder }))
}

impl Machines {
    pub(super) async fn stop(self) {
        self.services.stop().await;
        // What is large and says nothing afterwards; what cannot be removed is by the next run.
        let _ = std::fs::remove_dir_all(self.folder.join("kubernetes"));
    }
}
