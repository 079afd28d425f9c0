//! The front door of the shops: a reverse proxy on loopback that finds the pod by the
//! request's host, as Ingress objects of the class `local` say. It runs in the node's
//! network; only its listening socket is outside.

pub mod proxy;
pub mod routes;

use std::sync::Arc;

use anyhow::{Result, bail};
use futures::StreamExt;
use kube::Client;
use kube::api::Api;
use tokio::net::TcpListener;

use super::watch;
use proxy::Proxy;
use routes::Tables;

/// Serves the shops until it is dropped.
pub async fn serve(client: Client, listener: TcpListener) -> Result<()> {
    let (ingresses, a) = watch::known(Api::all(client.clone()));
    let (services, b) = watch::known(Api::all(client.clone()));
    let (slices, c) = watch::known(Api::all(client));
    let proxy = Arc::new(Proxy::new(Tables { ingresses, services, slices }));
    let watching = futures::stream::select_all([a, b, c]).for_each(std::future::ready);
    tokio::select! {
        () = watching => bail!("the watch on ingresses ended"),
        () = proxy.serve(listener) => bail!("the ingress ended"),
    }
}
