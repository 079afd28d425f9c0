//! Certificates: the proxy's own towards clients, and the CA that it trusts upstream.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use storebot_local::pki::Pki;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What a proxy needs to stand between a client and a server that speak TLS.
pub(crate) struct Tls {
    pki: Pki,
    /// PEM of the upstream's CA.
    upstream_ca: Vec<u8>,
}

/// Both ends of a proxy.
pub(super) struct Ends {
    pub(super) accept: TlsAcceptor,
    pub(super) connect: TlsConnector,
    pub(super) name: ServerName<'static>,
}

impl Tls {
    /// Makes certificates in a folder.
    pub(crate) fn new(folder: &Path, upstream_ca: Vec<u8>) -> Result<Self> {
        Ok(Self { pki: Pki::ensure(folder)?, upstream_ca })
    }

    /// PEM of the CA that clients have to trust.
    pub(crate) fn ca(&self) -> Result<Vec<u8>> {
        Ok(std::fs::read(self.pki.ca())?)
    }

    pub(super) fn ends(&self) -> Result<Ends> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let chain = CertificateDer::pem_file_iter(self.pki.server_cert())?.collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_file(self.pki.server_key())?;
        // No ALPN: everybody falls back to HTTP/1.1, which is what the proxy speaks.
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_slice(&self.upstream_ca).context("the upstream's CA is no PEM")?;
        roots.add(ca)?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Ends {
            accept: TlsAcceptor::from(Arc::new(server)),
            connect: TlsConnector::from(Arc::new(client)),
            name: ServerName::try_from("127.0.0.1")?,
        })
    }
}
