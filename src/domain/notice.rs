//! What people are told of a store without having asked: that its time runs out, and what came of that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{Event, EventKind};
use super::record::{Phase, Record, Want};

/// What a promise is about that no command gave. It names the moment that it was made for: a notice whose moment
/// has become another one says nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Notice {
    /// Its lease ends then.
    Expiring { ends_at: Timestamp },
    /// Its lease has ended, and it is removed then.
    Expired { removes_at: Timestamp },
    /// It was removed, because nobody gave it more time.
    Removed,
}

impl Notice {
    /// What an event says of a store as it is now, if that concerns whoever follows it.
    ///
    /// Whoever deletes a store hears of that in their own story; only what time has done is a notice.
    #[must_use]
    pub fn of(event: &Event, record: &Record) -> Option<Self> {
        let removes_at = record.desired.removes_at;
        let notice = match event.kind {
            EventKind::Expiring => Self::Expiring { ends_at: record.expires_at()? },
            EventKind::Asleep => Self::Expired { removes_at: removes_at? },
            EventKind::Deleted => removes_at.filter(|at| *at <= event.at).map(|_| Self::Removed)?,
            _ => return None,
        };
        notice.holds(record, event.at).then_some(notice)
    }

    /// Whether it is still so.
    #[must_use]
    pub fn holds(self, record: &Record, now: Timestamp) -> bool {
        let desired = record.desired;
        match self {
            Self::Expiring { ends_at } => {
                let lives = desired.want != Want::Absent && desired.removes_at.is_none();
                lives && record.expires_at() == Some(ends_at) && now < ends_at
            }
            Self::Expired { removes_at } => desired.want == Want::Asleep && desired.removes_at == Some(removes_at),
            Self::Removed => record.phase() == Phase::Deleted,
        }
    }

    /// Names it among all notices of a store: the same is told once, whichever event brought it.
    #[must_use]
    pub fn name(self, event: &Event) -> String {
        match self {
            Self::Expiring { .. } => format!("expiring-{}", event.id),
            Self::Expired { removes_at } => format!("expired-{}", removes_at.as_millisecond()),
            Self::Removed => "removed".to_owned(),
        }
    }
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

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + hour * 3_600).unwrap()
    }

    /// A store whose lease ends a hundred hours from the beginning of time.
    fn store(want: Want, removes_at: Option<i64>, phase: Phase) -> Record {
        let spec = Spec {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: "Tea".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("discord:1"),
            cell: "main".to_owned(),
            host: "tea.x".to_owned(),
            url: "http://tea.x".to_owned(),
            created_at: at(0),
            expires_at: Some(at(100)),
            org: None,
            size: Size::default(),
        };
        let mut desired = Desired::new(1, want, Task::Install);
        desired.removes_at = removes_at.map(at);
        let observed = Observed { phase, ..Observed::fresh(1) };
        Record { id: StoreId::from_bits(7), spec, desired, observed, version: 1, trail: Default::default() }
    }

    fn event(kind: EventKind, hour: i64) -> Event {
        Event { id: "7-0".to_owned(), store: StoreId::from_bits(7), kind, version: 1, at: at(hour) }
    }

    #[test]
    fn only_what_time_does_is_a_notice() {
        let lives = store(Want::Present, None, Phase::Ready);
        let sleeps = store(Want::Asleep, None, Phase::Asleep);
        let over = store(Want::Asleep, Some(200), Phase::Asleep);
        let gone = store(Want::Absent, Some(200), Phase::Deleted);
        let deleted = store(Want::Absent, None, Phase::Deleted);
        let expiring = Some(Notice::Expiring { ends_at: at(100) });
        for (record, kind, hour, notice) in [
            (&lives, EventKind::Expiring, 76, expiring),
            (&sleeps, EventKind::Expiring, 99, expiring),
            // Heard of too late, or when it has been decided otherwise.
            (&lives, EventKind::Expiring, 100, None),
            (&over, EventKind::Expiring, 99, None),
            (&deleted, EventKind::Expiring, 99, None),
            (&lives, EventKind::Ready, 99, None),
            (&sleeps, EventKind::Asleep, 50, None),
            (&over, EventKind::Asleep, 101, Some(Notice::Expired { removes_at: at(200) })),
            (&lives, EventKind::Asleep, 101, None),
            (&gone, EventKind::Deleted, 201, Some(Notice::Removed)),
            // By somebody, before its time.
            (&gone, EventKind::Deleted, 150, None),
            (&deleted, EventKind::Deleted, 150, None),
        ] {
            assert_eq!(Notice::of(&event(kind, hour), record), notice, "{kind:?} {hour} {record:?}");
        }
    }

    #[test]
    fn a_notice_of_another_end_is_silent() {
        let notice = Notice::Expiring { ends_at: at(100) };
        let mut extended = store(Want::Present, None, Phase::Ready);
        assert!(notice.holds(&extended, at(99)) && !notice.holds(&extended, at(100)));
        extended.desired.extended_to = Some(at(300));
        assert!(!notice.holds(&extended, at(99)));
        let woken = store(Want::Present, None, Phase::Updating);
        assert!(!Notice::Expired { removes_at: at(200) }.holds(&woken, at(150)));
    }

    #[test]
    fn each_has_one_name() {
        let expired = Notice::Expired { removes_at: at(0) };
        let names = [Notice::Expiring { ends_at: at(1) }, expired, Notice::Removed]
            .map(|notice| notice.name(&event(EventKind::Asleep, 1)));
        assert_eq!(names, ["expiring-7-0", "expired-1700000000000", "removed"]);
    }
}
