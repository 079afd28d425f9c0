//! What tests ask the cluster, past storebot.

use anyhow::{Context as _, Result};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{Api, DeleteParams, ListParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, ResourceExt};

use super::environment;

pub(crate) struct TestCluster {
    pub(crate) client: Client,
    cell: String,
}

impl TestCluster {
    pub(super) async fn connect(cell: &str) -> Result<Self> {
        let file = Kubeconfig::read_from(environment::kubeconfig())?;
        let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
        Ok(Self { client: Client::try_from(config)?, cell: cell.to_owned() })
    }

    fn of_this_test(&self) -> ListParams {
        ListParams::default().labels(&format!("storebot.dev/cell={}", self.cell))
    }

    /// Namespaces of this test's stores.
    pub(crate) async fn namespaces(&self) -> Result<Vec<String>> {
        let api: Api<Namespace> = Api::all(self.client.clone());
        Ok(api.list(&self.of_this_test()).await?.iter().map(ResourceExt::name_any).collect())
    }

    pub(crate) async fn namespace(&self, name: &str) -> Result<Namespace> {
        Ok(Api::all(self.client.clone()).get(name).await?)
    }

    /// Helm's revisions of a store: revision and status, oldest first.
    pub(crate) async fn revisions(&self, namespace: &str) -> Result<Vec<(u32, String)>> {
        let api: Api<Secret> = Api::namespaced(self.client.clone(), namespace);
        let list = api.list_metadata(&ListParams::default().labels("owner=helm,name=store")).await?;
        let read = |secret: &kube::core::PartialObjectMeta<Secret>| {
            let label = |name: &str| secret.labels().get(name).cloned().context("a release without labels");
            Ok((label("version")?.parse()?, label("status")?))
        };
        let mut revisions = list.iter().map(read).collect::<Result<Vec<(u32, String)>>>()?;
        revisions.sort();
        Ok(revisions)
    }

    /// Removes what a test leaves running on purpose. Does not wait.
    pub(super) async fn remove_all(&self) -> Result<()> {
        let api: Api<Namespace> = Api::all(self.client.clone());
        for namespace in self.namespaces().await? {
            // Going already is fine.
            let _ = api.delete(&namespace, &DeleteParams::background()).await;
        }
        Ok(())
    }
}
