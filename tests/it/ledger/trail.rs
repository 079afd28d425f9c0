//! Where a wish came from: known of that wish alone.

use storebot::domain::trail::{TraceContext, Trail};

use super::*;

fn trail(request: &str, span: u64) -> Trail {
    Trail { request: request.to_owned(), trace: Some(TraceContext { trace: 7, span, sampled: true }) }
}

/// Asks for the store to be asleep, with a trail of its own.
async fn wish_with(ledger: &Ledger, id: &StoreId, trail: Trail) {
    let seen = ledger.record(id).await.unwrap().unwrap();
    let mut becomes = Record { trail, ..seen.clone() };
    becomes.desired = Desired::new(seen.desired.generation + 1, Want::Asleep, Task::Install);
    becomes.version += 1;
    let audit = audit(&seen, CommandKind::Sleep);
    let wish = Some(Wish { want: Want::Asleep, grace: None, back: false });
    let change = ChangeRequest { wish, ..ChangeRequest::by(&audit, &seen, &becomes) };
    assert!(matches!(ledger.change(change).await.unwrap(), Ok(Admitted::New(_))));
}

#[tokio::test]
async fn the_trail_of_an_older_wish_is_not_taken_for_the_newest_ones() {
    let (ledger, prefix) = ledger_with_prefix();
    let store = Record { trail: trail("request-of-create", 1), ..record("tea", 1) };
    create(&ledger, &store).await;
    let known = async || ledger.record(&store.id).await.unwrap().unwrap().trail;
    assert_eq!(known().await, store.trail);

    wish_with(&ledger, &store.id, trail("request-of-sleep", 2)).await;
    assert_eq!(known().await, trail("request-of-sleep", 2));
    assert_eq!(claim(&ledger, "w1", LEASE).await.record.trail, trail("request-of-sleep", 2), "whoever does it knows");

    // As a storebot of before trails does: it raises the generation, and leaves what it does not know.
    let key = format!("{{{prefix}}}:store:{}", store.id);
    environment::redis_do(&["HINCRBY", &key, "gen", "1"]).await.unwrap();
    environment::redis_do(&["HINCRBY", &key, "ver", "1"]).await.unwrap();
    assert_eq!(known().await, Trail::default(), "nobody knows where this one came from");
    // And so does whoever is told of it, by a record that a claim or a list gives.
    environment::redis_do(&["HDEL", &key, "lease"]).await.unwrap();
    let Claimed::Mine(claimed) = ledger.claim(&store.id, "w2", LEASE).await.unwrap() else { panic!("held") };
    assert_eq!((claimed.record.desired.generation, claimed.record.trail), (3, Trail::default()));
    assert_eq!(ledger.page(None, None, 1).await.unwrap().items[0].1.trail, Trail::default());

    // A wish that nobody asked for, such as when time has passed, leaves nothing of the one before either.
    wish_with(&ledger, &store.id, trail("request-of-wake", 3)).await;
    assert_eq!(known().await, trail("request-of-wake", 3));
    wish_with(&ledger, &store.id, Trail::default()).await;
    assert_eq!(known().await, Trail::default());
    // Without a place in a trace the one of before is none.
    wish_with(&ledger, &store.id, trail("request-of-delete", 4)).await;
    wish_with(&ledger, &store.id, Trail { trace: None, ..trail("request-of-retry", 5) }).await;
    assert_eq!(known().await, Trail { request: "request-of-retry".to_owned(), trace: None });
}
