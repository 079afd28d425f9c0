//! A storebot that runs, and how it ends.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How a process is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Others may still send requests here for a while: whoever balances load hears late that this process goes.
    /// So `/health/ready` says it at once, and the doors stay open for `http.drain`.
    Drain,
    /// Nobody else sends requests here.
    Now,
}

/// A storebot that runs.
pub struct Running {
    pub(super) public: Option<SocketAddr>,
    pub(super) admin: SocketAddr,
    /// How long the doors stay open after a stop.
    pub(super) drain: Duration,
    pub(super) stop: CancellationToken,
    pub(super) close: CancellationToken,
    pub(super) tasks: TaskTracker,
    /// Ends with the reason when something that must not end has ended.
    pub(super) failed: tokio::sync::mpsc::Receiver<anyhow::Error>,
}

impl Running {
    /// Where the public listener is; `None` in the role `work`.
    #[must_use]
    pub fn public_address(&self) -> Option<SocketAddr> {
        self.public
    }

    #[must_use]
    pub fn admin_address(&self) -> SocketAddr {
        self.admin
    }

    /// Lets end what is under way, and stops.
    ///
    /// # Errors
    /// Something had failed before.
    pub async fn stop(self) -> Result<()> {
        self.end(Duration::ZERO).await
    }

    async fn end(mut self, drain: Duration) -> Result<()> {
        self.stop.cancel();
        tokio::time::sleep(drain).await;
        self.close.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.failed.try_recv().map_or(Ok(()), Err)
    }

    /// Runs until `signal` or until something that must not end ends; then drains and stops.
    ///
    /// # Errors
    /// What ended.
    pub async fn until(mut self, signal: impl Future<Output = Stop>) -> Result<()> {
        tokio::select! {
            how = signal => {
                let drain = if how == Stop::Drain { self.drain } else { Duration::ZERO };
                self.end(drain).await
            }
            failed = self.failed.recv() => {
                let stopped = self.end(Duration::ZERO).await;
                failed.map_or(stopped, Err)
            }
        }
    }
}
