//! Which stores are being told about, by which events, and what was said so far.
//!
//! At most one task tells about a store. Events that come meanwhile wake it; nothing here waits or
//! sends. All of it is memory only: what is lost is read again from the ledger.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::plan::Told;
use crate::domain::event::Event;
use crate::domain::reply::Reply;
use crate::domain::store::StoreId;

/// Stores whose last words are remembered between two events. Forgetting costs an edit that says
/// the same again.
const REMEMBERED_MAX: usize = 10_000;

/// What was said for one reply.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) reply: Reply,
    pub(super) told: Told,
    /// The ledger still has the promise.
    pub(super) open: bool,
    /// Something was sent at the last look: it may have overtaken what another process sent.
    pub(super) sent: bool,
    /// Nothing more will be said.
    pub(super) closed: bool,
}

impl Line {
    pub(super) fn new(reply: Reply) -> Self {
        Self { reply, told: Told::default(), open: true, sent: false, closed: false }
    }
}

/// By the reply's id.
pub(super) type Lines = HashMap<String, Line>;

#[derive(Debug, Default)]
pub(super) struct Desk(Mutex<HashMap<StoreId, Entry>>);

#[derive(Debug, Default)]
struct Entry {
    /// Not acknowledged.
    events: Vec<Event>,
    lines: Lines,
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
        if entries.len() > REMEMBERED_MAX {
            entries.retain(|_, entry| entry.busy || !entry.events.is_empty());
        }
        idle
    }

    pub(super) fn busy(&self) -> usize {
        self.entries().values().filter(|entry| entry.busy).count()
    }

    /// The turn of a task that was started for a store of [`Desk::add`], and what was said before.
    pub(super) fn turn(&self, store: StoreId) -> (Turn<'_>, Lines) {
        let mut entries = self.entries();
        let entry = entries.entry(store.clone()).or_default();
        entry.busy = true;
        let (wake, lines) = (Arc::clone(&entry.wake), std::mem::take(&mut entry.lines));
        (Turn { desk: self, store, wake, returned: false }, lines)
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<StoreId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    pub(super) fn events(&self) -> Vec<Event> {
        self.desk.entries().get(&self.store).map(|entry| entry.events.clone()).unwrap_or_default()
    }

    /// Forgets events that are dealt with. `false`: others have come meanwhile.
    pub(super) fn settle(&mut self, done: &[Event], lines: &Lines) -> bool {
        let mut entries = self.desk.entries();
        self.returned = true;
        let Some(entry) = entries.get_mut(&self.store) else { return true };
        entry.events.retain(|event| done.iter().all(|d| d.id != event.id));
        if !entry.events.is_empty() {
            self.returned = false;
            return false;
        }
        if lines.is_empty() {
            entries.remove(&self.store);
        } else {
            entry.lines.clone_from(lines);
            // Under the same lock, so that an event that comes now starts a new task.
            entry.busy = false;
        }
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
    use crate::domain::command::CommandKind;
    use crate::domain::event::EventKind;
    use crate::domain::reply::ReplyTo;

    fn event(id: &str, store: u64) -> Event {
        let store = StoreId::from_bits(store);
        Event { id: id.to_owned(), store, kind: EventKind::Progress, version: 1, at: Timestamp::UNIX_EPOCH }
    }

    fn lines() -> Lines {
        let to = ReplyTo::Callback { url: "https://example.com".to_owned() };
        let reply = Reply { id: "r".to_owned(), command: CommandKind::Create, to };
        Lines::from([("r".to_owned(), Line::new(reply))])
    }

    #[test]
    fn one_task_per_store_gets_all_its_events() {
        let (desk, store) = (Desk::default(), StoreId::from_bits(1));
        assert_eq!(desk.add(vec![event("1-0", 1), event("2-0", 2), event("3-0", 1)]).len(), 2);
        let (mut turn, said) = desk.turn(store.clone());
        assert!(said.is_empty());
        let first = turn.events();
        assert_eq!(first.len(), 2);
        assert_eq!(desk.add(vec![event("1-0", 1), event("4-0", 1)]), vec![]);
        assert!(!turn.settle(&first, &lines()), "4-0 came meanwhile");
        assert!(turn.settle(&turn.events(), &lines()));
        assert_eq!(desk.add(vec![event("5-0", 1)]), vec![store.clone()]);
        drop(turn);
        assert_eq!(desk.busy(), 2, "a turn that was given back is not given back again");
        assert_eq!(desk.turn(store).1.len(), 1, "what was said is remembered");
    }

    #[test]
    fn a_turn_that_breaks_off_leaves_its_events() {
        let (desk, store) = (Desk::default(), StoreId::from_bits(1));
        desk.add(vec![event("1-0", 1)]);
        drop(desk.turn(store.clone()));
        assert_eq!(desk.add(vec![event("1-0", 1)]), vec![store.clone()]);
        assert_eq!(desk.turn(store).0.events().len(), 1);
    }
}
