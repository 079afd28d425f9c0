//! One function for each action. Each is safe to run twice and to be stopped in the middle; whoever
//! calls it holds the store's claim.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tracing::Instrument as _;

use super::decide::Action;
use super::failure::{ActError, chart_too_old};
use super::followed::Followed;
use super::gate::Pass;
use super::observe::{Ground, VERIFY};
use super::{CellParts, Shared, hop, values};
use crate::cluster::{self, AskedJob, ClusterError, ReleaseStatus};
use crate::domain::record::Record;
use crate::helm::{HelmError, Leave, Target, Upgrade};
use crate::telemetry;

/// Pause between two questions whether a cell has room for another run of Helm.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// What an action makes of what was known.
pub(super) enum Next {
    /// This is how it is now.
    Known(Ground),
    Ask,
    /// Nothing that was known has changed; the watch tells how it goes on.
    Wait,
}

impl Shared {
    pub(super) async fn act(
        &self,
        store: &mut Followed<'_>,
        action: &Action,
        ground: Option<&Ground>,
    ) -> Result<Next, ActError> {
        if action.changes_the_cluster() && *action != Action::MakeNamespace {
            self.claim_namespace(store).await?;
        }
        match action {
            Action::MakeNamespace => self.make_namespace(store).await,
            Action::Install => self.install(store, ground).await,
            Action::Unlock { revision } => self.unlock(store, *revision).await,
            Action::Restart { pods } => self.restart(store, pods).await,
            Action::Verify => self.verify(store, ground).await,
            Action::Uninstall => self.uninstall(store).await,
            Action::DeleteNamespace => {
                store.cell.cluster.empty_namespace(&store.record().id).await?;
                store.cell.cluster.delete_namespace(&store.record().id).await?;
                Ok(Next::Ask)
            }
            Action::Wait(_) | Action::Settle | Action::GiveUp { .. } => Ok(Next::Ask),
        }
    }

    pub(super) fn chart_name(&self, record: &Record) -> String {
        self.helm.chart_version(record.spec.engine).unwrap_or_else(|_| record.spec.engine.to_string())
    }

    /// Digest of everything the store's release is made from.
    pub(super) fn wanted_digest(&self, store: &Followed<'_>) -> String {
        let record = store.record();
        let values = values::chart(record, &store.cell.config);
        let files = store.cell.values.get(&record.spec.engine).map_or("", String::as_str);
        values::digest(&[&self.chart_name(record), files, &values.to_string()])
    }

    async fn make_namespace(&self, store: &mut Followed<'_>) -> Result<Next, ActError> {
        store.cell.cluster.make_namespace(&store.namespace()).await?;
        store.fenced = true;
        self.make_credentials(store).await?;
        Ok(Next::Known(Ground::prepared()))
    }

    /// Puts this claim's fence on the namespace, with its labels and wish, before the claim's first
    /// change: whoever held the store before can write to it no more.
    async fn claim_namespace(&self, store: &mut Followed<'_>) -> Result<(), ActError> {
        if !store.fenced {
            store.cell.cluster.claim_namespace(&store.namespace()).await?;
            store.fenced = true;
        }
        Ok(())
    }

    /// Made if missing; what exists stays as it is.
    async fn make_credentials(&self, store: &Followed<'_>) -> Result<(), ActError> {
        let record = store.record();
        let credentials = values::credentials(record.spec.engine, &record.spec.name, &self.random);
        store.cell.cluster.ensure_credentials(&record.id, &cluster::store_labels(record), &credentials).await?;
        Ok(())
    }

    /// Runs Helm; does not wait for what it starts.
    async fn install(&self, store: &Followed<'_>, ground: Option<&Ground>) -> Result<Next, ActError> {
        let record = store.record();
        if !ground.is_some_and(|g| g.prepared) {
            self.make_credentials(store).await?;
            let deployed = ground.and_then(Ground::release).filter(|r| r.status == ReleaseStatus::Deployed);
            store.cell.cluster.remove_stale_jobs(&record.id, deployed.map(|r| r.revision)).await?;
        }
        let chart_values = values::chart(record, &store.cell.config);
        let labels = BTreeMap::from([
            (values::DIGEST_LABEL.to_owned(), self.wanted_digest(store)),
            (cluster::CHART.to_owned(), self.chart_name(record)),
            (cluster::GENERATION.to_owned(), store.generation().to_string()),
        ]);
        let target = target(store);
        let upgrade = Upgrade {
            target: &target,
            engine: record.spec.engine,
            files: &store.cell.config.values,
            values: &chart_values,
            labels: &labels,
        };
        self.run_helm(store, "upgrade", self.helm.upgrade(&upgrade, &self.leave_for(store))).await?;
        Ok(Next::Ask)
    }

    /// Kubernetes makes new ones at once; the watch shows them.
    async fn restart(&self, store: &Followed<'_>, pods: &[String]) -> Result<Next, ActError> {
        tracing::info!(store.id = %store.record().id, ?pods, "ending pods that were not ready before this attempt");
        store.cell.cluster.delete_pods(&store.record().id, pods).await?;
        Ok(Next::Wait)
    }

    /// Has the test order placed again, by a Job of this wish alone.
    async fn verify(&self, store: &Followed<'_>, ground: Option<&Ground>) -> Result<Next, ActError> {
        let Some(release) = ground.and_then(Ground::release) else { return Ok(Next::Ask) };
        let ask = store.generation().to_string();
        let name = cluster::asked_job(VERIFY, release.revision, &ask);
        let job = AskedJob { component: VERIFY, name: &name, ask: &ask };
        match store.cell.cluster.ask_job(&store.record().id, job).await {
            Err(ClusterError::NotFound) => Err(ActError::Final(chart_too_old())),
            done => Ok(done.map(|()| Next::Wait)?),
        }
    }

    /// The caller holds the newest claim and the last owner's lease has ended, so no Helm runs.
    async fn unlock(&self, store: &Followed<'_>, revision: u32) -> Result<Next, ActError> {
        tracing::info!(store.id = %store.record().id, revision, "unlocking a release whose worker has died");
        store.cell.cluster.unlock_release(&store.record().id, revision).await?;
        Ok(Next::Ask)
    }

    async fn uninstall(&self, store: &Followed<'_>) -> Result<Next, ActError> {
        let target = target(store);
        self.run_helm(store, "uninstall", self.helm.uninstall(&target, &self.leave_for(store))).await?;
        Ok(Next::Ask)
    }
}

impl Shared {
    /// Runs Helm when it is the store's turn in its cell, and counts how long it took and how it went.
    async fn run_helm(
        &self,
        store: &Followed<'_>,
        verb: &'static str,
        run: impl Future<Output = Result<(), HelmError>>,
    ) -> Result<(), ActError> {
        let record = store.record();
        let _pass = tokio::select! {
            pass = self.permitted(record, store.cell) => pass,
            // Whoever is wanted differently, or elsewhere, need not wait for its turn.
            () = store.pulse.changed() => return Err(ActError::Stopped),
            () = store.pulse.lost.cancelled() => return Err(ActError::Stopped),
            () = self.draining.cancelled() => return Err(ActError::Stopped),
        };
        let (started, under_way) = (Instant::now(), self.metrics.run_helm());
        let span = hop::helm(verb);
        let result = run.instrument(span.clone()).await;
        let outcome = result.as_ref().err().map_or("ok", HelmError::kind);
        if result.is_err() {
            telemetry::went_wrong(&span, outcome);
        }
        drop((span, under_way));
        let took = started.elapsed().as_secs_f64();
        self.metrics.helm(verb, outcome, took);
        tracing::info!(store.id = %record.id, verb, outcome, duration_ms = took * 1000.0, "Helm has ended");
        if let Err(error) = self.ledger.give_back(&store.cell.config.name, &record.id).await {
            tracing::debug!(store.id = %record.id, %error, "a permit is left to end with its lease");
        }
        Ok(result?)
    }

    /// Helm that waits for a cell which is away holds up no other cell's.
    fn leave_for(&self, store: &Followed<'_>) -> Leave {
        let vital = &self.vitals[&store.cell.config.name];
        let leave = store.pulse.leave();
        if vital.shares() { leave.idle_while(vital.watch()) } else { leave }
    }

    /// Waits for the store's turn among those of this process, then for room in the cell.
    async fn permitted(&self, record: &Record, cell: &CellParts) -> Pass {
        let cell = &cell.config;
        let pass = self.gates[&cell.name].pass(&record.spec.owner).await;
        self.line.notify_one();
        // Only workers in other processes can be in the way now.
        while !matches!(self.ledger.permit(&cell.name, &record.id, cell.helm_concurrency).await, Ok(true)) {
            tokio::time::sleep(ASK_AGAIN).await;
        }
        pass
    }
}

fn target(store: &Followed<'_>) -> Target {
    let cell = &store.cell.config;
    Target {
        namespace: store.record().id.namespace(),
        kubeconfig: cell.kubeconfig.clone(),
        context: cell.context.clone(),
    }
}
