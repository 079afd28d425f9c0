//! Everything of one kind, as the API server knows it.

use futures::StreamExt;
use futures::stream::BoxStream;
use kube::Resource;
use kube::api::Api;
use kube::runtime::reflector::{self, Store};
use kube::runtime::{WatchStreamExt, watcher};

/// A copy that is up to date as long as the stream is read; each of its items is a change.
pub fn known<K>(api: Api<K>) -> (Store<K>, BoxStream<'static, ()>)
where
    K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + serde::de::DeserializeOwned + Send + Sync + 'static,
{
    let (store, writer) = reflector::store();
    // A watch that breaks is opened again by itself, and what was known stays known.
    let changes = watcher(api, watcher::Config::default()).default_backoff().reflect(writer);
    (store, changes.map(drop).boxed())
}
