//! How it went over the last days, in numbers: how many stores were made in each hour, and how long they took. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;

use super::engine::Engine;

/// A UTC day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    pub of: BTreeMap<Engine, DayOf>,
}

/// The stores of one engine that were ready for the first time on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayOf {
    /// In each hour.
    pub made: [u64; 24],
    /// From the command to the proof.
    pub times: Times,
}

/// Times by how long they are: each class is a tenth longer than the one before, so what comes out of it is true to
/// within a twentieth, and a day has at most some dozens of them however many stores were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times(BTreeMap<u16, u64>);

const GROWTH: f64 = 1.1;

impl Times {
    /// The class of a time.
    #[must_use]
    pub fn class(took: Duration) -> u16 {
        // A minute is class 115, a day 191.
        ((took.as_secs_f64() * 1000.0).max(1.0).ln() / GROWTH.ln()) as u16
    }

    pub fn add(&mut self, class: u16, count: u64) {
        *self.0.entry(class).or_default() += count;
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// What so many hundredths of the times are not above. `None`: there are none.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let wanted = (self.count() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let class = self.0.iter().find_map(|(class, count)| {
            seen += count;
            (seen >= wanted).then_some(*class)
        });
        class.map(middle)
    }
}

fn middle(class: u16) -> Duration {
    Duration::from_secs_f64(GROWTH.powf(f64::from(class) + 0.5) / 1000.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_of_the_times_are_not_above_the_median() {
        let mut times = Times::default();
        assert_eq!(times.percentile(50), None);
        for second in 1..=100 {
            times.add(Times::class(Duration::from_secs(second)), 1);
        }
        for (percent, seconds) in [(1, 1.0), (50, 50.0), (95, 95.0), (100, 100.0)] {
            let told = times.percentile(percent).unwrap().as_secs_f64();
            assert!((told / seconds - 1.0).abs() < 0.1, "{percent}: {told}");
        }
        assert_eq!(times.count(), 100);
    }

    proptest! {
        #[test]
        fn a_time_is_told_to_within_a_twentieth(ms in 100_u64..604_800_000) {
            let mut times = Times::default();
            times.add(Times::class(Duration::from_millis(ms)), 1);
            let told = times.percentile(50).unwrap().as_secs_f64() * 1000.0;
            prop_assert!((told / ms as f64 - 1.0).abs() < 0.05, "{ms} ms, told as {told}");
        }
    }
}
