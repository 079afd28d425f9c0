//! Beside a storebot of the second schema: its records as they stood there, and its scripts as they were
//! (`schema2/`).

use redis::{AsyncCommands as _, Value};
use storebot::domain::event::EventKind;
use storebot::domain::record::{Phase, StepName};
use storebot::domain::store::StoreId;
use storebot::ledger::{Claimed, Ending, Ledger, Report, Requeued};

use super::{LEASE, claim, create, ledger_with_prefix, raw, record, seen, take};

const SPEC: &str = r#"{"name":"tea","engine":"medusa","plan":"small","title":"Tea","owner":"api:ana","cell":"main","host":"tea.example","url":"http://tea.example","created_at":"2026-11-21T08:00:00.123456789Z"}"#;
const OBSERVED: &str = r#"{"generation":1,"phase":"ready","begun_at":"2026-11-21T08:00:00.2Z","steps":[{"name":"namespace","state":"done","started_at":"2026-11-21T08:00:00.3Z","finished_at":"2026-11-21T08:00:00.401234567Z"},{"name":"verify","state":"done","started_at":"2026-11-21T08:00:01Z","finished_at":"2026-11-21T08:00:02Z"}],"release":{"revision":1,"chart":"medusa-0.1.0"},"proof":{"order":"1","total":"2.00 EUR","placed_at":"2026-11-21T08:00:02Z","seconds":1.5},"ready_at":"2026-11-21T08:00:02.000000001Z","rest":"shop:1:ab:2"}"#;
const LOG: [&str; 2] = [
    r#"1763712000123-0 accepted 1 {"phase":"queued","command":"create","actor":"api:ana"}"#,
    r#"1763712000200-0 progress 2 {"phase":"provisioning","step":"namespace"}"#,
];

macro_rules! script {
    ($name:literal) => {
        redis::Script::new(concat!(
            include_str!("schema2/common.lua"),
            include_str!(concat!("schema2/", $name, ".lua"))
        ))
    };
}

/// An older storebot's process.
struct Older {
    prefix: String,
    redis: redis::aio::MultiplexedConnection,
}

impl Older {
    async fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), redis: raw().await }
    }

    fn key(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.prefix)
    }

    /// A store of its own that is ready, of which a worker wants to look at something.
    async fn store(&mut self, id: &StoreId) {
        let fields = [
            ("spec", SPEC),
            ("owner", "api:ana"),
            ("want", "present"),
            ("gen", "1"),
            ("ver", "7"),
            ("obs", OBSERVED),
            ("phase", "ready"),
            ("count", "medusa"),
            ("fence", "1"),
            ("lease", "0"),
            ("attempt", "0"),
            ("claims", "0"),
            ("worker", "w0"),
            ("queued", "1763712000123"),
        ];
        let (store, log, unsettled) =
            (self.key(&format!("store:{id}")), self.key(&format!("log:{id}")), self.key("unsettled"));
        let () = self.redis.hset_multiple(store, &fields).await.unwrap();
        let () = self.redis.rpush(log, &LOG).await.unwrap();
        let () = self.redis.zadd(unsettled, id.as_str(), 0).await.unwrap();
        let () = self.redis.hset(self.key("names"), "tea", id.as_str()).await.unwrap();
        let () = self.redis.hset(self.key("counts"), "ready:medusa", 1).await.unwrap();
        let () =
            self.redis.hset_multiple(self.key("schema"), &[("version", "2"), ("readable_from", "1")]).await.unwrap();
    }

    /// Its line in the order its scripts have it.
    fn line(&self, call: &mut redis::ScriptInvocation<'_>) {
        for name in ["unsettled", "ready", "leased", "delayed", "turns"] {
            call.key(self.key(name));
        }
    }

    async fn look(&mut self, id: &StoreId) {
        let script = script!("look");
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{id}")));
        self.line(&mut call);
        let () = call.arg(id.as_str()).invoke_async(&mut self.redis).await.unwrap();
    }

    async fn take(&mut self) -> Vec<String> {
        let script = script!("take");
        let mut call = script.prepare_invoke();
        call.key(self.key("ready")).key(self.key("leased")).key(self.key("turns")).arg(10).arg(1000);
        call.invoke_async(&mut self.redis).await.unwrap()
    }

    /// Its word, its fence, and whether it found a specification.
    async fn claim(&mut self, id: &StoreId, lease_ms: u64) -> (String, u64, bool) {
        let script = script!("claim");
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{id}"))).key(self.key("leased")).arg(id.as_str()).arg("old").arg(lease_ms);
        let answer: Vec<Value> = call.invoke_async(&mut self.redis).await.unwrap();
        let fence = answer.get(1).map_or(0, |v| redis::from_redis_value_ref(v).unwrap());
        let found = answer.get(5).is_some_and(|spec| *spec != Value::Nil);
        (redis::from_redis_value_ref(&answer[0]).unwrap(), fence, found)
    }

    async fn set_aside(&mut self, id: &StoreId) {
        let script = script!("set_aside");
        let mut call = script.prepare_invoke();
        for name in ["unsettled", "ready", "leased", "delayed", "dead"] {
            call.key(self.key(name));
        }
        let () = call.arg(id.as_str()).arg("it has no spec").arg(100).invoke_async(&mut self.redis).await.unwrap();
    }

    async fn report(&mut self, id: &StoreId, fence: u64, observed: &str, phase: &str) -> i64 {
        let script = script!("report");
        let mut call = script.prepare_invoke();
        call.key(self.key(&format!("store:{id}"))).key(self.key("events")).key(self.key(&format!("log:{id}")));
        call.key(self.key("counts")).arg(fence).arg(observed).arg(phase).arg("progress").arg(id.as_str()).arg("{}");
        call.arg(60_000).arg(20).invoke_async(&mut self.redis).await.unwrap()
    }

    async fn fields(&mut self, id: &StoreId) -> Vec<String> {
        let mut fields: Vec<String> = self.redis.hkeys(self.key(&format!("store:{id}"))).await.unwrap();
        fields.sort();
        fields
    }
}

async fn finish_ready(ledger: &Ledger, claim: &storebot::ledger::Claim) {
    let observed = seen(claim.record.desired.generation, Phase::Ready);
    let report = Report { observed: &observed, kind: EventKind::Ready };
    ledger.report(claim, report).await.unwrap().unwrap();
    let generation = claim.record.desired.generation;
    assert_eq!(ledger.finish(claim, generation, &Ending::Settled).await.unwrap(), Ok(false));
}

#[tokio::test]
async fn what_it_left_is_read_and_taken_over() {
    let (ledger, prefix) = ledger_with_prefix();
    let (mut older, id) = (Older::new(&prefix).await, StoreId::from_bits(1));
    older.store(&id).await;
    ledger.open().await.unwrap().unwrap();
    let read = ledger.record(&id).await.unwrap().unwrap();
    assert_eq!(serde_json::to_string(&read.spec).unwrap(), SPEC);
    assert_eq!(serde_json::to_string(&read.observed).unwrap(), OBSERVED);
    assert_eq!((read.version, read.phase(), read.is_settled()), (7, Phase::Ready, true));
    let log = ledger.events_of(&id, None, 10).await.unwrap();
    assert_eq!(
        log.iter().map(|e| (e.kind, e.version)).collect::<Vec<_>>(),
        [(EventKind::Accepted, 1), (EventKind::Progress, 2)]
    );
    assert_eq!((log[1].note.phase, log[1].note.step), (Some(Phase::Provisioning), Some(StepName::Namespace)));

    assert_eq!(ledger.adopt().await.unwrap(), [Requeued::Lost(id.clone())]);
    assert!(ledger.adopt().await.unwrap().is_empty(), "once");
    let held = claim(&ledger, "w1", LEASE).await;
    assert_eq!((held.fence, &held.record), (2, &read));
    finish_ready(&ledger, &held).await;
    let now = ledger.record(&id).await.unwrap().unwrap();
    assert_eq!((&now.spec, now.observed, now.version), (&read.spec, seen(1, Phase::Ready), 8));
    assert_eq!(older.fields(&id).await, ["count", "fence", "gen", "owner", "phase", "spec", "ver", "want"]);
}

#[tokio::test]
async fn what_it_is_going_to_forget_is_forgotten() {
    let (ledger, prefix) = ledger_with_prefix();
    let (mut older, id) = (Older::new(&prefix).await, StoreId::from_bits(1));
    older.store(&id).await;
    let gone = [("want", "absent"), ("obs", r#"{"generation":1,"phase":"deleted"}"#), ("phase", "deleted")];
    let () = older.redis.hset_multiple(older.key(&format!("store:{id}")), &gone).await.unwrap();
    let () = older.redis.zadd(older.key("purge"), id.as_str(), 5).await.unwrap();
    ledger.adopt().await.unwrap();
    assert_eq!(ledger.purge().await.unwrap(), 1);
    assert_eq!(ledger.record(&id).await.unwrap(), None);
}

#[tokio::test]
async fn what_it_sees_while_it_still_holds_a_store_is_the_newest() {
    let (ledger, prefix) = ledger_with_prefix();
    let (mut older, id) = (Older::new(&prefix).await, StoreId::from_bits(1));
    older.store(&id).await;
    let (word, fence, found) = older.claim(&id, 60_000).await;
    assert_eq!((word.as_str(), fence, found), ("claimed", 2, true));
    ledger.adopt().await.unwrap();
    let taken = take(&ledger, LEASE).await;
    assert!(matches!(ledger.claim(&taken, "w1", LEASE).await.unwrap(), Claimed::Busy));
    let observed = OBSERVED.replace(r#""phase":"ready""#, r#""phase":"failed""#);
    assert_eq!(older.report(&id, fence, &observed, "failed").await, 1);
    assert_eq!(ledger.record(&id).await.unwrap().unwrap().phase(), Phase::Failed);
}

/// Whatever it does with a store of ours that it cannot read, nothing is lost but some time.
#[tokio::test]
async fn it_does_no_harm_to_what_it_cannot_read() {
    let (ledger, prefix) = ledger_with_prefix();
    let mut older = Older::new(&prefix).await;
    let mine = record("tea", 1);
    ledger.open().await.unwrap().unwrap();
    create(&ledger, &mine).await;
    assert!(older.take().await.is_empty(), "its line has nothing of ours");
    let held = claim(&ledger, "w1", LEASE).await;
    // Its watch has seen something move in the namespace.
    older.look(&mine.id).await;
    assert_eq!(older.take().await, [mine.id.as_str()]);
    assert_eq!(older.claim(&mine.id, 60_000).await.0, "busy");
    finish_ready(&ledger, &held).await;
    older.look(&mine.id).await;
    older.take().await;
    let (word, _, found) = older.claim(&mine.id, 0).await;
    assert_eq!((word.as_str(), found), ("claimed", false));
    older.set_aside(&mine.id).await;
    let now = ledger.record(&mine.id).await.unwrap().unwrap();
    assert_eq!((&now.spec, now.phase()), (&mine.spec, Phase::Ready));
    assert!(ledger.look(&mine.id).await.unwrap());
    assert_eq!(claim(&ledger, "w1", LEASE).await.record, now);
}
