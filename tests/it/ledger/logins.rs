//! New logins, against a real Redis.

use std::time::Duration;

use storebot::domain::event::EventKind;
use storebot::domain::record::{Phase, Record};
use storebot::ledger::{AskRefused, Claimed, Ending, Ledger, LoginAnswer, LoginAsk, Lost, Report};

use super::{LEASE, claim, create, ledger, next_jobs, record, seen};

/// A store that is ready, with nothing left to do.
async fn settled(ledger: &Ledger, bits: u64) -> Record {
    let store = record("tea", bits);
    create(ledger, &store).await;
    let jobs = next_jobs(ledger, "w1").await;
    let claim = claim(ledger, &jobs[0], "w1", LEASE).await;
    let observed = seen(1, Phase::Ready);
    let report = Report { observed: &observed, phase: Phase::Ready, kind: EventKind::Ready };
    ledger.report(&claim, report).await.unwrap().unwrap();
    ledger.finish(&claim, 1, &Ending::Settled).await.unwrap().unwrap();
    ledger.record(&store.id).await.unwrap().unwrap()
}

fn login(id: &str) -> LoginAsk {
    LoginAsk { id: id.to_owned(), hash: format!("hash of {id}") }
}

#[tokio::test]
async fn a_login_is_asked_for_made_and_answered_once() {
    let ledger = ledger();
    let store = settled(&ledger, 1).await;
    assert_eq!(ledger.ask_login(&store, &login("a"), LEASE).await.unwrap(), Ok(()));
    // One at a time, or the first one's password would not be the one that holds.
    assert_eq!(ledger.ask_login(&store, &login("b"), LEASE).await.unwrap(), Err(AskRefused::Busy));
    let jobs = next_jobs(&ledger, "w1").await;
    let claim = claim(&ledger, &jobs[0], "w1", LEASE).await;
    assert!(claim.record.is_settled() && claim.record == store, "the record is as it was");
    assert_eq!(ledger.login_asked(&store.id).await.unwrap().map(|a| a.hash), Some("hash of a".to_owned()));
    let waiting = tokio::spawn({
        let ledger = ledger.clone();
        async move { ledger.login_answer("a", LEASE).await }
    });
    ledger.answer_login(&claim, "a", &LoginAnswer::Changed).await.unwrap().unwrap();
    assert_eq!(waiting.await.unwrap(), Some(LoginAnswer::Changed));
    assert!(ledger.login_asked(&store.id).await.unwrap().is_none());
    assert_eq!(ledger.login_answer("a", Duration::from_millis(50)).await, None);
    assert_eq!(ledger.finish(&claim, 1, &Ending::Settled).await.unwrap(), Ok(false));
    assert_eq!(ledger.depth().await.unwrap().unsettled, 0);
}

#[tokio::test]
async fn a_login_asked_for_while_a_claim_ends_is_not_forgotten() {
    let ledger = ledger();
    let store = settled(&ledger, 1).await;
    ledger.ask_login(&store, &login("a"), LEASE).await.unwrap().unwrap();
    let jobs = next_jobs(&ledger, "w1").await;
    let first = claim(&ledger, &jobs[0], "w1", LEASE).await;
    let failed = LoginAnswer::Failed { why: "no such user".to_owned() };
    ledger.answer_login(&first, "a", &failed).await.unwrap().unwrap();
    // Its job finds the store busy and goes.
    ledger.ask_login(&store, &login("b"), LEASE).await.unwrap().unwrap();
    let doubled = next_jobs(&ledger, "w1").await;
    assert!(matches!(ledger.claim(&doubled[0], "w1", LEASE).await.unwrap(), Claimed::Busy));
    assert_eq!(ledger.finish(&first, 1, &Ending::Settled).await.unwrap(), Ok(true));
    let jobs = next_jobs(&ledger, "w1").await;
    claim(&ledger, &jobs[0], "w1", LEASE).await;
    assert_eq!(ledger.login_asked(&store.id).await.unwrap().map(|a| a.id), Some("b".to_owned()));
}

#[tokio::test]
async fn a_login_is_not_asked_of_a_store_that_has_changed_nor_made_by_an_old_claim() {
    let ledger = ledger();
    let store = settled(&ledger, 1).await;
    let older = Record { version: store.version - 1, ..store.clone() };
    assert_eq!(ledger.ask_login(&older, &login("a"), LEASE).await.unwrap(), Err(AskRefused::Conflict));
    ledger.ask_login(&store, &login("a"), LEASE).await.unwrap().unwrap();
    let jobs = next_jobs(&ledger, "w1").await;
    let mut old = claim(&ledger, &jobs[0], "w1", LEASE).await;
    old.fence -= 1;
    assert_eq!(ledger.answer_login(&old, "a", &LoginAnswer::Changed).await.unwrap(), Err(Lost));
    assert_eq!(ledger.login_answer("a", Duration::from_millis(50)).await, None);
}
