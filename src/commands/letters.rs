//! Dead letters: what was given up, and trying it again. For administrators.

use std::sync::Arc;

use super::query::bad_cursor;
use super::{Commands, retry, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::audit::Asker;
use crate::domain::command::{Command, CommandKind};
use crate::domain::event::is_event_id;
use crate::domain::outcome::Refusal;
use crate::domain::record::Record;
use crate::domain::request::Request;
use crate::domain::store::{StoreId, StoreRef};
use crate::ledger::{DeadLetter, LetterKind, Redriven};

/// Most letters of one page.
const PAGE_MAX: u32 = 200;

/// Letters, newest first.
#[derive(Clone, Debug, Default)]
pub struct LetterPage {
    pub items: Vec<DeadLetter>,
    pub next_cursor: Option<String>,
}

/// What follows from a redrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// The store had failed and is tried again.
    Retry,
    /// A worker looks at the store.
    Look,
    /// There is no such store any more; the letter is off the list.
    Nothing,
}

impl Follows {
    pub const ALL: [Self; 3] = [Self::Retry, Self::Look, Self::Nothing];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Look => "look",
            Self::Nothing => "nothing",
        }
    }
}

impl Commands {
    /// # Errors
    /// `Forbidden`, `Invalid` for a cursor that is none, `Unavailable`.
    pub async fn dead_letters(
        &self,
        asker: Asker<'_>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<LetterPage, Refusal> {
        self.admit(asker, Action::See(Matter::DeadLetters))?;
        if cursor.is_some_and(|cursor| !is_event_id(cursor)) {
            return Err(bad_cursor());
        }
        let limit = limit.clamp(1, PAGE_MAX) as usize;
        let mut items = self.ledger.dead_letters(cursor, limit + 1).await.map_err(unavailable)?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|last| last.id.clone());
        Ok(LetterPage { items, next_cursor })
    }

    /// Tries again what was given up. The store first and its letter then: who dies between them leaves
    /// a letter that can be redriven again, which finds the retry under way.
    ///
    /// # Errors
    /// `Forbidden`; `NoSuchLetter`, also for one that was redriven before.
    pub async fn redrive(&self, asker: Asker<'_>, letter: &str) -> Result<(DeadLetter, Follows), Refusal> {
        self.admit(asker, Action::Do(CommandKind::Redrive))?;
        let gone = || Refusal::NoSuchLetter { letter: letter.to_owned() };
        if !is_event_id(letter) {
            return Err(gone());
        }
        let found = self.ledger.dead_letter(letter).await.map_err(unavailable)?.ok_or_else(gone)?;
        let record = self.given_up(&found).await?;
        let retried = match &record {
            Some(record) => self.retry_given_up(asker, record).await?,
            None => false,
        };
        let done = self.ledger.redrive(&found, asker).await.map_err(unavailable)?;
        let follows = match done {
            // The end of a retry takes the letter off the list, and may have come before we did.
            Redriven::Gone if retried => Follows::Retry,
            Redriven::Gone => return Err(gone()),
            Redriven::NoStore => Follows::Nothing,
            Redriven::InLine if retried => Follows::Retry,
            Redriven::InLine => Follows::Look,
        };
        Ok((found, follows))
    }

    /// The store of a letter whose record can be read.
    async fn given_up(&self, letter: &DeadLetter) -> Result<Option<Record>, Refusal> {
        match (letter.kind, StoreId::parse(&letter.store)) {
            (LetterKind::GivenUp, Some(id)) => self.ledger.record(&id).await.map_err(unavailable),
            _ => Ok(None),
        }
    }

    /// `false`: it has not failed, so there is nothing to try again.
    async fn retry_given_up(&self, asker: Asker<'_>, record: &Record) -> Result<bool, Refusal> {
        let store = StoreRef::new(record.id.as_str());
        let command = Command::Retry { store: store.clone() };
        let Asker { actor, door, origin, at } = asker;
        let (actor, origin) = (actor.clone(), Arc::new(origin.clone()));
        let request = Request { actor, door, command, key: None, reply_to: None, origin, at };
        match self.change(&request, &store, retry::decide).await {
            Ok(_) => Ok(true),
            Err(Refusal::NotNow { .. } | Refusal::NotFound { .. }) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }
}
