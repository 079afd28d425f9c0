//! From what was seen to the half of the record that people read: pure.

use jiff::Timestamp;

use super::decide::{Action, State, WaitFor};
use crate::domain::event::EventKind;
use crate::domain::record::{Desired, Observed, Phase, Release, StepName, StepState, Task, Trouble, Want};

/// What is known of the cell and the release besides the state.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) simulated: bool,
    pub(super) release: Option<Release>,
    /// Of namespace and workloads as they are now.
    pub(super) mark: Option<String>,
}

/// The observed half for a generation that is taken up: what an earlier one left is cleared, except
/// when the same one goes on.
#[must_use]
pub(super) fn begin(before: &Observed, desired: Desired, now: Timestamp) -> Observed {
    let generation = desired.generation;
    if before.generation == generation {
        return before.clone();
    }
    let next = Observed { generation, begun_at: Some(now), trouble: None, untouched: false, ..before.clone() };
    match (desired.want, desired.task) {
        (Want::Absent, _) => Observed { phase: Phase::Deleting, ..next },
        (Want::Asleep, _) => Observed { phase: Phase::Updating, ..next },
        // What was proven before says nothing of now.
        (Want::Present, Task::Verify) => {
            let mut next = Observed { phase: Phase::Verifying, proof: None, ..next };
            next.set_step(StepName::Verify, StepState::Pending, now);
            next
        }
        // Until something is done to it, a shop that is ready is what it was.
        (Want::Present, Task::Install) if before.phase == Phase::Ready => {
            Observed { phase: Phase::Updating, untouched: true, ..next }
        }
        // What it was set up with is still there; everything that runs is started anew.
        (Want::Present, Task::Install) if before.phase == Phase::Asleep && before.ready_at.is_some() => {
            keeping_namespace(anew(&Observed { phase: Phase::Updating, ..next }), before)
        }
        (Want::Present, Task::Reinstall) => keeping_namespace(anew(&Observed { phase: early(before), ..next }), before),
        (Want::Present, Task::Install) => anew(&Observed { phase: early(before), ..next }),
    }
}

/// Before anything of this generation has been done.
fn anew(of: &Observed) -> Observed {
    Observed {
        phase: of.phase,
        begun_at: of.begun_at,
        release: of.release.clone(),
        ready_at: of.ready_at,
        simulated: of.simulated,
        trouble: of.trouble.clone(),
        ..Observed::fresh(of.generation)
    }
}

/// A new attempt does not make the namespace again; every later step is of one revision.
fn keeping_namespace(mut next: Observed, before: &Observed) -> Observed {
    let done = before.step(StepName::Namespace).filter(|step| step.state == StepState::Done);
    let place = next.steps.iter_mut().find(|step| step.name == StepName::Namespace);
    if let (Some(place), Some(done)) = (place, done) {
        place.clone_from(done);
    }
    next
}

/// The first phase of a store that is made, or made anew.
fn early(seen: &Observed) -> Phase {
    if seen.ready_at.is_some() { Phase::Updating } else { Phase::Provisioning }
}

/// What to show while an action is about to be done, and the event that tells of it.
#[must_use]
pub(super) fn show(
    before: &Observed,
    desired: Desired,
    seen: (&State, &Action),
    facts: &Facts,
    now: Timestamp,
) -> (Observed, EventKind) {
    let (state, action) = seen;
    let touches = matches!(action, Action::MakeNamespace | Action::Install | Action::Unlock { .. });
    let mut next = if before.untouched && touches { anew(before) } else { before.clone() };
    next.simulated = facts.simulated;
    next.release = facts.release.clone().or(next.release);
    if matches!(action, Action::Settle | Action::GiveUp { .. }) {
        next.rest.clone_from(&facts.mark);
    }
    let trouble = match (state, action) {
        (_, Action::GiveUp { trouble }) => Some(trouble),
        (State::NotReady { trouble, .. } | State::Leaving { held_by: trouble }, _) => trouble.as_ref(),
        _ => None,
    };
    next.trouble = trouble.map(|new| latest(before.trouble.as_ref(), new));
    let kind = match desired.want {
        Want::Present => {
            show_steps(&mut next, desired.task, action, now);
            show_present(&mut next, desired.task, state, action, now)
        }
        Want::Asleep => show_asleep(&mut next, action),
        Want::Absent => show_absent(&mut next, action),
    };
    (next, kind)
}

/// What people would read the same is no news: the raw text of the first time stays.
pub(super) fn latest(before: Option<&Trouble>, new: &Trouble) -> Trouble {
    before.filter(|old| old.reads_like(new)).unwrap_or(new).clone()
}

/// The steps stay those of the shop as it was.
fn show_asleep(next: &mut Observed, action: &Action) -> EventKind {
    let (phase, kind) = match action {
        Action::Settle => (Phase::Asleep, EventKind::Asleep),
        Action::GiveUp { .. } => (Phase::Failed, EventKind::Failed),
        _ => (Phase::Updating, EventKind::Progress),
    };
    next.phase = phase;
    kind
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

fn show_steps(next: &mut Observed, task: Task, action: &Action, now: Timestamp) {
    use StepName::{Namespace, Release, Setup, Verify, Workloads};
    if next.untouched {
        return;
    }
    let (done, running): (&[StepName], &[StepName]) = match (task, action) {
        (Task::Verify, Action::Settle) => (&[Verify], &[]),
        (Task::Verify, Action::Verify | Action::Wait(_)) => (&[], &[Verify]),
        (Task::Verify, _) => (&[], &[]),
        (_, Action::MakeNamespace | Action::Wait(WaitFor::NamespaceGone)) => (&[], &[Namespace]),
        (_, Action::Install | Action::Unlock { .. }) => (&[Namespace], &[Release]),
        // Helm starts all of them; they end in their own time.
        (_, Action::Wait(WaitFor::Workloads) | Action::Restart { .. }) => {
            (&[Namespace, Release], &[Workloads, Setup, Verify])
        }
        (_, Action::Wait(WaitFor::Setup)) => (&[Namespace, Release, Workloads], &[Setup, Verify]),
        (_, Action::Wait(WaitFor::Verify)) => (&[Namespace, Release, Workloads, Setup], &[Verify]),
        (_, Action::Settle) => (&StepName::ALL, &[]),
        (_, Action::GiveUp { .. } | Action::Verify | Action::Uninstall | Action::DeleteNamespace) => (&[], &[]),
    };
    for name in done {
        next.set_step(*name, StepState::Done, now);
    }
    for name in running {
        next.set_step(*name, StepState::Running, now);
    }
}

fn show_present(next: &mut Observed, task: Task, state: &State, action: &Action, now: Timestamp) -> EventKind {
    let (phase, kind) = match action {
        Action::Settle => (Phase::Ready, EventKind::Ready),
        Action::GiveUp { .. } => (Phase::Failed, EventKind::Failed),
        _ if task == Task::Verify => (Phase::Verifying, EventKind::Progress),
        Action::MakeNamespace | Action::Wait(WaitFor::NamespaceGone) => (early(next), EventKind::Progress),
        Action::Wait(WaitFor::Verify) => (Phase::Verifying, EventKind::Progress),
        _ if next.ready_at.is_some() => (Phase::Updating, EventKind::Progress),
        _ => (Phase::Installing, EventKind::Progress),
    };
    next.phase = phase;
    if let State::Proven { proof } = state {
        next.proof.clone_from(proof);
        next.ready_at = next.ready_at.or(Some(now));
    }
    if phase == Phase::Failed {
        next.proof = None;
        if let Some(name) = next.current_step().map(|s| s.name) {
            next.set_step(name, StepState::Failed, now);
        }
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::{Proof, Reason};

    fn made() -> Desired {
        Desired::new(1, Want::Present, Task::Install)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn states(observed: &Observed) -> Vec<&'static str> {
        observed.steps.iter().map(|s| s.state.as_str()).collect()
    }

    #[test]
    fn a_create_goes_through_its_steps() {
        let mut seen = begin(&Observed::default(), made(), at(0));
        let facts = Facts { simulated: true, ..Facts::default() };
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
            seen = show(&seen, made(), (&state, &action), &facts, at(second as i64)).0;
            assert_eq!((seen.phase, states(&seen)), (phase, steps.to_vec()), "{state:?}");
        }
        assert_eq!(seen.ready_at, Some(at(5)));
        assert!(seen.simulated && seen.proof.is_none());
    }

    #[test]
    fn other_raw_words_for_the_same_trouble_are_no_news() {
        let trouble = |raw: &str| Trouble::new(Reason::NoRoom, "There is no room").with_detail(raw);
        let seen = |before: &Observed, raw: &str| {
            let state = State::NotReady { waiting: vec![], trouble: Some(trouble(raw)) };
            show(before, made(), (&state, &Action::Wait(WaitFor::Workloads)), &Facts::default(), at(1)).0
        };
        let once = seen(&begin(&Observed::default(), made(), at(0)), "0/4 nodes");
        assert_eq!(seen(&once, "0/5 nodes"), once);
        let other = Observed { trouble: Some(Trouble::new(Reason::NoRoom, "Other words")), ..once };
        assert_eq!(seen(&other, "0/5 nodes").trouble, Some(trouble("0/5 nodes")));
    }

    #[test]
    fn looking_twice_changes_nothing() {
        let seen = begin(&Observed::default(), made(), at(0));
        let pair = (&State::Bare, &Action::Install);
        let once = show(&seen, made(), pair, &Facts::default(), at(1)).0;
        let twice = show(&once, made(), pair, &Facts::default(), at(9)).0;
        assert_eq!(once, twice);
    }

    #[test]
    fn a_failure_marks_its_step_and_keeps_the_reason() {
        let seen = begin(&Observed::default(), made(), at(0));
        let trouble = Trouble::new(Reason::CrashLoop, "It ends at once").with_detail("exit code 1");
        let state = State::NotReady { waiting: vec![], trouble: Some(trouble.clone()) };
        let seen = show(&seen, made(), (&state, &Action::Wait(WaitFor::Workloads)), &Facts::default(), at(1)).0;
        let state = State::Failed { trouble: trouble.clone() };
        let action = Action::GiveUp { trouble: trouble.clone() };
        let (seen, kind) = show(&seen, made(), (&state, &action), &Facts::default(), at(2));
        assert_eq!(kind, EventKind::Failed);
        assert_eq!(states(&seen), ["done", "done", "failed", "running", "running"]);
        assert_eq!(seen.trouble, Some(trouble));
    }

    fn proof(order: &str) -> Proof {
        Proof { order: order.to_owned(), total: "2.00 EUR".to_owned(), placed_at: at(0), seconds: Some(1.0) }
    }

    /// A shop that is ready with a proof.
    fn ready() -> Observed {
        let seen = begin(&Observed::default(), made(), at(0));
        let state = State::Proven { proof: Some(proof("1")) };
        show(&seen, made(), (&state, &Action::Settle), &Facts::default(), at(5)).0
    }

    fn asked(task: Task) -> Desired {
        Desired::new(2, Want::Present, task)
    }

    #[test]
    fn a_new_test_order_leaves_nothing_of_the_old_proof() {
        let wish = asked(Task::Verify);
        let seen = begin(&ready(), wish, at(10));
        assert_eq!((seen.phase, &seen.proof, seen.ready_at), (Phase::Verifying, &None, Some(at(5))));
        let (seen, _) = show(&seen, wish, (&State::Unasked, &Action::Verify), &Facts::default(), at(11));
        assert_eq!(states(&seen), ["done", "done", "done", "done", "running"]);
        let state = State::Proven { proof: Some(proof("2")) };
        let (good, kind) = show(&seen, wish, (&state, &Action::Settle), &Facts::default(), at(12));
        assert_eq!((good.phase, kind, &good.proof), (Phase::Ready, EventKind::Ready, &Some(proof("2"))));
        assert_eq!((states(&good), good.ready_at), (vec!["done"; 5], Some(at(5))));
        let trouble = Trouble::new(Reason::VerifyFailed, "No");
        let action = Action::GiveUp { trouble: trouble.clone() };
        let (bad, _) = show(&seen, wish, (&State::Failed { trouble }, &action), &Facts::default(), at(12));
        assert_eq!((bad.phase, &bad.proof, states(&bad)[4]), (Phase::Failed, &None, "failed"));
    }

    #[test]
    fn an_upgrade_with_nothing_to_do_keeps_everything() {
        let wish = asked(Task::Install);
        let seen = begin(&ready(), wish, at(10));
        assert_eq!((seen.phase, seen.untouched), (Phase::Updating, true));
        let state = State::Proven { proof: seen.proof.clone() };
        let (seen, kind) = show(&seen, wish, (&state, &Action::Settle), &Facts::default(), at(11));
        assert_eq!((seen.phase, kind, seen.untouched), (Phase::Ready, EventKind::Ready, true));
        assert_eq!((seen.proof.clone(), &seen.steps), (Some(proof("1")), &ready().steps));
    }

    #[test]
    fn an_upgrade_that_does_something_begins_anew() {
        let wish = asked(Task::Install);
        let seen = begin(&ready(), wish, at(10));
        let pair = (&State::Outdated { revision: 1 }, &Action::Install);
        let (seen, _) = show(&seen, wish, pair, &Facts::default(), at(11));
        assert_eq!((seen.phase, seen.untouched, &seen.proof), (Phase::Updating, false, &None));
        assert_eq!(states(&seen), ["done", "running", "pending", "pending", "pending"]);
        let pair = (&State::Unverified, &Action::Wait(WaitFor::Verify));
        assert_eq!(show(&seen, wish, pair, &Facts::default(), at(12)).0.phase, Phase::Verifying);
        let failed = Observed { phase: Phase::Failed, ..ready() };
        let again = begin(&failed, asked(Task::Reinstall), at(10));
        assert!(!again.untouched);
        assert_eq!(states(&again), ["done", "pending", "pending", "pending", "pending"], "its namespace stays");
        assert_eq!(again.steps[0], failed.steps[0]);
    }
}
