//! Deletions that can be taken back for a while.

use std::time::Duration;

use storebot::domain::command::CommandKind;
use storebot::domain::record::{Desired, Task, Want};
use storebot::domain::store::StoreId;
use storebot::ledger::{Admitted, ChangeRequest, Claim, Ending, Ledger, RefusedBy, Wish};

use super::{LEASE, audit, claim, create, ledger, record};

const LONG: Duration = Duration::from_secs(3600);

async fn wish(ledger: &Ledger, id: &StoreId, wish: Wish) -> Result<Admitted, RefusedBy> {
    let seen = ledger.record(id).await.unwrap().unwrap();
    let mut becomes = seen.clone();
    let generation = seen.desired.generation + 1;
    becomes.desired = Desired::new(generation, wish.want, Task::Install);
    becomes.version += 1;
    let audit = audit(&seen, CommandKind::Delete);
    let (seen, becomes, audit) = (&seen, &becomes, &audit);
    let change = ChangeRequest { wish: Some(wish), ..ChangeRequest::by(audit, seen, becomes) };
    ledger.change(change).await.unwrap()
}

async fn delete(ledger: &Ledger, id: &StoreId, grace: Option<Duration>) {
    let going = Wish { want: Want::Absent, grace, back: false };
    assert!(matches!(wish(ledger, id, going).await, Ok(Admitted::New(_))));
}

async fn undo(ledger: &Ledger, id: &StoreId) -> Result<Admitted, RefusedBy> {
    wish(ledger, id, Wish { want: Want::Present, grace: None, back: true }).await
}

async fn settled(ledger: &Ledger) -> StoreId {
    let store = record("tea", 7);
    create(ledger, &store).await;
    let claim = claim(ledger, "w", LEASE).await;
    ledger.finish(&claim, 1, &Ending::Settled).await.unwrap().unwrap();
    store.id
}

async fn later(ledger: &Ledger, claim: &Claim) {
    let generation = claim.record.desired.generation;
    assert!(!ledger.finish(claim, generation, &Ending::Later { after: claim.early }).await.unwrap().unwrap());
}

#[tokio::test]
async fn nothing_is_done_in_the_grace_and_it_can_be_taken_back() {
    let ledger = ledger();
    let id = settled(&ledger).await;
    delete(&ledger, &id, Some(LONG)).await;
    let not_before = ledger.record(&id).await.unwrap().unwrap().desired.not_before;
    assert!(not_before.is_some());
    let first = claim(&ledger, "w", LEASE).await;
    assert!(first.early > LONG / 2 && first.early <= LONG, "{:?}", first.early);
    assert_eq!(first.record.desired.not_before, not_before);
    later(&ledger, &first).await;
    assert_eq!(ledger.take(10, LEASE).await.unwrap(), [], "it waits for its time");
    assert_eq!(ledger.promote().await.unwrap(), []);

    assert!(matches!(undo(&ledger, &id).await, Ok(Admitted::New(_))));
    let back = claim(&ledger, "w", LEASE).await;
    assert_eq!((back.record.desired.want, back.record.desired.not_before), (Want::Present, None));
    assert_eq!((back.early, back.attempt), (Duration::ZERO, 1));
    assert!(matches!(undo(&ledger, &id).await, Err(RefusedBy::Conflict)), "there is nothing to take back");
}

#[tokio::test]
async fn what_has_begun_cannot_be_taken_back_even_when_the_clock_goes_back() {
    let ledger = ledger();
    let id = settled(&ledger).await;
    delete(&ledger, &id, Some(Duration::ZERO)).await;
    assert!(matches!(undo(&ledger, &id).await, Err(RefusedBy::Conflict)));
    let begun = claim(&ledger, "w", LEASE).await;
    assert_eq!((begun.early, begun.record.desired.want), (Duration::ZERO, Want::Absent));
    // What a clock that goes back would look at is not there any more.
    assert_eq!(ledger.record(&id).await.unwrap().unwrap().desired.not_before, None);
}

#[tokio::test]
async fn a_deletion_that_was_to_be_later_can_be_at_once() {
    let ledger = ledger();
    let id = settled(&ledger).await;
    delete(&ledger, &id, Some(LONG)).await;
    let first = claim(&ledger, "w", LEASE).await;
    later(&ledger, &first).await;
    delete(&ledger, &id, None).await;
    assert_eq!(claim(&ledger, "w", LEASE).await.early, Duration::ZERO);
    assert!(matches!(undo(&ledger, &id).await, Err(RefusedBy::Conflict)));
}

/// A worker was told to go on while the wish was changed: it lets go, and the next one waits.
#[tokio::test]
async fn a_store_that_is_being_made_rests_in_the_grace() {
    let ledger = ledger();
    let store = record("tea", 7);
    create(&ledger, &store).await;
    let making = claim(&ledger, "w", LEASE).await;
    delete(&ledger, &store.id, Some(LONG)).await;
    assert!(ledger.finish(&making, 1, &Ending::Handback).await.unwrap().unwrap());
    let waiting = claim(&ledger, "w", LEASE).await;
    assert!(!waiting.early.is_zero());
    later(&ledger, &waiting).await;
    assert!(matches!(undo(&ledger, &store.id).await, Ok(Admitted::New(_))));
    assert_eq!(claim(&ledger, "w", LEASE).await.record.desired.want, Want::Present);
}
