//! Counts of stores, and for administrators how the whole is.

use super::{CellLook, Commands, policy, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::audit::Asker;
use crate::domain::outcome::Refusal;
use crate::ledger::{Counts, QueueDepth};

/// Stores of one owner that are looked at, at a time.
const PAGE: usize = 200;

/// By phase and engine.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    pub counts: Counts,
    /// For administrators.
    pub queue: Option<QueueDepth>,
    /// For administrators: without the phases of their stores.
    pub cells: Option<Vec<CellLook>>,
}

impl Commands {
    /// All stores for whoever may see them, the actor's own otherwise.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn overview(&self, asker: Asker<'_>) -> Result<Overview, Refusal> {
        self.admit(asker, Action::See(Matter::Overview))?;
        let Some(owner) = policy::sees(asker.actor) else {
            let (counts, depth) = tokio::try_join!(self.ledger.counts(), self.ledger.depth()).map_err(unavailable)?;
            return Ok(Overview { counts, queue: Some(depth), cells: Some(self.cells_in_short().await?) });
        };
        let (mut counts, mut cursor) = (Counts::new(), None::<String>);
        loop {
            let page = self.ledger.page(Some(owner), cursor.as_deref(), PAGE).await.map_err(unavailable)?;
            for (_, record) in &page.items {
                *counts.entry((record.phase(), record.spec.engine)).or_default() += 1;
            }
            match page.items.last() {
                Some((place, _)) if page.more => cursor = Some(place.clone()),
                _ => return Ok(Overview { counts, queue: None, cells: None }),
            }
        }
    }
}
