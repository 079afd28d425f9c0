//! A store while one worker follows it: what is known of it between two rounds.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;

use super::CellParts;
use super::claim::Pulse;
use super::deadline::Stopwatch;
use super::decide::State;
use crate::cluster::NamespaceSpec;
use crate::domain::record::{Desired, Observed, Record, Task, Want};
use crate::domain::trouble::Reason;
use crate::ledger::Claim;

/// What looks hopeless after an upgrade is believed when it has looked so for this long.
const SECOND_LOOK: Duration = Duration::from_secs(3);
/// The same of a quota: what takes it may be on its way out, and Kubernetes tries again after pauses.
const QUOTA_LOOK: Duration = Duration::from_secs(20);

pub(super) struct Followed<'a> {
    pub(super) claim: Claim,
    pub(super) cell: &'a CellParts,
    pub(super) pulse: Pulse,
    /// The observed half as it is to be written.
    pub(super) observed: Observed,
    /// As it stands in the ledger.
    pub(super) written: Observed,
    /// When this claim's work began.
    pub(super) since: Timestamp,
    /// This claim's fence is on the namespace.
    pub(super) fenced: bool,
    /// Every object of the release was found as it was installed.
    pub(super) whole: bool,
    pub(super) stopwatch: Stopwatch,
    /// One of the stores that the worker follows at once. `None`: it waits for a cell that is away.
    pub(super) slot: Option<OwnedSemaphorePermit>,
    /// Since when it has looked as if it would not come right.
    hopeless_since: Option<Instant>,
}

impl<'a> Followed<'a> {
    pub(super) fn new(claim: Claim, cell: &'a CellParts, pulse: Pulse, observed: Observed) -> Self {
        let written = claim.record.observed.clone();
        let since = Timestamp::now();
        let stopwatch = Stopwatch::start(&observed, since, Instant::now());
        let (slot, fenced, whole, hopeless_since) = (None, false, false, None);
        Self { claim, cell, pulse, observed, written, since, fenced, whole, stopwatch, slot, hopeless_since }
    }

    pub(super) fn record(&self) -> &Record {
        &self.claim.record
    }

    /// The namespace as this claim writes it.
    pub(super) fn namespace(&self) -> NamespaceSpec<'_> {
        NamespaceSpec { record: &self.claim.record, fence: self.claim.fence }
    }

    pub(super) fn generation(&self) -> u64 {
        self.claim.record.desired.generation
    }

    pub(super) fn desired(&self) -> Desired {
        self.claim.record.desired
    }

    pub(super) fn want(&self) -> Want {
        self.claim.record.desired.want
    }

    /// Right after an upgrade the old pods' troubles can still be seen. What looks hopeless must
    /// look so twice, unless it is the first revision, before which there was nothing; what fails by a
    /// quota, for longer.
    pub(super) fn confirmed(&mut self, state: State) -> State {
        let State::Failed { trouble } = state else {
            self.hopeless_since = None;
            return state;
        };
        // A test order that was asked for is a Job of its own, about which nothing old can be seen.
        let first =
            self.observed.release.as_ref().is_none_or(|r| r.revision == 1) || self.desired().task == Task::Verify;
        let patience = match () {
            () if trouble.is(Reason::QuotaExceeded) => QUOTA_LOOK,
            () if first => Duration::ZERO,
            () => SECOND_LOOK,
        };
        let since = *self.hopeless_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= patience {
            return State::Failed { trouble };
        }
        State::NotReady { waiting: Vec::new(), trouble: Some(trouble) }
    }
}
