//! A receiver of traces: what a collector takes, read as its sender wrote it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as Ended;
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::Data;
use poem::{Body, EndpointExt as _, Route, Server, handler, post};
use prost::Message as _;
use tokio::sync::watch;

/// What it does with what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Takes,
    Refuses,
    /// Never answers.
    Hangs,
    /// Nobody is there.
    Gone,
}

/// One span.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) service: String,
    pub(super) resource: BTreeMap<String, String>,
    pub(super) trace: String,
    pub(super) id: String,
    /// Empty: there is none.
    pub(super) parent: String,
    pub(super) name: String,
    pub(super) kind: &'static str,
    /// Nanoseconds since 1970.
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) failed: bool,
    pub(super) attributes: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Shared {
    manner: Manner,
    taken: watch::Sender<Vec<Taken>>,
    /// What each sending was authorised by.
    tokens: watch::Sender<Vec<String>>,
}

pub(super) struct Receiver {
    pub(super) url: String,
    shared: Shared,
    server: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

#[handler]
async fn receive(request: &poem::Request, body: Body, shared: Data<&Shared>) -> StatusCode {
    let token = request.header("authorization").unwrap_or_default().to_owned();
    shared.tokens.send_modify(|all| all.push(token));
    match shared.manner {
        Manner::Refuses => return StatusCode::FORBIDDEN,
        Manner::Hangs => std::future::pending().await,
        Manner::Takes | Manner::Gone => {}
    }
    if request.content_type() != Some("application/x-protobuf") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE;
    }
    let Ok(bytes) = body.into_bytes().await else { return StatusCode::BAD_REQUEST };
    let Ok(sent) = ExportTraceServiceRequest::decode(bytes) else { return StatusCode::BAD_REQUEST };
    shared.taken.send_modify(|all| all.extend(read(sent)));
    StatusCode::OK
}

impl Receiver {
    pub(super) async fn start(manner: Manner) -> Result<Self> {
        let shared = Shared { manner, taken: watch::Sender::default(), tokens: watch::Sender::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let routes = Route::new().at("/v1/traces", post(receive)).data(shared.clone());
        let server = match manner {
            Manner::Gone => None,
            _ => Some(tokio::spawn(Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(routes))),
        };
        Ok(Self { url, shared, server })
    }

    pub(super) fn taken(&self) -> Vec<Taken> {
        self.shared.taken.borrow().clone()
    }

    pub(super) fn tokens(&self) -> Vec<String> {
        self.shared.tokens.borrow().clone()
    }

    /// Waits until anything was sent.
    pub(super) async fn until_asked(&self) -> Result<()> {
        let mut tokens = self.shared.tokens.subscribe();
        tokens.wait_for(|all| !all.is_empty()).await.context("the receiver has ended")?;
        Ok(())
    }
}

fn read(sent: ExportTraceServiceRequest) -> Vec<Taken> {
    let mut all = Vec::new();
    for group in sent.resource_spans {
        let resource = texts(&group.resource.unwrap_or_default().attributes);
        let spans = group.scope_spans.into_iter().flat_map(|scope| scope.spans);
        all.extend(spans.map(|span| taken(&resource, span)));
    }
    all
}

fn taken(resource: &BTreeMap<String, String>, span: Span) -> Taken {
    let kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];
    Taken {
        service: resource.get("service.name").cloned().unwrap_or_default(),
        resource: resource.clone(),
        trace: hex::encode(span.trace_id),
        id: hex::encode(span.span_id),
        parent: hex::encode(span.parent_span_id),
        name: span.name,
        kind: usize::try_from(span.kind).ok().and_then(|kind| kinds.get(kind)).unwrap_or(&"unknown"),
        from: span.start_time_unix_nano,
        to: span.end_time_unix_nano,
        failed: span.status.is_some_and(|status| status.code == Ended::Error as i32),
        attributes: texts(&span.attributes),
    }
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    attributes.iter().map(|it| (it.key.clone(), text(it.value.as_ref()))).collect()
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(yes)) => yes.to_string(),
        other => format!("{other:?}"),
    }
}
