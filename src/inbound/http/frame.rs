//! What stands around every route of the public listener: the request's id, its one log line, its
//! numbers, the headers of every answer, and the one shape of errors.
//!
//! Logs and numbers carry the route's pattern, never the path, the query or anything of the body.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use poem::error::MethodNotAllowedError;
use poem::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use poem::http::{HeaderValue, Method};
use poem::{Endpoint, IntoResponse, PathPattern, Request, Response};

use super::problem::{Problem, RATE_LIMIT, RATE_LIMIT_POLICY, left_header, policy_header};
use crate::domain::Bits;
use crate::domain::audit::Origin;
use crate::domain::outcome::Budget;
use crate::metrics::Metrics;

/// The request's id, on each answer.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a route before any request.
#[derive(Clone, Debug)]
pub(super) struct RouteInfo {
    /// The pattern as documented, with `{names}`.
    pub(super) label: Arc<str>,
    /// The methods it has, for the header `Allow`.
    pub(super) allow: HeaderValue,
}

/// By the pattern poem matched.
pub(super) type Routes = HashMap<String, RouteInfo>;

pub(super) struct Frame<E> {
    pub(super) inner: E,
    pub(super) routes: Routes,
    /// Stands for the route of requests that met none.
    pub(super) unmatched: Arc<str>,
    pub(super) metrics: Metrics,
    /// Random bits for the next request's id.
    pub(super) ids: Bits,
}

impl<E: Endpoint> Endpoint for Frame<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let started = Instant::now();
        let id = format!("{:016x}", (self.ids)());
        let method = known(request.method());
        let address = request.remote_addr().as_socket_addr().map(|address| address.ip());
        let origin = Arc::new(Origin { address, request: id.clone(), ..Origin::default() });
        request.set_data(Arc::clone(&origin));
        let (mut response, route) = match self.inner.call(request).await {
            Ok(response) => {
                let response = response.into_response();
                let route = self.route(response.data());
                (response, route)
            }
            Err(error) => {
                let route = self.route(error.data());
                let allow = error.is::<MethodNotAllowedError>().then(|| route.map(|r| r.allow.clone())).flatten();
                let mut response = Problem::from_error(error, &id).into_response(&id);
                response.headers_mut().extend(allow.map(|a| (ALLOW, a)));
                (response, route)
            }
        };
        finish(&mut response, &id);
        if let Some(budget) = origin.budget.get() {
            tell_budget(&mut response, budget);
        }
        let (label, status, took) =
            (route.map_or(&self.unmatched, |r| &r.label), response.status().as_u16(), started.elapsed().as_secs_f64());
        self.metrics.http_request(label, method, status, took);
        let duration_ms = took * 1000.0;
        // What was asked and answered well is nobody's news; who did what stands in the ledger.
        if status >= 500 {
            tracing::warn!(request_id = id, method, route = &**label, status, duration_ms, "request failed");
        } else {
            tracing::debug!(request_id = id, method, route = &**label, status, duration_ms, "request answered");
        }
        Ok(response)
    }
}

impl<E> Frame<E> {
    fn route(&self, pattern: Option<&PathPattern>) -> Option<&RouteInfo> {
        self.routes.get(&*pattern?.0)
    }
}

/// Headers of every answer. A route that has said something itself is left alone.
fn finish(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(id).ok().map(|v| (REQUEST_ID, v)));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
}

/// What is left of the caller's requests. A refusal has said so itself.
fn tell_budget(response: &mut Response, budget: &Budget) {
    let (headers, Budget { policy, remaining, reset_seconds }) = (response.headers_mut(), budget);
    if !headers.contains_key(RATE_LIMIT) {
        let [said, left] = [policy_header(policy), left_header(policy, *remaining, u64::from(*reset_seconds))];
        headers.extend(HeaderValue::from_str(&said).ok().map(|v| (RATE_LIMIT_POLICY, v)));
        headers.extend(HeaderValue::from_str(&left).ok().map(|v| (RATE_LIMIT, v)));
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
