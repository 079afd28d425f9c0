//! The account that storebot's own chart makes, with exactly its rights: what the storebot of every test is to
//! the cluster. Whatever a test has it do, it does without being an administrator.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kube::Client;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::process::Command;
use tokio::sync::OnceCell;

use super::environment::{self, until};
use super::kubernetes::{Kubernetes, kubeconfig_through};
use super::secrets;

/// Where the chart is installed, and as what.
pub(crate) const NAMESPACE: &str = "storebot-tests";
pub(crate) const RELEASE: &str = "storebot";
/// What the chart calls things in a release of that name.
pub(crate) const ACCOUNT: &str = "storebot-work";
pub(crate) const TENANT_ROLE: &str = "storebot-tenant";
/// Longer than any run.
const TOKEN_SECONDS: i64 = 4 * 3600;

/// Kubeconfig of the account in the shared cluster. The chart is installed there when the first test asks.
pub(crate) async fn kubeconfig() -> Result<&'static str> {
    static FILE: OnceCell<String> = OnceCell::const_new();
    let file = FILE.get_or_try_init(|| async {
        let admin = environment::kubeconfig();
        // Beside the administrator's: it goes with the cluster.
        let file = Path::new(&admin).with_file_name("storebot-work.kubeconfig");
        let cluster = Kubernetes::read(&admin)?;
        let token = install(&admin).await?;
        kubeconfig_through(&cluster.authority, &cluster.ca, &token, &file)?;
        anyhow::Ok(file.to_str().context("path")?.to_owned())
    });
    Ok(file.await?)
}

/// A client with the account's rights.
pub(crate) async fn client() -> Result<Client> {
    client_of(kubeconfig().await?).await
}

async fn client_of(file: &str) -> Result<Client> {
    let file = Kubeconfig::read_from(file)?;
    let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}

/// Installs the account with its rights and its policy, and waits until the policy counts. Gives its token.
pub(crate) async fn install(admin: &str) -> Result<String> {
    helm(admin, &["upgrade", "--install", RELEASE, CHART, "--create-namespace", "--set", "rightsOnly=true"]).await?;
    let cluster = Kubernetes::read(admin)?;
    let accounts: Api<ServiceAccount> = Api::namespaced(cluster.client().await?, NAMESPACE);
    let spec = TokenRequestSpec { expiration_seconds: Some(TOKEN_SECONDS), ..TokenRequestSpec::default() };
    let request = TokenRequest { spec, ..TokenRequest::default() };
    let given = accounts.create_token_request(ACCOUNT, &PostParams::default(), &request).await?;
    let token = given.status.map(|s| s.token).context("no token was given")?;
    secrets::note("the token of storebot's account", &token);
    until_kept(&cluster, &token).await?;
    Ok(token)
}

/// An API server learns of roles and policies a moment after it has taken them.
async fn until_kept(cluster: &Kubernetes, token: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("kubeconfig");
    kubeconfig_through(&cluster.authority, &cluster.ca, token, &file)?;
    let namespaces: Api<Namespace> = Api::all(client_of(file.to_str().context("path")?).await?);
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

pub(crate) const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/storebot");

/// Runs Helm in the chart's namespace as an administrator does.
pub(crate) async fn helm(kubeconfig: &str, args: &[&str]) -> Result<String> {
    let home = tempfile::tempdir()?;
    let mut command = Command::new(environment::helm());
    command.args(args).args(["--namespace", NAMESPACE, "--kubeconfig", kubeconfig]);
    for folder in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(folder, home.path());
    }
    let ran = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
    ensure!(ran.status.success(), "helm {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    match String::from_utf8(ran.stdout) {
        Ok(text) => Ok(text),
        Err(error) => bail!("helm prints no text: {error}"),
    }
}
