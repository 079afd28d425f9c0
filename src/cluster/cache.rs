//! The caches behind the watches: one summary per live object, by store, and a way to wait for the
//! next change of one store. Does no I/O.
//!
//! Memory is bounded by what lives in the cluster: an entry goes with its last object, unless somebody
//! waits for the store, and with the last one who waits.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::snapshot::Snapshot;
use super::summary::{Item, Kind};
use crate::domain::store::StoreId;

/// What the watches of one cell have seen. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    state: Arc<Mutex<State>>,
    /// Something was put into [`State::moved`].
    stirred: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    stores: HashMap<StoreId, Entry>,
    listed: HashSet<Kind>,
    /// Stores of which something went, or was wanted otherwise, since somebody last asked.
    moved: HashSet<StoreId>,
}

#[derive(Debug, Default)]
struct Entry {
    items: BTreeMap<(Kind, String), Item>,
    /// Counts the store's changes.
    changes: watch::Sender<u64>,
}

impl Entry {
    fn touch(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn is_unused(&self) -> bool {
        self.items.is_empty() && self.changes.receiver_count() == 0
    }
}

impl State {
    fn is_synced(&self) -> bool {
        self.listed.len() == Kind::COUNT
    }

    fn set(&mut self, id: &StoreId, kind: Kind, name: String, item: Item) {
        let entry = self.stores.entry(id.clone()).or_default();
        let before = entry.items.get(&(kind, name.clone()));
        if before == Some(&item) {
            return;
        }
        if before.is_some_and(|before| before.wants_otherwise(&item)) {
            self.moved.insert(id.clone());
        }
        entry.items.insert((kind, name), item);
        entry.touch();
    }

    fn remove(&mut self, id: &StoreId, kind: Kind, name: String) {
        let Some(entry) = self.stores.get_mut(id) else { return };
        if entry.items.remove(&(kind, name)).is_some() {
            entry.touch();
            if kind.is_lasting() {
                self.moved.insert(id.clone());
            }
        }
        if entry.is_unused() {
            self.stores.remove(id);
        }
    }

    fn keep_only(&mut self, kind: Kind, seen: &HashSet<(StoreId, String)>) {
        for (id, entry) in &mut self.stores {
            let before = entry.items.len();
            entry.items.retain(|(k, name), _| *k != kind || seen.contains(&(id.clone(), name.clone())));
            if entry.items.len() != before {
                entry.touch();
                if kind.is_lasting() {
                    self.moved.insert(id.clone());
                }
            }
        }
        self.stores.retain(|_, entry| !entry.is_unused());
        let was_synced = self.is_synced();
        self.listed.insert(kind);
        if !was_synced && self.is_synced() {
            self.stores.values().for_each(Entry::touch);
        }
    }
}

impl Watched {
    /// What is known of a store. Nothing is a valid answer: see [`Snapshot::synced`].
    #[must_use]
    pub fn store(&self, id: &StoreId) -> Snapshot {
        let state = self.lock();
        let mut snapshot = Snapshot { synced: state.is_synced(), ..Snapshot::default() };
        let items = state.stores.get(id).into_iter().flat_map(|entry| entry.items.values());
        for item in items {
            match item {
                Item::Namespace { terminating } => {
                    (snapshot.namespace_seen, snapshot.namespace_terminating) = (true, *terminating);
                }
                Item::Workload(workload) => snapshot.workloads.push(workload.clone()),
                Item::Job(job) => snapshot.jobs.push(job.clone()),
                Item::Pod(pod) => snapshot.pods.push(pod.clone()),
            }
        }
        snapshot
    }

    /// Follows one store from now on.
    #[must_use]
    pub fn subscribe(&self, id: &StoreId) -> Subscription {
        let changes = self.lock().stores.entry(id.clone()).or_default().changes.subscribe();
        Subscription { watched: self.clone(), id: id.clone(), changes: Some(changes) }
    }

    /// Waits until namespaces or workloads of some stores have gone, or are wanted otherwise than before,
    /// by whoever it was; then says which. Also of what happened while the watch was broken: what it
    /// lists anew is held against what it knew. For one caller; may be cancelled.
    pub async fn moved(&self) -> HashSet<StoreId> {
        loop {
            let stirred = self.stirred.notified();
            let moved = std::mem::take(&mut self.lock().moved);
            if !moved.is_empty() {
                return moved;
            }
            stirred.await;
        }
    }

    /// Waits until every watch has completed its first list.
    pub async fn synced(&self) {
        loop {
            let stirred = self.stirred.notified();
            if self.is_synced() {
                return;
            }
            stirred.await;
        }
    }

    /// Every watch has completed its first list.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.lock().is_synced()
    }

    /// Stores of which something is kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().stores.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn set(&self, id: &StoreId, kind: Kind, name: String, item: Item) {
        self.lock().set(id, kind, name, item);
        self.stirred.notify_waiters();
    }

    pub(super) fn remove(&self, id: &StoreId, kind: Kind, name: String) {
        self.lock().remove(id, kind, name);
        self.stirred.notify_waiters();
    }

    /// A list of one kind is complete: what was not on it is gone.
    pub(super) fn keep_only(&self, kind: Kind, seen: &HashSet<(StoreId, String)>) {
        self.lock().keep_only(kind, seen);
        self.stirred.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while it was held leaves at worst an outdated summary.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes on each change of one store. What changes between a look and the wait is not missed: the
/// wait is for anything newer than the last look.
#[derive(Debug)]
pub struct Subscription {
    watched: Watched,
    id: StoreId,
    /// `None` only while it is being dropped.
    changes: Option<watch::Receiver<u64>>,
}

impl Subscription {
    /// The store as it is now; [`Subscription::changed`] then waits for what comes after.
    #[must_use]
    pub fn look(&mut self) -> Snapshot {
        if let Some(changes) = &mut self.changes {
            changes.mark_unchanged();
        }
        self.watched.store(&self.id)
    }

    /// Waits until something has changed since the last look (or since the subscription began). May
    /// be cancelled.
    pub async fn changed(&mut self) {
        let woken = match &mut self.changes {
            Some(changes) => changes.changed().await.is_ok(),
            None => false,
        };
        if !woken {
            // The cache is gone: nothing will ever change.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.changes = None;
        let mut state = self.watched.lock();
        if state.stores.get(&self.id).is_some_and(Entry::is_unused) {
            state.stores.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::cluster::snapshot::Workload;

    const ALL: [Kind; Kind::COUNT] = [Kind::Namespace, Kind::Deployment, Kind::StatefulSet, Kind::Job, Kind::Pod];

    fn id(bits: u64) -> StoreId {
        StoreId::from_bits(bits)
    }

    fn workload(ready: bool) -> Item {
        Item::Workload(Workload {
            name: "shop".to_owned(),
            revision: Some(1),
            wanted: 1,
            ready,
            generation: 1,
            uid: "u".to_owned(),
        })
    }

    #[test]
    fn only_a_change_of_the_same_store_wakes() {
        let watched = Watched::default();
        let mut sub = watched.subscribe(&id(1));
        watched.set(&id(2), Kind::Deployment, "shop".to_owned(), workload(true));
        assert!(sub.changed().now_or_never().is_none());
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(false));
        assert!(sub.changed().now_or_never().is_some());
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(false));
        assert!(sub.changed().now_or_never().is_none(), "the same again is no change");
        watched.remove(&id(1), Kind::Deployment, "shop".to_owned());
        assert!(sub.changed().now_or_never().is_some());
    }

    #[test]
    fn nothing_is_missed_between_a_look_and_the_wait() {
        let watched = Watched::default();
        let mut sub = watched.subscribe(&id(1));
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(false));
        assert!(!sub.look().workloads[0].ready);
        assert!(sub.changed().now_or_never().is_none(), "that was seen");
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(true));
        assert!(sub.changed().now_or_never().is_some());
        assert!(sub.look().workloads[0].ready);
    }

    #[test]
    fn a_new_list_removes_what_is_gone_and_only_of_its_kind() {
        let watched = Watched::default();
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(true));
        watched.set(&id(1), Kind::Deployment, "old".to_owned(), workload(true));
        watched.set(&id(1), Kind::Namespace, "n".to_owned(), Item::Namespace { terminating: true });
        let mut sub = watched.subscribe(&id(1));
        watched.keep_only(Kind::Deployment, &[(id(1), "shop".to_owned())].into());
        assert!(sub.changed().now_or_never().is_some());
        let snapshot = sub.look();
        assert_eq!(snapshot.workloads.len(), 1);
        assert!(snapshot.namespace_seen && snapshot.namespace_terminating && !snapshot.synced);
    }

    #[test]
    fn the_last_first_list_wakes_everybody() {
        let watched = Watched::default();
        let mut sub = watched.subscribe(&id(1));
        for kind in ALL {
            assert!(sub.changed().now_or_never().is_none());
            watched.keep_only(kind, &HashSet::new());
        }
        assert!(sub.changed().now_or_never().is_some());
        assert!(sub.look().synced && watched.is_synced());
    }

    #[test]
    fn only_what_lasts_moves_a_store() {
        let watched = Watched::default();
        let namespace = |terminating| Item::Namespace { terminating };
        watched.set(&id(1), Kind::Namespace, "n".to_owned(), namespace(false));
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(false));
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(true));
        watched.remove(&id(1), Kind::Pod, "shop-1".to_owned());
        assert!(watched.moved().now_or_never().is_none(), "what is made, gets ready or restarts is nobody's doing");
        let Item::Workload(changed) = workload(true) else { panic!("a workload") };
        let changed = Item::Workload(Workload { generation: 2, ..changed });
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), changed);
        assert_eq!(watched.moved().now_or_never(), Some([id(1)].into()));
        watched.set(&id(1), Kind::Namespace, "n".to_owned(), namespace(true));
        assert_eq!(watched.moved().now_or_never(), Some([id(1)].into()));
        watched.keep_only(Kind::Deployment, &HashSet::new());
        watched.remove(&id(1), Kind::Namespace, "n".to_owned());
        assert_eq!(watched.moved().now_or_never(), Some([id(1)].into()), "told once");
        assert!(watched.moved().now_or_never().is_none());
    }

    #[test]
    fn entries_go_with_their_last_object_and_their_last_reader() {
        let watched = Watched::default();
        let (one, two) = (watched.subscribe(&id(1)), watched.subscribe(&id(1)));
        drop(one);
        assert_eq!(watched.len(), 1);
        drop(two);
        assert!(watched.is_empty());
        watched.set(&id(1), Kind::Deployment, "shop".to_owned(), workload(true));
        drop(watched.subscribe(&id(1)));
        assert_eq!(watched.len(), 1);
        watched.remove(&id(1), Kind::Deployment, "shop".to_owned());
        assert!(watched.is_empty());
    }
}
