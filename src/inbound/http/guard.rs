//! What a request must pass before a route sees it: its address's budget, a bounded body that comes in
//! bounded time, bounded time for the route. Also catches panics, which would otherwise cut the connection
//! without an answer.
//!
//! A body is read to its end here, so that a limit holds whether or not its length was announced,
//! and no route can forget it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use jiff::Timestamp;
use poem::error::ReadBodyError;
use poem::http::header::CONTENT_LENGTH;
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use tokio::time::timeout;

use super::caller::origin;
use super::problem::Problem;
use super::routes::{RouteInfo, WEBHOOKS};
use crate::commands::Commands;
use crate::config;
use crate::forge::Forges;
use crate::inbound::deliver::{Judge, note_unreceived};
use crate::inbound::webhook::Sources;
use crate::metrics::Metrics;

/// A login waits for the shop to take it; nothing else waits for a cluster. At the API, and at the dashboard.
const WAITS: [&str; 2] = ["/credentials", "/login"];
/// A little more than the route itself waits.
const WAIT: Duration = Duration::from_secs(30);
/// Probes come from the node itself and must not be held back by a flood.
const HEALTH: &str = "/health/";

pub(super) struct Guard<E> {
    pub(super) inner: E,
    pub(super) commands: Arc<Commands>,
    pub(super) door: Webhooks,
    pub(super) limits: Limits,
}

/// What it takes to write down a delivery whose body did not come in.
pub(super) struct Webhooks {
    pub(super) sources: Arc<Sources>,
    pub(super) forges: Forges,
    pub(super) metrics: Metrics,
    pub(super) clock: fn() -> Timestamp,
}

#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// For the body to arrive.
    body: Duration,
    /// For the answer from then on.
    time: Duration,
}

impl Limits {
    fn time(&self, path: &str) -> Duration {
        if WAITS.iter().any(|waits| path.ends_with(waits)) { self.time.max(WAIT) } else { self.time }
    }
}

impl From<&config::Http> for Limits {
    fn from(http: &config::Http) -> Self {
        Self { body: http.body_timeout, time: http.request_timeout }
    }
}

impl<E: Endpoint> Endpoint for Guard<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        self.admit(&request)?;
        check_headers(&request)?;
        if let Err(error) = receive(&mut request, self.limits.body).await {
            self.note(&request, &error).await;
            return Err(error);
        }
        let time = self.limits.time(request.uri().path());
        let caught = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        match timeout(time, caught).await {
            Ok(Ok(answer)) => answer.map(IntoResponse::into_response),
            // The panic hook has already told the log what happened and where.
            Ok(Err(_panic)) => Err(Problem::internal().into()),
            Err(_elapsed) => Err(Problem::timeout().into()),
        }
    }
}

impl<E> Guard<E> {
    /// A delivery whose body is too large or too slow never comes to its route, and belongs into the log all the same.
    async fn note(&self, request: &Request, error: &poem::Error) {
        let Some(source) = request.uri().path().strip_prefix(WEBHOOKS) else { return };
        let Some(problem) = error.downcast_ref::<Problem>().filter(|_| !source.contains('/')) else { return };
        let Webhooks { sources, forges, metrics, clock } = &self.door;
        let judge = Judge { commands: &self.commands, metrics, sources, forges };
        note_unreceived(judge, source, &origin(request), clock(), problem.said()).await;
    }

    fn admit(&self, request: &Request) -> poem::Result<()> {
        if request.uri().path().starts_with(HEALTH) {
            return Ok(());
        }
        if let Some(address) = origin(request).address {
            self.commands.admit_address(address)?;
        }
        Ok(())
    }
}

fn check_headers(request: &Request) -> Result<(), Problem> {
    let unread = request.data::<Arc<RouteInfo>>().and_then(|route| route.unread(request.headers()));
    unread.map_or(Ok(()), |name| Err(Problem::bad_parameter(name, "one header at most, of printable ASCII")))
}

/// Reads the body, as far as one belongs to the request's route and method.
async fn receive(request: &mut Request, within: Duration) -> poem::Result<()> {
    let route = request.data::<Arc<RouteInfo>>();
    let Some(limit) = route.and_then(|route| route.body(request.method())) else {
        // There is no such route or method, and that is what the answer will say.
        request.take_body();
        return Ok(());
    };
    let announced = request.header(CONTENT_LENGTH).and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|n| n > limit as u64) {
        return Err(Problem::too_large(limit).into());
    }
    let body = request.take_body();
    if body.is_empty() {
        return Ok(());
    }
    match timeout(within, body.into_bytes_limit(limit)).await {
        Ok(Ok(bytes)) => request.set_body(Body::from_bytes(bytes)),
        Ok(Err(ReadBodyError::PayloadTooLarge)) => return Err(Problem::too_large(limit).into()),
        Ok(Err(error)) => return Err(error.into()),
        Err(_elapsed) => return Err(Problem::too_slow(within).into()),
    }
    Ok(())
}
