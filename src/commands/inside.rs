//! What is asked from inside, of any process of storebot: by Kubernetes, whether it can be counted on, and by
//! whoever decides how many workers there are.

use super::query::{Dependency, health};
use crate::ledger::{Ledger, LedgerError, Work};

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inside(Ledger);

impl Inside {
    #[must_use]
    pub fn new(ledger: Ledger) -> Self {
        Self(ledger)
    }

    /// Each dependency and its state.
    pub async fn health(&self) -> Vec<Dependency> {
        health(&self.0).await
    }

    /// What a worker is needed for now.
    ///
    /// # Errors
    /// The ledger cannot be asked.
    pub async fn work(&self) -> Result<Work, LedgerError> {
        self.0.work().await
    }
}
