//! What is there: asks Helm's release record and the cluster, and names a state.

use std::time::Duration;

use jiff::Timestamp;

use super::Shared;
use super::decide::State;
use super::followed::Followed;
use super::values;
use crate::cluster::{
    self, ClusterError, Finding, JobOutcome, JobState, NamespaceState, Readiness, ReleaseState, ReleaseStatus, Snapshot,
};
use crate::domain::engine::Engine;
use crate::domain::record::{StepName, Trouble};

/// Workloads that are not ready after this long are asked about; sooner it would only cost requests.
const CURIOUS_AFTER: Duration = Duration::from_secs(3);

/// What only the API server can tell. Holds until this worker changes something or time passes,
/// since nobody else changes a store whose claim we have.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    namespace: NamespaceState,
    release: Option<ReleaseState>,
    /// Namespace and credentials were made in this claim: they need not be applied again.
    pub(super) prepared: bool,
}

impl Ground {
    pub(super) fn nothing() -> Self {
        Self { namespace: NamespaceState::Absent, release: None, prepared: false }
    }

    /// A namespace just made.
    pub(super) fn prepared() -> Self {
        Self { namespace: NamespaceState::Active { fence: None }, release: None, prepared: true }
    }

    /// The namespace is there to stay.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.namespace, NamespaceState::Active { .. })
    }

    pub(super) fn release(&self) -> Option<&ReleaseState> {
        self.release.as_ref()
    }
}

/// What a deployed release is held against.
struct Wanted<'a> {
    engine: Engine,
    /// Digest of chart and values.
    digest: &'a str,
    simulated: bool,
}

impl Shared {
    pub(super) async fn observe(
        &self,
        store: &Followed<'_>,
        ground: &mut Option<Ground>,
    ) -> Result<State, ClusterError> {
        let record = store.record();
        let (id, cluster) = (&record.id, &store.cell.cluster);
        let current = match ground {
            Some(current) => current,
            none => {
                let (namespace, release) = tokio::try_join!(cluster.namespace(id), cluster.release(id))?;
                none.insert(Ground { namespace, release, prepared: false })
            }
        };
        let snapshot = store.cell.watched.store(id);
        let digest = self.wanted_digest(store);
        let simulated = store.cell.config.simulated;
        let wanted = Wanted { engine: record.spec.engine, digest: &digest, simulated };
        let mut state = name(current, &snapshot, &wanted);
        if let State::NotReady { trouble: None, waiting } = &state
            && self.is_curious(store)
        {
            let since = store.observed.begun_at.unwrap_or(record.spec.created_at);
            let signs = cluster.trouble(id, since).await?;
            let revision = current.release.as_ref().map_or(0, |r| r.revision);
            if let Some(found) = cluster::first_trouble(&snapshot, &signs, revision) {
                state = troubled(waiting.clone(), found);
            }
        }
        Ok(state)
    }

    fn is_curious(&self, store: &Followed<'_>) -> bool {
        let step = store.observed.step(StepName::Workloads);
        let since = step.and_then(|s| s.started_at);
        since.is_some_and(|at| Timestamp::now().duration_since(at).unsigned_abs() >= CURIOUS_AFTER)
    }
}

/// Names the state: pure.
fn name(ground: &Ground, snapshot: &Snapshot, wanted: &Wanted<'_>) -> State {
    match &ground.namespace {
        NamespaceState::Absent => return State::Absent,
        NamespaceState::Terminating { remaining, .. } => return State::Leaving { remaining: remaining.clone() },
        NamespaceState::Active { .. } => {}
    }
    let Some(release) = &ground.release else { return State::Bare };
    let revision = release.revision;
    match release.status {
        status if status.is_locked() => State::Locked { revision },
        ReleaseStatus::Deployed if release.labels.get(values::DIGEST_LABEL).is_some_and(|d| d == wanted.digest) => {
            running(snapshot, revision, wanted)
        }
        ReleaseStatus::Deployed => State::Outdated { revision },
        _ => State::Broken { revision },
    }
}

/// A deployed release: how far has the shop come?
fn running(snapshot: &Snapshot, revision: u32, wanted: &Wanted<'_>) -> State {
    let setup = snapshot.job("setup", revision);
    let verify = snapshot.job("verify", revision);
    for job in [setup, verify].into_iter().flatten() {
        if let JobOutcome::Failed { .. } = job.outcome {
            let found = cluster::first_trouble(snapshot, &[], revision).filter(|f| f.terminal);
            return State::Failed { trouble: found.map_or_else(|| job_failed(&job.component), |f| f.trouble) };
        }
    }
    if let Readiness::Waiting(waiting) = cluster::readiness(snapshot, wanted.engine.workloads(), revision) {
        return match cluster::first_trouble(snapshot, &[], revision) {
            Some(found) => troubled(waiting, found),
            None => State::NotReady { waiting, trouble: None },
        };
    }
    let ended = |job: Option<&JobState>| job.is_some_and(|j| j.outcome == JobOutcome::Succeeded);
    if !ended(setup) {
        return State::Unset;
    }
    if !ended(verify) {
        return State::Unverified;
    }
    match cluster::proof(snapshot, revision) {
        Some(proof) if !wanted.simulated => State::Proven { proof: Some(proof) },
        // Whatever a simulated node may print, there was no shop.
        _ if wanted.simulated => State::Proven { proof: None },
        _ => State::Failed {
            trouble: Trouble {
                reason: "no-proof".to_owned(),
                message: "the test order ended without saying which order it placed".to_owned(),
            },
        },
    }
}

fn troubled(waiting: Vec<String>, found: Finding) -> State {
    if found.terminal {
        State::Failed { trouble: found.trouble }
    } else {
        State::NotReady { waiting, trouble: Some(found.trouble) }
    }
}

fn job_failed(component: &str) -> Trouble {
    let (reason, message) = match component {
        "setup" => ("setup-failed", "setting up the shop failed"),
        _ => ("verify-failed", "the test order could not be placed"),
    };
    Trouble { reason: reason.to_owned(), message: message.to_owned() }
}
