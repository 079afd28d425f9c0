//! The cluster as the bench sees it, past storebot: a watch of its own, and namespaces for Helm by
//! hand.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::TryStreamExt as _;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::api::{Api, DeleteParams, ListParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Client, ResourceExt as _};
use rand::Rng as _;
use storebot::cluster::{COMPONENT, Cluster, NamespaceSpec, store_labels};
use storebot::domain::actor::ActorId;
use storebot::domain::plan::Plan;
use storebot::domain::quota::Size;
use storebot::domain::record::{Desired, Observed, Record, Spec, Task, Want};
use storebot::domain::store::{StoreId, StoreName};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::bot::{Setup, variable};
use crate::floor::ENGINE;

/// Longest wait for one store, and for all namespaces to go.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);
/// How often something that cannot be waited for is asked.
pub(crate) const ASK: Duration = Duration::from_millis(100);
/// Label of a Job's pods.
const JOB: &str = "batch.kubernetes.io/job-name";
/// The Jobs of a store: setup and verify.
const JOBS: usize = 2;

/// When each pod of a workload got ready and each Job's pod had succeeded, by namespace and name.
type Seen = BTreeMap<String, BTreeMap<String, Timestamp>>;

pub(crate) struct TestCluster {
    client: Client,
    cell: String,
    bot: Cluster,
    seen: watch::Receiver<Seen>,
    watching: JoinHandle<()>,
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

impl TestCluster {
    pub(crate) async fn connect(setup: &Setup) -> Result<Self> {
        let file = Kubeconfig::read_from(variable("KUBECONFIG")?)?;
        let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
        let client = Client::try_from(config)?;
        let (sender, seen) = watch::channel(Seen::new());
        let selector = format!("storebot.dev/cell={}", setup.prefix);
        let watching = tokio::spawn(follow(Api::all(client.clone()), selector, sender));
        let bot = Cluster::connect(&setup.config.cells[0]).await?;
        Ok(Self { client, cell: setup.prefix.clone(), bot, seen, watching })
    }

    /// When the last pod of a store got ready or its last Job's pod had succeeded, as the watch saw it.
    pub(crate) async fn until_done(&self, namespace: &str) -> Result<Timestamp> {
        let enough = ENGINE.workloads().len() + JOBS;
        let mut seen = self.seen.clone();
        let done = async {
            let seen = seen.wait_for(|all| all.get(namespace).is_some_and(|one| one.len() >= enough)).await?;
            seen.get(namespace).and_then(|one| one.values().max().copied()).context("nothing was seen")
        };
        tokio::time::timeout(PATIENCE, done).await.with_context(|| format!("{namespace} does not get ready"))?
    }

    /// A namespace with credentials, as storebot makes it before it starts Helm.
    pub(crate) async fn prepare(&self, setup: &Setup, name: &str) -> Result<Record> {
        let record = record(setup, name)?;
        self.bot.make_namespace(&NamespaceSpec { record: &record, fence: 1 }).await?;
        let keys = ["database-password", "database-root-password", "admin-password", "admin-user", "admin-email"];
        let data = keys.iter().map(|key| ((*key).to_owned(), "bench".to_owned().into())).collect();
        self.bot.ensure_credentials(&record.id, &store_labels(&record), &data).await?;
        Ok(record)
    }

    /// Runs a measurement and removes what it left in the cluster and in Redis, also when it failed.
    /// The processes it started have ended by then.
    pub(crate) async fn tidy<T>(&self, setup: &Setup, measuring: impl Future<Output = Result<T>>) -> Result<T> {
        let cleared = async {
            let result = measuring.await;
            let cleared = self.clear().await;
            result.and_then(|value| cleared.map(|()| value))
        };
        setup.tidy(cleared).await
    }

    /// What the API server tells of itself, for Prometheus.
    pub(crate) async fn metrics(&self) -> Result<String> {
        let request = kube::core::Request::new("/metrics").list(&ListParams::default())?;
        Ok(self.client.request_text(request).await?)
    }

    /// Deletes all namespaces of the cell and waits until they are gone.
    async fn clear(&self) -> Result<()> {
        let api: Api<Namespace> = Api::all(self.client.clone());
        let ours = ListParams::default().labels(&format!("storebot.dev/cell={}", self.cell));
        let mut asked = BTreeSet::new();
        let began = std::time::Instant::now();
        loop {
            let left: Vec<String> = api.list_metadata(&ours).await?.iter().map(kube::ResourceExt::name_any).collect();
            if left.is_empty() {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "namespaces do not go: {left:?}");
            for name in left {
                if asked.insert(name.clone()) {
                    api.delete(&name, &DeleteParams::background()).await?;
                }
            }
            tokio::time::sleep(ASK).await;
        }
    }
}

async fn follow(api: Api<Pod>, labels: String, seen: watch::Sender<Seen>) {
    let mut events = std::pin::pin!(watcher(api, watcher::Config::default().labels(&labels)));
    loop {
        match events.try_next().await {
            Ok(Some(Event::Apply(object) | Event::InitApply(object))) if is_done(&object) => {
                let now = Timestamp::now();
                let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
                seen.send_modify(|all| {
                    all.entry(namespace).or_default().entry(name).or_insert(now);
                });
            }
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(error) => eprintln!("the bench's watch goes on after: {error}"),
        }
    }
}

/// Ready, or of a Job and succeeded: the Job itself says so up to a second later.
fn is_done(pod: &Pod) -> bool {
    if pod.labels().contains_key(JOB) {
        return pod.status.iter().any(|status| status.phase.as_deref() == Some("Succeeded"));
    }
    let component = pod.labels().get(COMPONENT).map(String::as_str).unwrap_or_default();
    let conditions = pod.status.iter().flat_map(|s| s.conditions.iter().flatten());
    ENGINE.workloads().contains(&component) && conditions.into_iter().any(|c| c.type_ == "Ready" && c.status == "True")
}

fn record(setup: &Setup, name: &str) -> Result<Record> {
    let cell = &setup.config.cells[0];
    let spec = Spec {
        name: StoreName::parse(name).map_err(|e| anyhow::anyhow!("{e}"))?,
        engine: ENGINE,
        plan: Plan::Small,
        title: name.to_owned(),
        currency: None,
        country: None,
        owner: ActorId::new("api:bench"),
        cell: cell.name.clone(),
        host: cell.host(name),
        url: cell.url(name),
        created_at: Timestamp::now(),
        expires_at: None,
        org: None,
        size: Size::default(),
    };
    let desired = Desired::new(1, Want::Present, Task::Install);
    let id = StoreId::from_bits(rand::rng().random());
    Ok(Record { id, spec, desired, observed: Observed::default(), version: 1, trail: Default::default() })
}
