//! The audit: who did what. Entries are added by the scripts that admit commands and by nothing else;
//! no code changes or removes one, except by age. Each carries a digest over itself and the one before
//! it, so what was changed from outside shows.

use redis::AsyncCommands;
use redis::streams::StreamRangeReply;
use sha1::{Digest, Sha1};

use super::letters::before;
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

impl Ledger {
    /// Up to `limit` entries with their ids, newest first, behind the one named `cursor`.
    ///
    /// # Errors
    /// `Unavailable`. Entries that cannot be read are left out; [`Ledger::check_audit`] names them.
    pub async fn audit(&self, cursor: Option<&str>, limit: usize) -> Result<Vec<(String, AuditEntry)>, LedgerError> {
        let Some(from) = before(cursor) else { return Ok(Vec::new()) };
        let reply: StreamRangeReply =
            self.connection().xrevrange_count(&self.keys.audit, from, "-", limit.max(1)).await?;
        let read = |entry: &redis::streams::StreamId| {
            let text: String = entry.get("e")?;
            Some((entry.id.clone(), serde_json::from_str(&text).ok()?))
        };
        Ok(reply.ids.iter().filter_map(read).collect())
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
