//! The lists of everybody's stores: by age, by name and by end, each divided by phase and engine, so that whatever is
//! filtered and sorted is a few ranges of one sorted set, put together (`common.lua` says what stands in it). They are
//! written in the same step as the phase is, in whichever script that is.
//!
//! ```text
//! a<phase><engine><ms of its creation><id><name>    by age
//! n<phase><engine><name> <id>                       by name
//! e<phase><engine><ms of its end><id><name>         by end, of those that have one and are not deleted
//! ```
//!
//! What stands behind the three letters, up to the name where it only comes along, is a store's key in that list: it
//! stays the same through all phases. So a page that begins behind a key neither loses nor repeats a store that stayed.
//! The name comes along so that a search for a part of it reads nothing else.

use std::cmp::Ordering;

use redis::{ScriptInvocation, Value};

use super::admission::in_ms;
use super::read::store_at;
use super::{Ledger, LedgerError, Sieve};
use crate::domain::engine::Engine;
use crate::domain::record::{Phase, Record};
use crate::domain::sort::Sort;
use crate::domain::store::{StoreId, StoreName};

/// The member that says that all stores stand there.
pub(super) const WHOLE: &str = "whole";
/// Letters before a key.
const LETTERS: usize = 3;
/// Milliseconds and id.
const PLACE: usize = 25;
const ID: usize = 12;

/// A store in one of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    /// Its place in the order, and the cursor behind it.
    pub(super) key: String,
    pub(super) id: StoreId,
    /// Empty where it is not known.
    pub(super) name: String,
}

/// In which order stores are gone through, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) sort: Sort,
    /// From the end to the beginning.
    pub(super) back: bool,
}

/// The newest first.
pub(super) const BY_AGE: Way = Way { sort: Sort::Newest, back: false };

impl Way {
    /// Towards smaller keys.
    pub(super) fn falls(self) -> bool {
        (self.sort == Sort::Newest) != self.back
    }

    pub(super) fn compare(self, a: &str, b: &str) -> Ordering {
        if self.falls() { b.cmp(a) } else { a.cmp(b) }
    }

    /// A part of a sorted set behind a member, between two bounds.
    pub(super) fn range(self, set: &str, (first, last): (&[u8], &[u8]), count: usize) -> redis::Cmd {
        let mut call = redis::cmd("ZRANGE");
        call.arg(set).arg(first).arg(last).arg("BYLEX");
        if self.falls() {
            call.arg("REV");
        }
        call.arg("LIMIT").arg(0).arg(count);
        call
    }
}

/// What was found in a part of a list, in its order.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) stands: Vec<Stand>,
    /// Stores that were looked at for it.
    pub(super) looked: usize,
    /// The key where the part ends; `None`: there is nothing behind it.
    pub(super) end: Option<String>,
}

fn phase_letter(phase: Phase) -> char {
    match phase {
        Phase::Queued => 'q',
        Phase::Provisioning => 'p',
        Phase::Installing => 'i',
        Phase::Verifying => 'v',
        Phase::Ready => 'r',
        Phase::Updating => 'u',
        Phase::Asleep => 'a',
        Phase::Failed => 'f',
        Phase::Deleting => 'd',
        Phase::Deleted => 'z',
    }
}

fn engine_letter(engine: Engine) -> char {
    match engine {
        Engine::Medusa => 'm',
        Engine::Woocommerce => 'w',
    }
}

fn list_letter(sort: Sort) -> char {
    match sort {
        Sort::Newest | Sort::Oldest => 'a',
        Sort::Name => 'n',
        Sort::Ends => 'e',
    }
}

/// The ranges that have what a sieve lets through, as the letters before them.
fn ranges(sort: Sort, sieve: Sieve) -> Vec<String> {
    let stands = |phase, engine| sieve.lets_all(phase, engine) && !(phase == Phase::Deleted && sort == Sort::Ends);
    let all = Phase::ALL.into_iter().flat_map(|phase| Engine::ALL.map(|engine| (phase, engine)));
    let found = all.filter(|(phase, engine)| stands(*phase, *engine));
    let letters = |(phase, engine)| format!("{}{}{}", list_letter(sort), phase_letter(phase), engine_letter(engine));
    found.map(letters).collect()
}

/// What is asked of one range: its first `count`, or those behind a key.
fn range(list: &str, letters: &str, (way, after): (Way, Option<&str>), count: usize) -> redis::Cmd {
    let at = after.map(|key| format!("{letters}{key}"));
    let (from, to) = (format!("[{letters}").into_bytes(), behind(letters));
    if way.falls() {
        let first = at.map_or(to, |at| format!("({at}").into_bytes());
        way.range(list, (&first, &from), count)
    } else {
        let first = at.map_or(from, |at| behind(&at));
        way.range(list, (&first, &to), count)
    }
}

/// Behind everything that begins with a text: what is stored is ASCII.
fn behind(text: &str) -> Vec<u8> {
    [b"(", text.as_bytes(), b"\xff"].concat()
}

/// Key, id and name of what stands there; `None`: it is nothing of ours.
fn parts(member: &str) -> Option<(&str, &str, &str)> {
    let (letters, rest) = member.split_at_checked(LETTERS)?;
    if letters.starts_with('n') {
        let (name, id) = rest.split_once(' ')?;
        return Some((rest, id, name));
    }
    let (key, name) = rest.split_at_checked(PLACE)?;
    Some((key, key.split_at_checked(PLACE - ID)?.1, name))
}

/// `None`: what stands there is nothing of ours.
pub(super) fn stand(member: &str) -> Option<Stand> {
    let (key, id, name) = parts(member)?;
    Some(Stand { key: key.to_owned(), id: StoreId::parse(id)?, name: name.to_owned() })
}

/// Puts ranges of one list together, with whatever has a part of a name in its own: of the others nothing is kept, since
/// there may be thousands. Behind the end of a range that was asked for `count` and had as many nobody knows what comes,
/// so everything ends there.
fn together(way: Way, count: usize, ranges: &[Vec<&str>], part: &str) -> Piece {
    let (mut stands, mut looked, mut end) = (Vec::new(), 0, None::<&str>);
    for members in ranges {
        looked += members.len();
        let fits = |member: &&&str| parts(member).is_some_and(|(_, _, name)| name.contains(part));
        stands.extend(members.iter().filter(fits).filter_map(|member| stand(member)));
        let last = members.last().filter(|_| members.len() == count).and_then(|last| parts(last));
        if let Some((key, ..)) = last.filter(|(key, ..)| end.is_none_or(|end| way.compare(key, end).is_lt())) {
            end = Some(key);
        }
    }
    if let Some(end) = end {
        stands.retain(|stand: &Stand| way.compare(&stand.key, end).is_le());
    }
    stands.sort_unstable_by(|a, b| way.compare(&a.key, &b.key));
    Piece { stands, looked, end: end.map(str::to_owned) }
}

/// The key of a store in a list; `None`: it does not stand there.
#[must_use]
pub fn key_of(sort: Sort, record: &Record) -> Option<String> {
    match sort {
        Sort::Newest | Sort::Oldest => Some(index_member(record)),
        Sort::Name => Some(format!("{} {}", record.spec.name, record.id)),
        Sort::Ends if record.phase() == Phase::Deleted => None,
        Sort::Ends => record.expires_at().map(|at| format!("{:013}{}", at.as_millisecond(), record.id)),
    }
}

/// A key as it is given out. Those of different orders look different.
#[must_use]
pub fn cursor(sort: Sort, key: &str) -> String {
    match sort {
        Sort::Newest => key.to_owned(),
        Sort::Oldest => format!("o{key}"),
        Sort::Ends => format!("e{key}"),
        Sort::Name => format!("n{}", key.replacen(' ', ".", 1)),
    }
}

/// The key in a cursor; `None`: it is none, or none of this order.
#[must_use]
pub(super) fn key_in(sort: Sort, cursor: &str) -> Option<String> {
    let place = |text: &str| store_at(text).map(|_| text.to_owned());
    match sort {
        Sort::Newest => place(cursor),
        Sort::Oldest => place(cursor.strip_prefix('o')?),
        Sort::Ends => place(cursor.strip_prefix('e')?),
        Sort::Name => {
            let (name, id) = cursor.strip_prefix('n')?.split_once('.')?;
            Some(format!("{} {}", StoreName::parse(name).ok()?, StoreId::parse(id)?))
        }
    }
}

/// The cursor before all stores.
#[must_use]
pub fn start_of(sort: Sort) -> String {
    let (first, last) = ("0".repeat(PLACE), format!("{}zzzzzzzzzzzz", "9".repeat(13)));
    cursor(
        sort,
        &match sort {
            Sort::Newest => last,
            Sort::Oldest | Sort::Ends => first,
            Sort::Name => "0 000000000000".to_owned(),
        },
    )
}

/// Whether a cursor was given out by a list in this order.
#[must_use]
pub fn is_cursor(sort: Sort, cursor: &str) -> bool {
    key_in(sort, cursor).is_some()
}

impl Ledger {
    /// Looks at `count` stores or more behind a key, as they stand at one moment, unless there are fewer, for those with
    /// a part of a name in their own. What was never
    /// put into the lists, because an older storebot wrote this ledger, is put there first.
    pub(super) async fn stands(
        &self,
        way: Way,
        sieve: Sieve,
        (after, part): (Option<&str>, &str),
        count: usize,
    ) -> Result<Piece, LedgerError> {
        let ranges = ranges(way.sort, sieve);
        let mut pipe = redis::pipe();
        pipe.atomic().cmd("ZSCORE").arg(&self.keys.lists).arg(WHOLE).cmd("EXISTS").arg(&self.keys.counts);
        for letters in &ranges {
            pipe.add_command(range(&self.keys.lists, letters, (way, after), count));
        }
        let mut found: Vec<Value> = pipe.query_async(&mut self.connection()).await?;
        let is_whole = !matches!(found.first(), Some(Value::Nil)) || found.get(1) == Some(&Value::Int(0));
        if !is_whole {
            self.make_lists().await?;
            found = pipe.query_async(&mut self.connection()).await?;
        }
        let members: Vec<Vec<&str>> = found.iter().skip(2).map(texts).collect::<Result<_, _>>()?;
        Ok(together(way, count, &members, part))
    }
}

/// By what a store stands in the lists, but for its phase and its present end.
pub(super) fn list_args(call: &mut ScriptInvocation<'_>, record: &Record) {
    call.arg(index_member(record)).arg(record.spec.name.as_str()).arg(in_ms(record.spec.expires_at));
}

/// Sorts by creation: milliseconds with leading zeros (enough until the year 2286), then the id.
pub(super) fn index_member(record: &Record) -> String {
    format!("{:013}{}", record.spec.created_at.as_millisecond(), record.id)
}

/// The texts of an answer, where they stand.
fn texts(value: &Value) -> Result<Vec<&str>, LedgerError> {
    let odd =
        || LedgerError::Unreadable { key: String::new(), why: "a part of the lists is no list of texts".to_owned() };
    let Value::Array(items) = value else { return Err(odd()) };
    items.iter().map(|item| text(item).ok_or_else(odd)).collect()
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "700000000000";
    const NAMES: Way = Way { sort: Sort::Name, back: false };

    #[test]
    fn a_cursor_is_of_one_order_only() {
        let place = format!("1763712000000{ID}");
        let keys = [
            (Sort::Newest, place.clone()),
            (Sort::Oldest, place.clone()),
            (Sort::Name, format!("tea-2 {ID}")),
            (Sort::Ends, place),
        ];
        for (sort, key) in &keys {
            let given = cursor(*sort, key);
            assert_eq!(key_in(*sort, &given).as_deref(), Some(key.as_str()));
            assert!(is_cursor(*sort, &start_of(*sort)));
            assert!(Sort::ALL.into_iter().filter(|other| other != sort).all(|other| !is_cursor(other, &given)));
        }
        for odd in ["", "n", "ntea", "ntea.", "n.700000000000", "nTea.700000000000", "o1", "x1763712000000700000000000"]
        {
            assert!(Sort::ALL.into_iter().all(|sort| !is_cursor(sort, odd)), "{odd}");
        }
    }

    #[test]
    fn ranges_end_where_the_first_of_them_may_go_on() {
        let of = |letters: &str, names: &[&str]| -> Vec<String> {
            names.iter().map(|name| format!("{letters}{name} {ID}")).collect()
        };
        let ranges = [of("nrm", &["b", "d"]), of("nrw", &["a", "c"]), of("nfw", &["e"]), Vec::new()];
        let names = |piece: &Piece| piece.stands.iter().map(|stand| stand.name.clone()).collect::<Vec<_>>().join("");
        let ranges: Vec<Vec<&str>> = ranges.iter().map(|range| range.iter().map(String::as_str).collect()).collect();
        let some = together(NAMES, 2, &ranges, "");
        let end = Some(format!("c {ID}"));
        assert_eq!((names(&some).as_str(), &some.end), ("abc", &end), "behind c there may be another of its range");
        let all = together(NAMES, 3, &ranges, "");
        assert_eq!((names(&all).as_str(), all.looked, all.end), ("abcde", 5, None));
        let part = together(NAMES, 2, &ranges, "b");
        assert_eq!((names(&part).as_str(), part.end), ("b", end), "what was left out was looked at");
    }

    #[test]
    fn a_shorter_name_comes_before_a_longer_one_that_begins_with_it() {
        let members = ["nrmtea-2 700000000000", "nrmtea 700000000000", "nrmtea2 700000000000"];
        let piece = together(NAMES, 9, &[members.to_vec()], "");
        assert_eq!(piece.stands.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["tea", "tea-2", "tea2"]);
    }
}
