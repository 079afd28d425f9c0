use std::collections::BTreeMap;

use super::*;
use crate::cluster::{JobState, PodState, Terminated, Workload};

const PROOF: &str = r#"{"order":"7","total":"2.00 EUR","placed_at":"2026-11-21T08:00:00Z"}"#;

fn wanted(task: Task, generation: &str) -> Wanted<'_> {
    let (engine, want) = (Engine::Woocommerce, Want::Present);
    Wanted { engine, want, made: true, task, generation, digest: "new", simulated: false, kept: None }
}

/// Revision 1, made for generation 1.
fn ground(status: ReleaseStatus, digest: &str) -> Ground {
    let labels = BTreeMap::from([
        (values::DIGEST_LABEL.to_owned(), digest.to_owned()),
        (cluster::GENERATION.to_owned(), "1".to_owned()),
    ]);
    let release = ReleaseState { revision: 1, status, made_at: Timestamp::from_second(100).ok(), chart: None, labels };
    Ground {
        namespace: NamespaceState::Active { fence: None, generation: None },
        release: Some(release),
        prepared: false,
    }
}

fn deployed() -> Ground {
    ground(ReleaseStatus::Deployed, "new")
}

/// A Job and the pod in which it ended.
fn ended(snapshot: &mut Snapshot, name: &str, outcome: JobOutcome, message: &str) {
    let component = name.split('-').next().unwrap_or_default().to_owned();
    let well = outcome == JobOutcome::Succeeded;
    snapshot.pods.push(PodState {
        name: format!("{name}-x"),
        component: component.clone(),
        job: Some(name.to_owned()),
        job_uid: Some(format!("{name}-uid")),
        revision: Some(1),
        phase: if well { "Succeeded" } else { "Failed" }.to_owned(),
        terminated: Some(Terminated {
            exit_code: i32::from(!well),
            reason: "Error".to_owned(),
            message: message.to_owned(),
        }),
        ..PodState::default()
    });
    snapshot.jobs.push(JobState {
        name: name.to_owned(),
        uid: format!("{name}-uid"),
        component,
        revision: Some(1),
        outcome,
    });
}

fn failed() -> JobOutcome {
    JobOutcome::Failed { message: "BackoffLimitExceeded".to_owned() }
}

/// Everything is up, set up and proven by the release's own Jobs.
fn proven() -> Snapshot {
    let workload = |name: &&str| Workload {
        name: (*name).to_owned(),
        revision: Some(1),
        wanted: 1,
        ready: true,
        generation: 1,
        uid: String::new(),
    };
    let workloads = Engine::Woocommerce.workloads().iter().map(workload).collect();
    let mut snapshot = Snapshot { synced: true, workloads, ..Snapshot::default() };
    ended(&mut snapshot, "setup-1", JobOutcome::Succeeded, "");
    ended(&mut snapshot, "verify-1", JobOutcome::Succeeded, PROOF);
    snapshot
}

fn order(state: &State) -> Option<&str> {
    match state {
        State::Proven { proof } => proof.as_ref().map(|p| p.order.as_str()),
        other => panic!("{other:?}"),
    }
}

fn reason(state: &State) -> &str {
    match state {
        State::Failed { trouble } => &trouble.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_release_is_wanted_by_its_digest_and_after_a_failure_by_its_wish() {
    let old = ground(ReleaseStatus::Deployed, "old");
    assert_eq!(order(&name(&deployed(), &proven(), &wanted(Task::Install, "2"))), Some("7"));
    assert_eq!(name(&old, &proven(), &wanted(Task::Install, "2")), State::Outdated { revision: 1 });
    assert_eq!(name(&deployed(), &proven(), &wanted(Task::Reinstall, "2")), State::Outdated { revision: 1 });
    // Made for this wish, it is followed like any other.
    assert_eq!(order(&name(&deployed(), &proven(), &wanted(Task::Reinstall, "1"))), Some("7"));
}

#[test]
fn pods_that_failed_before_a_new_attempt_are_not_waited_for() {
    let pod = |name: &str, second: i64| PodState {
        name: name.to_owned(),
        created_at: Timestamp::from_second(second).ok(),
        ..PodState::default()
    };
    let mut snapshot = proven();
    snapshot.pods.extend([
        pod("old", 99),
        PodState { ready: true, ..pod("old-and-well", 99) },
        PodState { going: true, ..pod("old-and-leaving", 99) },
        PodState { job: Some("setup-1".to_owned()), ..pod("of-a-job", 99) },
        // Kubernetes counts in whole seconds: this one may be of this revision.
        pod("new", 100),
    ]);
    let stuck = State::Stuck { pods: vec!["old".to_owned()] };
    assert_eq!(name(&deployed(), &snapshot, &wanted(Task::Reinstall, "1")), stuck);
    assert_eq!(order(&name(&deployed(), &snapshot, &wanted(Task::Install, "1"))), Some("7"), "nothing had failed");
}

#[test]
fn the_old_proof_never_passes_for_the_new_one() {
    let wish = wanted(Task::Verify, "5");
    let mut snapshot = proven();
    assert_eq!(name(&deployed(), &snapshot, &wish), State::Unasked);
    // Of another wish.
    ended(&mut snapshot, "verify-1-4", JobOutcome::Succeeded, PROOF);
    assert_eq!(name(&deployed(), &snapshot, &wish), State::Unasked);
    let running = JobState {
        name: "verify-1-5".to_owned(),
        uid: "verify-1-5-uid".to_owned(),
        component: VERIFY.to_owned(),
        revision: Some(1),
        outcome: JobOutcome::Running,
    };
    let mut under_way = snapshot.clone();
    under_way.jobs.push(running);
    assert_eq!(name(&deployed(), &under_way, &wish), State::Unverified);
    let mut silent = snapshot.clone();
    ended(&mut silent, "verify-1-5", JobOutcome::Succeeded, "");
    assert_eq!(reason(&name(&deployed(), &silent, &wish)), Reason::NoProof.as_str());
    ended(&mut snapshot, "verify-1-5", JobOutcome::Succeeded, &PROOF.replace('7', "8"));
    assert_eq!(order(&name(&deployed(), &snapshot, &wish)), Some("8"));
}

#[test]
fn a_new_test_order_is_judged_alone() {
    let wish = wanted(Task::Verify, "5");
    let mut snapshot = proven();
    // A test order that failed before says nothing of this one.
    snapshot.jobs[1].outcome = failed();
    ended(&mut snapshot, "verify-1-5", JobOutcome::Succeeded, PROOF);
    assert_eq!(order(&name(&deployed(), &snapshot, &wish)), Some("7"));
    let mut bad = proven();
    ended(&mut bad, "verify-1-5", failed(), "out of stock");
    assert_eq!(reason(&name(&deployed(), &bad, &wish)), Reason::VerifyFailed.as_str());
    // The chart may have changed since: that is for an upgrade.
    let old = ground(ReleaseStatus::Deployed, "old");
    assert_eq!(order(&name(&old, &snapshot, &wish)), Some("7"));
    let simulated = Wanted { simulated: true, ..wish };
    assert_eq!(order(&name(&deployed(), &snapshot, &simulated)), None);
}

#[test]
fn a_test_order_makes_nothing_that_is_not_there() {
    let wish = wanted(Task::Verify, "5");
    for ground in [
        Ground::nothing(),
        Ground { release: None, ..deployed() },
        ground(ReleaseStatus::Failed, "new"),
        ground(ReleaseStatus::Uninstalling, "new"),
    ] {
        assert_eq!(reason(&name(&ground, &proven(), &wish)), "not-installed", "{ground:?}");
    }
}

#[test]
fn what_nobody_has_touched_keeps_its_proof_without_its_jobs() {
    let proof: Proof = serde_json::from_str(PROOF).unwrap();
    let wish = Wanted { kept: Some(Some(&proof)), ..wanted(Task::Install, "2") };
    let tidied = Snapshot { jobs: Vec::new(), pods: Vec::new(), ..proven() };
    assert_eq!(order(&name(&deployed(), &tidied, &wish)), Some("7"));
    let down = Snapshot { workloads: Vec::new(), ..tidied };
    assert!(matches!(name(&deployed(), &down, &wish), State::NotReady { .. }));
    assert_eq!(name(&ground(ReleaseStatus::Deployed, "old"), &proven(), &wish), State::Outdated { revision: 1 });
}

#[test]
fn only_what_was_ready_for_a_reason_is_kept() {
    let proof: Proof = serde_json::from_str(PROOF).unwrap();
    let seen = |untouched, proof| Observed { untouched, proof, ..Observed::default() };
    assert_eq!(kept(&seen(true, Some(proof.clone())), false), Some(Some(&proof)));
    assert_eq!(kept(&seen(true, None), true), Some(None));
    // Its nodes were simulated once and are so no more: nothing was ever proven.
    assert_eq!(kept(&seen(true, None), false), None);
    assert_eq!(kept(&seen(false, Some(proof)), false), None);
}

#[test]
fn a_job_may_be_seen_before_what_its_pod_left() {
    let mut early = proven();
    early.pods.retain(|pod| pod.component != VERIFY);
    assert_eq!(name(&deployed(), &early, &wanted(Task::Install, "1")), State::Unverified);
}

#[test]
fn a_pod_tells_the_end_before_its_job_does() {
    let mut early = proven();
    for job in &mut early.jobs {
        job.outcome = JobOutcome::Running;
    }
    assert_eq!(order(&name(&deployed(), &early, &wanted(Task::Install, "1"))), Some("7"));
    // The kubelet clears away for a second or two before it says so of the pod.
    for pod in &mut early.pods {
        (pod.phase, pod.done) = ("Running".to_owned(), true);
    }
    assert_eq!(order(&name(&deployed(), &early, &wanted(Task::Install, "1"))), Some("7"));
    // A pod that an older Job of the same name has left says nothing of this one.
    early.jobs[1].uid = "another".to_owned();
    assert_eq!(name(&deployed(), &early, &wanted(Task::Install, "1")), State::Unverified);
}
