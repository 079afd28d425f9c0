//! What is there: asks Helm's release record and the cluster, and names a state.

use std::time::Duration;

use jiff::Timestamp;

use super::Shared;
use super::decide::State;
use super::followed::Followed;
use super::values;
use crate::cluster::{
    self, ClusterError, Finding, JobOutcome, NamespaceState, PodState, Readiness, ReleaseState, ReleaseStatus, Snapshot,
};
use crate::domain::engine::Engine;
use crate::domain::record::{Observed, Proof, Reason, StepName, Task, Trouble, Want};

/// The component that places the test order.
pub(super) const VERIFY: &str = "verify";
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
        Self { namespace: NamespaceState::Active { fence: None, generation: None }, release: None, prepared: true }
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
    want: Want,
    /// It was installed once.
    made: bool,
    task: Task,
    /// Of the wish, as the label of a release has it.
    generation: &'a str,
    /// Digest of chart and values.
    digest: &'a str,
    simulated: bool,
    /// The proof of a shop that nothing has been done to since it was ready.
    kept: Option<Option<&'a Proof>>,
}

impl Wanted<'_> {
    /// The Job whose test order counts for this wish.
    fn verify_job(&self, revision: u32) -> String {
        match self.task {
            Task::Install | Task::Reinstall => cluster::release_job(VERIFY, revision),
            Task::Verify => cluster::asked_job(VERIFY, revision, self.generation),
        }
    }
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
                let (namespace, release) = cluster.ground(id).await?;
                none.insert(Ground { namespace, release, prepared: false })
            }
        };
        let snapshot = store.cell.watched.store(id);
        let digest = self.wanted_digest(store);
        let simulated = store.cell.config.simulated;
        let wanted = Wanted {
            engine: record.spec.engine,
            want: record.desired.want,
            made: record.observed.release.is_some(),
            task: record.desired.task,
            generation: &store.generation().to_string(),
            digest: &digest,
            simulated,
            kept: kept(&store.observed, simulated),
        };
        let mut state = name(current, &snapshot, &wanted);
        if let State::NotReady { trouble: None, waiting } = &state
            && self.is_curious(store)
        {
            let since = store.observed.begun_at.unwrap_or(record.spec.created_at);
            let signs = cluster.trouble(id, since).await?;
            let revision = current.release.as_ref().map_or(0, |r| r.revision);
            if let Some(found) = cluster::first_trouble(&snapshot, &signs, revision, &wanted.verify_job(revision)) {
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

/// What a shop that nothing has been done to was ready by: its proof, or that its nodes are simulated.
fn kept(observed: &Observed, simulated: bool) -> Option<Option<&Proof>> {
    let proof = observed.proof.as_ref();
    (observed.untouched && (simulated || proof.is_some())).then_some(proof)
}

/// Names the state: pure.
fn name(ground: &Ground, snapshot: &Snapshot, wanted: &Wanted<'_>) -> State {
    let sleeps = wanted.want == Want::Asleep;
    // Making anew what is not there is an upgrade's business.
    let looks_only = wanted.task == Task::Verify && !sleeps;
    let keeps_only = looks_only || (sleeps && wanted.made);
    match &ground.namespace {
        NamespaceState::Absent if keeps_only => return not_installed(),
        NamespaceState::Absent => return State::Absent,
        NamespaceState::Terminating { held_by } => return State::Leaving { held_by: held_by.clone() },
        NamespaceState::Active { .. } => {}
    }
    let Some(release) = &ground.release else {
        return if keeps_only { not_installed() } else { State::Bare };
    };
    let revision = release.revision;
    let deployed = release.status == ReleaseStatus::Deployed;
    if looks_only {
        return if deployed { running(snapshot, release, wanted) } else { not_installed() };
    }
    let is_wanted = release.labels.get(values::DIGEST_LABEL).is_some_and(|d| d == wanted.digest);
    let for_this_wish = release.labels.get(cluster::GENERATION).is_some_and(|g| g == wanted.generation);
    match release.status {
        status if status.is_locked() => State::Locked { revision },
        ReleaseStatus::Deployed if !is_wanted => State::Outdated { revision },
        ReleaseStatus::Deployed if wanted.task == Task::Reinstall && !for_this_wish => State::Outdated { revision },
        ReleaseStatus::Deployed if sleeps => falling_asleep(snapshot, revision, wanted.engine),
        ReleaseStatus::Deployed => running(snapshot, release, wanted),
        _ => State::Broken { revision },
    }
}

/// A deployed release that asks for no pods: are any left?
fn falling_asleep(snapshot: &Snapshot, revision: u32, engine: Engine) -> State {
    let mut waiting = match cluster::readiness(snapshot, engine.workloads(), revision) {
        Readiness::Waiting(waiting) => waiting,
        Readiness::Ready => Vec::new(),
    };
    let runs = snapshot.workloads.iter().filter(|workload| workload.wanted > 0).map(|workload| &workload.name);
    waiting.extend(runs.chain(snapshot.pods.iter().map(|pod| &pod.name)).cloned());
    if waiting.is_empty() { State::Asleep } else { State::NotReady { waiting, trouble: None } }
}

/// A deployed release: how far has the shop come?
fn running(snapshot: &Snapshot, release: &ReleaseState, wanted: &Wanted<'_>) -> State {
    let revision = release.revision;
    let (setup, verify) = (cluster::release_job("setup", revision), wanted.verify_job(revision));
    if wanted.task == Task::Reinstall
        && let Some(pods) = stuck(release, snapshot)
    {
        return State::Stuck { pods };
    }
    let outcome = |name: &str| snapshot.job(name).map(|job| &job.outcome);
    // What is proven already, or was set up before, needs no Job of that time any more.
    let setup_counts = wanted.task != Task::Verify && wanted.kept.is_none();
    let verify_counts = wanted.kept.is_none();
    for (name, component, counts) in [(&setup, "setup", setup_counts), (&verify, VERIFY, verify_counts)] {
        if counts && matches!(outcome(name), Some(JobOutcome::Failed { .. })) {
            let found = cluster::first_trouble(snapshot, &[], revision, &verify).filter(|f| f.terminal);
            return State::Failed { trouble: found.map_or_else(|| job_failed(component), |f| f.trouble) };
        }
    }
    if wanted.task == Task::Verify && outcome(&verify).is_none() {
        return State::Unasked;
    }
    if let Readiness::Waiting(waiting) = cluster::readiness(snapshot, wanted.engine.workloads(), revision) {
        return match cluster::first_trouble(snapshot, &[], revision, &verify) {
            Some(found) => troubled(waiting, found),
            None => State::NotReady { waiting, trouble: None },
        };
    }
    if let Some(proof) = wanted.kept {
        return State::Proven { proof: proof.cloned() };
    }
    if setup_counts && !snapshot.has_ended_well(&setup) {
        return State::Unset;
    }
    if !snapshot.has_ended_well(&verify) {
        return State::Unverified;
    }
    match cluster::proof(snapshot, &verify) {
        Some(proof) if !wanted.simulated => State::Proven { proof: Some(proof) },
        // Whatever a simulated node may print, there was no shop.
        _ if wanted.simulated => State::Proven { proof: None },
        // Job and pod are watched apart: what the pod left may come a moment later.
        _ if snapshot.ended_pod(&verify).is_none() => State::Unverified,
        _ => State::Failed {
            trouble: Trouble::new(Reason::NoProof, "The test order ended without saying which order it placed"),
        },
    }
}

/// Pods of workloads that were there before this revision and are not ready: they wait for the end of
/// a pause that grew with each of their failures. Both times are of the cluster's own clock.
fn stuck(release: &ReleaseState, snapshot: &Snapshot) -> Option<Vec<String>> {
    let since = release.made_at?;
    let of_before = |pod: &&PodState| pod.job.is_none() && pod.created_at.is_some_and(|at| at < since);
    let pods = snapshot.pods.iter().filter(|pod| !pod.ready && !pod.going).filter(of_before);
    let names: Vec<String> = pods.map(|pod| pod.name.clone()).collect();
    (!names.is_empty()).then_some(names)
}

fn not_installed() -> State {
    State::Failed { trouble: Trouble::new(Reason::NotInstalled, "The shop is not installed as it was left") }
}

fn troubled(waiting: Vec<String>, found: Finding) -> State {
    if found.terminal {
        State::Failed { trouble: found.trouble }
    } else {
        State::NotReady { waiting, trouble: Some(found.trouble) }
    }
}

fn job_failed(component: &str) -> Trouble {
    match component {
        "setup" => Trouble::new(Reason::SetupFailed, "Setting up the shop failed"),
        _ => Trouble::new(Reason::VerifyFailed, "The test order could not be placed"),
    }
}

#[cfg(test)]
mod tests;
