//! From a place in line to the end of a job: who holds a store may write, and nobody else.

use super::*;

#[tokio::test]
async fn a_job_goes_from_claim_to_settled() {
    let ledger = ledger();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    let claim = claim(&ledger, "w1", LEASE).await;
    assert_eq!((claim.fence, claim.attempt, &claim.record), (1, 1, &store));
    let observed = seen(1, Phase::Ready);
    let report = Report { observed: &observed, kind: EventKind::Ready };
    assert_eq!(ledger.report(&claim, report).await.unwrap(), Ok(1));
    assert_eq!(ledger.finish(&claim, 1, &Ending::Settled).await.unwrap(), Ok(false));
    let depth = ledger.depth().await.unwrap();
    assert_eq!((depth.waiting, depth.running, depth.unsettled), (0, 0, 0));
    let now = ledger.record(&store.id).await.unwrap().unwrap();
    assert!(now.is_settled() && now.version == 2);
    assert_eq!(ledger.counts().await.unwrap().get(&(Phase::Ready, Engine::Medusa)), Some(&1));
}

#[tokio::test]
async fn only_the_newest_claim_may_write() {
    let ledger = ledger();
    create(&ledger, &record("tea", 1)).await;
    let old = claim(&ledger, "w1", NO_LEASE).await;
    assert_eq!(promoted(&ledger).await, [Requeued::Abandoned(old.record.id.clone())]);
    let taken_over = claim(&ledger, "w2", LEASE).await;
    assert_eq!((taken_over.fence, taken_over.attempt, taken_over.claims), (2, 1, 2), "a death is no failed attempt");
    let observed = seen(1, Phase::Ready);
    let report = Report { observed: &observed, kind: EventKind::Ready };
    assert_eq!(ledger.beat(&old, LEASE).await.unwrap(), Err(Lost));
    assert_eq!(ledger.report(&old, report).await.unwrap(), Err(Lost));
    assert_eq!(ledger.finish(&old, 1, &Ending::Settled).await.unwrap(), Err(Lost));
    assert_eq!(ledger.record(&old.record.id).await.unwrap().unwrap().version, 1);
    assert_eq!(ledger.beat(&taken_over, LEASE).await.unwrap(), Ok(1));
}

#[tokio::test]
async fn a_store_is_never_claimed_twice_at_once() {
    let ledger = ledger();
    create(&ledger, &record("tea", 1)).await;
    let first = claim(&ledger, "w1", LEASE).await;
    assert!(matches!(ledger.claim(&first.record.id, "w2", LEASE).await.unwrap(), Claimed::Busy));
    assert!(delete(&ledger, &first.record.id).await.is_ok());
    assert!(ledger.take(10, LEASE).await.unwrap().is_empty(), "not in line beside itself");
    // The wish has changed under the first claim: its end brings a new job.
    assert_eq!(ledger.beat(&first, LEASE).await.unwrap(), Ok(2));
    assert_eq!(ledger.finish(&first, 1, &Ending::Settled).await.unwrap(), Ok(true));
    let third = claim(&ledger, "w2", LEASE).await;
    assert_eq!(third.record.desired, Desired::new(2, Want::Absent, Task::Install));
}

#[tokio::test]
async fn a_delayed_store_becomes_due_once() {
    let ledger = ledger();
    create(&ledger, &record("tea", 1)).await;
    let first = claim(&ledger, "w1", LEASE).await;
    ledger.finish(&first, 1, &Ending::Retry { after: Duration::ZERO }).await.unwrap().unwrap();
    let (a, b) = tokio::join!(ledger.promote(), ledger.promote());
    assert_eq!([a.unwrap(), b.unwrap()].concat(), [Requeued::Due(first.record.id)]);
    assert_eq!(claim(&ledger, "w1", LEASE).await.attempt, 2);
}

#[tokio::test]
async fn a_store_that_lost_its_place_gets_a_new_one() {
    let (ledger, prefix) = ledger_with_prefix();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    assert!(ledger.sweep().await.unwrap().is_empty(), "its place is still there");
    let mut raw = raw().await;
    redis::pipe()
        .cmd("DEL")
        .arg(format!("{{{prefix}}}:line:ready"))
        .cmd("ZADD")
        .arg(format!("{{{prefix}}}:line:unsettled"))
        .arg(&["XX", "0", store.id.as_str()])
        .query_async::<()>(&mut raw)
        .await
        .unwrap();
    assert_eq!(ledger.sweep().await.unwrap(), [Requeued::Lost(store.id)]);
    assert!(ledger.sweep().await.unwrap().is_empty(), "one look is enough for a while");
    assert_eq!(claim(&ledger, "w1", LEASE).await.fence, 1);
}

#[tokio::test]
async fn what_is_handed_back_goes_on_at_once() {
    let ledger = ledger();
    create(&ledger, &record("tea", 1)).await;
    let first = claim(&ledger, "w1", LEASE).await;
    assert_eq!(ledger.finish(&first, 1, &Ending::Handback).await.unwrap(), Ok(true));
    let second = claim(&ledger, "w2", LEASE).await;
    assert_eq!((second.fence, second.attempt), (2, 1), "handing back is no failed attempt");
}

#[tokio::test]
async fn dead_letters_keep_their_reason_and_stop_nothing() {
    let ledger = ledger();
    create(&ledger, &record("tea", 1)).await;
    let first = claim(&ledger, "w1", LEASE).await;
    ledger.finish(&first, 1, &Ending::Dead { reason: "broken".to_owned() }).await.unwrap().unwrap();
    let depth = ledger.depth().await.unwrap();
    assert_eq!((depth.dead, depth.unsettled, depth.waiting), (1, 0, 0));
}
