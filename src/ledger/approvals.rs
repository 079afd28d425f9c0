//! Requests for more than a quota allows, while they wait for an approver and for a while after. What is
//! approved is created by the same script that creates everything else, which ends the request as well.

use jiff::Timestamp;
use redis::AsyncCommands;

use super::record::json;
use super::{Ledger, LedgerError, millis};
use crate::domain::actor::ActorId;
use crate::domain::approval::{Approval, Verdict, Waiting};
use crate::domain::audit::AuditEntry;
use crate::domain::store::StoreId;

/// Requests that end by the clock in one turn of upkeep.
const BATCH: isize = 100;

/// What came of asking for an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedApproval {
    /// It waits; perhaps since an earlier request for the same name.
    Waits(Waiting),
    /// The actor has as many waiting as it may.
    Full,
}

/// What came of ending one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndedApproval {
    Done,
    /// It was ended before, in this way.
    Already(Verdict),
    Gone,
}

impl Ledger {
    /// # Errors
    /// `Unavailable`.
    pub async fn ask_approval(
        &self,
        approval: &Approval,
        most: u32,
        audit: &AuditEntry,
    ) -> Result<AskedApproval, LedgerError> {
        let mut call = self.scripts.approval_ask.prepare_invoke();
        call.key(self.keys.approval(&approval.id)).key(&self.keys.approvals);
        call.key(self.keys.approvals_of(&approval.actor)).key(&self.keys.audit).key(&self.keys.audit_head);
        call.arg(&approval.id)
            .arg(approval.create.name.as_str())
            .arg(json(approval)?)
            .arg(approval.expires_at.as_millisecond())
            .arg(most)
            .arg(millis(self.retention.events))
            .arg(json(audit)?);
        let answer: Vec<String> = call.invoke_async(&mut self.connection()).await?;
        Ok(match answer.as_slice() {
            [word] if word == "full" => AskedApproval::Full,
            [_, id, ends] => {
                let ends = ends.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
                AskedApproval::Waits(Waiting { id: id.clone(), expires_at: ends.unwrap_or(approval.expires_at) })
            }
            _ => AskedApproval::Waits(Waiting { id: approval.id.clone(), expires_at: approval.expires_at }),
        })
    }

    /// A request and where it stands. One whose time has passed is expired, whether or not anybody has noted it.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn approval(&self, id: &str) -> Result<Option<(Approval, Verdict)>, LedgerError> {
        let now = self.now_ms().await?;
        self.read_approvals(&[id], now).await.map(|mut found| found.pop())
    }

    /// Those that are there, in one round trip.
    async fn read_approvals(&self, ids: &[&str], now: u64) -> Result<Vec<(Approval, Verdict)>, LedgerError> {
        let keys: Vec<String> = ids.iter().map(|id| self.keys.approval(id)).collect();
        let mut pipe = redis::pipe();
        for key in &keys {
            pipe.cmd("HMGET").arg(key).arg(&["entry", "state", "by", "store"]);
        }
        let rows: Vec<Row> = pipe.query_async(&mut self.connection()).await?;
        keys.into_iter().zip(rows).filter_map(|(key, row)| read(key, row, now).transpose()).collect()
    }

    /// Requests that wait, the one that ends first at the front.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn approvals(&self, limit: usize) -> Result<Vec<Approval>, LedgerError> {
        let now = self.now_ms().await?;
        let ids: Vec<String> = redis::cmd("ZRANGE")
            .arg(&self.keys.approvals)
            .arg(format!("({now}"))
            .arg("+inf")
            .arg(&["BYSCORE", "LIMIT", "0"])
            .arg(limit)
            .query_async(&mut self.connection())
            .await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let found = self.read_approvals(&ids, now).await?;
        Ok(found
            .into_iter()
            .filter(|(_, verdict)| *verdict == Verdict::Waiting)
            .map(|(approval, _)| approval)
            .collect())
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn deny(
        &self,
        approval: &Approval,
        by: &ActorId,
        audit: &AuditEntry,
    ) -> Result<EndedApproval, LedgerError> {
        self.end_approval(approval, "denied", by.as_str(), json(audit)?).await
    }

    /// Ends requests whose time has passed. Says how many.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn expire_approvals(&self) -> Result<usize, LedgerError> {
        let now = self.now_ms().await?;
        let key = &self.keys.approvals;
        let due: Vec<String> = self.connection().zrangebyscore_limit(key, "-inf", now, 0, BATCH).await?;
        for id in &due {
            if let Some((approval, _)) = self.approval(id).await? {
                self.end_approval(&approval, "expired", "", String::new()).await?;
            } else {
                self.connection().zrem::<_, _, ()>(key, id).await?;
            }
        }
        Ok(due.len())
    }

    async fn end_approval(
        &self,
        approval: &Approval,
        how: &str,
        by: &str,
        audit: String,
    ) -> Result<EndedApproval, LedgerError> {
        let mut call = self.scripts.approval_end.prepare_invoke();
        call.key(self.keys.approval(&approval.id)).key(&self.keys.approvals);
        call.key(self.keys.approvals_of(&approval.actor)).key(&self.keys.audit).key(&self.keys.audit_head);
        call.arg(&approval.id).arg(approval.create.name.as_str()).arg(how).arg(by).arg(audit);
        let was: String = call.invoke_async(&mut self.connection()).await?;
        Ok(match was.as_str() {
            "waiting" => EndedApproval::Done,
            "gone" => EndedApproval::Gone,
            _ => self.approval(&approval.id).await?.map_or(EndedApproval::Gone, |(_, v)| EndedApproval::Already(v)),
        })
    }
}

/// Raw values of a request's hash: `entry`, `state`, `by`, `store`.
type Row = (Option<String>, Option<String>, Option<String>, Option<String>);

fn read(key: String, row: Row, now_ms: u64) -> Result<Option<(Approval, Verdict)>, LedgerError> {
    let (Some(entry), Some(state), by, store) = row else { return Ok(None) };
    let entry: Approval =
        serde_json::from_str(&entry).map_err(|e| LedgerError::Unreadable { key, why: e.to_string() })?;
    let by = ActorId::new(by.unwrap_or_default());
    let over = u64::try_from(entry.expires_at.as_second()).is_ok_and(|ends| ends <= now_ms / 1000);
    let verdict = match state.as_str() {
        "approved" => Verdict::Approved { by, store: store.as_deref().and_then(StoreId::parse) },
        "denied" => Verdict::Denied { by },
        "waiting" if !over => Verdict::Waiting,
        _ => Verdict::Expired,
    };
    Ok(Some((entry, verdict)))
}
