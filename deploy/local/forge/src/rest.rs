//! What the two APIs have in common: a table of operations each, the gates in front of them, and how answers
//! are written.

use std::collections::HashMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use poem::http::{HeaderMap, StatusCode};
use poem::{Endpoint, Request, Response};
use serde_json::Value;

use crate::faults::Fault;
use crate::hub::Hub;
use crate::state::{Forge, RequestRecord, World};
use crate::{deliveries, github, gitlab};

/// More than anything a bot has to say.
const BODY_LIMIT: usize = 1 << 20;

pub(crate) type Handler = fn(&mut World, &Call) -> Result<Answer, Answer>;

/// An operation: who answers a method on a path.
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
}

/// What a handler sees of a request that passed the gates.
pub(crate) struct Call {
    parameters: HashMap<&'static str, String>,
    query: HashMap<String, String>,
    pub(crate) path: String,
    /// Null when there is none.
    pub(crate) body: Value,
}

impl Call {
    /// From the path.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// From the path; what is no number names nothing.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// One page of a list, with `(number, is there another one)`.
    pub(crate) fn page(&self, all: Vec<Value>, usual: usize) -> (Value, u64, bool) {
        let number = |name: &str| self.query(name).and_then(|text| text.parse::<u64>().ok());
        let size = number("per_page").and_then(|n| usize::try_from(n).ok()).unwrap_or(usual).clamp(1, 100);
        let page = number("page").unwrap_or(1).max(1);
        let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(size);
        let more = all.len() > skipped.saturating_add(size);
        (all.into_iter().skip(skipped).take(size).collect(), page, more)
    }
}

/// An answer, good or bad.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Events that follow from it.
    pub(crate) events: Vec<String>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, body: Some(body), headers: Vec::new(), events: Vec::new() }
    }

    pub(crate) fn bare(status: u16) -> Self {
        Self { status, body: None, headers: Vec::new(), events: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn then(mut self, event: String) -> Self {
        self.events.push(event);
        self
    }

    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut builder = Response::builder().status(status);
        for (name, value) in self.headers {
            builder = builder.header(name, value);
        }
        match self.body {
            Some(Value::String(text)) => builder.content_type("text/plain").body(text),
            Some(body) => builder.content_type("application/json; charset=utf-8").body(body.to_string()),
            None => builder.finish(),
        }
    }
}

/// The poem endpoint of one forge's API.
pub(crate) struct Api {
    pub(crate) hub: Arc<Hub>,
    pub(crate) forge: Forge,
    /// What stands before the operations' paths.
    pub(crate) prefix: &'static str,
}

impl Endpoint for Api {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let body = request.take_body().into_bytes_limit(BODY_LIMIT).await.unwrap_or_default();
        let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
        let fault = self.hub.lock().faults.take(&method, &path);
        if let Some(delay) = fault.as_ref().and_then(Fault::delay) {
            tokio::time::sleep(delay).await;
        }
        let answer = self.answer(&request, &body, fault);
        for event in &answer.events {
            let (hub, event) = (Arc::clone(&self.hub), event.clone());
            tokio::spawn(async move { deliveries::send_new(&hub, &event).await });
        }
        let record = RequestRecord { method, path, status: answer.status };
        self.hub.change(|world| world.requests.push(record));
        Ok(answer.into_response())
    }
}

impl Api {
    fn answer(&self, request: &Request, body: &[u8], fault: Option<Fault>) -> Answer {
        let mut world = self.hub.lock();
        let mut answer = match fault {
            Some(Fault::Status { status }) => Answer::bare(status),
            Some(Fault::LostAnswer) => {
                self.serve(&mut world, request, body);
                Answer::bare(502)
            }
            Some(fault @ (Fault::TooFast { .. } | Fault::UsedUp { .. } | Fault::BadToken)) => match self.forge {
                Forge::GitHub => github::rest::fault(&fault),
                Forge::GitLab => gitlab::rest::fault(&fault),
            },
            Some(Fault::Delay { .. }) | None => self.serve(&mut world, request, body),
        };
        world.remaining = world.remaining.saturating_sub(1).max(1);
        if self.forge == Forge::GitHub {
            github::rest::stamp(&mut answer, &world);
        }
        answer
    }

    fn serve(&self, world: &mut World, request: &Request, body: &[u8]) -> Answer {
        let served = self.admit(world, request.headers()).and_then(|()| {
            let (operation, call) = self.read(request, body)?;
            (operation.handler)(world, &call)
        });
        served.unwrap_or_else(|refused| refused)
    }

    fn admit(&self, world: &World, headers: &HeaderMap) -> Result<(), Answer> {
        match self.forge {
            Forge::GitHub => github::rest::admit(world, headers),
            Forge::GitLab => gitlab::rest::admit(world, headers),
        }
    }

    fn read(&self, request: &Request, body: &[u8]) -> Result<(&'static Operation, Call), Answer> {
        let (table, unknown): (&'static [Operation], fn() -> Answer) = match self.forge {
            Forge::GitHub => (github::rest::OPERATIONS, github::rest::no_route),
            Forge::GitLab => (gitlab::rest::OPERATIONS, gitlab::rest::no_route),
        };
        let path = request.uri().path();
        let rest = path.strip_prefix(self.prefix).ok_or_else(unknown)?;
        let fits = |operation: &'static Operation| {
            let same = operation.method == request.method().as_str();
            same.then(|| fit(operation.path, rest)).flatten().map(|parameters| (operation, parameters))
        };
        let (operation, parameters) = table.iter().find_map(fits).ok_or_else(unknown)?;
        let body = match (body, self.forge) {
            ([], _) => Value::Null,
            (bytes, Forge::GitHub) => serde_json::from_slice(bytes).map_err(|_| github::rest::bad_json())?,
            (bytes, Forge::GitLab) => serde_json::from_slice(bytes).map_err(|_| gitlab::rest::bad_json())?,
        };
        Ok((operation, Call { parameters, query: query(request), path: path.to_owned(), body }))
    }
}

fn query(request: &Request) -> HashMap<String, String> {
    let pairs = request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), decoded(&value.replace('+', " ")))).collect()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The parameters, when the path fits the template. What is encoded stays within its segment.
fn fit(template: &'static str, path: &str) -> Option<HashMap<&'static str, String>> {
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut parameters = HashMap::new();
    for (wanted, given) in wanted.into_iter().zip(given) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                parameters.insert(name, decoded(given));
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(parameters)
}
