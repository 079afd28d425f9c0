//! `storebot doctor`: everything storebot stands on, held against what it must be. Changes nothing.

use super::finding::{Area, Finding};
use super::orphans::TOLD_MAX;
use super::{Care, CareCell};
use crate::cluster::{Cluster, ClusterError};
use crate::domain::engine::Engine;
use crate::domain::record::{Phase, Want};
use crate::ledger::{AuditState, LedgerError};

/// Stores whose objects are held against their releases in a second: each asks the API server some
/// forty questions.
const DRIFT_PER_SECOND: u64 = 2;
const PAGE: usize = 200;

impl Care {
    /// Looks at everything. `drift`: also at every object of every store, which takes its time.
    pub async fn examine(&self, drift: bool) -> Vec<Finding> {
        let mut findings = self.helm().await;
        let ledger_answers = self.ledger(&mut findings).await;
        for cell in &self.cells {
            let cluster = match &cell.cluster {
                Ok(cluster) => cluster,
                Err(why) => {
                    findings.push(unreachable(&cell.config.name, why));
                    continue;
                }
            };
            if let Err(error) = self.find_cell(cell, cluster, &mut findings).await {
                findings.push(unreachable(&cell.config.name, &error.to_string()));
                continue;
            }
            if ledger_answers {
                self.stores(cell, cluster, drift, &mut findings).await;
            }
        }
        findings
    }

    async fn helm(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Err(error) = self.helm.probe().await {
            let todo = "install Helm 4.1 or newer and set helm.binary";
            findings.push(Finding::new((Area::Helm, "helm"), "Helm", error.to_string(), todo));
        }
        for engine in Engine::ALL {
            let mut faults: Vec<String> = Vec::new();
            faults.extend(self.helm.chart_version(engine).err().map(|e| e.to_string()));
            let files = self.cells.iter().flat_map(|cell| &cell.config.values);
            faults.extend(files.filter_map(|file| self.helm.read_values(engine, file).err()).map(|e| e.to_string()));
            let todo = "set helm.charts and cells.values to where the charts and their values are";
            let finding = |what| Finding::new((Area::Charts, "chart"), engine.as_str(), what, todo);
            findings.extend(faults.into_iter().map(finding));
        }
        findings
    }

    /// Whether the ledger could be read.
    async fn ledger(&self, findings: &mut Vec<Finding>) -> bool {
        let looked = async {
            findings.extend(
                self.ledger
                    .durability()
                    .await?
                    .into_iter()
                    .map(|found| Finding::new((Area::Redis, "durability"), found.key, found.what, found.what_to_do)),
            );
            let dead = self.ledger.depth().await?.dead;
            if dead > 0 {
                findings.push(Finding::new(
                    (Area::Ledger, "dead-letters"),
                    "dead letters",
                    format!("{dead} stores were given up"),
                    "see why each of them was, mend that, and have it taken up again (redrive, or retry the store)",
                ));
            }
            if let AuditState::Broken { at } = self.ledger.check_audit().await? {
                findings.push(Finding::new(
                        (Area::Ledger, "audit-broken"),
                        at,
                        "the audit does not follow from the entry before: somebody has changed or removed entries",
                        "find out who can write to this Redis; what was done since stands in the logs and the stores' events",
                    ));
            }
            for key in self.ledger.keys_aside().await? {
                findings.push(Finding::new(
                    (Area::Ledger, "set-aside"),
                    key,
                    "somebody had put something of another type in the place of a key of the ledger's",
                    "look at it, find out who can write to this Redis, and delete it",
                ));
            }
            findings.extend(self.find_redis().await?);
            findings.extend(self.find_receivers().await?);
            findings.extend(self.find_sets().await?);
            findings.extend(self.find_old_charts().await?);
            findings.extend(self.find_full_cells().await?);
            Ok(())
        };
        match looked.await {
            Ok(()) => true,
            Err(error) => {
                findings.push(ledger_fault(&error));
                !matches!(error, LedgerError::Unavailable(_))
            }
        }
    }

    async fn stores(&self, cell: &CareCell, cluster: &Cluster, drift: bool, findings: &mut Vec<Finding>) {
        let name = &cell.config.name;
        let looked = async {
            let mut found = few(self.find_orphans(name, cluster).await?);
            found.extend(few(self.find_homeless(name, cluster).await?));
            if drift {
                found.extend(self.find_drift(name, cluster).await?);
            }
            Ok(found)
        };
        match looked.await {
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(ledger_fault(&error)),
        }
    }

    /// Holds each store that is ready against its release, at a rate that a busy cluster bears.
    async fn find_drift(&self, cell: &str, cluster: &Cluster) -> Result<Vec<Finding>, LedgerError> {
        let mut findings = Vec::new();
        let mut turns = tokio::time::interval(std::time::Duration::from_millis(1000 / DRIFT_PER_SECOND));
        let mut cursor: Option<String> = None;
        loop {
            let page = self.ledger.page(None, cursor.as_deref(), PAGE).await?;
            for (_, record) in &page.items {
                let rests = record.phase() == Phase::Ready && record.desired.want == Want::Present;
                let Some(release) = record.observed.release.as_ref().filter(|_| rests && record.spec.cell == cell)
                else {
                    continue;
                };
                turns.tick().await;
                let lines = match cluster.drift(&record.id, release.revision).await {
                    Ok(drift) => drift.lines(),
                    Err(ClusterError::NotFound) => vec![format!("Helm's revision {} is not there", release.revision)],
                    Err(error) => vec![format!("it cannot be looked at: {error}")],
                };
                if !lines.is_empty() {
                    let todo = "upgrade the store to bring it back, or retry it where it has failed";
                    let name = record.spec.name.as_str();
                    findings.push(Finding::new((Area::Stores, "drift"), name, lines.join("; "), todo));
                }
            }
            match page.items.last() {
                Some((member, _)) if page.more => cursor = Some(member.clone()),
                _ => return Ok(findings),
            }
        }
    }
}

fn unreachable(cell: &str, why: &str) -> Finding {
    let todo = "see that the API server runs and that cells.kubeconfig and cells.context lead to it";
    Finding::new((Area::Cell, "unreachable"), cell, why, todo)
}

fn ledger_fault(error: &LedgerError) -> Finding {
    let (kind, todo) = match error {
        LedgerError::Unavailable(_) => ("unavailable", "see that Redis runs and that redis.url leads to it"),
        _ => (
            "unreadable",
            "look at this key; what cannot be mended can be deleted and brought back by storebot rebuild",
        ),
    };
    Finding::new((Area::Redis, kind), "the ledger", error.to_string(), todo)
}

/// The first of many, and how many more there are.
fn few(mut findings: Vec<Finding>) -> Vec<Finding> {
    let more = findings.len().saturating_sub(TOLD_MAX);
    findings.truncate(TOLD_MAX);
    if more > 0
        && let Some(last) = findings.last_mut()
    {
        last.what.push_str(&format!(" (and {more} more findings of this kind)"));
    }
    findings
}
