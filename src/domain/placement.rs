//! Which cell a new store goes to: pure, and the same for the same numbers on every replica.
//!
//! The most free share first, so that cells of different sizes fill up evenly. A cell that does not answer
//! is only taken when no other one has room: it will be back, and a store that waits there is better than
//! none. What is read here may be old by the time the store is admitted; the ledger counts again.

use std::cmp::Ordering;
use std::time::Duration;

use super::engine::Engine;
use super::plan::Plan;
use super::quota::{Resource, Share, Size};

/// How often a worker asks each cell whether it is there, and how long it waits for the answer.
pub const ASK_EVERY: Duration = Duration::from_secs(2);
pub const ASK_FOR: Duration = Duration::from_secs(3);
/// How long a good answer speaks for a cell: until the next one of the same worker could be there at the latest.
const GOOD_FOR: Duration = Duration::from_secs(6);
/// How long a bad one speaks against it. What a worker said that has died since holds nobody up for longer.
const BAD_FOR: Duration = Duration::from_secs(30);

/// What workers say of a cell's API server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    Up,
    /// Nobody has got an answer of it lately, and somebody has tried.
    Down,
    /// Nobody has tried lately: no worker runs. As good as up.
    #[default]
    Unknown,
}

impl Health {
    pub const ALL: [Self; 3] = [Self::Up, Self::Down, Self::Unknown];

    /// From how long ago it answered a worker, and how long ago it did not. Any answer in time counts: where one
    /// worker reaches a cell, its stores are worked at.
    #[must_use]
    pub fn judge(answered: Option<Duration>, failed: Option<Duration>) -> Self {
        let within = |age: Option<Duration>, bound| age.is_some_and(|age| age <= bound);
        match (within(answered, GOOD_FOR), within(failed, BAD_FOR)) {
            (true, _) => Self::Up,
            (false, true) => Self::Down,
            (false, false) => Self::Unknown,
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}

/// A cell as it is weighed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weighed {
    /// What is on it and what it has room for. 0: no limit.
    pub share: Share,
    pub health: Health,
    /// Takes no new stores.
    pub drained: bool,
}

/// What a cell takes at all.
#[derive(Clone, Copy, Debug)]
pub struct Takes<'a> {
    /// Empty: all.
    pub plans: &'a [Plan],
    pub engines: &'a [Engine],
}

impl Takes<'_> {
    /// What stands against a store of this kind.
    #[must_use]
    pub fn unfit(self, engine: Engine, plan: Plan) -> Option<Unfit> {
        let allows_engine = self.engines.is_empty() || self.engines.contains(&engine);
        let allows_plan = self.plans.is_empty() || self.plans.contains(&plan);
        match (allows_engine, allows_plan) {
            (true, true) => None,
            (false, _) => Some(Unfit::Engine),
            (true, false) => Some(Unfit::Plan),
        }
    }
}

/// Why a store does not go to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfit {
    /// There would be room, were it not drained.
    Drained,
    Full,
    Plan,
    Engine,
}

impl Unfit {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drained => "drained",
            Self::Full => "full",
            Self::Plan => "plan",
            Self::Engine => "engine",
        }
    }
}

impl Weighed {
    /// What stands against one more store of this size.
    #[must_use]
    pub fn unfit(&self, size: Size) -> Option<Unfit> {
        if self.drained {
            return Some(Unfit::Drained);
        }
        let mut more = self.share;
        more.used.add(size);
        let too_much = |(used, limit): (u64, u64)| limit > 0 && used > limit;
        Resource::ALL.into_iter().any(|resource| too_much(more.of(resource))).then_some(Unfit::Full)
    }

    /// What is free of the scarcest resource, as a fraction; 1/1 where nothing is limited.
    fn free(&self) -> (u64, u64) {
        let shares = Resource::ALL.into_iter().map(|resource| self.share.of(resource));
        let limited = shares.filter(|(_, limit)| *limit > 0).map(|(used, limit)| (limit.saturating_sub(used), limit));
        limited.min_by(|a, b| compare(*a, *b)).unwrap_or((1, 1))
    }
}

/// Fractions by size.
fn compare((a, of_a): (u64, u64), (b, of_b): (u64, u64)) -> Ordering {
    (u128::from(a) * u128::from(of_b)).cmp(&(u128::from(b) * u128::from(of_a)))
}

/// The place in the list of the cell that a store of this size goes to. Between equal ones the one with the
/// fewest stores, then the one that is named first.
///
/// # Errors
/// None has room: `Full`, or `Drained` where that is all that stands against them.
pub fn choose(cells: &[Weighed], size: Size) -> Result<usize, Unfit> {
    let fits = |down: bool| {
        let these = cells.iter().enumerate().filter(move |(_, cell)| (cell.health == Health::Down) == down);
        these
            .filter(|(_, cell)| cell.unfit(size).is_none())
            .min_by(|(_, a), (_, b)| compare(b.free(), a.free()).then(a.share.used.stores.cmp(&b.share.used.stores)))
    };
    if let Some((place, _)) = fits(false).or_else(|| fits(true)) {
        return Ok(place);
    }
    Err(cells.iter().filter_map(|cell| cell.unfit(size)).max().unwrap_or(Unfit::Full))
}

#[cfg(test)]
mod tests;
