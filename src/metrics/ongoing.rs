//! Counts of what goes on: each goes down when what was given for it is dropped.

use super::Metrics;

/// Counts an open stream of events.
#[derive(Debug)]
pub struct OpenStream(pub(super) Metrics);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.0.event_streams.dec();
    }
}

/// Counts a run of Helm.
#[derive(Debug)]
pub struct HelmRun(pub(super) Metrics);

impl Drop for HelmRun {
    fn drop(&mut self) {
        self.0.0.helm_runs.dec();
    }
}

/// Counts a wish that is worked on.
#[derive(Debug)]
pub struct WorkedOn {
    pub(super) metrics: Metrics,
    pub(super) number: u64,
}

impl Drop for WorkedOn {
    fn drop(&mut self) {
        self.metrics.0.running().remove(&self.number);
    }
}
