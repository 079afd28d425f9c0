use super::*;
use crate::cluster::snapshot::{JobState, Workload};

fn pod(component: &str) -> PodState {
    PodState {
        name: format!("{component}-0"),
        component: component.to_owned(),
        revision: None,
        phase: "Pending".to_owned(),
        ..PodState::default()
    }
}

fn waiting(reason: &str, message: &str) -> PodState {
    PodState { waiting_reason: Some(reason.to_owned()), waiting_message: Some(message.to_owned()), ..pod("shop") }
}

fn unplaced(message: &str) -> PodState {
    PodState { unschedulable: Some(message.to_owned()), ..pod("database") }
}

fn crashing(restarts: u32, exit_code: i32, reason: &str, message: &str) -> PodState {
    let end = Terminated { exit_code, reason: reason.to_owned(), message: message.to_owned() };
    PodState { restarts, terminated: Some(end), ..waiting("CrashLoopBackOff", "back-off 10s") }
}

fn pods(pods: &[PodState]) -> Snapshot {
    Snapshot { pods: pods.to_vec(), ..Snapshot::default() }
}

fn sign(name: &str, reason: &str, message: &str) -> Sign {
    Sign {
        kind: "ReplicaSet".to_owned(),
        name: name.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        at: "2026-11-21T08:00:00Z".parse().unwrap(),
    }
}

fn found(snapshot: &Snapshot, signs: &[Sign]) -> (String, bool) {
    match first_trouble(snapshot, signs, 2, "verify-2") {
        Some(finding) => (finding.trouble.reason, finding.terminal),
        None => (String::new(), false),
    }
}

#[test]
fn each_sign_has_its_reason() {
    let table = [
        (pod("shop"), "", false),
        (waiting("CreateContainerConfigError", "secret not found"), "", false),
        (waiting("ErrImagePull", "failed to pull image \"x\": not found"), "image-not-found", true),
        (waiting("ErrImagePull", "rpc error: code = Unknown"), "image-unavailable", false),
        (waiting("ErrImagePull", "dial tcp: i/o timeout"), "image-unavailable", false),
        (waiting("ImagePullBackOff", "Back-off pulling image \"x\""), "image-not-found", true),
        (waiting("ImagePullBackOff", "Back-off: ErrImagePull: connection refused"), "image-unavailable", false),
        (waiting("ImagePullBackOff", "Back-off: pull access denied"), "image-not-found", true),
        (waiting("InvalidImageName", ""), "image-not-found", true),
        (crashing(1, 1, "Error", ""), "crash-loop", false),
        (crashing(3, 1, "Error", ""), "crash-loop", true),
        (unplaced("0/4 nodes are available: 4 Insufficient cpu."), "no-room", false),
        (unplaced("0/4 nodes are available: 4 node(s) had untolerated taint"), "no-room", false),
        (unplaced("pod has unbound immediate PersistentVolumeClaims"), "volume-not-bound", false),
        (crashing(1, 137, "OOMKilled", ""), "out-of-memory", false),
        (crashing(3, 137, "OOMKilled", ""), "out-of-memory", true),
        (PodState { going: true, ..crashing(9, 1, "Error", "") }, "", false),
        (PodState { revision: Some(1), ..waiting("InvalidImageName", "") }, "", false),
    ];
    for (pod, reason, terminal) in table {
        assert_eq!(found(&pods(std::slice::from_ref(&pod)), &[]), (reason.to_owned(), terminal), "{pod:?}");
    }
}

#[test]
fn words_are_plain() {
    let words = |pod: PodState| first_trouble(&pods(&[pod]), &[], 2, "verify-2").unwrap().trouble.message;
    let log = "start\nconnecting\nno such table\ngiving up\n";
    assert_eq!(
        words(crashing(4, 2, "Error", log)),
        "shop crashes again and again (4 restarts): exit code 2, connecting / no such table / giving up. \
         If it goes on, ask an administrator to look at the log of its pods."
    );
    assert_eq!(
        words(crashing(4, 137, "OOMKilled", "")),
        "The plan's memory is too small for shop. Take a bigger plan."
    );
    assert_eq!(
        words(unplaced("0/4 nodes are available: 2 Insufficient cpu, 2 Insufficient memory.")),
        "There is no room on the cluster for database: not enough CPU and memory. Take a smaller plan, or ask an \
         administrator to add nodes."
    );
    let pull = "Back-off pulling image \"shop:1\": ErrImagePull: dial tcp 10.0.0.1:443: connection refused";
    assert_eq!(
        words(waiting("ImagePullBackOff", pull)),
        "The image of shop cannot be fetched at the moment: shop:1. Ask an administrator to look at the image registry."
    );
    assert!(words(unplaced(&"a taint ".repeat(100))).chars().count() < 500);
}

#[test]
fn what_kept_pods_from_being_made_is_told() {
    let quota = sign("shop-5d4", "FailedCreate", "Error creating: pods \"a\" is forbidden: exceeded quota: q");
    let policy = sign("database", "FailedCreate", "pods \"a\" is forbidden: violates PodSecurity \"restricted\"");
    let hook = sign("shop-5d4", "FailedCreate", "admission webhook \"p.example\" denied the request: no");
    let none = Snapshot::default();
    assert_eq!(found(&none, std::slice::from_ref(&quota)), ("quota-exceeded".to_owned(), true));
    assert_eq!(found(&none, &[policy]), ("refused-by-admission".to_owned(), true));
    assert_eq!(found(&none, &[hook]), ("refused-by-admission".to_owned(), true));
    assert_eq!(found(&none, &[sign("a", "ProvisioningFailed", "no disk")]), ("volume-not-bound".to_owned(), false));
    let unbound = sign("database", UNBOUND, "nobody has made one of the storage class \"fast\"");
    let placed = first_trouble(&none, std::slice::from_ref(&unbound), 2, "verify-2").unwrap();
    assert_eq!((placed.trouble.reason.as_str(), placed.terminal), ("volume-not-bound", false));
    assert!(placed.trouble.message.starts_with("The volume database is not there yet: nobody has made one of"));
    let no_room = pods(&[unplaced("4 Insufficient cpu")]);
    assert_eq!(found(&no_room, &[unbound]), ("no-room".to_owned(), false));
    assert_eq!(found(&none, &[sign("a", "Unhealthy", "Readiness probe failed")]), (String::new(), false));
    let leaving = pods(&[PodState { going: true, ..pod("shop") }]);
    assert_eq!(found(&leaving, std::slice::from_ref(&quota)), ("quota-exceeded".to_owned(), false));
    // A Job tries again by itself, and then has a pod.
    let job = Sign { kind: "Job".to_owned(), name: "verify-2".to_owned(), ..quota.clone() };
    assert_eq!(found(&none, std::slice::from_ref(&job)), ("quota-exceeded".to_owned(), false));
    let made = pods(&[PodState { job: Some("verify-2".to_owned()), ..pod("verify") }]);
    assert_eq!(found(&made, &[job]), (String::new(), false));
    let workload = Workload {
        name: "shop".to_owned(),
        revision: Some(2),
        wanted: 1,
        ready: true,
        generation: 1,
        uid: String::new(),
    };
    let over = Snapshot { workloads: vec![workload], ..Snapshot::default() };
    assert_eq!(found(&over, &[quota]), (String::new(), false));
}

#[test]
fn a_failed_job_says_what_its_pod_said() {
    let job = |component: &str| {
        let outcome = JobOutcome::Failed { message: "BackoffLimitExceeded: reached".to_owned() };
        let pod = PodState {
            job: Some(format!("{component}-2")),
            revision: Some(2),
            phase: "Failed".to_owned(),
            terminated: Some(Terminated {
                exit_code: 1,
                reason: "Error".to_owned(),
                message: "no such user".to_owned(),
            }),
            ..pod(component)
        };
        let name = format!("{component}-2");
        let job = JobState { name, uid: String::new(), component: component.to_owned(), revision: Some(2), outcome };
        Snapshot { jobs: vec![job], pods: vec![pod], ..Snapshot::default() }
    };
    let finding = first_trouble(&job("setup"), &[], 2, "verify-2").unwrap();
    assert_eq!((finding.trouble.reason.as_str(), finding.terminal), ("setup-failed", true));
    assert!(finding.trouble.message.starts_with("Setting up the shop failed: exit code 1, no such user. If "));
    assert_eq!(found(&job("verify"), &[]), ("verify-failed".to_owned(), true));
    // Of verify Jobs only the one that is asked about counts.
    assert_eq!(first_trouble(&job("verify"), &[], 2, "verify-2-7"), None);
    assert_eq!(job_trouble(&job("login"), "login-2").unwrap().trouble.reason, "login-failed");
    let mut killed = job("setup");
    killed.pods[0].terminated.as_mut().unwrap().reason = "OOMKilled".to_owned();
    assert_eq!(found(&killed, &[]), ("out-of-memory".to_owned(), true));
    let mut chatty = job("setup");
    chatty.pods[0].terminated.as_mut().unwrap().message = "cannot reach mysql://shop:hush@database".to_owned();
    let finding = first_trouble(&chatty, &[], 2, "verify-2").unwrap();
    let masked = "Setting up the shop failed: exit code 1, cannot reach mysql://***@database. If ";
    assert!(finding.trouble.message.starts_with(masked), "{}", finding.trouble.message);
    let raw = "BackoffLimitExceeded: reached\nError, exit code 1\ncannot reach mysql://***@database";
    assert_eq!(finding.trouble.detail.as_deref(), Some(raw));
    let silent = Snapshot { pods: Vec::new(), ..job("verify") };
    let finding = first_trouble(&silent, &[], 2, "verify-2").unwrap();
    assert!(finding.trouble.message.starts_with("The test order failed: BackoffLimitExceeded: reached. If "));
    assert_eq!(first_trouble(&job("setup"), &[], 3, "verify-3"), None);
}

#[test]
fn the_first_terminal_sign_beats_what_only_holds_up() {
    let both = pods(&[unplaced("4 Insufficient cpu"), crashing(5, 1, "Error", "")]);
    assert_eq!(found(&both, &[]), ("crash-loop".to_owned(), true));
    let neither = pods(&[unplaced("4 Insufficient cpu"), crashing(1, 1, "Error", "")]);
    assert_eq!(found(&neither, &[]), ("crash-loop".to_owned(), false));
}
