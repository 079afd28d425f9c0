//! From what was seen to the half of the record that people read: pure.

use jiff::Timestamp;

use super::decide::{Action, State, WaitFor};
use crate::domain::event::EventKind;
use crate::domain::record::{Observed, Phase, Release, StepName, StepState, Trouble, Want};

/// What is known of the cell and the release besides the state.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) simulated: bool,
    pub(super) release: Option<Release>,
}

/// The observed half for a generation that is taken up: what an earlier one left is cleared, except
/// when the same one goes on.
#[must_use]
pub(super) fn begin(before: &Observed, generation: u64, want: Want, now: Timestamp) -> Observed {
    if before.generation == generation {
        return before.clone();
    }
    match want {
        Want::Present => Observed {
            phase: Phase::Provisioning,
            begun_at: Some(now),
            release: before.release.clone(),
            ..Observed::fresh(generation)
        },
        Want::Absent => {
            Observed { generation, phase: Phase::Deleting, begun_at: Some(now), trouble: None, ..before.clone() }
        }
    }
}

/// What to show while an action is about to be done, and the event that tells of it.
#[must_use]
pub(super) fn show(
    before: &Observed,
    want: Want,
    seen: (&State, &Action),
    facts: &Facts,
    now: Timestamp,
) -> (Observed, EventKind) {
    let (state, action) = seen;
    let mut next = before.clone();
    next.simulated = facts.simulated;
    next.release = facts.release.clone().or(next.release);
    next.trouble = match (state, action) {
        (_, Action::GiveUp { trouble }) => Some(trouble.clone()),
        (State::NotReady { trouble, .. }, _) => trouble.clone(),
        (State::Leaving { remaining }, _) if !remaining.is_empty() => {
            Some(Trouble { reason: "namespace-leaving".to_owned(), message: remaining.clone() })
        }
        _ => None,
    };
    let kind = match want {
        Want::Present => show_present(&mut next, state, action, now),
        Want::Absent => show_absent(&mut next, action),
    };
    (next, kind)
}

fn show_absent(next: &mut Observed, action: &Action) -> EventKind {
    match action {
        Action::Settle => {
            next.phase = Phase::Deleted;
            EventKind::Deleted
        }
        Action::GiveUp { .. } => {
            next.phase = Phase::Failed;
            EventKind::Failed
        }
        _ => {
            next.phase = Phase::Deleting;
            EventKind::Progress
        }
    }
}

fn show_present(next: &mut Observed, state: &State, action: &Action, now: Timestamp) -> EventKind {
    use StepName::{Namespace, Release, Setup, Verify, Workloads};
    let mut steps = |done: &[StepName], running: &[StepName]| {
        for name in done {
            next.set_step(*name, StepState::Done, now);
        }
        for name in running {
            next.set_step(*name, StepState::Running, now);
        }
    };
    match action {
        Action::MakeNamespace => steps(&[], &[Namespace]),
        Action::Install | Action::Unlock { .. } => steps(&[Namespace], &[Release]),
        // Helm starts all of them; they end in their own time.
        Action::Wait(WaitFor::Workloads) => steps(&[Namespace, Release], &[Workloads, Setup, Verify]),
        Action::Wait(WaitFor::Setup) => steps(&[Namespace, Release, Workloads], &[Setup, Verify]),
        Action::Wait(WaitFor::Verify) => steps(&[Namespace, Release, Workloads, Setup], &[Verify]),
        Action::Settle => steps(&StepName::ALL, &[]),
        Action::Wait(WaitFor::NamespaceGone) => steps(&[], &[Namespace]),
        Action::GiveUp { .. } | Action::Uninstall | Action::DeleteNamespace => {}
    }
    let (phase, kind) = match action {
        Action::MakeNamespace | Action::Wait(WaitFor::NamespaceGone) => (Phase::Provisioning, EventKind::Progress),
        Action::Wait(WaitFor::Verify) => (Phase::Verifying, EventKind::Progress),
        Action::Settle => (Phase::Ready, EventKind::Ready),
        Action::GiveUp { .. } => (Phase::Failed, EventKind::Failed),
        _ => (Phase::Installing, EventKind::Progress),
    };
    next.phase = phase;
    if let State::Proven { proof } = state {
        next.proof.clone_from(proof);
        next.ready_at = next.ready_at.or(Some(now));
    }
    if phase == Phase::Failed
        && let Some(name) = next.current_step().map(|s| s.name)
    {
        next.set_step(name, StepState::Failed, now);
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn states(observed: &Observed) -> Vec<&'static str> {
        observed.steps.iter().map(|s| s.state.as_str()).collect()
    }

    #[test]
    fn a_create_goes_through_its_steps() {
        let mut seen = begin(&Observed::default(), 1, Want::Present, at(0));
        let facts = Facts { simulated: true, release: None };
        let walk = [
            (State::Absent, Phase::Provisioning, ["running", "pending", "pending", "pending", "pending"]),
            (State::Bare, Phase::Installing, ["done", "running", "pending", "pending", "pending"]),
            (
                State::NotReady { waiting: vec![], trouble: None },
                Phase::Installing,
                ["done", "done", "running", "running", "running"],
            ),
            (State::Unset, Phase::Installing, ["done", "done", "done", "running", "running"]),
            (State::Unverified, Phase::Verifying, ["done", "done", "done", "done", "running"]),
            (State::Proven { proof: None }, Phase::Ready, ["done"; 5]),
        ];
        for (second, (state, phase, steps)) in walk.into_iter().enumerate() {
            let action = super::super::decide::decide(Want::Present, &state);
            seen = show(&seen, Want::Present, (&state, &action), &facts, at(second as i64)).0;
            assert_eq!((seen.phase, states(&seen)), (phase, steps.to_vec()), "{state:?}");
        }
        assert_eq!(seen.ready_at, Some(at(5)));
        assert!(seen.simulated && seen.proof.is_none());
    }

    #[test]
    fn looking_twice_changes_nothing() {
        let seen = begin(&Observed::default(), 1, Want::Present, at(0));
        let pair = (&State::Bare, &Action::Install);
        let once = show(&seen, Want::Present, pair, &Facts::default(), at(1)).0;
        let twice = show(&once, Want::Present, pair, &Facts::default(), at(9)).0;
        assert_eq!(once, twice);
    }

    #[test]
    fn a_failure_marks_its_step_and_keeps_the_reason() {
        let seen = begin(&Observed::default(), 1, Want::Present, at(0));
        let trouble = Trouble { reason: "crash-loop".to_owned(), message: "it ends at once".to_owned() };
        let state = State::NotReady { waiting: vec![], trouble: Some(trouble.clone()) };
        let seen = show(&seen, Want::Present, (&state, &Action::Wait(WaitFor::Workloads)), &Facts::default(), at(1)).0;
        let state = State::Failed { trouble: trouble.clone() };
        let action = Action::GiveUp { trouble: trouble.clone() };
        let (seen, kind) = show(&seen, Want::Present, (&state, &action), &Facts::default(), at(2));
        assert_eq!(kind, EventKind::Failed);
        assert_eq!(states(&seen), ["done", "done", "failed", "running", "running"]);
        assert_eq!(seen.trouble, Some(trouble));
    }
}
