//! Cells: where a new store goes, and what administrators see of them and do with them.

use std::collections::BTreeMap;

use super::{Commands, keep, unavailable};
use crate::config::Cell;
use crate::domain::action::{Action, Matter};
use crate::domain::audit::{ACCEPTED, Asker};
use crate::domain::command::{CommandKind, Create};
use crate::domain::engine::Engine;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::placement::{Health, Unfit, Weighed, choose};
use crate::domain::plan::Plan;
use crate::domain::quota::{Quota, Share, Size, Used};
use crate::domain::record::Phase;
use crate::domain::request::Request;
use crate::ledger::{CellState, RefusedBy};

/// What stood against cells when this request was tried on them, by name.
pub(super) type Tried<'a> = BTreeMap<&'a str, Unfit>;

/// A cell as administrators see it.
#[derive(Clone, Debug)]
pub struct CellLook {
    pub name: String,
    /// `None`: it is not in the configuration any more, and has stores.
    pub configured: Option<Cell>,
    pub health: Health,
    /// Why it does not answer.
    pub why: Option<String>,
    /// At run time; [`Cell::drain`] says the same in the configuration.
    pub drained: bool,
    pub share: Share,
    /// Its stores; empty in an overview, which reads none of them.
    pub phases: BTreeMap<Phase, u64>,
}

impl CellLook {
    /// Whether new stores may come.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.drained && self.configured.as_ref().is_some_and(|cell| !cell.drain)
    }

    /// `open`, `drained` or `unconfigured`.
    #[must_use]
    pub fn standing(&self) -> &'static str {
        match (&self.configured, self.is_open()) {
            (None, _) => "unconfigured",
            (Some(_), true) => "open",
            (Some(_), false) => "drained",
        }
    }
}

impl Commands {
    /// The cells that a store like this may be on: the one that is asked for, else all that take such stores from
    /// anybody.
    pub(super) fn allowed(&self, what: &Create) -> Result<Vec<&Cell>, Refusal> {
        let unfit = |cell: &Cell| cell.takes().unfit(what.engine, what.plan);
        let Some(name) = &what.cell else {
            let open = || self.cells.iter().filter(|cell| !cell.by_name);
            let fit: Vec<&Cell> = open().filter(|cell| unfit(cell).is_none()).collect();
            // Where one cell has the engine and not the plan, another plan would do.
            let why = open().filter_map(unfit).min();
            return match why {
                Some(why) if fit.is_empty() => Err(Refusal::NoPlace { cell: None, why }),
                _ => Ok(fit),
            };
        };
        let cell = self.cell(name)?;
        match unfit(cell) {
            Some(why) => Err(Refusal::NoPlace { cell: Some(name.clone()), why }),
            None => Ok(vec![cell]),
        }
    }

    fn cell(&self, name: &str) -> Result<&Cell, Refusal> {
        self.cells.iter().find(|cell| cell.name == name).ok_or_else(|| Refusal::Unknown {
            field: "cell",
            text: name.to_owned(),
            known: self.cells.iter().map(|cell| cell.name.clone()).collect(),
        })
    }

    /// The cell to try next. Where there is one alone, only the ledger is asked, when the store is admitted.
    pub(super) async fn place<'c>(
        &self,
        allowed: &[&'c Cell],
        size: Size,
        tried: &Tried<'_>,
    ) -> Result<Result<&'c Cell, Unfit>, Refusal> {
        let open = |cell: &&&Cell| !cell.drain && !tried.contains_key(cell.name.as_str());
        let left: Vec<&Cell> = allowed.iter().filter(open).copied().collect();
        let worst = || tried.values().copied().max();
        match left[..] {
            [] => Ok(Err(worst().unwrap_or(Unfit::Drained))),
            [only] => Ok(Ok(only)),
            _ => {
                let weighed = self.weigh(&left).await?;
                Ok(match choose(&weighed, size) {
                    Ok(place) => Ok(left[place]),
                    Err(why) => Err(worst().map_or(why, |worst| worst.max(why))),
                })
            }
        }
    }

    async fn weigh(&self, cells: &[&Cell]) -> Result<Vec<Weighed>, Refusal> {
        let states = self.states(&cells.iter().map(|cell| cell.name.as_str()).collect::<Vec<_>>()).await?;
        let weigh = |(cell, state): (&&Cell, CellState)| Weighed {
            share: Share { used: state.used, quota: cell.capacity },
            health: state.health,
            drained: state.drained,
        };
        Ok(cells.iter().zip(states).map(weigh).collect())
    }

    async fn states(&self, names: &[&str]) -> Result<Vec<CellState>, Refusal> {
        self.ledger.cells(names, self.quotas.sleeping()).await.map_err(unavailable)
    }

    /// What is answered where no cell takes a store: what the same request was answered before, if it was.
    pub(super) async fn nowhere(
        &self,
        request: &Request,
        refusal: Refusal,
    ) -> Result<Result<Outcome, RefusedBy>, Refusal> {
        let Some(keep) = keep(request) else { return Err(refusal) };
        match self.ledger.answered(&keep).await.map_err(unavailable)? {
            Ok(Some(record)) => self.outcome(request, record, true).await.map(Ok),
            Ok(None) => Err(refusal),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// All cells: those of the configuration in its order, then those that have stores and are in it no more.
    ///
    /// # Errors
    /// `Forbidden`, `Unavailable`.
    pub async fn cells(&self, asker: Asker<'_>) -> Result<Vec<CellLook>, Refusal> {
        self.admit(asker, Action::See(Matter::Cells))?;
        let mut looks = Vec::new();
        for mut look in self.all_cells().await? {
            look.phases = self.ledger.phases_of_cell(&look.name).await.map_err(unavailable)?;
            if look.configured.is_some() || !look.phases.is_empty() {
                looks.push(look);
            }
        }
        Ok(looks)
    }

    /// The same without a look at any store: one question, however many there are.
    pub(super) async fn cells_in_short(&self) -> Result<Vec<CellLook>, Refusal> {
        let all = self.all_cells().await?.into_iter();
        Ok(all.filter(|look| look.configured.is_some() || look.share.used != Used::default()).collect())
    }

    /// Every cell that was ever heard of, without its stores.
    async fn all_cells(&self) -> Result<Vec<CellLook>, Refusal> {
        let mut names: Vec<String> = self.cells.iter().map(|cell| cell.name.clone()).collect();
        let known = self.ledger.cells_known().await.map_err(unavailable)?;
        names.extend(known.into_iter().filter(|name| self.cell(name).is_err()));
        let states = self.states(&names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        Ok(names.into_iter().zip(states).map(|(name, state)| self.look_at(&name, state)).collect())
    }

    fn look_at(&self, name: &str, state: CellState) -> CellLook {
        let configured = self.cell(name).ok().cloned();
        let quota = configured.as_ref().map_or_else(Quota::default, |cell| cell.capacity);
        let CellState { used, drained, health, why } = state;
        let (share, phases) = (Share { used, quota }, BTreeMap::new());
        CellLook { name: name.to_owned(), configured, health, why, drained, share, phases }
    }

    /// Has a cell take new stores no more, or again, from now on and on every replica. Those that are there go on.
    /// That it is so already is a success.
    ///
    /// # Errors
    /// `Forbidden`, `Unknown`, `Unavailable`.
    pub async fn drain(&self, asker: Asker<'_>, name: &str, drained: bool) -> Result<CellLook, Refusal> {
        let command = if drained { CommandKind::Drain } else { CommandKind::Undrain };
        self.admit(asker, Action::Do(command))?;
        self.cell(name)?;
        let note = asker.note(command, name, ACCEPTED);
        self.ledger.drain_cell(name, drained, &note).await.map_err(unavailable)?;
        let state = self.states(&[name]).await?.pop().unwrap_or_default();
        let phases = self.ledger.phases_of_cell(name).await.map_err(unavailable)?;
        Ok(CellLook { phases, ..self.look_at(name, state) })
    }
}

/// For whoever shows what a cell takes: all of them where nothing is said.
impl CellLook {
    #[must_use]
    pub fn plans(&self) -> Vec<Plan> {
        let allowed = self.configured.as_ref().map_or(&[][..], |cell| &cell.plans);
        Plan::ALL.into_iter().filter(|plan| allowed.is_empty() || allowed.contains(plan)).collect()
    }

    #[must_use]
    pub fn engines(&self) -> Vec<Engine> {
        let allowed = self.configured.as_ref().map_or(&[][..], |cell| &cell.engines);
        Engine::ALL.into_iter().filter(|engine| allowed.is_empty() || allowed.contains(engine)).collect()
    }
}
