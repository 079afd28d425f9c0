//! The one door: every command and every question goes through here, whichever adapter brought it.
//!
//! Decides what an actor may do and how much, and hands what is accepted to the ledger in one
//! round trip. Never talks to Helm or Kubernetes, and knows nothing of HTTP or Discord.

mod approvals;
mod audit;
mod billing;
mod cells;
mod change;
mod create;
mod delete;
mod deliveries;
mod extend;
mod follow;
mod follow_all;
mod gateway;
mod hub;
mod inside;
mod letters;
mod login;
mod offer;
mod outside;
mod overview;
mod picture;
mod pods;
pub mod policy;
mod query;
mod quota;
mod retry;
mod servers;
mod sessions;
mod sleep;
mod tokens;
mod upgrade;
mod verify;

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tracing::{Instrument as _, Span};

use crate::config;
use crate::domain::Bits;
use crate::domain::action::Action;
use crate::domain::actor::Door;
use crate::domain::audit::Asker;
use crate::domain::command::{Command, CommandKind};
use crate::domain::outcome::{Budget, Outcome, Refusal};
use crate::domain::record::Record;
use crate::domain::reply::Reply;
use crate::domain::request::{IdempotencyKey, Request};
pub use crate::ledger::{DeadLetter, LetterKind, PendingNote, Received, key_of as list_key};
use crate::ledger::{KeepAnswer, Ledger, LedgerError};
use crate::limits::Limits;
use crate::telemetry;
pub use audit::{AUDIT_MAX, AuditFilter, AuditPage};
pub use cells::CellLook;
pub use delete::GRACE_MAX;
pub use deliveries::{DELIVERIES_MAX, DeliveryFilter, DeliveryPage, Replay};
pub use follow::{EVENTS_MAX, EventPage, Following, Told};
pub use follow_all::{Changed, FollowingAll};
pub use gateway::Hold;
use hub::Hub;
pub use inside::Inside;
pub use letters::{Follows, LetterPage};
pub use login::PendingLogin;
pub use offer::suits;
pub use overview::Overview;
pub use picture::Picture;
pub use query::{Dependency, ListFilter, Page, cursor_at};

/// Most passwords that are hashed at once; others wait some tenths of a second.
const HASHES_MAX: usize = 2;

/// Cheap to clone.
#[derive(Clone)]
pub struct Commands {
    ledger: Ledger,
    limits: Arc<Limits>,
    rates: config::Limits,
    plans: config::Plans,
    leases: config::Leases,
    quotas: config::Quotas,
    approvals: config::Approvals,
    cells: Arc<[config::Cell]>,
    shop: config::Shop,
    engines: config::Engines,
    bits: Bits,
    /// Passwords that are hashed at once: each takes 32 MiB and a processor.
    hashing: Arc<Semaphore>,
    /// Questions to workers that wait for their answer.
    waiting: Arc<Semaphore>,
    /// Deliveries nobody can trust that are being written down.
    strangers: Arc<Semaphore>,
    hub: Hub,
}

impl std::fmt::Debug for Commands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commands").finish_non_exhaustive()
    }
}

impl Commands {
    #[must_use]
    pub fn new(ledger: Ledger, limits: Arc<Limits>, config: &config::Config, bits: Bits) -> Self {
        Self {
            ledger,
            limits,
            rates: config.limits.clone(),
            plans: config.plans,
            leases: config.leases.clone(),
            quotas: config.quotas.clone(),
            approvals: config.approvals,
            cells: config.cells.clone().into(),
            shop: config.shop,
            engines: config.engines,
            bits,
            hashing: Arc::new(Semaphore::new(HASHES_MAX)),
            hub: Hub::new(&config.limits),
            waiting: Arc::new(Semaphore::new(pods::WAITING_MAX)),
            strangers: Arc::new(Semaphore::new(deliveries::STRANGERS_MAX)),
        }
    }

    /// Decides about a command and, if it is accepted, makes it durable before it returns.
    ///
    /// # Errors
    /// Why it was not accepted; nothing was written then. Only after `Unavailable` that is unknown,
    /// and the same request with the same key is safe to repeat.
    pub async fn submit(&self, request: Request) -> Result<Outcome, Refusal> {
        let command = request.command.kind().as_str();
        let admission = tracing::debug_span!(target: telemetry::DETAIL, "admit", command);
        let outcome = self.decide(&request).instrument(admission).await;
        if let Ok(Outcome { store, replayed, .. }) = &outcome {
            Span::current().record("store.id", tracing::field::display(&store.id));
            let door = request.door.as_str();
            tracing::debug!(store.id = %store.id, command, door, replayed, "a command was accepted");
        }
        outcome
    }

    async fn decide(&self, request: &Request) -> Result<Outcome, Refusal> {
        self.admit(request.asker(), Action::Do(request.command.kind()))?;
        match &request.command {
            Command::Create(what) => self.create(request, what).await,
            Command::Delete { store, grace } => self.change(request, store, |seen| delete::decide(seen, *grace)).await,
            Command::Undo { store } => self.change(request, store, delete::undo).await,
            Command::Retry { store } => self.change(request, store, retry::decide).await,
            Command::Verify { store } => self.change(request, store, verify::decide).await,
            Command::Upgrade { store } => self.change(request, store, upgrade::decide).await,
            Command::Extend { store, by } => {
                let decide = |seen: &Record| extend::decide(seen, *by, &self.leases.terms, request.at);
                self.change(request, store, decide).await
            }
            Command::Sleep { store } => self.change(request, store, sleep::decide).await,
            Command::Wake { store } => self.change(request, store, sleep::wake).await,
            Command::Suspend { store, after } => {
                self.change(request, store, |seen| billing::suspend(seen, *after, request.at)).await
            }
            Command::Resume { store } => self.change(request, store, billing::resume).await,
            Command::Expire { store } => self.change(request, store, |seen| billing::expire(seen, request.at)).await,
        }
    }

    /// First line, before anybody is authenticated.
    ///
    /// # Errors
    /// `RateLimited`.
    pub fn admit_address(&self, address: IpAddr) -> Result<Budget, Refusal> {
        self.limits.admit_address(address)
    }

    /// Whether the actor may do this at all, and has requests left for it on this replica.
    fn admit(&self, asker: Asker<'_>, action: Action) -> Result<(), Refusal> {
        policy::may(asker.actor, action)?;
        let weight = policy::of(action).weight;
        let budget = match (asker.door, action) {
            (Door::Dashboard, Action::See(_)) => self.limits.admit_view(&asker.actor.id, weight),
            _ => self.limits.admit_actor(&asker.actor.id, weight),
        }?;
        // One request may ask for several things; its answer tells of the first.
        let _ = asker.origin.budget.set(budget);
        Ok(())
    }

    /// What to say of a command that its door knows to be refused: it costs the actor as many requests as if it
    /// were not.
    #[must_use]
    pub fn turn_away(&self, asker: Asker<'_>, command: CommandKind, refusal: Refusal) -> Refusal {
        self.admit(asker, Action::Do(command)).err().unwrap_or(refusal)
    }

    fn reply(&self, request: &Request) -> Option<Reply> {
        let to = request.reply_to.clone()?;
        Some(Reply { id: self.fresh_id(), command: request.command.kind(), to, room: None, notice: None })
    }

    /// For what is named by nobody: 16 hex digits.
    fn fresh_id(&self) -> String {
        format!("{:016x}", (self.bits)())
    }

    /// Of something that was not created just now.
    async fn outcome(&self, request: &Request, store: Record, replayed: bool) -> Result<Outcome, Refusal> {
        let quota = self.used(&store.spec.owner, store.spec.org.as_ref()).await?;
        Ok(Outcome { command: request.command.kind(), store, replayed, quota, usually: None })
    }
}

fn keep<'a>(request: &'a Request) -> Option<KeepAnswer<'a>> {
    let with_actor = |key: &'a IdempotencyKey| KeepAnswer { actor: &request.actor.id, key };
    request.key.as_ref().map(with_actor)
}

/// The ledger's trouble is logged here, once; a person is told only that nothing was accepted.
#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn unavailable(error: LedgerError) -> Refusal {
    tracing::error!(%error, "the ledger did not answer");
    Refusal::Unavailable
}

#[cfg(test)]
mod tests;
