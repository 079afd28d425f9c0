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
        let ListFilter { search, cursor, .. } = &sought.filter;
        if search.is_empty() || cursor.is_some() || sought.filter.searched_owner().is_some() {
            return Ok(None);
        }
        match (found.items.as_slice(), &found.next_cursor) {
            ([one], None) => Ok(Some(one.clone())),
            ([], None) if !sought.is_filtered() => match self.state.commands.get(asker, &StoreRef::new(search)).await {
                Err(Refusal::NotFound { .. }) => Ok(None),
                found => found.map(Some),
            },
            _ => Ok(None),
        }
    }
}

/// What is looked for in the list.
#[derive(Debug)]
pub(super) struct Sought {
    pub(super) filter: ListFilter,
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
    let filter = &sought.filter;
    let (mut page, mut count) = commands.list_counted(asker, filter).await?;
    let mut at = Where::of(filter, &page);
    if filter.back && page.next_cursor.is_none() {
        // That is the first page, and may have room for more by now.
        page = commands.list(asker, &ListFilter { cursor: None, back: false, ..filter.clone() }).await?;
        at = Where { newer: false, older: page.next_cursor.clone() };
    }
    if filter.cursor.is_none() && page.next_cursor.is_none() {
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
        let phase = form.filled("phase").map(parse::phase).transpose()?;
        let filter = ListFilter {
            owner: None,
            phase,
            engine: form.filled("engine").map(parse::engine).transpose()?,
            living: phase.is_none(),
            search: parse::search(form.get("q"))?,
            sort: form.filled("sort").map(parse::sort).transpose()?.unwrap_or_default(),
            limit: STORES,
            cursor: before.or(form.filled("cursor")).map(str::to_owned),
            back: before.is_some(),
        };
        Ok(Self { filter })
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.filter.phase.is_some() || self.filter.engine.is_some() || self.filter.sort == Sort::Ends
    }

    fn is_phase(&self, phase: &Phase) -> bool {
        self.filter.phase == Some(*phase)
    }

    fn is_engine(&self, engine: &Engine) -> bool {
        self.filter.engine == Some(*engine)
    }

    fn is_sort(&self, sort: &Sort) -> bool {
        self.filter.sort == *sort
    }

    /// The same in an order, from a place on.
    pub(super) fn address(&self, sort: Sort, place: (&str, &str)) -> String {
        address("/", self.fields(sort).into_iter().chain([place]))
    }

    /// Where the same page is told of anew, and what of it is shown already.
    fn live(&self, seen: &str) -> String {
        let place = if self.filter.back { "before" } else { "cursor" };
        let cursor = self.filter.cursor.as_deref().unwrap_or_default();
        address("/live", self.fields(self.filter.sort).into_iter().chain([(place, cursor), ("seen", seen)]))
    }

    /// The place of a store among the rows. `None`: it is none of those that are looked for.
    pub(super) fn key_of(&self, record: &Record) -> Option<String> {
        if !self.filter.lets(record) {
            return None;
        }
        list_key(self.filter.sort, record)
    }

    fn fields(&self, sort: Sort) -> [(&str, &str); 4] {
        let ListFilter { search, phase, engine, .. } = &self.filter;
        let sort = if sort == Sort::default() { "" } else { sort.as_str() };
        [
            ("q", search.as_str()),
            ("phase", phase.map_or("", Phase::as_str)),
            ("engine", engine.map_or("", Engine::as_str)),
            ("sort", sort),
        ]
    }
}

impl Where {
    fn of(filter: &ListFilter, found: &Stores) -> Self {
        let at_last = || found.items.last().and_then(|record| cursor_at(filter.sort, record));
        if filter.back {
            // Whoever goes back comes from what lies behind.
            Self { newer: found.next_cursor.is_some(), older: at_last() }
        } else {
            Self { newer: filter.cursor.is_some(), older: found.next_cursor.clone() }
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
        let ListFilter { search, back, cursor, sort, .. } = &of.filter;
        assert_eq!((search.as_str(), back, cursor.as_deref()), ("Tea &", &false, Some("x")));
        let next = "/?q=Tea+%26&phase=ready&engine=medusa&sort=name&cursor=ntea.1";
        assert_eq!(of.address(*sort, ("cursor", "ntea.1")), next);
        assert_eq!(of.address(Sort::Newest, ("", "")), "/?q=Tea+%26&phase=ready&engine=medusa");
        assert!(sought("before=x&cursor=y").filter.back);
        assert!(Sought::read(&Form::parse(b"sort=size")).is_err());
    }
}
