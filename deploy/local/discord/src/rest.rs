//! The REST API under `/api/v10`. One table says which operations exist; one function takes a
//! request through the same gates for all of them: fault, route, token, form, rate limit, rule.

mod callback;
mod commands;
mod content;
mod error;
mod messages;
mod myself;
mod operations;
mod people;
mod webhooks;

pub(crate) use callback::apply as apply_response;
pub(crate) use error::ApiError;
pub(crate) use operations::{CALLBACK, body_of};

use std::sync::Arc;
use std::time::Duration;

use poem::http::StatusCode;
use poem::{Endpoint, Request, Response};
use serde_json::Value;

use crate::faults::{Fault, Scope};
use crate::hub::Hub;
use crate::limits::Standing;
use crate::oauth;
use crate::rules;
use crate::state::{RequestRecord, World};

use operations::{Operation, Parameters, route};

/// Discord takes bodies of some MiB for files; without files nothing comes near this.
const BODY_LIMIT: usize = 1 << 20;

/// What a handler sees of a request that passed the gates.
pub(crate) struct Call {
    parameters: Parameters,
    query: String,
    /// Whose token it came with; `None`: the bot's, or none.
    pub(crate) person: Option<u64>,
    /// Null when the operation has no body.
    pub(crate) body: Value,
}

impl Call {
    /// A snowflake from the path; what is no number names nothing.
    fn id(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }

    fn text(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    fn query(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// A successful answer.
pub(crate) struct Answer {
    status: u16,
    body: Option<Value>,
}

impl Answer {
    fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    fn empty() -> Self {
        Self { status: 204, body: None }
    }
}

/// The poem endpoint for everything under `/api`.
pub(crate) struct Api(pub(crate) Arc<Hub>);

impl Endpoint for Api {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let body = request.take_body().into_bytes_limit(BODY_LIMIT).await.unwrap_or_default();
        let fault = self.0.lock().faults.take(request.method().as_str(), request.uri().path());
        if let Some(Fault::Delay(delay)) = fault {
            tokio::time::sleep(delay).await;
        }
        let mut world = self.0.lock();
        let now = world.now();
        if let Some(left) = world.invalid.ban(now) {
            note(&mut world, &request, 429);
            drop(world);
            self.0.announce();
            return Ok(turned_away(left));
        }
        let response = match fault {
            Some(Fault::Status(status)) => {
                overhear(&mut world, &request, &body);
                bare(status)
            }
            Some(Fault::RateLimited { retry_after, scope }) => {
                overhear(&mut world, &request, &body);
                ApiError::rate_limited(retry_after, scope).into_response()
            }
            Some(Fault::LostAnswer) => {
                serve(&mut world, &request, &body);
                bare(502)
            }
            Some(Fault::Delay(_)) | None => serve(&mut world, &request, &body),
        };
        record(&mut world, &request, &response);
        drop(world);
        self.0.announce();
        Ok(response)
    }
}

/// What an address gets that has made too many invalid requests: an answer of the edge, not of the API, so
/// without JSON and without rate-limit headers.
fn turned_away(left: Duration) -> Response {
    Response::builder()
        .status(StatusCode::TOO_MANY_REQUESTS)
        .header("retry-after", (left.as_secs() + 1).to_string())
        .content_type("text/plain; charset=UTF-8")
        .body("error code: 1015")
}

fn bare(status: u16) -> Response {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY).into()
}

/// 401, 403 and 429 are "invalid requests"; 10,000 of them in ten minutes ban an address. A shared
/// limit is nobody's fault and does not count (topics: rate-limits, "Invalid Request Limit").
fn record(world: &mut World, request: &Request, response: &Response) {
    let (status, at) = (response.status().as_u16(), world.now());
    let shared = response.header("X-RateLimit-Scope") == Some(Scope::Shared.as_str());
    if matches!(status, 401 | 403 | 429) && !shared {
        world.invalid.add(at);
    }
    note(world, request, status);
}

fn note(world: &mut World, request: &Request, status: u16) {
    let at = world.now();
    world.requests.push(RequestRecord {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        status,
        at,
    });
}

fn serve(world: &mut World, request: &Request, body: &[u8]) -> Response {
    if let Some(response) = oauth::serve(world, request, body) {
        return response;
    }
    let (operation, parameters) = match route(request.method(), request.uri().path()) {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let standing = count(world, operation, &parameters);
    let query = request.uri().query().unwrap_or_default().to_owned();
    let result = admit(world, operation, request)
        .and_then(|person| within_limit(standing.as_ref()).map(|()| person))
        .and_then(|person| Ok((person, read(world, operation, (request, body))?)))
        .and_then(|(person, body)| (operation.handler)(world, &Call { parameters, query, person, body }));
    if standing.as_ref().is_some_and(|standing| standing.exceeded) {
        overhear(world, request, body);
    }
    let mut response = match result {
        Ok(answer) => answered(answer),
        Err(error) => error.into_response(),
    };
    if let Some(standing) = standing {
        stamp(&mut response, &standing);
    }
    response
}

/// The token comes first, then the limit, then the body's form: a bot without rights learns nothing, and one
/// in haste does not learn what is wrong with what it sends. Gives the person whose token it is.
fn admit(world: &World, operation: &Operation, request: &Request) -> Result<Option<u64>, ApiError> {
    let given = request.header("Authorization").unwrap_or_default();
    if let (Some(scope), Some(access)) = (operation.scope, given.strip_prefix("Bearer ")) {
        let token = world.bearer(access).ok_or_else(ApiError::unauthorized)?;
        return if token.scopes.contains(scope) { Ok(Some(token.user)) } else { Err(ApiError::missing_scope()) };
    }
    let bot = given == format!("Bot {}", world.bot_token);
    match (operation.wants_bot_token, operation.for_people_only) {
        (true, true) if bot => Err(ApiError::not_for_bots()),
        (true, _) if !bot => Err(ApiError::unauthorized()),
        _ => Ok(None),
    }
}

fn within_limit(standing: Option<&Standing>) -> Result<(), ApiError> {
    match standing.filter(|standing| standing.exceeded) {
        Some(full) => Err(ApiError::rate_limited(full.reset_after, Scope::User)),
        None => Ok(()),
    }
}

fn read(world: &mut World, operation: &Operation, (request, body): (&Request, &[u8])) -> Result<Value, ApiError> {
    if operation.body.is_none() {
        return Ok(Value::Null);
    }
    let kind = request.header("Content-Type").unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(ApiError::not_modelled("bodies other than application/json"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| ApiError::invalid_json())?;
    judge(world, (operation.method, operation.path), &body)?;
    Ok(body)
}

/// A body that is not served because of a fault is judged all the same: the bot meant it.
fn overhear(world: &mut World, request: &Request, body: &[u8]) {
    let Ok((operation, _)) = route(request.method(), request.uri().path()) else {
        return;
    };
    if operation.body.is_some()
        && let Ok(body) = serde_json::from_slice(body)
    {
        // What is wrong with it has been written down.
        let _ = judge(world, (operation.method, operation.path), &body);
    }
}

/// Holds a body against this crate's rules and against the second opinion. What either says is kept.
pub(crate) fn judge(world: &mut World, (method, path): (&str, &str), body: &Value) -> Result<(), ApiError> {
    let name = format!("{} {path}", method.to_uppercase());
    let second = world.second_opinion.clone().map_or(Ok(()), |second| second.ask((method, path), body));
    if let Err(objection) = &second {
        world.objections.push(format!("{name}: {objection}"));
    }
    let own = operations::body_of(method, path).map_or(Ok(()), |shape| rules::judge(shape, body));
    if let Err(refusal) = own {
        let error = ApiError::refused(refusal);
        world.refusals.push(format!("{name}: {}", error.reason()));
        return Err(error);
    }
    second.map_err(|objection| ApiError::field(&[], "SECOND_OPINION", objection))
}

/// Callbacks have no bucket: they are outside of the limits (receiving-and-responding, "Endpoints").
fn count(world: &mut World, operation: &Operation, parameters: &Parameters) -> Option<Standing> {
    if operation.path == CALLBACK {
        return None;
    }
    let top = ["channel_id", "guild_id", "webhook_id", "webhook_token"];
    let resource: Vec<&str> = top.iter().filter_map(|name| parameters.get(name).map(String::as_str)).collect();
    let now = world.now();
    Some(world.buckets.count(&format!("{} {}", operation.method, operation.path), &resource.join(" "), now))
}

fn answered(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    match answer.body {
        Some(body) => Response::builder().status(status).content_type("application/json").body(body.to_string()),
        None => status.into(),
    }
}

fn stamp(response: &mut Response, standing: &Standing) {
    let after = standing.reset_after.max(Duration::from_millis(1)).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit into 53 bits")]
    let reset = standing.reset_at.as_millisecond() as f64 / 1_000.0;
    for (name, value) in [
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-remaining", standing.remaining.to_string()),
        ("x-ratelimit-reset", format!("{reset:.3}")),
        ("x-ratelimit-reset-after", format!("{after:.3}")),
        ("x-ratelimit-bucket", standing.bucket.clone()),
    ] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
}
