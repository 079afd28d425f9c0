//! What storebot says of itself: log lines, and traces for whoever takes them.
//!
//! Both come from the same spans. A span with ids (`request`, `job`, `callback`) is there for every line that is
//! written within it, so it is made whatever the log's filter says; spans that only show where time went (target
//! [`DETAIL`]) cost nothing while nobody takes traces. Never secrets, tokens, bodies, queries, names or people's
//! ids, in either of them.

mod line;
mod otlp;
mod trace;

use std::io::{IsTerminal as _, stderr};

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{self, Log, LogFormat};
use line::Lines;
pub use opentelemetry::Value;
pub use trace::{Past, attribute, before, follow, here, linked, named, request, went_wrong, with_ids};

/// Target of spans that are for traces alone: which part of a piece of work took how long.
pub const DETAIL: &str = "storebot::detail";
/// Target of spans that are for lines alone.
pub const IDS: &str = "storebot::ids";

/// Traces that have not been sent yet are lost when it is dropped without [`Telemetry::end`].
#[derive(Debug, Default)]
pub struct Telemetry(Option<SdkTracerProvider>);

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum SetUp {
    #[error("log.filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("telemetry.otlp_endpoint: {0}")]
    Traces(String),
}

/// Sets up log lines for the whole process, and no traces. A second call changes nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn init(config: &Log) -> Result<(), SetUp> {
    let filter: EnvFilter = config.filter.parse()?;
    let _ = Registry::default().with(filter).with(lines(config)).try_init();
    Ok(())
}

impl Telemetry {
    /// Sets up log lines for the whole process, and traces if somebody is to get them. Needs a runtime, which
    /// sends them. Changes nothing where lines are set up already.
    ///
    /// # Errors
    /// The filter cannot be read, or the receiver's address is none.
    pub fn start(log: &Log, config: &config::Telemetry) -> Result<Self, SetUp> {
        let Some(provider) = otlp::provider(config).map_err(SetUp::Traces)? else {
            init(log)?;
            return Ok(Self::default());
        };
        let filter: EnvFilter = log.filter.parse()?;
        let started = Registry::default().with(otlp::layer(&provider)).with(lines(log).with_filter(filter)).try_init();
        if started.is_ok() {
            opentelemetry::global::set_tracer_provider(provider.clone());
        }
        Ok(Self(Some(provider)))
    }

    /// Sends what is left, for a bounded time. What the receiver does not take by then is lost.
    pub async fn end(self) {
        if let Some(provider) = self.0 {
            let ended = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(otlp::LAST_WORDS)).await;
            if let Ok(Err(error)) = ended {
                tracing::warn!(%error, "the last traces were not taken");
            }
        }
    }
}

/// Whether the receiver takes traces: it is sent none.
///
/// # Errors
/// Why not.
pub async fn ask(config: &config::Telemetry) -> Result<(), String> {
    otlp::ask(config).await
}

fn lines<S>(config: &Log) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(stderr);
    match config.format {
        // Colours are for people; in a file they would stand between the words.
        LogFormat::Text => layer.with_ansi(stderr().is_terminal()).boxed(),
        LogFormat::Json => layer.fmt_fields(JsonFields::new()).event_format(Lines).boxed(),
    }
}
