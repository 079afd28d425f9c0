//! What is on each cell is counted once and exactly, whoever asks and however often.

use storebot::domain::placement::{Health, Unfit};
use storebot::domain::quota::Used;
use storebot::ledger::CellState;

use super::*;

const SMALL: Size = Size { cpu_millis: 300, memory_mib: 1024, disk_mib: 4096 };

fn on(cell: &str, number: u64) -> Record {
    let mut record = record(&format!("shop-{number}"), number);
    record.spec.cell = cell.to_owned();
    record.spec.size = SMALL;
    record
}

fn room(stores: u32) -> Quota {
    Quota { stores, asleep_percent: 50, ..Quota::default() }
}

async fn try_on(ledger: &Ledger, record: &Record, capacity: Quota) -> Result<(), RefusedBy> {
    let request = CreateRequest { capacity, allowance: allowance(1000, 10_000), ..asked(record) };
    match ledger.create(request).await.unwrap() {
        Ok(Admitted::New(_)) => Ok(()),
        Ok(Admitted::Replayed(_)) => panic!("nothing was repeated"),
        Err(refused) => Err(refused),
    }
}

/// Claims one of those that are in line; the others are taken beside it.
async fn claim_one(ledger: &Ledger, id: &StoreId) -> Claim {
    ledger.take(100, LEASE).await.unwrap();
    match ledger.claim(id, "w1", LEASE).await.unwrap() {
        Claimed::Mine(claim) => *claim,
        Claimed::Busy => panic!("not claimed"),
    }
}

async fn state(ledger: &Ledger, cell: &str) -> CellState {
    ledger.cells(&[cell], 50).await.unwrap().remove(0)
}

fn used(stores: u32, awake: u64, all: u64) -> Used {
    let size = Size { cpu_millis: 300 * awake, memory_mib: 1024 * awake, disk_mib: 4096 * all };
    Used { stores, size }
}

#[tokio::test]
async fn the_last_place_is_given_once() {
    let ledger = ledger();
    let stores: Vec<Record> = (0..20).map(|n| on("far", n)).collect();
    let asked = stores.iter().map(|store| try_on(&ledger, store, room(5)));
    let answers = futures::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 5);
    let full = |answer: &&Result<(), RefusedBy>| matches!(answer, Err(RefusedBy::Cell(Unfit::Full)));
    assert_eq!(answers.iter().filter(full).count(), 15);
    assert_eq!(state(&ledger, "far").await.used, used(5, 5, 5));
    assert_eq!(state(&ledger, "near").await.used, Used::default(), "another one has all its room");
    // What was refused has left nothing: neither a name nor a count.
    assert_eq!(ledger.page(None, None, 100).await.unwrap().items.len(), 5);
    assert_eq!(ledger.names().await.unwrap().len(), 5);
}

#[tokio::test]
async fn each_resource_has_an_end() {
    let ledger = ledger();
    let narrow = Quota { size: Size { memory_mib: 2048, ..Size::default() }, ..Quota::default() };
    for number in 0..2 {
        try_on(&ledger, &on("far", number), narrow).await.unwrap();
    }
    let third = try_on(&ledger, &on("far", 2), narrow).await;
    assert!(matches!(third, Err(RefusedBy::Cell(Unfit::Full))), "{third:?}");
    try_on(&ledger, &on("far", 2), Quota::default()).await.unwrap();
}

#[tokio::test]
async fn who_sleeps_takes_a_part_and_who_goes_nothing() {
    let ledger = ledger();
    let stores: Vec<Record> = (0..2).map(|n| on("far", n)).collect();
    for store in &stores {
        try_on(&ledger, store, room(2)).await.unwrap();
    }
    let becomes = |store: &Record, want| {
        let mut becomes = store.clone();
        (becomes.desired.want, becomes.desired.generation) = (want, store.desired.generation + 1);
        becomes.version += 1;
        becomes
    };
    let change = async |seen: &Record, want| {
        let becomes = becomes(seen, want);
        let audit = audit(seen, CommandKind::Sleep);
        let wish = Some(Wish { want, grace: None, back: false });
        let asked = ChangeRequest { wish, ..ChangeRequest::by(&audit, seen, &becomes) };
        ledger.change(asked).await.unwrap().unwrap();
        becomes
    };
    let mut seen = Vec::new();
    for store in &stores {
        seen.push(change(store, Want::Asleep).await);
    }
    // Two halves are one.
    assert_eq!(state(&ledger, "far").await.used, used(1, 0, 2));
    try_on(&ledger, &on("far", 7), room(2)).await.unwrap();
    let full = try_on(&ledger, &on("far", 8), room(2)).await;
    assert!(matches!(full, Err(RefusedBy::Cell(Unfit::Full))), "{full:?}");
    let woken = change(&seen[0], Want::Present).await;
    assert_eq!(state(&ledger, "far").await.used, used(3, 2, 3), "one that is there wakes, whatever there is room for");
    for store in [&woken, &seen[1]] {
        change(store, Want::Absent).await;
        let claim = claim_one(&ledger, &store.id).await;
        ledger.finish(&claim, claim.record.desired.generation, &Ending::Gone).await.unwrap().unwrap();
    }
    assert_eq!(state(&ledger, "far").await.used, used(1, 1, 1));
    assert_eq!(ledger.stores_of_cell("far").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_drained_cell_takes_nothing_from_the_same_moment_on() {
    let ledger = ledger();
    let (first, second) = (on("far", 1), on("far", 2));
    let audit = audit(&first, CommandKind::Drain);
    assert!(ledger.drain_cell("far", true, &audit).await.unwrap());
    assert!(!ledger.drain_cell("far", true, &audit).await.unwrap(), "it was so before");
    let drained = try_on(&ledger, &first, room(5)).await;
    assert!(matches!(drained, Err(RefusedBy::Cell(Unfit::Drained))), "{drained:?}");
    assert!(state(&ledger, "far").await.drained);
    try_on(&ledger, &on("near", 1), room(5)).await.unwrap();
    assert!(ledger.drain_cell("far", false, &audit).await.unwrap());
    try_on(&ledger, &second, room(5)).await.unwrap();
}

#[tokio::test]
async fn any_worker_that_is_answered_speaks_for_a_cell() {
    let ledger = ledger();
    assert_eq!(state(&ledger, "far").await.health, Health::Unknown);
    ledger.report_cell("far", Some("the cluster did not answer in time")).await.unwrap();
    let away = state(&ledger, "far").await;
    assert_eq!((away.health, away.why.as_deref()), (Health::Down, Some("the cluster did not answer in time")));
    ledger.report_cell("far", None).await.unwrap();
    ledger.report_cell("far", Some("only this worker has no way there")).await.unwrap();
    let there = state(&ledger, "far").await;
    assert_eq!((there.health, there.why), (Health::Up, None));
}

/// A ledger of before counted nothing, and a hand may have changed what is counted.
#[tokio::test]
async fn what_was_never_counted_is_counted_and_what_is_wrong_is_mended() {
    let (ledger, prefix) = ledger_with_prefix();
    for number in 0..3 {
        try_on(&ledger, &on("far", number), Quota::default()).await.unwrap();
    }
    try_on(&ledger, &on("near", 9), Quota::default()).await.unwrap();
    assert!(ledger.recount_cells().await.unwrap().is_empty(), "all is well");
    let key = |name: &str| format!("{{{prefix}}}:{name}");
    environment::redis_do(&["DEL", &key("cell-alive:far"), &key("cell-taken:far"), &key("cells")]).await.unwrap();
    environment::redis_do(&["SADD", &key("cell-alive:near"), StoreId::from_bits(77).as_str()]).await.unwrap();
    environment::redis_do(&["HSET", &key("cell-taken:near"), "cpu", "12"]).await.unwrap();
    assert_eq!(state(&ledger, "far").await.used, Used::default());
    let mut mended = ledger.recount_cells().await.unwrap();
    mended.sort();
    assert_eq!(mended, ["far", "near"]);
    assert_eq!(state(&ledger, "far").await.used, used(3, 3, 3));
    assert_eq!(state(&ledger, "near").await.used, used(1, 1, 1));
    assert!(ledger.recount_cells().await.unwrap().is_empty(), "and stays so");
}

/// A store that was not counted on its cell sleeps, wakes and goes without a trace there.
#[tokio::test]
async fn who_is_not_counted_takes_nothing_away() {
    let (ledger, prefix) = ledger_with_prefix();
    let store = on("far", 1);
    try_on(&ledger, &store, Quota::default()).await.unwrap();
    for name in ["cell-alive:far", "cell-taken:far"] {
        environment::redis_do(&["DEL", &format!("{{{prefix}}}:{name}")]).await.unwrap();
    }
    let claim = claim_one(&ledger, &store.id).await;
    ledger.finish(&claim, 1, &Ending::Gone).await.unwrap().unwrap();
    assert_eq!(state(&ledger, "far").await.used, Used::default());
}
