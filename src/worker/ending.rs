//! How a claim ends, and what is written last.

use super::decide::{Action, State};
use super::failure::cell_not_configured;
use super::followed::Followed;
use super::progress::{self, Facts};
use super::{Shared, now};
use crate::cluster::{ClusterError, NamespaceSpec};
use crate::domain::record::{Phase, Record, Want};
use crate::ledger::{Claim, Ending, LedgerError, Lost, Report, Restored, Written};

impl Shared {
    /// Writes how the wish ended to the namespace, so that the ledger can be rebuilt from it, unless it says so
    /// already. After everybody was told: nobody waits for it.
    pub(super) async fn keep_end(&self, store: &Followed<'_>, ending: &Ending) -> Result<(), Lost> {
        let ended = matches!(ending, Ending::Settled | Ending::Dead { .. }) && store.want() != Want::Absent;
        if !ended {
            return Ok(());
        }
        let record = Record { observed: store.observed.clone(), ..store.record().clone() };
        let kept = NamespaceSpec { record: &record, fence: store.claim.fence };
        match store.cell.cluster.keep_end(&kept).await {
            Ok(()) | Err(ClusterError::NotFound | ClusterError::Terminating) => Ok(()),
            Err(error) if error.is_behind() => {
                self.outrun(store, &error.to_string()).await;
                Err(Lost)
            }
            Err(error) => {
                tracing::warn!(store.id = %record.id, %error, "how it ended is not written to the namespace");
                Ok(())
            }
        }
    }

    /// The namespace carries a newer fence or wish than this claim. Either the store is another worker's by now, or
    /// this ledger came from a backup; then it learns what it does not know any more.
    pub(super) async fn outrun(&self, store: &Followed<'_>, how: &str) {
        let id = &store.record().id;
        tracing::warn!(store.id = %id, fence = store.claim.fence, "stopping: {how}");
        store.pulse.give_up();
        let remains = match store.cell.cluster.found(&id.namespace()).await {
            Ok(found) => found.and_then(|found| found.kept.ok()),
            Err(error) => return tracing::warn!(store.id = %id, %error, "its namespace cannot be read"),
        };
        let Some(remains) = remains else { return };
        let written = Written { fence: remains.fence, generation: remains.generation };
        match self.ledger.restore(&remains.record, written).await {
            Ok(Restored::Known) => {}
            Ok(_) => tracing::warn!(store.id = %id, "the ledger knew the store as it was before, as if it came from a \
                backup; what its namespace tells stands now. For all stores: storebot rebuild"),
            Err(error) => tracing::warn!(store.id = %id, %error, "what its namespace tells cannot be taken over"),
        }
    }

    /// Nothing can be known or done of a store whose cell this storebot does not have; its owner is told.
    pub(super) async fn without_cell(&self, claim: &Claim) -> Result<(), LedgerError> {
        let mut record = claim.record.clone();
        tracing::error!(store.id = %record.id, cell = record.spec.cell, "the store's cell is not configured");
        let trouble = cell_not_configured(&record);
        let reason = format!("{}: {}", trouble.reason, trouble.message);
        if !record.is_settled() {
            let now = now();
            let facts = Facts { simulated: record.observed.simulated, release: None, mark: None };
            let seen = (&State::Failed { trouble: trouble.clone() }, &Action::GiveUp { trouble });
            let begun = progress::begin(&record.observed, record.desired, now);
            let (observed, kind) = progress::show(&begun, record.desired, seen, &facts, now);
            record.observed = observed;
            let report = Report { observed: &record.observed, kind };
            if let Err(lost) = self.ledger.report(claim, report).await? {
                tracing::warn!(store.id = %record.id, "{lost}");
                return Ok(());
            }
            self.measure(&record, kind);
        }
        self.finish(claim, &Ending::Dead { reason }).await
    }

    pub(super) async fn finish(&self, claim: &Claim, ending: &Ending) -> Result<(), LedgerError> {
        let record = &claim.record;
        match self.ledger.finish(claim, record.desired.generation, ending).await? {
            Ok(again) => {
                tracing::info!(store.id = %record.id, store.name = %record.spec.name, ?ending, again, "the store is let go");
            }
            Err(lost) => tracing::warn!(store.id = %record.id, "{lost}"),
        }
        Ok(())
    }
}

/// How a claim ends that found its store at rest. A worker may have died between writing what it saw and
/// ending its claim: what its ending would have done is still to be done.
pub(super) fn left_to_end(claim: &Claim, attempts: u32) -> Ending {
    let record = &claim.record;
    match &record.observed.trouble {
        _ if record.phase() == Phase::Deleted => Ending::Gone,
        Some(trouble) if record.phase() == Phase::Failed && claim.attempt >= attempts => {
            Ending::Dead { reason: format!("{}: {}", trouble.reason, trouble.message) }
        }
        _ => Ending::Settled,
    }
}
