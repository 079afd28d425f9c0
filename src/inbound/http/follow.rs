//! The operations that follow what happens: events, pods, and what was given up. Apart from
//! [`api`](super::api) by their paths, which the generator keeps whole.

use std::sync::Arc;

use poem::Request;
use poem::http::header::ACCEPT;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};

use super::answers::{Letters, Redriven, Running};
use super::api::{State, Tag};
use super::caller::Caller;
use super::followed::{DeadLetter, DeadLetterList, Event, EventList, Redrive};
use super::payload::Json;
use super::shape::{EventId, LastEventId, Word};
use super::stream::{Happened, Streamed, wants_stream};
use super::translate;
use crate::domain::store::StoreRef;
use crate::inbound;

#[derive(Clone)]
pub(super) struct Follow(pub(super) Arc<State>);

/// Events on a page when nothing is said.
const EVENTS: u32 = 50;
/// Dead letters on a page when nothing is said.
const LETTERS: u32 = 50;

#[OpenApi]
impl Follow {
    /// Follow a store
    ///
    /// What happened to it, oldest first. With `Accept: text/event-stream` it goes on as things happen, in
    /// server-sent events: `id` names the event, `event` is its kind, `data` is the event in JSON. A reader
    /// whose stream broke goes on at any replica with `Last-Event-ID`; nothing is missed or told twice. A
    /// stream ends when the store is deleted, and after ten minutes at the longest: then come back with a
    /// token that is still valid.
    #[expect(clippy::too_many_arguments, reason = "to the generator each query parameter is an argument")]
    #[oai(path = "/v1/stores/:store/events", method = "get", operation_id = "getEvents", tag = "Tag::Stores")]
    async fn get_events(
        &self,
        caller: Caller,
        request: &Request,
        /// Id or name of the store.
        store: Path<String>,
        /// Only events behind the one with this id.
        after: Query<Option<Word<EventId>>>,
        /// Events on a page; 50 when absent. A stream has no pages.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Id of the last event that was read. Counts for more than `after`; an id that is not known, or not
        /// any more, stands for its time.
        #[oai(name = "Last-Event-ID")]
        last_event_id: Header<Option<Word<LastEventId>>>,
    ) -> poem::Result<Happened> {
        let last = last_event_id.0.filter(|id| !id.as_str().is_empty());
        let after = after.0.map(|after| translate::event_id("after", after.into())).transpose()?;
        let last = last.map(|last| translate::event_id("Last-Event-ID", last.into())).transpose()?;
        let after = last.or(after);
        let (state, store) = (&self.0, StoreRef::new(&store.0));
        if wants_stream(request.header(ACCEPT)) {
            let following = state.commands.follow(caller.asker(), &store, after.as_deref()).await?;
            let (close, _counted) = (state.close.clone(), state.metrics.open_stream());
            return Ok(following.map_or(Happened::Over, |following| {
                Happened::Stream(Box::new(Streamed { following, close, _counted }))
            }));
        }
        let page = state.commands.events(caller.asker(), &store, after.as_deref(), limit.0.unwrap_or(EVENTS)).await?;
        let next_after = page.items.last().filter(|_| page.more).map(|last| last.id.clone());
        let items = page.items.into_iter().map(Event::from).collect();
        Ok(Happened::Page(Box::new(Json(EventList { items, next_after }))))
    }

    /// Look at a store's pods
    ///
    /// With what Kubernetes said of them lately, as it is now: a worker is asked, which takes a moment. When
    /// none answers within five seconds, it is `no-worker` (503).
    #[oai(path = "/v1/stores/:store/pods", method = "get", operation_id = "getPods", tag = "Tag::Stores")]
    async fn get_pods(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
    ) -> poem::Result<Running> {
        let pods = self.0.commands.pods(caller.asker(), &StoreRef::new(&store.0)).await?;
        Ok(Running::Pods(Json(pods.into())))
    }

    /// List what was given up
    ///
    /// For administrators: stores that every attempt failed with, and what could not be read.
    #[oai(path = "/v1/dead-letters", method = "get", operation_id = "listDeadLetters", tag = "Tag::DeadLetters")]
    async fn list_dead_letters(
        &self,
        caller: Caller,
        /// Letters on a page; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<Word<EventId>>>,
    ) -> poem::Result<Letters> {
        let limit = limit.0.unwrap_or(LETTERS);
        let page = self.0.commands.dead_letters(caller.asker(), cursor.0.as_ref().map(Word::as_str), limit).await?;
        let items = page.items.into_iter().map(DeadLetter::from).collect();
        Ok(Letters::Page(Json(DeadLetterList { items, next_cursor: page.next_cursor })))
    }

    /// Try again what was given up
    ///
    /// For administrators. A store that was given up is retried; of one that could not be read, a worker
    /// looks again. The letter is off the list then, so a second time finds nothing and does nothing.
    #[oai(
        path = "/v1/dead-letters/:letter/redrive",
        method = "post",
        operation_id = "redriveDeadLetter",
        tag = "Tag::DeadLetters"
    )]
    async fn redrive(
        &self,
        caller: Caller,
        /// Id of the letter.
        letter: Path<Word<EventId>>,
    ) -> poem::Result<Redriven> {
        let state = &self.0;
        let done = inbound::redrive(&state.commands, &state.metrics, caller.asker(), letter.0.as_str()).await?;
        Ok(Redriven::Accepted(Json(Redrive::from(done))))
    }
}
