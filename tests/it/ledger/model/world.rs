//! The real thing: a Redis of its own, and workers that may die.
//!
//! Redis cannot live under `faketime` (its allocator asks for the time while faketime is being loaded), so its
//! clock is moved the other way round: all times that the ledger keeps are.

use std::collections::HashMap;
use std::time::Duration;

use storebot::config::address::Address;
use storebot::domain::command::CommandKind;
use storebot::domain::event::EventKind;
use storebot::domain::record::{Desired, Phase, Record, Task, Want};
use storebot::domain::request::IdempotencyKey;
use storebot::domain::store::StoreId;
use storebot::ledger::{
    Admitted, AuditState, ChangeRequest, Claim, Claimed, CreateRequest, Ending, KeepAnswer, Ledger, Lost, Mended,
    Report,
};
use tokio::runtime::Runtime;

use super::super::{allowance, asked, audit, ledger_at, record, seen};
use super::{Asked, How, STORES, Step, WORKERS, Wish};
use crate::harness::redis::RedisServer;

const LEASE: Duration = Duration::from_secs(10);
/// The model is of the ledger, not of the disk: with `everysec`, Redis keeps back what it has acknowledged
/// while an fsync before it is slow, and a kill then loses it.
const STRICT: [&str; 3] = ["appendonly yes", "appendfsync always", "maxmemory-policy noeviction"];
const LINE: [&str; 3] = ["line:ready", "line:leased", "line:delayed"];

/// Moves every time that the ledger keeps by so many ms.
const MOVE: &str = "
for _, set in ipairs({'line:unsettled', 'line:leased', 'line:delayed', 'forget'}) do
  local all = redis.call('ZRANGE', '{model}:' .. set, 0, -1, 'WITHSCORES')
  for i = 1, #all, 2 do redis.call('ZINCRBY', '{model}:' .. set, ARGV[1], all[i]) end
end
for _, store in ipairs(redis.call('KEYS', '{model}:store:*')) do
  for _, field in ipairs({'lease', 'queued'}) do
    if tonumber(redis.call('HGET', store, field) or 0) > 0 then redis.call('HINCRBY', store, field, ARGV[1]) end
  end
end";

pub(super) struct World {
    runtime: Runtime,
    redis: RedisServer,
    ledger: Ledger,
    /// Milliseconds that Redis' clock is ahead, as far as the ledger can tell.
    ahead: i64,
    held: [Vec<Claim>; WORKERS],
    dead: Vec<Claim>,
    newest: HashMap<StoreId, Newest>,
}

/// The newest claim of a store.
#[derive(Clone, Copy, Default)]
struct Newest {
    fence: u64,
    /// Ms before which nobody else may have the store.
    held_until: u64,
    /// Ms from which on everybody may.
    free_from: u64,
}

impl World {
    pub(super) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let redis = runtime.block_on(RedisServer::start(&STRICT)).unwrap();
        let ledger = ledger_at(Address::parse(&redis.url()).unwrap(), "model");
        runtime.block_on(ledger.open()).unwrap().unwrap();
        let held = std::array::from_fn(|_| Vec::new());
        Self { runtime, redis, ledger, ahead: 0, held, dead: Vec::new(), newest: HashMap::new() }
    }

    pub(super) fn step(&mut self, step: &Step) {
        match *step {
            Step::Create(store) => self.create(store, false),
            Step::CreateAgain(store) => self.create(store, true),
            Step::Ask(store) => self.ask(store, Want::Present),
            Step::Delete(store) => self.ask(store, Want::Absent),
            Step::Take(worker) => self.take(worker),
            Step::Finish(worker, how) if !self.held[worker].is_empty() => {
                let claim = self.held[worker].remove(0);
                self.finish(&claim, how);
            }
            Step::Beat(worker) => self.held[worker].clone().iter().for_each(|claim| self.beat(claim)),
            Step::Die(worker) => self.dead.append(&mut self.held[worker]),
            Step::ZombiesWrite => std::mem::take(&mut self.dead).iter().for_each(|claim| self.finish(claim, How::Ends)),
            Step::Finish(..) => {}
            Step::Look(store) => assert!(self.runtime.block_on(self.ledger.look(&id(store))).unwrap()),
            Step::Upkeep => self.upkeep(),
            Step::Jump(seconds) => self.jump(seconds),
            Step::KillRedis => self.kill_redis(),
            Step::LoseLine => {
                let _: i64 = self.runtime.block_on(self.redis.ask(&["DEL", "{model}:line:ready"])).unwrap();
                // However far the clock has gone back: by then the sweep looks at all of them.
                self.jump(3600);
                self.upkeep();
            }
        }
    }

    fn create(&self, store: usize, again: bool) {
        let record = new(store);
        let key = IdempotencyKey { value: format!("key-{store}"), fingerprint: "print".to_owned() };
        let keep = KeepAnswer { actor: &record.spec.owner, key: &key };
        let request = CreateRequest { keep: Some(keep), allowance: allowance(100, 1000), ..asked(&record) };
        match self.runtime.block_on(self.ledger.create(request)).unwrap().unwrap() {
            Admitted::New(_) => assert!(!again),
            Admitted::Replayed(answer) => assert!(again && answer.id == record.id),
        }
    }

    fn ask(&self, store: usize, want: Want) {
        let seen = self.record(store);
        let mut becomes = seen.clone();
        becomes.desired = Desired::new(seen.desired.generation + 1, want, Task::Reinstall);
        becomes.version += 1;
        let audit = audit(&seen, CommandKind::Upgrade);
        let (seen, becomes) = (&seen, &becomes);
        let wish = Some(storebot::ledger::Wish { want, grace: None, back: false });
        let change = ChangeRequest { wish, ..ChangeRequest::by(&audit, seen, becomes) };
        assert!(self.runtime.block_on(self.ledger.change(change)).unwrap().is_ok());
    }

    fn take(&mut self, worker: usize) {
        for store in self.runtime.block_on(self.ledger.take(1, LEASE)).unwrap() {
            let before = self.now_ms();
            let claimed = self.runtime.block_on(self.ledger.claim(&store, "w", LEASE)).unwrap();
            let newest = self.newest.get(&store).copied().unwrap_or_default();
            let Claimed::Mine(claim) = claimed else {
                // The lease had ended, so it was put in line, and then the clock went back to before its end.
                assert!(before < newest.free_from, "{store} was in line and held at once");
                continue;
            };
            assert!(claim.fence > newest.fence, "fences only grow");
            assert!(self.now_ms() >= newest.held_until, "{store} was given away while it was held");
            self.hold(&claim, before);
            self.held[worker].push(*claim);
        }
    }

    /// The lease of `claim` was given between `before` and now.
    fn hold(&mut self, claim: &Claim, before: u64) {
        let lease = LEASE.as_millis() as u64;
        let newest = Newest { fence: claim.fence, held_until: before + lease, free_from: self.now_ms() + lease };
        self.newest.insert(claim.record.id.clone(), newest);
    }

    fn beat(&mut self, claim: &Claim) {
        let before = self.now_ms();
        let result = self.runtime.block_on(self.ledger.beat(claim, LEASE)).unwrap();
        assert_eq!(result.is_ok(), self.is_newest(claim));
        if result.is_ok() {
            self.hold(claim, before);
        }
    }

    /// Reports and ends as a worker would, which works exactly when nobody has claimed since.
    fn finish(&mut self, claim: &Claim, how: How) {
        let (record, is_newest) = (&claim.record, self.is_newest(claim));
        let absent = record.desired.want == Want::Absent;
        let (phase, kind, ending) = match how {
            How::Ends if absent => (Phase::Deleted, EventKind::Deleted, Ending::Gone),
            How::Ends => (Phase::Ready, EventKind::Ready, Ending::Settled),
            How::Retries => (Phase::Installing, EventKind::Progress, Ending::Retry { after: Duration::from_secs(5) }),
            How::GivesUp => (Phase::Failed, EventKind::Failed, Ending::Dead { reason: "broken".to_owned() }),
            How::HandsBack => (Phase::Installing, EventKind::Progress, Ending::Handback),
        };
        let observed = seen(record.desired.generation, phase);
        let reported = self.runtime.block_on(self.ledger.report(claim, Report { observed: &observed, kind })).unwrap();
        assert_eq!(reported.is_ok(), is_newest, "an outdated fence writes nothing, the newest one does");
        let generation = record.desired.generation;
        let ended = self.runtime.block_on(self.ledger.finish(claim, generation, &ending)).unwrap();
        assert_eq!(ended == Err(Lost), !is_newest);
        if is_newest {
            // Free for anybody; its fence has done its work.
            self.newest.insert(record.id.clone(), Newest { fence: claim.fence, ..Newest::default() });
        }
    }

    fn is_newest(&self, claim: &Claim) -> bool {
        self.newest.get(&claim.record.id).is_some_and(|newest| newest.fence == claim.fence)
    }

    fn upkeep(&self) {
        self.runtime.block_on(self.ledger.promote()).unwrap();
        self.runtime.block_on(self.ledger.sweep()).unwrap();
    }

    fn jump(&mut self, seconds: i64) {
        self.ahead += seconds * 1000;
        let by = (-seconds * 1000).to_string();
        let _: Option<i64> = self.runtime.block_on(self.redis.ask(&["EVAL", MOVE, "0", &by])).unwrap();
    }

    fn kill_redis(&mut self) {
        self.runtime.block_on(self.redis.kill9()).unwrap();
        self.runtime.block_on(self.redis.start_again()).unwrap();
        let back = crate::harness::environment::until("the ledger is back", || async {
            Ok(self.ledger.ping().await.is_ok().then_some(()))
        });
        self.runtime.block_on(back).unwrap();
    }

    fn now_ms(&self) -> u64 {
        let (seconds, micros): (u64, u64) = self.runtime.block_on(self.redis.ask(&["TIME"])).unwrap();
        (seconds * 1000 + micros / 1000).checked_add_signed(self.ahead).unwrap()
    }

    fn record(&self, store: usize) -> Record {
        self.runtime.block_on(self.ledger.record(&id(store))).unwrap().unwrap()
    }

    fn members(&self, set: &str) -> Vec<String> {
        self.runtime.block_on(self.redis.ask(&["ZRANGE", &format!("{{model}}:{set}"), "0", "-1"])).unwrap()
    }

    /// Whoever has work is in exactly one place, nobody is in two.
    pub(super) fn check_places(&self) {
        let places = LINE.map(|set| self.members(set));
        let count = |id: &str| places.iter().flatten().filter(|m| *m == id).count();
        for member in places.iter().flatten() {
            assert_eq!(count(member), 1, "{member} is in several of {places:?}");
        }
        for member in self.members("line:unsettled") {
            assert_eq!(count(&member), 1, "{member} is nowhere: {places:?}");
        }
    }

    /// Everything works again: who is left does what there is to do.
    pub(super) fn heal(&mut self) {
        for worker in 0..WORKERS {
            self.dead.append(&mut self.held[worker]);
        }
        for _ in 0..20 {
            self.jump(60);
            self.upkeep();
            loop {
                self.take(0);
                let Some(claim) = self.held[0].pop() else { break };
                self.finish(&claim, How::Ends);
            }
        }
        // The last word of whoever was thought dead.
        std::mem::take(&mut self.dead).iter().for_each(|claim| self.finish(claim, How::Ends));
    }

    pub(super) fn check_end(&self, asked: &Asked) {
        let depth = self.runtime.block_on(self.ledger.depth()).unwrap();
        assert_eq!((depth.waiting, depth.running, depth.delayed, depth.unsettled), (0, 0, 0, 0), "{depth:?}");
        let mut alive = 0;
        for store in (0..STORES).filter(|store| asked.stores[*store].is_some()) {
            let (wish, generation) = asked.stores[store].unwrap();
            let record = self.record(store);
            let expected = if wish == Wish::Present { Phase::Ready } else { Phase::Deleted };
            assert_eq!((record.desired.generation, record.observed.generation), (generation, generation));
            assert!(record.phase() == expected || record.phase() == Phase::Failed, "{record:?}");
            alive += u32::from(record.phase() != Phase::Deleted);
        }
        let owner = new(0).spec.owner;
        assert_eq!(
            self.runtime.block_on(self.ledger.used(&owner, None, 100)).unwrap().0.stores,
            alive,
            "the quota counts what exists"
        );
        let counted: u64 = self.runtime.block_on(self.ledger.counts()).unwrap().values().sum();
        assert_eq!(counted, asked.stores.iter().flatten().count() as u64);
        let lists = self.runtime.block_on(self.ledger.mend_lists(false)).unwrap();
        assert_eq!(lists, Mended::default(), "the lists have what exists");
        let audit = self.runtime.block_on(self.ledger.check_audit()).unwrap();
        assert_eq!(audit, AuditState::Whole { entries: asked.accepted });
    }
}

fn id(store: usize) -> StoreId {
    StoreId::from_bits(store as u64)
}

fn new(store: usize) -> Record {
    record(&format!("s{store}"), store as u64)
}
