//! What becomes of a store whose time runs out, and when: pure.
//!
//! A lease ends by itself: its owner is told before, then the store is put to sleep, and after a time in
//! which more time wakes it again it is removed. Each store has one next moment at which anything is due.

use std::time::Duration;

use jiff::Timestamp;

use super::record::{Record, Want};

/// The operator's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long before the end its owner is told, longest first.
    pub notices: Vec<Duration>,
    /// How long it can be had back after the end.
    pub restore: Duration,
    /// What an extension adds when nobody says how much.
    pub extend_by: Duration,
    /// Furthest end from now. `None`: any.
    pub longest: Option<Duration>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// Its owner is told that it ends soon.
    Notice,
    /// It is put to sleep and removed at this time.
    Expire {
        removes_at: Timestamp,
    },
    Remove,
    /// It is put to sleep, and stays what it is.
    Sleep,
}

/// What is due for a store at `moment`, as it was noted for it, and now.
///
/// A moment that was missed by hours, because nobody worked, is made up for by what is due by now and not by
/// everything in between. One that belongs to an end of before is nothing.
#[must_use]
pub fn due(record: &Record, terms: &Terms, moment: Timestamp, now: Timestamp) -> Due {
    if record.desired.want == Want::Present && record.desired.sleeps_at.is_some_and(|at| at <= now) {
        return Due::Sleep;
    }
    let Some(end) = record.expires_at().filter(|_| record.desired.want != Want::Absent) else { return Due::Nothing };
    match record.desired.removes_at {
        Some(at) if at <= now => Due::Remove,
        Some(_) => Due::Nothing,
        // From now: whoever comes back after an outage has as long as everybody.
        None if end <= now => Due::Expire { removes_at: later(now, terms.restore) },
        None if notices(end, terms).any(|at| same(at, moment) && at <= now) => Due::Notice,
        None => Due::Nothing,
    }
}

/// When anything is due for a store the next time after `from`; `None`: never by itself.
#[must_use]
pub fn next_moment(record: &Record, terms: &Terms, from: Timestamp) -> Option<Timestamp> {
    if record.desired.want == Want::Absent {
        return None;
    }
    let sleep = record.desired.sleeps_at.filter(|_| record.desired.want == Want::Present);
    [sleep, of_the_end(record, terms, from)].into_iter().flatten().min()
}

fn of_the_end(record: &Record, terms: &Terms, from: Timestamp) -> Option<Timestamp> {
    let end = record.expires_at()?;
    Some(match record.desired.removes_at {
        Some(at) => at,
        None => notices(end, terms).filter(|at| *at > from).min().unwrap_or(end),
    })
}

fn notices(end: Timestamp, terms: &Terms) -> impl Iterator<Item = Timestamp> {
    terms.notices.iter().map(move |notice| before(end, *notice))
}

/// The ledger counts in milliseconds.
fn same(a: Timestamp, b: Timestamp) -> bool {
    a.as_millisecond() == b.as_millisecond()
}

fn before(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// A time that is too far away is as far away as times go.
#[must_use]
pub fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::ActorId;
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::quota::Size;
    use crate::domain::record::{Desired, Observed, Spec, Task};
    use crate::domain::store::{StoreId, StoreName};

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + hour * 3600).unwrap()
    }

    fn terms() -> Terms {
        Terms { notices: vec![24 * HOUR, HOUR], restore: 168 * HOUR, extend_by: 24 * HOUR, longest: None }
    }

    /// A store whose lease ends 100 hours from the beginning of time.
    fn store() -> Record {
        let spec = Spec {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: "Tea".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("api:ana"),
            cell: "main".to_owned(),
            host: "tea.x".to_owned(),
            url: "http://tea.x".to_owned(),
            created_at: at(0),
            expires_at: Some(at(100)),
            org: None,
            size: Size::default(),
        };
        let desired = Desired::new(1, Want::Present, Task::Install);
        Record {
            id: StoreId::from_bits(7),
            spec,
            desired,
            observed: Observed::default(),
            version: 3,
            trail: Default::default(),
        }
    }

    fn with(change: impl FnOnce(&mut Desired)) -> Record {
        let mut record = store();
        change(&mut record.desired);
        record
    }

    /// A life from its beginning to its end, each moment as the one before left it.
    #[test]
    fn a_life_has_two_notices_an_end_and_a_removal() {
        let mut record = store();
        let (mut from, mut told) = (at(0), Vec::new());
        while let Some(moment) = next_moment(&record, &terms(), from) {
            let due = due(&record, &terms(), moment, moment);
            told.push((moment, due));
            match due {
                Due::Expire { removes_at } => record.desired.removes_at = Some(removes_at),
                Due::Remove => record.desired.want = Want::Absent,
                Due::Notice | Due::Nothing | Due::Sleep => {}
            }
            from = moment;
        }
        let expire = Due::Expire { removes_at: at(268) };
        let life = [(at(76), Due::Notice), (at(99), Due::Notice), (at(100), expire), (at(268), Due::Remove)];
        assert_eq!(told, life);
    }

    #[test]
    fn what_was_missed_is_not_made_up_for_one_by_one() {
        let (record, terms) = (store(), terms());
        assert_eq!(due(&record, &terms, at(76), at(99)), Due::Notice);
        assert_eq!(next_moment(&record, &terms, at(99)), Some(at(100)));
        assert_eq!(due(&record, &terms, at(76), at(101)), Due::Expire { removes_at: at(269) });
        // Nobody worked for weeks: whoever comes back has its week all the same.
        assert_eq!(due(&record, &terms, at(76), at(1000)), Due::Expire { removes_at: at(1168) });
    }

    #[test]
    fn a_moment_of_an_end_of_before_is_nothing() {
        let extended = with(|desired| desired.extended_to = Some(at(200)));
        for moment in [76, 99, 100] {
            assert_eq!(due(&extended, &terms(), at(moment), at(moment)), Due::Nothing, "{moment}");
        }
        assert_eq!(next_moment(&extended, &terms(), at(100)), Some(at(176)));
        assert_eq!(due(&extended, &terms(), at(176), at(176)), Due::Notice);
    }

    #[test]
    fn a_short_lease_has_only_the_notices_that_lie_ahead() {
        assert_eq!(next_moment(&store(), &terms(), at(90)), Some(at(99)));
        assert_eq!(next_moment(&store(), &terms(), at(99)), Some(at(100)));
        assert_eq!(next_moment(&store(), &terms(), at(101)), Some(at(100)), "and is over at once if it is over");
    }

    #[test]
    fn what_is_not_paid_for_sleeps_when_its_grace_is_over_and_keeps_its_end() {
        let mut unpaid = with(|desired| desired.sleeps_at = Some(at(50)));
        assert_eq!(next_moment(&unpaid, &terms(), at(0)), Some(at(50)));
        assert_eq!(due(&unpaid, &terms(), at(50), at(49)), Due::Nothing);
        assert_eq!(due(&unpaid, &terms(), at(50), at(50)), Due::Sleep);
        unpaid.desired.want = Want::Asleep;
        assert_eq!(next_moment(&unpaid, &terms(), at(50)), Some(at(76)), "its lease goes on");
        unpaid.spec.expires_at = None;
        assert_eq!(next_moment(&unpaid, &terms(), at(50)), None);
    }

    #[test]
    fn what_sleeps_or_has_ended_goes_on_and_what_goes_does_not() {
        let asleep = with(|desired| desired.want = Want::Asleep);
        assert_eq!(due(&asleep, &terms(), at(100), at(100)), Due::Expire { removes_at: at(268) });
        let going = with(|desired| desired.want = Want::Absent);
        assert_eq!(
            (due(&going, &terms(), at(100), at(100)), next_moment(&going, &terms(), at(0))),
            (Due::Nothing, None)
        );
        let mut endless = store();
        endless.spec.expires_at = None;
        let seen = (due(&endless, &terms(), at(100), at(100)), next_moment(&endless, &terms(), at(0)));
        assert_eq!(seen, (Due::Nothing, None));
    }
}
