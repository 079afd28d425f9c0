//! Admitting commands: one script, one round trip.

mod answer;

use std::time::Duration;

use jiff::Timestamp;
use redis::{ScriptInvocation, Value};

use answer::read_answer;

use super::lists::{index_member, list_args};
use super::record::{json, numbers, unwritable};
use super::{Ledger, LedgerError, asked, millis};
use crate::crash;
use crate::domain::actor::{ActorId, OrgId};
use crate::domain::approval::Excess;
use crate::domain::audit::AuditEntry;
use crate::domain::event::{EventKind, Note};
use crate::domain::placement::Unfit;
use crate::domain::quota::{Quota, Used};
use crate::domain::record::{Record, Want};
use crate::domain::reply::Reply;
use crate::domain::request::IdempotencyKey;
use crate::domain::store::StoreId;
use crate::domain::trail::Trail;

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
    pub allowance: Allowance,
    /// When anything is due of its lease.
    pub moment: Option<Timestamp>,
    /// Whoever is told of it as long as it lives.
    pub follower: Option<&'a Reply>,
    /// Lets it be more than the quotas say.
    pub approval: Option<Approved<'a>>,
    /// What there is room for on its cell. An approval makes no room there.
    pub capacity: Quota,
}

/// How much is allowed to whoever asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowance {
    pub owner: Quota,
    /// Counts where the record has an organisation.
    pub org: Quota,
    pub requests: Option<Rate>,
}

/// How many in how long, and as how many this one counts.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub limit: u32,
    pub window: Duration,
    pub weight: u32,
}

/// Somebody has agreed to it.
#[derive(Clone, Copy, Debug)]
pub struct Approved<'a> {
    pub id: &'a str,
    /// Who asked for it.
    pub actor: &'a ActorId,
    pub by: &'a ActorId,
}

#[derive(Clone, Debug)]
pub struct ChangeRequest<'a> {
    /// The record the decision was made on.
    pub seen: &'a Record,
    /// The record as it will be; answered again when the key comes again.
    pub becomes: &'a Record,
    pub keep: Option<KeepAnswer<'a>>,
    pub reply: ReplyEntry<'a>,
    /// `None`: it is nobody's doing, only time.
    pub audit: Option<&'a AuditEntry>,
    pub note: Note,
    /// `None`: nothing new is wanted, there is only somebody more to tell.
    pub wish: Option<Wish>,
    pub requests: Option<Rate>,
    /// What whoever wakes it may have. `None`: whatever it is.
    pub allowance: Option<Allowance>,
    /// When anything is due of its lease from now on.
    pub moment: Option<Timestamp>,
    /// What its log says of it.
    pub kind: EventKind,
}

impl<'a> ChangeRequest<'a> {
    /// What somebody did, and nothing beside it.
    #[must_use]
    pub fn by(audit: &'a AuditEntry, seen: &'a Record, becomes: &'a Record) -> Self {
        Self {
            seen,
            becomes,
            keep: None,
            reply: None,
            audit: Some(audit),
            note: Note::asked(audit.command, &audit.actor, becomes),
            wish: None,
            requests: None,
            allowance: None,
            moment: None,
            kind: EventKind::Accepted,
        }
    }
}

/// What is wanted of a store from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub want: Want,
    /// Nothing is done about it for this long.
    pub grace: Option<Duration>,
    /// Only while the wish before it is still in its grace.
    pub back: bool,
}

/// What admission wrote or found.
#[derive(Clone, Debug)]
pub enum Admitted {
    /// Everything was written.
    New(Room),
    /// The key was used before with the same body; nothing was written.
    Replayed(Box<Record>),
}

/// What is used after a create, and how long such stores usually took lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub owner: Used,
    pub org: Used,
    pub usually: Option<Duration>,
}

/// Why nothing was written.
#[derive(Clone, Debug)]
pub enum RefusedBy {
    KeyReused,
    Taken {
        by: StoreId,
    },
    Quota(Excess),
    Rate {
        limit: RateLimit,
        retry_after_ms: u64,
    },
    /// The cell takes no new stores, or has no room for this one.
    Cell(Unfit),
    /// The approval was decided, or has ended.
    Decided,
    /// The id exists already: try again with another one.
    IdTaken,
    /// The record is not the one that was seen any more.
    Conflict,
}

/// Which of the limits that hold across replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    Requests,
    Creations,
    OrgCreations,
}

impl Rate {
    /// As scripts read it: ms between two (at least one), how many at once, weight.
    fn numbers(self) -> String {
        let gap = (millis(self.window) / u64::from(self.limit.max(1))).max(1);
        format!("{gap} {} {}", self.limit, self.weight)
    }
}

/// '' where there is no limit.
fn creations(quota: Quota) -> String {
    let rate = Rate { limit: quota.creations_per_hour, window: Duration::from_secs(3600), weight: 1 };
    if rate.limit == 0 { String::new() } else { rate.numbers() }
}

fn quota_numbers(quota: Quota) -> String {
    format!("{} {} {}", quota.stores, numbers(quota.size), quota.asleep_percent)
}

impl Ledger {
    /// Writes a new store in line for a worker, with its event and audit, if nothing stands against it.
    ///
    /// # Errors
    /// `Unavailable`: whether it was written is unknown; asking again with the same key is safe.
    pub async fn create(&self, request: CreateRequest<'_>) -> Result<Result<Admitted, RefusedBy>, LedgerError> {
        let CreateRequest { record, keep, reply, audit, allowance, moment, follower, approval, capacity } = request;
        let (spec, owner, org) = (&record.spec, &record.spec.owner, record.spec.org.as_ref());
        let mut call = self.scripts.create.prepare_invoke();
        call.key(self.idempotency_key(keep.as_ref())).key(&self.keys.names);
        self.holder_keys(&mut call, record);
        call.key(self.keys.rate("requests", &audit.actor))
            .key(self.keys.rate("creations", owner))
            .key(self.keys.org_rate("creations", org))
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
            .key(&self.keys.audit_head)
            .key(&self.keys.took);
        self.approval_keys(&mut call, approval, owner);
        call.key(&self.keys.leases).key(self.keys.followers(&record.id)).key(&self.keys.cells);
        self.cell_keys(&mut call, record);
        call.key(&self.keys.lists);
        let (print, answer) = kept(keep.as_ref(), record)?;
        let (reply_id, reply) = reply_fields(reply)?;
        call.arg(print)
            .arg(millis(self.retention.idempotency))
            .arg(answer)
            .arg(record.id.as_str())
            .arg(spec.name.as_str())
            .arg(owner.as_str())
            .arg(asked::write(spec).map_err(unwritable)?)
            .arg(numbers(spec.size))
            .arg(quota_numbers(allowance.owner))
            .arg(org.map_or_else(String::new, |_| quota_numbers(allowance.org)))
            .arg(allowance.requests.map_or_else(String::new, Rate::numbers))
            .arg(creations(allowance.owner))
            .arg(org.map_or_else(String::new, |_| creations(allowance.org)))
            .arg(index_member(record))
            .arg(reply_id)
            .arg(reply)
            .arg(spec.engine.as_str())
            .arg(said(audit, record)?);
        self.log_args(&mut call);
        call.arg(json(audit)?);
        call.arg(approval.map_or("", |a| a.id)).arg(approval.map_or("", |a| a.by.as_str()));
        call.arg(in_ms(moment)).arg(follower.map(json).transpose()?.unwrap_or_default());
        trail_args(&mut call, &record.trail);
        call.arg(&spec.cell).arg(quota_numbers(capacity)).arg(in_ms(spec.expires_at));
        crash::point!("ledger.create.before");
        let answer: Vec<Value> = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.create.after");
        read_answer(&answer)
    }

    fn approval_keys(&self, call: &mut ScriptInvocation<'_>, approval: Option<Approved<'_>>, owner: &ActorId) {
        call.key(self.keys.approval(approval.map_or("", |a| a.id)))
            .key(&self.keys.approvals)
            .key(self.keys.approvals_of(approval.map_or(owner, |a| a.actor)));
    }

    /// Writes a new wish for a store in line for a worker, with its event and audit, if its record has not changed.
    ///
    /// # Errors
    /// `Unavailable`: whether it was written is unknown; asking again with the same key is safe.
    pub async fn change(&self, request: ChangeRequest<'_>) -> Result<Result<Admitted, RefusedBy>, LedgerError> {
        let ChangeRequest { seen, becomes, keep, reply, audit, wish, requests, .. } = &request;
        let (wish, requests) = (*wish, *requests);
        let mut call = self.scripts.change.prepare_invoke();
        call.key(self.idempotency_key(keep.as_ref())).key(self.keys.store(&seen.id));
        self.line_keys(&mut call);
        call.key(&self.keys.events)
            .key(self.keys.log(&seen.id))
            .key(&self.keys.counts)
            .key(self.keys.replies(&seen.id))
            .key(&self.keys.audit)
            .key(&self.keys.audit_head)
            .key(self.keys.rate("requests", audit.map_or(&seen.spec.owner, |audit| &audit.actor)))
            .key(&self.keys.leases);
        self.holder_keys(&mut call, seen);
        self.cell_keys(&mut call, seen);
        call.key(&self.keys.lists);
        let (print, answer) = kept(keep.as_ref(), becomes)?;
        let (reply_id, reply) = reply_fields(*reply)?;
        call.arg(print)
            .arg(millis(self.retention.idempotency))
            .arg(answer)
            .arg(seen.id.as_str())
            .arg(seen.version)
            .arg(wish.map_or("", |wish| wish.want.as_str()))
            .arg(becomes.desired.task.as_str())
            .arg(becomes.phase().as_str())
            .arg(reply_id)
            .arg(reply)
            .arg(json(&request.note)?);
        self.log_args(&mut call);
        call.arg(audit.map(json).transpose()?.unwrap_or_default())
            .arg(requests.map_or_else(String::new, Rate::numbers));
        let grace = wish.and_then(|wish| wish.grace).map_or_else(String::new, |grace| millis(grace).to_string());
        call.arg(grace).arg(if wish.is_some_and(|wish| wish.back) { "back" } else { "" });
        lease_args(&mut call, &request);
        list_args(&mut call, seen);
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

    /// Those whose quota a store uses up: its owner and its organisation.
    pub(super) fn holder_keys(&self, call: &mut ScriptInvocation<'_>, record: &Record) {
        let [org_alive, org_taken] = self.keys.of_org(record.spec.org.as_ref());
        call.key(self.keys.alive(&record.spec.owner)).key(self.keys.taken(&record.spec.owner));
        call.key(org_alive).key(org_taken);
    }

    /// Where what is on a store's cell is counted.
    pub(super) fn cell_keys(&self, call: &mut ScriptInvocation<'_>, record: &Record) {
        let [stores, taken] = self.keys.of_cell(&record.spec.cell);
        call.key(stores).key(taken);
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

/// What a change makes of a store's lease, and what waking it may take.
fn lease_args(call: &mut ScriptInvocation<'_>, request: &ChangeRequest<'_>) {
    let ChangeRequest { seen, becomes, allowance, moment, kind, .. } = request;
    let (was, is) = (seen.desired, becomes.desired);
    let changed = (was.extended_to, was.removes_at, was.sleeps_at) != (is.extended_to, is.removes_at, is.sleeps_at);
    let quota = |of: fn(&Allowance) -> Quota| allowance.as_ref().map_or_else(String::new, |a| quota_numbers(of(a)));
    call.arg(kind.as_str())
        .arg(if changed { "lease" } else { "" })
        .arg(in_ms(is.extended_to))
        .arg(in_ms(is.removes_at))
        .arg(in_ms(*moment))
        .arg(numbers(seen.spec.size))
        .arg(quota(|a| a.owner))
        .arg(quota(|a| a.org))
        .arg(seen.spec.org.as_ref().map_or("", OrgId::as_str))
        .arg(in_ms(is.sleeps_at));
    trail_args(call, &becomes.trail);
}

/// '' for what there is not.
fn trail_args(call: &mut ScriptInvocation<'_>, trail: &Trail) {
    call.arg(trail.request.as_str());
    call.arg(trail.trace.map_or_else(String::new, |trace| trace.to_string()));
}

/// '' for never.
pub(super) fn in_ms(time: Option<Timestamp>) -> String {
    time.map_or_else(String::new, |at| at.as_millisecond().to_string())
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
