//! What a request must pass before a route sees it: its address's budget, a bounded body, bounded
//! time. Also catches panics, which would otherwise cut the connection without an answer.
//!
//! A body is read to its end here, so that a limit holds whether or not its length was announced,
//! and no route can forget it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use poem::error::ReadBodyError;
use poem::http::header::CONTENT_LENGTH;
use poem::{Body, Endpoint, IntoResponse, Request, Response};

use super::problem::Problem;
use crate::commands::Commands;
use crate::config;

/// Where the larger limit for deliveries holds.
const WEBHOOKS: &str = "/webhooks/";
/// A login waits for the shop to take it; nothing else waits for a cluster.
const WAITS: &str = "/credentials";
/// A little more than the route itself waits.
const WAIT: Duration = Duration::from_secs(30);
/// Probes come from the node itself and must not be held back by a flood.
const HEALTH: &str = "/health/";

pub(super) struct Guard<E> {
    pub(super) inner: E,
    pub(super) commands: Arc<Commands>,
    pub(super) limits: Limits,
}

#[derive(Clone, Copy)]
pub(super) struct Limits {
    body: usize,
    webhook_body: usize,
    time: Duration,
}

impl Limits {
    fn time(&self, path: &str) -> Duration {
        if path.ends_with(WAITS) { self.time.max(WAIT) } else { self.time }
    }
}

impl From<&config::Http> for Limits {
    fn from(http: &config::Http) -> Self {
        Self { body: http.body_limit, webhook_body: http.webhook_body_limit, time: http.request_timeout }
    }
}

impl<E: Endpoint> Endpoint for Guard<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let time = self.limits.time(request.uri().path());
        let bounded = AssertUnwindSafe(self.admit_and_call(request)).catch_unwind();
        match tokio::time::timeout(time, bounded).await {
            Ok(Ok(answer)) => answer,
            // The panic hook has already told the log what happened and where.
            Ok(Err(_panic)) => Err(Problem::internal().into()),
            Err(_elapsed) => Err(Problem::timeout().into()),
        }
    }
}

impl<E: Endpoint> Guard<E> {
    fn admit(&self, request: &Request) -> poem::Result<()> {
        if request.uri().path().starts_with(HEALTH) {
            return Ok(());
        }
        if let Some(address) = request.remote_addr().as_socket_addr() {
            self.commands.admit_address(address.ip())?;
        }
        Ok(())
    }

    async fn admit_and_call(&self, mut request: Request) -> poem::Result<Response> {
        self.admit(&request)?;
        let limit =
            if request.uri().path().starts_with(WEBHOOKS) { self.limits.webhook_body } else { self.limits.body };
        let announced = request.header(CONTENT_LENGTH).and_then(|v| v.parse::<u64>().ok());
        if announced.is_some_and(|n| n > limit as u64) {
            return Err(Problem::too_large(limit).into());
        }
        let body = request.take_body();
        if !body.is_empty() {
            match body.into_bytes_limit(limit).await {
                Ok(bytes) => request.set_body(Body::from_bytes(bytes)),
                Err(ReadBodyError::PayloadTooLarge) => return Err(Problem::too_large(limit).into()),
                Err(error) => return Err(error.into()),
            }
        }
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}
