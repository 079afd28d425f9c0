//! Looks for stores by what stands in their hashes, and reads those that are found. A record is put together from
//! three keys and takes many times as long as two short fields.

use super::{Ledger, LedgerError};
use crate::domain::actor::ActorId;
use crate::domain::engine::Engine;
use crate::domain::record::{Phase, Record};
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
        let phase = record.phase();
        self.phase.is_none_or(|wanted| wanted == phase)
            && self.engine.is_none_or(|wanted| wanted == record.spec.engine)
            && !(self.living && phase == Phase::Deleted)
    }
}

/// Stores that were found, newest first.
#[derive(Clone, Debug, Default)]
pub struct Sifted {
    pub items: Vec<Record>,
    /// The cursor behind them: there may be more.
    pub next: Option<String>,
}

/// Stores that are looked at in one question, where the first few do not fill a page: long enough to be few
/// questions, and short enough for others to be answered in between.
const LOOK: usize = 500;

/// One step through an index.
struct Step {
    items: Vec<Record>,
    /// The last place that was looked at, which is the cursor behind it; `None`: there was none.
    at: Option<String>,
    /// Places that were looked at.
    looked: usize,
    /// There may be more behind.
    more: bool,
}

impl Ledger {
    /// Looks for `most` stores among all or one owner's, newest first, beginning behind `cursor`. After `look_max` that
    /// were looked at, in whole pages, the page is as short as it is then.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn sift(
        &self,
        owner: Option<&ActorId>,
        cursor: Option<&str>,
        sieve: Sieve,
        (most, look_max): (usize, usize),
    ) -> Result<Sifted, LedgerError> {
        let look_max = look_max.next_multiple_of(most);
        let (mut items, mut cursor, mut looked) = (Vec::with_capacity(most), cursor.map(str::to_owned), 0);
        loop {
            let look = if looked == 0 { most } else { LOOK.min(look_max - looked) };
            let step = self.step(owner, cursor.as_deref(), sieve, (most - items.len(), look)).await?;
            looked += step.looked;
            cursor = step.at.or(cursor);
            items.extend(step.items);
            let full = items.len() == most;
            if full || looked >= look_max || !step.more {
                return Ok(Sifted { items, next: cursor.filter(|_| full || step.more) });
            }
        }
    }

    async fn step(
        &self,
        owner: Option<&ActorId>,
        cursor: Option<&str>,
        sieve: Sieve,
        (most, look): (usize, usize),
    ) -> Result<Step, LedgerError> {
        let mut places = self.places(owner, cursor, look).await?;
        let full = places.len() == look;
        let found = if sieve == Sieve::default() {
            (0..places.len().min(most)).collect()
        } else {
            self.may_be(&places, sieve, most).await?
        };
        // Behind the last that was wanted nobody has looked.
        let looked = match found.last() {
            Some(last) if found.len() == most => last + 1,
            _ => places.len(),
        };
        let more = full || looked < places.len();
        let at = looked.checked_sub(1).and_then(|last| places.get(last)).map(|(place, _)| place.clone());
        let (mut wanted, mut number) = (found.into_iter().peekable(), 0..);
        places.retain(|_| {
            let this = number.next();
            wanted.next_if(|next| Some(*next) == this).is_some()
        });
        let items = self.read_places(places).await?.into_iter().map(|(_, record)| record);
        // Between the two questions it may have changed.
        Ok(Step { items: items.filter(|record| sieve.lets(record)).collect(), at, looked, more })
    }

    /// Numbers of those places whose stores may be wanted.
    async fn may_be(&self, places: &[(String, StoreId)], sieve: Sieve, most: usize) -> Result<Vec<usize>, LedgerError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = self.scripts.sift.prepare_invoke();
        for (_, id) in places {
            call.key(self.keys.store(id));
        }
        call.arg(sieve.phase.map_or("", Phase::as_str));
        call.arg(sieve.engine.map_or("", Engine::as_str));
        call.arg(if sieve.living { "1" } else { "" }).arg(most);
        let found: Vec<usize> = call.invoke_async(&mut self.connection()).await?;
        Ok(found.into_iter().filter_map(|number| number.checked_sub(1)).collect())
    }
}
