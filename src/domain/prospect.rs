//! What to expect of a store that nobody has asked for yet. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use super::engine::Engine;

/// How it would go with a store of somebody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prospect {
    /// Stores that would have their turn before it.
    pub ahead: u64,
    /// Stores that workers are at.
    pub running: u64,
    /// How long stores of an engine usually took lately.
    pub usual: BTreeMap<Engine, Duration>,
}

impl Prospect {
    /// Until it sells. `None`: nobody knows, since no store of this engine was made yet, or stores are in line and
    /// nobody is at work.
    ///
    /// As many stores as workers are at end in the time that one takes, so each of those that are ahead costs that
    /// part of it.
    #[must_use]
    pub fn expected(&self, engine: Engine) -> Option<Duration> {
        let usual = *self.usual.get(&engine)?;
        if self.ahead == 0 {
            return Some(usual);
        }
        let at_once = u32::try_from(self.running).ok().filter(|running| *running > 0)?;
        let ahead = u32::try_from(self.ahead).unwrap_or(u32::MAX);
        Some(usual.saturating_add(usual.saturating_mul(ahead) / at_once))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_ahead_costs_time_and_workers_take_it_away() {
        let usual = BTreeMap::from([(Engine::Medusa, Duration::from_secs(20))]);
        let expected = |ahead, running| {
            let prospect = Prospect { ahead, running, usual: usual.clone() };
            (prospect.expected(Engine::Medusa).map(|time| time.as_secs()), prospect.expected(Engine::Woocommerce))
        };
        assert_eq!(expected(0, 0), (Some(20), None));
        assert_eq!(expected(0, 7), (Some(20), None));
        assert_eq!(expected(10, 5), (Some(60), None));
        assert_eq!(expected(1, 4), (Some(25), None));
        assert_eq!(expected(10, 0), (None, None));
    }
}
