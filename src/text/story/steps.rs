//! The steps of a store, how far it has come, and when it will be ready.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Sight, waiting};
use crate::domain::lang::Lang;
use crate::domain::record::{Observed, Phase, Record, Step, StepName, StepState, Task};
use crate::domain::usual::{own_time, turn_of};
use crate::text::table::{say, sentence};

const BLOCKS: usize = 10;
/// What takes a quarter longer than usual, and this, is late: nothing takes exactly as long as it usually does.
const LATE: SignedDuration = SignedDuration::from_secs(2);

/// How a step is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Pending,
    Running,
    Done,
    Failed,
    /// Simulated nodes have no shop to fill and no order.
    Skipped,
}

/// A line for each step, whether it has begun or not.
pub(super) fn lines(lang: Lang, record: &Record) -> Vec<String> {
    let seen = &record.observed;
    let running = running(record);
    let line = |step: &Step| {
        let name = step_name(lang, step.name);
        let took = own_time(seen, step.name).filter(|took| !took.is_zero());
        let took = took.map(|took| format!(" ({})", span(took))).unwrap_or_default();
        match mark(step, seen, running) {
            Mark::Pending => format!("▫️ {name}"),
            Mark::Running => format!("⏳ {name} ..."),
            Mark::Done => format!("✅ {name}{took}"),
            Mark::Failed => format!("❌ {name}{took}"),
            Mark::Skipped => format!("➖ {name}"),
        }
    };
    match seen.steps.as_slice() {
        // No worker has seen it yet.
        [] => Observed::fresh(0).steps.iter().map(line).collect(),
        steps => steps.iter().map(line).collect(),
    }
}

/// The steps, and what holds up the one that is under way.
pub(in crate::text) fn progress(lang: Lang, record: &Record) -> Vec<String> {
    let mut lines = lines(lang, record);
    lines.extend(waiting(lang, record));
    lines
}

/// The step that everything waits for: others that have begun with it wait for it, too.
fn running(record: &Record) -> Option<StepName> {
    let open = !record.phase().is_end();
    record.observed.current_step().filter(|step| open && step.state == StepState::Running).map(|step| step.name)
}

fn mark(step: &Step, seen: &Observed, running: Option<StepName>) -> Mark {
    match (step.name, step.state) {
        (StepName::Setup | StepName::Verify, _) if seen.simulated => Mark::Skipped,
        // A verification without proof proves nothing.
        (StepName::Verify, StepState::Done) if seen.proof.is_none() => Mark::Skipped,
        (_, StepState::Done) => Mark::Done,
        (_, StepState::Failed) => Mark::Failed,
        (name, StepState::Running) if running == Some(name) => Mark::Running,
        (_, StepState::Running | StepState::Pending) => Mark::Pending,
    }
}

pub(in crate::text) fn step_name(lang: Lang, name: StepName) -> String {
    sentence(lang, &format!("step-{}", name.as_str()), &fluent_bundle::FluentArgs::new())
}

/// How far it has come, by how long each step usually takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// 0 to 99. `None`: a verification is one step.
    pub percent: Option<usize>,
    pub arrival: Option<Arrival>,
}

/// When it will be ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    At(Timestamp),
    /// That time has come, and nothing is wrong; until then.
    SoonUntil(Timestamp),
    Late,
}

impl Arrival {
    /// When it is told otherwise, although nothing has happened.
    pub(super) fn changes_at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) | Self::SoonUntil(at) => Some(at),
            Self::Late => None,
        }
    }
}

/// `None`: nobody knows how long it takes.
pub(super) fn progress_of(record: &Record, sight: &Sight) -> Option<Progress> {
    let (done, left) = usual_parts(record, sight)?;
    let percent = (record.desired.task != Task::Verify).then(|| percent(done, done + left));
    Some(Progress { percent, arrival: arrival(record, sight.now, left) })
}

/// As Discord shows it: a bar, and a time that it counts down to.
pub(super) fn line(lang: Lang, progress: Progress) -> Option<String> {
    let when = progress.arrival.map(|arrival| match arrival {
        Arrival::At(at) => say!(lang, "story-eta", when = format!("<t:{}:R>", at.as_second())),
        Arrival::SoonUntil(_) => say!(lang, "story-soon"),
        Arrival::Late => say!(lang, "story-late"),
    });
    let bar = progress.percent.map(|percent| bar(lang, percent));
    let parts: Vec<String> = bar.into_iter().chain(when).collect();
    Some(parts.join(" · ")).filter(|line| !line.is_empty())
}

/// What the steps that are done usually take, and what those that are not.
fn usual_parts(record: &Record, sight: &Sight) -> Option<(Duration, Duration)> {
    let seen = &record.observed;
    let (mut done, mut left) = (Duration::ZERO, Duration::ZERO);
    for step in seen.steps.iter().filter(|step| record.desired.task != Task::Verify || step.name == StepName::Verify) {
        let usual = sight.usual.step(step.name).unwrap_or_default();
        match mark(step, seen, None) {
            Mark::Skipped => {}
            Mark::Done => done += usual,
            Mark::Pending | Mark::Running | Mark::Failed => left += usual,
        }
    }
    (!(done + left).is_zero()).then_some((done, left))
}

/// What is not ready is not whole.
fn percent(done: Duration, whole: Duration) -> usize {
    (done.as_secs_f64() / whole.as_secs_f64() * 100.0).clamp(0.0, 99.0) as usize
}

fn bar(lang: Lang, percent: usize) -> String {
    let full = ((percent * BLOCKS + 50) / 100).min(BLOCKS - 1);
    let bar = "🟩".repeat(full) + &"⬜".repeat(BLOCKS - full);
    format!("{bar} {}", say!(lang, "story-percent", percent = percent))
}

/// Once the expected time has come: something that stays true.
fn arrival(record: &Record, now: Timestamp, left: Duration) -> Option<Arrival> {
    let seen = &record.observed;
    let first = seen.steps.iter().filter(|step| step.state == StepState::Running).find_map(|s| turn_of(seen, s.name));
    let from = first.or_else(|| seen.steps.iter().filter_map(|step| step.finished_at).max());
    // Steps may have been done at another time; what is going on began when it was taken up.
    let (from, left) = (from.max(seen.begun_at)?, SignedDuration::try_from(left).ok()?);
    if left.is_zero() {
        return None;
    }
    let expected = later(from, left);
    let late = later(later(expected, left / 4), LATE);
    Some(match now {
        now if now < expected => Arrival::At(expected),
        now if now < late => Arrival::SoonUntil(late),
        _ => Arrival::Late,
    })
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// A time that something took: `<1 s`, `26 s`, `1 min 5 s`, `2 h 3 min`. The units read the same in all languages.
pub(in crate::text) fn span(took: Duration) -> String {
    let whole = (took.as_millis() + 500) / 1_000;
    match (whole / 3_600, whole / 60 % 60, whole % 60) {
        (0, 0, 0) => "<1 s".to_owned(),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Nothing more will happen to these steps by themselves: they can be shown below an end.
pub(super) fn are_of_this_time(record: &Record) -> bool {
    record.desired.task != Task::Verify
        && !record.observed.untouched
        && matches!(record.phase(), Phase::Ready | Phase::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let told = [0, 499, 500, 9_400, 59_499, 59_500, 65_000, 3_599_000, 7_380_000]
            .map(|ms| span(Duration::from_millis(ms)))
            .join(", ");
        insta::assert_snapshot!(told, @"<1 s, <1 s, 1 s, 9 s, 59 s, 1 min, 1 min 5 s, 59 min 59 s, 2 h 3 min");
    }
}
