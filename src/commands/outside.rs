//! What doors need for things outside that have a life of their own, such as pull requests: what happened to them
//! last, somebody more to tell of a store that is there, and an answer where they are.

use jiff::Timestamp;

use super::change::Decision;
use super::{Commands, unavailable};
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::record::Record;
use crate::domain::request::Request;
use crate::domain::store::StoreRef;
use crate::ledger::{Freshness, PendingNote};

impl Commands {
    /// Whether nothing that happened later to a subject of a source is known; what has been asked about is known.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_newest(&self, source: &str, subject: &str, at: Timestamp) -> Result<bool, Refusal> {
        let freshness = self.ledger.newest(source, subject, at).await.map_err(unavailable)?;
        Ok(freshness == Freshness::Fresh)
    }

    /// When something happened to a subject of a source last, as far as is known.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn last_of(&self, source: &str, subject: &str) -> Result<Option<Timestamp>, Refusal> {
        self.ledger.version(source, subject).await.map_err(unavailable)
    }

    /// A store that the actor may know of, whatever became of it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn seek(&self, actor: &Actor, store: &StoreRef) -> Result<Option<Record>, Refusal> {
        match self.visible(actor, store).await {
            Ok(record) => Ok(Some(record)),
            Err(Refusal::NotFound { .. }) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// What a create asked for is there already: there is only somebody more to tell.
    ///
    /// # Errors
    /// As of a command.
    pub async fn join(&self, request: &Request, store: &StoreRef) -> Result<Outcome, Refusal> {
        self.admit(request.asker(), Action::Do(request.command.kind()))?;
        self.change(request, store, |_| Ok(Decision::AsItIs)).await
    }

    /// Has something written at a pull request, once.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn answer(&self, note: &PendingNote) -> Result<(), Refusal> {
        self.ledger.add_note(note).await.map_err(unavailable)
    }
}
