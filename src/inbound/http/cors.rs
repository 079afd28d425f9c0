//! Whose pages may ask the API from a browser (the CORS protocol of the Fetch standard).
//!
//! Origins are compared as whole texts and answered by name, never with `*`. No credentials that a browser
//! adds by itself (cookies) are used anywhere, so they are not allowed either: tokens are sent by hand.
//! An origin that is not named gets the same answers without a word about it; its browser keeps them back.

use poem::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use poem::http::{HeaderMap, HeaderValue, Method};
use poem::{Request, Response};

use super::routes::RouteInfo;

/// What a page may send beyond what it always may.
const SENT: &str = "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id";
/// What a page may see beyond what it always may.
const SEEN: &str = "etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id";
/// How long a browser may remember that it may ask, in seconds.
const REMEMBERED: &str = "600";

#[derive(Debug)]
pub(super) struct Cors {
    /// Empty: nothing is ever said.
    origins: Vec<HeaderValue>,
}

/// Who asks, taken from a request before it is gone.
pub(super) struct Asked {
    origin: Option<HeaderValue>,
    /// A browser wants to know whether it may ask.
    preflight: bool,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Self {
        let headers = request.headers();
        let preflight = request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        Self { origin: headers.get(ORIGIN).cloned(), preflight }
    }
}

impl Cors {
    pub(super) fn new(origins: &[String]) -> Self {
        Self { origins: origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect() }
    }

    /// Says on an answer of a documented route who may see it.
    pub(super) fn tell(&self, asked: &Asked, route: Option<&RouteInfo>, response: &mut Response) {
        let Some(route) = route.filter(|route| route.documented && !self.origins.is_empty()) else { return };
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("origin"));
        let Some(origin) = asked.origin.as_ref().filter(|origin| self.origins.contains(origin)) else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if asked.preflight {
            allow(headers, route);
        } else {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(SEEN));
        }
    }
}

fn allow(headers: &mut HeaderMap, route: &RouteInfo) {
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, route.allow.clone());
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED));
}
