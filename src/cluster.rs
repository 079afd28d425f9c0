//! Speaks to one cell, which is one Kubernetes cluster: the only module that knows kube.
//!
//! Single calls (a store's namespace, its credentials, the state of its release, what went wrong)
//! each have a deadline and are never repeated in here; whoever calls decides about that. What
//! changes by itself is seen by one watch per kind and cell ([`Watched`]), however many stores there
//! are. This module must not start Helm, must not choose the next step, and must never list across
//! namespaces outside those watches.

mod asked;
mod cache;
mod checkup;
mod drift;
mod emptying;
mod error;
mod events;
#[doc(hidden)]
pub mod fuzz;
mod kept;
mod labels;
mod namespace;
mod namespaces;
mod pods;
mod proof;
mod readiness;
mod refusal;
mod release;
mod rights;
mod snapshot;
mod summary;
mod trouble;
mod watch;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, PersistentVolumeClaim, Secret};
use kube::api::{DeleteParams, ListParams, ObjectMeta, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use tokio_util::sync::CancellationToken;

use crate::config;
use crate::crash;
use crate::domain::secret::SecretText;
use crate::domain::store::StoreId;
pub use asked::AskedJob;
pub use cache::{Subscription, Watched};
pub use drift::Drift;
pub use error::ClusterError;
pub use events::Sign;
pub use kept::{Found, Remains};
pub use labels::{
    CELL, CHART, COMPONENT, ENGINE, FENCE, GENERATION, INSTANCE, MANAGED_BY, NAME, PLAN, REVISION, store_labels,
};
pub use namespace::{NamespaceSpec, NamespaceState, namespace_object};
pub use namespaces::Page;
pub use proof::proof;
pub use readiness::{Readiness, readiness};
pub use refusal::refusal;
pub use release::{Pending, ReleaseState, ReleaseStatus};
pub use snapshot::{JobOutcome, JobState, PodState, Snapshot, Terminated, Workload, asked_job, release_job};
pub use trouble::{Finding, first_trouble, job_trouble};

/// Name of the Secret with a shop's credentials, in the store's namespace.
pub const CREDENTIALS: &str = "store-credentials";
/// Name and key of the Secret with the hash of a new password, while a login Job needs it.
pub const LOGIN: &str = "store-login";
pub const LOGIN_HASH: &str = "password-hash";
/// Who storebot is to server-side apply. Helm's field manager is `helm`.
const MANAGER: &str = "storebot";
/// Longest time for one call, connecting included. kube itself would wait for ever.
const DEADLINE: Duration = Duration::from_secs(10);
/// Longest time to connect: well under the deadline, so that the reason can still be told.
const CONNECT: Duration = Duration::from_secs(5);
/// Most events read of one namespace, and most signs made of them.
const EVENTS_READ: u32 = 500;
const SIGNS_MAX: usize = 50;

/// One cell. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    name: String,
    client: Client,
    /// With other timeouts: a quiet watch is a healthy one.
    watching: Client,
    rights: rights::Rights,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Reads the cell's kubeconfig, or the service account of storebot's own pod. Asks the API
    /// server nothing, so that storebot starts while it is away; [`Cluster::ping`] asks.
    ///
    /// # Errors
    /// `Invalid` when the kubeconfig, its context or its certificates cannot be used.
    pub async fn connect(cell: &config::Cell) -> Result<Self, ClusterError> {
        let unusable =
            |error: &dyn std::fmt::Display| ClusterError::Invalid { message: format!("cell {}: {error}", cell.name) };
        let mut config = match &cell.kubeconfig {
            Some(path) => {
                let file = Kubeconfig::read_from(path).map_err(|error| unusable(&error))?;
                let proxied = file.clusters.iter().any(|c| c.cluster.as_ref().is_some_and(|c| c.proxy_url.is_some()));
                let options = KubeConfigOptions { context: cell.context.clone(), ..Default::default() };
                let loaded = Config::from_custom_kubeconfig(file, &options).await;
                let mut config = loaded.map_err(|error| unusable(&error))?;
                if !proxied {
                    // kube also takes HTTPS_PROXY, without NO_PROXY, and then fails: it is built
                    // without proxies. A proxy that the kubeconfig itself names still says so.
                    config.proxy_url = None;
                }
                config
            }
            None => Config::incluster().map_err(|error| unusable(&error))?,
        };
        config.connect_timeout = Some(CONNECT);
        // By default kube repeats POSTs for minutes; a repeated create then answers 409.
        config.default_retry = false;
        let mut watching = config.clone();
        watching.read_timeout = Some(watch::SILENCE);
        watching.reset_reader_on_write = true;
        let client = Client::try_from(config).map_err(|error| unusable(&error))?;
        let watching = Client::try_from(watching).map_err(|error| unusable(&error))?;
        let rights = rights::Rights::new(cell.tenant_role.clone());
        Ok(Self { name: cell.name.clone(), client, watching, rights })
    }

    /// Whether the API server is there and says it is ready.
    ///
    /// # Errors
    /// `Unreachable`, `TimedOut`, `Forbidden`.
    pub async fn ping(&self) -> Result<(), ClusterError> {
        let request = kube::core::Request::new("/readyz").list(&ListParams::default());
        let request = request.map_err(|error| ClusterError::Invalid { message: error.to_string() })?;
        within(self.client.request_text(request)).await.map(drop)
    }

    /// Writes a shop's credentials if there are none. What is there is never overwritten: the
    /// shop's database was made with it.
    ///
    /// # Errors
    /// Of the call; that they exist is a success.
    pub async fn ensure_credentials(
        &self,
        id: &StoreId,
        labels: &BTreeMap<String, String>,
        data: &BTreeMap<String, SecretText>,
    ) -> Result<(), ClusterError> {
        let metadata =
            ObjectMeta { name: Some(CREDENTIALS.to_owned()), labels: Some(labels.clone()), ..ObjectMeta::default() };
        let data = data.iter().map(|(key, value)| (key.clone(), value.expose().to_owned())).collect();
        let secret = Secret { metadata, string_data: Some(data), ..Secret::default() };
        crash::point!("cluster.credentials.before");
        match within(self.secrets(id).create(&PostParams::default(), &secret)).await {
            Ok(_) | Err(ClusterError::Exists) => {}
            Err(error) => return Err(error),
        }
        crash::point!("cluster.credentials.after");
        Ok(())
    }

    /// The newest revision of the store's release, from the labels of Helm's Secrets; their
    /// contents are not transferred.
    ///
    /// # Errors
    /// Of the call; that there is none is an answer.
    pub async fn release(&self, id: &StoreId) -> Result<Option<ReleaseState>, ClusterError> {
        let secrets = self.secrets(id);
        let params = ListParams::default().labels(release::SELECTOR);
        let found = within(secrets.list_metadata(&params)).await?;
        Ok(release::newest(found.items.into_iter().map(|secret| secret.metadata)))
    }

    /// Turns a revision that a dead Helm left pending (or half uninstalled) into a failed one, which
    /// the next upgrade takes over without deleting anything. A revision that is gone or in any
    /// other state is left alone. The revision cannot be written any more: should that Helm not be
    /// dead after all but asleep, Kubernetes refuses what it says when it wakes up.
    ///
    /// The caller holds the store's fence and knows that no Helm of the former holder runs.
    ///
    /// # Errors
    /// `Conflict` when the Secret changed meanwhile: somebody is alive after all. `Invalid` when it
    /// cannot be read.
    pub async fn unlock_release(&self, id: &StoreId, revision: u32) -> Result<(), ClusterError> {
        let secrets = self.secrets(id);
        let name = release::secret_name(revision);
        let Some(found) = within(secrets.get_opt(&name)).await? else { return Ok(()) };
        let Some(unlocked) = release::unlocked(found)? else { return Ok(()) };
        crash::point!("cluster.unlock.before");
        within(secrets.replace(&name, &PostParams::default(), &unlocked)).await?;
        crash::point!("cluster.unlock.after");
        Ok(())
    }

    /// Removes the Jobs of revisions other than `deployed`. Helm leaves those of a failed upgrade
    /// for good, since it compares with the last revision that was deployed.
    ///
    /// # Errors
    /// Of the calls.
    pub async fn remove_stale_jobs(&self, id: &StoreId, deployed: Option<u32>) -> Result<(), ClusterError> {
        let jobs: Api<Job> = Api::namespaced(self.client.clone(), &id.namespace());
        let others = match deployed {
            Some(revision) => format!("{REVISION},{REVISION}!={revision}"),
            None => REVISION.to_owned(),
        };
        let params = ListParams::default().labels(&others);
        crash::point!("cluster.stale-jobs.before");
        within(jobs.delete_collection(&DeleteParams::background(), &params)).await?;
        crash::point!("cluster.stale-jobs.after");
        Ok(())
    }

    /// Warnings of the store's namespace that were last given at or after `since`, newest first, and then
    /// its volumes that are not there yet. What an earlier attempt ran into stays in the cluster for an hour:
    /// give the time this one began.
    ///
    /// # Errors
    /// Of the calls.
    pub async fn trouble(&self, id: &StoreId, since: Timestamp) -> Result<Vec<Sign>, ClusterError> {
        let events: Api<Event> = Api::namespaced(self.client.clone(), &id.namespace());
        let claims: Api<PersistentVolumeClaim> = Api::namespaced(self.client.clone(), &id.namespace());
        let params = ListParams::default().fields("type=Warning").limit(EVENTS_READ);
        let (all, claims) = (ListParams::default(), &claims);
        let (events, claims) = tokio::try_join!(within(events.list(&params)), within(claims.list(&all)))?;
        let mut signs = events::signs(events.items, since, SIGNS_MAX);
        signs.extend(claims.iter().filter_map(events::unbound));
        Ok(signs)
    }

    /// Starts watching the cell: the caches, and the future that keeps them fresh until `stop` is
    /// cancelled. It survives any absence of the API server; until it runs, nothing is seen.
    pub fn watch(&self, stop: CancellationToken) -> (Watched, impl Future<Output = ()> + Send + use<>) {
        let watched = Watched::default();
        let running = watch::run(self.watching.clone(), self.name.clone(), watched.clone());
        (watched, async move {
            stop.run_until_cancelled_owned(running).await;
        })
    }

    fn secrets(&self, id: &StoreId) -> Api<Secret> {
        Api::namespaced(self.client.clone(), &id.namespace())
    }
}

async fn within<T>(call: impl Future<Output = kube::Result<T>>) -> Result<T, ClusterError> {
    match tokio::time::timeout(DEADLINE, call).await {
        Ok(result) => result.map_err(|error| ClusterError::of(&error)),
        Err(_) => Err(ClusterError::TimedOut),
    }
}
