//! Lists with a filter, a search and an order: the same answers as by looking at every record, and hardly any of them
//! read.

use storebot::domain::sort::Sort;
use storebot::ledger::{Look, Mended, Sieve, key_of};

use super::*;
use crate::harness::redis::{DURABLE, RedisServer};

const STORES: u64 = 60;
/// All others are ready. By number, from the oldest on.
const FAILED: [u64; 3] = [2, 3, 41];
const DELETED: u64 = 20;
const DELETING: u64 = 50;
/// Its failure was seen for a wish of before: somebody has asked for more meanwhile.
const OVERTAKEN: u64 = 55;

pub(super) async fn wanted(ledger: &Ledger, id: &StoreId, want: Want) {
    let seen = ledger.record(id).await.unwrap().unwrap();
    let mut becomes = seen.clone();
    becomes.desired = Desired {
        extended_to: seen.desired.extended_to,
        ..Desired::new(seen.desired.generation + 1, want, Task::Install)
    };
    becomes.version += 1;
    let audit = audit(&seen, CommandKind::Upgrade);
    let wish = Some(Wish { want, grace: None, back: false });
    let change = ChangeRequest { wish, ..ChangeRequest::by(&audit, &seen, &becomes) };
    assert!(matches!(ledger.change(change).await.unwrap(), Ok(Admitted::New(_))));
}

async fn settle(ledger: &Ledger, bits: u64) {
    let mut claim = claim(ledger, "w1", LEASE).await;
    let id = claim.record.id.clone();
    if bits == DELETED {
        ledger.finish(&claim, 1, &Ending::Handback).await.unwrap().unwrap();
        wanted(ledger, &id, Want::Absent).await;
        claim = super::claim(ledger, "w1", LEASE).await;
    }
    if bits == OVERTAKEN {
        wanted(ledger, &id, Want::Present).await;
    }
    let generation = claim.record.desired.generation;
    let phase = match bits {
        DELETED => Phase::Deleted,
        _ if FAILED.contains(&bits) || bits == OVERTAKEN => Phase::Failed,
        _ => Phase::Ready,
    };
    let observed = seen(generation, phase);
    ledger.report(&claim, Report { observed: &observed, kind: EventKind::Ready }).await.unwrap().unwrap();
    ledger.finish(&claim, generation, &Ending::Settled).await.unwrap().unwrap();
    if bits == DELETING {
        wanted(ledger, &id, Want::Absent).await;
    }
    // Out of the way of the next.
    ledger.take(10, LEASE).await.unwrap();
}

/// Every third is of the other engine, every fourth of somebody else's, every fifth ends. Names are not in the order of
/// creation.
async fn fill(ledger: &Ledger) {
    for bits in 0..STORES {
        let mut store = record(&format!("{}-shop{}", ["tea", "t", "oolong"][bits as usize % 3], bits * 37 % 100), bits);
        if bits % 3 == 0 {
            store.spec.engine = Engine::Woocommerce;
        }
        if bits % 4 == 0 {
            store.spec.owner = ActorId::new("api:bob");
        }
        if bits % 5 == 0 {
            let day = 1_800_000_000_000 + (bits as i64 * 7919 % 50) * 86_400_000;
            store.spec.expires_at = Some(Timestamp::from_millisecond(day).unwrap());
        }
        ledger.create(CreateRequest { allowance: allowance(1000, 100_000), ..asked(&store) }).await.unwrap().unwrap();
        settle(ledger, bits).await;
    }
}

pub(super) fn look<'a>(sieve: Sieve, sort: Sort, most: usize) -> Look<'a> {
    Look { owner: None, sieve, sort, part: "", but: None, cursor: None, back: false, most }
}

/// All that is looked for, by reading every record there is.
pub(super) async fn by_reading(
    ledger: &Ledger,
    ids: impl Iterator<Item = StoreId>,
    look: Look<'_>,
) -> Vec<(String, StoreId)> {
    let mut all = Vec::new();
    for id in ids {
        let Some(record) = ledger.record(&id).await.unwrap() else { continue };
        let phase = record.phase();
        let other = look.sieve.phase.is_some_and(|wanted| wanted != phase)
            || look.sieve.engine.is_some_and(|wanted| wanted != record.spec.engine)
            || (look.sieve.living && phase == Phase::Deleted)
            || look.owner.is_some_and(|owner| *owner != record.spec.owner)
            || !record.spec.name.as_str().contains(look.part)
            || look.but == Some(&id);
        if let Some(key) = key_of(look.sort, &record).filter(|_| !other) {
            all.push((key, id));
        }
    }
    all.sort();
    if look.sort == Sort::Newest {
        all.reverse();
    }
    all
}

/// Page by page, each as full as it can be.
pub(super) async fn by_pages(ledger: &Ledger, look: Look<'_>) -> Vec<StoreId> {
    let (mut found, mut cursor) = (Vec::new(), look.cursor.map(str::to_owned));
    loop {
        let page = ledger.sift(Look { cursor: cursor.as_deref(), ..look }).await.unwrap();
        assert!(page.items.len() == look.most || page.next.is_none(), "a short page of {look:?}");
        found.extend(page.items.into_iter().map(|record| record.id));
        cursor = page.next;
        if cursor.is_none() {
            return found;
        }
    }
}

fn sieves() -> Vec<Sieve> {
    let phases = Phase::ALL.into_iter().map(Some).chain([None]);
    let engines = [None, Some(Engine::Medusa), Some(Engine::Woocommerce)];
    let all = phases.flat_map(|phase| engines.map(|engine| (phase, engine)));
    all.flat_map(|(phase, engine)| [false, true].map(|living| Sieve { phase, engine, living })).collect()
}

#[tokio::test]
async fn what_is_looked_for_is_found_page_by_page_as_by_reading_everything() {
    let ledger = ledger();
    fill(&ledger).await;
    let (bob, nobody, five) = (ActorId::new("api:bob"), ActorId::new("api:nobody"), StoreId::from_bits(5));
    let ids = || (0..STORES).map(StoreId::from_bits);
    for sieve in sieves() {
        for sort in Sort::ALL {
            for (owner, part, but) in [
                (None, "", None),
                (None, "shop1", None),
                (None, "t-", Some(&five)),
                (Some(&bob), "", None),
                (Some(&bob), "tea", None),
                (Some(&nobody), "", None),
            ] {
                let look = Look { owner, part, but, ..look(sieve, sort, 7) };
                let expected: Vec<_> = by_reading(&ledger, ids(), look).await.into_iter().map(|(_, id)| id).collect();
                assert_eq!(by_pages(&ledger, look).await, expected, "{look:?}");
            }
        }
    }
    for sort in Sort::ALL {
        for (owner, part) in [(None, ""), (Some(&bob), ""), (Some(&bob), "tea"), (None, "tea")] {
            // From the last page back to the first.
            let look = Look { owner, part, ..look(Sieve::default(), sort, 7) };
            let all = by_reading(&ledger, ids(), look).await;
            let last = all.last().map(|(key, _)| storebot::ledger::cursor(sort, key));
            let mut back = by_pages(&ledger, Look { cursor: last.as_deref(), back: true, ..look }).await;
            back.reverse();
            let but_last: Vec<_> = all.iter().rev().skip(1).rev().map(|(_, id)| id.clone()).collect();
            assert_eq!(back, but_last, "{look:?}");
        }
    }
    let all = look(Sieve::default(), Sort::Newest, 1);
    for most in [1, 20, 59, 60, 61, 200] {
        let found = by_pages(&ledger, Look { most, ..all }).await;
        assert_eq!(found, ids().rev().collect::<Vec<_>>(), "{most}");
    }
    let failed = Sieve { phase: Some(Phase::Failed), ..Sieve::default() };
    assert_eq!(by_pages(&ledger, look(failed, Sort::Name, 10)).await.len(), FAILED.len());
    assert_eq!(ledger.mend_lists(false).await.unwrap(), Mended::default());
}

/// How many specifications were read so far: one command for each record.
async fn records_read(server: &RedisServer) -> u64 {
    let told: String = server.ask(&["INFO", "commandstats"]).await.unwrap();
    let line = told.lines().find_map(|line| line.strip_prefix("cmdstat_mget:calls="));
    line.and_then(|rest| rest.split(',').next()).map_or(0, |calls| calls.parse().unwrap())
}

#[tokio::test]
async fn only_what_matches_is_read_whole() {
    let server = RedisServer::start(&DURABLE).await.unwrap();
    let ledger = ledger_at(Address::parse(&server.url()).unwrap(), "sift");
    fill(&ledger).await;
    let bob = ActorId::new("api:bob");
    for (of, whole) in [
        (look(Sieve { phase: Some(Phase::Failed), ..Sieve::default() }, Sort::Newest, 200), FAILED.len() as u64),
        (look(Sieve { phase: Some(Phase::Verifying), ..Sieve::default() }, Sort::Name, 200), 0),
        (look(Sieve { engine: Some(Engine::Woocommerce), ..Sieve::default() }, Sort::Ends, 200), STORES / 15),
        (look(Sieve { living: true, ..Sieve::default() }, Sort::Oldest, 200), STORES - 1),
        (look(Sieve::default(), Sort::Newest, 200), STORES),
        (look(Sieve::default(), Sort::Newest, 10), 10),
        (Look { part: "oolong-shop7", ..look(Sieve::default(), Sort::Newest, 200) }, 4),
        (
            Look {
                owner: Some(&bob),
                ..look(Sieve { phase: Some(Phase::Deleted), ..Sieve::default() }, Sort::Name, 200)
            },
            1,
        ),
    ] {
        let before = records_read(&server).await;
        let found = ledger.sift(of).await.unwrap().items.len() as u64;
        let read = records_read(&server).await - before;
        assert_eq!((found, read), (whole, whole), "{of:?}");
    }
}

/// Whoever lists sees the same of it as whoever reads it, and so do those who count.
#[tokio::test]
async fn a_store_is_found_by_the_phase_of_the_newest_wish_when_an_older_one_is_reported() {
    for (want, shown) in
        [(Want::Absent, Phase::Deleting), (Want::Asleep, Phase::Updating), (Want::Present, Phase::Queued)]
    {
        let ledger = ledger();
        let store = record("tea", 1);
        create(&ledger, &store).await;
        let claim = claim(&ledger, "w1", LEASE).await;
        wanted(&ledger, &store.id, want).await;
        let observed = seen(1, Phase::Installing);
        let report = Report { observed: &observed, kind: EventKind::Progress };
        ledger.report(&claim, report).await.unwrap().unwrap();
        let sieve = Sieve { phase: Some(shown), ..Sieve::default() };
        let found = ledger.sift(look(sieve, Sort::Newest, 1)).await.unwrap().items;
        assert_eq!(found.iter().map(Record::phase).collect::<Vec<_>>(), [shown], "{want:?}");
        let counts: Vec<_> = ledger.counts().await.unwrap().into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counts, [((shown, Engine::Medusa), 1)], "{want:?}");
    }
}
