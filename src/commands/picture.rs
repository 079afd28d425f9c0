//! A store as a page of it shows it, and what a page says of a store that is not there yet.

use super::follow::EVENTS_MAX;
use super::{Commands, policy, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::Role;
use crate::domain::audit::Asker;
use crate::domain::event::StoreEvent;
use crate::domain::history::Day;
use crate::domain::outcome::Refusal;
use crate::domain::prospect::Prospect;
use crate::domain::record::Record;
use crate::domain::store::StoreRef;
use crate::domain::usual::Usual;

/// A store with what surrounds it.
#[derive(Clone, Debug)]
pub struct Picture {
    pub record: Record,
    /// What happened to it lately, oldest first.
    pub events: Vec<StoreEvent>,
    /// Its place in line for a worker, from 1.
    pub place: Option<u64>,
    /// How long stores of its engine took lately.
    pub usual: Usual,
}

impl Commands {
    /// # Errors
    /// `NotFound` also when the store belongs to somebody else; `Unavailable`.
    pub async fn picture(&self, asker: Asker<'_>, store: &StoreRef, events: u32) -> Result<Picture, Refusal> {
        self.admit(asker, Action::See(Matter::Events))?;
        let record = self.visible(asker.actor, store).await?;
        self.picture_of(record, events).await
    }

    pub(super) async fn picture_of(&self, record: Record, events: u32) -> Result<Picture, Refusal> {
        let most = events.clamp(1, EVENTS_MAX) as usize;
        let events = self.ledger.last_events_of(&record.id, most);
        // What is at rest waits for nothing.
        let outlook = async {
            if record.phase().is_end() {
                return Ok((Usual::default(), None));
            }
            self.ledger.outlook(record.spec.engine, &record.id).await
        };
        let (events, (usual, place)) = tokio::try_join!(events, outlook).map_err(unavailable)?;
        Ok(Picture { record, events, place, usual })
    }

    /// How it would go with a store that the actor asked for now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn prospect(&self, asker: Asker<'_>) -> Result<Prospect, Refusal> {
        self.admit(asker, Action::See(Matter::Quota))?;
        self.ledger.prospect(&asker.actor.id).await.map_err(unavailable)
    }

    /// How it went with everybody's stores over so many days, oldest first; today, in UTC, is the last.
    ///
    /// # Errors
    /// `Forbidden` for whoever does not see everybody's, `Unavailable`.
    pub async fn history(&self, asker: Asker<'_>, days: i32) -> Result<Vec<Day>, Refusal> {
        let action = Action::See(Matter::Overview);
        self.admit(asker, action)?;
        if policy::sees(asker.actor).is_some() {
            return Err(Refusal::Forbidden { action, needs: Role::Admin });
        }
        let today = asker.at.to_zoned(jiff::tz::TimeZone::UTC).date();
        self.ledger.history(today, days).await.map_err(unavailable)
    }
}
