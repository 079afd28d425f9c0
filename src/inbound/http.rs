//! The HTTP door: the public and the admin listener's routes, on one page.
//!
//! Nothing here starts a server or reads a clock by itself; the composition root hands in what is
//! needed and serves what comes out. `poem` stays inside this module.
//!
//! ```text
//! Frame (id, log, numbers, headers, errors)
//!   Guard (address, time, size, panics)
//!     /v1/... /webhooks/... /health/...   api.rs, follow.rs
//!     / /docs /openapi.json /openapi.yaml  pages.rs, docs.rs, asset.rs
//!     /discord/interactions                given by the caller
//! ```

mod admin;
mod answers;
mod api;
mod asset;
mod audited;
pub mod auth;
mod board;
pub(super) mod caller;
mod cells;
mod client;
mod coding;
mod cors;
mod deliver;
mod delivered;
mod docs;
mod dto;
mod follow;
mod followed;
mod frame;
#[doc(hidden)]
pub mod fuzz;
mod govern;
mod governed;
mod guard;
mod headers;
mod life;
pub mod listen;
mod pages;
mod payload;
mod problem;
pub mod reading;
mod routes;
pub(crate) mod shape;
mod signed;
mod spec;
mod stream;
mod trail;
mod translate;
mod yaml;

use std::sync::Arc;

use jiff::Timestamp;
use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Request, Response, Route, RouteMethod, post};
use poem_openapi::OpenApiService;
use tokio_util::sync::CancellationToken;

pub use admin::admin_routes;

use crate::commands::Commands;
use crate::config::Config;
use crate::domain::Bits;
use crate::forge::Forges;
use crate::inbound::discord::{GatewayState, SignIn};
use crate::inbound::webhook::Sources;
use crate::metrics::Metrics;
use api::{Api, State};
use auth::Verifier;
use board::Board;
use caller::Gate;
use cells::Cells;
use deliver::Deliver;
use follow::Follow;
use frame::{Door, Frame};
use govern::Govern;
use guard::Guard;
use life::Life;
use routes::Routes;

/// What the HTTP door needs from outside.
pub struct HttpParts {
    pub commands: Arc<Commands>,
    pub config: Arc<Config>,
    pub metrics: Metrics,
    pub forges: Forges,
    /// `POST /discord/interactions`, when Discord is configured.
    pub discord: Option<BoxEndpoint<'static, Response>>,
    /// How the connection to Discord is, when interactions come over one.
    pub gateway: Option<GatewayState>,
    /// When people can sign in to the dashboard with Discord.
    pub sign_in: Option<SignIn>,
    pub clock: fn() -> Timestamp,
    /// Random bits, for the ids of requests.
    pub ids: Bits,
    /// Cancelled when the process is asked to end: it is not ready any more, and still answers.
    pub draining: CancellationToken,
    /// Cancelled when the doors close: streams end then.
    pub close: CancellationToken,
}

/// Where Discord sends its interactions.
const DISCORD: &str = "/discord/interactions";

/// All of the public listener.
#[must_use]
pub fn public_routes(parts: HttpParts) -> BoxEndpoint<'static, Response> {
    let HttpParts { commands, config, metrics, forges, discord, gateway, sign_in, clock, ids, draining, close } = parts;
    let mut routes = Routes::documented(&config.http);
    let mut pages = Route::new();
    for (path, label, page) in pages::all() {
        routes.add(label, Method::GET, 0);
        pages = pages.at(path, page);
    }
    if let Some(endpoint) = discord {
        routes.add(DISCORD, Method::POST, config.http.body_limit);
        pages = pages.at(DISCORD, post(endpoint));
    }
    let sources = Arc::new(Sources::new(&config));
    let state = State {
        commands: commands.clone(),
        sources: Arc::clone(&sources),
        forges: forges.clone(),
        metrics: metrics.clone(),
        gateway,
        clock,
        draining: draining.clone(),
        close,
    };
    let state = Arc::new(state);
    let verifier = Verifier::new(&config.auth, &metrics);
    let gate = Gate { verifier, commands: commands.clone(), metrics: metrics.clone(), clock };
    Board::announce(&mut routes);
    let board = Board::new(Arc::clone(&state), gate.clone(), &config, sign_in);
    let api = OpenApiService::new(
        (
            Api(Arc::clone(&state)),
            Follow(Arc::clone(&state)),
            Govern(Arc::clone(&state)),
            Life(Arc::clone(&state)),
            Deliver(Arc::clone(&state)),
            Cells(state),
        ),
        "",
        "",
    )
    .into_endpoint()
    .data(gate);
    let door = guard::Webhooks { sources, forges, metrics: metrics.clone(), clock };
    let inner = Guard { inner: Site { api, pages, board }, commands, door, limits: guard::Limits::from(&config.http) };
    Frame { inner, routes, unmatched: Arc::from("unmatched"), metrics, ids, draining, door: Door::from(&*config) }
        .boxed()
}

/// The API's description in YAML: OpenAPI 3.1, the same for the same source.
#[must_use]
pub fn openapi_yaml() -> String {
    yaml::write(&spec::document())
}

/// The API beside the pages: told apart by prefix, so that no path is rewritten on its way.
struct Site<A> {
    api: A,
    pages: Route,
    board: Board,
}

const API: [&str; 3] = ["/v1/", "/webhooks/", "/health/"];

impl<A: Endpoint<Output = Response>> Endpoint for Site<A> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path();
        if API.iter().any(|prefix| path.starts_with(prefix)) {
            self.api.call(request).await
        } else if Board::has(path) {
            self.board.call(request).await
        } else {
            self.pages.call(request).await
        }
    }
}

/// A page that can be read.
type Page = RouteMethod;

#[cfg(test)]
mod tests;
