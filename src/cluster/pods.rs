//! A store's pods: ended so that fresh ones are tried at once.

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams};

use super::{Cluster, ClusterError, within};
use crate::domain::store::StoreId;

impl Cluster {
    /// Ends these pods with the grace they ask for; their workloads make new ones. No data goes with
    /// a pod: it is on claims.
    ///
    /// # Errors
    /// Of the calls; that one is gone already is a success.
    pub async fn delete_pods(&self, id: &StoreId, names: &[String]) -> Result<(), ClusterError> {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &id.namespace());
        let deletions = names.iter().map(|name| {
            let pods = pods.clone();
            async move {
                match within(pods.delete(name, &DeleteParams::default())).await {
                    Ok(_) | Err(ClusterError::NotFound) => Ok(()),
                    Err(error) => Err(error),
                }
            }
        });
        try_join_all(deletions).await.map(drop)
    }
}
