//! A store's record: the half that is wanted, written by commands, and the half that is seen,
//! written by the worker.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::{ActorId, OrgId};
use super::engine::Engine;
pub use super::phase::Phase;
use super::plan::Plan;
use super::quota::Size;
use super::shop::{Country, Currency};
pub use super::step::{Step, StepName, StepState};
use super::store::{StoreId, StoreName};
use super::trail::Trail;
pub use super::trouble::{Reason, Trouble};
pub use super::wish::{Desired, Task, Want};

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
