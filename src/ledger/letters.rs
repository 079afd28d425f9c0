//! Dead letters: stores that were given up or could not be read, with the reason.

use jiff::Timestamp;
use redis::AsyncCommands;
use redis::streams::{StreamId, StreamRangeReply};

use super::{Ledger, LedgerError, record};
use crate::domain::audit::Asker;
use crate::domain::command::CommandKind;
use crate::domain::store::{StoreId, StoreName};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    /// Every attempt ended with an error. The store shows `failed`, with the same reason.
    GivenUp,
    /// The record could not be read, or was not there.
    Unreadable,
}

impl LetterKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GivenUp => "given-up",
            Self::Unreadable => "unreadable",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Id of the stream entry (`<ms>-<n>`), and the cursor behind it.
    pub id: String,
    /// A store's id, or whatever stood in its place.
    pub store: String,
    pub kind: LetterKind,
    pub reason: String,
    pub at: Timestamp,
}

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redriven {
    /// A worker looks at the store again.
    InLine,
    /// It was answered before: there is no such letter.
    Gone,
    /// The letter is off the list; there is no such store to look at.
    NoStore,
}

impl Ledger {
    /// Up to `limit` letters, newest first, behind the one named `cursor`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn dead_letters(&self, cursor: Option<&str>, limit: usize) -> Result<Vec<DeadLetter>, LedgerError> {
        let Some(from) = behind(cursor) else { return Ok(Vec::new()) };
        let reply: StreamRangeReply =
            self.connection().xrevrange_count(&self.keys.dead, from, "-", limit.max(1)).await?;
        Ok(reply.ids.iter().map(read).collect())
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn dead_letter(&self, id: &str) -> Result<Option<DeadLetter>, LedgerError> {
        let reply: StreamRangeReply = self.connection().xrange(&self.keys.dead, id, id).await?;
        Ok(reply.ids.first().map(read))
    }

    /// Takes a letter off the list and has a worker look at its store.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn redrive(&self, letter: &DeadLetter, asker: Asker<'_>) -> Result<Redriven, LedgerError> {
        // An unreadable record has no name to tell; an id has the form of one.
        let named = StoreId::parse(&letter.store).zip(StoreName::parse(&letter.store).ok());
        let Some((store, name)) = named else {
            let gone: usize = self.connection().xdel(&self.keys.dead, &[&letter.id]).await?;
            return Ok(if gone == 0 { Redriven::Gone } else { Redriven::NoStore });
        };
        let mut call = self.scripts.redrive.prepare_invoke();
        call.key(&self.keys.dead).key(self.keys.store(&store));
        self.line_keys(&mut call);
        call.key(&self.keys.audit).key(&self.keys.audit_head);
        call.arg(&letter.id).arg(store.as_str()).arg(record::json(&asker.entry(CommandKind::Redrive, &store, &name))?);
        let done: String = call.invoke_async(&mut self.connection()).await?;
        Ok(match done.as_str() {
            "ok" => Redriven::InLine,
            "gone" => Redriven::Gone,
            _ => Redriven::NoStore,
        })
    }
}

/// Where a page of a stream that is read backwards begins: behind the entry named `cursor`. `None`: nothing
/// comes before the very first id, and Redis takes that as an error.
pub(super) fn behind(cursor: Option<&str>) -> Option<String> {
    match cursor {
        None => Some("+".to_owned()),
        Some(first) if first.bytes().all(|b| matches!(b, b'0' | b'-')) => None,
        Some(cursor) => Some(format!("({cursor}")),
    }
}

fn read(entry: &StreamId) -> DeadLetter {
    let field = |name: &str| entry.get::<String>(name).unwrap_or_default();
    let ms = entry.id.split('-').next().and_then(|ms| ms.parse().ok()).unwrap_or(0);
    DeadLetter {
        id: entry.id.clone(),
        store: field("s"),
        kind: if field("kind") == "unreadable" { LetterKind::Unreadable } else { LetterKind::GivenUp },
        reason: field("reason"),
        at: Timestamp::from_millisecond(ms).unwrap_or_default(),
    }
}
