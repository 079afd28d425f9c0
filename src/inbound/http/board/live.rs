//! A store's page while it is open: what changes of it, in server-sent events, for as long as its reader is signed in.
//!
//! Each event carries the whole part of the page that changes, as it is now. So nothing has to be put together in
//! the browser, and of several events that came at once only the last one is told.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use poem::http::header::CONTENT_TYPE;
use poem::{Body, Response};
use tokio::time::Instant;

use super::acts::EVENTS;
use super::pages;
use super::visitor::Visitor;
use crate::commands::{Following, Told};
use crate::domain::outcome::Refusal;
use crate::inbound::http::api::State;
use crate::inbound::http::stream::{COME_BACK, MEDIA_TYPE, NOTHING, RETRY, UNBUFFERED};
use crate::metrics::OpenStream;

/// Then the browser comes back by itself, to whichever replica.
const LIFE: Duration = Duration::from_secs(600);
/// Tells the page that nothing more will come.
const OVER: &str = "event: over\ndata: \n\n";

/// An open page.
pub(super) struct Open {
    pub(super) state: Arc<State>,
    pub(super) visitor: Visitor,
    pub(super) following: Following,
    /// Counted as long as it is open.
    pub(super) _counted: OpenStream,
}

enum Place {
    Begin(Box<Open>),
    On(Box<Open>, Instant),
    End,
}

impl Open {
    pub(super) fn respond(self) -> Response {
        let text = stream::unfold(Place::Begin(Box::new(self)), step);
        let response = Response::builder().header(CONTENT_TYPE, MEDIA_TYPE).header(UNBUFFERED, "no");
        response.body(Body::from_bytes_stream(text))
    }

    /// The next thing to say, after something happened or nothing did. `None`: this is the end.
    async fn say(&mut self, told: Told) -> Option<String> {
        let now = (self.state.clock)();
        match self.state.commands.session(&self.visitor.secret, now).await {
            Ok(Some(_)) => {}
            // Signed out elsewhere, or the time is over: the page says so when it is loaded again.
            Ok(None) => return None,
            Err(_) => return Some(NOTHING.to_owned()),
        }
        let Told::Event(event) = told else { return Some(NOTHING.to_owned()) };
        let last = self.following.newest().unwrap_or(*event).id;
        Some(match self.change().await {
            Ok(change) => format!("id: {last}\nevent: change\ndata: {change}\n\n"),
            Err(Refusal::NotFound { .. }) => return None,
            Err(_) => NOTHING.to_owned(),
        })
    }

    async fn change(&self) -> Result<String, Refusal> {
        let (record, events) = self.following.seen(EVENTS).await?;
        let Visitor { secret, session } = &self.visitor;
        let change = pages::change(&secret.form_token(), &session.actor, (&record, &events));
        serde_json::to_string(&change).map_err(|_| Refusal::Unavailable)
    }
}

/// The next piece of a stream.
async fn step(place: Place) -> Option<(io::Result<String>, Place)> {
    let (text, place) = match place {
        Place::Begin(open) => (RETRY.to_owned(), Place::On(open, Instant::now() + LIFE)),
        Place::On(mut open, until) => {
            let told = tokio::select! {
                biased;
                () = open.state.close.cancelled() => None,
                () = tokio::time::sleep_until(until) => None,
                told = open.following.next() => Some(told),
            };
            let Some(told) = told else { return Some((Ok(COME_BACK.to_owned()), Place::End)) };
            let said = match told {
                Some(told) => open.say(told).await,
                None => None,
            };
            said.map_or((OVER.to_owned(), Place::End), |text| (text, Place::On(open, until)))
        }
        Place::End => return None,
    };
    Some((Ok(text), place))
}
