//! What the ledger keeps beside its records (who has a name, who uses up whose quota, how many there are)
//! held against the records themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::Care;
use super::finding::{Area, Finding};
use crate::domain::actor::ActorId;
use crate::domain::quota::Used;
use crate::domain::record::{Phase, Record, Want};
use crate::domain::store::{StoreId, StoreName};
use crate::ledger::{Counts, LedgerError, Mended};

const PAGE: usize = 200;

/// What the records themselves say.
#[derive(Default)]
struct Told {
    names: BTreeMap<String, StoreId>,
    alive: BTreeMap<String, BTreeSet<StoreId>>,
    /// The living stores of each cell, and what they take.
    cells: BTreeMap<String, (BTreeSet<StoreId>, Used)>,
    /// Cells of stores that are being deleted, as `unsure`.
    unsure_cells: BTreeSet<String>,
    /// What each owner's living stores take.
    taken: BTreeMap<String, Used>,
    /// Owners of stores that are being deleted: those count as they did before, asleep or awake.
    unsure: BTreeSet<String>,
    counts: Counts,
}

impl Told {
    fn add(&mut self, record: &Record) {
        *self.counts.entry((record.phase(), record.spec.engine)).or_default() += 1;
        if record.phase() != Phase::Deleted {
            self.names.insert(record.spec.name.to_string(), record.id.clone());
            self.alive.entry(record.spec.owner.to_string()).or_default().insert(record.id.clone());
            if record.desired.want == Want::Absent {
                self.unsure.insert(record.spec.owner.to_string());
                self.unsure_cells.insert(record.spec.cell.clone());
            }
            let size = if record.is_asleep() { record.spec.size.asleep() } else { record.spec.size };
            self.taken.entry(record.spec.owner.to_string()).or_default().add(size);
            let (stores, taken) = self.cells.entry(record.spec.cell.clone()).or_default();
            stores.insert(record.id.clone());
            taken.add(size);
        }
    }
}

impl Care {
    pub(super) async fn find_sets(&self) -> Result<Vec<Finding>, LedgerError> {
        let mut told = Told::default();
        let mut cursor: Option<String> = None;
        loop {
            let page = self.ledger.page(None, cursor.as_deref(), PAGE).await?;
            page.items.iter().for_each(|(_, record)| told.add(record));
            match page.items.last() {
                Some((member, _)) if page.more => cursor = Some(member.clone()),
                _ => break,
            }
        }
        let mut findings = self.names(&told).await?;
        findings.extend(self.quotas(&told).await?);
        // Beside work they move under our eyes.
        if self.ledger.depth().await?.unsettled == 0 {
            findings.extend(counts(&told.counts, &self.ledger.counts().await?));
            findings.extend(lists(self.ledger.mend_lists(false).await?));
            findings.extend(self.sums(&told).await?);
            findings.extend(self.on_cells(&told).await?);
        }
        findings.extend(self.unconfigured(&told));
        Ok(findings)
    }

    async fn names(&self, told: &Told) -> Result<Vec<Finding>, LedgerError> {
        let mut findings = Vec::new();
        let kept = self.ledger.names().await?;
        for (name, id) in &kept {
            // Told by its record now, since it may have been made or have gone since the pages were read.
            if told.names.get(name) != Some(id) && self.living(id).await?.is_none_or(|r| r.spec.name.as_str() != name) {
                let what = format!("the name is taken by the store {id}, which is not there or is called otherwise");
                findings.push(Finding::new((Area::Ledger, "name-held"), name, what, ADVICE));
            }
        }
        for (name, id) in told.names.iter().filter(|(name, id)| kept.get(*name) != Some(*id)) {
            let Ok(parsed) = StoreName::parse(name) else { continue };
            if self.living(id).await?.is_some() && self.ledger.holder(&parsed).await?.as_ref() != Some(id) {
                let what = format!("the store {id} is called so, and the name is not kept for it");
                findings.push(Finding::new((Area::Ledger, "name-lost"), name, what, ADVICE));
            }
        }
        Ok(findings)
    }

    async fn quotas(&self, told: &Told) -> Result<Vec<Finding>, LedgerError> {
        let mut findings = Vec::new();
        for (owner, stores) in &told.alive {
            let owner = ActorId::new(owner);
            let kept = self.ledger.living(&owner).await?;
            for id in kept.symmetric_difference(stores) {
                let lives = self.living(id).await?.is_some_and(|r| r.spec.owner == owner);
                let counts = self.ledger.living(&owner).await?.contains(id);
                let what = match (lives, counts) {
                    (true, false) => format!("the store {id} lives and does not count"),
                    (false, true) => format!("the store {id} counts and does not live"),
                    _ => continue,
                };
                findings.push(Finding::new((Area::Ledger, "quota-off"), format!("the quota of {owner}"), what, ADVICE));
            }
        }
        Ok(findings)
    }

    async fn sums(&self, told: &Told) -> Result<Vec<Finding>, LedgerError> {
        let mut findings = Vec::new();
        for (owner, taken) in told.taken.iter().filter(|(owner, _)| !told.unsure.contains(*owner)) {
            let (kept, _) = self.ledger.used(&ActorId::new(owner), None, 100).await?;
            if kept != *taken {
                let what = format!("the stores take {taken}, and {kept} is kept for them");
                findings.push(Finding::new((Area::Ledger, "quota-off"), format!("the quota of {owner}"), what, ADVICE));
            }
        }
        Ok(findings)
    }

    /// What is counted on each cell. A worker mends it within the hour, and `rebuild` at once.
    async fn on_cells(&self, told: &Told) -> Result<Vec<Finding>, LedgerError> {
        let mut findings = Vec::new();
        let known = self.ledger.cells_known().await?;
        for cell in known.iter().chain(told.cells.keys()).collect::<BTreeSet<_>>() {
            let (stores, taken) = told.cells.get(cell).cloned().unwrap_or_default();
            let counted = self.ledger.stores_of_cell(cell).await?;
            let kept = self.ledger.cells(&[cell], 100).await?.pop().unwrap_or_default().used;
            let differs = stores.symmetric_difference(&counted).count();
            let what = match differs {
                0 if kept == taken || told.unsure_cells.contains(cell) => continue,
                0 => format!("its stores take {taken}, and {kept} is kept for them"),
                stores => format!("{stores} stores are counted there and are not, or are and are not counted"),
            };
            let todo = "a worker counts anew within the hour; storebot rebuild does it now";
            findings.push(Finding::new((Area::Ledger, "cell-count-off"), cell, what, todo));
        }
        Ok(findings)
    }

    /// Stores whose cell is in the configuration no more: nobody works at them, and nothing of them is lost.
    fn unconfigured(&self, told: &Told) -> Vec<Finding> {
        let known: BTreeSet<&str> = self.cells.iter().map(|cell| cell.config.name.as_str()).collect();
        let gone = told.cells.iter().filter(|(cell, _)| !known.contains(cell.as_str()));
        let finding = |(cell, (stores, _)): (&String, &(BTreeSet<StoreId>, Used))| {
            let what = format!("{} stores are on it, and it is not in the configuration", stores.len());
            let todo = "put it back into [[cells]]; to give it up, delete its stores first";
            Finding::new((Area::Cell, "unconfigured"), cell, what, todo)
        };
        gone.map(finding).collect()
    }

    async fn living(&self, id: &StoreId) -> Result<Option<Record>, LedgerError> {
        Ok(self.ledger.record(id).await?.filter(|record| record.phase() != Phase::Deleted))
    }
}

const ADVICE: &str = "this is a fault of storebot, or somebody has changed the ledger by hand: note both and report it";

fn lists(off: Mended) -> Option<Finding> {
    let what =
        format!("stores that are not where they belong: {}; places that are nobody's: {}", off.missing, off.surplus);
    let todo =
        "storebot rebuild mends them; if nobody has changed the ledger by hand, this is a fault of storebot: report it";
    (off != Mended::default()).then(|| Finding::new((Area::Ledger, "lists-off"), "the lists of stores", what, todo))
}

fn counts(told: &Counts, kept: &Counts) -> Option<Finding> {
    let not_none =
        |counts: &Counts| counts.iter().filter(|(_, n)| **n > 0).map(|(k, n)| (*k, *n)).collect::<BTreeMap<_, _>>();
    (not_none(told) != not_none(kept)).then(|| {
        let what = "the counts by phase and engine differ from the records".to_owned();
        Finding::new((Area::Ledger, "counts-off"), "the counts", what, ADVICE)
    })
}
