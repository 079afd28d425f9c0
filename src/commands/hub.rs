//! Who follows which store in this process: a seat for each stream, and a wake-up for each store.
//!
//! A wake-up says "look at the log" and carries nothing, so a stream that is slow to look has one
//! wake-up waiting and not a queue of events. Memory follows the open streams, whose number is
//! limited; an entry goes with its last stream.
//!
//! Who follows all stores gets each record that has changed: it is read once, however many want to know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

use crate::config;
use crate::domain::actor::ActorId;
use crate::domain::outcome::Refusal;
use crate::domain::record::Record;
use crate::domain::store::StoreId;

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Hub(Arc<Inner>);

struct Inner {
    /// Most open streams, and most of one actor.
    limits: (usize, usize),
    state: Mutex<State>,
    /// How many streams are open: the tail of all events rests while there are none.
    open: watch::Sender<usize>,
    changes: broadcast::Sender<Change>,
}

/// Something about some store has changed.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Store(Arc<Record>),
    /// Nobody knows which.
    Any,
}

/// Changes that wait for whoever is slow to hear of them; beyond that they hear of any.
const CHANGES: usize = 256;

#[derive(Default)]
struct State {
    actors: HashMap<ActorId, usize>,
    /// Counts wake-ups.
    stores: HashMap<StoreId, watch::Sender<u64>>,
}

/// One open stream's part of what is limited. Gives it back when it is dropped.
struct Place {
    hub: Hub,
    actor: ActorId,
}

/// One open stream of all stores.
pub(super) struct Listener {
    changes: broadcast::Receiver<Change>,
    _place: Place,
}

impl Listener {
    /// May be cancelled.
    pub(super) async fn next(&mut self) -> Change {
        // Its sender lives as long as the place does.
        self.changes.recv().await.unwrap_or(Change::Any)
    }

    /// What has come already.
    pub(super) fn at_hand(&mut self) -> Option<Change> {
        match self.changes.try_recv() {
            Ok(change) => Some(change),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(Change::Any),
            Err(_) => None,
        }
    }
}

/// One open stream of a store.
pub(super) struct Seat {
    place: Place,
    store: StoreId,
    /// `None` only while it is being dropped.
    woken: Option<watch::Receiver<u64>>,
}

impl Hub {
    pub(super) fn new(limits: &config::Limits) -> Self {
        Self(Arc::new(Inner {
            limits: (limits.streams, limits.streams_per_actor),
            state: Mutex::default(),
            open: watch::Sender::new(0),
            changes: broadcast::Sender::new(CHANGES),
        }))
    }

    /// # Errors
    /// `Crowded` when the process has no room, `TooManyStreams` when the actor has as many as it may.
    pub(super) fn sit(&self, actor: &ActorId, store: &StoreId) -> Result<Seat, Refusal> {
        let place = self.place(actor)?;
        let woken = self.lock().stores.entry(store.clone()).or_insert_with(|| watch::Sender::new(0)).subscribe();
        Ok(Seat { place, store: store.clone(), woken: Some(woken) })
    }

    /// A place from which one hears of all stores.
    ///
    /// # Errors
    /// As of [`Hub::sit`].
    pub(super) fn listen(&self, actor: &ActorId) -> Result<Listener, Refusal> {
        let place = self.place(actor)?;
        Ok(Listener { changes: self.0.changes.subscribe(), _place: place })
    }

    fn place(&self, actor: &ActorId) -> Result<Place, Refusal> {
        let (most, most_each) = self.0.limits;
        let mut state = self.lock();
        if *self.0.open.borrow() >= most {
            return Err(Refusal::Crowded);
        }
        let own = state.actors.entry(actor.clone()).or_default();
        if *own >= most_each {
            return Err(Refusal::TooManyStreams { limit: most_each });
        }
        *own += 1;
        self.0.open.send_modify(|open| *open += 1);
        Ok(Place { hub: self.clone(), actor: actor.clone() })
    }

    /// Whether anybody listens to all stores.
    pub(super) fn is_heard(&self) -> bool {
        self.0.changes.receiver_count() > 0
    }

    pub(super) fn tell(&self, change: Change) {
        // Nobody may listen any more.
        let _ = self.0.changes.send(change);
    }

    pub(super) fn wake(&self, store: &StoreId) {
        if let Some(wake) = self.lock().stores.get(store) {
            wake.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    pub(super) fn wake_all(&self) {
        for wake in self.lock().stores.values() {
            wake.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// How many streams are open, and every change of that.
    pub(super) fn open(&self) -> watch::Receiver<usize> {
        self.0.open.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while it was held leaves whole numbers.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    pub(super) fn store(&self) -> &StoreId {
        &self.store
    }

    /// What happened up to now is about to be read: only what comes later wakes.
    pub(super) fn rest(&mut self) {
        if let Some(woken) = &mut self.woken {
            woken.mark_unchanged();
        }
    }

    /// Waits for the next wake-up since the last rest. May be cancelled.
    pub(super) async fn woken(&mut self) {
        let alive = match &mut self.woken {
            Some(woken) => woken.changed().await.is_ok(),
            None => false,
        };
        if !alive {
            // Its sender lives as long as the seat does.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.woken = None;
        let mut state = self.place.hub.lock();
        if state.stores.get(&self.store).is_some_and(|wake| wake.receiver_count() == 0) {
            state.stores.remove(&self.store);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.hub.lock();
        if let Some(own) = state.actors.get_mut(&self.actor) {
            *own -= 1;
            if *own == 0 {
                state.actors.remove(&self.actor);
            }
        }
        self.hub.0.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn hub(streams: usize, streams_per_actor: usize) -> Hub {
        Hub(Arc::new(Inner {
            limits: (streams, streams_per_actor),
            state: Mutex::default(),
            open: watch::Sender::new(0),
            changes: broadcast::Sender::new(2),
        }))
    }

    fn sit(hub: &Hub, actor: &str, store: u64) -> Result<Seat, Refusal> {
        hub.sit(&ActorId::new(actor), &StoreId::from_bits(store))
    }

    /// Open streams, actors and stores with one.
    fn left(hub: &Hub) -> (usize, usize, usize) {
        let open = *hub.open().borrow();
        let state = hub.lock();
        (open, state.actors.len(), state.stores.len())
    }

    #[test]
    fn seats_are_limited_for_each_and_for_all_and_given_back() {
        let hub = hub(3, 2);
        let first = sit(&hub, "ana", 1).unwrap();
        let _second = sit(&hub, "ana", 1).unwrap();
        assert_eq!(sit(&hub, "ana", 2).err(), Some(Refusal::TooManyStreams { limit: 2 }));
        let third = sit(&hub, "bob", 2).unwrap();
        assert_eq!(sit(&hub, "eve", 3).err(), Some(Refusal::Crowded));
        drop((first, third));
        assert_eq!(left(&hub), (1, 1, 1));
        assert!(sit(&hub, "ana", 2).is_ok());
        assert_eq!(left(&hub), (1, 1, 1), "nothing stays of who was refused or went");
    }

    #[test]
    fn a_seat_is_woken_for_its_store_and_once() {
        let hub = hub(9, 9);
        let mut seat = sit(&hub, "ana", 1).unwrap();
        let woken = |seat: &mut Seat| seat.woken().now_or_never().is_some();
        hub.wake(&StoreId::from_bits(2));
        assert!(!woken(&mut seat));
        hub.wake(seat.store());
        hub.wake(seat.store());
        assert!(woken(&mut seat) && !woken(&mut seat), "two wake-ups are one look");
        hub.wake_all();
        seat.rest();
        assert!(!woken(&mut seat), "what was before the look is seen by it");
        hub.wake_all();
        assert!(woken(&mut seat));
    }

    #[test]
    fn who_listens_counts_as_a_stream_and_hears_of_any_when_too_slow() {
        let hub = hub(2, 2);
        assert!(!hub.is_heard());
        let mut listener = hub.listen(&ActorId::new("ana")).unwrap();
        let _seat = sit(&hub, "ana", 1).unwrap();
        assert!(hub.is_heard() && hub.listen(&ActorId::new("ana")).is_err());
        assert!(listener.at_hand().is_none());
        for _ in 0..3 {
            hub.tell(Change::Any);
        }
        // One for what was lost, two that are kept.
        assert_eq!(std::iter::from_fn(|| listener.at_hand()).count(), 3);
        drop(listener);
        assert!(!hub.is_heard() && left(&hub) == (1, 1, 1));
    }
}
