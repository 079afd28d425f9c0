//! What is known of each cell: how much is on it, whether it answers, whether it is drained.
//!
//! What is on a cell is counted like a quota: a set of its living stores, and the sum of what they take,
//! both written by the scripts that admit, end and restore stores. So the last place of a cell is given
//! once, however many ask for it at the same time.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use redis::AsyncCommands as _;

use super::record::{json, numbers};
use super::{Ledger, LedgerError};
use crate::domain::audit::AuditEntry;
use crate::domain::placement::Health;
use crate::domain::quota::{Size, Used};
use crate::domain::record::Phase;
use crate::domain::store::StoreId;

/// Longest reason that is kept of a cell that does not answer, in characters.
const WHY_MAX: usize = 200;
/// Stores whose phases are read at once.
const CHUNK: usize = 1000;
/// Records read at once.
const PAGE: usize = 200;
/// How often a cell that stores come to is begun again; the next round finds what is left.
const TRIES: usize = 5;

/// A cell as the ledger knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellState {
    pub used: Used,
    /// At run time; the configuration may say so besides.
    pub drained: bool,
    pub health: Health,
    /// Why it does not answer.
    pub why: Option<String>,
}

/// What became of counting a cell anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recounted {
    /// It was counted rightly.
    Same,
    Mended,
    /// A store has come meanwhile: the caller's list is old.
    Again,
}

impl Ledger {
    /// In the order of the names. `percent`: what a sleeping store counts as.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn cells(&self, names: &[&str], percent: u32) -> Result<Vec<CellState>, LedgerError> {
        type Row = (u32, u64, u64, u64, bool, i64, i64, String);
        let mut call = self.scripts.cells.prepare_invoke();
        call.key(&self.keys.cells).arg(percent);
        for name in names {
            let [stores, taken] = self.keys.of_cell(name);
            call.key(stores).key(taken).arg(*name);
        }
        let rows: Vec<Row> = call.invoke_async(&mut self.connection()).await?;
        let age = |ms: i64| u64::try_from(ms).ok().map(Duration::from_millis);
        let state = |(stores, cpu_millis, memory_mib, disk_mib, drained, up, down, why): Row| {
            let health = Health::judge(age(up), age(down));
            let why = Some(why).filter(|why| health == Health::Down && !why.is_empty());
            CellState { used: Used { stores, size: Size { cpu_millis, memory_mib, disk_mib } }, drained, health, why }
        };
        Ok(rows.into_iter().map(state).collect())
    }

    /// Says that a cell's API server has answered this worker just now, or why it has not.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn report_cell(&self, cell: &str, not: Option<&str>) -> Result<(), LedgerError> {
        let why: String = not.unwrap_or_default().chars().take(WHY_MAX).collect();
        let mut call = self.scripts.cell_report.prepare_invoke();
        call.key(&self.keys.cells).arg(cell).arg(if not.is_none() { "up" } else { "down" }).arg(why);
        call.invoke_async::<()>(&mut self.connection()).await?;
        Ok(())
    }

    /// Has a cell take new stores no more, or again. `false`: it was so before.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn drain_cell(&self, cell: &str, drained: bool, audit: &AuditEntry) -> Result<bool, LedgerError> {
        let mut call = self.scripts.cell_drain.prepare_invoke();
        call.key(&self.keys.cells).key(&self.keys.audit).key(&self.keys.audit_head);
        call.arg(cell).arg(if drained { "drain" } else { "" }).arg(json(audit)?);
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// Every cell that was ever heard of, configured or not.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn cells_known(&self) -> Result<BTreeSet<String>, LedgerError> {
        let fields: Vec<String> = self.connection().hkeys(&self.keys.cells).await?;
        Ok(fields.iter().filter_map(|field| field.split_once('/')).map(|(cell, _)| cell.to_owned()).collect())
    }

    /// The living stores that are counted on a cell.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn stores_of_cell(&self, cell: &str) -> Result<BTreeSet<StoreId>, LedgerError> {
        let [stores, _] = self.keys.of_cell(cell);
        let ids: Vec<String> = self.connection().smembers(stores).await?;
        Ok(ids.iter().filter_map(|id| StoreId::parse(id)).collect())
    }

    /// The same by phase.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn phases_of_cell(&self, cell: &str) -> Result<BTreeMap<Phase, u64>, LedgerError> {
        let stores: Vec<StoreId> = self.stores_of_cell(cell).await?.into_iter().collect();
        let mut phases = BTreeMap::new();
        for some in stores.chunks(CHUNK) {
            let mut pipe = redis::pipe();
            for id in some {
                pipe.hget(self.keys.store(id), "phase");
            }
            let found: Vec<Option<String>> = pipe.query_async(&mut self.connection()).await?;
            for phase in found.iter().flatten().filter_map(|text| Phase::parse(text)) {
                *phases.entry(phase).or_default() += 1;
            }
        }
        Ok(phases)
    }

    /// Counts a cell anew. `stores`: all of its living ones with what they take, and those that are counted
    /// there now; which of them live, and sleep, is seen in the same step as it is written.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn recount_cell(&self, cell: &str, stores: &[(StoreId, Size)]) -> Result<Recounted, LedgerError> {
        let mut call = self.scripts.cell_recount.prepare_invoke();
        let [counted, taken] = self.keys.of_cell(cell);
        call.key(&self.keys.cells).key(counted).key(taken).arg(cell);
        for (id, size) in stores {
            call.key(self.keys.store(id)).arg(id.as_str()).arg(numbers(*size));
        }
        let answer: String = call.invoke_async(&mut self.connection()).await?;
        Ok(match answer.as_str() {
            "same" => Recounted::Same,
            "again" => Recounted::Again,
            _ => Recounted::Mended,
        })
    }

    /// Counts all cells anew, page by page over all records: those of a ledger of before this was counted, and
    /// whatever an older storebot beside this one, or a hand, has left wrong. Says which cells were not right.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn recount_cells(&self) -> Result<Vec<String>, LedgerError> {
        let mut found: BTreeMap<String, BTreeMap<StoreId, Size>> = BTreeMap::new();
        for cell in self.cells_known().await? {
            found.insert(cell, BTreeMap::new());
        }
        let mut cursor: Option<String> = None;
        loop {
            let page = self.page(None, cursor.as_deref(), PAGE).await?;
            for (_, record) in page.items.iter().filter(|(_, record)| record.phase() != Phase::Deleted) {
                let cell = found.entry(record.spec.cell.clone()).or_default();
                cell.insert(record.id.clone(), record.spec.size);
            }
            match page.items.last() {
                Some((member, _)) if page.more => cursor = Some(member.clone()),
                _ => break,
            }
        }
        let mut mended = Vec::new();
        for (cell, stores) in found {
            if self.recount_with(&cell, stores).await? {
                mended.push(cell);
            }
        }
        Ok(mended)
    }

    /// Whether it was not right. `stores`: those whose records say that they are there.
    async fn recount_with(&self, cell: &str, mut stores: BTreeMap<StoreId, Size>) -> Result<bool, LedgerError> {
        for _ in 0..TRIES {
            for id in self.stores_of_cell(cell).await? {
                if let Entry::Vacant(place) = stores.entry(id) {
                    let size = self.record(place.key()).await?.filter(|r| r.spec.cell == cell).map(|r| r.spec.size);
                    place.insert(size.unwrap_or_default());
                }
            }
            let list: Vec<_> = stores.iter().map(|(id, size)| (id.clone(), *size)).collect();
            match self.recount_cell(cell, &list).await? {
                Recounted::Again => {}
                found => return Ok(found == Recounted::Mended),
            }
        }
        Ok(false)
    }
}
