//! When to look at a store again although nothing has happened to it: a place in line moves, a time that was
//! promised passes.
//!
//! Memory only, one time a store, and only for stores that somebody is being told about. What a process that dies
//! leaves here is made up for by the store's next event; until then a message says what was true.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::domain::store::StoreId;

#[derive(Debug, Default)]
pub(super) struct Alarms {
    times: Mutex<Times>,
    /// The first one may be another now.
    changed: tokio::sync::Notify,
}

#[derive(Debug, Default)]
struct Times {
    by_store: HashMap<StoreId, Instant>,
    in_order: BTreeSet<(Instant, StoreId)>,
}

impl Alarms {
    /// In place of what was set before.
    pub(super) fn set(&self, store: &StoreId, at: Option<Instant>) {
        let mut times = self.times();
        if let Some(before) = times.by_store.remove(store) {
            times.in_order.remove(&(before, store.clone()));
        }
        if let Some(at) = at {
            times.by_store.insert(store.clone(), at);
            times.in_order.insert((at, store.clone()));
            drop(times);
            self.changed.notify_one();
        }
    }

    /// The next store whose time comes. Whoever waits waits alone.
    pub(super) async fn next(&self) -> StoreId {
        loop {
            let changed = self.changed.notified();
            let first = self.times().in_order.first().cloned();
            match first {
                Some((at, store)) if at <= Instant::now() => {
                    self.set(&store, None);
                    return store;
                }
                Some((at, _)) => tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep_until(at) => {}
                },
                None => changed.await,
            }
        }
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn each_rings_once_and_in_its_turn() {
        let alarms = Alarms::default();
        let [a, b, c] = [1, 2, 3].map(StoreId::from_bits);
        let start = Instant::now();
        let after = |ms| Some(start + Duration::from_millis(ms));
        alarms.set(&a, after(90_000));
        alarms.set(&b, after(2));
        alarms.set(&c, after(0));
        alarms.set(&a, after(1));
        alarms.set(&c, None);
        assert_eq!([alarms.next().await, alarms.next().await], [a, b]);
        let (next, ()) = tokio::join!(alarms.next(), async {
            alarms.set(&c, after(90_000));
            tokio::task::yield_now().await;
            alarms.set(&c, after(5));
        });
        assert_eq!(next, c);
        assert!(alarms.times().by_store.is_empty() && alarms.times().in_order.is_empty());
    }
}
