//! What runs for a store: asked of a worker that has its cell, because doors know no cluster.

use std::time::Duration;

use super::{Commands, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::audit::Asker;
use crate::domain::outcome::Refusal;
use crate::domain::pods::Pods;
use crate::domain::record::Phase;
use crate::domain::store::StoreRef;
use crate::ledger::{CellAnswer, Question};

/// How long a door waits for a worker: well under what a request may take.
const WAIT: Duration = Duration::from_secs(5);
/// Questions of one process that wait at once: each has a connection to Redis meanwhile.
pub(super) const WAITING_MAX: usize = 32;

impl Commands {
    /// A store's pods and its recent Kubernetes events, as they are now.
    ///
    /// # Errors
    /// `NotFound` also when the store belongs to somebody else; `NoWorker`, `ClusterAway`, `Crowded`.
    pub async fn pods(&self, asker: Asker<'_>, store: &StoreRef) -> Result<Pods, Refusal> {
        self.admit(asker, Action::See(Matter::Pods))?;
        let record = self.visible(asker.actor, store).await?;
        if record.phase() == Phase::Deleted {
            return Ok(Pods::default());
        }
        let _room = self.waiting.try_acquire().map_err(|_| Refusal::Crowded)?;
        let question = Question { id: self.fresh_id(), store: record.id };
        let asked = self.ledger.ask_cell(&record.spec.cell, &question, WAIT).await.map_err(unavailable)?;
        if asked.is_err() {
            return Err(Refusal::Crowded);
        }
        match self.ledger.cell_answer(&question.id, WAIT).await {
            Some(CellAnswer::Seen(pods)) => Ok(pods),
            Some(CellAnswer::Away) => Err(Refusal::ClusterAway),
            None => Err(Refusal::NoWorker),
        }
    }
}
