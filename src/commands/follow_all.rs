//! All stores somebody may see, as they change: for lists that are looked at for a while.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::join_all;

use super::follow::HEARTBEAT;
use super::hub::{Change, Listener};
use super::{Commands, policy};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::Actor;
use crate::domain::audit::Asker;
use crate::domain::event::Event;
use crate::domain::outcome::Refusal;
use crate::domain::record::Record;
use crate::domain::store::StoreId;

/// Somebody who follows all stores that they may see.
pub struct FollowingAll {
    actor: Actor,
    listener: Listener,
}

/// What a list has to be told.
#[derive(Clone, Debug)]
pub enum Changed {
    /// These, each as it is now.
    Stores(Vec<Arc<Record>>),
    /// Any of them: only a new list knows.
    Any,
    /// Nothing has for a while.
    Nothing,
}

impl Commands {
    /// Follows all stores that the actor may see, from now on.
    ///
    /// # Errors
    /// `Crowded`, `TooManyStreams`.
    pub fn follow_all(&self, asker: Asker<'_>) -> Result<FollowingAll, Refusal> {
        self.admit(asker, Action::See(Matter::Stores))?;
        Ok(FollowingAll { actor: asker.actor.clone(), listener: self.hub.listen(&asker.actor.id)? })
    }

    /// Reads each store that something has happened to once, for all who want to know.
    pub(super) async fn tell_changes(&self, events: &[Event]) {
        let mut ids: Vec<&StoreId> = events.iter().map(|event| &event.store).collect();
        ids.sort_unstable_by_key(|id| id.as_str());
        ids.dedup();
        for found in join_all(ids.iter().map(|id| self.ledger.record(id))).await {
            match found {
                Ok(Some(record)) => self.hub.tell(Change::Store(Arc::new(record))),
                // Forgotten by now: it had left all lists of living stores before.
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, "a store that has changed cannot be read");
                    self.hub.tell(Change::Any);
                }
            }
        }
    }
}

impl FollowingAll {
    /// What has changed, as soon as anything has; all that has come together is told together. May be cancelled: what
    /// was not told then is told the next time.
    pub async fn next(&mut self) -> Changed {
        loop {
            let Ok(first) = tokio::time::timeout(HEARTBEAT, self.listener.next()).await else {
                return Changed::Nothing;
            };
            let mut newest: HashMap<StoreId, Arc<Record>> = HashMap::new();
            let mut next = Some(first);
            while let Some(change) = next {
                match change {
                    Change::Any => return self.anew(),
                    Change::Store(record) if policy::sees(&self.actor).is_none_or(|own| *own == record.spec.owner) => {
                        newest.insert(record.id.clone(), record);
                    }
                    Change::Store(_) => {}
                }
                next = self.listener.at_hand();
            }
            if !newest.is_empty() {
                return Changed::Stores(newest.into_values().collect());
            }
        }
    }

    /// A new list has all that has come by now.
    fn anew(&mut self) -> Changed {
        while self.listener.at_hand().is_some() {}
        Changed::Any
    }
}
