//! What a request is known by, to whoever asked and in everything that comes of it: its id and its place in a trace.
//!
//! A caller may bring both. An id stands in logs and the audit as it is, so it has to be short and plain; it names
//! a request and proves nothing. Where a trace is recorded costs something, so a stranger does not decide that: of
//! its traces the configured share is recorded.

use std::sync::Arc;

use poem::Request;
use tracing::Span;

use super::client;
use super::frame::Door;
use super::headers::REQUEST_ID;
use crate::domain::trail::{TraceContext, is_request_id};
use crate::telemetry::{self, Value};

const TRACEPARENT: &str = "traceparent";
const HEALTH: &str = "/health/";

/// The caller's own name for the request, if it is one.
pub(super) fn request_id(request: &Request) -> Option<String> {
    only(request, REQUEST_ID.as_str()).filter(|id| is_request_id(id)).map(str::to_owned)
}

/// The span of a request, and its place in a trace. `what`: its route and method.
pub(super) fn enter(
    request: &Request,
    id: &str,
    (route, method): (&Arc<str>, &'static str),
    door: &Door,
) -> (Span, Option<TraceContext>) {
    // Asked every few seconds, and asks for nothing.
    if route.starts_with(HEALTH) {
        return (Span::none(), None);
    }
    let theirs = only(request, TRACEPARENT).and_then(TraceContext::parse);
    let Some(share) = door.traces else {
        // What they follow is handed on, and nothing is recorded here.
        return (telemetry::request(id), theirs);
    };
    let span = telemetry::request(id);
    let peer = request.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip);
    let trusted = peer.is_some_and(|peer| client::is_proxy(peer, &door.proxies));
    let theirs = theirs.map(|theirs| if trusted { theirs } else { theirs.sampled_by(share) });
    telemetry::follow(&span, theirs.as_ref());
    let said = [
        ("http.request.method", Value::from(method)),
        ("http.route", Value::from(Arc::clone(route))),
        ("request_id", Value::from(id.to_owned())),
    ];
    telemetry::named(&span, &format!("{method} {route}"), "server", &said);
    let here = telemetry::here(&span);
    (span, here)
}

/// How it was answered.
pub(super) fn answered(span: &Span, status: u16) {
    telemetry::attribute(span, "http.response.status_code", i64::from(status));
    if status >= 500 {
        telemetry::went_wrong(span, "5xx");
    }
}

/// A header that is there once, as text.
fn only<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}
