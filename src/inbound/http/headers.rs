//! Headers that every answer has, errors included. What a route has said itself is left alone.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};

use super::problem::{RATE_LIMIT, RATE_LIMIT_POLICY, left_header, policy_header};
use crate::domain::outcome::Budget;

/// The request's id, on each answer.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What no page and no answer needs: a base address of its own, forms, and to be shown inside another page.
pub(super) const CLOSED: &str = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Of answers that are no pages: nothing is ever loaded from them or run.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
/// Pages are alone in their window, load nothing that does not agree to it, and use nothing of a device.
const OF_PAGES: [(HeaderName, HeaderValue); 3] = [
    (HeaderName::from_static("cross-origin-opener-policy"), SAME_ORIGIN),
    (HeaderName::from_static("cross-origin-embedder-policy"), HeaderValue::from_static("require-corp")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
             microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=(), xr-spatial-tracking=()",
        ),
    ),
];
/// Of all answers.
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), SAME_ORIGIN),
];

#[derive(Clone, Copy, Debug)]
pub(super) struct Headers {
    /// The world reaches this storebot over https: browsers shall never again try without it.
    pub(super) strict_transport: bool,
}

impl Headers {
    pub(super) fn finish(self, response: &mut Response, id: &str, budget: Option<&Budget>) {
        let headers = response.headers_mut();
        headers.extend(HeaderValue::from_str(id).ok().map(|v| (REQUEST_ID, v)));
        headers.extend(ALWAYS);
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
        if headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
            headers.extend(OF_PAGES);
        }
        if self.strict_transport {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
        if let Some(budget) = budget {
            tell(response, budget);
        }
    }
}

/// What is left of the caller's requests. A refusal has said so itself.
fn tell(response: &mut Response, budget: &Budget) {
    let (headers, Budget { policy, remaining, reset_seconds }) = (response.headers_mut(), budget);
    if !headers.contains_key(RATE_LIMIT) {
        let [said, left] = [policy_header(policy), left_header(policy, *remaining, u64::from(*reset_seconds))];
        headers.extend(HeaderValue::from_str(&said).ok().map(|v| (RATE_LIMIT_POLICY, v)));
        headers.extend(HeaderValue::from_str(&left).ok().map(|v| (RATE_LIMIT, v)));
    }
}
