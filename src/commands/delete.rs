//! `delete`: a store, with everything in it.

use super::{Commands, keep, policy, unavailable};
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::record::{Phase, Record, Want};
use crate::domain::request::Request;
use crate::domain::store::StoreRef;
use crate::ledger::{Admitted, ChangeRequest, RefusedBy};

/// Somebody else may change the record between our look and our write; the worker does so a few
/// times while it builds a store.
const TRIES: usize = 10;

impl Commands {
    pub(super) async fn delete(&self, request: &Request, store: &StoreRef) -> Result<Outcome, Refusal> {
        let not_found = || Refusal::NotFound { store: store.as_str().to_owned() };
        let reply = self.reply(request);
        for _ in 0..TRIES {
            let seen = self.ledger.find(store).await.map_err(unavailable)?;
            let seen = seen.filter(|r| policy::may_see(&request.actor, r)).ok_or_else(not_found)?;
            let (want, becomes) = without(&seen);
            let asked =
                ChangeRequest { seen: &seen, becomes: &becomes, keep: keep(request), reply: reply.as_ref(), want };
            match self.ledger.change(asked).await.map_err(unavailable)? {
                Ok(Admitted::New { .. }) => return self.deleted(request, becomes, false).await,
                Ok(Admitted::Replayed { answer, .. }) => return self.deleted(request, *answer, true).await,
                Err(RefusedBy::KeyReused) => return Err(Refusal::KeyReused),
                Err(_) => {}
            }
        }
        Err(Refusal::Unavailable)
    }

    async fn deleted(&self, request: &Request, store: Record, replayed: bool) -> Result<Outcome, Refusal> {
        let stores = self.ledger.alive(&store.spec.owner).await.map_err(unavailable)?;
        Ok(self.outcome(request, store, replayed, stores))
    }
}

/// What deleting makes of a record. A store that is going or gone is left alone; one whose deletion
/// failed is deleted again.
fn without(seen: &Record) -> (Option<Want>, Record) {
    let mut becomes = seen.clone();
    if seen.desired.want == Want::Absent && seen.phase() != Phase::Failed {
        return (None, becomes);
    }
    becomes.desired.want = Want::Absent;
    becomes.desired.generation += 1;
    becomes.version += 1;
    (Some(Want::Absent), becomes)
}
