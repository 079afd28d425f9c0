//! A receiver of callbacks that stumbles: every command has an address of its own, so that what comes
//! can be told apart.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::{Data, Path};
use poem::{Body, EndpointExt as _, Route, Server, handler, post};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

/// Share of deliveries that are taken and answered as if they were not.
const STUMBLES: f64 = 0.1;

#[derive(Clone)]
struct Shared(Arc<Mutex<Inner>>);

struct Inner {
    ids: BTreeMap<u32, BTreeMap<String, String>>,
    dice: StdRng,
}

pub(super) struct Receiver {
    shared: Shared,
    url: String,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[handler]
async fn receive(
    request: &poem::Request,
    body: Body,
    Path(number): Path<u32>,
    Data(shared): Data<&Shared>,
) -> StatusCode {
    let id = request.header("webhook-id").unwrap_or_default().to_owned();
    let body: Value = body.into_json().await.unwrap_or_default();
    let kind = body["type"].as_str().unwrap_or_default().to_owned();
    let mut inner = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    inner.ids.entry(number).or_default().insert(id, kind);
    if inner.dice.random_bool(STUMBLES) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
}

impl Receiver {
    pub(super) async fn start(seed: u64) -> Result<Self> {
        let inner = Inner { ids: BTreeMap::new(), dice: StdRng::seed_from_u64(seed) };
        let shared = Shared(Arc::new(Mutex::new(inner)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let routes = Route::new().at("/:number", post(receive)).data(shared.clone());
        let server = tokio::spawn(Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(routes));
        Ok(Self { shared, url, server })
    }

    pub(super) fn address(&self, number: u32) -> String {
        format!("{}{number}", self.url)
    }

    /// What came to each callback: the type of each delivery by its id.
    pub(super) fn ids(&self) -> BTreeMap<u32, BTreeMap<String, String>> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).ids.clone()
    }
}
