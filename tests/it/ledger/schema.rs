//! Beside a storebot of the first schema, played by its own scripts as they were (`schema1/`).

use redis::Value;
use storebot::domain::record::Record;
use storebot::ledger::{Claimed, Requeued};

use super::{LEASE, claim, create, ledger_with_prefix, raw, record};

/// An older storebot's process.
struct Older {
    prefix: String,
    redis: redis::aio::MultiplexedConnection,
}

macro_rules! script {
    ($name:literal) => {
        redis::Script::new(include_str!(concat!("schema1/", $name, ".lua")))
    };
}

impl Older {
    async fn new(prefix: &str) -> Self {
        let mut redis = raw().await;
        let jobs = format!("{{{prefix}}}:jobs");
        let group =
            redis::cmd("XGROUP").arg(&["CREATE", &jobs, "workers", "0", "MKSTREAM"]).exec_async(&mut redis).await;
        group.unwrap();
        Self { prefix: prefix.to_owned(), redis }
    }

    fn key(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.prefix)
    }

    async fn create(&mut self, record: &Record) {
        let (id, owner) = (&record.id, &record.spec.owner);
        let (script, spec) = (script!("create"), serde_json::to_string(&record.spec).unwrap());
        let mut call = script.prepare_invoke();
        call.key(self.key("key")).key(self.key("names")).key(self.key(&format!("alive:{owner}")));
        call.key(self.key("rate")).key(self.key(&format!("store:{id}"))).key(self.key("stores"));
        call.key(self.key(&format!("of:{owner}"))).key(self.key("unsettled")).key(self.key("jobs"));
        call.key(self.key("events")).key(self.key(&format!("replies:{id}"))).key(self.key("counts"));
        call.arg("").arg(0).arg("").arg(id.as_str()).arg(record.spec.name.as_str()).arg(owner.as_str()).arg(spec);
        call.arg(10).arg(1).arg(1000).arg(format!("{:013}{id}", 1)).arg("").arg("").arg("medusa");
        let answer: Vec<Value> = call.invoke_async(&mut self.redis).await.unwrap();
        assert_eq!(redis::from_redis_value_ref::<String>(&answer[0]).unwrap(), "ok");
    }

    /// Its sweep, for one store.
    async fn requeue(&mut self, record: &Record) -> String {
        let script = script!("requeue");
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{}", record.id))).key(self.key("unsettled")).key(self.key("jobs"));
        call.key(self.key("delayed")).arg(record.id.as_str()).arg(0);
        call.invoke_async(&mut self.redis).await.unwrap()
    }

    /// Reads its next job and claims the store: the word it is answered, the entry, the fence.
    async fn claim(&mut self, record: &Record, lease_ms: u64) -> (String, String, u64) {
        let mut read = redis::cmd("XREADGROUP");
        read.arg(&["GROUP", "workers", "old", "COUNT", "1", "STREAMS", &self.key("jobs"), ">"]);
        let reply: Option<redis::streams::StreamReadReply> = read.query_async(&mut self.redis).await.unwrap();
        let entry = reply.unwrap().keys[0].ids[0].id.clone();
        let script = script!("claim");
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{}", record.id))).key(self.key("jobs")).key(self.key("unsettled"));
        call.key(self.key("delayed")).arg("workers").arg(&entry).arg(record.id.as_str()).arg("old").arg(lease_ms);
        let answer: Vec<Value> = call.invoke_async(&mut self.redis).await.unwrap();
        let fence = answer.get(1).map_or(0, |v| redis::from_redis_value_ref(v).unwrap());
        (redis::from_redis_value_ref(&answer[0]).unwrap(), entry, fence)
    }

    async fn finish(&mut self, record: &Record, fence: u64) -> String {
        let (id, owner, script) = (&record.id, &record.spec.owner, script!("finish"));
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{id}"))).key(self.key("jobs")).key(self.key("unsettled"));
        call.key(self.key("delayed")).key(self.key("dead")).key(self.key("names"));
        call.key(self.key(&format!("alive:{owner}"))).key(self.key("purge")).key(self.key("former"));
        call.key(self.key(&format!("login:{id}")));
        call.arg(fence).arg("workers").arg(id.as_str()).arg(1).arg("settled").arg("").arg("tea");
        call.invoke_async(&mut self.redis).await.unwrap()
    }
}

#[tokio::test]
async fn what_an_older_storebot_left_is_taken_over() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut older = Older::new(&prefix).await;
    let store = record("tea", 1);
    older.create(&store).await;
    ledger.open().await.unwrap().unwrap();
    assert_eq!(ledger.adopt().await.unwrap(), [Requeued::Lost(store.id.clone())]);
    assert!(ledger.adopt().await.unwrap().is_empty(), "once");
    assert_eq!(claim(&ledger, "w1", LEASE).await.record, store);
    let version: String =
        redis::cmd("HGET").arg(older.key("schema")).arg("version").query_async(&mut older.redis).await.unwrap();
    assert_eq!(version, "4");
}

#[tokio::test]
async fn an_older_worker_and_ours_never_hold_the_same_store() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut older = Older::new(&prefix).await;
    let store = record("tea", 1);
    older.create(&store).await;
    // It has the store when we adopt its job.
    let (word, _, fence) = older.claim(&store, 10_000).await;
    assert_eq!(word, "claimed");
    ledger.adopt().await.unwrap();
    let taken = ledger.take(10, LEASE).await.unwrap();
    assert!(matches!(ledger.claim(&taken[0], "w1", LEASE).await.unwrap(), Claimed::Busy));
    assert_eq!(older.finish(&store, fence).await, "done");
    // And the other way round: its sweep has nothing of ours.
    let mine = record("coffee", 2);
    create(&ledger, &mine).await;
    assert_eq!(older.requeue(&mine).await, "gone");
    assert_eq!(ledger.record(&mine.id).await.unwrap(), Some(mine));
}

#[tokio::test]
async fn a_job_of_an_unknown_version_is_set_aside() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut older = Older::new(&prefix).await;
    let jobs = older.key("jobs");
    redis::cmd("XADD").arg(&[&jobs, "*", "v", "9", "s", "x"]).exec_async(&mut older.redis).await.unwrap();
    assert!(ledger.adopt().await.unwrap().is_empty());
    let letters = ledger.dead_letters(None, 10).await.unwrap();
    assert_eq!((letters.len(), letters[0].reason.as_str()), (1, "a job of an unknown version"));
}

#[tokio::test]
async fn a_ledger_of_a_newer_storebot_is_left_alone() {
    let (ledger, prefix) = ledger_with_prefix();
    ledger.open().await.unwrap().unwrap();
    let schema = format!("{{{prefix}}}:schema");
    let newer = [("version", "9"), ("readable_from", "4")];
    let mut raw = raw().await;
    redis::cmd("HSET").arg(&schema).arg(&newer).exec_async(&mut raw).await.unwrap();
    assert_eq!(ledger.open().await.unwrap(), Ok(()), "newer, but made to work beside us");
    redis::cmd("HSET").arg(&schema).arg(&["readable_from", "5"]).exec_async(&mut raw).await.unwrap();
    assert_eq!(ledger.open().await.unwrap().map_err(|e| e.found), Err(9));
    let kept: String = redis::cmd("HGET").arg(&schema).arg("version").query_async(&mut raw).await.unwrap();
    assert_eq!(kept, "9");
}
