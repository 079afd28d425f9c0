//! The account that storebot's own chart makes, with exactly its rights: what the storebot of every test is to
//! the cluster. Whatever a test has it do, it does without being an administrator.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kube::Client;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::process::Command;
use tokio::sync::OnceCell;

use super::environment::until;
use super::kubernetes::{Kubernetes, kubeconfig_through};
use super::{environment, secrets};

/// What the chart calls its role in a release of the usual name.
pub(crate) const TENANT_ROLE: &str = "storebot-tenant";
/// Longer than any run.
const TOKEN_SECONDS: i64 = 4 * 3600;
const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/storebot");

/// One release of the chart.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// An administrator's kubeconfig.
    pub(crate) admin: PathBuf,
    pub(crate) helm: PathBuf,
    pub(crate) namespace: &'static str,
    /// Begins with `storebot`, so that it is the first part of all names.
    pub(crate) release: &'static str,
}

/// Kubeconfig of the account in the shared cluster. The chart is installed there when the first test asks.
pub(crate) async fn kubeconfig() -> Result<&'static str> {
    static FILE: OnceCell<String> = OnceCell::const_new();
    let file = FILE.get_or_try_init(|| async {
        let chart = shared();
        chart.install(&["--set", "rightsOnly=true"]).await?;
        // Beside the administrator's: it goes with the cluster.
        let file = chart.admin.with_file_name("storebot-work.kubeconfig");
        chart.write_kubeconfig(&file).await?;
        anyhow::Ok(file.to_str().context("path")?.to_owned())
    });
    Ok(file.await?)
}

/// A token of it, for whoever is behind a proxy.
pub(crate) async fn token() -> Result<String> {
    kubeconfig().await?;
    shared().token().await
}

fn shared() -> Chart {
    Chart::shared("storebot-tests", "storebot")
}

/// A client with the rights of a kubeconfig.
pub(crate) async fn client(file: &str) -> Result<Client> {
    let file = Kubeconfig::read_from(file)?;
    let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}

impl Chart {
    /// In the cluster that all tests share.
    pub(crate) fn shared(namespace: &'static str, release: &'static str) -> Self {
        Self { admin: environment::kubeconfig().into(), helm: environment::helm().into(), namespace, release }
    }

    /// Who the workers' account is to the cluster.
    pub(crate) fn account(&self) -> String {
        format!("{}-work", self.release)
    }

    pub(crate) async fn install(&self, args: &[&str]) -> Result<()> {
        self.helm(&[&["upgrade", "--install", self.release, CHART, "--create-namespace"], args].concat()).await
    }

    /// Runs Helm in the chart's namespace, as an administrator does.
    pub(crate) async fn helm(&self, args: &[&str]) -> Result<()> {
        let home = tempfile::tempdir()?;
        let mut command = Command::new(&self.helm);
        command.args(args).args(["--namespace", self.namespace, "--kubeconfig"]).arg(&self.admin);
        for folder in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            command.env(folder, home.path());
        }
        let ran = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
        ensure!(ran.status.success(), "helm {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        Ok(())
    }

    /// A kubeconfig with a fresh token of the account, once its policy counts.
    pub(crate) async fn write_kubeconfig(&self, file: &Path) -> Result<()> {
        let cluster = self.cluster()?;
        let token = self.token().await?;
        kubeconfig_through(&cluster.authority, &cluster.ca, &token, file)?;
        until_kept(client(file.to_str().context("path")?).await?).await
    }

    /// A token of the account.
    pub(crate) async fn token(&self) -> Result<String> {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.cluster()?.client().await?, self.namespace);
        let spec = TokenRequestSpec { expiration_seconds: Some(TOKEN_SECONDS), ..TokenRequestSpec::default() };
        let request = TokenRequest { spec, ..TokenRequest::default() };
        let given = accounts.create_token_request(&self.account(), &PostParams::default(), &request).await?;
        let token = given.status.map(|s| s.token).context("no token was given")?;
        secrets::note("the token of storebot's account", &token);
        Ok(token)
    }

    fn cluster(&self) -> Result<Kubernetes> {
        Kubernetes::read(self.admin.to_str().context("path")?)
    }
}

/// An API server learns of roles and policies a moment after it has taken them.
async fn until_kept(account: Client) -> Result<()> {
    let namespaces: Api<Namespace> = Api::all(account);
    let metadata = ObjectMeta { name: Some("not-a-store".to_owned()), ..ObjectMeta::default() };
    let foreign = Namespace { metadata, ..Namespace::default() };
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    until("storebot's account is kept to its stores", || async {
        match namespaces.create(&dry, &foreign).await {
            Err(kube::Error::Api(refused)) if refused.message.contains("ValidatingAdmissionPolicy") => Ok(Some(())),
            // Its roles do not count yet, or the policy does not.
            Err(kube::Error::Api(refused)) if refused.code == 403 => Ok(None),
            Ok(_) => Ok(None),
            Err(error) => Err(error.into()),
        }
    })
    .await
}
