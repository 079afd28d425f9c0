//! The one shape of everything that goes wrong: `application/problem+json` (RFC 9457).
//!
//! Handlers fail with a [`Problem`], a `Refusal` or whatever poem raises; only the frame around all
//! routes turns them into a response, with the request's id. What is inside storebot never shows.

mod of_refusal;

use std::borrow::Cow;
use std::time::Duration;

use poem::error::{MethodNotAllowedError, NotFoundError, ReadBodyError, ResponseError};
use poem::http::header::{CONNECTION, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use poem::http::{HeaderValue, StatusCode};
use poem::{Error, Response};
use poem_openapi::error::{ContentTypeError, ParseParamError, ParsePathError};
use serde_json::{Map, Value};

use super::reading::Malformed;
use super::routes::RouteInfo;
use crate::domain::outcome::{RatePolicy, Refusal};

/// Media type of every error.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";
/// What every type begins with.
const URN: &str = "urn:storebot:problem:";
/// Seconds after which to try again when the ledger is away: about as long as Redis restarts.
const UNAVAILABLE_RETRY: u64 = 5;

pub(super) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(super) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers has it.
pub(super) fn policy_header(policy: &RatePolicy) -> String {
    let RatePolicy { name, limit, window_seconds } = policy;
    format!("\"{name}\";q={limit};w={window_seconds}")
}

/// `RateLimit`: what is left, and seconds until there is more.
pub(super) fn left_header(policy: &RatePolicy, left: u32, seconds: u64) -> String {
    format!("\"{}\";r={left};t={seconds}", policy.name)
}

/// Why a delivery is refused that no other request would be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refused<'a> {
    NoSource,
    Stale,
    Contradiction,
    /// Which, and what is wrong with it.
    Header(&'a str),
}

/// What went wrong, without the request's id.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {detail}")]
pub(super) struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: Cow<'static, str>,
    /// What to do next.
    detail: String,
    /// Fields that belong to this kind.
    extra: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }
}

/// So that handlers may fail with a refusal as it is.
impl Problem {
    /// Kind and detail.
    pub(super) fn said(&self) -> (&'static str, &str) {
        (self.kind, &self.detail)
    }

    pub(super) fn new(
        status: StatusCode,
        kind: &'static str,
        title: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self { status, kind, title: title.into(), detail: detail.into(), extra: Map::new(), headers: Vec::new() }
    }

    /// The same under another status.
    pub(super) fn at(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|v| (name, v)));
        self
    }

    /// The caller is not known. Says nothing of why.
    pub(super) fn unauthorized(challenge: &str) -> Self {
        let detail = "Send a valid token in the header Authorization: Bearer <token>.";
        let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "You are not signed in", detail);
        problem.header(WWW_AUTHENTICATE, challenge)
    }

    /// The token is good, and has changed something before.
    pub(super) fn token_used() -> Self {
        let detail = "This token may change something once, and it has. Get a new one from its issuer.";
        let problem = Self::new(StatusCode::UNAUTHORIZED, "token-used", "This token was used before", detail);
        problem.header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
    }

    /// It cannot be found out now whether the token is good.
    pub(super) fn keys_away(retry_after: i64) -> Self {
        let detail = "The keys of the token's issuer cannot be fetched. Nothing was done; send the request again.";
        let title = "The token cannot be checked right now";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "issuer-away", title, detail)
            .header(RETRY_AFTER, &retry_after.to_string())
    }

    /// A request was not signed as agreed. Says nothing of what was wrong about it.
    pub(super) fn bad_signature() -> Self {
        let detail = "Check the address, the secret or key that signs, and the sender's clock.";
        Self::new(StatusCode::UNAUTHORIZED, "bad-signature", "The delivery was refused", detail)
    }

    /// A delivery that was refused for what only deliveries have.
    pub(super) fn undelivered(why: Refused<'_>) -> Self {
        let (status, kind, title, detail) = match why {
            Refused::NoSource => (
                StatusCode::NOT_FOUND,
                "no-such-source",
                "There is no source of this name",
                "Check the last part of the address: it is the source's name in storebot's configuration.".to_owned(),
            ),
            // Whoever is told this can sign.
            Refused::Stale => (
                StatusCode::UNAUTHORIZED,
                "stale-delivery",
                "The delivery is too old, or ahead of time",
                "The signature holds, and its time is too far from now. Check the sender's clock, and sign the delivery \
                 again with the time at which it is sent."
                    .to_owned(),
            ),
            Refused::Contradiction => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "contradictory-delivery",
                "This id belongs to another delivery",
                "Another delivery came under this id. A repetition has the same body; anything else needs an id of its \
                 own."
                    .to_owned(),
            ),
            Refused::Header(why) => (
                StatusCode::BAD_REQUEST,
                "bad-delivery-header",
                "A header cannot be read",
                format!("Of this delivery, {why}. It says which delivery this is: send it once, in visible ASCII."),
            ),
        };
        Self::new(status, kind, title, detail)
    }

    pub(super) fn malformed(malformed: &Malformed) -> Self {
        let detail = format!("{}. The documentation at /docs shows what belongs here.", malformed.why);
        let problem = Self::new(StatusCode::BAD_REQUEST, "malformed-body", "The body cannot be read", detail);
        match &malformed.field {
            Some(field) => problem.with("field", field.as_str()),
            None => problem,
        }
    }

    /// `expected`: what belongs there, in words.
    pub(super) fn bad_parameter(name: &str, expected: &str) -> Self {
        let detail = format!("{name} is {expected}. The documentation at /docs shows all parameters.");
        Self::new(StatusCode::BAD_REQUEST, "bad-parameter", "A parameter cannot be read", detail).with("field", name)
    }

    /// `limit` in bytes; 0 where no body belongs.
    pub(super) fn too_large(limit: usize) -> Self {
        let detail = match limit {
            0 => "This request takes no body. Send it without one.".to_owned(),
            limit => format!("A body has at most {limit} bytes here. Send less."),
        };
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large", detail).with("limit", limit)
    }

    /// The rest of the body would only be in the way of another request, so the connection ends.
    pub(super) fn too_slow(within: Duration) -> Self {
        let within = humantime::format_duration(within);
        let detail = format!("Nothing was done: a body has to be here within {within}. Send it again, and faster.");
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", "The body took too long", detail)
            .header(CONNECTION, "close")
    }

    pub(super) fn timeout() -> Self {
        let detail = "It is not known whether the request took effect. Send it again with the same Idempotency-Key: \
                      then it is done at most once.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "The request took too long", detail)
            .header(RETRY_AFTER, &UNAVAILABLE_RETRY.to_string())
    }

    pub(super) fn internal() -> Self {
        let detail = "This is a fault of storebot, not of the request. Tell its operators the request_id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong inside storebot", detail)
    }

    /// Any failure of a handler or of poem itself. Those nobody expected are logged here, once, and
    /// leave as [`Problem::internal`].
    pub(super) fn from_error(error: Error, request_id: &str, route: Option<&RouteInfo>) -> Self {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return Self::refused(refusal);
        }
        match error.downcast::<Self>() {
            Ok(problem) => problem,
            Err(error) => Self::of_poem(&error, request_id, route),
        }
    }

    /// Whatever the libraries around the routes raise: never in their words.
    fn of_poem(error: &Error, request_id: &str, route: Option<&RouteInfo>) -> Self {
        if let Some(e) = error.downcast_ref::<ParseParamError>() {
            let expected = route.and_then(|route| route.expected(e.name));
            return Self::bad_parameter(e.name, expected.unwrap_or("something else"));
        }
        // The generator calls path parameters `param0`, `param1`.
        if error.is::<ParsePathError>() {
            return Self::bad_parameter("a part of the path", "a text in UTF-8, percent-encoded");
        }
        if let Some(e) = error.downcast_ref::<ContentTypeError>() {
            return Self::unsupported(e);
        }
        if error.is::<MethodNotAllowedError>() {
            let detail = "The header Allow lists the methods this address understands.";
            return Self::new(error.status(), "method-not-allowed", "This address has no such method", detail);
        }
        if error.is::<NotFoundError>() {
            let detail = "The documentation at /docs lists all addresses.";
            return Self::new(error.status(), "no-such-address", "There is nothing at this address", detail);
        }
        if error.is::<ReadBodyError>() {
            let detail = "The body ended early. Send the request again.";
            return Self::new(StatusCode::BAD_REQUEST, "broken-body", "The body cannot be read", detail);
        }
        let status = error.status();
        // Discord's door knows nothing of problems and leaves it at the status.
        if status == StatusCode::UNAUTHORIZED {
            return Self::bad_signature();
        }
        if status.is_client_error() {
            let title = status.canonical_reason().unwrap_or("Bad request");
            return Self::new(status, "bad-request", title, "The documentation at /docs shows what is expected.");
        }
        tracing::error!(request_id, %error, "a request failed");
        Self::internal()
    }

    pub(super) fn unsupported(error: &ContentTypeError) -> Self {
        let what = match error {
            ContentTypeError::ExpectContentType => "There is no header Content-Type".to_owned(),
            ContentTypeError::NotSupported { content_type } => {
                format!("Bodies of the type {:?} are not understood", content_type.chars().take(60).collect::<String>())
            }
        };
        let detail = format!("{what}. Send JSON with the header Content-Type: application/json.");
        let title = "This kind of body is not understood";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", title, detail)
    }

    /// The last part of its type.
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    /// What is answered, with the id under which the request stands in the log.
    pub(super) fn body(&self, request_id: &str) -> Value {
        let mut body = self.extra.clone();
        body.insert("type".to_owned(), format!("{URN}{}", self.kind).into());
        body.insert("title".to_owned(), self.title.as_ref().into());
        body.insert("status".to_owned(), self.status.as_u16().into());
        body.insert("detail".to_owned(), self.detail.as_str().into());
        body.insert("request_id".to_owned(), request_id.into());
        Value::Object(body)
    }

    pub(super) fn into_response(self, request_id: &str) -> Response {
        let body = self.body(request_id).to_string();
        let mut response = Response::builder().status(self.status).header(CONTENT_TYPE, MEDIA_TYPE).body(body);
        response.headers_mut().extend(self.headers);
        response
    }
}

#[cfg(test)]
mod tests;
