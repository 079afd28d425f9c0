//! A cluster by way of its kubeconfig, and how to reach it through a proxy: with a token instead of a
//! client certificate, since a proxy that ends TLS cannot show one that it does not have.

use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleRef, Subject};
use kube::Client;
use kube::api::{Api, ObjectMeta, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};

/// Longer than any run.
const TOKEN_SECONDS: i64 = 4 * 3600;
const NAMESPACE: &str = "kube-system";

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

    /// A token of a service account that may do everything; the account is made where it is not there.
    pub(crate) async fn token(&self, account: &str) -> Result<String> {
        let client = self.client().await?;
        let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), NAMESPACE);
        let ours = PatchParams::apply("storebot-tests");
        let metadata = ObjectMeta { name: Some(account.to_owned()), ..ObjectMeta::default() };
        let wanted = ServiceAccount { metadata: metadata.clone(), ..ServiceAccount::default() };
        accounts.patch(account, &ours, &Patch::Apply(wanted)).await?;
        let subject = Subject {
            kind: "ServiceAccount".to_owned(),
            name: account.to_owned(),
            namespace: Some(NAMESPACE.to_owned()),
            ..Subject::default()
        };
        let role_ref = RoleRef {
            api_group: "rbac.authorization.k8s.io".to_owned(),
            kind: "ClusterRole".to_owned(),
            name: "cluster-admin".to_owned(),
        };
        let binding = ClusterRoleBinding { metadata, role_ref, subjects: Some(vec![subject]) };
        Api::<ClusterRoleBinding>::all(client).patch(account, &ours, &Patch::Apply(binding)).await?;
        let spec = TokenRequestSpec { expiration_seconds: Some(TOKEN_SECONDS), ..TokenRequestSpec::default() };
        let request = TokenRequest { spec, ..TokenRequest::default() };
        let given = accounts.create_token_request(account, &PostParams::default(), &request).await?;
        given.status.map(|s| s.token).context("no token was given")
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
