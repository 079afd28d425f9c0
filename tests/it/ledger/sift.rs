//! Lists with a filter: the same answers as by looking at every record, and hardly any of them read.

use storebot::ledger::Sieve;

use super::*;
use crate::harness::redis::{DURABLE, RedisServer};

const STORES: u64 = 60;
/// All others are ready. By number, from the oldest on.
const FAILED: [u64; 3] = [2, 3, 41];
const DELETED: u64 = 20;
const DELETING: u64 = 50;
/// Its failure was seen for a wish of before: somebody has asked for more meanwhile.
const OVERTAKEN: u64 = 55;

async fn wanted(ledger: &Ledger, id: &StoreId, want: Want) {
    let seen = ledger.record(id).await.unwrap().unwrap();
    let mut becomes = seen.clone();
    becomes.desired = Desired::new(seen.desired.generation + 1, want, Task::Install);
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

/// Every third is of the other engine.
async fn fill(ledger: &Ledger) {
    for bits in 0..STORES {
        let mut store = record(&format!("s{bits}"), bits);
        if bits % 3 == 0 {
            store.spec.engine = Engine::Woocommerce;
        }
        ledger.create(CreateRequest { allowance: allowance(1000, 100_000), ..asked(&store) }).await.unwrap().unwrap();
        settle(ledger, bits).await;
    }
}

/// The same by reading every record: page by page, and of each page whatever matches, until there is enough or
/// enough was looked at.
async fn by_reading(ledger: &Ledger, cursor: Option<&str>, sieve: Sieve, (most, look): (usize, usize)) -> Page {
    let (mut items, mut cursor, mut looked) = (Vec::new(), cursor.map(str::to_owned), 0);
    loop {
        let page = ledger.page(None, cursor.as_deref(), most).await.unwrap();
        looked += most;
        for (place, record) in page.items {
            cursor = Some(place);
            let phase = record.phase();
            let other = sieve.phase.is_some_and(|wanted| wanted != phase)
                || sieve.engine.is_some_and(|wanted| wanted != record.spec.engine);
            if other || sieve.living && phase == Phase::Deleted {
                continue;
            }
            items.push(record);
            if items.len() == most {
                return (items, cursor);
            }
        }
        if !page.more {
            return (items, None);
        }
        if looked >= look {
            return (items, cursor);
        }
    }
}

/// What is on it, and the cursor behind it.
type Page = (Vec<Record>, Option<String>);

fn sieves() -> Vec<Sieve> {
    let phases = Phase::ALL.into_iter().map(Some).chain([None]);
    let engines = [None, Some(Engine::Medusa), Some(Engine::Woocommerce)];
    let all = phases.flat_map(|phase| engines.map(|engine| (phase, engine)));
    all.flat_map(|(phase, engine)| [false, true].map(|living| Sieve { phase, engine, living })).collect()
}

#[tokio::test]
async fn a_filter_finds_page_by_page_what_reading_everything_finds() {
    let ledger = ledger();
    fill(&ledger).await;
    for sieve in sieves() {
        for reach in [(1, 1), (1, 2000), (3, 10), (7, 20), (20, 2000), (60, 2000), (200, 2000)] {
            let (mut cursor, mut found) = (None::<String>, Vec::new());
            loop {
                let ours = ledger.sift(None, cursor.as_deref(), sieve, reach).await.unwrap();
                let (items, next) = by_reading(&ledger, cursor.as_deref(), sieve, reach).await;
                assert_eq!((&ours.items, &ours.next), (&items, &next), "{sieve:?} {reach:?} behind {cursor:?}");
                found.extend(items.into_iter().map(|record| record.id));
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            let (all, _) = by_reading(&ledger, None, sieve, (1000, 1000)).await;
            assert_eq!(found, all.into_iter().map(|record| record.id).collect::<Vec<_>>(), "{sieve:?} {reach:?}");
        }
    }
    let failed = Sieve { phase: Some(Phase::Failed), ..Sieve::default() };
    assert_eq!(ledger.sift(None, None, failed, (10, 2000)).await.unwrap().items.len(), FAILED.len());
    let nobody = ActorId::new("api:nobody");
    assert!(ledger.sift(Some(&nobody), None, failed, (10, 2000)).await.unwrap().items.is_empty());
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
    for (sieve, whole) in [
        (Sieve { phase: Some(Phase::Failed), ..Sieve::default() }, FAILED.len() as u64),
        (Sieve { phase: Some(Phase::Verifying), ..Sieve::default() }, 0),
        (Sieve { engine: Some(Engine::Woocommerce), ..Sieve::default() }, STORES / 3),
        (Sieve { living: true, ..Sieve::default() }, STORES - 1),
        (Sieve::default(), STORES),
    ] {
        let before = records_read(&server).await;
        let found = ledger.sift(None, None, sieve, (200, 2000)).await.unwrap().items.len() as u64;
        let read = records_read(&server).await - before;
        assert_eq!((found, read), (whole, whole), "{sieve:?}");
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
        let found = ledger.sift(None, None, sieve, (1, 1)).await.unwrap().items;
        assert_eq!(found.iter().map(Record::phase).collect::<Vec<_>>(), [shown], "{want:?}");
        let counts: Vec<_> = ledger.counts().await.unwrap().into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counts, [((shown, Engine::Medusa), 1)], "{want:?}");
    }
}
