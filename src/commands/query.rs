//! Questions: what is there, and how is it going.

use super::{Commands, policy, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::{Actor, ActorId};
use crate::domain::audit::Asker;
use crate::domain::engine::Engine;
use crate::domain::outcome::Refusal;
use crate::domain::record::{Phase, Record};
use crate::domain::rule::Rule;
use crate::domain::store::StoreRef;
use crate::ledger::{Finding, Ledger, Sieve, Sifted, store_at};

/// Most stores of one page.
pub(super) const PAGE_MAX: u32 = 200;
/// Stores looked at for one page. A filter that matches few of many stores gives short pages with a
/// cursor instead of a slow answer.
const LOOK_MAX: usize = 2000;

/// Which stores to list. `owner: None` means all an actor may see.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    pub owner: Option<ActorId>,
    pub phase: Option<Phase>,
    pub engine: Option<Engine>,
    /// Only stores that are not deleted.
    pub living: bool,
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
    /// `NotFound` also when the store belongs to somebody else.
    pub async fn get(&self, asker: Asker<'_>, store: &StoreRef) -> Result<Record, Refusal> {
        self.admit(asker, Action::See(Matter::Stores))?;
        self.visible(asker.actor, store).await
    }

    /// A store that the actor may know of. Somebody else's is looked for as long as one that is not there.
    pub(super) async fn visible(&self, actor: &Actor, store: &StoreRef) -> Result<Record, Refusal> {
        let found = self.ledger.find(store, policy::sees(actor)).await.map_err(unavailable)?;
        found.ok_or_else(|| Refusal::NotFound { store: store.as_str().to_owned() })
    }

    /// # Errors
    /// `Invalid` for a cursor that is none, `Unavailable`.
    pub async fn list(&self, asker: Asker<'_>, filter: &ListFilter) -> Result<Page, Refusal> {
        self.admit(asker, Action::See(Matter::Stores))?;
        let limit = filter.limit.clamp(1, PAGE_MAX) as usize;
        if filter.cursor.as_deref().is_some_and(|c| store_at(c).is_none()) {
            return Err(bad_cursor());
        }
        let owner = match (policy::sees(asker.actor), &filter.owner) {
            (None, owner) => owner.as_ref(),
            (Some(own), Some(owner)) if owner != own => return Ok(Page::default()),
            (own, _) => own,
        };
        let sieve = Sieve { phase: filter.phase, engine: filter.engine, living: filter.living };
        let found = self.ledger.sift(owner, filter.cursor.as_deref(), sieve, (limit, LOOK_MAX)).await;
        let Sifted { items, next } = found.map_err(unavailable)?;
        Ok(Page { items, next_cursor: next })
    }

    /// Each dependency of the accept path and its state.
    pub async fn health(&self) -> Vec<Dependency> {
        health(&self.ledger).await
    }
}

/// The ledger is all that a process needs to be of use.
pub(super) async fn health(ledger: &Ledger) -> Vec<Dependency> {
    let redis = ledger.ping().await;
    let detail = match &redis {
        Ok(()) => answers(&ledger.findings()),
        Err(_) => "does not answer: nothing can be accepted now".to_owned(),
    };
    vec![Dependency { name: "redis", ok: redis.is_ok(), detail }]
}

pub(super) fn bad_cursor() -> Refusal {
    Refusal::Invalid { field: "cursor".to_owned(), why: Rule::Cursor }
}

/// It works, and what an operator should know about it.
fn answers(findings: &[Finding]) -> String {
    let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
    if findings.is_empty() { "answers".to_owned() } else { format!("answers, but {}", findings.join("; ")) }
}
