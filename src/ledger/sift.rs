//! Looks for stores: those of a phase, of an engine, with a part of their name, somebody's own, in some order, page by
//! page.
//!
//! Everybody's stand in the lists (`lists.rs`), and hardly any but those of the page is touched. One's own are few: they
//! are looked at one by one, by two short fields each before any record is read, and sorted here where the order is not
//! that of their own index.

use super::lists::{BY_AGE, Piece, Stand, Way, cursor, key_in, key_of};
use super::read::store_at;
use super::{Ledger, LedgerError};
use crate::domain::actor::ActorId;
use crate::domain::engine::Engine;
use crate::domain::record::{Phase, Record};
use crate::domain::sort::Sort;
use crate::domain::store::StoreId;

/// Which stores are looked for. The default lets all of them through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sieve {
    pub phase: Option<Phase>,
    pub engine: Option<Engine>,
    /// Only stores that are not deleted.
    pub living: bool,
}

impl Sieve {
    #[must_use]
    pub fn lets(self, record: &Record) -> bool {
        self.lets_all(record.phase(), record.spec.engine)
    }

    /// Whether it lets all stores through that are in a phase and of an engine: nothing else counts.
    #[must_use]
    pub fn lets_all(self, phase: Phase, engine: Engine) -> bool {
        self.phase.is_none_or(|wanted| wanted == phase)
            && self.engine.is_none_or(|wanted| wanted == engine)
            && !(self.living && phase == Phase::Deleted)
    }
}

/// What is looked for, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// `None`: everybody's.
    pub owner: Option<&'a ActorId>,
    pub sieve: Sieve,
    pub sort: Sort,
    /// A part of the name, in small letters; '' is a part of all.
    pub part: &'a str,
    /// Left out: it is known already.
    pub but: Option<&'a StoreId>,
    /// Of the page before, in the same order; without one it is the first page.
    pub cursor: Option<&'a str>,
    /// The stores before the cursor and not those behind it, the nearest first.
    pub back: bool,
    /// On a page, at least one.
    pub most: usize,
}

/// Stores that were found, in order.
#[derive(Clone, Debug, Default)]
pub struct Sifted {
    pub items: Vec<Record>,
    /// The cursor behind them: there are more, or nobody has looked further.
    pub next: Option<String>,
}

/// Stores that are looked at in one question, where the first few do not fill a page: long enough to be few
/// questions, and short enough for others to be answered in between.
const STEP: usize = 1000;
/// Names that are looked at for one page: some twenty questions. Then the page is as short as it is, and its cursor goes on.
const NAMES_MAX: usize = 20_000;
/// Hashes that are looked at for one page, which takes longer.
const HASHES_MAX: usize = 2000;
/// Somebody who has more is answered out of everybody's, in short pages if need be: so many are not sorted for one page.
const OWN_MAX: usize = 2000;

impl Ledger {
    /// A page of what is looked for. It is full unless there is no more, or so much was looked at that others have
    /// to be answered first.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn sift(&self, look: Look<'_>) -> Result<Sifted, LedgerError> {
        let from = look.cursor.and_then(|cursor| key_in(look.sort, cursor));
        match look.owner {
            Some(owner) if !look.is_in_own_order() => {
                if self.own_count(owner).await? > OWN_MAX {
                    return self.walk(look, from).await;
                }
                let own = self.own_sorted(owner, look).await?;
                Ok(page_of(own, from.as_deref(), look))
            }
            _ => self.walk(look, from).await,
        }
    }

    /// Goes through a list until a page is full.
    async fn walk(&self, look: Look<'_>, mut at: Option<String>) -> Result<Sifted, LedgerError> {
        let (mut items, mut looked) = (Vec::with_capacity(look.most), 0);
        let max = if look.owner.is_some() { HASHES_MAX } else { NAMES_MAX };
        loop {
            let missing = look.most - items.len();
            // One more than are missing: whether there are more is known then.
            let step = if looked == 0 && look.part.is_empty() {
                missing + 1
            } else {
                STEP.min(max.saturating_sub(looked)).max(1)
            };
            let piece = self.piece(look, at.as_deref(), step).await?;
            let found = self.wanted(look, &piece.stands, missing).await?;
            let full = found.last().filter(|_| found.len() == missing).copied();
            looked += piece.looked;
            // Behind the last that there was room for nobody has looked.
            let last = full.and_then(|last| piece.stands.get(last)).map(|stand| stand.key.clone());
            let more = piece.end.is_some() || full.is_some_and(|last| last + 1 < piece.stands.len());
            at = last.or(piece.end).or(at);
            let stands = found.into_iter().filter_map(|number| piece.stands.get(number)).collect::<Vec<_>>();
            items.extend(self.read_stands(look, &stands).await?);
            if items.len() == look.most || !more || looked >= max {
                return Ok(Sifted { items, next: at.filter(|_| more).map(|key| cursor(look.sort, &key)) });
            }
        }
    }

    /// The next stores behind a key.
    async fn piece(&self, look: Look<'_>, at: Option<&str>, count: usize) -> Result<Piece, LedgerError> {
        let Some(owner) = look.owner.filter(|_| look.is_in_own_order()) else {
            return self.stands(look.way(), look.sieve, (at, look.part), count).await;
        };
        let places = self.own_places(owner, look.way(), at, count).await?;
        let (looked, end) = (places.len(), places.last().filter(|_| places.len() == count).map(|(key, _)| key.clone()));
        let stand = |(key, id)| Stand { key, id, name: String::new() };
        Ok(Piece { stands: places.into_iter().map(stand).collect(), looked, end })
    }

    /// Numbers of those that may be wanted, at most so many. The records have the last word.
    async fn wanted(&self, look: Look<'_>, stands: &[Stand], most: usize) -> Result<Vec<usize>, LedgerError> {
        let fits = |stand: &Stand| look.but != Some(&stand.id);
        let mut found: Vec<usize> =
            stands.iter().enumerate().filter(|(_, stand)| fits(stand)).map(|(number, _)| number).collect();
        if look.owner.is_some() && !(look.sieve == Sieve::default() && look.is_in_own_order()) {
            let ids: Vec<&StoreId> = found.iter().filter_map(|at| stands.get(*at)).map(|stand| &stand.id).collect();
            let may_be = self.may_be(&ids, look, most).await?;
            found = may_be.into_iter().filter_map(|at| found.get(at).copied()).collect();
        }
        found.truncate(most);
        Ok(found)
    }

    async fn read_stands(&self, look: Look<'_>, stands: &[&Stand]) -> Result<Vec<Record>, LedgerError> {
        let places = stands.iter().map(|stand| (stand.key.clone(), stand.id.clone())).collect();
        let read = self.read_places(places).await?;
        // Between the two questions it may have changed.
        let is_there = |(key, record): &(String, Record)| {
            look.lets(record) && (look.sort != Sort::Ends || key_of(Sort::Ends, record).as_ref() == Some(key))
        };
        Ok(read.into_iter().filter(is_there).map(|(_, record)| record).collect())
    }

    /// All of somebody's stores that are looked for, in order, each with its key.
    async fn own_sorted(&self, owner: &ActorId, look: Look<'_>) -> Result<Vec<(String, Record)>, LedgerError> {
        let (mut all, mut at) = (Vec::new(), None::<String>);
        loop {
            let places = self.own_places(owner, BY_AGE, at.as_deref(), STEP).await?;
            let Some((last, _)) = places.last() else { break };
            at = Some(last.clone());
            let ids: Vec<&StoreId> = places.iter().map(|(_, id)| id).collect();
            let found = self.may_be(&ids, look, places.len()).await?;
            let found = found.into_iter().filter_map(|number| places.get(number).cloned()).collect();
            let read = self.read_places(found).await?.into_iter().filter(|(_, record)| look.lets(record));
            all.extend(read.filter_map(|(_, record)| Some((key_of(look.sort, &record)?, record))));
            if places.len() < STEP {
                break;
            }
        }
        all.sort_unstable_by(|(a, _), (b, _)| look.way().compare(a, b));
        Ok(all)
    }

    /// Numbers of those whose stores may be wanted.
    async fn may_be(&self, ids: &[&StoreId], look: Look<'_>, most: usize) -> Result<Vec<usize>, LedgerError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (mut call, sieve) = (self.scripts.sift.prepare_invoke(), look.sieve);
        for id in ids {
            call.key(self.keys.store(id));
        }
        call.arg(sieve.phase.map_or("", Phase::as_str));
        call.arg(sieve.engine.map_or("", Engine::as_str));
        call.arg(if sieve.living { "1" } else { "" }).arg(most);
        call.arg(look.owner.map_or("", ActorId::as_str));
        let found: Vec<usize> = call.invoke_async(&mut self.connection()).await?;
        Ok(found.into_iter().filter_map(|number| number.checked_sub(1)).collect())
    }
}

impl Look<'_> {
    fn way(&self) -> Way {
        Way { sort: self.sort, back: self.back }
    }

    /// Somebody's own stores have an index of their own, by age and without names.
    fn is_in_own_order(&self) -> bool {
        matches!(self.sort, Sort::Newest | Sort::Oldest) && self.part.is_empty() && self.but.is_none()
    }

    fn lets(&self, record: &Record) -> bool {
        self.sieve.lets(record)
            && self.owner.is_none_or(|owner| *owner == record.spec.owner)
            && record.spec.name.as_str().contains(self.part)
            && self.but != Some(&record.id)
    }
}

/// The page behind a key, of all there are.
fn page_of(all: Vec<(String, Record)>, from: Option<&str>, look: Look<'_>) -> Sifted {
    let is_behind = |key: &str| from.is_none_or(|from| look.way().compare(key, from).is_gt());
    let mut behind: Vec<_> = all.into_iter().filter(|(key, _)| is_behind(key)).collect();
    let more = behind.len() > look.most;
    behind.truncate(look.most);
    let next = behind.last().filter(|_| more).map(|(key, _)| cursor(look.sort, key));
    Sifted { items: behind.into_iter().map(|(_, record)| record).collect(), next }
}

impl Ledger {
    async fn own_count(&self, owner: &ActorId) -> Result<usize, LedgerError> {
        Ok(redis::cmd("ZCARD").arg(self.keys.of(owner)).query_async(&mut self.connection()).await?)
    }

    /// Places of somebody's own index behind one of them, by age.
    pub(super) async fn own_places(
        &self,
        owner: &ActorId,
        way: Way,
        after: Option<&str>,
        count: usize,
    ) -> Result<Vec<(String, StoreId)>, LedgerError> {
        // The least and the greatest of all.
        let (least, most): (&[u8], &[u8]) = (b"-", b"+");
        let (begin, end) = if way.falls() { (most, least) } else { (least, most) };
        let behind = after.map(|place| format!("({place}").into_bytes());
        let call = way.range(&self.keys.of(owner), (behind.as_deref().unwrap_or(begin), end), count);
        let members: Vec<String> = call.query_async(&mut self.connection()).await?;
        Ok(members.into_iter().filter_map(|place| store_at(&place).map(|id| (place, id))).collect())
    }
}
