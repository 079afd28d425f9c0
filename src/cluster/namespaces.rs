//! Stores' namespaces: made, claimed, kept up to date, listed, deleted.
//!
//! Every write carries the worker's fence, and cannot overtake a newer one: a namespace is either made,
//! which only one worker can do, or written over as it was read, by its resource version. So the fence
//! on a namespace only ever grows, and a worker that was asleep finds the one that outdates it.

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};

use super::kept::{self, Found};
use super::labels::{CELL, MANAGED_BY, label};
use super::namespace::{self, NamespaceSpec, NamespaceState, namespace_object};
use super::{Cluster, ClusterError, MANAGER, ReleaseState, within};
use crate::crash;
use crate::domain::store::StoreId;

/// Namespaces read in one call: some hundred kilobytes.
const PAGE: u32 = 250;
/// Others write a namespace, too (its controller, a person's label): then it is read and written again.
const TRIES: usize = 5;

/// Some of a cell's namespaces, and where to go on.
#[derive(Debug)]
pub struct Page {
    pub items: Vec<Found>,
    pub next: Option<String>,
}

impl Cluster {
    /// A store's namespace.
    ///
    /// # Errors
    /// Of the call; that there is none is an answer.
    pub async fn namespace(&self, id: &StoreId) -> Result<NamespaceState, ClusterError> {
        let found = within(self.namespaces().get_opt(&id.namespace())).await?;
        Ok(namespace::state(found.as_ref()))
    }

    /// A store's namespace and the newest revision of its release. Where this account has no rights in the
    /// namespace yet, it gives itself those it may: whoever made it died right after, it was made with another
    /// account, or somebody took them away.
    ///
    /// # Errors
    /// Of the calls; that there is nothing is an answer.
    pub async fn ground(&self, id: &StoreId) -> Result<(NamespaceState, Option<ReleaseState>), ClusterError> {
        let namespace = self.namespace(id).await?;
        if !matches!(namespace, NamespaceState::Active { .. }) {
            // Rights in it go with it, and what is left of a release is nobody's concern.
            return Ok((namespace, None));
        }
        let release = match self.release(id).await {
            Err(error) if self.may_enter() && error.lacks_rights() => {
                self.enter(id).await?;
                self.release(id).await?
            }
            found => found?,
        };
        Ok((namespace, release))
    }

    /// Makes the namespace, or claims the one that is there, and gives this account its rights in it: nothing
    /// else is done in there before. Whoever dies in between leaves a namespace that the next look enters.
    ///
    /// # Errors
    /// As [`Cluster::claim_namespace`] and [`Cluster::enter`].
    pub async fn make_namespace(&self, spec: &NamespaceSpec<'_>) -> Result<(), ClusterError> {
        let params = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        crash::point!("cluster.namespace.before");
        match within(self.namespaces().create(&params, &namespace_object(spec)?)).await {
            Ok(_) => {
                crash::point!("cluster.namespace.after");
                self.enter(&spec.record.id).await
            }
            Err(ClusterError::Exists) => {
                self.claim_namespace(spec).await?;
                self.enter(&spec.record.id).await
            }
            Err(error) => Err(error),
        }
    }

    /// Writes labels, wish and fence over a namespace that is there. From then on no worker with an
    /// older fence can write to it.
    ///
    /// # Errors
    /// `NotFound`; `Terminating` while it is going away; `Outrun` when it carries a newer fence: this
    /// worker has lost the store; `Ahead` when it tells of a newer wish: the ledger came from a backup.
    pub async fn claim_namespace(&self, spec: &NamespaceSpec<'_>) -> Result<(), ClusterError> {
        self.write_namespace(spec, |_, _| false).await
    }

    /// Writes how the wish ended to a namespace that does not say so yet.
    ///
    /// # Errors
    /// As [`Cluster::claim_namespace`].
    pub async fn keep_end(&self, spec: &NamespaceSpec<'_>) -> Result<(), ClusterError> {
        self.write_namespace(spec, namespace::says_the_same).await
    }

    /// Writes unless what is there, and what was to be there, are such that it `may_stay`.
    async fn write_namespace(
        &self,
        spec: &NamespaceSpec<'_>,
        may_stay: fn(&Namespace, &Namespace) -> bool,
    ) -> Result<(), ClusterError> {
        let name = spec.record.id.namespace();
        let mut wanted = namespace_object(spec)?;
        let params = PatchParams::apply(MANAGER).force().validation_strict();
        let mut tries = 0;
        loop {
            tries += 1;
            let found = within(self.namespaces().get_opt(&name)).await?.ok_or(ClusterError::NotFound)?;
            namespace::may_write(&found, spec)?;
            if may_stay(&found, &wanted) {
                return Ok(());
            }
            // Nobody writes between this look and the write.
            wanted.metadata.resource_version = found.metadata.resource_version;
            match within(self.namespaces().patch(&name, &params, &Patch::Apply(&wanted))).await {
                Err(ClusterError::Conflict { .. }) if tries < TRIES => {}
                done => return done.map(drop),
            }
        }
    }

    /// Some namespaces of the cell's stores, with what they say of their records; in order of their
    /// names. Begins again behind `from`.
    ///
    /// # Errors
    /// Of the call; `Expired` when the list has grown too old to go on: begin again.
    pub async fn stores(&self, from: Option<&str>) -> Result<Page, ClusterError> {
        let mut params = ListParams::default().labels(&format!("{CELL}={}", self.name)).limit(PAGE);
        params.continue_token = from.map(str::to_owned);
        let found = within(self.namespaces().list_metadata(&params)).await?;
        let next = found.metadata.continue_.filter(|token| !token.is_empty());
        Ok(Page { items: found.items.iter().map(|item| kept::read(&item.metadata)).collect(), next })
    }

    /// One namespace as [`Cluster::stores`] would show it; `None` when it is not one of this cell's stores,
    /// made by storebot.
    ///
    /// # Errors
    /// Of the call; that there is none is an answer.
    pub async fn found(&self, namespace: &str) -> Result<Option<Found>, ClusterError> {
        let found = within(self.namespaces().get_metadata_opt(namespace)).await?;
        let ours = [(CELL, self.name.as_str()), (MANAGED_BY, MANAGER)];
        let found = found.filter(|f| ours.iter().all(|(key, value)| label(&f.metadata, key) == Some(*value)));
        Ok(found.map(|f| kept::read(&f.metadata)))
    }

    /// Starts the deletion of the namespace and of everything in it. It is gone when
    /// [`Cluster::namespace`] says `Absent`; finalizers are waited for and never removed.
    ///
    /// # Errors
    /// Of the call; that there is none is a success.
    pub async fn delete_namespace(&self, id: &StoreId) -> Result<(), ClusterError> {
        crash::point!("cluster.delete-namespace.before");
        match within(self.namespaces().delete(&id.namespace(), &DeleteParams::background())).await {
            // Kubernetes answers 409 to the deletion of a namespace that is going already.
            Ok(_) | Err(ClusterError::NotFound | ClusterError::Terminating | ClusterError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        crash::point!("cluster.delete-namespace.after");
        Ok(())
    }

    fn namespaces(&self) -> Api<Namespace> {
        Api::all(self.client.clone())
    }
}
