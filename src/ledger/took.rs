//! How long stores take, for whoever waits for one or is about to; and how it went over the last days.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::{Ledger, LedgerError, millis};
use crate::domain::actor::ActorId;
use crate::domain::engine::Engine;
use crate::domain::history::{Day, Times};
use crate::domain::prospect::Prospect;
use crate::domain::record::StepName;
use crate::domain::store::StoreId;
use crate::domain::usual::Usual;

/// How long a day is kept.
const KEPT: Duration = Duration::from_secs(32 * 86_400);

/// Where stores of an engine are kept, and each of their steps: `medusa`, `medusa/setup`.
fn fields(engine: Engine) -> [String; 1 + StepName::ALL.len()] {
    let [a, b, c, d, e] = StepName::ALL.map(|step| format!("{engine}/{}", step.as_str()));
    [engine.as_str().to_owned(), a, b, c, d, e]
}

impl Ledger {
    /// How long stores of an engine usually took lately, and the place of this one in line: 1 for the one that
    /// is next, `None` when it is not in line. One round trip.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn outlook(&self, engine: Engine, store: &StoreId) -> Result<(Usual, Option<u64>), LedgerError> {
        let names = fields(engine);
        let (times, rank): (Vec<Option<u64>>, Option<u64>) = redis::pipe()
            .cmd("HMGET")
            .arg(&self.keys.took)
            .arg(&names)
            .zrank(&self.keys.ready, store.as_str())
            .query_async(&mut self.connection())
            .await?;
        let time = |at: usize| times.get(at).copied().flatten().map(Duration::from_millis);
        let usual = Usual { whole: time(0), steps: std::array::from_fn(|step| time(step + 1)) };
        Ok((usual, rank.map(|before| before + 1)))
    }

    /// Notes that a store was ready for the first time, how long that took, and what of it each step; all at once. The
    /// means lean to the newer ones.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn note_made(&self, engine: Engine, at: Timestamp, took: &Usual) -> Result<(), LedgerError> {
        let at = at.to_zoned(TimeZone::UTC);
        let mut call = self.scripts.took.prepare_invoke();
        call.key(&self.keys.took).key(self.keys.day(at.date()));
        let class = took.whole.map_or_else(String::new, |whole| Times::class(whole).to_string());
        call.arg(engine.as_str()).arg(at.hour()).arg(class).arg(millis(KEPT));
        let times = std::iter::once(took.whole).chain(took.steps);
        for (field, time) in fields(engine).iter().zip(times) {
            if let Some(time) = time {
                call.arg(field).arg(millis(time));
            }
        }
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// The last days, `today` being the newest of them. Oldest first. One round trip.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn history(&self, today: Date, days: i32) -> Result<Vec<Day>, LedgerError> {
        let dates: Vec<Date> =
            (0..days).rev().filter_map(|ago| today.checked_sub(Span::new().days(ago)).ok()).collect();
        let mut pipe = redis::pipe();
        for date in &dates {
            pipe.hgetall(self.keys.day(*date));
        }
        let found: Vec<HashMap<String, u64>> = pipe.query_async(&mut self.connection()).await?;
        Ok(dates.into_iter().zip(found).map(|(date, fields)| read_day(date, &fields)).collect())
    }

    /// What somebody's next store would have before it. One round trip.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn prospect(&self, owner: &ActorId) -> Result<Prospect, LedgerError> {
        let mut call = self.scripts.prospect.prepare_invoke();
        call.key(&self.keys.ready).key(&self.keys.leased).key(&self.keys.turns).key(&self.keys.took);
        call.arg(owner.as_str());
        for engine in Engine::ALL {
            call.arg(engine.as_str());
        }
        let (ahead, running, one, other): (u64, u64, Option<u64>, Option<u64>) =
            call.invoke_async(&mut self.connection()).await?;
        let usual = Engine::ALL.into_iter().zip([one, other]);
        let usual = usual.filter_map(|(engine, ms)| Some((engine, Duration::from_millis(ms?)))).collect();
        Ok(Prospect { ahead, running, usual })
    }
}

/// `medusa/13`: made in the hour from 13 o'clock on; `medusa~112`: in this class of times. What is neither was written
/// by a newer storebot.
fn read_day(date: Date, fields: &HashMap<String, u64>) -> Day {
    let mut day = Day { date, of: BTreeMap::new() };
    for (field, count) in fields {
        let Some((engine, rest)) = field.split_once(['/', '~']) else { continue };
        let Some(engine) = Engine::parse(engine) else { continue };
        let of = day.of.entry(engine).or_default();
        if field.contains('~') {
            if let Ok(class) = rest.parse() {
                of.times.add(class, *count);
            }
        } else if let Some(made) = rest.parse().ok().and_then(|hour: usize| of.made.get_mut(hour)) {
            *made += count;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_and_what_a_newer_storebot_wrote_is_left() {
        let fields =
            [("medusa/13", 2), ("medusa~115", 2), ("woocommerce/0", 1), ("medusa/24", 9), ("x/1", 9), ("y", 9)];
        let fields = fields.map(|(field, count)| (field.to_owned(), count)).into();
        let day = read_day(Date::constant(2026, 11, 22), &fields);
        assert_eq!(day.of[&Engine::Medusa].made[13], 2);
        assert_eq!(day.of[&Engine::Medusa].made.iter().sum::<u64>(), 2);
        assert_eq!(day.of[&Engine::Medusa].times.percentile(50).map(|time| time.as_secs()), Some(60));
        assert_eq!((day.of.len(), day.of[&Engine::Woocommerce].times.count()), (2, 0));
    }
}
