//! Admitting commands: one script, one round trip.

use redis::Value;

use super::record::{json, unwritable};
use super::{Ledger, LedgerError, asked, millis};
use crate::crash;
use crate::domain::actor::ActorId;
use crate::domain::audit::AuditEntry;
use crate::domain::event::Note;
use crate::domain::record::{Record, Want};
use crate::domain::reply::Reply;
use crate::domain::request::IdempotencyKey;
use crate::domain::store::StoreId;

/// Whose key, and what to answer when it comes again.
#[derive(Clone, Debug)]
pub struct KeepAnswer<'a> {
    pub actor: &'a ActorId,
    pub key: &'a IdempotencyKey,
}

/// Whoever must be told how it went.
pub type ReplyEntry<'a> = Option<&'a Reply>;

#[derive(Clone, Debug)]
pub struct CreateRequest<'a> {
    pub record: &'a Record,
    pub keep: Option<KeepAnswer<'a>>,
    pub reply: ReplyEntry<'a>,
    pub audit: &'a AuditEntry,
    /// Most living stores of the owner.
    pub quota: u32,
    /// Most creations of the owner in an hour.
    pub creations_per_hour: u32,
}

#[derive(Clone, Debug)]
pub struct ChangeRequest<'a> {
    /// The record the decision was made on.
    pub seen: &'a Record,
    /// The record as it will be; answered again when the key comes again.
    pub becomes: &'a Record,
    pub keep: Option<KeepAnswer<'a>>,
    pub reply: ReplyEntry<'a>,
    pub audit: &'a AuditEntry,
    /// `None`: nothing new is wanted, there is only somebody more to tell.
    pub want: Option<Want>,
}

/// What admission wrote or found.
#[derive(Clone, Debug)]
pub enum Admitted {
    /// Everything was written.
    New { stores: u32 },
    /// The key was used before with the same body; nothing was written.
    Replayed { answer: Box<Record>, stores: u32 },
}

/// Why nothing was written.
#[derive(Clone, Debug)]
pub enum RefusedBy {
    KeyReused,
    Taken {
        by: StoreId,
    },
    Quota {
        used: u32,
    },
    Rate {
        retry_after_ms: u64,
    },
    /// The id exists already: try again with another one.
    IdTaken,
    /// The record is not the one that was seen any more.
    Conflict,
}

/// Milliseconds between two events of `per_hour` in an hour, at least one.
fn gap_ms(per_hour: u32) -> u64 {
    (3_600_000 / u64::from(per_hour.max(1))).max(1)
}

impl Ledger {
    /// Writes a new store in line for a worker, with its event and audit, if nothing stands against it.
    ///
    /// # Errors
    /// `Unavailable`: whether it was written is unknown; asking again with the same key is safe.
    pub async fn create(&self, request: CreateRequest<'_>) -> Result<Result<Admitted, RefusedBy>, LedgerError> {
        let CreateRequest { record, keep, reply, audit, quota, creations_per_hour } = request;
        let (spec, owner) = (&record.spec, &record.spec.owner);
        let mut call = self.scripts.create.prepare_invoke();
        call.key(self.idempotency_key(keep.as_ref()))
            .key(&self.keys.names)
            .key(self.keys.alive(owner))
            .key(self.keys.rate("creations", owner))
            .key(self.keys.store(&record.id))
            .key(&self.keys.stores)
            .key(self.keys.of(owner))
            .key(&self.keys.unsettled)
            .key(&self.keys.ready)
            .key(&self.keys.turns)
            .key(self.keys.spec(&record.id))
            .key(&self.keys.events)
            .key(self.keys.log(&record.id))
            .key(self.keys.replies(&record.id))
            .key(&self.keys.counts)
            .key(&self.keys.audit)
            .key(&self.keys.audit_head);
        let (print, answer) = kept(keep.as_ref(), record)?;
        let (reply_id, reply) = reply_fields(reply)?;
        call.arg(print)
            .arg(millis(self.retention.idempotency))
            .arg(answer)
            .arg(record.id.as_str())
            .arg(spec.name.as_str())
            .arg(owner.as_str())
            .arg(asked::write(spec).map_err(unwritable)?)
            .arg(quota)
            .arg(gap_ms(creations_per_hour))
            .arg(creations_per_hour)
            .arg(index_member(record))
            .arg(reply_id)
            .arg(reply)
            .arg(spec.engine.as_str())
            .arg(said(audit, record)?);
        self.log_args(&mut call);
        call.arg(json(audit)?);
        crash::point!("ledger.create.before");
        let answer: Vec<Value> = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.create.after");
        read_answer(&answer)
    }

    /// Writes a new wish for a store in line for a worker, with its event and audit, if its record has not changed.
    ///
    /// # Errors
    /// `Unavailable`: whether it was written is unknown; asking again with the same key is safe.
    pub async fn change(&self, request: ChangeRequest<'_>) -> Result<Result<Admitted, RefusedBy>, LedgerError> {
        let ChangeRequest { seen, becomes, keep, reply, audit, want } = request;
        let mut call = self.scripts.change.prepare_invoke();
        call.key(self.idempotency_key(keep.as_ref())).key(self.keys.store(&seen.id));
        self.line_keys(&mut call);
        call.key(&self.keys.events)
            .key(self.keys.log(&seen.id))
            .key(&self.keys.counts)
            .key(self.keys.replies(&seen.id))
            .key(&self.keys.audit)
            .key(&self.keys.audit_head);
        let (print, answer) = kept(keep.as_ref(), becomes)?;
        let (reply_id, reply) = reply_fields(reply)?;
        call.arg(print)
            .arg(millis(self.retention.idempotency))
            .arg(answer)
            .arg(seen.id.as_str())
            .arg(seen.version)
            .arg(want.map_or("", Want::as_str))
            .arg(becomes.desired.task.as_str())
            .arg(becomes.phase().as_str())
            .arg(reply_id)
            .arg(reply)
            .arg(said(audit, becomes)?);
        self.log_args(&mut call);
        call.arg(json(audit)?);
        crash::point!("ledger.change.before");
        let answer: Vec<Value> = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.change.after");
        read_answer(&answer)
    }

    /// What an idempotency key was answered, if it has been used.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`; inside: the key was used for something else.
    pub async fn answered(&self, keep: &KeepAnswer<'_>) -> Result<Result<Option<Record>, RefusedBy>, LedgerError> {
        let key = self.keys.idempotency(keep.actor, &keep.key.value);
        let (print, answer): (Option<String>, Option<String>) =
            redis::cmd("HMGET").arg(&key).arg(&["print", "answer"]).query_async(&mut self.connection()).await?;
        let (Some(print), Some(answer)) = (print, answer) else { return Ok(Ok(None)) };
        if print != keep.key.fingerprint {
            return Ok(Err(RefusedBy::KeyReused));
        }
        let read = serde_json::from_str(&answer);
        Ok(Ok(Some(read.map_err(|e| LedgerError::Unreadable { key, why: e.to_string() })?)))
    }

    /// A key that is never written when there is none: scripts want their keys declared.
    fn idempotency_key(&self, keep: Option<&KeepAnswer<'_>>) -> String {
        match keep {
            Some(keep) => self.keys.idempotency(keep.actor, &keep.key.value),
            None => self.keys.idempotency(&ActorId::new("-"), "-"),
        }
    }
}

fn kept<'a>(keep: Option<&KeepAnswer<'a>>, answer: &Record) -> Result<(&'a str, String), LedgerError> {
    match keep {
        Some(keep) => Ok((keep.key.fingerprint.as_str(), json(answer)?)),
        None => Ok(("", String::new())),
    }
}

fn said(audit: &AuditEntry, record: &Record) -> Result<String, LedgerError> {
    json(&Note::asked(audit.command, &audit.actor, record))
}

fn reply_fields(reply: ReplyEntry<'_>) -> Result<(&str, String), LedgerError> {
    match reply {
        Some(reply) => Ok((reply.id.as_str(), json(reply)?)),
        None => Ok(("", String::new())),
    }
}

/// Sorts by creation: milliseconds with leading zeros (enough until the year 2286), then the id.
pub(super) fn index_member(record: &Record) -> String {
    format!("{:013}{}", record.spec.created_at.as_millisecond(), record.id)
}

fn read_answer(answer: &[Value]) -> Result<Result<Admitted, RefusedBy>, LedgerError> {
    let text =
        |at: usize| -> String { answer.get(at).and_then(|v| redis::from_redis_value_ref(v).ok()).unwrap_or_default() };
    let number =
        |at: usize| -> u64 { answer.get(at).and_then(|v| redis::from_redis_value_ref(v).ok()).unwrap_or_default() };
    let small = |at: usize| u32::try_from(number(at)).unwrap_or(u32::MAX);
    let unreadable = |why: String| LedgerError::Unreadable { key: "answer".to_owned(), why };
    Ok(match text(0).as_str() {
        "ok" => Ok(Admitted::New { stores: small(1) }),
        "replay" => {
            let kept = serde_json::from_str(&text(1)).map_err(|e| unreadable(e.to_string()))?;
            Ok(Admitted::Replayed { answer: Box::new(kept), stores: small(2) })
        }
        "key-reused" => Err(RefusedBy::KeyReused),
        "taken" => {
            let by = StoreId::parse(&text(1)).ok_or_else(|| unreadable("names".to_owned()))?;
            Err(RefusedBy::Taken { by })
        }
        "quota" => Err(RefusedBy::Quota { used: small(1) }),
        "rate" => Err(RefusedBy::Rate { retry_after_ms: number(1) }),
        "id-taken" => Err(RefusedBy::IdTaken),
        "conflict" => Err(RefusedBy::Conflict),
        other => return Err(unreadable(format!("{other:?}"))),
    })
}
