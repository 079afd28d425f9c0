//! How long a store may take, step by step and in all. Pure: clocks are read by the caller.
//!
//! # Which clock
//! The record says when a step began, by the wall clock of whichever worker saw it; that is all a worker
//! has that takes a store over. While it follows the store it counts on its own monotonic clock. So the
//! wall clock is read once per step and claim, and a jump of it while a store is followed means nothing.
//!
//! A wall clock that is behind the record's shows nothing as spent: the step gets its whole time again,
//! once per claim, and never more. One that is ahead may show any time as spent: then a store that only
//! has to be waited for is still given a tenth of its time by the worker that gives it up. The same tenth
//! is for stores that nobody followed for a while, and whose pods need a moment to be seen as ready.
//! Failed tries need no such mercy: a try of this worker has just failed.
//!
//! Time in which the cluster does not answer does not count: nobody can say how the store is.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::decide::{Action, State, WaitFor};
use crate::config;
use crate::domain::record::{Observed, Reason, StepName, StepState, Trouble, Want};

/// The part of its time that a store is waited for by the worker that gives it up: one in so many.
const OWN_PART: u32 = 10;

/// What has a deadline of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timed {
    Step(StepName),
    /// A deletion, whole.
    Removal,
}

/// What an action belongs to; `None` for those that end everything.
pub(super) fn timed(want: Want, action: &Action) -> Option<Timed> {
    let step = match action {
        Action::Settle | Action::GiveUp { .. } => return None,
        _ if want == Want::Absent => return Some(Timed::Removal),
        Action::MakeNamespace | Action::Wait(WaitFor::NamespaceGone) => StepName::Namespace,
        Action::Install | Action::Unlock { .. } => StepName::Release,
        Action::Wait(WaitFor::Workloads) => StepName::Workloads,
        Action::Wait(WaitFor::Setup) => StepName::Setup,
        Action::Wait(WaitFor::Verify) | Action::Verify => StepName::Verify,
        // Of deletions.
        Action::Uninstall | Action::DeleteNamespace => return Some(Timed::Removal),
    };
    Some(Timed::Step(step))
}

/// Time that something has taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Spent {
    /// Before this worker saw it, by the record and the wall clock.
    before: Duration,
    /// Under the eyes of this worker.
    here: Duration,
}

impl Spent {
    fn since(begun: Option<Timestamp>, now: Timestamp) -> Self {
        let before = begun.and_then(|begun| Duration::try_from(now.duration_since(begun)).ok()).unwrap_or_default();
        Self { before, here: Duration::ZERO }
    }

    fn has_reached(self, limit: Duration) -> bool {
        self.before.saturating_add(self.here) >= limit
    }

    fn is_over(self, limit: Duration) -> bool {
        self.has_reached(limit) && self.here >= limit / OWN_PART
    }
}

/// Counts for one claim.
#[derive(Debug)]
pub(super) struct Stopwatch {
    whole: Spent,
    step: Option<(Timed, Spent)>,
    /// When it was last looked at with the cluster there.
    looked: Instant,
}

/// The limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    /// `None`: all steps together.
    timed: Option<Timed>,
    limit: Duration,
}

impl Stopwatch {
    pub(super) fn start(observed: &Observed, now: Timestamp, at: Instant) -> Self {
        Self { whole: Spent::since(observed.begun_at, now), step: None, looked: at }
    }

    /// The cluster has answered, and this is what is done or waited for. `observed` is the record of
    /// before this look.
    pub(super) fn look(&mut self, timed: Option<Timed>, observed: &Observed, (now, at): (Timestamp, Instant)) {
        let gap = at.saturating_duration_since(self.looked);
        self.looked = at;
        self.whole.here += gap;
        self.step = match (self.step, timed) {
            (Some((then, spent)), Some(timed)) if then == timed => {
                Some((timed, Spent { here: spent.here + gap, ..spent }))
            }
            (_, timed) => timed.map(|timed| (timed, Spent::since(begun(timed, observed).or(Some(now)), now))),
        };
    }

    /// The cluster has not answered.
    pub(super) fn skip(&mut self, at: Instant) {
        self.looked = at;
    }

    /// What is waited for has taken too long.
    pub(super) fn waited(&self, limits: &config::Worker) -> Option<Reached> {
        self.reached(limits, Spent::is_over)
    }

    /// There is no time for another try.
    pub(super) fn tried(&self, limits: &config::Worker) -> Option<Reached> {
        self.reached(limits, Spent::has_reached)
    }

    fn reached(&self, limits: &config::Worker, over: fn(Spent, Duration) -> bool) -> Option<Reached> {
        let (timed, spent) = self.step?;
        let limit = limit(&limits.step_deadlines, timed);
        if over(spent, limit) {
            return Some(Reached { timed: Some(timed), limit });
        }
        let whole = timed != Timed::Removal && over(self.whole, limits.deadline);
        whole.then_some(Reached { timed: None, limit: limits.deadline })
    }
}

fn limit(limits: &config::StepDeadlines, timed: Timed) -> Duration {
    match timed {
        Timed::Step(StepName::Namespace) => limits.namespace,
        Timed::Step(StepName::Release) => limits.release,
        Timed::Step(StepName::Workloads) => limits.workloads,
        Timed::Step(StepName::Setup) => limits.setup,
        Timed::Step(StepName::Verify) => limits.verify,
        Timed::Removal => limits.removal,
    }
}

/// When something began, as far as the record tells. Helm starts workloads and Jobs at once, but a Job's
/// own time begins when what it needs is there.
fn begun(timed: Timed, observed: &Observed) -> Option<Timestamp> {
    let finished = |name| observed.step(name).filter(|s| s.state == StepState::Done).and_then(|s| s.finished_at);
    let started = |name| observed.step(name).filter(|s| s.state == StepState::Running).and_then(|s| s.started_at);
    let begun = match timed {
        Timed::Step(StepName::Setup) => finished(StepName::Workloads),
        Timed::Step(StepName::Verify) => started(StepName::Verify).max(finished(StepName::Setup)),
        Timed::Step(name) => started(name),
        Timed::Removal => observed.begun_at,
    };
    // What is older belongs to an earlier wish.
    begun.max(observed.begun_at.filter(|_| begun.is_some()))
}

/// Why what is waited for has failed: what held it up, in the words that were shown all the while.
pub(super) fn too_late(state: &State, reached: Reached) -> Trouble {
    let time = plain(reached.limit);
    match (state, reached.timed) {
        (State::NotReady { trouble: Some(trouble), .. } | State::Leaving { held_by: Some(trouble) }, _) => {
            trouble.clone()
        }
        (State::Leaving { .. }, _) => Trouble::new(
            Reason::NamespaceLeaving,
            format!("Its namespace has not gone within {time}, and Kubernetes does not say why"),
        ),
        (_, None) => Trouble::new(Reason::NotFinishedInTime, format!("It was not finished within {time}")),
        (State::NotReady { waiting, .. }, _) => {
            let what = if waiting.is_empty() { "It".to_owned() } else { waiting.join(" and ") };
            Trouble::new(Reason::NotReadyInTime, format!("{what} did not get ready within {time}"))
        }
        (State::Unset, _) => {
            Trouble::new(Reason::SetupFailed, format!("Setting up the shop did not end within {time}"))
        }
        (State::Unverified | State::Unasked, _) => {
            Trouble::new(Reason::VerifyFailed, format!("The test order was not placed within {time}"))
        }
        _ => Trouble::new(Reason::NotFinishedInTime, format!("It was not finished within {time}")),
    }
}

fn plain(time: Duration) -> String {
    let (count, unit) = match time.as_secs() {
        seconds if seconds >= 120 && seconds % 60 == 0 => (seconds / 60, "minute"),
        seconds => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
