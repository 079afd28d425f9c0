//! Questions: what is there, and how is it going.

use super::{Commands, policy, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::{Actor, ActorId};
use crate::domain::audit::Asker;
use crate::domain::engine::Engine;
use crate::domain::outcome::Refusal;
use crate::domain::record::{Phase, Record};
use crate::domain::rule::Rule;
use crate::domain::sort::Sort;
use crate::domain::store::{NAME_MAX, StoreRef};
use crate::ledger::{self, Finding, Ledger, LedgerError, Look, Sieve, Sifted, is_cursor, key_of, start_of};

/// Most stores of one page.
pub(super) const PAGE_MAX: u32 = 200;
/// Which stores to list. `owner: None` means all an actor may see.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    pub owner: Option<ActorId>,
    pub phase: Option<Phase>,
    pub engine: Option<Engine>,
    /// Only stores that are not deleted.
    pub living: bool,
    /// A part of a name, or a whole id; with a colon in it a whole owner. '' is anything.
    pub search: String,
    pub sort: Sort,
    /// 1 to 200.
    pub limit: u32,
    /// The `next_cursor` of the page before, which had the same `sort`.
    pub cursor: Option<String>,
    /// The page that ends before the cursor, and not the one that begins behind it.
    pub back: bool,
}

/// Stores in the order that was asked for; the one whose name or id was searched for comes before all others.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub items: Vec<Record>,
    /// Where the next page begins; going back, where the one before it ends.
    pub next_cursor: Option<String>,
}

/// The cursor at a store, for the page behind it or before it.
#[must_use]
pub fn cursor_at(sort: Sort, record: &Record) -> Option<String> {
    key_of(sort, record).map(|key| ledger::cursor(sort, &key))
}

impl ListFilter {
    /// As names are written.
    fn part(&self) -> String {
        self.search.trim().to_ascii_lowercase()
    }

    /// Owners have a colon in their names, and stores have none.
    #[must_use]
    pub fn searched_owner(&self) -> Option<ActorId> {
        Some(self.search.trim()).filter(|text| text.contains(':')).map(ActorId::new)
    }

    /// Whether a store is one of those that are looked for, on whichever page. Who may see it is not asked.
    #[must_use]
    pub fn lets(&self, record: &Record) -> bool {
        let named =
            |part: &str| part.is_empty() || record.spec.name.as_str().contains(part) || record.id.as_str() == part;
        let owned = |owner: &ActorId| *owner == record.spec.owner;
        self.sieve().lets(record)
            && self.owner.as_ref().is_none_or(owned)
            && self.searched_owner().map_or_else(|| named(&self.part()), |owner| owned(&owner))
    }

    fn sieve(&self) -> Sieve {
        Sieve { phase: self.phase, engine: self.engine, living: self.living }
    }
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
    /// `Invalid` for a cursor that is none or of another order, `Unavailable`.
    pub async fn list(&self, asker: Asker<'_>, filter: &ListFilter) -> Result<Page, Refusal> {
        self.admit(asker, Action::See(Matter::Stores))?;
        self.page(asker.actor, filter).await
    }

    /// A page, and of how many stores, where that is known without looking for them.
    ///
    /// # Errors
    /// As those of [`Self::list`].
    pub async fn list_counted(&self, asker: Asker<'_>, filter: &ListFilter) -> Result<(Page, Option<u64>), Refusal> {
        self.admit(asker, Action::See(Matter::Stores))?;
        tokio::try_join!(self.page(asker.actor, filter), self.count(asker.actor, filter))
    }

    async fn page(&self, actor: &Actor, filter: &ListFilter) -> Result<Page, Refusal> {
        if filter.cursor.as_deref().is_some_and(|cursor| !is_cursor(filter.sort, cursor)) {
            return Err(bad_cursor_for(filter));
        }
        let Some(owner) = whose(actor, filter) else { return Ok(Page::default()) };
        let searched = if filter.searched_owner().is_some() { String::new() } else { filter.part() };
        let look = Look {
            owner: owner.as_ref(),
            sieve: filter.sieve(),
            sort: filter.sort,
            part: &searched,
            but: None,
            cursor: filter.cursor.as_deref(),
            back: filter.back && filter.cursor.is_some(),
            most: filter.limit.clamp(1, PAGE_MAX) as usize,
        };
        let found = if searched.is_empty() { self.ledger.sift(look).await } else { self.search(look).await };
        let Sifted { mut items, next } = found.map_err(unavailable)?;
        if look.back {
            items.reverse();
        }
        Ok(Page { items, next_cursor: next })
    }

    /// The store that is called so comes first, on the first page, and then those with that in their names.
    async fn search(&self, look: Look<'_>) -> Result<Sifted, LedgerError> {
        let named = self.ledger.find(&StoreRef::new(look.part), look.owner).await?;
        let named = named.filter(|record| look.sieve.lets(record) && key_of(look.sort, record).is_some());
        let id = named.as_ref().map(|record| record.id.clone());
        let mut items: Vec<Record> = named.into_iter().filter(|_| look.cursor.is_none()).collect();
        if !is_part_of_a_name(look.part) {
            return Ok(Sifted { items, next: None });
        }
        let most = look.most - items.len();
        let mut others = self.ledger.sift(Look { but: id.as_ref(), most: most.max(1), ..look }).await?;
        if most == 0 {
            // There was room for the one alone.
            others.next = (!others.items.is_empty()).then(|| start_of(look.sort));
            others.items.clear();
        }
        items.extend(others.items);
        Ok(Sifted { items, next: others.next })
    }

    /// How many stores a filter lets through, where the ledger keeps count of them.
    async fn count(&self, actor: &Actor, filter: &ListFilter) -> Result<Option<u64>, Refusal> {
        let all = policy::sees(actor).is_none() && filter.owner.is_none() && filter.search.trim().is_empty();
        if !all || filter.sort == Sort::Ends {
            return Ok(None);
        }
        let counts = self.ledger.counts().await.map_err(unavailable)?;
        let sieve = filter.sieve();
        let counts = counts.into_iter().filter(|((phase, engine), _)| sieve.lets_all(*phase, *engine));
        Ok(Some(counts.map(|(_, count)| count).sum()))
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
        Err(error) if error.is_loading() => "still loads its data: nothing can be accepted until it has".to_owned(),
        Err(_) => "does not answer: nothing can be accepted now".to_owned(),
    };
    vec![Dependency { name: "redis", ok: redis.is_ok(), detail }]
}

/// Whose stores are listed, `Some(None)` being everybody's; `None`: nobody's that the actor may see.
fn whose(actor: &Actor, filter: &ListFilter) -> Option<Option<ActorId>> {
    let (named, searched) = (filter.owner.clone(), filter.searched_owner());
    let owner = match (named, searched) {
        (Some(named), Some(searched)) if named != searched => return None,
        (named, searched) => named.or(searched),
    };
    match (policy::sees(actor), owner) {
        (None, owner) => Some(owner),
        (Some(own), Some(owner)) if owner != *own => None,
        (Some(own), _) => Some(Some(own.clone())),
    }
}

/// Whether any store can have it in its name.
fn is_part_of_a_name(text: &str) -> bool {
    text.len() <= NAME_MAX && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A cursor of another order is a slip that is worth its own words.
fn bad_cursor_for(filter: &ListFilter) -> Refusal {
    let of_another = |cursor: &String| Sort::ALL.into_iter().any(|sort| is_cursor(sort, cursor));
    if filter.cursor.as_ref().is_some_and(of_another) {
        return Refusal::Invalid { field: "cursor".to_owned(), why: Rule::CursorOrder };
    }
    bad_cursor()
}

pub(super) fn bad_cursor() -> Refusal {
    Refusal::Invalid { field: "cursor".to_owned(), why: Rule::Cursor }
}

/// It works, and what an operator should know about it.
fn answers(findings: &[Finding]) -> String {
    let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
    if findings.is_empty() { "answers".to_owned() } else { format!("answers, but {}", findings.join("; ")) }
}
