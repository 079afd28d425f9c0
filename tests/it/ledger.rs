//! The ledger against a real Redis.

use std::time::Duration;

use jiff::Timestamp;
use storebot::config;
use storebot::config::address::Address;
use storebot::domain::actor::{Actor, ActorId, Door, Role};
use storebot::domain::audit::{Asker, AuditEntry, Origin};
use storebot::domain::command::CommandKind;
use storebot::domain::engine::Engine;
use storebot::domain::event::EventKind;
use storebot::domain::plan::Plan;
use storebot::domain::quota::{Quota, Resource, Size};
use storebot::domain::record::{Desired, Observed, Phase, Record, Spec, Task, Want};
use storebot::domain::reply::{Reply, ReplyTo, Room};
use storebot::domain::request::IdempotencyKey;
use storebot::domain::store::{StoreId, StoreName, StoreRef};
use storebot::ledger::{
    Admitted, Allowance, ChangeRequest, Claim, Claimed, CreateRequest, Ending, KeepAnswer, Ledger, Lost, RateLimit,
    RefusedBy, Report, Requeued, Wish,
};

use crate::harness::{environment, unique};

mod cells;
mod claims;
mod damage;
mod grace;
mod line;
mod lists;
mod log;
mod logins;
mod model;
mod scale;
mod schema;
mod schema2;
mod schema3;
mod sift;
mod telling;
mod took;
mod trail;

const LEASE: Duration = Duration::from_secs(10);
/// A lease that is over as soon as Redis' clock ticks.
const NO_LEASE: Duration = Duration::from_millis(1);

fn ledger() -> Ledger {
    ledger_with_prefix().0
}

fn ledger_with_prefix() -> (Ledger, String) {
    let prefix = unique("ledger");
    (ledger_at(environment::redis_address(), &prefix), prefix)
}

fn ledger_at(address: Address, prefix: &str) -> Ledger {
    let (prefix, timeout) = (prefix.to_owned(), Duration::from_secs(5));
    let redis = config::Redis { address, prefix, timeout, durability: config::Durability::Require };
    let hour = Duration::from_secs(3600);
    let retention = config::Retention {
        idempotency: hour,
        deleted: hour,
        events: hour,
        events_per_store: 20,
        audit: hour,
        dead_letters: hour,
        deliveries: Duration::from_secs(3600),
    };
    Ledger::new(&redis, &retention).unwrap()
}

pub(crate) fn record(name: &str, bits: u64) -> Record {
    Record {
        id: StoreId::from_bits(bits),
        spec: Spec {
            name: StoreName::parse(name).unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: name.to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("api:ana"),
            cell: "main".to_owned(),
            host: format!("{name}.example"),
            url: format!("http://{name}.example"),
            created_at: Timestamp::from_millisecond(1_700_000_000_000 + bits as i64).unwrap(),
            expires_at: None,
            org: None,
            size: Size::default(),
        },
        desired: Desired::new(1, Want::Present, Task::Install),
        observed: Observed::default(),
        version: 1,
        trail: Default::default(),
    }
}

fn audit(record: &Record, command: CommandKind) -> AuditEntry {
    let actor = Actor { id: record.spec.owner.clone(), role: Role::Member, org: None };
    let (origin, at) = (Origin::default(), record.spec.created_at);
    Asker { actor: &actor, door: Door::Api, origin: &origin, at }.entry(command, &record.id, &record.spec.name)
}

pub(crate) fn allowance(stores: u32, creations_per_hour: u32) -> Allowance {
    Allowance { owner: Quota { stores, creations_per_hour, ..Quota::default() }, ..Allowance::default() }
}

/// What a test asks of the ledger is audited like everything; what stands there matters to few.
pub(crate) fn asked(record: &Record) -> CreateRequest<'_> {
    let audit = Box::leak(Box::new(audit(record, CommandKind::Create)));
    CreateRequest {
        record,
        keep: None,
        reply: None,
        audit,
        allowance: allowance(3, 1000),
        moment: None,
        follower: None,
        approval: None,
        capacity: Quota::default(),
    }
}

async fn create(ledger: &Ledger, record: &Record) {
    assert!(matches!(ledger.create(asked(record)).await.unwrap(), Ok(Admitted::New(_))));
}

async fn delete(ledger: &Ledger, id: &StoreId) -> Result<Admitted, RefusedBy> {
    let seen = ledger.record(id).await.unwrap().unwrap();
    let mut becomes = seen.clone();
    becomes.desired = Desired::new(seen.desired.generation + 1, Want::Absent, Task::Install);
    becomes.version += 1;
    let audit = audit(&seen, CommandKind::Delete);
    let wish = Some(Wish { want: Want::Absent, grace: None, back: false });
    let change = ChangeRequest { wish, ..ChangeRequest::by(&audit, &seen, &becomes) };
    ledger.change(change).await.unwrap()
}

/// Takes the one store that is in line.
async fn take(ledger: &Ledger, lease: Duration) -> StoreId {
    let taken = ledger.take(10, lease).await.unwrap();
    assert_eq!(taken.len(), 1, "{taken:?}");
    taken[0].clone()
}

/// Takes and claims the one store that is in line.
async fn claim(ledger: &Ledger, worker: &str, lease: Duration) -> Claim {
    let store = take(ledger, lease).await;
    match ledger.claim(&store, worker, lease).await.unwrap() {
        Claimed::Mine(claim) => *claim,
        other => panic!("not claimed: {other:?}"),
    }
}

/// Waits for a store to be in line again.
async fn promoted(ledger: &Ledger) -> Vec<Requeued> {
    environment::until("a store is back in line", || async {
        let back = ledger.promote().await?;
        Ok((!back.is_empty()).then_some(back))
    })
    .await
    .unwrap()
}

/// A connection of its own to the Redis that the ledger uses.
async fn raw() -> redis::aio::MultiplexedConnection {
    environment::redis_connection(&environment::redis_url()).await.unwrap()
}

pub(crate) fn seen(generation: u64, phase: Phase) -> Observed {
    Observed { generation, phase, ..Observed::default() }
}

#[tokio::test]
async fn a_store_is_written_whole_and_reads_back() {
    let ledger = ledger();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    assert_eq!(ledger.record(&store.id).await.unwrap(), Some(store.clone()));
    for reference in [StoreRef::new("tea"), StoreRef::from(&store.id)] {
        assert_eq!(ledger.find(&reference, None).await.unwrap(), Some(store.clone()));
    }
    assert_eq!(ledger.used(&store.spec.owner, None, 100).await.unwrap().0.stores, 1);
    assert_eq!(ledger.counts().await.unwrap()[&(Phase::Queued, Engine::Medusa)], 1);
    let depth = ledger.depth().await.unwrap();
    assert_eq!((depth.waiting, depth.unsettled, depth.untold), (1, 1, 1));
}

#[tokio::test]
async fn what_is_refused_writes_nothing() {
    let ledger = ledger();
    for (name, bits) in [("a", 1), ("b", 2), ("c", 3)] {
        create(&ledger, &record(name, bits)).await;
    }
    let before = ledger.depth().await.unwrap();
    let again = record("a", 9);
    let taken = ledger.create(CreateRequest { allowance: allowance(9, 1000), ..asked(&again) }).await.unwrap();
    assert!(matches!(taken, Err(RefusedBy::Taken { by }) if by == StoreId::from_bits(1)));
    let full = ledger.create(asked(&record("d", 9))).await.unwrap();
    assert!(matches!(full, Err(RefusedBy::Quota(excess)) if (excess.resource, excess.used) == (Resource::Stores, 3)));
    let same_id = record("d", 1);
    let same_id = CreateRequest { allowance: allowance(9, 1000), ..asked(&same_id) };
    assert!(matches!(ledger.create(same_id).await.unwrap(), Err(RefusedBy::IdTaken)));
    assert_eq!(ledger.depth().await.unwrap(), before);
}

#[tokio::test]
async fn creations_are_limited_in_time() {
    let ledger = ledger();
    let stores = [("a", 1), ("b", 2), ("c", 3)].map(|(name, bits)| record(name, bits));
    let limited = |store| CreateRequest { allowance: allowance(100, 2), ..asked(store) };
    for store in &stores[..2] {
        assert!(ledger.create(limited(store)).await.unwrap().is_ok());
    }
    let refused = ledger.create(limited(&stores[2])).await.unwrap();
    let Err(RefusedBy::Rate { limit: RateLimit::Creations, retry_after_ms }) = refused else { panic!("{refused:?}") };
    assert!((1_700_000..=1_800_000).contains(&retry_after_ms), "{retry_after_ms}");
}

#[tokio::test]
async fn a_key_answers_what_it_answered_first() {
    let ledger = ledger();
    let key = |print: &str| IdempotencyKey { value: "k1".to_owned(), fingerprint: print.to_owned() };
    let (first, second) = (record("tea", 1), record("tea", 2));
    let (good, other) = (key("print"), key("other"));
    let actor = &first.spec.owner;
    let with = |r, key| CreateRequest { keep: Some(KeepAnswer { actor, key }), ..asked(r) };
    assert!(
        matches!(ledger.create(with(&first, &good)).await.unwrap(), Ok(Admitted::New(room)) if room.owner.stores == 1)
    );
    match ledger.create(with(&second, &good)).await.unwrap() {
        Ok(Admitted::Replayed(answer)) => assert_eq!(*answer, first),
        answer => panic!("{answer:?}"),
    }
    assert!(matches!(ledger.create(with(&second, &other)).await.unwrap(), Err(RefusedBy::KeyReused)));
    let stranger = ActorId::new("api:bob");
    let theirs = CreateRequest { keep: Some(KeepAnswer { actor: &stranger, key: &good }), ..asked(&second) };
    assert!(matches!(ledger.create(theirs).await.unwrap(), Err(RefusedBy::Taken { .. })));
}

#[tokio::test]
async fn twenty_equal_creates_at_once_make_one_store() {
    let ledger = ledger();
    let tasks: Vec<_> = (0..20)
        .map(|bits| {
            let ledger = ledger.clone();
            tokio::spawn(async move { ledger.create(asked(&record("tea", bits))).await.unwrap().is_ok() })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        made += usize::from(task.await.unwrap());
    }
    assert_eq!(made, 1);
    assert_eq!(ledger.depth().await.unwrap().waiting, 1);
}

#[tokio::test]
async fn a_deleted_store_gives_back_its_name_and_is_forgotten_later() {
    let ledger = ledger();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    assert!(delete(&ledger, &store.id).await.is_ok());
    assert!(matches!(ledger.create(asked(&record("tea", 2))).await.unwrap(), Err(RefusedBy::Taken { .. })));
    let claim = claim(&ledger, "w1", LEASE).await;
    let observed = seen(2, Phase::Deleted);
    let report = Report { observed: &observed, kind: EventKind::Deleted };
    ledger.report(&claim, report).await.unwrap().unwrap();
    ledger.finish(&claim, 2, &Ending::Gone).await.unwrap().unwrap();
    assert_eq!(ledger.used(&store.spec.owner, None, 100).await.unwrap().0.stores, 0);
    let by_name = StoreRef::new("tea");
    assert_eq!(ledger.find(&by_name, None).await.unwrap().unwrap().id, store.id, "the last one of that name");
    create(&ledger, &record("tea", 2)).await;
    assert_eq!(ledger.find(&by_name, None).await.unwrap().unwrap().id, StoreId::from_bits(2));
    // By id it can still be read, until its time has passed.
    assert_eq!(ledger.record(&store.id).await.unwrap().unwrap().phase(), Phase::Deleted);
    assert_eq!(ledger.purge().await.unwrap(), 0);
}

#[tokio::test]
async fn events_reach_one_notifier_and_come_again_until_acknowledged() {
    let ledger = ledger();
    let store = record("tea", 1);
    let reply = Reply {
        id: "r1".to_owned(),
        command: CommandKind::Create,
        to: ReplyTo::Callback { url: "https://example.com".to_owned().into() },
        room: None,
        notice: None,
    };
    ledger.create(CreateRequest { reply: Some(&reply), ..asked(&store) }).await.unwrap().unwrap();
    let mut reader = ledger.event_reader("n1", Duration::from_secs(15));
    let mut events = Vec::new();
    while events.is_empty() {
        events = reader.next(10).await.unwrap();
    }
    assert_eq!((&events[0].store, events[0].kind, events[0].version), (&store.id, EventKind::Accepted, 1));
    let again = ledger.event_reader("n1", Duration::from_secs(15)).next(10).await.unwrap();
    assert_eq!(again, events);
    ledger.ack_events(&[events[0].id.clone()]).await.unwrap();
    assert_eq!(ledger.depth().await.unwrap().untold, 0);
    let room = Some(Room { stores: 1, limit: 3, usually_ms: 0 });
    assert_eq!(ledger.replies(&store.id).await.unwrap(), [Reply { room, ..reply }]);
    ledger.close_reply(&store.id, "r1").await.unwrap();
    assert!(ledger.replies(&store.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn pages_go_from_new_to_old_without_gaps() {
    let ledger = ledger();
    for bits in 0..7_u64 {
        let store = record(&format!("s{bits}"), bits);
        ledger.create(CreateRequest { allowance: allowance(10, 1000), ..asked(&store) }).await.unwrap().unwrap();
    }
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let page = ledger.page(None, cursor.as_deref(), 3).await.unwrap();
        names.extend(page.items.iter().map(|(_, r)| r.spec.name.to_string()));
        cursor = page.items.last().map(|(place, _)| place.clone());
        if !page.more {
            break;
        }
    }
    assert_eq!(names, ["s6", "s5", "s4", "s3", "s2", "s1", "s0"]);
    let owner = ActorId::new("api:nobody");
    assert!(ledger.page(Some(&owner), None, 3).await.unwrap().items.is_empty());
}
