//! A namespace goes faster when it is empty. Kubernetes looks again only half a pod's grace later, and
//! eight seconds later for anything that a finalizer holds, as every claim is while a pod uses it. So
//! pods and claims are ended first, and their end is waited for.

use std::time::Duration;

use futures::future::join_all;
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ListParams};
use kube::runtime::wait::{await_condition, conditions};

use super::{Cluster, ClusterError, within};
use crate::crash;
use crate::domain::store::StoreId;

/// What has not gone by then is left to the deletion of the namespace, which waits as long as it takes.
const PATIENCE: Duration = Duration::from_secs(15);
/// Seconds that a program gets to end. Its data goes as well, so there is nothing to bring to safety.
const GRACE: u32 = 1;

impl Cluster {
    /// Ends all pods of a store and deletes its data. Safe to repeat, and to be stopped anywhere.
    ///
    /// # Errors
    /// Of the calls; that something has not gone yet is none.
    pub async fn empty_namespace(&self, id: &StoreId) -> Result<(), ClusterError> {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &id.namespace());
        let claims: Api<PersistentVolumeClaim> = Api::namespaced(self.client.clone(), &id.namespace());
        let all = ListParams::default();
        let found = within(claims.list_metadata(&all)).await?;
        crash::point!("cluster.empty.before");
        within(claims.delete_collection(&DeleteParams::background(), &all)).await?;
        within(pods.delete_collection(&DeleteParams::default().grace_period(GRACE), &all)).await?;
        crash::point!("cluster.empty.after");
        let gone = found.items.iter().map(|claim| {
            let claims = claims.clone();
            async move {
                let uid = claim.uid().unwrap_or_default();
                await_condition(claims, &claim.name_any(), conditions::is_deleted(&uid)).await
            }
        });
        // A watch that breaks is no reason to fail: the namespace's own deletion waits for everything.
        let _ = tokio::time::timeout(PATIENCE, join_all(gone)).await;
        Ok(())
    }
}
