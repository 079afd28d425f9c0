//! Beside a storebot of the third schema: its list of all stores, and its scripts as they were (`schema3/`).

use redis::AsyncCommands as _;
use storebot::domain::sort::Sort;
use storebot::ledger::{Mended, Sieve};

use super::sift::{by_pages, look};
use super::*;

macro_rules! script {
    ($name:literal) => {
        redis::Script::new(concat!(
            include_str!("schema3/common.lua"),
            include_str!(concat!("schema3/", $name, ".lua"))
        ))
    };
}

/// An older storebot's process.
struct Older {
    prefix: String,
    redis: redis::aio::MultiplexedConnection,
}

impl Older {
    /// Its ledger, which ours has never seen.
    async fn new(prefix: &str) -> Self {
        let mut older = Self { prefix: prefix.to_owned(), redis: raw().await };
        let schema = older.key("schema");
        let () = older.redis.hset_multiple(schema, &[("version", "3"), ("readable_from", "3")]).await.unwrap();
        older
    }

    fn key(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.prefix)
    }

    async fn create(&mut self, record: &Record) {
        let (id, owner, script) = (&record.id, &record.spec.owner, script!("create"));
        let mut call = script.prepare_invoke();
        for key in ["key:-:-", "names"] {
            call.key(self.key(key));
        }
        for key in ["alive", "taken"] {
            call.key(self.key(&format!("{key}:{owner}")));
        }
        for key in ["org-alive:", "org-taken:", "rate:r", "rate:c", "org-rate:c:"] {
            call.key(self.key(key));
        }
        call.key(self.key(&format!("store:{id}"))).key(self.key("stores")).key(self.key(&format!("of:{owner}")));
        for key in ["line:unsettled", "line:ready", "line:turns"] {
            call.key(self.key(key));
        }
        call.key(self.key(&format!("spec:{id}"))).key(self.key("events")).key(self.key(&format!("log:{id}")));
        call.key(self.key(&format!("replies:{id}")));
        for key in ["counts", "audit", "audit-head", "took", "approval:", "approvals", "approvals-of:-", "leases"] {
            call.key(self.key(key));
        }
        call.key(self.key(&format!("followers:{id}"))).key(self.key("cells"));
        call.key(self.key("cell-alive:main")).key(self.key("cell-taken:main"));
        let spec = serde_json::json!({
            "name": record.spec.name, "engine": record.spec.engine, "plan": "small", "title": record.spec.title,
            "owner": owner, "cell": "main", "url": record.spec.url,
            "created": record.spec.created_at.as_millisecond(),
            "expires": record.spec.expires_at.map(Timestamp::as_millisecond),
        });
        let place = format!("{:013}{id}", record.spec.created_at.as_millisecond());
        call.arg("").arg(0).arg("").arg(id.as_str()).arg(record.spec.name.as_str()).arg(owner.as_str());
        call.arg(spec.to_string()).arg("0 0 0").arg("0 0 0 0 100").arg("").arg("").arg("").arg("").arg(place);
        call.arg("").arg("").arg(record.spec.engine.as_str()).arg("{}").arg(60_000).arg(20).arg("{}");
        call.arg("").arg("").arg("").arg("").arg("").arg("").arg("main").arg("0 0 0 0 100");
        let answer: Vec<redis::Value> = call.invoke_async(&mut self.redis).await.unwrap();
        assert_eq!(redis::from_redis_value_ref::<String>(&answer[0]).unwrap(), "ok");
    }

    /// What a worker of it saw.
    async fn report(&mut self, record: &Record, phase: Phase) {
        let (id, script) = (&record.id, script!("report"));
        let fence: u64 = self.redis.hget(self.key(&format!("store:{id}")), "fence").await.unwrap();
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{id}"))).key(self.key(&format!("seen:{id}"))).key(self.key("events"));
        call.key(self.key(&format!("log:{id}"))).key(self.key("counts"));
        call.arg(fence).arg(serde_json::json!({ "g": 1, "p": phase }).to_string()).arg(phase.as_str());
        call.arg("progress").arg(id.as_str()).arg("{}").arg(60_000).arg(20).arg(1).arg("{}");
        let generation: i64 = call.invoke_async(&mut self.redis).await.unwrap();
        assert_eq!(generation, 1);
    }

    async fn purge(&mut self, record: &Record) {
        let (id, owner, script) = (&record.id, &record.spec.owner, script!("purge"));
        let () = self.redis.hset(self.key(&format!("store:{id}")), "want", "absent").await.unwrap();
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{id}"))).key(self.key("forget")).key(self.key("stores"));
        call.key(self.key(&format!("of:{owner}"))).key(self.key(&format!("replies:{id}"))).key(self.key("counts"));
        call.key(self.key("former"));
        for key in ["log", "told", "spec", "seen"] {
            call.key(self.key(&format!("{key}:{id}")));
        }
        call.key(self.key("leases")).key(self.key(&format!("followers:{id}"))).key(self.key(&format!("made:{id}")));
        let place = format!("{:013}{id}", record.spec.created_at.as_millisecond());
        let gone: i64 = call
            .arg(id.as_str())
            .arg(place)
            .arg(record.spec.name.as_str())
            .invoke_async(&mut self.redis)
            .await
            .unwrap();
        assert_eq!(gone, 1);
    }

    /// Its list, newest first.
    async fn list(&mut self) -> Vec<StoreId> {
        let mut call = redis::cmd("ZRANGE");
        call.arg(self.key("stores")).arg(&["+", "-", "BYLEX", "REV", "LIMIT", "0", "2000"]);
        let members: Vec<String> = call.query_async(&mut self.redis).await.unwrap();
        members.iter().filter_map(|place| StoreId::parse(place.get(13..)?)).collect()
    }

    /// Lets time pass for what is done now and then.
    async fn time_passes(&mut self, fields: &[&str]) {
        for field in fields {
            let () = self.redis.hset(self.key("schema"), field, 1).await.unwrap();
        }
    }

    async fn schema(&mut self) -> (String, String) {
        self.redis.hmget(self.key("schema"), &["version", "readable_from"]).await.unwrap()
    }
}

fn store(bits: u64) -> Record {
    let mut store = record(&format!("s{bits:03}"), bits);
    if bits.is_multiple_of(2) {
        store.spec.expires_at = Some(Timestamp::from_second(1_800_000_000 + bits as i64).unwrap());
    }
    store
}

/// One of ours.
async fn made(ledger: &Ledger, bits: u64) {
    let store = store(bits);
    ledger.create(CreateRequest { allowance: allowance(100, 1000), ..asked(&store) }).await.unwrap().unwrap();
}

fn ids(range: impl Iterator<Item = u64>) -> Vec<StoreId> {
    range.map(StoreId::from_bits).collect()
}

/// More than one piece of it.
#[tokio::test]
async fn what_it_left_is_listed_in_every_order() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut older = Older::new(&prefix).await;
    for bits in 0..450 {
        older.create(&store(bits)).await;
    }
    older.report(&store(7), Phase::Failed).await;
    ledger.open().await.unwrap().unwrap();
    assert_eq!(older.schema().await, ("4".to_owned(), "3".to_owned()), "an older one still works beside it");
    let all = |sort| look(Sieve::default(), sort, 200);
    assert_eq!(by_pages(&ledger, all(Sort::Newest)).await, ids((0..450).rev()));
    assert_eq!(by_pages(&ledger, all(Sort::Name)).await, ids(0..450));
    assert_eq!(by_pages(&ledger, all(Sort::Ends)).await, ids((0..450).step_by(2)));
    let failed = Sieve { phase: Some(Phase::Failed), ..Sieve::default() };
    assert_eq!(by_pages(&ledger, look(failed, Sort::Newest, 10)).await, ids(7..8));
    assert_eq!(ledger.mend_lists(false).await.unwrap(), Mended::default());
}

/// Whoever died while it made the lists has left some of them; whoever asks next makes the rest.
#[tokio::test]
async fn lists_that_were_made_half_are_made_to_their_end() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut older = Older::new(&prefix).await;
    for bits in 0..5 {
        older.create(&store(bits)).await;
    }
    ledger.open().await.unwrap().unwrap();
    let lists = older.key("lists");
    let () =
        older.redis.zrem(&lists, &["whole", "aqm1700000000003300000000000s003", "nqms004 400000000000"]).await.unwrap();
    assert_ne!(ledger.mend_lists(false).await.unwrap(), Mended::default(), "they were not half");
    assert_eq!(by_pages(&ledger, look(Sieve::default(), Sort::Oldest, 2)).await, ids(0..5));
    assert_eq!(by_pages(&ledger, look(Sieve::default(), Sort::Name, 2)).await, ids(0..5));
    assert_eq!(ledger.mend_lists(false).await.unwrap(), Mended::default());
}

#[tokio::test]
async fn both_see_what_the_other_makes_and_changes_until_the_older_one_is_gone() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut older = Older::new(&prefix).await;
    older.create(&store(0)).await;
    older.create(&store(1)).await;
    ledger.open().await.unwrap().unwrap();
    made(&ledger, 2).await;
    assert_eq!(older.list().await, ids((0..3).rev()), "ours is in its list");
    older.create(&store(3)).await;
    older.report(&store(0), Phase::Ready).await;
    older.report(&store(2), Phase::Ready).await;
    // Ours changes a store that the other one has moved.
    let ours = see(&ledger, &store(2), Phase::Failed).await;
    older.purge(&store(1)).await;
    older.time_passes(&["listed"]).await;
    ledger.adopt().await.unwrap();
    let of = |phase| look(Sieve { phase: Some(phase), ..Sieve::default() }, Sort::Newest, 10);
    assert_eq!(by_pages(&ledger, of(Phase::Ready)).await, ids(0..1));
    assert_eq!(by_pages(&ledger, of(Phase::Failed)).await, [ours]);
    assert_eq!(by_pages(&ledger, of(Phase::Queued)).await, ids(3..4));
    assert_eq!(ledger.mend_lists(false).await.unwrap(), Mended::default());
    assert_eq!(older.list().await, [3, 2, 0].map(StoreId::from_bits));

    // A day later.
    older.time_passes(&["listed", "raised"]).await;
    ledger.adopt().await.unwrap();
    assert_eq!(older.schema().await, ("4".to_owned(), "4".to_owned()), "it refuses to start");
    assert!(older.list().await.is_empty());
    made(&ledger, 4).await;
    assert!(older.list().await.is_empty(), "nothing is written for it any more");
    assert_eq!(by_pages(&ledger, look(Sieve::default(), Sort::Newest, 10)).await, [4, 3, 2, 0].map(StoreId::from_bits));
}

async fn see(ledger: &Ledger, store: &Record, phase: Phase) -> StoreId {
    let Claimed::Mine(claim) = ledger.claim(&store.id, "w1", LEASE).await.unwrap() else { panic!("it is held") };
    let observed = seen(1, phase);
    ledger.report(&claim, Report { observed: &observed, kind: EventKind::Progress }).await.unwrap().unwrap();
    store.id.clone()
}

#[tokio::test]
async fn a_new_ledger_has_nothing_for_it() {
    let (ledger, prefix) = ledger_with_prefix();
    ledger.open().await.unwrap().unwrap();
    made(&ledger, 0).await;
    let mut older = Older { prefix, redis: raw().await };
    assert_eq!(older.schema().await, ("4".to_owned(), "4".to_owned()));
    assert!(older.list().await.is_empty());
    assert_eq!(by_pages(&ledger, look(Sieve::default(), Sort::Newest, 10)).await, ids(0..1));
}
