//! The audit: who did what. Entries are added by the scripts that admit commands and by nothing else;
//! no code changes or removes one, except by age. Each carries a digest over itself and the one before
//! it, so what was changed from outside shows.

use jiff::Timestamp;
use redis::AsyncCommands;
use redis::streams::StreamRangeReply;
use sha1::{Digest, Sha1};

use super::record::json;
use super::{Ledger, LedgerError};
use crate::domain::audit::AuditEntry;

/// Entries read at once.
const PAGE: usize = 500;

/// What a look at the whole audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditState {
    /// Every entry follows from the one before it.
    Whole { entries: u64 },
    /// From this entry on, it does not.
    Broken { at: String },
}

/// Which part of the audit.
#[derive(Clone, Debug, Default)]
pub struct AuditSpan {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Only entries older than the one with this id.
    pub before: Option<String>,
}

/// What was found there.
#[derive(Clone, Debug, Default)]
pub struct AuditLook {
    /// With their ids, newest first.
    pub items: Vec<(String, AuditEntry)>,
    /// Entries looked at, whether or not they can be read.
    pub looked: usize,
    /// There may be more behind the entry with this id.
    pub next: Option<String>,
}

impl Ledger {
    /// Looks at up to `limit` entries, newest first.
    ///
    /// # Errors
    /// `Unavailable`. Entries that cannot be read are left out; [`Ledger::check_audit`] names them.
    pub async fn audit(&self, span: &AuditSpan, limit: usize) -> Result<AuditLook, LedgerError> {
        let newest = match (&span.before, span.until) {
            (Some(before), _) => format!("({before}"),
            // The ids of entries begin with the ms in which they were written.
            (None, Some(until)) => until.as_millisecond().max(0).to_string(),
            (None, None) => "+".to_owned(),
        };
        let oldest = span.since.map_or_else(|| "-".to_owned(), |since| since.as_millisecond().max(0).to_string());
        let reply: StreamRangeReply =
            self.connection().xrevrange_count(&self.keys.audit, newest, oldest, limit.max(1)).await?;
        let read = |entry: &redis::streams::StreamId| {
            let text: String = entry.get("e")?;
            Some((entry.id.clone(), serde_json::from_str(&text).ok()?))
        };
        let next = reply.ids.last().filter(|_| reply.ids.len() >= limit).map(|last| last.id.clone());
        Ok(AuditLook { looked: reply.ids.len(), items: reply.ids.iter().filter_map(read).collect(), next })
    }

    /// Writes an entry of something that changed nothing else.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn note_audit(&self, entry: &AuditEntry) -> Result<(), LedgerError> {
        let mut call = self.scripts.audit_note.prepare_invoke();
        call.key(&self.keys.audit).key(&self.keys.audit_head).arg(json(entry)?);
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// Follows the chain from the oldest entry that is kept to the newest.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn check_audit(&self) -> Result<AuditState, LedgerError> {
        let mut connection = self.connection();
        // Read first: what is added while we look is not missing.
        let head: Option<String> = connection.get(&self.keys.audit_head).await?;
        let (mut from, mut before, mut entries) = ("-".to_owned(), None::<String>, 0);
        let mut seen_head = head.is_none();
        loop {
            let page: StreamRangeReply = connection.xrange_count(&self.keys.audit, &from, "+", PAGE).await?;
            for entry in &page.ids {
                let (text, kept): (Option<String>, Option<String>) = (entry.get("e"), entry.get("h"));
                let (Some(text), Some(kept)) = (text, kept) else {
                    return Ok(AuditState::Broken { at: entry.id.clone() });
                };
                // What came before the oldest one has been forgotten by age.
                if before.as_ref().is_some_and(|before| chained(before, &text) != kept) {
                    return Ok(AuditState::Broken { at: entry.id.clone() });
                }
                seen_head |= head.as_ref() == Some(&kept);
                entries += 1;
                before = Some(kept);
            }
            match page.ids.last() {
                Some(last) if page.ids.len() == PAGE => from = format!("({}", last.id),
                _ => break,
            }
        }
        // The newest entries were cut off.
        Ok(if seen_head || entries == 0 {
            AuditState::Whole { entries }
        } else {
            AuditState::Broken { at: "the end".to_owned() }
        })
    }
}

fn chained(before: &str, entry: &str) -> String {
    hex::encode(Sha1::digest(format!("{before}{entry}")))
}
