//! A stand-in GitHub and GitLab: the part of both that a bot for pull requests meets, with state, and with the
//! refusals of the real ones. The bot's real client talks to it through a base URL, and it talks to the bot with
//! signed deliveries; tests look at the result as a person at the pull request would.
//!
//! ```text
//! person acts ─> acts ─> state ─> hooks (payload) ─> deliveries (signed) ─> bot ─> rest ─> state ─> handles, control
//! ```
//!
//! | module | what |
//! |---|---|
//! | `state` | projects, people, changes, comments, statuses, deployments; no I/O |
//! | `acts` | what people do |
//! | `github`, `gitlab` | the REST API, the payloads and the words of each |
//! | `rest` | the gates in front of both APIs |
//! | `deliveries` | events: written down, signed, sent, sent again |
//! | `faults` | faults to order |
//! | `handles`, `control` | for tests and for scripts |
//!
//! Who judges it: `clients` holds every payload against the schemas that GitHub publishes and uses both APIs with
//! the common client libraries.
//!
//! Not modelled: reviews, checks, branches and files, apps and their installation tokens, forms as bodies.

// A payload is one literal of many fields.
#![recursion_limit = "256"]

mod acts;
mod control;
mod deliveries;
mod faults;
mod github;
mod gitlab;
mod handles;
mod hub;
mod rest;
mod state;

pub use acts::{Act, Opening, Told};
pub use deliveries::{Attempt, Delivery, Hook};
pub use faults::{Fault, FaultRule};
pub use handles::{ChangeHandle, Gone, ProjectHandle};
pub use state::{
    Change, ChangeState, Comment, Deployment, DeploymentState, Environment, Forge, Level, Project, RequestRecord,
    Status, User,
};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poem::listener::TcpAcceptor;
use poem::{EndpointExt as _, Route, Server};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::hub::Hub;
use crate::rest::Api;
use crate::state::World;

/// Open connections get this long when the stand-in stops.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// How a stand-in starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What the bot shows to both APIs.
    pub token: String,
    /// Whom the token belongs to.
    pub bot: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: "stand-in-forge-token".to_owned(),
            bot: "storebot".to_owned(),
        }
    }
}

/// Why a stand-in could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("listening: {0}")]
    Listen(#[from] std::io::Error),
    /// No HTTP client for calling the bot.
    #[error("HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// What was waited for did not come; says what was asked of the APIs last.
#[derive(Debug, Clone, thiserror::Error)]
#[error("not within {after:?}; last requests: {requests:?}")]
pub struct TimedOut {
    after: Duration,
    requests: Vec<String>,
}

/// A running stand-in. Dropping it stops it.
pub struct StandIn {
    hub: Arc<Hub>,
    address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
    /// Cancels when dropped, also when a test panics.
    stop_on_drop: DropGuard,
}

impl StandIn {
    /// Starts listening; answers requests from the moment this returns.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let hub = Arc::new(Hub::new(World::new(config.token, &config.bot, format!("http://{address}")))?);
        let api = |forge, prefix| Api { hub: Arc::clone(&hub), forge, prefix };
        let routes = Route::new()
            .at("/api/v3/*rest", api(Forge::GitHub, "/api/v3"))
            .at("/api/v4/*rest", api(Forge::GitLab, "/api/v4"))
            .nest("/_control", control::routes())
            .at("/", control::front())
            .data(Arc::clone(&hub));
        let stopping = hub.stopping.clone();
        let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?);
        let server = tokio::spawn(async move {
            server.run_with_graceful_shutdown(routes, stopping.cancelled_owned(), Some(SHUTDOWN)).await
        });
        let stop_on_drop = hub.stopping.clone().drop_guard();
        Ok(Self { hub, address, server, stop_on_drop })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a client of the forge is given as the API's address.
    #[must_use]
    pub fn api_url(&self, forge: Forge) -> String {
        let end = match forge {
            Forge::GitHub => "/api/v3",
            Forge::GitLab => "/api/v4",
        };
        self.base_url() + end
    }

    /// The scopes of the bot's token on a forge from now on; `None`: it is GitHub's of the fine-grained kind, or one
    /// that GitLab does not let ask. What it may do stays as it is.
    pub fn set_scopes(&self, forge: Forge, scopes: Option<&[&str]>) {
        self.hub.change(|world| match scopes {
            Some(scopes) => world.scopes.insert(forge, scopes.iter().map(|scope| (*scope).to_owned()).collect()),
            None => world.scopes.remove(&forge),
        });
    }

    /// Where events of a forge go from now on.
    pub fn set_hook(&self, forge: Forge, hook: Hook) {
        self.hub.change(|world| world.hooks.insert(forge, hook));
    }

    /// GitHub's first delivery to a hook.
    pub async fn ping(&self) -> Option<Attempt> {
        let id = self.hub.change(github::hooks::ping);
        deliveries::send(&self.hub, &id).await
    }

    /// A project by its whole name, made on demand.
    #[must_use]
    pub fn project(&self, forge: Forge, full_name: &str) -> ProjectHandle {
        let id = self.hub.change(|world| world.project_named(forge, full_name).id);
        ProjectHandle { hub: Arc::clone(&self.hub), id }
    }

    /// Deliveries are written down and not sent from now on, or sent at once again.
    pub fn hold(&self, holds: bool) {
        self.hub.change(|world| world.holds = holds);
    }

    /// Sends a delivery, again or for the first time. `None`: there is none, or nobody listens.
    pub async fn send(&self, delivery: &str) -> Option<Attempt> {
        deliveries::send(&self.hub, delivery).await
    }

    /// All events so far.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.hub.lock().deliveries.clone()
    }

    /// What was asked of both APIs so far.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.hub.lock().requests.clone()
    }

    /// Something goes wrong with requests.
    pub fn fault(&self, rule: FaultRule) {
        self.hub.lock().faults.add(rule);
    }

    /// Forgets ordered faults.
    pub fn clear_faults(&self) {
        self.hub.lock().faults.clear();
    }

    /// Waits until something is as wanted: looks once per change, never on a timer.
    ///
    /// # Errors
    /// It did not come in time.
    pub async fn until<T>(&self, within: Duration, mut check: impl FnMut() -> Option<T>) -> Result<T, TimedOut> {
        let mut bell = self.hub.listen();
        let found = tokio::time::timeout(within, async {
            loop {
                bell.borrow_and_update();
                if let Some(found) = check() {
                    return Some(found);
                }
                bell.changed().await.ok()?;
            }
        });
        found.await.ok().flatten().ok_or_else(|| {
            let requests = self.hub.lock().requests.clone();
            let line = |it: &RequestRecord| format!("{} {} {}", it.method, it.path, it.status);
            TimedOut { after: within, requests: requests.iter().rev().take(8).map(line).collect() }
        })
    }

    /// Stops listening and waits for what is under way.
    pub async fn stop(self) {
        drop(self.stop_on_drop);
        let _ = self.server.await;
    }
}
