//! Namespaces without a record, and records without a namespace.
//!
//! Both are looked at twice before they are told: beside running workers a store is made or goes between
//! two looks, and that is no finding.

use std::collections::BTreeSet;

use super::finding::{Area, Finding};
use super::{Care, Rebuilt};
use crate::cluster::{Cluster, ClusterError, Found, NamespaceState};
use crate::domain::record::{Phase, Reason, Record, Want};
use crate::domain::store::StoreId;
use crate::ledger::{LedgerError, Restored};

/// Records read at once.
const PAGE: usize = 200;
/// Most of one kind that are told one by one.
pub(super) const TOLD_MAX: usize = 50;

/// Why a namespace was not adopted or removed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0} is the namespace of no store on a configured cell")]
    NotOurs(String),
    #[error("{namespace} has a record, the store {name}: delete the store instead")]
    HasRecord { namespace: String, name: String },
    #[error("{namespace} cannot be adopted: {why}")]
    Unreadable { namespace: String, why: String },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

impl Care {
    /// Namespaces of a cell that the ledger does not know, and the fences that are ahead of it.
    pub(super) async fn find_orphans(&self, cell: &str, cluster: &Cluster) -> Result<Vec<Finding>, LedgerError> {
        let mut seen = Rebuilt { dry_run: true, ..Rebuilt::default() };
        self.rebuild_cell(cell, cluster, &mut seen).await?;
        let mut findings = Vec::new();
        for row in seen.rows {
            let namespace = row.record.id.namespace();
            let still = self.is_there(cluster, &row.record.id).await;
            let behind = matches!(row.restored, Restored::Raised | Restored::CaughtUp);
            if !still || self.ledger.record(&row.record.id).await?.is_some() && !behind {
                continue;
            }
            findings.push(match row.restored {
                _ if behind => Finding::new(
                    (Area::Stores, "fence-behind"),
                    &namespace,
                    "its namespace carries a newer fence than the ledger, as if the ledger came from a backup",
                    "storebot rebuild",
                ),
                _ => Finding::new(
                    (Area::Stores, "orphan"),
                    &namespace,
                    format!("the ledger knows nothing of this store, {}", row.record.spec.name),
                    format!(
                        "storebot doctor --adopt {namespace} (or --remove {namespace}); all of them: storebot rebuild"
                    ),
                ),
            });
        }
        findings.extend(seen.aside.into_iter().map(|aside| {
            Finding::new(
                (Area::Stores, "unreadable-namespace"),
                &aside.namespace,
                format!("what it says of its record cannot be read: {}", aside.why),
                format!("mend its annotations, or storebot doctor --remove {}", aside.namespace),
            )
        }));
        findings.extend(seen.unread.into_iter().map(|(cell, why)| {
            let what = format!("its namespaces cannot be listed: {why}");
            Finding::new((Area::Cell, "unreadable-cell"), cell, what, "see what is said of the cell itself")
        }));
        Ok(findings)
    }

    /// Records of stores at rest whose namespace is not there, page by page.
    pub(super) async fn find_homeless(&self, cell: &str, cluster: &Cluster) -> Result<Vec<Finding>, LedgerError> {
        let Some(there) = namespaces(cluster).await else { return Ok(Vec::new()) };
        let mut findings = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = self.ledger.page(None, cursor.as_deref(), PAGE).await?;
            for (_, record) in &page.items {
                let suspect = record.spec.cell == cell && wants_a_namespace(record) && !there.contains(&record.id);
                if suspect && !self.is_there(cluster, &record.id).await && self.still_wants_one(&record.id).await? {
                    findings.push(Finding::new(
                        (Area::Stores, "no-namespace"),
                        record.spec.name.as_str(),
                        format!(
                            "it is {} and its namespace {} is not there",
                            record.phase().as_str(),
                            record.id.namespace()
                        ),
                        "a worker will say so in its record; then retry or delete the store",
                    ));
                }
            }
            match page.items.last() {
                Some((member, _)) if page.more => cursor = Some(member.clone()),
                _ => return Ok(findings),
            }
        }
    }

    async fn still_wants_one(&self, id: &StoreId) -> Result<bool, LedgerError> {
        Ok(self.ledger.record(id).await?.is_some_and(|record| wants_a_namespace(&record)))
    }

    async fn is_there(&self, cluster: &Cluster, id: &StoreId) -> bool {
        !matches!(cluster.namespace(id).await, Ok(NamespaceState::Absent))
    }

    /// Makes the record of one namespace, as `rebuild` does for all.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn adopt(&self, namespace: &str) -> Result<Rebuilt, Refused> {
        let (cell, _, found) = self.orphan(namespace).await?;
        if let Err(why) = &found.kept {
            return Err(Refused::Unreadable { namespace: namespace.to_owned(), why: why.clone() });
        }
        let mut rebuilt = Rebuilt::default();
        self.bring_back(&cell, found, &mut rebuilt).await?;
        Ok(rebuilt)
    }

    /// Starts the deletion of one namespace that has no record, with everything in it.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn remove(&self, namespace: &str) -> Result<(), Refused> {
        let (_, cluster, _) = self.orphan(namespace).await?;
        let id = store_of(namespace)?;
        Ok(cluster.delete_namespace(&id).await?)
    }

    /// A namespace of a configured cell that storebot has made and of which it knows nothing.
    async fn orphan(&self, namespace: &str) -> Result<(String, Cluster, Found), Refused> {
        let id = store_of(namespace)?;
        if let Some(record) = self.ledger.record(&id).await? {
            return Err(Refused::HasRecord { namespace: namespace.to_owned(), name: record.spec.name.to_string() });
        }
        for cell in &self.cells {
            let Ok(cluster) = &cell.cluster else { continue };
            if let Some(found) = cluster.found(namespace).await? {
                return Ok((cell.config.name.clone(), cluster.clone(), found));
            }
        }
        Err(Refused::NotOurs(namespace.to_owned()))
    }
}

fn store_of(namespace: &str) -> Result<StoreId, Refused> {
    let id = namespace.strip_prefix("store-").and_then(StoreId::parse);
    id.ok_or_else(|| Refused::NotOurs(namespace.to_owned()))
}

/// A shop at rest that stands in its record as if it were there.
fn wants_a_namespace(record: &Record) -> bool {
    let gone = record.observed.trouble.as_ref().is_some_and(|t| t.is(Reason::Removed));
    record.is_settled()
        && record.desired.want == Want::Present
        && (record.phase() == Phase::Ready || record.observed.rest.is_some())
        && !gone
}

/// The stores that have a namespace; `None` when they cannot be listed.
async fn namespaces(cluster: &Cluster) -> Option<BTreeSet<StoreId>> {
    let (mut there, mut from) = (BTreeSet::new(), None);
    loop {
        let page = cluster.stores(from.as_deref()).await.ok()?;
        there.extend(page.items.iter().filter_map(|found| store_of(&found.namespace).ok()));
        from = page.next;
        if from.is_none() {
            return Some(there);
        }
    }
}
