//! Who tells about a store, and from what.

use storebot::domain::command::CommandKind;
use storebot::domain::record::{Desired, Task, Want};
use storebot::domain::reply::{Reply, ReplyTo};
use storebot::domain::store::StoreId;
use storebot::ledger::{ChangeRequest, Ledger, Wish};

use super::{audit, create, ledger, record};

const WISHES: u64 = 300;

/// A wish whose promise carries the generation that it makes.
async fn wish(ledger: &Ledger, store: &StoreId) -> u64 {
    let seen = ledger.record(store).await.unwrap().unwrap();
    let mut becomes = seen.clone();
    let generation = seen.desired.generation + 1;
    becomes.desired = Desired::new(generation, Want::Present, Task::Install);
    becomes.version += 1;
    let audit = audit(&seen, CommandKind::Upgrade);
    let reply = Reply {
        id: generation.to_string(),
        command: CommandKind::Upgrade,
        to: ReplyTo::Callback { url: "https://example.com".to_owned().into() },
        room: None,
        notice: None,
    };
    let wish = Wish { want: Want::Present, grace: None, back: false };
    let change = ChangeRequest { wish: Some(wish), reply: Some(&reply), ..ChangeRequest::by(&audit, &seen, &becomes) };
    ledger.change(change).await.unwrap().unwrap();
    generation
}

#[tokio::test]
async fn nobody_is_told_of_a_store_from_before_they_asked() {
    let ledger = ledger();
    let store = record("tea", 7);
    create(&ledger, &store).await;
    let asking = async {
        let mut last = 0;
        for _ in 0..WISHES {
            last = wish(&ledger, &store.id).await;
        }
        last
    };
    let telling = async {
        loop {
            let (promises, record) = ledger.to_tell(&store.id).await.unwrap();
            let is = record.unwrap().desired.generation;
            let newest = promises.iter().map(|(reply, _)| reply.id.parse::<u64>().unwrap()).max();
            assert!(newest <= Some(is), "promised for {newest:?}, and the store is of {is}");
            if is == WISHES + 1 {
                break is;
            }
            for (reply, _) in promises {
                ledger.close_reply(&store.id, &reply.id).await.unwrap();
            }
        }
    };
    let (last, told) = tokio::join!(asking, telling);
    assert_eq!((last, told), (WISHES + 1, WISHES + 1));
}
