//! `extend`: a store gets more time; one whose time is over wakes up again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::change::{Decision, Times, stays};
use crate::domain::lease::{Terms, later};
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Record, Task, Want};

/// Needs a store that has an end. More time counts from that end, or from now where it has passed; nobody gets
/// further than the operator allows, and who does not say how much gets as much as there is.
pub(super) fn decide(
    seen: &Record,
    by: Option<SignedDuration>,
    terms: &Terms,
    now: Timestamp,
) -> Result<Decision, Obstacle> {
    stays(seen)?;
    let end = seen.expires_at().ok_or(Obstacle::Endless)?;
    let more = by.map_or(terms.extend_by, |by| Duration::try_from(by).unwrap_or_default());
    let wanted = later(end.max(now), more);
    let furthest = terms.longest.map_or(Timestamp::MAX, |longest| later(now, longest));
    let until = match by {
        Some(_) if wanted > furthest => return Err(Obstacle::TooLong),
        _ => wanted.min(furthest),
    };
    if until <= end {
        return Err(Obstacle::TooLong);
    }
    // Somebody who put it to sleep by hand wants it to sleep.
    let wakes = seen.desired.removes_at.is_some().then_some((Want::Present, Task::default()));
    Ok(Decision::Timed { times: Times { extended_to: Some(until), removes_at: None, ..Times::of(seen) }, wakes })
}

/// Whether more time means anything for a store, however much.
pub(super) fn suits(seen: &Record) -> Result<Decision, Obstacle> {
    match seen.expires_at() {
        Some(_) if seen.desired.want != Want::Absent => Ok(Decision::Timed { times: Times::of(seen), wakes: None }),
        _ => Err(Obstacle::Endless),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::tests::store;
    use crate::domain::record::Phase;

    const DAY: Duration = Duration::from_secs(86_400);

    fn terms(longest: Option<Duration>) -> Terms {
        Terms { notices: vec![], restore: 7 * DAY, extend_by: 7 * DAY, longest }
    }

    fn days(count: i64) -> Option<SignedDuration> {
        Some(SignedDuration::from_hours(24 * count))
    }

    fn day(count: i64) -> Timestamp {
        Timestamp::from_second(count * 86_400).unwrap()
    }

    /// A shop whose lease ends two days after the beginning of time.
    fn leased() -> Record {
        let mut record = store(Phase::Ready);
        record.spec.expires_at = Some(day(2));
        record
    }

    fn timed(end: i64, wakes: Option<(Want, Task)>) -> Decision {
        let times = Times { extended_to: Some(day(end)), removes_at: None, sleeps_at: None };
        Decision::Timed { times, wakes }
    }

    fn until(end: i64) -> Result<Decision, Obstacle> {
        Ok(timed(end, None))
    }

    #[test]
    fn more_time_counts_from_the_end_or_from_now() {
        let terms = terms(None);
        assert_eq!(decide(&leased(), days(3), &terms, day(1)), until(5));
        assert_eq!(decide(&leased(), None, &terms, day(1)), until(9));
        let mut over = leased();
        over.desired.want = Want::Asleep;
        over.desired.removes_at = Some(day(9));
        let wakes = Some((Want::Present, Task::Install));
        let woken = Ok(timed(7, wakes));
        assert_eq!(decide(&over, days(3), &terms, day(4)), woken);
    }

    #[test]
    fn nobody_gets_further_than_is_allowed() {
        let terms = terms(Some(10 * DAY));
        assert_eq!(decide(&leased(), days(9), &terms, day(1)), until(11));
        assert_eq!(decide(&leased(), days(10), &terms, day(1)), Err(Obstacle::TooLong));
        let mut far = leased();
        far.spec.expires_at = Some(day(8));
        assert_eq!(decide(&far, None, &terms, day(1)), until(11), "as much as there is");
        far.spec.expires_at = Some(day(11));
        assert_eq!(decide(&far, None, &terms, day(1)), Err(Obstacle::TooLong));
    }

    #[test]
    fn what_has_no_end_or_is_going_gets_none() {
        let terms = terms(None);
        assert_eq!(decide(&store(Phase::Ready), days(1), &terms, day(1)), Err(Obstacle::Endless));
        let mut going = leased();
        going.desired.want = Want::Absent;
        assert_eq!(decide(&going, days(1), &terms, day(1)), Err(Obstacle::Going));
    }
}
