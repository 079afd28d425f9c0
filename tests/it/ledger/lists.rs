//! The lists against a plain model, whatever happens to the stores; and paging while it happens.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use storebot::domain::sort::Sort;
use storebot::ledger::{Look, Mended, Sieve};
use tokio::runtime::Runtime;

use super::sift::{by_pages, by_reading, look, wanted};
use super::*;

/// Numbers of stores there can be; each becomes a store once.
const STORES: usize = 12;
const WORDS: [&str; 4] = ["tea", "t", "green-tea", "coffee"];

#[derive(Clone, Debug)]
enum Step {
    Create(usize),
    /// A worker sees it so, and ends.
    See(usize, Phase),
    Want(usize, Want),
    /// Its end is another one from now on, so many days.
    Extend(usize, i64),
    /// Every deleted store is forgotten.
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let phase = prop::sample::select(vec![Phase::Installing, Phase::Ready, Phase::Failed, Phase::Asleep]);
    let want = prop::sample::select(vec![Want::Present, Want::Asleep, Want::Absent]);
    prop_oneof![
        4 => (0..STORES).prop_map(Step::Create),
        4 => (0..STORES, phase).prop_map(|(store, phase)| Step::See(store, phase)),
        3 => (0..STORES, want).prop_map(|(store, want)| Step::Want(store, want)),
        2 => (0..STORES, 0..6_i64).prop_map(|(store, days)| Step::Extend(store, days)),
        1 => Just(Step::Purge),
    ]
}

/// What is looked for, as numbers.
#[derive(Clone, Debug)]
struct Sought {
    sieve: Sieve,
    sort: Sort,
    owner: Option<ActorId>,
    part: &'static str,
    most: usize,
}

fn sought() -> impl Strategy<Value = Sought> {
    let phase = prop::option::of(prop::sample::select(Phase::ALL.to_vec()));
    let engine = prop::option::of(prop::sample::select(Engine::ALL.to_vec()));
    let owner = prop::option::of(prop::sample::select(vec![ActorId::new("api:ana"), ActorId::new("api:bob")]));
    let part = prop::sample::select(vec!["", "", "tea", "-", "1"]);
    let sieve = (phase, engine, any::<bool>()).prop_map(|(phase, engine, living)| Sieve { phase, engine, living });
    (sieve, prop::sample::select(Sort::ALL.to_vec()), owner, part, 1..5_usize)
        .prop_map(|(sieve, sort, owner, part, most)| Sought { sieve, sort, owner, part, most })
}

impl Sought {
    fn look(&self) -> Look<'_> {
        Look { owner: self.owner.as_ref(), part: self.part, ..look(self.sieve, self.sort, self.most) }
    }
}

/// Forgets at once what is deleted.
fn forgetful() -> Ledger {
    let (prefix, timeout) = (unique("lists"), Duration::from_secs(5));
    let address = environment::redis_address();
    let redis = config::Redis { address, prefix, timeout, durability: config::Durability::Require };
    let hour = Duration::from_secs(3600);
    let retention = config::Retention {
        idempotency: hour,
        deleted: Duration::ZERO,
        events: hour,
        events_per_store: 20,
        audit: hour,
        dead_letters: hour,
        deliveries: hour,
    };
    Ledger::new(&redis, &retention).unwrap()
}

fn new(store: usize) -> Record {
    // Names and ages in different orders.
    let mut record = record(&format!("{}-{}", WORDS[store % 4], store * 7 % STORES), (store * 5 % STORES) as u64);
    if store.is_multiple_of(3) {
        record.spec.engine = Engine::Woocommerce;
    }
    if store.is_multiple_of(2) {
        record.spec.owner = ActorId::new("api:bob");
        record.spec.expires_at = Some(day(store as i64 * 3 % 5));
    }
    record
}

fn day(number: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + number * 86_400).unwrap()
}

fn ids() -> impl Iterator<Item = StoreId> {
    (0..STORES).map(|store| new(store).id)
}

async fn see(ledger: &Ledger, seen_before: &Record, phase: Phase) {
    let Claimed::Mine(claim) = ledger.claim(&seen_before.id, "w1", LEASE).await.unwrap() else { panic!("it is held") };
    let desired = claim.record.desired;
    let gone = desired.want == Want::Absent;
    let observed = seen(desired.generation, if gone { Phase::Deleted } else { phase });
    ledger.report(&claim, Report { observed: &observed, kind: EventKind::Progress }).await.unwrap().unwrap();
    let ending = if gone { Ending::Gone } else { Ending::Settled };
    ledger.finish(&claim, desired.generation, &ending).await.unwrap().unwrap();
}

async fn extend(ledger: &Ledger, seen: &Record, days: i64) {
    let mut becomes = seen.clone();
    becomes.desired.extended_to = Some(day(days));
    becomes.version += 1;
    let audit = audit(seen, CommandKind::Extend);
    ledger.change(ChangeRequest::by(&audit, seen, &becomes)).await.unwrap().unwrap();
}

async fn take_step(ledger: &Ledger, made: &mut BTreeSet<usize>, step: &Step) {
    let there = async |store: usize| {
        let record = ledger.record(&new(store).id).await.unwrap();
        record.filter(|record| record.phase() != Phase::Deleted)
    };
    match *step {
        Step::Create(store) if made.insert(store) => {
            let record = new(store);
            let asked = CreateRequest { allowance: allowance(100, 100_000), ..asked(&record) };
            ledger.create(asked).await.unwrap().unwrap();
        }
        Step::Create(_) => {}
        Step::See(store, phase) => {
            if let Some(record) = there(store).await {
                see(ledger, &record, phase).await;
            }
        }
        Step::Want(store, want) => {
            if let Some(record) = there(store).await.filter(|record| record.desired.want != Want::Absent) {
                wanted(ledger, &record.id, want).await;
            }
        }
        Step::Extend(store, days) => {
            if let Some(record) = there(store).await.filter(|record| record.expires_at().is_some()) {
                extend(ledger, &record, days).await;
            }
        }
        Step::Purge => {
            ledger.purge().await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_list_has_what_a_plain_look_finds(
        steps in prop::collection::vec(step(), 1..60),
        all_sought in prop::collection::vec(sought(), 12),
    ) {
        Runtime::new().unwrap().block_on(async {
            let (ledger, mut made) = (forgetful(), BTreeSet::new());
            for step in &steps {
                take_step(&ledger, &mut made, step).await;
            }
            prop_assert_eq!(ledger.mend_lists(false).await.unwrap(), Mended::default());
            for sought in &all_sought {
                let expected = by_reading(&ledger, ids(), sought.look()).await;
                let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
                prop_assert_eq!(by_pages(&ledger, sought.look()).await, expected, "{:?}", sought);
            }
            Ok(())
        })?;
    }

    /// Between the pages stores come, go and change. Whoever fitted all the time and kept its place was on one page,
    /// and nobody who kept it was on two.
    #[test]
    fn no_store_that_stays_is_lost_or_shown_twice_while_others_come_and_go(
        before in prop::collection::vec(step(), 10..40),
        between in prop::collection::vec(prop::collection::vec(step(), 0..4), 6),
        sought in sought(),
    ) {
        Runtime::new().unwrap().block_on(async {
            let (ledger, mut made) = (forgetful(), BTreeSet::new());
            for step in &before {
                take_step(&ledger, &mut made, step).await;
            }
            let all = async || -> BTreeMap<StoreId, String> {
                by_reading(&ledger, ids(), sought.look()).await.into_iter().map(|(key, id)| (id, key)).collect()
            };
            let (mut stayed, mut shown, mut cursor) = (all().await, Vec::new(), None::<String>);
            for steps in between.iter().cycle() {
                let page = ledger.sift(Look { cursor: cursor.as_deref(), ..sought.look() }).await.unwrap();
                shown.extend(page.items.into_iter().map(|record| record.id));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
                for step in steps {
                    take_step(&ledger, &mut made, step).await;
                    let now = all().await;
                    stayed.retain(|id, key| now.get(id) == Some(key));
                }
            }
            for id in stayed.keys() {
                prop_assert_eq!(shown.iter().filter(|other| *other == id).count(), 1, "{} of {:?}", id, shown);
            }
            Ok(())
        })?;
    }
}

/// Many change at once what others list meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_is_whole_at_each_moment() {
    let (ledger, mut made) = (forgetful(), BTreeSet::new());
    for store in 0..STORES {
        take_step(&ledger, &mut made, &Step::Create(store)).await;
    }
    let changes = (0..STORES).map(|store| {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let record = new(store);
            for phase in [Phase::Installing, Phase::Ready, Phase::Failed].into_iter().cycle().take(30) {
                see(&ledger, &record, phase).await;
                wanted(&ledger, &record.id, Want::Present).await;
            }
        })
    });
    let changing = futures::future::join_all(changes.collect::<Vec<_>>());
    let mut pages = 0;
    tokio::pin!(changing);
    loop {
        for sort in [Sort::Newest, Sort::Oldest, Sort::Name] {
            // None is between two phases, and none in two.
            let found = by_pages(&ledger, look(Sieve::default(), sort, 100)).await;
            let expected: BTreeSet<_> = ids().collect();
            assert_eq!((found.len(), found.into_iter().collect::<BTreeSet<_>>()), (STORES, expected), "{sort:?}");
            pages += 1;
        }
        if let Some(ends) = futures::FutureExt::now_or_never(changing.as_mut()) {
            ends.into_iter().for_each(|end| end.unwrap());
            break;
        }
    }
    assert!(pages >= 6, "nothing changed meanwhile");
    assert_eq!(ledger.mend_lists(false).await.unwrap(), Mended::default());
}

/// Somebody has removed them, or put something else in their place.
#[tokio::test]
async fn lists_that_were_tampered_with_are_made_again() {
    let (ledger, prefix) = ledger_with_prefix();
    let (mut raw, key) = (raw().await, |name: &str| format!("{{{prefix}}}:{name}"));
    for bits in 0..3 {
        create(&ledger, &record(&format!("s{bits}"), bits)).await;
    }
    let all = look(Sieve::default(), Sort::Name, 2);
    let expected: Vec<_> = (0..3).map(StoreId::from_bits).collect();
    assert_eq!(by_pages(&ledger, all).await, expected);
    redis::cmd("DEL").arg(key("lists")).exec_async(&mut raw).await.unwrap();
    assert_eq!(by_pages(&ledger, all).await, expected);
    redis::pipe().del(key("lists")).set(key("lists"), "x").exec_async(&mut raw).await.unwrap();
    assert!(ledger.sift(all).await.is_err(), "an empty list would be a lie");
    assert_eq!(ledger.set_aside_keys().await.unwrap(), [key("lists")]);
    assert_eq!(by_pages(&ledger, all).await, expected);

    let strangers = ["aqm1700000000009zzzzzzzzzzzzghost", "nrms1 100000000000", "x"];
    for member in strangers {
        redis::cmd("ZADD").arg(key("lists")).arg(0).arg(member).exec_async(&mut raw).await.unwrap();
    }
    redis::cmd("ZREM").arg(key("lists")).arg("nqms2 200000000000").exec_async(&mut raw).await.unwrap();
    let wrong = Mended { missing: 1, surplus: strangers.len() };
    assert_eq!(ledger.mend_lists(false).await.unwrap(), wrong, "only looked at");
    assert_eq!(ledger.mend_lists(true).await.unwrap(), wrong);
    assert_eq!(ledger.mend_lists(true).await.unwrap(), Mended::default());
    assert_eq!(by_pages(&ledger, all).await, expected);
}
