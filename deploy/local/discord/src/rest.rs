//! The REST API under `/api/v10`. One table says which operations exist; one function takes a
//! request through the same gates for all of them: fault, route, token, rate limit, schema, rule.

mod callback;
mod commands;
mod content;
mod error;
mod messages;
mod myself;
mod webhooks;

pub(crate) use callback::apply as apply_response;
pub(crate) use error::ApiError;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use poem::http::{Method, StatusCode};
use poem::{Endpoint, Request, Response};
use serde_json::Value;

use crate::faults::{Fault, Scope};
use crate::hub::Hub;
use crate::judge::Judge;
use crate::limits::Standing;
use crate::state::{RequestRecord, World};

/// Discord takes bodies of some MiB for files; without files nothing comes near this.
const BODY_LIMIT: usize = 1 << 20;

/// What a handler sees of a request that passed the gates.
pub(crate) struct Call {
    parameters: HashMap<&'static str, String>,
    query: String,
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

type Handler = fn(&mut World, &Call) -> Result<Answer, ApiError>;

/// An operation of the document and who answers it. Templates are the document's own, so that
/// the judge finds them; literal segments come before parameters.
struct Operation {
    method: &'static str,
    path: &'static str,
    handler: Handler,
}

const fn operation(method: &'static str, path: &'static str, handler: Handler) -> Operation {
    Operation { method, path, handler }
}

const GLOBAL: &str = "/applications/{application_id}/commands";
const GLOBAL_ONE: &str = "/applications/{application_id}/commands/{command_id}";
const GUILD: &str = "/applications/{application_id}/guilds/{guild_id}/commands";
const GUILD_ONE: &str = "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}";
const HOOK: &str = "/webhooks/{webhook_id}/{webhook_token}";
const ORIGINAL: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
const HOOK_MESSAGE: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}";
const MESSAGES: &str = "/channels/{channel_id}/messages";
const MESSAGE: &str = "/channels/{channel_id}/messages/{message_id}";

static OPERATIONS: &[Operation] = &[
    operation("get", "/gateway", myself::gateway),
    operation("get", "/gateway/bot", myself::gateway_bot),
    operation("get", "/users/@me", myself::user),
    operation("post", "/users/@me/channels", myself::open_dm),
    operation("get", "/applications/@me", myself::application),
    // The older address, which serenity still asks.
    operation("get", "/oauth2/applications/@me", myself::application),
    operation("get", GLOBAL, commands::list),
    operation("put", GLOBAL, commands::overwrite),
    operation("post", GLOBAL, commands::create),
    operation("get", GLOBAL_ONE, commands::get),
    operation("delete", GLOBAL_ONE, commands::delete),
    operation("get", GUILD, commands::list),
    operation("put", GUILD, commands::overwrite),
    operation("post", GUILD, commands::create),
    operation("get", GUILD_ONE, commands::get),
    operation("delete", GUILD_ONE, commands::delete),
    operation("post", HOOK, webhooks::follow_up),
    operation("get", ORIGINAL, webhooks::get),
    operation("patch", ORIGINAL, webhooks::edit),
    operation("delete", ORIGINAL, webhooks::delete),
    operation("get", HOOK_MESSAGE, webhooks::get),
    operation("patch", HOOK_MESSAGE, webhooks::edit),
    operation("delete", HOOK_MESSAGE, webhooks::delete),
    operation("get", "/channels/{channel_id}", messages::channel),
    operation("get", MESSAGES, messages::list),
    operation("post", MESSAGES, messages::create),
    operation("get", MESSAGE, messages::get),
    operation("patch", MESSAGE, messages::edit),
    operation("delete", MESSAGE, messages::delete),
    operation("post", crate::interactions::CALLBACK_PATH, callback::handle),
];

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
        let response = match fault {
            Some(Fault::Status(status)) => bare(status),
            Some(Fault::RateLimited { retry_after, scope }) => {
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

fn bare(status: u16) -> Response {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY).into()
}

/// 401, 403 and 429 are "invalid requests"; 10,000 of them in ten minutes ban an address. A shared
/// limit is nobody's fault and does not count (topics: rate-limits, "Invalid Request Limit").
fn record(world: &mut World, request: &Request, response: &Response) {
    let status = response.status().as_u16();
    let shared = response.header("X-RateLimit-Scope") == Some(Scope::Shared.as_str());
    if matches!(status, 401 | 403 | 429) && !shared {
        world.invalid_requests += 1;
    }
    let at = world.now();
    world.requests.push(RequestRecord {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        status,
        at,
    });
}

fn serve(world: &mut World, request: &Request, body: &[u8]) -> Response {
    let (operation, parameters) = match route(request.method(), request.uri().path()) {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let standing = count(world, operation, &parameters);
    let query = request.uri().query().unwrap_or_default().to_owned();
    let result = check(world, operation, request, body).and_then(|body| {
        if let Some(full) = standing.as_ref().filter(|standing| standing.exceeded) {
            return Err(ApiError::rate_limited(full.reset_after, Scope::User));
        }
        (operation.handler)(world, &Call { parameters, query, body })
    });
    let mut response = match result {
        Ok(answer) => answered(answer),
        Err(error) => error.into_response(),
    };
    if let Some(standing) = standing {
        stamp(&mut response, &standing);
    }
    response
}

/// Token first, then the body's form, as Discord does: a bot without rights learns nothing.
fn check(world: &World, operation: &Operation, request: &Request, body: &[u8]) -> Result<Value, ApiError> {
    let judge = Judge::shared().map_err(|error| ApiError::internal(&error))?;
    let given = request.header("Authorization");
    let expected = format!("Bot {}", world.bot_token);
    if judge.wants_bot_token(operation.method, operation.path) && given != Some(expected.as_str()) {
        return Err(ApiError::unauthorized());
    }
    if !judge.wants_body(operation.method, operation.path) {
        return Ok(Value::Null);
    }
    let kind = request.header("Content-Type").unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(ApiError::not_modelled("bodies other than application/json"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| ApiError::invalid_json())?;
    let verdict = judge.request(operation.method, operation.path, &body).map_err(|error| ApiError::internal(&error))?;
    verdict.map_err(ApiError::invalid_form)?;
    Ok(body)
}

type Route = (&'static Operation, HashMap<&'static str, String>);

fn route(method: &Method, path: &str) -> Result<Route, ApiError> {
    let rest = path.strip_prefix("/api/v10").ok_or_else(ApiError::no_route)?;
    let mut matching =
        OPERATIONS.iter().filter_map(|operation| Some((operation, fit(operation.path, rest)?))).peekable();
    if matching.peek().is_none() {
        return Err(ApiError::no_route());
    }
    let wanted = method.as_str().to_ascii_lowercase();
    matching.find(|(operation, _)| operation.method == wanted).ok_or_else(ApiError::wrong_method)
}

/// The parameters, when the path fits the template.
fn fit(template: &'static str, path: &str) -> Option<HashMap<&'static str, String>> {
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut parameters = HashMap::new();
    for (wanted, given) in wanted.into_iter().zip(given) {
        let given = given.replace("%40", "@");
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                parameters.insert(name, given);
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(parameters)
}

/// Callbacks have no bucket: they are outside of the limits (receiving-and-responding, "Endpoints").
fn count(world: &mut World, operation: &Operation, parameters: &HashMap<&'static str, String>) -> Option<Standing> {
    if operation.path == crate::interactions::CALLBACK_PATH {
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
