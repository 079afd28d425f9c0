//! Whose turn it is, and who may run Helm.

use storebot::domain::actor::ActorId;
use storebot::domain::record::Record;
use storebot::ledger::{Ending, Ledger};

use super::{CreateRequest, LEASE, NO_LEASE, asked, claim, create, ledger, promoted, record};

pub(super) async fn create_for(ledger: &Ledger, owner: &str, bits: std::ops::Range<u64>) {
    for bits in bits {
        let mut store = record(&format!("s{bits}"), bits);
        store.spec.owner = ActorId::new(owner);
        ledger
            .create(CreateRequest { allowance: super::allowance(1000, 1000), ..asked(&store) })
            .await
            .unwrap()
            .unwrap();
    }
}

/// Owners of the next stores in line, each taken alone.
async fn served(ledger: &Ledger, count: usize) -> Vec<String> {
    let mut owners = Vec::new();
    for _ in 0..count {
        let taken = ledger.take(1, LEASE).await.unwrap();
        let store: Record = ledger.record(&taken[0]).await.unwrap().unwrap();
        owners.push(store.spec.owner.to_string());
    }
    owners
}

#[tokio::test]
async fn one_owners_many_stores_do_not_make_others_wait() {
    let ledger = ledger();
    create_for(&ledger, "agency", 0..50).await;
    assert_eq!(served(&ledger, 5).await, ["agency"; 5]);
    create_for(&ledger, "ana", 100..102).await;
    create_for(&ledger, "bob", 200..201).await;
    // Level with what is being served, not behind the fifty.
    let next = served(&ledger, 8).await;
    assert_eq!(next.iter().filter(|o| *o != "agency").count(), 3, "{next:?}");
    assert!(next[..3].contains(&"ana".to_owned()) && next[..3].contains(&"bob".to_owned()), "{next:?}");
    // And the others do not starve the agency: whoever comes again stands behind it.
    create_for(&ledger, "ana", 110..120).await;
    let next = served(&ledger, 10).await;
    assert_eq!(next.iter().filter(|o| *o == "agency").count(), 5, "{next:?}");
}

#[tokio::test]
async fn each_owners_stores_come_in_the_order_they_were_asked_for() {
    let ledger = ledger();
    for (name, bits) in [("a", 9), ("b", 5), ("c", 7)] {
        create(&ledger, &record(name, bits)).await;
    }
    let taken = ledger.take(10, LEASE).await.unwrap();
    assert_eq!(taken, [9, 5, 7].map(storebot::domain::store::StoreId::from_bits));
}

#[tokio::test]
async fn what_was_taken_and_never_claimed_comes_back() {
    let ledger = ledger();
    create(&ledger, &record("tea", 1)).await;
    assert_eq!(ledger.take(10, NO_LEASE).await.unwrap().len(), 1);
    promoted(&ledger).await;
    assert_eq!(claim(&ledger, "w2", LEASE).await.fence, 1);
}

#[tokio::test]
async fn a_look_wakes_a_store_at_rest_and_is_not_forgotten_while_it_is_held() {
    let ledger = ledger();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    let first = claim(&ledger, "w1", LEASE).await;
    assert!(ledger.look(&store.id).await.unwrap());
    assert_eq!(ledger.finish(&first, 1, &Ending::Settled).await.unwrap(), Ok(true), "looked at again");
    let second = claim(&ledger, "w1", LEASE).await;
    assert_eq!(ledger.finish(&second, 1, &Ending::Settled).await.unwrap(), Ok(false));
    assert!(ledger.look(&store.id).await.unwrap());
    claim(&ledger, "w1", LEASE).await;
    assert!(!ledger.look(&storebot::domain::store::StoreId::from_bits(77)).await.unwrap());
}

#[tokio::test]
async fn a_cell_has_so_many_permits_and_a_death_gives_one_back() {
    let ledger = ledger();
    for (name, bits) in [("a", 1), ("b", 2), ("c", 3)] {
        create(&ledger, &record(name, bits)).await;
    }
    let stores = ledger.take(3, LEASE).await.unwrap();
    let (a, b, c) = (&stores[0], &stores[1], &stores[2]);
    assert!(ledger.permit("main", a, 2).await.unwrap());
    assert!(ledger.permit("main", b, 2).await.unwrap());
    assert!(ledger.permit("main", a, 2).await.unwrap(), "it has one already");
    assert!(!ledger.permit("main", c, 2).await.unwrap());
    assert!(ledger.permit("other", c, 2).await.unwrap(), "each cell has its own");
    ledger.give_back("main", b).await.unwrap();
    assert!(ledger.permit("main", c, 2).await.unwrap());
    // The holder of `a` goes on only as long as its lease.
    let mut dying = match ledger.claim(a, "w1", LEASE).await {
        Ok(storebot::ledger::Claimed::Mine(claim)) => claim,
        // Taken with a lease: only who took it may claim it, which is us.
        other => panic!("{other:?}"),
    };
    ledger.beat(&dying, NO_LEASE).await.unwrap().unwrap();
    dying.fence = 0;
    promoted(&ledger).await;
    assert!(ledger.permit("main", b, 2).await.unwrap());
}
