//! What whoever bills for a store makes of it: `suspend` while it is not paid for, `resume` when it is, `expire`
//! when nobody pays any more.

use std::time::Duration;

use jiff::Timestamp;

use super::change::{Decision, Times, stays};
use crate::domain::lease::later;
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Record, Task, Want};

/// A store that is suspended stays so from when it was for the first time: each further reminder would put its
/// sleep off.
pub(super) fn suspend(seen: &Record, after: Duration, now: Timestamp) -> Result<Decision, Obstacle> {
    stays(seen)?;
    if seen.desired.sleeps_at.is_some() {
        return Ok(Decision::AsItIs);
    }
    Ok(Decision::Timed { times: Times { sleeps_at: Some(later(now, after)), ..Times::of(seen) }, wakes: None })
}

/// Wakes what sleeps because it was suspended or has expired. Who put it to sleep otherwise wants it to sleep.
pub(super) fn resume(seen: &Record) -> Result<Decision, Obstacle> {
    stays(seen)?;
    let Times { extended_to, removes_at, sleeps_at } = Times::of(seen);
    if removes_at.is_none() && sleeps_at.is_none() {
        return Ok(Decision::AsItIs);
    }
    // An end that has passed was set when nobody paid any more.
    let extended_to = extended_to.filter(|_| removes_at.is_none());
    let times = Times { extended_to, removes_at: None, sleeps_at: None };
    let wakes = (seen.desired.want == Want::Asleep).then_some((Want::Present, Task::default()));
    Ok(Decision::Timed { times, wakes })
}

/// Its end is now; what follows from that, time does. One whose time is over already keeps what is left to it.
pub(super) fn expire(seen: &Record, now: Timestamp) -> Result<Decision, Obstacle> {
    stays(seen)?;
    if seen.desired.removes_at.is_some() || seen.expires_at().is_some_and(|end| end <= now) {
        return Ok(Decision::AsItIs);
    }
    Ok(Decision::Timed { times: Times { extended_to: Some(now), ..Times::of(seen) }, wakes: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::tests::store;
    use crate::domain::record::Phase;

    const DAY: Duration = Duration::from_secs(86_400);

    fn day(count: i64) -> Timestamp {
        Timestamp::from_second(count * 86_400).unwrap()
    }

    fn with(change: impl FnOnce(&mut Record)) -> Record {
        let mut record = store(Phase::Ready);
        change(&mut record);
        record
    }

    fn times(of: Decision) -> (Times, bool) {
        match of {
            Decision::Timed { times, wakes } => (times, wakes.is_some()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_paid_for_sleeps_after_a_grace_that_reminders_do_not_move() {
        let (suspended, wakes) = times(suspend(&store(Phase::Ready), 3 * DAY, day(1)).unwrap());
        assert_eq!((suspended.sleeps_at, wakes), (Some(day(4)), false));
        let again = with(|record| record.desired.sleeps_at = Some(day(4)));
        assert_eq!(suspend(&again, 3 * DAY, day(2)), Ok(Decision::AsItIs));
    }

    #[test]
    fn what_is_paid_for_is_as_if_nothing_had_been() {
        let (paid, wakes) = times(resume(&with(|record| record.desired.sleeps_at = Some(day(4)))).unwrap());
        assert_eq!((paid.sleeps_at, wakes), (None, false), "in time");
        let slept = with(|record| {
            record.desired.want = Want::Asleep;
            record.desired.sleeps_at = Some(day(4));
        });
        assert!(times(resume(&slept).unwrap()).1);
        let over = with(|record| {
            record.desired.want = Want::Asleep;
            record.desired.extended_to = Some(day(4));
            record.desired.removes_at = Some(day(11));
        });
        let (back, wakes) = times(resume(&over).unwrap());
        assert_eq!((back.extended_to, back.removes_at, wakes), (None, None, true));
        let by_hand = with(|record| record.desired.want = Want::Asleep);
        assert_eq!(resume(&by_hand), Ok(Decision::AsItIs));
    }

    #[test]
    fn the_end_is_now_and_only_once() {
        assert_eq!(times(expire(&store(Phase::Ready), day(3)).unwrap()).0.extended_to, Some(day(3)));
        let over = with(|record| record.desired.removes_at = Some(day(9)));
        assert_eq!(expire(&over, day(3)), Ok(Decision::AsItIs));
        let going = with(|record| record.desired.want = Want::Absent);
        assert_eq!(expire(&going, day(3)), Err(Obstacle::Going));
    }
}
