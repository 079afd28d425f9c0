//! The operations about cells, and their shapes. Apart from [`api`](super::api) by their paths.

use std::sync::Arc;

use poem_openapi::param::Path;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use super::api::{State, Tag};
use super::caller::Caller;
use super::governed::Amount;
use super::payload::Json;
use super::shape::Word;
use crate::commands::CellLook;
use crate::domain::engine::Engine;
use crate::domain::placement::Health;
use crate::domain::plan::Plan;
use crate::domain::quota::Resource;
use crate::domain::record::Phase;
use crate::inbound;

#[derive(Clone)]
pub(super) struct Cells(pub(super) Arc<State>);

#[derive(ApiResponse)]
pub(super) enum Listed {
    /// All cells.
    #[oai(status = 200)]
    Cells(Json<CellList>),
}

#[derive(ApiResponse)]
pub(super) enum Changed {
    /// The cell as it is now.
    #[oai(status = 200)]
    Cell(Json<Cell>),
}

/// Those of the configuration in its order, then those that have stores and are in it no more.
#[derive(Debug, Serialize, Object)]
pub(super) struct CellList {
    items: Vec<Cell>,
}

/// A cluster, and what is on it.
#[derive(Debug, Serialize, Object)]
pub(super) struct Cell {
    name: String,
    /// The domain below which its stores are; absent where the cell is not configured any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    /// `open`, `drained` (no new stores; those that are there go on) or `unconfigured` (it has stores, and nobody
    /// works at them).
    state: String,
    /// Whether it was drained at run time, and so can be undrained. One that the configuration drains cannot.
    drained_at_run_time: bool,
    health: Word<Health>,
    /// Why it does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Plans and engines of its new stores.
    plans: Vec<Word<Plan>>,
    engines: Vec<Word<Engine>>,
    room: CellRoom,
    phases: Vec<InPhase>,
}

/// What is used of a cell's capacity; sleeping stores count as they do in quotas.
#[derive(Debug, Serialize, Object)]
struct CellRoom {
    stores: Amount,
    /// Thousandths of a processor.
    cpu_millis: Amount,
    memory_mib: Amount,
    disk_mib: Amount,
}

/// Stores in one phase.
#[derive(Debug, Serialize, Object)]
struct InPhase {
    phase: Word<Phase>,
    stores: u64,
}

#[OpenApi]
impl Cells {
    /// List the cells
    ///
    /// For administrators: the clusters that stores are on, with room and health. A cell that does not answer gets
    /// new stores only when no other one has room.
    #[oai(path = "/v1/cells", method = "get", operation_id = "listCells", tag = "Tag::Cells")]
    async fn list_cells(&self, caller: Caller) -> poem::Result<Listed> {
        let cells = self.0.commands.cells(caller.asker()).await?;
        Ok(Listed::Cells(Json(CellList { items: cells.into_iter().map(Cell::from).collect() })))
    }

    /// Drain a cell
    ///
    /// For administrators: it takes no new stores from now on, on every replica. Those that are there go on. Doing it
    /// twice is one.
    #[oai(path = "/v1/cells/:cell/drain", method = "post", operation_id = "drainCell", tag = "Tag::Cells")]
    async fn drain(
        &self,
        caller: Caller,
        /// Name of the cell.
        cell: Path<String>,
    ) -> poem::Result<Changed> {
        self.change(caller, &cell.0, true).await
    }

    /// Let a cell take new stores again
    ///
    /// For administrators. One that the configuration drains stays drained.
    #[oai(path = "/v1/cells/:cell/undrain", method = "post", operation_id = "undrainCell", tag = "Tag::Cells")]
    async fn undrain(
        &self,
        caller: Caller,
        /// Name of the cell.
        cell: Path<String>,
    ) -> poem::Result<Changed> {
        self.change(caller, &cell.0, false).await
    }
}

impl Cells {
    async fn change(&self, caller: Caller, cell: &str, drained: bool) -> poem::Result<Changed> {
        let State { commands, metrics, .. } = &*self.0;
        let look = inbound::drain(commands, metrics, caller.asker(), (cell, drained)).await?;
        Ok(Changed::Cell(Json(look.into())))
    }
}

impl From<CellLook> for Cell {
    fn from(look: CellLook) -> Self {
        let amount = |resource| Amount::new(look.share.of(resource));
        let room = CellRoom {
            stores: amount(Resource::Stores),
            cpu_millis: amount(Resource::Cpu),
            memory_mib: amount(Resource::Memory),
            disk_mib: amount(Resource::Disk),
        };
        Self {
            state: look.standing().to_owned(),
            plans: look.plans().into_iter().map(Word::from).collect(),
            engines: look.engines().into_iter().map(Word::from).collect(),
            phases: look
                .phases
                .iter()
                .map(|(phase, stores)| InPhase { phase: (*phase).into(), stores: *stores })
                .collect(),
            domain: look.configured.map(|cell| cell.domain),
            name: look.name,
            drained_at_run_time: look.drained,
            health: look.health.into(),
            reason: look.why,
            room,
        }
    }
}
