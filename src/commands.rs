//! The one door: every command and every question goes through here, whichever adapter brought it.
//!
//! Decides what an actor may do and how much, and hands what is accepted to the ledger in one
//! round trip. Never talks to Helm or Kubernetes, and knows nothing of HTTP or Discord.

use std::net::IpAddr;

use crate::domain::actor::{Actor, ActorId};
use crate::domain::command::Request;
use crate::domain::engine::Engine;
use crate::domain::outcome::{Outcome, QuotaUse, Refusal};
use crate::domain::record::{Phase, Record};
use crate::domain::store::StoreRef;

#[derive(Debug)]
pub struct Commands;

/// Which stores to list. `owner: None` means all an actor may see.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    pub owner: Option<ActorId>,
    pub phase: Option<Phase>,
    pub engine: Option<Engine>,
    /// 1 to 200.
    pub limit: u32,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Stores, newest first.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub items: Vec<Record>,
    pub next_cursor: Option<String>,
}

/// The state of something storebot depends on.
#[derive(Clone, Debug)]
pub struct Dependency {
    pub name: &'static str,
    pub ok: bool,
    /// What is wrong, without addresses or secrets.
    pub detail: String,
}

impl Commands {
    /// # Errors
    /// Why it was not accepted; nothing was written then.
    pub async fn submit(&self, _request: Request) -> Result<Outcome, Refusal> {
        unimplemented!()
    }

    /// # Errors
    /// `NotFound` also when the store belongs to somebody else.
    pub async fn get(&self, _actor: &Actor, _store: &StoreRef) -> Result<Record, Refusal> {
        unimplemented!()
    }

    /// # Errors
    /// `Invalid` for a cursor that is none, `Unavailable`.
    pub async fn list(&self, _actor: &Actor, _filter: &ListFilter) -> Result<Page, Refusal> {
        unimplemented!()
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn quota(&self, _actor: &Actor) -> Result<QuotaUse, Refusal> {
        unimplemented!()
    }

    /// First line, before anybody is authenticated.
    ///
    /// # Errors
    /// `RateLimited`.
    pub fn admit_address(&self, _address: IpAddr) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// Each dependency of the accept path and its state.
    pub async fn health(&self) -> Vec<Dependency> {
        unimplemented!()
    }
}
