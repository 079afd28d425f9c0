//! Lets a few stores at a time through to Helm, fairly by owner: the store of an owner who has none
//! there goes before the fifth of somebody else.
//!
//! The same rule as for the line in the ledger (start-time fair queueing), for those who have been
//! taken out of it: a worker follows many stores at once, Helm runs for few.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::domain::actor::ActorId;

/// One cell's gate in this process. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Gate(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    most: usize,
    free: usize,
    /// By turn, then by arrival.
    waiting: BTreeMap<(u64, u64), oneshot::Sender<Pass>>,
    arrivals: u64,
    /// The turn that was served last.
    served: u64,
    /// The turn behind each owner's last one; forgotten when nobody waits.
    next: HashMap<ActorId, u64>,
}

/// The right to be behind the gate, given back on drop.
#[derive(Debug)]
pub(super) struct Pass(Gate);

impl Gate {
    pub(super) fn new(most: usize) -> Self {
        let state = State { most, free: most, waiting: BTreeMap::new(), arrivals: 0, served: 0, next: HashMap::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Waits for the owner's turn. Who stops waiting loses it and takes nothing from others.
    pub(super) async fn pass(&self, owner: &ActorId) -> Pass {
        let turn = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Pass(self.clone());
            }
            state.queue(owner)
        };
        // The sender is dropped only together with the gate, and this holds the gate.
        match turn.await {
            Ok(pass) => pass,
            Err(_) => std::future::pending().await,
        }
    }

    /// As many wait as may go through at once: more need not come yet.
    pub(super) fn is_crowded(&self) -> bool {
        let state = self.state();
        state.waiting.len() >= state.most
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn queue(&mut self, owner: &ActorId) -> oneshot::Receiver<Pass> {
        let turn = self.next.get(owner).copied().unwrap_or(0).max(self.served);
        self.next.insert(owner.clone(), turn + 1);
        self.arrivals += 1;
        let (sender, receiver) = oneshot::channel();
        self.waiting.insert((turn, self.arrivals), sender);
        receiver
    }

    /// Whose turn it is. Those who have gone away are passed over.
    fn turn(&mut self) -> Option<oneshot::Sender<Pass>> {
        while let Some(((turn, _), sender)) = self.waiting.pop_first() {
            if !sender.is_closed() {
                self.served = turn;
                return Some(sender);
            }
        }
        self.next.clear();
        self.served = 0;
        None
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = self.0.state();
        let Some(next) = state.turn() else {
            state.free += 1;
            return;
        };
        drop(state);
        // One who goes away at this very moment drops the pass and so hands it on.
        let _ = next.send(Self(self.0.clone()));
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn owners_take_turns() {
        let (gate, ana, bob) = (Gate::new(1), ActorId::new("ana"), ActorId::new("bob"));
        let first = gate.pass(&ana).now_or_never().unwrap();
        let mut waiting: Vec<_> =
            [&ana, &ana, &ana, &bob, &bob].map(|owner| (owner, Box::pin(gate.pass(owner)))).into();
        for (_, pass) in &mut waiting {
            assert!(pass.now_or_never().is_none());
        }
        let (mut order, mut inside) = (Vec::new(), first);
        while !waiting.is_empty() {
            drop(inside);
            let mut passed = None;
            waiting.retain_mut(|(owner, pass)| {
                let now = pass.now_or_never().map(|pass| (owner.as_str(), pass));
                let waits = now.is_none();
                passed = passed.take().or(now);
                waits
            });
            let (owner, pass) = passed.unwrap();
            order.push(owner);
            inside = pass;
        }
        assert_eq!(order, ["ana", "bob", "ana", "bob", "ana"]);
    }

    #[test]
    fn who_goes_away_takes_nothing_along() {
        let (gate, ana) = (Gate::new(1), ActorId::new("ana"));
        let first = gate.pass(&ana).now_or_never().unwrap();
        let (mut gone, mut stays) = (Box::pin(gate.pass(&ana)), Box::pin(gate.pass(&ana)));
        assert!((&mut gone).now_or_never().is_none() && (&mut stays).now_or_never().is_none());
        drop(first);
        // It had its turn already and did not take it.
        drop(gone);
        assert!(stays.now_or_never().is_some());
        assert!(gate.pass(&ana).now_or_never().is_some(), "and nothing is left taken");
    }
}
