//! The shapes of the log of deliveries. As in [`dto`](super::dto).

use poem_openapi::Object;
use serde::Serialize;

use super::shape::{DeliveryId, Id, Time, Word};
use crate::commands::DeliveryPage;
use crate::domain::command::CommandKind;
use crate::domain::delivery::{DeliveryState, Direction, Ended, LoggedDelivery};
use crate::inbound::deliver::Taken;

/// Deliveries, newest first.
#[derive(Debug, Serialize, Object)]
pub(super) struct DeliveryList {
    items: Vec<Delivery>,
    /// Give it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A delivery that came in by webhook, or went out to somebody who asked to be called back.
#[derive(Debug, Serialize, Object)]
struct Delivery {
    id: Word<DeliveryId>,
    direction: Word<Direction>,
    at: Word<Time>,
    /// Of those that came in: `received`, `accepted`, `ignored`, `refused`. Of those that go out: `pending`,
    /// `delivered`, `failed`, `stopped`.
    state: Word<DeliveryState>,
    /// The configured source it came from; absent when there is none of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Its sender's id of it; of one that goes out, its `webhook-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// The last part of the problem's `type` that it was refused with.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Why it was refused or ignored, or how the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_id: Option<Word<Id>>,
    /// The store's name, as it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Word<CommandKind>>,
    /// How often it came again; each time it got its first answer or was judged anew.
    repeats: u64,
    /// Where it went, without its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Attempts to send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<Word<Time>>,
    /// When it was decided about, or last tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Word<Time>>,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Id of the request it came with, as in its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// What became of a replay.
#[derive(Debug, Serialize, Object)]
pub(super) struct Replay {
    delivery: Word<DeliveryId>,
    direction: Word<Direction>,
    /// `accepted`, `ignored`, or `pending` for one that goes out.
    state: Word<DeliveryState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_id: Option<Word<Id>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Word<CommandKind>>,
    /// It was accepted before; nothing was done now.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed: Option<bool>,
    /// Why nothing follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<String>,
}

fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl From<LoggedDelivery> for Delivery {
    fn from(entry: LoggedDelivery) -> Self {
        let (state, store_id) = (entry.state(), entry.store().map(|id| Word::new(id.to_string())));
        let LoggedDelivery { id, begun, ended, repeats } = entry;
        let ended_at = ended.as_ref().map(|ended| ended.at.into());
        let ended = ended.unwrap_or_else(|| Ended::new(state, begun.at));
        Self {
            id: Word::new(id),
            direction: begun.direction.into(),
            at: begun.at.into(),
            state: state.into(),
            delivery_id: said(&begun.delivery_id),
            event: said(&begun.event),
            source: begun.source,
            problem: ended.problem,
            reason: ended.reason,
            store_id,
            name: ended.name,
            command: ended.command.map(Word::from),
            repeats,
            attempts: (begun.direction == Direction::Out).then_some(ended.attempts),
            url: begun.url,
            next_attempt_at: ended.next_attempt_at.map(Word::from),
            ended_at,
            address: begun.address.map(|address| address.to_string()),
            request_id: said(&begun.request),
        }
    }
}

impl From<DeliveryPage> for DeliveryList {
    fn from(page: DeliveryPage) -> Self {
        Self { items: page.items.into_iter().map(Delivery::from).collect(), next_cursor: page.next_cursor }
    }
}

impl From<(LoggedDelivery, Option<Taken>)> for Replay {
    fn from((entry, taken): (LoggedDelivery, Option<Taken>)) -> Self {
        let state = match &taken {
            None => DeliveryState::Pending,
            Some(Taken::Accepted { .. }) => DeliveryState::Accepted,
            Some(Taken::Ignored(_)) => DeliveryState::Ignored,
        };
        let replay = Self {
            delivery: Word::new(entry.id),
            direction: entry.begun.direction.into(),
            state: state.into(),
            store_id: None,
            command: None,
            replayed: None,
            ignored: None,
        };
        match taken {
            Some(Taken::Accepted { store, command, replayed }) => {
                let store_id = Some(Word::new(store.to_string()));
                Self { store_id, command: Some(command.into()), replayed: Some(replayed), ..replay }
            }
            Some(Taken::Ignored(why)) => Self { ignored: Some(why), ..replay },
            None => replay,
        }
    }
}
