//! A new login for a shop's administrator: brings the hash of a password into the shop.
//!
//! Apart from the table of states: it is wanted of a store that is at rest and leaves it so. The
//! ledger keeps the wish for a short while; a worker that takes over within it begins again with the
//! same hash.

use std::collections::BTreeMap;
use std::time::Duration;

use super::claim::Pulse;
use super::failure::chart_too_old;
use super::{CellParts, Shared};
use crate::cluster::{self, AskedJob, ClusterError, JobOutcome, NamespaceSpec};
use crate::domain::record::Record;
use crate::ledger::{Claim, LedgerError, LoginAnswer, LoginAsk};

const COMPONENT: &str = "login";
/// A little more than the Job itself may take, by its chart.
const PATIENCE: Duration = Duration::from_secs(65);

impl Shared {
    /// Makes the login that is wanted, if one is, and says what became of it.
    pub(super) async fn login_if_asked(
        &self,
        claim: &Claim,
        cell: &CellParts,
        pulse: &Pulse,
    ) -> Result<(), LedgerError> {
        let record = &claim.record;
        let Some(ask) = self.ledger.login_asked(&record.id).await? else { return Ok(()) };
        let done = change(claim, cell, &ask, pulse).await;
        if pulse.lost.is_cancelled() {
            // What is there belongs to whoever goes on with it.
            return Ok(());
        }
        tidy(record, cell).await;
        let answer = match done {
            Ok(()) => LoginAnswer::Changed,
            Err(why) => LoginAnswer::Failed { why },
        };
        tracing::info!(store.id = %record.id, ask = ask.id, ?answer, "a new login was asked for");
        if let Err(lost) = self.ledger.answer_login(claim, &ask.id, &answer).await? {
            tracing::warn!(store.id = %record.id, "{lost}");
        }
        Ok(())
    }
}

/// Runs the Job to its end. The error is in plain words.
async fn change(claim: &Claim, cell: &CellParts, ask: &LoginAsk, pulse: &Pulse) -> Result<(), String> {
    let record = &claim.record;
    let (id, labels) = (&record.id, cluster::store_labels(record));
    let claimed = cell.cluster.claim_namespace(&NamespaceSpec { record, fence: claim.fence }).await;
    if claimed.as_ref().is_err_and(ClusterError::is_behind) {
        pulse.give_up();
    }
    claimed.map_err(|e| e.to_string())?;
    cell.cluster.enter(id).await.map_err(|e| e.to_string())?;
    let revision = record.observed.release.as_ref().map_or(0, |r| r.revision);
    let name = cluster::asked_job(COMPONENT, revision, &ask.id);
    // First: the Job's pod reads it when it starts.
    let data = BTreeMap::from([(cluster::LOGIN_HASH.to_owned(), ask.hash.clone())]);
    cell.cluster.put_secret(id, cluster::LOGIN, labels, data).await.map_err(|e| e.to_string())?;
    let job = AskedJob { component: COMPONENT, name: &name, ask: &ask.id };
    cell.cluster.ask_job(id, job).await.map_err(|error| match error {
        ClusterError::NotFound => chart_too_old().message,
        error => error.to_string(),
    })?;
    tokio::select! {
        ended = ended(record, cell, &name) => ended,
        () = pulse.changed() => Err("something else was asked of the store at the same moment".to_owned()),
        () = pulse.lost.cancelled() => Err("the worker was stopped".to_owned()),
        () = tokio::time::sleep(PATIENCE) => Err("it did not end in time".to_owned()),
    }
}

/// Waits for the end of the Job, by the watch.
async fn ended(record: &Record, cell: &CellParts, job: &str) -> Result<(), String> {
    let mut subscription = cell.watched.subscribe(&record.id);
    loop {
        let snapshot = subscription.look();
        if snapshot.has_ended_well(job) {
            return Ok(());
        }
        match snapshot.job(job).map(|job| &job.outcome) {
            Some(JobOutcome::Failed { message }) => {
                let found = cluster::job_trouble(&snapshot, job);
                return Err(found.map_or_else(|| message.clone(), |f| f.trouble.message));
            }
            Some(JobOutcome::Running | JobOutcome::Succeeded) | None => subscription.changed().await,
        }
    }
}

/// Takes away what is needed no more. What stays after a failure is replaced by the next login.
async fn tidy(record: &Record, cell: &CellParts) {
    let id = &record.id;
    let gone = tokio::join!(
        cell.cluster.remove_secret(id, cluster::LOGIN),
        cell.cluster.remove_asked_jobs(id, COMPONENT, None)
    );
    for error in [gone.0.err(), gone.1.err()].into_iter().flatten() {
        tracing::warn!(store.id = %id, %error, "what a login left cannot be removed yet");
    }
}
