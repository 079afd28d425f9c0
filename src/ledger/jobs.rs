//! Jobs: read, claim, keep, report, finish.

use std::time::{Duration, Instant};

use redis::Value;
use redis::streams::{StreamAutoClaimReply, StreamId};

use super::group::GroupReader;
use super::keys::WORKERS;
use super::{Ledger, LedgerError, millis, record};
use crate::domain::event::EventKind;
use crate::domain::job::{JOB_VERSION, Job};
use crate::domain::record::{Observed, Phase, Record};
use crate::domain::store::StoreId;

/// What came of taking up a job.
#[derive(Debug)]
pub enum Claimed {
    /// The store is this worker's until its lease ends.
    Mine(Box<Claim>),
    /// Nothing is left to do.
    Settled,
    /// Somebody works on it; whoever holds it will see what has changed.
    Busy,
}

/// One worker's right to change one store. Every write carries its fence.
#[derive(Clone, Debug)]
pub struct Claim {
    pub record: Record,
    pub fence: u64,
    /// How often the store was taken up since it last came to an end; 1 the first time.
    pub attempt: u32,
    /// How long the job had waited.
    pub waited: Duration,
    /// Just before it was asked for: its lease began later.
    pub asked: Instant,
    worker: String,
    entry: String,
}

/// What the worker saw, to be written.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    pub observed: &'a Observed,
    /// What the whole record is now to be shown and counted as.
    pub phase: Phase,
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

/// Reads jobs for one worker.
pub struct JobReader(GroupReader);

impl Ledger {
    #[must_use]
    pub fn job_reader(&self, consumer: &str) -> JobReader {
        JobReader(GroupReader::new(self.clone(), &self.keys.jobs, WORKERS, consumer))
    }

    /// Takes up a job.
    ///
    /// # Errors
    /// `Unavailable`; `Unreadable` when the record cannot be read.
    pub async fn claim(&self, job: &Job, worker: &str, lease: Duration) -> Result<Claimed, LedgerError> {
        let asked = Instant::now();
        let mut call = self.scripts.claim.prepare_invoke();
        call.key(self.keys.store(&job.store)).key(&self.keys.jobs).key(&self.keys.unsettled).key(&self.keys.delayed);
        call.arg(WORKERS).arg(&job.entry).arg(job.store.as_str()).arg(worker).arg(millis(lease));
        let answer: Vec<Value> = call.invoke_async(&mut self.connection()).await?;
        let word: String =
            answer.first().map_or(Ok(String::new()), redis::from_redis_value_ref).map_err(redis::RedisError::from)?;
        match (word.as_str(), answer.get(1..4), answer.get(4..)) {
            ("claimed", Some([fence, attempt, waited]), Some(fields)) => {
                let number = |v: &Value| redis::from_redis_value_ref::<i64>(v).map_err(redis::RedisError::from);
                let record = record::read(&job.store, record::fields(fields)?)?;
                let Some(record) = record else { return Ok(Claimed::Settled) };
                Ok(Claimed::Mine(Box::new(Claim {
                    record,
                    fence: number(fence)?.unsigned_abs(),
                    attempt: u32::try_from(number(attempt)?).unwrap_or(u32::MAX),
                    waited: Duration::from_millis(u64::try_from(number(waited)?).unwrap_or(0)),
                    asked,
                    worker: worker.to_owned(),
                    entry: job.entry.clone(),
                })))
            }
            ("busy", ..) => Ok(Claimed::Busy),
            _ => Ok(Claimed::Settled),
        }
    }

    /// Makes the lease begin anew. Gives the generation that is wanted now.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Lost`].
    pub async fn beat(&self, claim: &Claim, lease: Duration) -> Result<Result<u64, Lost>, LedgerError> {
        let mut call = self.scripts.beat.prepare_invoke();
        call.key(self.keys.store(&claim.record.id)).key(&self.keys.jobs);
        call.arg(claim.fence).arg(millis(lease)).arg(WORKERS).arg(&claim.worker).arg(&claim.entry);
        let generation: i64 = call.invoke_async(&mut self.connection()).await?;
        Ok(u64::try_from(generation).map_err(|_| Lost))
    }

    /// Writes what was seen, and an event that says so. Gives the generation that is wanted now.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Lost`], and nothing was written.
    pub async fn report(&self, claim: &Claim, report: Report<'_>) -> Result<Result<u64, Lost>, LedgerError> {
        let mut call = self.scripts.report.prepare_invoke();
        call.key(self.keys.store(&claim.record.id)).key(&self.keys.events).key(&self.keys.counts);
        call.arg(claim.fence)
            .arg(record::json(report.observed)?)
            .arg(report.phase.as_str())
            .arg(report.kind.as_str())
            .arg(claim.record.id.as_str());
        let generation: i64 = call.invoke_async(&mut self.connection()).await?;
        Ok(u64::try_from(generation).map_err(|_| Lost))
    }

    /// Ends a claim made for `generation`. `true`: the wish has changed meanwhile and a new job is
    /// queued.
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
            Ending::Dead { reason } => ("dead", reason.clone()),
            Ending::Handback => ("handback", String::new()),
        };
        let mut call = self.scripts.finish.prepare_invoke();
        call.key(self.keys.store(&record.id))
            .key(&self.keys.jobs)
            .key(&self.keys.unsettled)
            .key(&self.keys.delayed)
            .key(&self.keys.dead)
            .key(&self.keys.names)
            .key(self.keys.alive(&record.spec.owner))
            .key(&self.keys.purge)
            .key(&self.keys.former)
            .key(self.keys.login(&record.id));
        call.arg(claim.fence)
            .arg(WORKERS)
            .arg(record.id.as_str())
            .arg(generation)
            .arg(how)
            .arg(detail)
            .arg(record.spec.name.as_str());
        let answer: String = call.invoke_async(&mut self.connection()).await?;
        Ok(match answer.as_str() {
            "lost" => Err(Lost),
            other => Ok(other == "again"),
        })
    }

    /// Takes over entries that nobody has kept alive for `idle`: their worker has died.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn reap(&self, consumer: &str, idle: Duration) -> Result<Vec<Job>, LedgerError> {
        let mut jobs = Vec::new();
        let mut cursor = "0-0".to_owned();
        loop {
            let reply: StreamAutoClaimReply = redis::cmd("XAUTOCLAIM")
                .arg(&self.keys.jobs)
                .arg(&[WORKERS, consumer])
                .arg(millis(idle))
                .arg(&[cursor.as_str(), "COUNT", "100"])
                .query_async(&mut self.connection())
                .await?;
            jobs.extend(self.read_jobs(reply.claimed).await?);
            if reply.next_stream_id == "0-0" || jobs.len() >= 1000 {
                return Ok(jobs);
            }
            cursor = reply.next_stream_id;
        }
    }

    /// Entries that are no jobs of a known version are acknowledged and kept with the dead letters.
    async fn read_jobs(&self, entries: Vec<StreamId>) -> Result<Vec<Job>, LedgerError> {
        let mut jobs = Vec::with_capacity(entries.len());
        for entry in entries {
            let version: Option<u32> = entry.get("v");
            let store = entry.get::<String>("s").as_deref().and_then(StoreId::parse);
            match store {
                Some(store) if version == Some(JOB_VERSION) => jobs.push(Job { store, entry: entry.id }),
                _ => self.set_aside(&entry).await?,
            }
        }
        Ok(jobs)
    }

    async fn set_aside(&self, entry: &StreamId) -> Result<(), LedgerError> {
        tracing::error!(job.id = %entry.id, "a job of an unknown shape was put to the dead letters");
        let store: String = entry.get("s").unwrap_or_default();
        redis::pipe()
            .atomic()
            .cmd("XADD")
            .arg(&self.keys.dead)
            .arg(&["*", "s", store.as_str(), "reason", "unknown job version"])
            .ignore()
            .cmd("XACK")
            .arg(&self.keys.jobs)
            .arg(&[WORKERS, entry.id.as_str()])
            .ignore()
            .cmd("XDEL")
            .arg(&self.keys.jobs)
            .arg(&entry.id)
            .ignore()
            .query_async::<()>(&mut self.connection())
            .await?;
        Ok(())
    }
}

impl JobReader {
    /// Up to `max` jobs; none when there was nothing for a second. Jobs this consumer holds already
    /// may come again; a claim tells them apart.
    ///
    /// # Errors
    /// `Unavailable`. The next call connects anew and begins with what may have been delivered.
    pub async fn next(&mut self, max: usize) -> Result<Vec<Job>, LedgerError> {
        let entries = self.0.next(max).await?;
        // A pending entry that was deleted comes without fields.
        let entries = entries.into_iter().filter(|e| !e.map.is_empty()).collect();
        self.0.ledger().read_jobs(entries).await
    }
}
