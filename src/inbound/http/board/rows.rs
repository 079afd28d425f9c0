//! What is shown of the stores in the list: a part of the page, and each row of it by itself.

use askama::Template;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::STORES;
use super::list::{Found, Sought};
use super::pages::rendered;
use super::place::address;
use crate::commands::{cursor_at, list_key, policy};
use crate::domain::actor::Actor;
use crate::domain::record::{Phase, Record};
use crate::domain::sort::Sort;
use crate::domain::view::StoreView;
use crate::text::story::headline;

/// All below the fields in which somebody says what they look for.
#[derive(Template)]
#[template(path = "list.html")]
pub(super) struct Part<'a> {
    rows: Vec<String>,
    sought: &'a Sought,
    heads: Vec<Head>,
    before: Option<String>,
    next: Option<String>,
    /// Nothing fitted so far, and not everything was looked through.
    partly: bool,
    count: Option<u64>,
}

/// Above a column: what it is called, in which order its rows are, and where they are in another one.
struct Head {
    label: &'static str,
    sorted: Option<&'static str>,
    address: Option<String>,
}

#[derive(Template)]
#[template(path = "row.html")]
struct Row {
    /// Rows are sorted by it.
    key: String,
    id: String,
    name: String,
    title: String,
    engine: &'static str,
    plan: &'static str,
    phase: Phase,
    message: String,
    owner: String,
    created_at: Timestamp,
    ends_at: Option<Timestamp>,
    url: Option<String>,
    /// Whoever looks sees everybody's.
    everybody: bool,
}

impl<'a> Part<'a> {
    pub(super) fn of(actor: &Actor, sought: &'a Sought, found: &Found) -> Self {
        let Found { page, at, count } = found;
        let first = page.items.first().and_then(|record| cursor_at(sought.filter.sort, record)).filter(|_| at.newer);
        let key = |record| list_key(sought.filter.sort, record).unwrap_or_default();
        Self {
            rows: page.items.iter().map(|record| row(actor, record, &key(record))).collect(),
            sought,
            heads: heads(sought, policy::sees(actor).is_none()),
            before: first.map(|cursor| sought.address(sought.filter.sort, ("before", &cursor))),
            next: at.older.as_ref().map(|cursor| sought.address(sought.filter.sort, ("cursor", cursor))),
            partly: at.older.is_some() && page.items.len() < STORES as usize,
            count: *count,
        }
    }

    pub(super) fn html(&self) -> String {
        rendered(self)
    }

    /// Of all that are shown, in words.
    fn counted(&self) -> Option<String> {
        self.count.filter(|count| *count > 0).map(|count| match count {
            1 => "1 store".to_owned(),
            count => format!("{count} stores"),
        })
    }

    /// Rows go upwards in their keys from above; the newest are the other way round.
    fn is_upward(&self) -> bool {
        self.sought.filter.sort != Sort::Newest
    }
}

fn heads(sought: &Sought, everybody: bool) -> Vec<Head> {
    let plain = |label| Head { label, sorted: None, address: None };
    let by = |label, sort: Sort, sorted: Option<&'static str>| {
        let address = Some(sought.address(sort, ("", ""))).filter(|_| sort != sought.filter.sort);
        Head { label, sorted, address }
    };
    let is = |sort, direction| (sought.filter.sort == sort).then_some(direction);
    let (newest, oldest) = (is(Sort::Newest, "descending"), is(Sort::Oldest, "ascending"));
    // The newest come first where nothing else is asked for.
    let created = if newest.is_some() { Sort::Oldest } else { Sort::Newest };
    let mut heads = vec![by("Store", Sort::Name, is(Sort::Name, "ascending")), plain("Phase"), plain("Engine")];
    heads.extend(everybody.then(|| plain("Owner")));
    heads.push(by("Created", created, newest.or(oldest)));
    heads.push(by("Ends", Sort::Ends, is(Sort::Ends, "ascending")));
    heads.push(plain("Address"));
    heads
}

/// The same for as long as the same is shown.
pub(super) fn digest(html: &str) -> String {
    hex::encode(&Sha256::digest(html)[..8])
}

/// One row, as `actor` sees it.
pub(super) fn row(actor: &Actor, record: &Record, key: &str) -> String {
    rendered(&Row::of(actor, record, key))
}

impl Row {
    fn of(actor: &Actor, record: &Record, key: &str) -> Self {
        let view = StoreView::new(record, headline(record));
        Self {
            key: key.to_owned(),
            everybody: policy::sees(actor).is_none(),
            engine: record.spec.engine.title(),
            plan: record.spec.plan.as_str(),
            id: view.id,
            name: view.name,
            title: view.title,
            phase: view.phase,
            message: view.message,
            owner: view.owner,
            created_at: view.created_at,
            ends_at: record.expires_at().filter(|_| record.phase() != Phase::Deleted),
            // Who sleeps opens to nobody.
            url: view.url.filter(|_| view.phase != Phase::Asleep),
        }
    }

    /// The list of all that its owner has.
    fn of_owner(&self) -> String {
        address("/", [("q", self.owner.as_str())])
    }
}

#[cfg(test)]
mod tests {
    use super::super::visitor::Form;
    use super::*;

    fn sought(query: &str) -> Sought {
        Sought::read(&Form::parse(query.as_bytes())).unwrap()
    }

    #[test]
    fn a_column_says_how_it_is_sorted_and_leads_to_the_other_ways() {
        let of = |query: &str| {
            let heads = heads(&sought(query), true);
            let sorted = heads.iter().filter_map(|head| Some((head.label, head.sorted?))).collect::<Vec<_>>();
            let links = heads.iter().filter(|head| head.address.is_some()).map(|head| head.label).collect::<Vec<_>>();
            (sorted, links)
        };
        assert_eq!(of(""), (vec![("Created", "descending")], vec!["Store", "Created", "Ends"]));
        assert_eq!(of("sort=oldest"), (vec![("Created", "ascending")], vec!["Store", "Created", "Ends"]));
        assert_eq!(of("sort=name"), (vec![("Store", "ascending")], vec!["Created", "Ends"]));
        assert_eq!(of("sort=ends"), (vec![("Ends", "ascending")], vec!["Store", "Created"]));
    }
}
