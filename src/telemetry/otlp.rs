//! Traces by OTLP (HTTP, protobuf): a bounded queue, a thread that sends from it, and the same HTTP client as
//! everywhere else. Nothing ever waits for the receiver: what does not fit in the queue is lost.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::IDS;
use crate::config;

/// Spans that wait to be sent; one takes about 1 KiB. A whole create has about twenty.
const QUEUE: usize = 4096;
const BATCH: usize = 512;
/// From a span's end to its sending, at most.
const DELAY: Duration = Duration::from_secs(2);
/// Longest time that the end of the process waits for the receiver.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(5);
/// An answer says next to nothing.
const ANSWER_MAX: usize = 64 * 1024;

/// `None`: nobody is to get any.
pub(super) fn provider(config: &config::Telemetry) -> Result<Option<SdkTracerProvider>, String> {
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(None) };
    let client = client(config).map_err(|error| error.to_string())?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender { client, runtime: Handle::current(), failing: AtomicBool::new(false) })
        .with_endpoint(endpoint.as_str())
        .with_headers(config.headers.iter().map(|(k, v)| (k.clone(), v.expose().to_owned())).collect::<HashMap<_, _>>())
        .with_timeout(config.timeout)
        .build()
        .map_err(|error| error.to_string())?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(DELAY)
        .build();
    let ratio = Sampler::TraceIdRatioBased(config.sample_ratio);
    let resource = Resource::builder()
        .with_service_name(config.service_name.clone())
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
        .with_sampler(Sampler::ParentBased(Box::new(ratio)))
        .with_resource(resource)
        .build();
    Ok(Some(provider))
}

/// Spans of ours alone, and no events: their fields are for people who may read the log.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let ours = |meta: &Metadata<'_>| meta.is_span() && meta.target().starts_with("storebot") && meta.target() != IDS;
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("storebot"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_context_activation(false)
        .with_filter(filter_fn(ours))
}

/// Sends an empty batch.
pub(super) async fn ask(config: &config::Telemetry) -> Result<(), String> {
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(()) };
    let client = client(config).map_err(|error| error.to_string())?;
    let mut request = client.post(endpoint.clone()).header("content-type", "application/x-protobuf");
    for (name, value) in &config.headers {
        request = request.header(name, value.expose());
    }
    match request.body(Vec::new()).send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
        Err(error) => Err(kind(&error).to_owned()),
    }
}

fn client(config: &config::Telemetry) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(config.timeout).redirect(reqwest::redirect::Policy::none()).build()
}

/// The thread that sends has no runtime of its own.
#[derive(Debug)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
    failing: AtomicBool,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let answer = self.runtime.spawn(send(self.client.clone(), request)).await?;
        self.tell(&answer);
        Ok(answer?)
    }
}

impl Sender {
    /// One line when it begins to fail, and one when it works again.
    fn tell(&self, answer: &Result<Response<Bytes>, reqwest::Error>) {
        let trouble = match answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answered {}", answer.status().as_u16())),
            Err(error) => Some(kind(error).to_owned()),
        };
        let before = self.failing.swap(trouble.is_some(), Ordering::Relaxed);
        match trouble {
            Some(why) if !before => tracing::warn!(why, "traces are lost: their receiver does not take them"),
            None if before => tracing::info!("traces are taken again"),
            Some(_) | None => {}
        }
    }
}

/// Without the address, which may hold a secret.
fn kind(error: &reqwest::Error) -> &'static str {
    match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "it cannot be reached",
        () => "the connection broke",
    }
}

async fn send(client: reqwest::Client, request: reqwest::Request) -> Result<Response<Bytes>, reqwest::Error> {
    let mut answer = client.execute(request).await?;
    let mut whole = Response::new(Bytes::new());
    *whole.status_mut() = answer.status();
    *whole.headers_mut() = answer.headers().clone();
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if body.len() + part.len() > ANSWER_MAX {
            break;
        }
        body.extend_from_slice(&part);
    }
    *whole.body_mut() = body.into();
    Ok(whole)
}
