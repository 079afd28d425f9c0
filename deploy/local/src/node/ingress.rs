//! The front door of the shops: a reverse proxy on loopback that finds the pod by the
//! request's host, as Ingress objects of the class `local` say. It runs in the node's
//! network; only its listening socket is outside.

pub mod proxy;
pub mod routes;

use std::sync::Arc;

use anyhow::{Result, bail};
use futures::StreamExt;
use kube::api::Api;
use kube::runtime::reflector::{self, Store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, Resource};
use tokio::net::TcpListener;

use proxy::Proxy;
use routes::Tables;

/// Serves the shops until it is dropped.
pub async fn serve(client: Client, listener: TcpListener) -> Result<()> {
    let (ingresses, a) = known(Api::all(client.clone()));
    let (services, b) = known(Api::all(client.clone()));
    let (slices, c) = known(Api::all(client));
    let proxy = Arc::new(Proxy::new(Tables { ingresses, services, slices }));
    tokio::join!(a, b, c, proxy.serve(listener));
    bail!("the ingress ended")
}

/// Everything of one kind, kept up to date by the future.
fn known<K>(api: Api<K>) -> (Store<K>, impl Future<Output = ()>)
where
    K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + serde::de::DeserializeOwned + Send + Sync + 'static,
{
    let (store, writer) = reflector::store();
    // A watch that breaks is opened again by itself, and what was known stays known.
    let changes = watcher(api, watcher::Config::default()).default_backoff().reflect(writer);
    (store, changes.for_each(|_| std::future::ready(())))
}
