//! The right to run Helm on a store, and how it ends.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Leave to change a store's release. It ends in two ways: whoever gave it wants the run to stop, or it
/// does not hold any more because somebody else may have been given one.
///
/// The second is asked of a function and not of a token. A process that was asleep for too long must not
/// start Helm before any of its other tasks has had the time to cancel anything.
#[derive(Clone)]
pub struct Leave {
    stop: CancellationToken,
    holds: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Whether the run can do nothing but wait.
    idle: Option<watch::Receiver<bool>>,
}

impl std::fmt::Debug for Leave {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leave").field("stopped", &self.stop.is_cancelled()).field("holds", &self.holds()).finish()
    }
}

impl Leave {
    /// `stop` is to be cancelled, too, when `holds` becomes false.
    pub fn new(stop: CancellationToken, holds: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { stop, holds: Arc::new(holds), idle: None }
    }

    /// For what changes nothing.
    #[must_use]
    pub fn unbounded() -> Self {
        Self::new(CancellationToken::new(), || true)
    }

    /// A run counts among those that may run at once only until this says true: it waits for a cluster that does not
    /// answer, and others need not.
    #[must_use]
    pub fn idle_while(mut self, idle: watch::Receiver<bool>) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Ends when the run can do nothing but wait.
    pub(super) async fn idles(&self) {
        let Some(mut idle) = self.idle.clone() else { return std::future::pending().await };
        if idle.wait_for(|idle| *idle).await.is_err() {
            std::future::pending().await
        }
    }

    pub(super) fn holds(&self) -> bool {
        (self.holds)()
    }

    pub(super) async fn ended(&self) {
        self.stop.cancelled().await;
    }
}
