//! `storebot rebuild`: every record back from the namespaces of all cells.
//!
//! A record is written where the ledger has none, or one of before (it came from a backup), and left alone
//! elsewhere: repeating it, or running it where nothing was lost, changes nothing. What cannot be read is told by its namespace's
//! name and stops nothing else.

use super::Care;
use crate::cluster::{Cluster, ClusterError, Found};
use crate::domain::record::Record;
use crate::ledger::{LedgerError, Mended, Restored, Written};

/// How often a list that has grown too old is begun again. What was read before is known by then.
const LISTS: usize = 3;

/// One store that was not in the ledger, or not as it stands in its namespace.
#[derive(Clone, Debug)]
pub struct Row {
    pub record: Record,
    pub restored: Restored,
}

/// A namespace that makes no record.
#[derive(Clone, Debug)]
pub struct Aside {
    pub cell: String,
    pub namespace: String,
    pub why: String,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Rebuilt {
    /// Nothing was written; this is what would be.
    pub dry_run: bool,
    pub rows: Vec<Row>,
    /// Stores that the ledger knew.
    pub known: usize,
    pub aside: Vec<Aside>,
    /// Cells that could not be read to their end, and why.
    pub unread: Vec<(String, String)>,
    /// Cells whose stores had been counted wrongly, and are counted rightly now.
    pub counted: Vec<String>,
    /// What was wrong in the lists of stores, and is right now.
    pub listed: Mended,
}

impl Rebuilt {
    /// Every namespace has its record.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.aside.is_empty() && self.unread.is_empty()
    }
}

impl Care {
    /// Brings back what the ledger does not know.
    ///
    /// # Errors
    /// The ledger cannot be written; what was brought back until then stays, and the rest follows when it
    /// is run again.
    pub async fn rebuild(&self, dry_run: bool) -> Result<Rebuilt, LedgerError> {
        let mut rebuilt = Rebuilt { dry_run, ..Rebuilt::default() };
        for cell in &self.cells {
            match &cell.cluster {
                Ok(cluster) => self.rebuild_cell(&cell.config.name, cluster, &mut rebuilt).await?,
                Err(why) => rebuilt.unread.push((cell.config.name.clone(), why.clone())),
            }
        }
        if !dry_run {
            rebuilt.listed = self.ledger.mend_lists(true).await?;
            rebuilt.counted = self.ledger.recount_cells().await?;
        }
        Ok(rebuilt)
    }

    pub(super) async fn rebuild_cell(
        &self,
        cell: &str,
        cluster: &Cluster,
        rebuilt: &mut Rebuilt,
    ) -> Result<(), LedgerError> {
        let (mut from, mut lists) = (None, 1);
        loop {
            match cluster.stores(from.as_deref()).await {
                Ok(page) => {
                    for found in page.items {
                        self.bring_back(cell, found, rebuilt).await?;
                    }
                    from = page.next;
                    if from.is_none() {
                        return Ok(());
                    }
                }
                Err(ClusterError::Expired) if lists < LISTS => (from, lists) = (None, lists + 1),
                Err(error) => {
                    rebuilt.unread.push((cell.to_owned(), error.to_string()));
                    return Ok(());
                }
            }
        }
    }

    /// Brings back one store.
    pub(super) async fn bring_back(&self, cell: &str, found: Found, rebuilt: &mut Rebuilt) -> Result<(), LedgerError> {
        let remains = match found.kept {
            Ok(remains) => *remains,
            Err(why) => {
                let aside = Aside { cell: cell.to_owned(), namespace: found.namespace, why };
                // A list that was begun again shows it twice.
                if rebuilt.aside.iter().all(|a| a.namespace != aside.namespace) {
                    rebuilt.aside.push(aside);
                }
                return Ok(());
            }
        };
        let written = Written { fence: remains.fence, generation: remains.generation };
        let restored = if rebuilt.dry_run {
            self.ledger.would_restore(&remains.record, written).await?
        } else {
            self.ledger.restore(&remains.record, written).await?
        };
        match restored {
            Restored::Known => rebuilt.known += 1,
            restored => rebuilt.rows.push(Row { record: remains.record, restored }),
        }
        Ok(())
    }
}
