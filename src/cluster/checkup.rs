//! What a cell must have for stores to live on it, for the one who runs it.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use k8s_openapi::api::networking::v1::IngressClass;
use k8s_openapi::api::storage::v1::StorageClass;
use kube::Api;
use kube::api::PostParams;

use super::{Cluster, ClusterError, within};

/// Permissions asked about at once.
const AT_ONCE: usize = 8;
/// Group, resource, and what storebot or the Helm it runs does with it, in every store's namespace.
const NEEDED: [(&str, &str, &str); 18] = [
    ("", "namespaces", "get list watch create patch delete"),
    ("", "secrets", "get list create update patch delete"),
    ("", "configmaps", "get list create patch delete"),
    ("", "services", "get list create patch delete"),
    ("", "serviceaccounts", "get list create patch delete"),
    ("", "resourcequotas", "get list create patch delete"),
    ("", "limitranges", "get list create patch delete"),
    ("", "persistentvolumeclaims", "get list watch create patch delete deletecollection"),
    ("", "pods", "get list watch deletecollection"),
    ("", "events", "list"),
    ("apps", "deployments", "get list watch create patch delete"),
    ("apps", "statefulsets", "get list watch create patch delete"),
    ("batch", "jobs", "get list watch create patch delete deletecollection"),
    ("batch", "cronjobs", "get list create patch delete"),
    ("networking.k8s.io", "ingresses", "get list create patch delete"),
    ("networking.k8s.io", "networkpolicies", "get list create patch delete"),
    ("networking.k8s.io", "ingressclasses", "get"),
    ("storage.k8s.io", "storageclasses", "get"),
];

impl Cluster {
    /// The API server's version, such as `v1.36.3`.
    ///
    /// # Errors
    /// Of the call.
    pub async fn version(&self) -> Result<String, ClusterError> {
        Ok(within(self.client.apiserver_version()).await?.git_version)
    }

    /// What storebot's account may not do and has to, such as `patch namespaces`.
    ///
    /// # Errors
    /// Of the calls.
    pub async fn missing_permissions(&self) -> Result<Vec<String>, ClusterError> {
        let needed =
            NEEDED.iter().flat_map(|(group, resource, verbs)| verbs.split(' ').map(move |v| (*group, *resource, v)));
        let asked = stream::iter(needed.map(|(group, resource, verb)| async move {
            let dotted = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
            Ok((!self.may(group, resource, verb).await?).then(|| format!("{verb} {dotted}")))
        }));
        let missing: Vec<Option<String>> = asked.buffered(AT_ONCE).try_collect().await?;
        Ok(missing.into_iter().flatten().collect())
    }

    async fn may(&self, group: &str, resource: &str, verb: &str) -> Result<bool, ClusterError> {
        let attributes = ResourceAttributes {
            group: Some(group.to_owned()),
            resource: Some(resource.to_owned()),
            verb: Some(verb.to_owned()),
            ..ResourceAttributes::default()
        };
        let spec = SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            ..SelfSubjectAccessReviewSpec::default()
        };
        let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
        let api: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
        let answer = within(api.create(&PostParams::default(), &review)).await?;
        Ok(answer.status.is_some_and(|status| status.allowed))
    }

    /// # Errors
    /// Of the call.
    pub async fn has_storage_class(&self, name: &str) -> Result<bool, ClusterError> {
        let api: Api<StorageClass> = Api::all(self.client.clone());
        Ok(within(api.get_metadata_opt(name)).await?.is_some())
    }

    /// # Errors
    /// Of the call.
    pub async fn has_ingress_class(&self, name: &str) -> Result<bool, ClusterError> {
        let api: Api<IngressClass> = Api::all(self.client.clone());
        Ok(within(api.get_metadata_opt(name)).await?.is_some())
    }
}
