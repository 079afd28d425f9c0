//! One worker's right to change one store: take it, keep it, write with it, end it.

use std::time::{Duration, Instant};

use redis::Value;

use super::lists::list_args;
use super::queue::LETTERS_MAX;
use super::{Ledger, LedgerError, millis, record, seen};
use crate::crash;
use crate::domain::actor::OrgId;
use crate::domain::event::{EventKind, Note};
use crate::domain::record::{Observed, Record, StepName};
use crate::domain::store::StoreId;
use crate::domain::usual::{Usual, own_time};

/// What came of claiming a store that was taken out of the line.
#[derive(Debug)]
pub enum Claimed {
    /// The store is this worker's until its lease ends.
    Mine(Box<Claim>),
    /// Somebody works on it; whoever holds it will see what has changed.
    Busy,
}

/// Every write carries its fence.
#[derive(Clone, Debug)]
pub struct Claim {
    pub record: Record,
    pub fence: u64,
    /// 1, and one more for each attempt at the present wish that ended with an error.
    pub attempt: u32,
    /// How often the store was claimed since anything new was seen of it; 1 the first time. Grows
    /// when workers die of it.
    pub claims: u32,
    /// How long the store had waited in line.
    pub waited: Duration,
    /// Nothing is to be done for this long: the wish can still be taken back.
    pub early: Duration,
    /// Just before it was asked for: its lease began later.
    pub asked: Instant,
}

/// What the worker saw, to be written.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    pub observed: &'a Observed,
    pub kind: EventKind,
}

/// How a claim ends.
#[derive(Clone, Debug)]
pub enum Ending {
    /// Both halves agree, or nothing can be done about it.
    Settled,
    /// The store is gone: name and quota are free.
    Gone,
    Retry {
        after: Duration,
    },
    /// Not before its time has come: no attempt was made.
    Later {
        after: Duration,
    },
    /// Given up, with the reason.
    Dead {
        reason: String,
    },
    /// Not finished by this worker; another one goes on at once.
    Handback,
}

/// The claim has been taken by somebody else: stop, write nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claim on the store is lost")]
pub struct Lost;

impl Ledger {
    /// Claims a store that [`Ledger::take`] gave.
    ///
    /// # Errors
    /// `Unavailable`; `Unreadable` when there is no record or it cannot be read. It is this
    /// worker's then as far as others are concerned: set it aside.
    pub async fn claim(&self, id: &StoreId, worker: &str, lease: Duration) -> Result<Claimed, LedgerError> {
        self.try_claim(id, worker, lease).await.map_err(|error| error.at(&self.keys.store(id)))
    }

    async fn try_claim(&self, id: &StoreId, worker: &str, lease: Duration) -> Result<Claimed, LedgerError> {
        let asked = Instant::now();
        let mut call = self.scripts.claim.prepare_invoke();
        call.key(self.keys.store(id)).key(&self.keys.leased).key(self.keys.spec(id)).key(self.keys.seen(id));
        call.arg(id.as_str()).arg(worker).arg(millis(lease));
        crash::point!("ledger.claim.before");
        let answer: Vec<Value> = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.claim.after");
        let unreadable = |why: &str| LedgerError::Unreadable { key: self.keys.store(id), why: why.to_owned() };
        let word: String = answer.first().and_then(|v| redis::from_redis_value_ref(v).ok()).unwrap_or_default();
        match (word.as_str(), answer.get(1..6), answer.get(6..)) {
            ("claimed", Some(numbers), Some([fields, beside])) => {
                let number = |at: usize| redis::from_redis_value_ref::<u64>(&numbers[at]).unwrap_or(0);
                let small = |at: usize| u32::try_from(number(at)).unwrap_or(u32::MAX);
                let record = record::read_values(id, fields, beside)?;
                let waited = Duration::from_millis(number(3));
                let early = Duration::from_millis(number(4));
                let claim =
                    Claim { record, fence: number(0), attempt: small(1), claims: small(2), waited, early, asked };
                Ok(Claimed::Mine(Box::new(claim)))
            }
            ("busy", ..) => Ok(Claimed::Busy),
            _ => Err(unreadable("there is no such record")),
        }
    }

    /// Makes the lease begin anew. Gives the generation that is wanted now.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Lost`].
    pub async fn beat(&self, claim: &Claim, lease: Duration) -> Result<Result<u64, Lost>, LedgerError> {
        let mut call = self.scripts.beat.prepare_invoke();
        let id = &claim.record.id;
        call.key(self.keys.store(id)).key(&self.keys.leased).key(&self.keys.ready);
        call.arg(claim.fence).arg(millis(lease)).arg(id.as_str());
        crash::point!("ledger.beat.before");
        let generation: i64 = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.beat.after");
        Ok(u64::try_from(generation).map_err(|_| Lost))
    }

    /// Writes what was seen, and an event that says so. Gives the generation that is wanted now.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Lost`], and nothing was written.
    pub async fn report(&self, claim: &Claim, report: Report<'_>) -> Result<Result<u64, Lost>, LedgerError> {
        let id = &claim.record.id;
        let record = Record { observed: report.observed.clone(), ..claim.record.clone() };
        let mut call = self.scripts.report.prepare_invoke();
        call.key(self.keys.store(id)).key(self.keys.seen(id)).key(&self.keys.events);
        call.key(self.keys.log(id)).key(&self.keys.counts).key(&self.keys.lists);
        call.arg(claim.fence)
            .arg(seen::write(report.observed).map_err(record::unwritable)?)
            .arg(record.phase().as_str())
            .arg(report.kind.as_str())
            .arg(id.as_str())
            .arg(record::json(&Note::seen(&record))?);
        self.log_args(&mut call);
        call.arg(record.desired.generation).arg(record::json(&report.observed.overtaken())?);
        list_args(&mut call, &record);
        crash::point!("ledger.report.before");
        let generation: i64 = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.report.after");
        let Ok(generation) = u64::try_from(generation) else { return Ok(Err(Lost)) };
        // For whoever waits for the next one. That it is lost with a worker that dies here hurts nobody.
        let first = report.kind == EventKind::Ready && claim.record.observed.ready_at.is_none();
        if let Some(at) = report.observed.ready_at.filter(|_| first) {
            self.note_made(record.spec.engine, at, &creation(&record).unwrap_or_default()).await?;
        }
        Ok(Ok(generation))
    }

    /// Ends a claim made for `generation`. `true`: more is wanted meanwhile and the store is in line
    /// again.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Lost`], and nothing was written.
    pub async fn finish(
        &self,
        claim: &Claim,
        generation: u64,
        ending: &Ending,
    ) -> Result<Result<bool, Lost>, LedgerError> {
        let record = &claim.record;
        let (how, detail) = match ending {
            Ending::Settled => ("settled", String::new()),
            Ending::Gone => ("gone", millis(self.retention.deleted).to_string()),
            Ending::Retry { after } => ("retry", millis(*after).to_string()),
            Ending::Later { after } => ("later", millis(*after).to_string()),
            Ending::Dead { reason } => ("dead", reason.clone()),
            Ending::Handback => ("handback", String::new()),
        };
        let mut call = self.scripts.finish.prepare_invoke();
        call.key(self.keys.store(&record.id));
        self.line_keys(&mut call);
        call.key(&self.keys.dead).key(&self.keys.names);
        self.holder_keys(&mut call, record);
        call.key(&self.keys.forget).key(&self.keys.former).key(self.keys.login(&record.id));
        self.cell_keys(&mut call, record);
        call.arg(claim.fence)
            .arg(record.id.as_str())
            .arg(generation)
            .arg(how)
            .arg(detail)
            .arg(record.spec.name.as_str())
            .arg(LETTERS_MAX)
            .arg(record::numbers(record.spec.size))
            .arg(record.spec.org.as_ref().map_or("", OrgId::as_str));
        before(ending);
        let answer: String = call.invoke_async(&mut self.connection()).await?;
        after(ending);
        Ok(match answer.as_str() {
            "lost" => Err(Lost),
            other => Ok(other == "again"),
        })
    }
}

/// How long a store took that is ready as it was first asked for. What somebody asked again took as long as they
/// waited with it.
fn creation(record: &Record) -> Option<Usual> {
    let seen = &record.observed;
    let ready_at = seen.ready_at.filter(|_| record.desired.generation == 1)?;
    let whole = ready_at.duration_since(record.spec.created_at).unsigned_abs();
    Some(Usual { whole: Some(whole), steps: StepName::ALL.map(|name| own_time(seen, name)) })
}

/// Where a test may have the process die before a claim ends, and after.
fn before(ending: &Ending) {
    match ending {
        Ending::Settled => crash::point!("ledger.finish.settled.before"),
        Ending::Gone => crash::point!("ledger.finish.gone.before"),
        Ending::Retry { .. } => crash::point!("ledger.finish.retry.before"),
        Ending::Later { .. } => crash::point!("ledger.finish.later.before"),
        Ending::Dead { .. } => crash::point!("ledger.finish.dead.before"),
        Ending::Handback => crash::point!("ledger.finish.handback.before"),
    }
}

fn after(ending: &Ending) {
    match ending {
        Ending::Settled => crash::point!("ledger.finish.settled.after"),
        Ending::Gone => crash::point!("ledger.finish.gone.after"),
        Ending::Retry { .. } => crash::point!("ledger.finish.retry.after"),
        Ending::Later { .. } => crash::point!("ledger.finish.later.after"),
        Ending::Dead { .. } => crash::point!("ledger.finish.dead.after"),
        Ending::Handback => crash::point!("ledger.finish.handback.after"),
    }
}
