//! Dies once at each crash point (`src/crash.rs`), and recovers.
//!
//! The doors run in the test; the worker is a process of its own, which ends at the point as by
//! `kill -9`. Then another one is started, and in the end everything must be as if nothing had
//! happened. How long that took is kept in `target/crash.json`.

mod ends;
mod report;
mod scenarios;

use std::collections::BTreeSet;

use futures::future::join_all;
use tokio::sync::Semaphore;

use scenarios::Scenario;

/// Cases at once: each is two processes, their Helm, and much waiting.
static CASES: Semaphore = Semaphore::const_new(4);

/// Which story comes to which points. `#2`: when it comes there for the second time.
const TABLE: &[(Scenario, &[&str])] = &[
    (
        Scenario::Create,
        &[
            "ledger.take.before",
            "ledger.take.after",
            "ledger.claim.before",
            "ledger.claim.after",
            "ledger.report.before",
            "ledger.report.after",
            "ledger.report.before#3",
            "ledger.report.after#3",
            "ledger.finish.settled.before",
            "ledger.finish.settled.after",
            "ledger.permit.before",
            "ledger.permit.after",
            "ledger.give-back.before",
            "ledger.give-back.after",
            "cluster.namespace.before",
            "cluster.namespace.after",
            "cluster.enter.before",
            "cluster.enter.after",
            "cluster.credentials.before",
            "cluster.credentials.after",
            "helm.scratch.before",
            "helm.scratch.after",
            "helm.start.before",
            "helm.start.after",
            "helm.end.after",
            "helm.scratch-removed.after",
        ],
    ),
    (
        Scenario::Tell,
        &[
            "notify.telling.after",
            "notify.telling.after#3",
            "notify.send.before",
            "notify.send.before#2",
            "notify.send.after",
            "notify.send.after#2",
            "notify.told.after",
            "notify.told.after#2",
            "notify.close.before",
            "notify.close.after",
            "notify.acknowledge.before",
            "notify.acknowledge.after",
        ],
    ),
    (
        Scenario::TellLate,
        &["notify.send.before#2", "notify.send.after#2", "notify.told.after#2", "notify.close.before"],
    ),
    (
        Scenario::CallBack,
        &[
            "notify.call-out.before",
            "notify.call-out.after",
            "notify.deliver.before",
            "notify.deliver.after",
            "notify.postpone.before",
            "notify.postpone.after",
            "notify.finish-callback.before",
            "notify.finish-callback.after",
        ],
    ),
    (Scenario::CallBackOfOne, &["notify.hand-over.before", "notify.hand-over.after"]),
    (Scenario::SwitchOff, &["notify.switch-off.before", "notify.switch-off.after"]),
    (Scenario::Expire, &["notify.notice.before", "notify.notice.after", "ledger.change.before", "ledger.change.after"]),
    (Scenario::Slow, &["ledger.beat.before", "ledger.beat.after"]),
    (Scenario::Drain, &["ledger.finish.handback.before", "ledger.finish.handback.after"]),
    (
        Scenario::Locked,
        &["cluster.unlock.before", "cluster.unlock.after", "cluster.stale-jobs.before", "cluster.stale-jobs.after"],
    ),
    (Scenario::Verify, &["cluster.ask-job.before", "cluster.ask-job.after"]),
    (
        Scenario::Login,
        &[
            "cluster.put-secret.before",
            "cluster.put-secret.after",
            "cluster.remove-secret.before",
            "cluster.remove-secret.after",
            "ledger.login-answer.before",
            "ledger.login-answer.after",
        ],
    ),
    (
        Scenario::Delete,
        &[
            "cluster.empty.before",
            "cluster.empty.after",
            "cluster.delete-namespace.before",
            "cluster.delete-namespace.after",
            "ledger.finish.gone.before",
            "ledger.finish.gone.after",
            "helm.start.after#2",
            "helm.end.after#2",
        ],
    ),
    (Scenario::DeleteLater, &["ledger.finish.later.before", "ledger.finish.later.after"]),
    (Scenario::Purge, &["ledger.purge.before", "ledger.purge.after"]),
    (
        Scenario::Retry,
        &["ledger.finish.retry.before", "ledger.finish.retry.after", "ledger.requeue.before", "ledger.requeue.after"],
    ),
    (Scenario::Dead, &["ledger.finish.dead.before", "ledger.finish.dead.after"]),
    (
        Scenario::Receive,
        &["ledger.receive.before", "ledger.receive.after", "ledger.mark-delivery.before", "ledger.mark-delivery.after"],
    ),
    (Scenario::SendAgain, &["ledger.send-again.before", "ledger.send-again.after"]),
    (Scenario::AdmitCreate, &["ledger.create.before", "ledger.create.after"]),
    (Scenario::AdmitChange, &["ledger.change.before", "ledger.change.after"]),
];

async fn die_at_all_of(scenario: Scenario) {
    let points = TABLE.iter().filter(|(known, _)| *known == scenario).flat_map(|(_, points)| *points);
    let cases = points.map(|point| async move {
        let _turn = CASES.acquire().await.unwrap();
        let result = scenarios::run(scenario, point).await;
        result.map_err(|error| format!("{scenario:?} at {point}: {error:#}"))
    });
    let failed: Vec<String> = join_all(cases).await.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn every_crash_point_has_a_test() {
    let name = |point: &&'static str| point.split('#').next().unwrap();
    let tested: BTreeSet<&str> = TABLE.iter().flat_map(|(_, points)| *points).map(name).collect();
    assert_eq!(tested, storebot::crash::POINTS.iter().copied().collect());
    assert!(tested.len() >= 30);
}

#[tokio::test]
async fn a_create_survives_its_worker() {
    die_at_all_of(Scenario::Create).await;
}

#[tokio::test]
async fn a_slow_create_survives_its_worker() {
    die_at_all_of(Scenario::Slow).await;
}

#[tokio::test]
async fn a_message_survives_whoever_writes_it() {
    die_at_all_of(Scenario::Tell).await;
}

#[tokio::test]
async fn a_new_message_survives_whoever_writes_it_and_is_one() {
    die_at_all_of(Scenario::TellLate).await;
}

#[tokio::test]
async fn a_callback_survives_whoever_delivers_it() {
    die_at_all_of(Scenario::CallBack).await;
}

#[tokio::test]
async fn a_callback_of_one_command_survives_whoever_makes_it() {
    die_at_all_of(Scenario::CallBackOfOne).await;
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_is_remembered() {
    die_at_all_of(Scenario::SwitchOff).await;
}

#[tokio::test]
async fn an_end_of_time_is_told_once() {
    die_at_all_of(Scenario::Expire).await;
}

#[tokio::test]
async fn what_is_handed_back_survives_whoever_hands_it_back() {
    die_at_all_of(Scenario::Drain).await;
}

#[tokio::test]
async fn a_locked_release_survives_whoever_unlocks_it() {
    die_at_all_of(Scenario::Locked).await;
}

#[tokio::test]
async fn a_test_order_survives_its_worker() {
    die_at_all_of(Scenario::Verify).await;
}

#[tokio::test]
async fn a_login_survives_its_worker() {
    die_at_all_of(Scenario::Login).await;
}

#[tokio::test]
async fn a_delete_survives_its_worker() {
    die_at_all_of(Scenario::Delete).await;
}

#[tokio::test]
async fn a_delete_with_a_grace_survives_its_worker() {
    die_at_all_of(Scenario::DeleteLater).await;
}

#[tokio::test]
async fn forgetting_survives_its_worker() {
    die_at_all_of(Scenario::Purge).await;
}

#[tokio::test]
async fn another_attempt_survives_its_worker() {
    die_at_all_of(Scenario::Retry).await;
}

#[tokio::test]
async fn giving_up_survives_its_worker() {
    die_at_all_of(Scenario::Dead).await;
}

#[tokio::test]
async fn a_delivery_is_judged_whoever_received_it() {
    die_at_all_of(Scenario::Receive).await;
}

#[tokio::test]
async fn a_callback_is_sent_again_whoever_was_asked() {
    die_at_all_of(Scenario::SendAgain).await;
}

#[tokio::test]
async fn a_create_is_admitted_once() {
    die_at_all_of(Scenario::AdmitCreate).await;
}

#[tokio::test]
async fn a_change_is_admitted_once() {
    die_at_all_of(Scenario::AdmitChange).await;
}
