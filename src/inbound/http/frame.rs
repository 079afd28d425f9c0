//! What stands around every route of the public listener: the request's id and the address it comes from,
//! its one log line, its numbers, the headers of every answer, and the one shape of errors.
//!
//! Logs and numbers carry the route's pattern, never the path, the query or anything of the body.

use std::sync::Arc;
use std::time::Instant;

use ipnet::IpNet;
use poem::error::MethodNotAllowedError;
use poem::http::header::{ALLOW, CONNECTION};
use poem::http::{HeaderValue, Method, StatusCode, Version};
use poem::{Endpoint, Error, IntoResponse, Request, Response};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::client;
use super::cors::{self, Cors};
use super::headers::Headers;
use super::problem::Problem;
use super::routes::{RouteInfo, Routes};
use super::trail;
use crate::config;
use crate::domain::Bits;
use crate::domain::audit::Origin;
use crate::metrics::Metrics;

pub(super) struct Frame<E> {
    pub(super) inner: E,
    pub(super) routes: Routes,
    /// Stands for the route of requests that met none.
    pub(super) unmatched: Arc<str>,
    pub(super) metrics: Metrics,
    /// Random bits for the next request's id.
    pub(super) ids: Bits,
    /// Cancelled when the process is asked to end.
    pub(super) draining: CancellationToken,
    pub(super) door: Door,
}

/// What the configuration says of the listener.
pub(super) struct Door {
    pub(super) proxies: Vec<IpNet>,
    cors: Cors,
    headers: Headers,
    /// Share of the traces of strangers that is recorded. `None`: nobody takes any.
    pub(super) traces: Option<f64>,
}

impl From<&config::Config> for Door {
    fn from(config: &config::Config) -> Self {
        let (http, traces) = (&config.http, &config.telemetry);
        let headers = Headers { strict_transport: http.public_url.scheme() == "https" };
        Self {
            proxies: http.trusted_proxies.clone(),
            cors: Cors::new(&http.cors_origins),
            headers,
            traces: traces.ratio(),
        }
    }
}

/// What is known of a request and still needed when it is gone.
struct Passing {
    id: String,
    method: Method,
    route: Option<Arc<RouteInfo>>,
    origin: Arc<Origin>,
    asked: cors::Asked,
    span: Span,
    started: Instant,
}

impl<E: Endpoint> Endpoint for Frame<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let passing = self.enter(&mut request);
        let version = request.version();
        let mut response = match self.inner.call(request).instrument(passing.span.clone()).await {
            Ok(response) => response.into_response(),
            Err(error) => passing.failed(error),
        };
        self.door.headers.finish(&mut response, &passing.id, passing.origin.budget.get());
        self.door.cors.tell(&passing.asked, passing.route.as_deref(), &mut response);
        // Whoever keeps the connection would send the next request into one that is about to be closed. HTTP/2 has
        // a frame of its own for it, which the server sends.
        if self.draining.is_cancelled() && version <= Version::HTTP_11 {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let status = response.status().as_u16();
        trail::answered(&passing.span, status);
        passing.span.in_scope(|| self.count(&passing, status));
        Ok(response)
    }
}

impl<E> Frame<E> {
    fn enter(&self, request: &mut Request) -> Passing {
        let route = self.routes.find(request.uri().path()).cloned();
        let id = trail::request_id(request).unwrap_or_else(|| format!("{:016x}", (self.ids)()));
        let address = client::of(request, &self.door.proxies);
        let label = route.as_ref().map_or(&self.unmatched, |route| &route.label);
        let (span, trace) = trail::enter(request, &id, (label, known(request.method())), &self.door);
        let origin = Arc::new(Origin { address, request: id.clone(), trace, ..Origin::default() });
        request.set_data(Arc::clone(&origin));
        if let Some(route) = &route {
            request.set_data(Arc::clone(route));
        }
        let (method, asked) = (request.method().clone(), cors::Asked::of(request));
        Passing { id, method, route, origin, asked, span, started: Instant::now() }
    }

    fn count(&self, passing: &Passing, status: u16) {
        let route = passing.route.as_ref().map_or(&self.unmatched, |route| &route.label);
        let (method, took) = (known(&passing.method), passing.started.elapsed().as_secs_f64());
        self.metrics.http_request(route, method, status, took);
        let duration_ms = took * 1000.0;
        // What was asked and answered well is nobody's news; who did what stands in the ledger.
        if status >= 500 {
            tracing::warn!(method, route = &**route, status, duration_ms, "request failed");
        } else {
            tracing::debug!(method, route = &**route, status, duration_ms, "request answered");
        }
    }
}

impl Passing {
    /// The answer to what no route has answered.
    fn failed(&self, error: Error) -> Response {
        let wrong_method = error.is::<MethodNotAllowedError>();
        let allow = self.route.as_ref().filter(|_| wrong_method).map(|route| (ALLOW, route.allow.clone()));
        let mut response = if allow.is_some() && self.method == Method::OPTIONS {
            StatusCode::NO_CONTENT.into_response()
        } else {
            Problem::from_error(error, &self.id, self.route.as_deref()).into_response(&self.id)
        };
        response.headers_mut().extend(allow);
        response
    }
}

/// A method's name; all that nobody uses share one, since a caller can make up any number.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
