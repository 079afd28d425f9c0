//! What `storebot doctor` finds in each cell: whether stores can live there, and whether there is room for more.

use jiff::Timestamp;

use super::finding::{Area, Finding};
use super::{Care, CareCell};
use crate::cluster::{Cluster, ClusterError};
use crate::domain::quota::Share;
use crate::ledger::{CellState, LedgerError};

/// A clock that differs by more is told of: as of Redis'.
const SKEW: i64 = 5;
/// Used so much of it, in hundredths, a cell is told of before it refuses.
const NEARLY_FULL: u64 = 90;

impl Care {
    /// What stores on a cell need of it.
    pub(super) async fn find_cell(
        &self,
        cell: &CareCell,
        cluster: &Cluster,
        findings: &mut Vec<Finding>,
    ) -> Result<(), ClusterError> {
        let name = &cell.config.name;
        cluster.ping().await?;
        findings.extend(wrong_clock(name, cluster.clock().await?, Timestamp::now()));
        findings.extend(old_server(name, &cluster.version().await?));
        if cluster.has_pod_security().await? == Some(false) {
            let what = "its API server does not hold pods against Pod Security, so stores run without these limits";
            let todo = "enable the admission plugin PodSecurity; it is on where nobody has switched it off";
            findings.push(Finding::new((Area::Cell, "pod-security"), name, what, todo));
        }
        let missing = cluster.missing_permissions().await?;
        if !missing.is_empty() {
            let what = format!("storebot's account may not: {}", missing.join(", "));
            let todo = "grant it these rights; the chart of storebot has a ClusterRole with all of them";
            findings.push(Finding::new((Area::Cell, "permissions"), name, what, todo));
        }
        find_classes(cell, cluster, findings).await
    }

    /// Cells that have no room for another store, or soon have none.
    pub(super) async fn find_full_cells(&self) -> Result<Vec<Finding>, LedgerError> {
        let names: Vec<_> = self.cells.iter().map(|cell| cell.config.name.as_str()).collect();
        // The same for all cells: it comes from `limits`.
        let sleeping = self.cells.first().map_or(100, |cell| cell.config.capacity.asleep_percent);
        let states = self.ledger.cells(&names, sleeping).await?;
        let share = |(cell, state): (&CareCell, CellState)| {
            nearly_full(&cell.config.name, Share { used: state.used, quota: cell.config.capacity })
        };
        Ok(self.cells.iter().zip(states).filter_map(share).collect())
    }
}

/// The classes that a cell's configuration names.
async fn find_classes(cell: &CareCell, cluster: &Cluster, findings: &mut Vec<Finding>) -> Result<(), ClusterError> {
    let classes = [
        ("storage class", "storage_class", &cell.config.storage_class),
        ("ingress class", "ingress_class", &cell.config.ingress_class),
    ];
    for (kind, key, class) in classes.into_iter().filter(|(_, _, class)| !class.is_empty()) {
        let there = match key {
            "storage_class" => cluster.has_storage_class(class).await,
            _ => cluster.has_ingress_class(class).await,
        };
        let what = match there {
            Ok(true) => continue,
            Ok(false) => format!("there is no {kind} {class}"),
            Err(ClusterError::Forbidden { .. }) => format!("whether there is a {kind} {class} cannot be seen"),
            Err(error) => return Err(error),
        };
        let todo = format!("make it, or set cells.{key} to one that is there");
        findings.push(Finding::new((Area::Cell, "class"), &cell.config.name, what, todo));
    }
    Ok(())
}

fn wrong_clock(cell: &str, theirs: Option<Timestamp>, ours: Timestamp) -> Option<Finding> {
    let skew = (ours.as_second() - theirs?.as_second()).abs();
    let what = format!("its API server's clock and this machine's differ by {skew} s");
    let todo =
        "have both ask the same time servers; what went wrong with a store is told apart by when it happened there";
    (skew > SKEW).then(|| Finding::new((Area::Cell, "clock"), cell, what, todo))
}

fn nearly_full(cell: &str, share: Share) -> Option<Finding> {
    let (resource, percent) = share.fullest()?;
    let (used, limit) = share.of(resource);
    let [used, limit] = [used, limit].map(|amount| resource.show(amount));
    let how = if percent >= 100 { "is full" } else { "is nearly full" };
    let what = format!("it {how}: {used} of {limit} {} ({percent} %)", resource.as_str());
    let todo = "raise cells.capacity if the cluster has more, add a cell, or have stores deleted";
    (percent >= NEARLY_FULL).then(|| Finding::notice((Area::Cell, "room"), cell, what, todo))
}

/// Minor version of the oldest Kubernetes 1 whose Jobs and policies storebot's charts know.
const OLDEST_SERVER: u32 = 30;

fn old_server(cell: &str, version: &str) -> Option<Finding> {
    let minor = version.strip_prefix("v1.")?.split('.').next()?.parse::<u32>().ok()?;
    let what = format!("the API server is {version}");
    let todo = format!("storebot is tried out with Kubernetes 1.{OLDEST_SERVER} and newer: upgrade the cluster");
    (minor < OLDEST_SERVER).then(|| Finding::new((Area::Cell, "version"), cell, what, todo))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quota::{Quota, Size, Used};

    #[test]
    fn a_clock_may_differ_by_a_few_seconds() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let wrong = |second| wrong_clock("main", Timestamp::from_second(second).ok(), now).is_some();
        assert!(!wrong(1_700_000_005) && !wrong(1_699_999_995));
        assert!(wrong(1_700_000_006) && wrong(1_699_999_994));
        assert_eq!(wrong_clock("main", None, now), None);
    }

    #[test]
    fn a_cell_is_told_of_by_its_scarcest_resource() {
        let size = |memory_mib, disk_mib| Size { memory_mib, disk_mib, ..Size::default() };
        let quota = Quota { stores: 10, size: size(1024, 0), ..Quota::default() };
        let told = |stores, memory| {
            let used = Used { stores, size: size(memory, 5000) };
            nearly_full("main", Share { used, quota }).map(|finding| finding.what)
        };
        assert_eq!(told(8, 900), None);
        assert_eq!(told(9, 0).as_deref(), Some("it is nearly full: 9 of 10 stores (90 %)"));
        assert_eq!(told(9, 1024).as_deref(), Some("it is full: 1Gi of 1Gi memory (100 %)"));
        assert_eq!(told(11, 0).as_deref(), Some("it is full: 11 of 10 stores (110 %)"));
        assert_eq!(nearly_full("main", Share::default()), None, "without limits");
    }
}
