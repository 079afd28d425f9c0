//! The list of stores: what is looked for, and what there is of it.

use askama::Template;
use poem::http::StatusCode;

use super::pages::{Page, Shell};
use super::place::address;
use super::rows::{self, Part};
use super::visitor::Form;
use super::{Answer, Board, Refused, STORES};
use crate::commands::{Commands, ListFilter, Page as Stores, cursor_at, list_key, policy};
use crate::domain::audit::Asker;
use crate::domain::engine::Engine;
use crate::domain::outcome::Refusal;
use crate::domain::record::{Phase, Record};
use crate::domain::sort::Sort;
use crate::domain::store::StoreRef;
use crate::inbound::parse;

impl Board {
    pub(super) async fn stores(&self, asker: Asker<'_>, shell: Shell, query: &str) -> Result<Answer, Refused> {
        let sought = Sought::read(&Form::parse(query.as_bytes()))?;
        let found = find(&self.state.commands, asker, &sought).await?;
        if let Some(store) = self.the_one(asker, &sought, &found.page).await? {
            return Ok(Answer::See(format!("/stores/{}", store.id)));
        }
        let part = Part::of(asker.actor, &sought, &found).html();
        let list = List {
            live: sought.live(&rows::digest(&part)),
            part,
            sought: &sought,
            phases: Phase::ALL.to_vec(),
            engines: Engine::ALL,
            sorts: Sort::ALL.map(|sort| Order { sort, label: label(sort) }),
            everybody: policy::sees(asker.actor).is_none(),
        };
        Ok(Answer::Page(StatusCode::OK, Page::new("Stores", Some(shell), &list)))
    }

    /// The only store that was meant: nobody has to choose it. One that is deleted is found by its whole name or id,
    /// though it is not listed.
    async fn the_one(&self, asker: Asker<'_>, sought: &Sought, found: &Stores) -> Result<Option<Record>, Refusal> {
        if sought.search.is_empty() || sought.cursor.is_some() || sought.filter().searched_owner().is_some() {
            return Ok(None);
        }
        match (found.items.as_slice(), &found.next_cursor) {
            ([one], None) => Ok(Some(one.clone())),
            ([], None) if !sought.is_filtered() => {
                match self.state.commands.get(asker, &StoreRef::new(&sought.search)).await {
                    Err(Refusal::NotFound { .. }) => Ok(None),
                    found => found.map(Some),
                }
            }
            _ => Ok(None),
        }
    }
}

/// What is looked for in the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Sought {
    pub(super) search: String,
    phase: Option<Phase>,
    engine: Option<Engine>,
    pub(super) sort: Sort,
    pub(super) cursor: Option<String>,
    /// The page that ends before the cursor.
    back: bool,
}

/// A page of stores, and what lies around it.
pub(super) struct Found {
    pub(super) page: Stores,
    pub(super) at: Where,
    /// Of all that were looked for, where it is known cheaply.
    pub(super) count: Option<u64>,
}

/// What lies before a page and behind it.
pub(super) struct Where {
    pub(super) newer: bool,
    pub(super) older: Option<String>,
}

#[derive(Template)]
#[template(path = "stores.html")]
struct List<'a> {
    /// What there is, and where it is told of anew.
    part: String,
    live: String,
    sought: &'a Sought,
    phases: Vec<Phase>,
    engines: [Engine; 2],
    sorts: [Order; 4],
    everybody: bool,
}

/// A choice of the order.
struct Order {
    sort: Sort,
    label: &'static str,
}

/// The page that was asked for.
///
/// # Errors
/// `Unavailable`, or of a cursor that is none.
pub(super) async fn find(commands: &Commands, asker: Asker<'_>, sought: &Sought) -> Result<Found, Refusal> {
    let filter = sought.filter();
    let (mut page, mut count) = tokio::try_join!(commands.list(asker, &filter), commands.count(asker, &filter))?;
    let mut at = Where::of(sought, &page);
    if sought.back && page.next_cursor.is_none() {
        // That is the first page, and may have room for more by now.
        page = commands.list(asker, &ListFilter { cursor: None, back: false, ..filter }).await?;
        at = Where { newer: false, older: page.next_cursor.clone() };
    }
    if sought.cursor.is_none() && page.next_cursor.is_none() {
        count = u64::try_from(page.items.len()).ok();
    }
    Ok(Found { page, at, count })
}

fn label(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "newest first",
        Sort::Oldest => "oldest first",
        Sort::Name => "by name",
        Sort::Ends => "ends soonest",
    }
}

impl Sought {
    /// # Errors
    /// A phase, an engine or an order that does not exist, or too much to search for.
    pub(super) fn read(form: &Form) -> Result<Self, Refusal> {
        let before = form.filled("before");
        Ok(Self {
            search: parse::search(form.get("q"))?,
            phase: form.filled("phase").map(parse::phase).transpose()?,
            engine: form.filled("engine").map(parse::engine).transpose()?,
            sort: form.filled("sort").map(parse::sort).transpose()?.unwrap_or_default(),
            cursor: before.or(form.filled("cursor")).map(str::to_owned),
            back: before.is_some(),
        })
    }

    fn filter(&self) -> ListFilter {
        ListFilter {
            owner: None,
            phase: self.phase,
            engine: self.engine,
            living: self.phase.is_none(),
            search: self.search.clone(),
            sort: self.sort,
            limit: STORES,
            cursor: self.cursor.clone(),
            back: self.back,
        }
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.phase.is_some() || self.engine.is_some() || self.sort == Sort::Ends
    }

    fn is_phase(&self, phase: &Phase) -> bool {
        self.phase == Some(*phase)
    }

    fn is_engine(&self, engine: &Engine) -> bool {
        self.engine == Some(*engine)
    }

    fn is_sort(&self, sort: &Sort) -> bool {
        self.sort == *sort
    }

    /// The same in an order, from a place on.
    pub(super) fn address(&self, sort: Sort, place: (&str, &str)) -> String {
        address("/", self.fields(sort).into_iter().chain([place]))
    }

    /// Where the same page is told of anew, and what of it is shown already.
    fn live(&self, seen: &str) -> String {
        let place = if self.back { "before" } else { "cursor" };
        let cursor = self.cursor.as_deref().unwrap_or_default();
        address("/live", self.fields(self.sort).into_iter().chain([(place, cursor), ("seen", seen)]))
    }

    /// The place of a store among the rows. `None`: it is none of those that are looked for.
    pub(super) fn key_of(&self, record: &Record) -> Option<String> {
        if !self.filter().lets(record) {
            return None;
        }
        list_key(self.sort, record)
    }

    fn fields(&self, sort: Sort) -> [(&str, &str); 4] {
        let sort = if sort == Sort::default() { "" } else { sort.as_str() };
        [
            ("q", self.search.as_str()),
            ("phase", self.phase.map_or("", Phase::as_str)),
            ("engine", self.engine.map_or("", Engine::as_str)),
            ("sort", sort),
        ]
    }
}

impl Where {
    fn of(sought: &Sought, found: &Stores) -> Self {
        let at_last = || found.items.last().and_then(|record| cursor_at(sought.sort, record));
        if sought.back {
            // Whoever goes back comes from what lies behind.
            Self { newer: found.next_cursor.is_some(), older: at_last() }
        } else {
            Self { newer: sought.cursor.is_some(), older: found.next_cursor.clone() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought(query: &str) -> Sought {
        Sought::read(&Form::parse(query.as_bytes())).unwrap()
    }

    #[test]
    fn an_address_keeps_what_was_asked_for() {
        let of = sought("q=+Tea+%26+&phase=ready&engine=medusa&sort=name&cursor=x");
        assert_eq!((of.search.as_str(), of.back, of.cursor.as_deref()), ("Tea &", false, Some("x")));
        let next = "/?q=Tea+%26&phase=ready&engine=medusa&sort=name&cursor=ntea.1";
        assert_eq!(of.address(of.sort, ("cursor", "ntea.1")), next);
        assert_eq!(of.address(Sort::Newest, ("", "")), "/?q=Tea+%26&phase=ready&engine=medusa");
        assert!(sought("before=x&cursor=y").back);
        assert!(Sought::read(&Form::parse(b"sort=size")).is_err());
    }
}
