//! Questions: what is there, and how is it going.

use super::{Commands, policy, unavailable};
use crate::domain::actor::{Actor, ActorId, Role};
use crate::domain::engine::Engine;
use crate::domain::outcome::{QuotaUse, Refusal};
use crate::domain::record::{Phase, Record};
use crate::domain::store::StoreRef;
use crate::ledger::Finding;

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
    pub async fn get(&self, actor: &Actor, store: &StoreRef) -> Result<Record, Refusal> {
        self.admit_actor(actor)?;
        let found = self.ledger.find(store).await.map_err(unavailable)?;
        found
            .filter(|record| policy::may_see(actor, record))
            .ok_or_else(|| Refusal::NotFound { store: store.as_str().to_owned() })
    }

    /// # Errors
    /// `Invalid` for a cursor that is none, `Unavailable`.
    pub async fn list(&self, actor: &Actor, filter: &ListFilter) -> Result<Page, Refusal> {
        self.admit_actor(actor)?;
        let limit = filter.limit.clamp(1, PAGE_MAX) as usize;
        let mut cursor = filter.cursor.clone();
        if cursor.as_deref().is_some_and(|c| !c.bytes().all(|b| b.is_ascii_alphanumeric())) {
            let why = "is not the next_cursor of an earlier page".to_owned();
            return Err(Refusal::Invalid { field: "cursor".to_owned(), why });
        }
        let owner = match (actor.role, &filter.owner) {
            (Role::Admin, owner) => owner.as_ref(),
            (_, Some(owner)) if *owner != actor.id => return Ok(Page::default()),
            _ => Some(&actor.id),
        };
        let mut items = Vec::with_capacity(limit);
        let mut looked = 0;
        loop {
            let page = self.ledger.page(owner, cursor.as_deref(), limit).await.map_err(unavailable)?;
            looked += limit;
            for (place, record) in page.items {
                cursor = Some(place);
                if filter.matches(&record) {
                    items.push(record);
                    if items.len() == limit {
                        return Ok(Page { items, next_cursor: cursor });
                    }
                }
            }
            if !page.more {
                return Ok(Page { items, next_cursor: None });
            }
            if looked >= LOOK_MAX {
                return Ok(Page { items, next_cursor: cursor });
            }
        }
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn quota(&self, actor: &Actor) -> Result<QuotaUse, Refusal> {
        self.admit_actor(actor)?;
        let stores = self.ledger.alive(&actor.id).await.map_err(unavailable)?;
        Ok(QuotaUse { stores, limit: self.quota.stores_per_owner })
    }

    /// Each dependency of the accept path and its state.
    pub async fn health(&self) -> Vec<Dependency> {
        let redis = self.ledger.ping().await;
        let detail = match &redis {
            Ok(()) => answers(&self.ledger.findings()),
            Err(_) => "does not answer: nothing can be accepted now".to_owned(),
        };
        vec![Dependency { name: "redis", ok: redis.is_ok(), detail }]
    }
}

/// It works, and what an operator should know about it.
fn answers(findings: &[Finding]) -> String {
    let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
    if findings.is_empty() { "answers".to_owned() } else { format!("answers, but {}", findings.join("; ")) }
}

impl ListFilter {
    fn matches(&self, record: &Record) -> bool {
        let phase = record.phase();
        self.phase.is_none_or(|p| p == phase)
            && self.engine.is_none_or(|e| e == record.spec.engine)
            && !(self.living && phase == Phase::Deleted)
    }
}
