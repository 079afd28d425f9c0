//! One log line as one flat JSON object: what the event says, on top of what is known around it. So a line can be
//! found by `request_id` or `store.id` whoever wrote it.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Fields that only traces have a use for.
const OF_TRACES: &str = "otel.";

pub(super) struct Lines;

impl<S> FormatEvent<S, JsonFields> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Map::new();
        for span in ctx.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            let extensions = span.extensions();
            let Some(known) = extensions.get::<FormattedFields<JsonFields>>() else { continue };
            let known: Map<String, Value> = serde_json::from_str(known).unwrap_or_default();
            line.extend(known.into_iter().filter(|(name, _)| !name.starts_with(OF_TRACES)));
        }
        event.record(&mut Fields(&mut line));
        let meta = event.metadata();
        line.insert("timestamp".to_owned(), format!("{:.6}", Timestamp::now()).into());
        line.insert("level".to_owned(), meta.level().as_str().into());
        line.insert("target".to_owned(), meta.target().into());
        let text = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
        writeln!(writer, "{text}")
    }
}

struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().trim_start_matches("r#").to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(part);
            Ok(part.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is written of something, one object a line.
    fn written(what: impl FnOnce()) -> Vec<Map<String, Value>> {
        let kept = Kept::default();
        let writer = kept.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(move || writer.clone())
            .fmt_fields(JsonFields::new())
            .event_format(Lines);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), what);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_carries_what_is_known_around_it() {
        let lines = written(|| {
            let request = tracing::error_span!("request", request_id = "r-1", store.id = tracing::field::Empty);
            let _in_it = request.enter();
            tracing::info!("first");
            request.record("store.id", "s-1");
            request.record("otel.name", "for traces");
            tracing::error_span!("job", job.id = "s-1.1", otel.kind = "consumer").in_scope(|| {
                tracing::warn!(attempt = 2, well = false, took = 0.5, "a \"second\"\nline");
            });
            tracing::info!(request_id = "own", "third");
        });
        let [first, second, third] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((&first["request_id"], first.get("store.id")), (&"r-1".into(), None));
        assert_eq!(
            (&second["request_id"], &second["store.id"], &second["job.id"]),
            (&"r-1".into(), &"s-1".into(), &"s-1.1".into())
        );
        assert_eq!((&second["attempt"], &second["well"], &second["took"]), (&2.into(), &false.into(), &0.5.into()));
        assert_eq!((&second["message"], &second["level"]), (&"a \"second\"\nline".into(), &"WARN".into()));
        assert!(second.keys().all(|name| !name.starts_with(OF_TRACES)), "{second:?}");
        assert_eq!(third["request_id"], "own");
        assert!(third["timestamp"].as_str().unwrap().parse::<Timestamp>().is_ok());
    }
}
