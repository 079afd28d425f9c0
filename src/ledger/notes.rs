//! Answers to be written at a pull request, each once: what somebody asked in a comment, and why a preview store could
//! not be made. They wait here until the forge has taken them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, millis, record};
use crate::domain::forge::Thread;

/// One comment that has not been written yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingNote {
    /// The same at each attempt and for each repetition of what caused it.
    pub id: String,
    pub source: String,
    pub thread: Thread,
    pub text: String,
    /// Attempts made.
    pub attempt: u32,
}

impl Ledger {
    /// Keeps a note to be written now. One that waits already stays as it is.
    ///
    /// # Errors
    /// `Unavailable`; doing it again is safe.
    pub async fn add_note(&self, note: &PendingNote) -> Result<(), LedgerError> {
        let now = self.now_ms().await?;
        redis::pipe()
            .atomic()
            .hset_nx(&self.keys.notes, &note.id, record::json(note)?)
            .ignore()
            .cmd("ZADD")
            .arg(&self.keys.notes_due)
            .arg("NX")
            .arg(now)
            .arg(&note.id)
            .ignore()
            .query_async::<()>(&mut self.connection())
            .await?;
        Ok(())
    }

    /// Takes up to `max` notes that are due. Whoever takes them postpones or finishes them; else they are due again
    /// after `lease`.
    ///
    /// # Errors
    /// `Unavailable`. One that cannot be read is dropped and logged.
    pub async fn due_notes(&self, max: usize, lease: Duration) -> Result<Vec<PendingNote>, LedgerError> {
        let mut call = self.scripts.callback_take.prepare_invoke();
        call.key(&self.keys.notes_due).key(&self.keys.notes).arg(max).arg(millis(lease));
        let taken: Vec<(String, String)> = call.invoke_async(&mut self.connection()).await?;
        let mut notes = Vec::with_capacity(taken.len());
        for (id, text) in taken {
            match serde_json::from_str(&text) {
                Ok(note) => notes.push(note),
                // It could never be written, and would be met again and again.
                Err(error) => {
                    tracing::error!(note = id, %error, "a note cannot be read and was dropped");
                    self.finish_note(&id).await?;
                }
            }
        }
        Ok(notes)
    }

    /// Keeps a note for another attempt.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn postpone_note(&self, note: &PendingNote, pause: Duration) -> Result<(), LedgerError> {
        let due = self.now_ms().await?.saturating_add(millis(pause));
        redis::pipe()
            .atomic()
            .hset(&self.keys.notes, &note.id, record::json(note)?)
            .ignore()
            .zadd(&self.keys.notes_due, &note.id, due)
            .ignore()
            .query_async::<()>(&mut self.connection())
            .await?;
        Ok(())
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn finish_note(&self, id: &str) -> Result<(), LedgerError> {
        redis::pipe()
            .atomic()
            .hdel(&self.keys.notes, id)
            .ignore()
            .zrem(&self.keys.notes_due, id)
            .ignore()
            .query_async::<()>(&mut self.connection())
            .await?;
        Ok(())
    }
}
