//! The queue of answers at pull requests: takes what is due out of the ledger, writes it as a comment of its own, and
//! puts back what was not taken.
//!
//! The ledger lends a note to one process at a time. A process that dies with one loses it to another after a while,
//! which finds the comment by its mark if it was written.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio_util::task::TaskTracker;

use super::{Inner, LEDGER_PAUSE, Notify};
use crate::crash;
use crate::forge::{Note, Trouble};
use crate::ledger::{LedgerError, PendingNote};

/// How often is looked for notes that have become due. Somebody waits for them at a page that is loaded again.
const POLL: Duration = Duration::from_millis(500);
/// Notes that are written at once: forges want writes one after the other.
const MOST: usize = 8;
/// What a lent note stays lent beyond its longest attempt: for the ledger's part.
const MARGIN: Duration = Duration::from_secs(5);
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_LONGEST: Duration = Duration::from_secs(600);
/// Attempts after which a note is given up: an answer of the day before helps nobody.
const ATTEMPTS: u32 = 40;

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Finish,
    Again(Duration),
}

/// Writes for ever.
pub(super) async fn write(inner: &Arc<Inner>, tasks: &TaskTracker) {
    loop {
        match inner.parts.ledger.due_notes(MOST, inner.parts.forges.timeout() + MARGIN).await {
            Ok(due) => {
                let full = due.len() == MOST;
                let writing = due.into_iter().map(|note| {
                    let notify = Notify(Arc::clone(inner));
                    tasks.spawn(async move { notify.0.attempt_note(note).await })
                });
                // What was taken is finished even when this loop is stopped.
                futures::future::join_all(writing).await;
                if full {
                    continue;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "due notes cannot be read");
                tokio::time::sleep(LEDGER_PAUSE).await;
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

impl Inner {
    async fn attempt_note(&self, note: PendingNote) {
        if let Err(error) = self.try_note(&note).await {
            tracing::warn!(note.id = %note.id, %error, "what became of a note was not kept");
        }
    }

    async fn try_note(&self, note: &PendingNote) -> Result<(), LedgerError> {
        let ledger = &self.parts.ledger;
        let Some(forge) = self.parts.forges.of(&note.source) else { return ledger.finish_note(&note.id).await };
        let mark = mark(&note.id);
        let text = format!("{mark}\n\n{}", note.text);
        crash::point!("notify.send.before");
        let written = forge.write(&note.thread, None, Note { mark: &mark, text: &text });
        let written = tokio::time::timeout(forge.timeout(), written).await.unwrap_or(Err(Trouble::Away));
        crash::point!("notify.send.after");
        let trouble = written.err();
        let next = next(trouble, note.attempt);
        let (source, repository, number) = (&note.source, &note.thread.repository, note.thread.number);
        match (next, trouble) {
            (Next::Finish, None) => ledger.finish_note(&note.id).await,
            (Next::Finish, trouble) => {
                tracing::warn!(source, repository, number, ?trouble, "an answer at a pull request is given up");
                ledger.finish_note(&note.id).await
            }
            (Next::Again(pause), trouble) => {
                tracing::info!(source, repository, number, ?trouble, "an answer at a pull request is written later");
                let again = PendingNote { attempt: note.attempt.saturating_add(1), ..note.clone() };
                ledger.postpone_note(&again, pause).await
            }
        }
    }
}

fn next(trouble: Option<Trouble>, attempt: u32) -> Next {
    match trouble {
        None | Some(Trouble::Refused(_)) => Next::Finish,
        Some(_) if attempt.saturating_add(1) >= ATTEMPTS => Next::Finish,
        Some(Trouble::Wait(pause)) => Next::Again(pause.unsigned_abs().max(PAUSE_FIRST)),
        Some(Trouble::Away | Trouble::NoToken) => {
            Next::Again(PAUSE_FIRST.saturating_mul(1 << attempt.min(12)).min(PAUSE_LONGEST))
        }
    }
}

/// A note's id is nobody's to know but the forge's and ours before it is written.
fn mark(id: &str) -> String {
    let digest = hex::encode(Sha256::digest(format!("note {id}")));
    format!("<!-- storebot:answer:{} -->", &digest[..20])
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn an_attempt_is_repeated_as_long_as_it_may_help() {
        let again = |seconds| Next::Again(Duration::from_secs(seconds));
        assert_eq!(next(None, 0), Next::Finish);
        assert_eq!(next(Some(Trouble::Refused(404)), 0), Next::Finish);
        assert_eq!(next(Some(Trouble::Away), 0), again(1));
        assert_eq!(next(Some(Trouble::Away), 3), again(8));
        assert_eq!(next(Some(Trouble::Away), 30), again(600));
        assert_eq!(next(Some(Trouble::Wait(SignedDuration::from_secs(90))), 0), again(90));
        assert_eq!(next(Some(Trouble::Away), ATTEMPTS - 1), Next::Finish);
    }
}
