//! What `storebot doctor` finds in the ledger besides records: the server's health, receivers that are switched
//! off, stores that run an old chart.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::Care;
use super::finding::{Area, Finding};
use crate::domain::record::Phase;
use crate::ledger::{LedgerError, Server};

/// A clock that differs by more makes deliveries and tokens too old or too new; the tolerance is five minutes.
const SKEW: i64 = 5;
/// Accepting a command is one answer of Redis.
const SLOW: Duration = Duration::from_millis(50);
const PAGE: usize = 200;

impl Care {
    pub(super) async fn find_redis(&self) -> Result<Vec<Finding>, LedgerError> {
        let server = self.ledger.server_state().await?;
        Ok(judge(&server, Timestamp::now()))
    }

    /// Receivers of the operator's that have said that they want no more.
    pub(super) async fn find_receivers(&self) -> Result<Vec<Finding>, LedgerError> {
        let off = self.ledger.switched_off().await?;
        let named = self.receivers.iter().filter(|(id, _)| off.contains(id));
        let finding = |(_, host): &(String, String)| {
            let what = "it has answered 410, and is not called any more";
            let todo = "see why; storebot's workers call it again when they are started anew";
            Finding::new((Area::Callbacks, "switched-off"), host, what, todo)
        };
        Ok(named.map(finding).collect())
    }

    /// How many stores at rest were made from another chart than there is.
    pub(super) async fn find_old_charts(&self) -> Result<Vec<Finding>, LedgerError> {
        let mut old: BTreeMap<String, usize> = BTreeMap::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = self.ledger.page(None, cursor.as_deref(), PAGE).await?;
            for (_, record) in &page.items {
                let release = record.observed.release.as_ref().filter(|_| record.phase() == Phase::Ready);
                let Ok(chart) = self.helm.chart_version(record.spec.engine) else { continue };
                if let Some(release) = release.filter(|release| release.chart != chart) {
                    *old.entry(format!("{} instead of {chart}", release.chart)).or_default() += 1;
                }
            }
            match page.items.last() {
                Some((member, _)) if page.more => cursor = Some(member.clone()),
                _ => break,
            }
        }
        let finding = |(charts, count): (String, usize)| {
            let todo = "upgrade them when it suits: their owners by upgrade, or all of them through the API";
            Finding::notice((Area::Stores, "old-chart"), charts, format!("{count} stores run it"), todo)
        };
        Ok(old.into_iter().map(finding).collect())
    }
}

fn judge(server: &Server, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    let skew = now.as_second() - server.time.as_second();
    if skew.abs() > SKEW {
        let what = format!("its clock and this machine's differ by {} s", skew.abs());
        let todo = "have both ask the same time servers; deliveries and tokens are judged by the time";
        findings.push(Finding::new((Area::Redis, "clock"), "Redis", what, todo));
    }
    if server.max_memory > 0 && server.used_memory > server.max_memory / 10 * 9 {
        let (used, most) = (server.used_memory >> 20, server.max_memory >> 20);
        let what = format!("it uses {used} of the {most} MiB that maxmemory allows, and refuses writes beyond");
        let todo = "raise maxmemory, or shorten what retention.* keeps";
        findings.push(Finding::new((Area::Redis, "memory"), "Redis", what, todo));
    }
    if server.latency > SLOW {
        let what = format!("it takes {} ms to answer", server.latency.as_millis());
        let todo = "have it nearer, or see what keeps it busy (SLOWLOG GET)";
        findings.push(Finding::notice((Area::Redis, "latency"), "Redis", what, todo));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(change: impl FnOnce(&mut Server)) -> Vec<&'static str> {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let latency = Duration::from_millis(1);
        let mut server = Server { time: now, used_memory: 1 << 30, max_memory: 2 << 30, latency };
        change(&mut server);
        judge(&server, now).iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn a_server_is_judged_by_clock_memory_and_speed() {
        assert_eq!(found(|_| {}), Vec::<&str>::new());
        assert_eq!(found(|it| it.time = Timestamp::from_second(1_700_000_006).unwrap()), ["clock"]);
        assert_eq!(found(|it| it.time = Timestamp::from_second(1_699_999_994).unwrap()), ["clock"]);
        assert_eq!(found(|it| it.used_memory = (2 << 30) - 1), ["memory"]);
        assert_eq!(found(|it| it.max_memory = 0), Vec::<&str>::new());
        assert_eq!(found(|it| it.latency = Duration::from_millis(51)), ["latency"]);
    }
}
