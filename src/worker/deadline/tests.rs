use super::super::decide::decide;
use super::*;
use crate::config::Config;

const MINUTE: u64 = 60;

/// The defaults.
fn limits() -> config::Worker {
    Config::load("[[cells]]\nname = 'main'", &[]).unwrap().worker
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A create that was taken up at second 0, whose Helm ended at second 10 and whose workloads, if at all,
/// got ready at second 20 and were set up at second 30.
fn record(done: usize) -> Observed {
    let mut observed = Observed { begun_at: Some(at(0)), ..Observed::fresh(1) };
    let ends = [1, 10, 20, 30];
    for (index, name) in StepName::ALL.into_iter().enumerate().take(done) {
        observed.set_step(name, StepState::Running, at(if index < 2 { index as i64 } else { 10 }));
        observed.set_step(name, StepState::Done, at(ends[index]));
    }
    for name in StepName::ALL.into_iter().skip(done) {
        observed.set_step(name, StepState::Running, at(10.min(ends[done - 1])));
    }
    observed
}

fn no_room() -> Trouble {
    Trouble::new(Reason::NoRoom, "There is no room on the cluster for database: not enough CPU")
}

fn waiting(trouble: Option<Trouble>) -> State {
    State::NotReady { waiting: vec!["database".to_owned(), "shop".to_owned()], trouble }
}

fn leaving(held_by: Option<Trouble>) -> State {
    State::Leaving { held_by }
}

/// Follows a store for `followed` seconds from the second `from` on, and tells how it ends.
fn verdict(want: Want, state: &State, observed: &Observed, (from, followed): (i64, u64)) -> String {
    let (limits, begin) = (limits(), Instant::now());
    let step = timed(want, &decide(want, state));
    let mut watch = Stopwatch::start(observed, at(from), begin);
    watch.look(step, observed, (at(from), begin));
    // The wall clock is not asked again.
    watch.look(step, observed, (at(-999_999), begin + seconds(followed)));
    match watch.waited(&limits) {
        None => "in time".to_owned(),
        Some(reached) => {
            let trouble = too_late(state, reached);
            format!("{}: {}", trouble.reason, trouble.message.split(". ").next().unwrap_or_default())
        }
    }
}

#[test]
fn each_step_has_its_time() {
    use Want::{Absent, Present};
    let room = "no-room: There is no room on the cluster for database: not enough CPU";
    let not_ready = "not-ready-in-time: database and shop did not get ready within 6 minutes";
    let unset = "setup-failed: Setting up the shop did not end within 5 minutes";
    let unverified = "verify-failed: The test order was not placed within 4 minutes";
    let stuck = "namespace-leaving: Its namespace has not gone within 10 minutes, and Kubernetes does not say why";
    let held = Trouble::new(Reason::NamespaceLeaving, "Its namespace cannot go yet: pods are left");
    let told = "namespace-leaving: Its namespace cannot go yet: pods are left";
    let table = [
        (Present, waiting(None), 2, (10, 6 * MINUTE - 1), "in time"),
        (Present, waiting(None), 2, (10, 6 * MINUTE), not_ready),
        (Present, waiting(Some(no_room())), 2, (10, 6 * MINUTE - 1), "in time"),
        (Present, waiting(Some(no_room())), 2, (10, 6 * MINUTE), room),
        // The Jobs' own time begins when what they need is there.
        (Present, State::Unset, 3, (20, 5 * MINUTE - 1), "in time"),
        (Present, State::Unset, 3, (20, 5 * MINUTE), unset),
        (Present, State::Unverified, 4, (30, 4 * MINUTE - 1), "in time"),
        (Present, State::Unverified, 4, (30, 4 * MINUTE), unverified),
        (Absent, leaving(None), 2, (0, 10 * MINUTE - 1), "in time"),
        (Absent, leaving(None), 2, (0, 10 * MINUTE), stuck),
        (Absent, leaving(Some(held)), 2, (0, 10 * MINUTE), told),
        (Present, State::Proven { proof: None }, 4, (0, 99 * MINUTE), "in time"),
    ];
    for (want, state, done, follow, expected) in table {
        assert_eq!(verdict(want, &state, &record(done), follow), expected, "{want:?} {state:?} {follow:?}");
    }
}

#[test]
fn who_takes_a_store_over_counts_on() {
    let observed = record(2);
    let state = waiting(Some(no_room()));
    let after = |from, followed| verdict(Want::Present, &state, &observed, (from, followed)).starts_with("no-room");
    // Five of six minutes are over.
    assert!(!after(10 + 300, 59));
    assert!(after(10 + 300, 60));
    // However late it is by the clock, it is looked at for a tenth of its time first.
    assert!(!after(86_400, 35));
    assert!(after(86_400, 36));
    // A clock that is behind gives the step its time again, and no more.
    assert!(!after(-86_400, 359));
    assert!(after(-86_400, 360));
}

#[test]
fn all_steps_together_have_a_time_too() {
    let observed = record(4);
    let (begin, limits) = (Instant::now(), limits());
    let wait = timed(Want::Present, &Action::Wait(WaitFor::Verify));
    let mut watch = Stopwatch::start(&observed, at(0), begin);
    let mut when = begin;
    // Ever another step, none of them too long.
    for name in [StepName::Release, StepName::Workloads, StepName::Release, StepName::Workloads] {
        watch.look(Some(Timed::Step(name)), &Observed::default(), (at(0), when));
        when += seconds(200);
        assert_eq!(watch.waited(&limits), None);
    }
    watch.look(wait, &Observed::default(), (at(0), when));
    assert_eq!(watch.waited(&limits), None);
    watch.look(wait, &Observed::default(), (at(0), when + seconds(100)));
    let reached = watch.waited(&limits).unwrap();
    assert_eq!(reached, Reached { timed: None, limit: limits.deadline });
    assert_eq!(too_late(&State::Unverified, reached).reason, "not-finished-in-time");
    assert_eq!(too_late(&waiting(Some(no_room())), reached), no_room());
}

#[test]
fn time_without_the_cluster_does_not_count() {
    let (begin, limits) = (Instant::now(), limits());
    let wait = timed(Want::Present, &Action::Wait(WaitFor::Workloads));
    let mut watch = Stopwatch::start(&record(2), at(10), begin);
    watch.look(wait, &record(2), (at(10), begin));
    watch.skip(begin + seconds(5_000));
    watch.look(wait, &record(2), (at(10), begin + seconds(5_001)));
    assert_eq!(watch.waited(&limits), None);
    watch.look(wait, &record(2), (at(10), begin + seconds(5_360)));
    assert!(watch.waited(&limits).is_some());
}

#[test]
fn failed_tries_end_with_their_step() {
    let (begin, limits) = (Instant::now(), limits());
    let install = timed(Want::Present, &Action::Install);
    let mut observed = Observed { begun_at: Some(at(0)), ..Observed::fresh(1) };
    observed.set_step(StepName::Release, StepState::Running, at(1));
    let tried = |from| {
        let mut watch = Stopwatch::start(&observed, at(from), begin);
        watch.look(install, &observed, (at(from), begin));
        (watch.tried(&limits).is_some(), watch.waited(&limits).is_some())
    };
    assert_eq!(tried(1 + 359), (false, false));
    assert_eq!(tried(1 + 360), (true, false));
}

#[test]
fn times_of_an_earlier_wish_do_not_count() {
    let mut observed = record(2);
    observed.begun_at = Some(at(86_400));
    let state = waiting(None);
    assert_eq!(verdict(Want::Present, &state, &observed, (86_400, 359)), "in time");
    assert_ne!(verdict(Want::Present, &state, &observed, (86_400, 360)), "in time");
}

#[test]
fn times_are_told_plainly() {
    let told = [1, 2, 90, 120, 360, 361].map(|s| plain(seconds(s)));
    assert_eq!(told, ["1 second", "2 seconds", "90 seconds", "2 minutes", "6 minutes", "361 seconds"]);
}
