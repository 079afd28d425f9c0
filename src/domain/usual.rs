//! How long a store's steps take: what each added to the whole, and what that usually is. Pure.
//!
//! Helm starts everything at once, so steps run beside each other and those that wait for an earlier one have
//! begun with it. Told as they stand, their times would add up to far more than the whole. So a step's own time
//! begins when the one before it has ended: own times follow one another and add up to the whole.

use std::time::Duration;

use jiff::Timestamp;

use super::record::{Observed, StepName, StepState};

/// How long stores of an engine took lately; what nobody knows yet is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usual {
    /// From the command to the proof.
    pub whole: Option<Duration>,
    /// The own times of the steps, in the order of [`StepName::ALL`].
    pub steps: [Option<Duration>; StepName::ALL.len()],
}

impl Usual {
    #[must_use]
    pub fn step(&self, name: StepName) -> Option<Duration> {
        let place = StepName::ALL.iter().position(|known| *known == name)?;
        self.steps[place]
    }
}

/// From when on everything waits for this step: its start, or the end of the last one before it. `None`: that
/// time has not come.
#[must_use]
pub fn turn_of(seen: &Observed, name: StepName) -> Option<Timestamp> {
    let started = seen.step(name)?.started_at?;
    let before = seen.steps.iter().take_while(|step| step.name != name);
    Some(before.filter_map(|step| step.finished_at).fold(started, Timestamp::max))
}

/// The own time of a step that has ended.
#[must_use]
pub fn own_time(seen: &Observed, name: StepName) -> Option<Duration> {
    let step = seen.step(name).filter(|step| matches!(step.state, StepState::Done | StepState::Failed))?;
    let took = step.finished_at?.duration_since(turn_of(seen, name)?);
    // An end before the turn has come took no time of its own.
    Some(Duration::try_from(took).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn own_times_follow_one_another() {
        use StepName::{Namespace, Release, Setup, Verify, Workloads};
        let mut seen = Observed::fresh(1);
        let mut step = |name, start, end| {
            seen.set_step(name, StepState::Running, at(start));
            seen.set_step(name, StepState::Done, at(end));
        };
        step(Namespace, 0, 1);
        step(Release, 1, 4);
        // Helm has started them together.
        step(Workloads, 4, 20);
        step(Setup, 4, 26);
        seen.set_step(Verify, StepState::Running, at(4));
        let own = |seen: &Observed| StepName::ALL.map(|name| own_time(seen, name).map(|time| time.as_secs()));
        assert_eq!(own(&seen), [Some(1), Some(3), Some(16), Some(6), None]);
        assert_eq!((turn_of(&seen, Verify), turn_of(&seen, Workloads)), (Some(at(26)), Some(at(4))));
        seen.set_step(Verify, StepState::Done, at(26));
        assert_eq!(own(&seen)[4], Some(0));
        assert_eq!(own_time(&Observed::default(), Setup), None);
    }
}
