//! As much of a Kubernetes client as starting one needs: is a path there, create this.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Certificate, Client, Identity, StatusCode};
use serde_json::Value;

use crate::pki::Pki;

/// A call to loopback that takes longer will not come back.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The API server, as its administrator.
#[derive(Clone, Debug)]
pub struct Api {
    client: Client,
    base: String,
}

impl Api {
    /// A client for the server at `base`.
    pub fn new(pki: &Pki, base: &str) -> Result<Self> {
        let (identity, ca) = pki.admin_pem()?;
        let client = Client::builder()
            .use_rustls_tls()
            .tls_built_in_root_certs(false)
            .add_root_certificate(Certificate::from_pem(&ca).context("the CA is unreadable")?)
            .identity(Identity::from_pem(&identity).context("the client certificate is unreadable")?)
            // A proxy of the environment is for the outer world.
            .no_proxy()
            .timeout(TIMEOUT)
            .build()
            .context("no HTTP client")?;
        Ok(Self { client, base: base.to_owned() })
    }

    /// Whether a GET answers 2xx. `path` may also be a whole URL.
    pub async fn is_ok(&self, path: &str) -> bool {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.into() };
        match self.client.get(url).send().await {
            Ok(answer) => answer.status().is_success(),
            Err(_) => false,
        }
    }

    /// The object at `path`, if it can be had.
    pub async fn get(&self, path: &str) -> Option<Value> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await.ok()?;
        serde_json::from_slice(&answer.error_for_status().ok()?.bytes().await.ok()?).ok()
    }

    /// Creates an object; that it is there already is fine.
    pub async fn create(&self, path: &str, object: &Value) -> Result<()> {
        let request = self.client.post(format!("{}{path}", self.base)).json(object);
        let answer = request.send().await.with_context(|| format!("POST {path} failed"))?;
        let status = answer.status();
        if status.is_success() || status == StatusCode::CONFLICT {
            return Ok(());
        }
        bail!("POST {path} answered {status}: {}", answer.text().await.unwrap_or_default())
    }
}
