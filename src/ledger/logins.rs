//! New logins of shops: asked for by a door, made by a worker, answered once.
//!
//! Only the hash of a password passes through here, and only for as long as somebody waits. It is
//! apart from the record because it must not last, and because a new password changes nothing that
//! the record tells.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Claim, Ledger, LedgerError, Lost, millis, record};
use crate::crash;
use crate::domain::audit::AuditEntry;
use crate::domain::event::{EventKind, Note};
use crate::domain::record::Record;
use crate::domain::store::StoreId;

/// How long a wish for a login is kept: longer than its Job may take.
const ASK_KEPT: Duration = Duration::from_secs(75);
/// How long an answer is kept for whoever waits.
const ANSWER_KEPT: Duration = Duration::from_secs(60);

/// A login that is wanted.
#[derive(Clone)]
pub struct LoginAsk {
    /// Names the wish, and the answer to it.
    pub id: String,
    /// The new password's hash, as the shop's software keeps it.
    pub hash: String,
}

impl std::fmt::Debug for LoginAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginAsk").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a login cannot be wanted now; nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskRefused {
    /// Another one is being made.
    Busy,
    /// The record is not the one that was seen any more.
    Conflict,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum LoginAnswer {
    /// The password holds.
    Changed,
    Failed {
        /// Plain words.
        why: String,
    },
}

impl Ledger {
    /// Wants a login for a store and wakes a worker.
    ///
    /// # Errors
    /// `Unavailable`: whether it was written is unknown.
    pub async fn ask_login(
        &self,
        seen: &Record,
        ask: &LoginAsk,
        audit: &AuditEntry,
    ) -> Result<Result<(), AskRefused>, LedgerError> {
        let mut call = self.scripts.login_ask.prepare_invoke();
        call.key(self.keys.store(&seen.id)).key(self.keys.login(&seen.id));
        self.line_keys(&mut call);
        call.key(&self.keys.events).key(self.keys.log(&seen.id)).key(&self.keys.audit).key(&self.keys.audit_head);
        call.arg(seen.id.as_str())
            .arg(seen.version)
            .arg(&ask.id)
            .arg(&ask.hash)
            .arg(millis(ASK_KEPT))
            .arg(record::json(&Note::asked(audit.command, &audit.actor, seen))?);
        self.log_args(&mut call);
        call.arg(record::json(audit)?);
        let answer: String = call.invoke_async(&mut self.connection()).await?;
        Ok(match answer.as_str() {
            "ok" => Ok(()),
            "busy" => Err(AskRefused::Busy),
            _ => Err(AskRefused::Conflict),
        })
    }

    /// The login that is wanted for a store now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn login_asked(&self, id: &StoreId) -> Result<Option<LoginAsk>, LedgerError> {
        let mut call = redis::cmd("HMGET");
        call.arg(self.keys.login(id)).arg(&["id", "hash"]);
        let found: (Option<String>, Option<String>) = call.query_async(&mut self.connection()).await?;
        Ok(found.0.zip(found.1).map(|(id, hash)| LoginAsk { id, hash }))
    }

    /// Tells whoever waits, and forgets the wish.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Lost`], and nothing was written.
    pub async fn answer_login(
        &self,
        claim: &Claim,
        ask: &str,
        answer: &LoginAnswer,
    ) -> Result<Result<(), Lost>, LedgerError> {
        let id = &claim.record.id;
        let kind = match answer {
            LoginAnswer::Changed => EventKind::CredentialsChanged.as_str(),
            LoginAnswer::Failed { .. } => "",
        };
        let mut call = self.scripts.login_answer.prepare_invoke();
        call.key(self.keys.store(id)).key(self.keys.login(id)).key(self.keys.login_answer(ask));
        call.key(&self.keys.events).key(self.keys.log(id));
        call.arg(claim.fence).arg(ask).arg(record::json(answer)?).arg(millis(ANSWER_KEPT)).arg(id.as_str()).arg(kind);
        call.arg(record::json(&Note { phase: Some(claim.record.phase()), ..Note::default() })?);
        self.log_args(&mut call);
        crash::point!("ledger.login-answer.before");
        let done: i64 = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.login-answer.after");
        Ok(if done == 1 { Ok(()) } else { Err(Lost) })
    }

    /// Waits for the answer to a wish, for `within` at the longest. Survives a Redis that goes away
    /// meanwhile; the answer is given once.
    pub async fn login_answer(&self, ask: &str, within: Duration) -> Option<LoginAnswer> {
        self.answer(&self.keys.login_answer(ask), within).await
    }
}
