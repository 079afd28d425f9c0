//! What tests ask the cluster, past storebot.

use anyhow::{Context as _, Result};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Namespace, PersistentVolumeClaim, Pod, Secret};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, ResourceExt};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use storebot::cluster::CREDENTIALS;

use super::environment::{self, until};
use super::secrets;

pub(crate) struct TestCluster {
    pub(crate) client: Client,
    pub(super) cell: String,
}

impl TestCluster {
    pub(super) async fn connect(cell: &str) -> Result<Self> {
        let file = Kubeconfig::read_from(environment::kubeconfig())?;
        for key in file.auth_infos.iter().filter_map(|named| named.auth_info.as_ref()?.client_key_data.as_ref()) {
            secrets::note("the key of the kubeconfig", key.expose_secret());
        }
        let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
        Ok(Self { client: Client::try_from(config)?, cell: cell.to_owned() })
    }

    pub(super) fn of_this_test(&self) -> ListParams {
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

    /// Names of the Jobs in a namespace.
    pub(crate) async fn jobs(&self, namespace: &str) -> Result<Vec<String>> {
        let api: Api<Job> = Api::namespaced(self.client.clone(), namespace);
        let mut names: Vec<_> = api.list(&ListParams::default()).await?.iter().map(ResourceExt::name_any).collect();
        names.sort();
        Ok(names)
    }

    /// A store's pods of one component.
    pub(crate) async fn pods(&self, namespace: &str, component: &str) -> Result<Vec<Pod>> {
        let api: Api<Pod> = Api::namespaced(self.client.clone(), namespace);
        let params = ListParams::default().labels(&format!("app.kubernetes.io/component={component}"));
        Ok(api.list(&params).await?.items)
    }

    /// Says of a pod what a kubelet would say of one that crashes again and again.
    pub(crate) async fn crash(&self, pod: &Pod, last_words: &str) -> Result<()> {
        let (namespace, name) = (pod.namespace().unwrap_or_default(), pod.name_any());
        let end = json!({ "exitCode": 1, "reason": "Error", "message": last_words });
        let containers: Vec<Value> = pod
            .spec
            .iter()
            .flat_map(|spec| &spec.containers)
            .map(|c| {
                json!({ "name": c.name, "image": "x", "imageID": "x", "ready": false, "restartCount": 4,
                    "state": { "waiting": { "reason": "CrashLoopBackOff" } }, "lastState": { "terminated": end } })
            })
            .collect();
        let status = json!({ "status": { "phase": "Running", "containerStatuses": containers } });
        let api: Api<Pod> = Api::namespaced(self.client.clone(), &namespace);
        api.patch_status(&name, &PatchParams::default(), &Patch::Merge(status)).await?;
        Ok(())
    }

    /// Uids of what must outlive a failure: the namespace, its credentials, its claims.
    pub(crate) async fn keepsakes(&self, namespace: &str) -> Result<Vec<String>> {
        let claims: Api<PersistentVolumeClaim> = Api::namespaced(self.client.clone(), namespace);
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), namespace);
        let mut uids = vec![self.namespace(namespace).await?.uid(), secrets.get("store-credentials").await?.uid()];
        uids.extend(claims.list(&ListParams::default()).await?.iter().map(ResourceExt::uid));
        uids.into_iter().map(|uid| uid.context("an object without uid")).collect()
    }

    /// Names of the Secrets in a namespace.
    pub(crate) async fn secrets(&self, namespace: &str) -> Result<Vec<String>> {
        let api: Api<Secret> = Api::namespaced(self.client.clone(), namespace);
        Ok(api.list_metadata(&ListParams::default()).await?.iter().map(ResourceExt::name_any).collect())
    }

    /// Waits until there is a Job whose name begins like this.
    pub(crate) async fn until_there(&self, namespace: &str, job: &str) -> Result<()> {
        until(&format!("there is a Job {job}"), || async {
            Ok(self.jobs(namespace).await?.iter().any(|name| name.starts_with(job)).then_some(()))
        })
        .await
    }

    /// Waits until a component has no Jobs.
    pub(crate) async fn until_gone(&self, namespace: &str, component: &str) -> Result<()> {
        until(&format!("there is no {component} in {namespace}"), || async {
            let jobs = self.jobs(namespace).await?;
            Ok(jobs.iter().all(|name| !name.starts_with(component)).then_some(()))
        })
        .await
    }

    /// The literal value of a variable of a Job's container.
    pub(crate) async fn job_variable(&self, namespace: &str, job: &str, variable: &str) -> Result<Option<String>> {
        let api: Api<Job> = Api::namespaced(self.client.clone(), namespace);
        let pod = api.get(job).await?.spec.and_then(|s| s.template.spec).context("a Job without pods")?;
        let variables = pod.containers.into_iter().flat_map(|c| c.env.into_iter().flatten());
        Ok(variables.filter(|v| v.name == variable).find_map(|v| v.value))
    }

    /// Writes down the passwords and keys of the shops that are left.
    pub(super) async fn note_credentials(&self) -> Result<()> {
        let all: Api<Secret> = Api::all(self.client.clone());
        for secret in all.list(&self.of_this_test()).await?.into_iter().filter(|s| s.name_any() == CREDENTIALS) {
            for (key, value) in secret.data.unwrap_or_default() {
                // These two are no secrets.
                if !["admin-user", "admin-email"].contains(&key.as_str()) {
                    secrets::note(&format!("a shop's {key}"), str::from_utf8(&value.0)?);
                }
            }
        }
        Ok(())
    }

    /// Removes what a test leaves running on purpose. Does not wait.
    pub(super) async fn remove_all(&self) -> Result<()> {
        self.remove_rules().await?;
        let api: Api<Namespace> = Api::all(self.client.clone());
        for namespace in self.namespaces().await? {
            // Going already is fine.
            let _ = api.delete(&namespace, &DeleteParams::background()).await;
        }
        Ok(())
    }
}
