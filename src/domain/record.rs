//! A store's record: the half that is wanted, written by commands, and the half that is seen,
//! written by the worker.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::{ActorId, OrgId};
use super::engine::Engine;
use super::plan::Plan;
use super::quota::Size;
use super::shop::{Country, Currency};
use super::store::{StoreId, StoreName};
use super::trail::Trail;
pub use super::trouble::{Reason, Trouble};

/// Everything storebot knows of a store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub id: StoreId,
    pub spec: Spec,
    pub desired: Desired,
    pub observed: Observed,
    /// Grows with each change of either half; the API's `ETag`.
    pub version: u64,
    /// Where the wish came from. No part of what is answered.
    #[serde(skip)]
    pub trail: Trail,
}

/// What was asked at creation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    pub name: StoreName,
    pub engine: Engine,
    pub plan: Plan,
    pub title: String,
    /// `None`: what the chart's values say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    pub owner: ActorId,
    pub cell: String,
    /// Host of the store's address, fixed at creation: a later change of the cell's domain does not
    /// move shops that people have bookmarked.
    pub host: String,
    /// The whole address, scheme and port included.
    pub url: String,
    pub created_at: Timestamp,
    /// The end of its lease as it was asked for at first; see [`Record::expires_at`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The organisation it counts for as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrgId>,
    /// What it counts as in quotas, fixed at creation: a later change of the plans moves no sums. Stores of
    /// before sizes were counted count as nothing but themselves.
    #[serde(default, skip_serializing_if = "Size::is_nothing")]
    pub size: Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Want {
    Present,
    /// There, with all its data, and nothing of it runs.
    Asleep,
    Absent,
}

impl Want {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Asleep => "asleep",
            Self::Absent => "absent",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Present, Self::Asleep, Self::Absent].into_iter().find(|w| w.as_str() == text)
    }
}

/// What the newest generation asks of a store that is to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// The release as its chart and values are today, proven. Where it is so already, nothing.
    #[default]
    Install,
    /// The same after a failure: a new revision even where nothing else has changed.
    Reinstall,
    /// The release as it stands, proven anew.
    Verify,
}

impl Task {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Reinstall => "reinstall",
            Self::Verify => "verify",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Install, Self::Reinstall, Self::Verify].into_iter().find(|t| t.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    /// Grows with each command. A result of the worker holds for the generation it looked at.
    pub generation: u64,
    pub want: Want,
    /// Means nothing for a store that is to be asleep or absent. Records of before it was kept were all made
    /// by a create.
    #[serde(default)]
    pub task: Task,
    /// Of a store that is to be absent: nothing is done about it before, and until then it can be taken back.
    /// Gone once a worker has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The end of its lease, where it was extended since it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_to: Option<Timestamp>,
    /// Its lease has ended: it sleeps, and is removed then unless it is extended before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removes_at: Option<Timestamp>,
    /// It is not paid for: it is put to sleep then, and sleeps until it is resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sleeps_at: Option<Timestamp>,
}

impl Desired {
    #[must_use]
    pub fn new(generation: u64, want: Want, task: Task) -> Self {
        Self { generation, want, task, not_before: None, extended_to: None, removes_at: None, sleeps_at: None }
    }
}

/// Where a store is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    #[default]
    Queued,
    Provisioning,
    Installing,
    Verifying,
    Ready,
    /// A shop that was ready is brought up to date, put to sleep or woken.
    Updating,
    /// Everything is kept and nothing runs.
    Asleep,
    Failed,
    Deleting,
    Deleted,
}

impl Phase {
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Provisioning,
        Self::Installing,
        Self::Verifying,
        Self::Ready,
        Self::Updating,
        Self::Asleep,
        Self::Failed,
        Self::Deleting,
        Self::Deleted,
    ];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Provisioning => "provisioning",
            Self::Installing => "installing",
            Self::Verifying => "verifying",
            Self::Ready => "ready",
            Self::Updating => "updating",
            Self::Asleep => "asleep",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }

    /// Nothing more happens by itself.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Ready | Self::Asleep | Self::Failed | Self::Deleted)
    }
}

/// What the worker last saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observed {
    /// The desired generation this was seen for.
    pub generation: u64,
    pub phase: Phase,
    /// When the worker first took this generation up; its deadline counts from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// The cell's nodes are simulated: there is no shop behind the address, and no proof.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// When the shop was ready for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Timestamp>,
    /// The shop was ready when this generation was taken up, and nothing has been done to it since:
    /// its proof still holds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub untouched: bool,
    /// What differs in the cluster from what was installed, in plain words, one object each. Only of a shop
    /// at rest; never with a secret value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<String>,
    /// The mark that namespace and workloads had when the store came to rest: another one says that
    /// somebody else has changed them. `None`: there was no namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepName {
    Namespace,
    Release,
    Workloads,
    Setup,
    Verify,
}

impl StepName {
    /// In the order they happen.
    pub const ALL: [Self; 5] = [Self::Namespace, Self::Release, Self::Workloads, Self::Setup, Self::Verify];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Release => "release",
            Self::Workloads => "workloads",
            Self::Setup => "setup",
            Self::Verify => "verify",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    Pending,
    Running,
    Done,
    Failed,
}

impl StepState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: StepName,
    pub state: StepState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub revision: u32,
    /// Chart name and version: `woocommerce-0.1.0`.
    pub chart: String,
}

/// The test order that showed that the shop sells. Only ever read from a verify Job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    pub order: String,
    /// Amount and currency as the shop printed them: `23.00 EUR`.
    pub total: String,
    pub placed_at: Timestamp,
    /// How long the order took from the first request to the last. Older proofs do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

impl Record {
    /// What to show: a command that the worker has not taken up yet already counts.
    #[must_use]
    pub fn phase(&self) -> Phase {
        let Desired { generation, want, task, .. } = self.desired;
        self.observed.shown(want, task, self.observed.generation == generation)
    }

    /// The end of its lease: `None` where it is to be there until somebody deletes it.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.desired.extended_to.or(self.spec.expires_at)
    }

    /// It sleeps, or is to.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.desired.want == Want::Asleep
    }

    /// What holds up a store that has not come to its end.
    #[must_use]
    pub fn holdup(&self) -> Option<&Trouble> {
        let current = self.observed.generation == self.desired.generation && !self.phase().is_end();
        self.observed.trouble.as_ref().filter(|_| current)
    }

    /// Nothing is left to do for the present wish.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.observed.generation == self.desired.generation && self.observed.phase.is_end()
    }
}

impl Observed {
    /// The phase to show of a store of which this is wanted. `taken_up`: this was seen for that wish.
    fn shown(&self, want: Want, task: Task, taken_up: bool) -> Phase {
        let seen = self.phase;
        match want {
            Want::Absent if seen != Phase::Deleted && !(taken_up && seen == Phase::Failed) => Phase::Deleting,
            Want::Present if !taken_up => self.ahead(task),
            Want::Asleep if !taken_up => Phase::Updating,
            _ => seen,
        }
    }

    /// Of a task that the worker has not taken up yet.
    fn ahead(&self, task: Task) -> Phase {
        match task {
            Task::Verify => Phase::Verifying,
            Task::Install | Task::Reinstall if self.ready_at.is_some() => Phase::Updating,
            Task::Install | Task::Reinstall => Phase::Queued,
        }
    }

    /// The phase to show once something else is wanted, by what that is: `want` or, of a store that is to be there,
    /// `task`.
    #[must_use]
    pub fn overtaken(&self) -> BTreeMap<&'static str, &'static str> {
        let gone = [Want::Asleep, Want::Absent].map(|want| (want.as_str(), self.shown(want, Task::Install, false)));
        let there = [Task::Install, Task::Reinstall, Task::Verify]
            .map(|task| (task.as_str(), self.shown(Want::Present, task, false)));
        gone.into_iter().chain(there).map(|(wish, phase)| (wish, phase.as_str())).collect()
    }

    /// All steps of a create, none begun.
    #[must_use]
    pub fn fresh(generation: u64) -> Self {
        let steps = StepName::ALL
            .map(|name| Step { name, state: StepState::Pending, started_at: None, finished_at: None })
            .to_vec();
        Self { generation, steps, ..Self::default() }
    }

    #[must_use]
    pub fn step(&self, name: StepName) -> Option<&Step> {
        self.steps.iter().find(|s| s.name == name)
    }

    /// Moves a step forward. Times are kept when it is already there, so that observing twice
    /// changes nothing.
    pub fn set_step(&mut self, name: StepName, state: StepState, now: Timestamp) {
        let Some(step) = self.steps.iter_mut().find(|s| s.name == name) else { return };
        if step.state == state {
            return;
        }
        match state {
            StepState::Pending => (step.started_at, step.finished_at) = (None, None),
            StepState::Running => (step.started_at, step.finished_at) = (Some(now), None),
            StepState::Done | StepState::Failed => {
                step.started_at = step.started_at.or(Some(now));
                step.finished_at = Some(now);
            }
        }
        step.state = state;
    }

    /// The step that is under way, else the first that has not been done.
    #[must_use]
    pub fn current_step(&self) -> Option<&Step> {
        self.steps
            .iter()
            .find(|s| s.state == StepState::Running)
            .or_else(|| self.steps.iter().find(|s| s.state != StepState::Done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written before tasks, currencies and the seconds of a proof were kept.
    #[test]
    fn a_record_of_before_still_reads() {
        let old = r#"{"id":"700000000000","spec":{"name":"tea","engine":"medusa","plan":"small","title":"Tea",
            "owner":"api:ana","cell":"main","host":"tea.x","url":"http://tea.x","created_at":"2026-11-21T08:00:00Z"},
            "desired":{"generation":1,"want":"present"},"version":4,
            "observed":{"generation":1,"phase":"ready","proof":{"order":"1","total":"2.00 EUR",
            "placed_at":"2026-11-21T08:00:01Z"}}}"#;
        let record: Record = serde_json::from_str(old).unwrap();
        assert_eq!((record.desired.task, record.spec.currency, record.phase()), (Task::Install, None, Phase::Ready));
        assert_eq!(record.observed.proof.unwrap().seconds, None);
    }
}
