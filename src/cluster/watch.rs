//! Keeps the caches fresh: one watch per kind, for all stores of the cell, and for ever. The API
//! server may go away as long as it likes.

use std::collections::HashSet;
use std::fmt::Debug;
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt as _;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;

use super::cache::Watched;
use super::labels::{CELL, owner};
use super::summary::Summary;
use crate::domain::store::StoreId;

/// The API server ends a watch after so many seconds and it is begun again where it was, so that a
/// connection that died without a word is found out soon. Five such requests in this time are nothing.
const WATCH_SECONDS: u32 = 30;
/// Longest silence on a connection of a watch or of its first list, which kube bounds by nothing.
pub(super) const SILENCE: Duration = Duration::from_secs(WATCH_SECONDS as u64 + 10);
/// First and longest pause between two attempts. The longest is what a store at most waits for after
/// the API server has come back.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// After so many failures in a row the watch starts over with a list: the place it would go on from
/// may be one that this API server does not know.
const FAILURES_MAX: u32 = 3;

pub(super) async fn run(client: Client, cell: String, watched: Watched) {
    let one = Watch { client, cell, watched };
    tokio::join!(
        one.keep::<Namespace>(),
        one.keep::<Deployment>(),
        one.keep::<StatefulSet>(),
        one.keep::<Job>(),
        one.keep::<Pod>(),
    );
}

struct Watch {
    client: Client,
    cell: String,
    watched: Watched,
}

impl Watch {
    async fn keep<K>(&self)
    where
        K: Resource<DynamicType = ()> + Summary + Clone + Debug + DeserializeOwned + Send + 'static,
    {
        let api: Api<K> = Api::all(self.client.clone());
        let config = watcher::Config::default().labels(&format!("{CELL}={}", self.cell)).timeout(WATCH_SECONDS);
        let mut pause = PAUSE;
        loop {
            let mut events = pin!(watcher::watcher(api.clone(), config.clone()));
            let mut feed = Feed { watched: &self.watched, listing: HashSet::new() };
            let mut failures = 0;
            while failures < FAILURES_MAX {
                match events.next().await {
                    Some(Ok(event)) => {
                        // The beginning of a list has not asked the API server anything yet.
                        if !matches!(event, Event::Init) {
                            (failures, pause) = (0, PAUSE);
                        }
                        feed.take(event);
                    }
                    Some(Err(error)) => {
                        let kind = K::kind(&());
                        // Once for an outage; its end shows in what stores do.
                        if pause == PAUSE {
                            tracing::warn!(cell = self.cell, kind = &*kind, %error, "a watch broke; it is begun again");
                        }
                        failures += 1;
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(PAUSE_MAX);
                    }
                    None => break,
                }
            }
        }
    }
}

/// Brings the events of one watch into the cache.
struct Feed<'a> {
    watched: &'a Watched,
    /// What the list that is under way has shown.
    listing: HashSet<(StoreId, String)>,
}

impl Feed<'_> {
    fn take<K: Resource + Summary>(&mut self, event: Event<K>) {
        match event {
            Event::Init => self.listing.clear(),
            Event::InitApply(object) => {
                if let Some(key) = key(&object) {
                    self.watched.set(&key.0, K::KIND, key.1.clone(), object.summary());
                    self.listing.insert(key);
                }
            }
            Event::InitDone => self.watched.keep_only(K::KIND, &std::mem::take(&mut self.listing)),
            Event::Apply(object) => {
                if let Some((id, name)) = key(&object) {
                    self.watched.set(&id, K::KIND, name, object.summary());
                }
            }
            Event::Delete(object) => {
                if let Some((id, name)) = key(&object) {
                    self.watched.remove(&id, K::KIND, name);
                }
            }
        }
    }
}

fn key<K: Resource>(object: &K) -> Option<(StoreId, String)> {
    let meta = object.meta();
    Some((owner(meta)?, meta.name.clone()?))
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn namespace(id: &str, name: &str) -> Namespace {
        let labels = json!({"app.kubernetes.io/instance": id});
        from_value(json!({"metadata": {"name": name, "labels": labels}})).unwrap()
    }

    #[test]
    fn events_become_what_is_known() {
        let watched = Watched::default();
        let mut feed = Feed { watched: &watched, listing: HashSet::new() };
        let (one, two) = (StoreId::parse("00000000000a").unwrap(), StoreId::parse("00000000000b").unwrap());
        let object = |id: &StoreId| namespace(id.as_str(), &id.namespace());
        feed.take::<Namespace>(Event::Init);
        feed.take(Event::InitApply(object(&one)));
        feed.take::<Namespace>(Event::InitDone);
        feed.take(Event::Apply(object(&two)));
        assert!(watched.store(&one).namespace_seen && watched.store(&two).namespace_seen);
        feed.take(Event::Delete(object(&one)));
        assert!(!watched.store(&one).namespace_seen);
        feed.take::<Namespace>(Event::Init);
        assert!(watched.store(&two).namespace_seen, "a list that is under way removes nothing");
        feed.take::<Namespace>(Event::InitDone);
        assert!(watched.is_empty());
    }

    #[test]
    fn a_label_counts_only_in_the_stores_own_namespace() {
        let watched = Watched::default();
        let mut feed = Feed { watched: &watched, listing: HashSet::new() };
        feed.take(Event::Apply(namespace("00000000000a", "elsewhere")));
        feed.take(Event::Apply(namespace("no-id", "store-no-id")));
        assert!(watched.is_empty());
    }
}
