//! Between spans and their places in traces.
//!
//! Everything here does nothing, quickly, while nobody takes traces.

use std::time::SystemTime;

use jiff::Timestamp;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue, Value};
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::domain::store::StoreId;
use crate::domain::trail::{TraceContext, Trail};

/// Around everything that is done about one request at a door.
#[must_use]
pub fn request(id: &str) -> Span {
    tracing::error_span!("request", request_id = id, store.id = Empty, otel.name = Empty, otel.kind = Empty)
}

/// Makes a span a part of the work that it continues, of whichever process. To be called before anything is
/// done within the span.
pub fn follow(span: &Span, before: Option<&TraceContext>) {
    if let Some(before) = before {
        // Fails where nobody takes traces.
        let _ = span.set_parent(Context::new().with_remote_span_context(outside(before)));
    }
}

/// As [`follow`], for a span that begins a trace of its own where there is nothing to continue.
pub fn linked(span: &Span, before: Option<&TraceContext>) {
    match before {
        Some(before) => follow(span, Some(before)),
        None => drop(span.set_parent(Context::new())),
    }
}

/// What a span is called in its trace, and what it is: `server`, `client`, `consumer` or `internal`.
pub fn named(span: &Span, name: &str, kind: &'static str, attributes: &[(&'static str, Value)]) {
    span.record("otel.name", name).record("otel.kind", kind);
    for (key, value) in attributes {
        span.set_attribute(*key, value.clone());
    }
}

pub fn attribute(span: &Span, key: &'static str, value: impl Into<Value>) {
    span.set_attribute(key, value);
}

/// What a span is about, where its fields do not say it.
pub fn with_ids(span: &Span, store: &StoreId, trail: &Trail) {
    span.set_attribute("store.id", store.to_string());
    if !trail.request.is_empty() {
        span.set_attribute("request_id", trail.request.clone());
    }
}

/// That what a span is about did not end well. `why`: a word of ours, never what others said.
pub fn went_wrong(span: &Span, why: &'static str) {
    span.set_attribute("error.type", why);
    span.set_status(Status::error(why));
}

/// The place of a span, to be handed on. `None`: nobody takes traces.
#[must_use]
pub fn here(span: &Span) -> Option<TraceContext> {
    let context = span.context();
    let active = context.span();
    let found = active.span_context();
    found.is_valid().then(|| TraceContext {
        trace: u128::from_be_bytes(found.trace_id().to_bytes()),
        span: u64::from_be_bytes(found.span_id().to_bytes()),
        sampled: found.is_sampled(),
    })
}

/// Something that is over when it is first known of.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    pub name: &'static str,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Why it ended badly.
    pub error: Option<&'static str>,
}

/// Puts a past span under another one.
pub fn before(parent: &Span, past: Past) {
    let context = parent.context();
    if !context.span().span_context().is_sampled() {
        return;
    }
    let tracer = opentelemetry::global::tracer("storebot");
    let builder = tracer.span_builder(past.name).with_start_time(SystemTime::from(past.from));
    let mut span = tracer.build_with_context(builder, &context);
    if let Some(why) = past.error {
        span.set_attribute(KeyValue::new("error.type", why));
        span.set_status(Status::error(why));
    }
    span.end_with_timestamp(SystemTime::from(past.to));
}

fn outside(context: &TraceContext) -> SpanContext {
    let flags = if context.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let (trace, span) = (TraceId::from(context.trace), SpanId::from(context.span));
    SpanContext::new(trace, span, flags, true, TraceState::default())
}
