//! Who follows which store in this process: a seat for each stream, and a wake-up for each store.
//!
//! A wake-up says "look at the log" and carries nothing, so a stream that is slow to look has one
//! wake-up waiting and not a queue of events. Memory follows the open streams, whose number is
//! limited; an entry goes with its last stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::config;
use crate::domain::actor::ActorId;
use crate::domain::outcome::Refusal;
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
}

#[derive(Default)]
struct State {
    actors: HashMap<ActorId, usize>,
    /// Counts wake-ups.
    stores: HashMap<StoreId, watch::Sender<u64>>,
}

/// One open stream. Gives its place back when it is dropped.
pub(super) struct Seat {
    hub: Hub,
    actor: ActorId,
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
        }))
    }

    /// # Errors
    /// `Crowded` when the process has no room, `TooManyStreams` when the actor has as many as it may.
    pub(super) fn sit(&self, actor: &ActorId, store: &StoreId) -> Result<Seat, Refusal> {
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
        let woken = state.stores.entry(store.clone()).or_insert_with(|| watch::Sender::new(0)).subscribe();
        self.0.open.send_modify(|open| *open += 1);
        Ok(Seat { hub: self.clone(), actor: actor.clone(), store: store.clone(), woken: Some(woken) })
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
        let mut state = self.hub.lock();
        if let Some(own) = state.actors.get_mut(&self.actor) {
            *own -= 1;
            if *own == 0 {
                state.actors.remove(&self.actor);
            }
        }
        if state.stores.get(&self.store).is_some_and(|wake| wake.receiver_count() == 0) {
            state.stores.remove(&self.store);
        }
        self.hub.0.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn hub(streams: usize, streams_per_actor: usize) -> Hub {
        let inner =
            Inner { limits: (streams, streams_per_actor), state: Mutex::default(), open: watch::Sender::new(0) };
        Hub(Arc::new(inner))
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
}
