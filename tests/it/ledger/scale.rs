//! What a worker is needed for: each by itself.

use std::time::Duration;

use storebot::ledger::{Question, Work};

use super::*;
use crate::harness::environment::redis_do;

/// Reads what is to be told; whoever has read something still has to tell it.
async fn read(ledger: &Ledger) -> Vec<String> {
    let mut reader = ledger.event_reader("somebody", Duration::from_secs(60));
    // The first reader makes its group, and then waits for a second.
    for _ in 0..5 {
        let events = reader.next(100).await.unwrap();
        if !events.is_empty() {
            return events.into_iter().map(|event| event.id).collect();
        }
    }
    panic!("nothing is to be told");
}

async fn acknowledged(ledger: &Ledger) {
    let ids = read(ledger).await;
    ledger.ack_events(&ids).await.unwrap();
}

#[tokio::test]
async fn each_thing_that_needs_a_worker_counts() {
    let (ledger, prefix) = ledger_with_prefix();
    let key = |name: &str| format!("{{{prefix}}}:{name}");
    let nothing = Work::default();
    assert_eq!(ledger.work().await.unwrap(), nothing);

    let tea = record("tea", 1);
    create(&ledger, &tea).await;
    assert_eq!(ledger.work().await.unwrap(), Work { waiting: 1, untold: 1, ..nothing }, "nobody has read anything");
    let events = read(&ledger).await;
    assert_eq!(ledger.work().await.unwrap().untold, 1, "read, and not told yet");
    ledger.ack_events(&events).await.unwrap();
    assert_eq!(ledger.work().await.unwrap(), Work { waiting: 1, ..nothing });

    // Taken, and its worker has died: as long as nobody has gone on with it.
    ledger.take(1, NO_LEASE).await.unwrap();
    assert_eq!(ledger.work().await.unwrap(), Work { running: 1, ..nothing });
    ledger.promote().await.unwrap();
    ledger.take(1, LEASE).await.unwrap();
    let Claimed::Mine(claim) = ledger.claim(&tea.id, "worker", LEASE).await.unwrap() else { panic!("busy") };
    assert_eq!(ledger.work().await.unwrap(), Work { running: 1, ..nothing });

    // A pause counts when it is over, not before.
    ledger.finish(&claim, 1, &Ending::Retry { after: Duration::from_secs(3600) }).await.unwrap().unwrap();
    assert_eq!(ledger.work().await.unwrap(), nothing, "an hour is left");
    redis_do(&["ZADD", &key("line:delayed"), "1", tea.id.as_str()]).await.unwrap();
    assert_eq!(ledger.work().await.unwrap(), Work { due: 1, ..nothing });
    redis_do(&["ZREM", &key("line:delayed"), tea.id.as_str()]).await.unwrap();
    assert_eq!(ledger.work().await.unwrap(), Work { lost: 1, ..nothing }, "it is nowhere");
    ledger.sweep().await.unwrap();
    redis_do(&["DEL", &key("line:unsettled"), &key("line:ready")]).await.unwrap();

    let question = Question { id: "q".to_owned(), store: tea.id.clone() };
    ledger.ask_cell("main", &question, Duration::from_millis(1)).await.unwrap().unwrap();
    assert_eq!(ledger.work().await.unwrap(), Work { knocks: 1, ..nothing }, "heard when the question is gone, too");
    redis_do(&["DEL", &key("knock")]).await.unwrap();

    let later = u64::MAX.to_string();
    for (name, wanted) in [
        ("callbacks-due", Work { deliveries: 1, ..nothing }),
        ("notes-due", Work { deliveries: 1, ..nothing }),
        ("leases", Work { time: 1, ..nothing }),
        ("approvals", Work { time: 1, ..nothing }),
        ("forget", Work { time: 1, ..nothing }),
    ] {
        redis_do(&["ZADD", &key(name), &later, "x"]).await.unwrap();
        assert_eq!(ledger.work().await.unwrap(), nothing, "{name} is not due");
        redis_do(&["ZADD", &key(name), "1", "x"]).await.unwrap();
        let found = ledger.work().await.unwrap();
        assert_eq!((found, found.all()), (wanted, 1), "{name}");
        redis_do(&["DEL", &key(name)]).await.unwrap();
    }
}

/// A stream whose first entries were removed leaves Redis without the number of those that are behind.
#[tokio::test]
async fn events_count_also_where_redis_has_lost_count() {
    let (ledger, prefix) = ledger_with_prefix();
    let events = format!("{{{prefix}}}:events");
    create(&ledger, &record("tea", 1)).await;
    acknowledged(&ledger).await;
    create(&ledger, &record("coffee", 2)).await;
    redis_do(&["XGROUP", "SETID", &events, "notify", "1-0"]).await.unwrap();
    assert!(ledger.work().await.unwrap().untold >= 1);
}
