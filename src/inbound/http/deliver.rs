//! The operations about deliveries: the door for webhooks, and the log of what came in and went out. Apart from
//! [`api`](super::api) by their paths, which the generator keeps whole.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::OpenApi;
use poem_openapi::error::ContentTypeError;
use poem_openapi::param::{Path, Query};

use super::answers::{Delivered, Deliveries, Replayed};
use super::api::{State, Tag};
use super::caller::Caller;
use super::dto::{DeliveryAccepted, DeliveryIgnored};
use super::payload::Json;
use super::problem::{Problem, Refused};
use super::shape::{DeliveryId, Word};
use super::signed::Signed;
use crate::commands::DeliveryFilter;
use crate::domain::delivery::{DeliveryState, Direction};
use crate::domain::webhook::SignatureError;
use crate::inbound::deliver::{Judge, Taken, Undelivered};
use crate::inbound::parse;
use crate::inbound::webhook::standard::Event;
use crate::inbound::webhook::{Delivery, Unread, Untrusted};

/// Deliveries on a page when nothing is said.
const PAGE: u32 = 50;

#[derive(Clone)]
pub(super) struct Deliver(pub(super) Arc<State>);

#[OpenApi]
impl Deliver {
    /// Deliver an event
    ///
    /// Signed as the source's kind of sender signs: as Standard Webhooks describes, or as GitHub, GitLab and Stripe
    /// do. The sender's id of the delivery is the idempotency key. Events of other types are answered with 200 and
    /// ignored.
    #[oai(path = "/webhooks/:source", method = "post", operation_id = "deliver", tag = "Tag::Webhooks")]
    async fn deliver(
        &self,
        /// The source's configured name.
        source: Path<String>,
        delivery: Signed<'_, Event>,
    ) -> poem::Result<Delivered> {
        let headers = delivery.headers();
        let arrived = Delivery {
            headers: &headers,
            content_type: delivery.content_type,
            body: &delivery.raw,
            origin: &delivery.origin,
            now: (self.0.clock)(),
        };
        Ok(match self.judge().deliver(&source.0, arrived).await.map_err(problem)? {
            Taken::Ignored(why) => Delivered::Ignored(Json(DeliveryIgnored { ignored: why })),
            Taken::Accepted { store, command, replayed } => Delivered::Accepted(Json(DeliveryAccepted {
                store_id: Word::new(store.to_string()),
                command: command.into(),
                replayed,
            })),
        })
    }

    /// List deliveries
    ///
    /// For administrators: what came in by webhook, with the reason of each refusal, and what went out to those who
    /// asked to be called back, with its attempts. Of what could not be trusted, nothing that it said is here.
    #[expect(clippy::too_many_arguments, reason = "to the generator each query parameter is an argument")]
    #[oai(path = "/v1/deliveries", method = "get", operation_id = "listDeliveries", tag = "Tag::Deliveries")]
    async fn list_deliveries(
        &self,
        caller: Caller,
        /// Only in this direction.
        direction: Query<Option<Word<Direction>>>,
        /// Only from this source.
        source: Query<Option<String>>,
        /// Only in this state.
        state: Query<Option<Word<DeliveryState>>>,
        /// Only about the store with this id or name.
        store: Query<Option<String>>,
        /// Deliveries on a page; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<Word<DeliveryId>>>,
    ) -> poem::Result<Deliveries> {
        let filter = DeliveryFilter {
            direction: direction.0.map(|d| parse::direction(d.as_str())).transpose()?,
            source: source.0,
            state: state.0.map(|s| parse::delivery_state(s.as_str())).transpose()?,
            store: store.0,
            limit: limit.0.unwrap_or(PAGE),
            cursor: cursor.0.map(Word::into),
        };
        let page = self.0.commands.deliveries(caller.asker(), &filter).await?;
        Ok(Deliveries::Page(Json(page.into())))
    }

    /// Replay a delivery
    ///
    /// For administrators. One that came in is judged again as if it came now; what it did before it never does a
    /// second time. One that went out and has ended is sent again, under the same `webhook-id`.
    #[oai(
        path = "/v1/deliveries/:delivery/replay",
        method = "post",
        operation_id = "replayDelivery",
        tag = "Tag::Deliveries"
    )]
    async fn replay(
        &self,
        caller: Caller,
        /// Id of the delivery in the list.
        delivery: Path<Word<DeliveryId>>,
    ) -> poem::Result<Replayed> {
        let done = self.judge().replay(caller.asker(), delivery.0.as_str()).await.map_err(replayed)?;
        Ok(Replayed::Accepted(Json(done.into())))
    }
}

impl Deliver {
    fn judge(&self) -> Judge<'_> {
        let State { commands, metrics, sources, forges, .. } = &*self.0;
        Judge { commands, metrics, sources, forges }
    }
}

/// What is told of one that was judged again, and refused again: whoever asked for that has made no mistake in asking.
fn replayed(why: Undelivered) -> poem::Error {
    match why {
        Undelivered::Unread(Unread::Malformed(malformed)) => {
            Problem::malformed(&malformed).at(StatusCode::UNPROCESSABLE_ENTITY).into()
        }
        other => problem(other),
    }
}

/// What a sender is told of a delivery that was not taken: of one that cannot be trusted, only what it may know.
fn problem(why: Undelivered) -> poem::Error {
    match why {
        Undelivered::Untrusted(Untrusted::Source) => Problem::undelivered(Refused::NoSource).into(),
        Undelivered::Untrusted(Untrusted::Signature(SignatureError::Stale)) => {
            Problem::undelivered(Refused::Stale).into()
        }
        Undelivered::Untrusted(Untrusted::Signature(_)) => Problem::bad_signature().into(),
        Undelivered::Unread(Unread::Malformed(malformed)) => Problem::malformed(&malformed).into(),
        Undelivered::Unread(Unread::Media(None)) => ContentTypeError::ExpectContentType.into(),
        Undelivered::Unread(Unread::Media(Some(content_type))) => {
            ContentTypeError::NotSupported { content_type }.into()
        }
        Undelivered::Unread(Unread::Header(why)) => Problem::undelivered(Refused::Header(&why.to_string())).into(),
        Undelivered::Contradiction => Problem::undelivered(Refused::Contradiction).into(),
        Undelivered::Unread(Unread::Refused(refusal)) | Undelivered::Refused(refusal) => refusal.into(),
    }
}
