//! Pages while they are open: what changes of them, in server-sent events, for as long as their reader is signed in.
//!
//! Each event carries a whole part of the page as it is now. So nothing has to be put together in the browser, and of
//! several events that came at once only the last one is told.

mod of_list;
mod of_store;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use jiff::Timestamp;
use poem::http::header::CONTENT_TYPE;
use poem::{Body, Response};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::visitor::Visitor;
use crate::inbound::http::api::State;
use crate::inbound::http::stream::{COME_BACK, MEDIA_TYPE, RETRY, UNBUFFERED};
use crate::metrics::OpenStream;

/// Then the browser comes back by itself, to whichever replica.
const LIFE: Duration = Duration::from_secs(600);

/// Why nothing more will come.
#[derive(Clone, Copy)]
enum Over {
    /// Here or elsewhere, or the time is over.
    SignedOut,
    /// What the page is about.
    Gone,
    /// All that will ever happen has happened.
    Ended,
}

impl Over {
    fn text(self) -> String {
        let words = match self {
            Self::SignedOut => "You are not signed in any more. Load the page again.",
            Self::Gone => "This store is not there any more.",
            Self::Ended => "",
        };
        format!("event: over\ndata: {words}\n\n")
    }
}

/// What tells an open page what has changed.
trait Teller: Send + 'static {
    /// Waits for something to tell, and says it: one event, or a comment that keeps the connection.
    fn next(&mut self) -> impl Future<Output = Result<String, Over>> + Send;
}

/// Who reads an open page.
struct Reader {
    state: Arc<State>,
    visitor: Visitor,
    /// Counted as long as it is open.
    _counted: OpenStream,
}

/// Whether somebody may be told more.
enum Standing {
    SignedIn(Timestamp),
    /// The ledger did not answer.
    Unknown,
}

impl Reader {
    fn new(state: &Arc<State>, visitor: &Visitor) -> Self {
        Self { state: Arc::clone(state), visitor: visitor.clone(), _counted: state.metrics.open_stream() }
    }

    /// Asked each time before anything is told: whoever signs out anywhere hears nothing more here.
    async fn standing(&self) -> Result<Standing, Over> {
        let now = (self.state.clock)();
        match self.state.commands.session(&self.visitor.secret, now).await {
            Ok(Some(_)) => Ok(Standing::SignedIn(now)),
            Ok(None) => Err(Over::SignedOut),
            Err(_) => Ok(Standing::Unknown),
        }
    }
}

enum Place<T> {
    Begin(Box<T>),
    On(Box<T>, Instant),
    End,
}

fn respond(teller: impl Teller, close: CancellationToken) -> Response {
    let text = stream::unfold((Place::Begin(Box::new(teller)), close), |(place, close)| async {
        let (text, place) = step(place, &close).await?;
        Some((Ok::<_, io::Error>(text), (place, close)))
    });
    let response = Response::builder().header(CONTENT_TYPE, MEDIA_TYPE).header(UNBUFFERED, "no");
    response.body(Body::from_bytes_stream(text))
}

/// The next piece of a stream.
async fn step<T: Teller>(place: Place<T>, close: &CancellationToken) -> Option<(String, Place<T>)> {
    match place {
        Place::Begin(teller) => Some((RETRY.to_owned(), Place::On(teller, Instant::now() + LIFE))),
        Place::On(mut teller, until) => {
            let next = tokio::select! {
                biased;
                () = close.cancelled() => None,
                () = tokio::time::sleep_until(until) => None,
                next = teller.next() => Some(next),
            };
            Some(match next {
                None => (COME_BACK.to_owned(), Place::End),
                Some(Ok(text)) => (text, Place::On(teller, until)),
                Some(Err(over)) => (over.text(), Place::End),
            })
        }
        Place::End => None,
    }
}
