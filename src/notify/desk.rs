//! Which stores this process is telling about, and by which events.
//!
//! At most one task of a process tells about a store (the ledger sees to it that at most one process
//! does). Events that come meanwhile wake it; nothing here waits or sends. All of it is memory only:
//! what is lost is read again from the ledger.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::domain::event::Event;
use crate::domain::store::StoreId;

#[derive(Debug, Default)]
pub(super) struct Desk(Mutex<HashMap<StoreId, Entry>>);

#[derive(Debug, Default)]
struct Entry {
    /// Not acknowledged.
    events: Vec<Event>,
    busy: bool,
    wake: Arc<Notify>,
}

/// The right to tell about a store; given back on drop, also by a panic.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    desk: &'a Desk,
    store: StoreId,
    pub(super) wake: Arc<Notify>,
    returned: bool,
}

impl Desk {
    /// Takes in events. Returns the stores that need a task.
    pub(super) fn add(&self, events: Vec<Event>) -> Vec<StoreId> {
        let mut entries = self.entries();
        let mut idle = Vec::new();
        for event in events {
            let entry = entries.entry(event.store.clone()).or_default();
            if !entry.busy {
                entry.busy = true;
                idle.push(event.store.clone());
            }
            entry.wake.notify_one();
            // A reader that starts again brings what it brought before.
            if !entry.events.iter().any(|known| known.id == event.id) {
                entry.events.push(event);
            }
        }
        idle
    }

    /// Has a store looked at without an event. `true`: it needs a task.
    pub(super) fn look(&self, store: &StoreId) -> bool {
        let mut entries = self.entries();
        let entry = entries.entry(store.clone()).or_default();
        entry.wake.notify_one();
        !std::mem::replace(&mut entry.busy, true)
    }

    pub(super) fn busy(&self) -> usize {
        self.entries().values().filter(|entry| entry.busy).count()
    }

    /// The turn of a task that was started for a store of [`Desk::add`].
    pub(super) fn turn(&self, store: StoreId) -> Turn<'_> {
        let mut entries = self.entries();
        let entry = entries.entry(store.clone()).or_default();
        entry.busy = true;
        let wake = Arc::clone(&entry.wake);
        Turn { desk: self, store, wake, returned: false }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<StoreId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    pub(super) fn events(&self) -> Vec<Event> {
        self.desk.entries().get(&self.store).map(|entry| entry.events.clone()).unwrap_or_default()
    }

    /// Takes in events that another process has left for this one.
    pub(super) fn add(&self, events: Vec<Event>) {
        // This store is busy, so nobody else is to be started for them.
        let started = self.desk.add(events);
        debug_assert!(started.is_empty());
    }

    /// Forgets events that are dealt with. `false`: others have come meanwhile.
    pub(super) fn settle(&mut self, done: &[Event]) -> bool {
        let mut entries = self.desk.entries();
        self.returned = true;
        let Some(entry) = entries.get_mut(&self.store) else { return true };
        entry.events.retain(|event| done.iter().all(|d| d.id != event.id));
        if !entry.events.is_empty() {
            self.returned = false;
            return false;
        }
        // Under the same lock, so that an event that comes now starts a new task.
        entries.remove(&self.store);
        true
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.returned {
            return;
        }
        if let Some(entry) = self.desk.entries().get_mut(&self.store) {
            entry.busy = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::event::EventKind;

    fn event(id: &str, store: u64) -> Event {
        let store = StoreId::from_bits(store);
        Event { id: id.to_owned(), store, kind: EventKind::Progress, version: 1, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn one_task_per_store_gets_all_its_events() {
        let (desk, store) = (Desk::default(), StoreId::from_bits(1));
        assert_eq!(desk.add(vec![event("1-0", 1), event("2-0", 2), event("3-0", 1)]).len(), 2);
        let mut turn = desk.turn(store.clone());
        let first = turn.events();
        assert_eq!(first.len(), 2);
        assert_eq!(desk.add(vec![event("1-0", 1), event("4-0", 1)]), vec![]);
        assert!(!turn.settle(&first), "4-0 came meanwhile");
        turn.add(vec![event("5-0", 1)]);
        assert!(turn.settle(&turn.events()));
        assert_eq!(desk.add(vec![event("6-0", 1)]), vec![store]);
        drop(turn);
        assert_eq!(desk.busy(), 2, "a turn that was given back is not given back again");
    }

    #[test]
    fn a_look_without_an_event_is_one_task_too() {
        let (desk, store) = (Desk::default(), StoreId::from_bits(1));
        assert!(desk.look(&store) && !desk.look(&store));
        assert_eq!(desk.add(vec![event("1-0", 1)]), vec![]);
        let mut turn = desk.turn(store.clone());
        assert!(!turn.settle(&[]), "1-0 came meanwhile");
        assert!(turn.settle(&turn.events()));
        assert!(desk.look(&store));
    }

    #[test]
    fn a_turn_that_breaks_off_leaves_its_events() {
        let (desk, store) = (Desk::default(), StoreId::from_bits(1));
        desk.add(vec![event("1-0", 1)]);
        drop(desk.turn(store.clone()));
        assert_eq!(desk.add(vec![event("1-0", 1)]), vec![store.clone()]);
        assert_eq!(desk.turn(store).events().len(), 1);
    }
}
