//! A ledger that somebody has tampered with: what is damaged is named and set aside, the rest goes on.

use storebot::domain::store::StoreId;
use storebot::ledger::{Claimed, LedgerError, LetterKind};

use super::{LEASE, claim, create, ledger_with_prefix, raw, record};

#[tokio::test]
async fn an_unreadable_record_is_named_and_stops_nothing() {
    let (ledger, prefix) = ledger_with_prefix();
    let (bad, good) = (record("bad", 1), record("good", 2));
    let beside = |what: &str| format!("{{{prefix}}}:{what}:{}", bad.id);
    let key = beside("store");
    let mut raw = raw().await;
    for damage in ["spec", "want", "gen", "obs", "ver", "task", "all", "type", ":spec", ":no spec", ":seen"] {
        create(&ledger, &bad).await;
        create(&ledger, &good).await;
        match damage {
            "all" => redis::cmd("DEL").arg(&key).exec_async(&mut raw).await.unwrap(),
            "type" => redis::pipe().del(&key).set(&key, "x").exec_async(&mut raw).await.unwrap(),
            ":no spec" => redis::cmd("DEL").arg(beside("spec")).exec_async(&mut raw).await.unwrap(),
            ":spec" | ":seen" => {
                redis::cmd("SET").arg(beside(&damage[1..])).arg("{").exec_async(&mut raw).await.unwrap()
            }
            field => redis::cmd("HSET").arg(&key).arg(field).arg("{").exec_async(&mut raw).await.unwrap(),
        }
        let mut claimed = 0;
        for store in ledger.take(10, LEASE).await.unwrap() {
            match ledger.claim(&store, "w1", LEASE).await {
                Ok(Claimed::Mine(_)) => claimed += 1,
                Err(error @ LedgerError::Unreadable { .. }) => {
                    assert_eq!(store, bad.id, "{damage}");
                    assert!(error.to_string().contains(bad.id.as_str()), "{damage}: {error}");
                    ledger.set_aside(store.as_str(), &error.to_string()).await.unwrap();
                }
                other => panic!("{damage}: {other:?}"),
            }
        }
        assert_eq!(claimed, 1, "{damage}");
        let letters = ledger.dead_letters(None, 10).await.unwrap();
        assert_eq!((letters.len(), letters[0].kind), (1, LetterKind::Unreadable), "{damage}");
        assert_eq!(letters[0].store, bad.id.as_str());
        let depth = ledger.depth().await.unwrap();
        assert_eq!((depth.waiting, depth.running, depth.unsettled), (0, 1, 1), "{damage}: only the good one is left");
        let listed = ledger.page(None, None, 10).await.unwrap();
        assert!(listed.items.iter().any(|(_, r)| r.id == good.id), "{damage}: {listed:?}");
        let keys: Vec<String> = redis::cmd("KEYS").arg(format!("{{{prefix}}}:*")).query_async(&mut raw).await.unwrap();
        redis::cmd("DEL").arg(keys).exec_async(&mut raw).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_of_a_wrong_type_is_set_aside_and_its_work_found_again() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut raw = raw().await;
    create(&ledger, &record("tea", 1)).await;
    for key in ["line:ready", "line:leased", "line:turns", "line:delayed", "dead"] {
        let key = format!("{{{prefix}}}:{key}");
        redis::pipe().del(&key).set(&key, "x").exec_async(&mut raw).await.unwrap();
        assert_eq!(ledger.set_aside_keys().await.unwrap(), [key.as_str()]);
        // What was in line there is found by the sweep.
        let unsettled = format!("{{{prefix}}}:line:unsettled");
        redis::cmd("ZADD").arg(unsettled).arg(0).arg(record("tea", 1).id.as_str()).exec_async(&mut raw).await.unwrap();
        ledger.sweep().await.unwrap();
        let held = claim(&ledger, "w1", LEASE).await;
        ledger.finish(&held, 1, &storebot::ledger::Ending::Handback).await.unwrap().unwrap();
    }
    assert!(ledger.set_aside_keys().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_store_is_struck_off() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut raw = raw().await;
    let unknown = StoreId::from_bits(99);
    for (set, member) in
        [("line:ready", "garbage"), ("line:unsettled", "more garbage"), ("line:unsettled", unknown.as_str())]
    {
        redis::cmd("ZADD").arg(format!("{{{prefix}}}:{set}")).arg(0).arg(member).exec_async(&mut raw).await.unwrap();
    }
    create(&ledger, &record("tea", 1)).await;
    assert_eq!(ledger.take(10, LEASE).await.unwrap(), [record("tea", 1).id]);
    assert!(ledger.sweep().await.unwrap().is_empty());
    let letters = ledger.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.iter().map(|l| l.store.as_str()).collect::<Vec<_>>(), ["more garbage", "garbage"]);
    assert_eq!(ledger.depth().await.unwrap().unsettled, 1);
}
