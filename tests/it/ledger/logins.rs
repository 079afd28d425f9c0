//! New logins, against a real Redis.

use std::time::Duration;

use storebot::domain::command::CommandKind;
use storebot::domain::event::EventKind;
use storebot::domain::record::{Phase, Record};
use storebot::ledger::{AskRefused, Ending, Ledger, LoginAnswer, LoginAsk, Lost, Report};

use super::{LEASE, audit, claim, create, ledger, record, seen};

/// A store that is ready, with nothing left to do.
async fn settled(ledger: &Ledger, bits: u64) -> Record {
    let store = record("tea", bits);
    create(ledger, &store).await;
    let claim = claim(ledger, "w1", LEASE).await;
    let observed = seen(1, Phase::Ready);
    let report = Report { observed: &observed, kind: EventKind::Ready };
    ledger.report(&claim, report).await.unwrap().unwrap();
    ledger.finish(&claim, 1, &Ending::Settled).await.unwrap().unwrap();
    ledger.record(&store.id).await.unwrap().unwrap()
}

async fn ask(ledger: &Ledger, store: &Record, id: &str) -> Result<(), AskRefused> {
    let ask = LoginAsk { id: id.to_owned(), hash: format!("hash of {id}") };
    ledger.ask_login(store, &ask, &audit(store, CommandKind::Credentials)).await.unwrap()
}

#[tokio::test]
async fn a_login_is_asked_for_made_and_answered_once() {
    let ledger = ledger();
    let store = settled(&ledger, 1).await;
    assert_eq!(ask(&ledger, &store, "a").await, Ok(()));
    // One at a time, or the first one's password would not be the one that holds.
    assert_eq!(ask(&ledger, &store, "b").await, Err(AskRefused::Busy));
    let claim = claim(&ledger, "w1", LEASE).await;
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
    ask(&ledger, &store, "a").await.unwrap();
    let first = claim(&ledger, "w1", LEASE).await;
    let failed = LoginAnswer::Failed { why: "no such user".to_owned() };
    ledger.answer_login(&first, "a", &failed).await.unwrap().unwrap();
    ask(&ledger, &store, "b").await.unwrap();
    assert!(ledger.take(10, LEASE).await.unwrap().is_empty(), "the store is held");
    assert_eq!(ledger.finish(&first, 1, &Ending::Settled).await.unwrap(), Ok(true));
    claim(&ledger, "w1", LEASE).await;
    assert_eq!(ledger.login_asked(&store.id).await.unwrap().map(|a| a.id), Some("b".to_owned()));
}

#[tokio::test]
async fn a_login_is_not_asked_of_a_store_that_has_changed_nor_made_by_an_old_claim() {
    let ledger = ledger();
    let store = settled(&ledger, 1).await;
    let older = Record { version: store.version - 1, ..store.clone() };
    assert_eq!(ask(&ledger, &older, "a").await, Err(AskRefused::Conflict));
    ask(&ledger, &store, "a").await.unwrap();
    let mut old = claim(&ledger, "w1", LEASE).await;
    old.fence -= 1;
    assert_eq!(ledger.answer_login(&old, "a", &LoginAnswer::Changed).await.unwrap(), Err(Lost));
    assert_eq!(ledger.login_answer("a", Duration::from_millis(50)).await, None);
}
