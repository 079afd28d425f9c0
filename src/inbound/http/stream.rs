//! Server-sent events, as the HTML standard writes them: a store's events, a comment now and then
//! while nothing happens, and the wish to come back when the stream ends for reasons of ours.
//!
//! Nothing is buffered here: the next event is asked for when the connection has taken the last one.
//! A reader that takes nothing at all is cut by [`listen`](super::listen).

use std::io;
use std::time::Duration;

use futures::stream;
use poem::http::header::CONTENT_TYPE;
use poem::http::{HeaderName, StatusCode};
use poem::{Body, IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::followed::{Event, EventList};
use super::payload::{Json, asks_for};
use crate::commands::{Following, Told};
use crate::metrics::OpenStream;

pub(super) const MEDIA_TYPE: &str = "text/event-stream";
/// nginx, and ingresses made of it, would otherwise keep events back until a buffer is full.
pub(super) const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");
/// Pause of a reader before it comes back, in milliseconds. Said first, so that it holds for a
/// connection that breaks, too.
pub(super) const RETRY: &str = "retry: 2000\n\n";
pub(super) const NOTHING: &str = ": nothing new\n\n";
/// Said at the end, so that a reader sees that it is not the store's.
pub(super) const COME_BACK: &str = ": storebot ends this stream; go on at another one\nretry: 2000\n\n";
/// Then the reader comes back, and is asked for its token again.
const LIFE: Duration = Duration::from_secs(600);

/// A page of events, or all that come.
pub(super) enum Happened {
    Page(Box<Json<EventList>>),
    Stream(Box<Streamed>),
    /// Nothing will ever come: tells a browser not to connect again.
    Over,
}

/// A stream before its first word.
pub(super) struct Streamed {
    pub(super) following: Following,
    pub(super) close: CancellationToken,
    /// Counted as long as the stream is open.
    pub(super) _counted: OpenStream,
}

/// Whether the header `Accept` asks for a stream.
pub(super) fn wants_stream(accept: Option<&str>) -> bool {
    asks_for(MEDIA_TYPE, accept)
}

/// One event in the stream's own form. The data is one line: JSON has no raw line ends.
fn written(event: &Event) -> String {
    match serde_json::to_string(event) {
        Ok(data) => format!("id: {}\nevent: {}\ndata: {data}\n\n", event.id(), event.kind()),
        Err(error) => {
            tracing::error!(%error, "an event cannot be written as JSON");
            NOTHING.to_owned()
        }
    }
}

/// Where a stream stands.
enum Place {
    Begin(Streamed),
    On(Streamed, Instant),
    End,
}

/// The next piece of a stream. Never fails; a body wants to know how it would.
async fn step(place: Place) -> Option<(io::Result<String>, Place)> {
    let (text, place) = match place {
        Place::Begin(streamed) => (RETRY.to_owned(), Place::On(streamed, Instant::now() + LIFE)),
        Place::On(mut streamed, until) => {
            let told = tokio::select! {
                biased;
                () = streamed.close.cancelled() => None,
                () = tokio::time::sleep_until(until) => None,
                told = streamed.following.next() => Some(told),
            };
            match told {
                None => (COME_BACK.to_owned(), Place::End),
                Some(None) => return None,
                Some(Some(Told::Nothing)) => (NOTHING.to_owned(), Place::On(streamed, until)),
                Some(Some(Told::Event(event))) => (written(&Event::from(*event)), Place::On(streamed, until)),
            }
        }
        Place::End => return None,
    };
    Some((Ok(text), place))
}

impl IntoResponse for Streamed {
    fn into_response(self) -> Response {
        let text = stream::unfold(Place::Begin(self), step);
        Response::builder()
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .header(UNBUFFERED, "no")
            .body(Body::from_bytes_stream(text))
    }
}

impl IntoResponse for Happened {
    fn into_response(self) -> Response {
        match self {
            Self::Page(page) => page.into_response(),
            Self::Stream(streamed) => streamed.into_response(),
            Self::Over => StatusCode::NO_CONTENT.into_response(),
        }
    }
}

/// Written by hand: the generator knows one media type for each status.
impl ApiResponse for Happened {
    fn meta() -> MetaResponses {
        let text = MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        let content = vec![
            MetaMediaType { content_type: "application/json", schema: EventList::schema_ref() },
            MetaMediaType { content_type: MEDIA_TYPE, schema: text },
        ];
        let answer = |status, description, content| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content,
            headers: Vec::new(),
        };
        MetaResponses {
            responses: vec![
                answer(200, "A page of events, or a stream of them.", content),
                answer(204, "Of a stream: the store is deleted and all its events have been told.", Vec::new()),
            ],
        }
    }

    fn register(registry: &mut Registry) {
        EventList::register(registry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_what_asks_for_it_first() {
        for yes in [
            "text/event-stream",
            "Text/Event-Stream; charset=utf-8",
            "text/event-stream, application/json",
            "*/*, text/event-stream",
        ] {
            assert!(wants_stream(Some(yes)), "{yes}");
        }
        for no in ["application/json", "*/*", "", "application/json, text/event-stream", "text/event-streams"] {
            assert!(!wants_stream(Some(no)), "{no}");
        }
        assert!(!wants_stream(None));
    }
}
