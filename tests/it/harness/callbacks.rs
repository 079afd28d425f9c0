//! A receiver of signed callbacks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, ensure};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::Data;
use poem::{Body, EndpointExt as _, Response, Route, Server, handler, post};
use tokio::sync::watch;

use super::environment::PATIENCE;
use super::promised::Promised;

/// One delivery, as received.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// Of the address it came to.
    pub(crate) query: String,
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) traceparent: String,
    pub(crate) body: Vec<u8>,
}

/// A status, and how many seconds to wait, if that is said.
type Answer = (StatusCode, Option<u64>);

#[derive(Clone)]
struct Shared {
    deliveries: watch::Sender<Vec<Delivery>>,
    /// What the next deliveries are answered; then 204.
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

pub(crate) struct Callbacks {
    shared: Shared,
    pub(crate) url: String,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Callbacks {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[handler]
async fn receive(request: &poem::Request, body: Body, shared: Data<&Shared>) -> Response {
    let header = |name| request.header(name).unwrap_or_default().to_owned();
    let delivery = Delivery {
        query: request.uri().query().unwrap_or_default().to_owned(),
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        traceparent: header("traceparent"),
        body: body.into_vec().await.unwrap_or_default(),
    };
    shared.deliveries.send_modify(|all| all.push(delivery));
    let (status, wait) = shared.answers.lock().unwrap().pop_front().unwrap_or((StatusCode::NO_CONTENT, None));
    match wait {
        Some(seconds) => Response::builder().status(status).header("retry-after", seconds).finish(),
        None => status.into(),
    }
}

impl Delivery {
    pub(crate) fn json(&self) -> Result<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// `store.ready`.
    pub(crate) fn kind(&self) -> String {
        self.json().ok().and_then(|body| Some(body["type"].as_str()?.to_owned())).unwrap_or_default()
    }
}

impl Callbacks {
    pub(crate) async fn start() -> Result<Self> {
        let shared = Shared { deliveries: watch::Sender::default(), answers: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        let routes = Route::new().at("/hook", post(receive)).data(shared.clone());
        let server = tokio::spawn(Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(routes));
        Ok(Self { shared, url, server })
    }

    /// Fails at a delivery that is not as the document says.
    pub(crate) fn were_as_promised(&self) -> Result<()> {
        let promised = Promised::shared()?;
        for Delivery { id, timestamp, signature, body, .. } in self.shared.deliveries.borrow().iter() {
            promised.delivery(body)?;
            ensure!(!id.is_empty() && timestamp.parse::<i64>().is_ok(), "a delivery is not named or dated");
            ensure!(signature.split(' ').all(|one| one.starts_with("v1,")), "a delivery is not signed");
        }
        Ok(())
    }

    /// The next deliveries are answered like this.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.answer_with(statuses, None);
    }

    /// The same, and that they are to come again in so many seconds.
    pub(crate) fn answer_with(&self, statuses: &[u16], wait: Option<u64>) {
        let answers = statuses.iter().map(|s| (StatusCode::from_u16(*s).unwrap(), wait));
        self.shared.answers.lock().unwrap().extend(answers);
    }

    /// What has come so far.
    pub(crate) fn all(&self) -> Vec<Delivery> {
        self.shared.deliveries.borrow().clone()
    }

    /// Waits until there are this many deliveries.
    pub(crate) async fn wait(&self, count: usize) -> Result<Vec<Delivery>> {
        let mut all = self.shared.deliveries.subscribe();
        let enough = tokio::time::timeout(PATIENCE, all.wait_for(|d| d.len() >= count));
        Ok(enough.await.context("no callback came")??.clone())
    }
}
