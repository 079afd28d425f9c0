//! A cluster by way of its kubeconfig, and how to reach it through a proxy: with a token instead of a
//! client certificate, since a proxy that ends TLS cannot show one that it does not have.

use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::Client;
use kube::config::{KubeConfigOptions, Kubeconfig};

pub(crate) struct Kubernetes {
    config: Kubeconfig,
    /// Host and port of the API server.
    pub(crate) authority: String,
    /// PEM of its CA.
    pub(crate) ca: Vec<u8>,
}

impl Kubernetes {
    /// Only kubeconfigs as `storebot-local` writes them: one cluster, everything inline.
    pub(crate) fn read(path: &str) -> Result<Self> {
        let config = Kubeconfig::read_from(path)?;
        let cluster = config.clusters.first().and_then(|c| c.cluster.as_ref()).context("no cluster")?;
        let server = url::Url::parse(cluster.server.as_deref().context("no server")?)?;
        let host = server.host_str().context("no host")?;
        let authority = format!("{host}:{}", server.port_or_known_default().context("no port")?);
        let ca = STANDARD.decode(cluster.certificate_authority_data.as_deref().context("no CA")?)?;
        Ok(Self { authority, ca, config })
    }

    pub(crate) async fn client(&self) -> Result<Client> {
        let config = kube::Config::from_custom_kubeconfig(self.config.clone(), &KubeConfigOptions::default()).await?;
        Ok(Client::try_from(config)?)
    }
}

/// A kubeconfig for a bot or Helm behind a proxy.
pub(crate) fn kubeconfig_through(address: &dyn std::fmt::Display, ca: &[u8], token: &str, file: &Path) -> Result<()> {
    let ca = STANDARD.encode(ca);
    let text = format!(
        "apiVersion: v1
kind: Config
current-context: proxied
contexts:
- name: proxied
  context: {{cluster: proxied, user: proxied}}
clusters:
- name: proxied
  cluster:
    server: https://{address}
    certificate-authority-data: {ca}
users:
- name: proxied
  user:
    token: {token}
"
    );
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}
