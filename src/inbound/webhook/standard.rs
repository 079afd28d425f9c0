//! The generic sender: Standard Webhooks headers around storebot's own events.
//!
//! An event is `{"type", "data"}`, with the `timestamp` the specification recommends allowed and not
//! used: the signed header counts. Types storebot does not know are nobody's mistake, since a sender
//! may deliver all its events to one address.

use poem_openapi::{Object, Union};
use serde::Deserialize;

use crate::domain::engine::Engine;
use crate::domain::plan::Plan;
use crate::inbound::http::shape::{Address, CreateType, DeleteType, Length, Name, Title, Word};
use crate::inbound::parse::CreateFields;

/// Header with the delivery's id.
pub const ID: &str = "webhook-id";
/// Header with the time of sending, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Header with one or more signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// Longest type that is said back to the sender, in characters.
const TYPE_MAX: usize = 60;

/// An event that asks for something.
#[derive(Debug, Union)]
#[oai(one_of)]
pub(crate) enum Event {
    Create(CreateEvent),
    Delete(DeleteEvent),
}

/// Asks for a store.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "StoreCreateEvent", deny_unknown_fields)]
pub(crate) struct CreateEvent {
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    kind: Word<CreateType>,
    /// When it happened; not used, the signed header counts.
    timestamp: Option<String>,
    pub(super) data: CreateData,
}

/// Asks for the end of a store.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "StoreDeleteEvent", deny_unknown_fields)]
pub(crate) struct DeleteEvent {
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    kind: Word<DeleteType>,
    /// When it happened; not used, the signed header counts.
    timestamp: Option<String>,
    pub(super) data: DeleteData,
}

/// What a new store shall be, and whom to tell.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "StoreCreateData", deny_unknown_fields)]
pub(crate) struct CreateData {
    name: Word<Name>,
    engine: Word<Engine>,
    plan: Option<Word<Plan>>,
    /// How long the store is wanted, such as `90m`, `72h` or `7d`; for ever when absent. It is recorded
    /// and shown; nothing is deleted by itself yet.
    ttl: Option<Word<Length>>,
    title: Option<Word<Title>>,
    cell: Option<String>,
    /// Gets a signed `store.ready` or `store.failed`.
    callback_url: Option<Word<Address>>,
}

/// Which store shall end, and whom to tell.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "StoreDeleteData", deny_unknown_fields)]
pub(crate) struct DeleteData {
    /// Name or id of the store.
    name: String,
    /// Gets a signed `store.deleted` or `store.failed`.
    callback_url: Option<Word<Address>>,
}

/// What a body turned out to be.
#[derive(Debug)]
pub(super) enum Read {
    Event(Event),
    /// An event of a type that means nothing here.
    Other(String),
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

/// Reads the type first: fields are judged only of events that are storebot's.
pub(super) fn event(body: &[u8]) -> Result<Read, serde_json::Error> {
    let Kind { kind } = serde_json::from_slice(body)?;
    match kind.as_str() {
        "store.create" => serde_json::from_slice(body).map(|e| Read::Event(Event::Create(e))),
        "store.delete" => serde_json::from_slice(body).map(|e| Read::Event(Event::Delete(e))),
        _ => Ok(Read::Other(kind)),
    }
}

/// Why nothing follows from an event of another type.
pub(super) fn ignored(kind: &str) -> String {
    let kind: String = kind.chars().take(TYPE_MAX).collect();
    format!("events of type {kind:?} ask for nothing here; store.create and store.delete do")
}

impl Event {
    pub(super) fn callback_url(&self) -> Option<&str> {
        let url = match self {
            Self::Create(event) => &event.data.callback_url,
            Self::Delete(event) => &event.data.callback_url,
        };
        url.as_ref().map(Word::as_str)
    }
}

impl CreateData {
    pub(super) fn fields(&self) -> CreateFields<'_> {
        CreateFields {
            name: self.name.as_str(),
            engine: self.engine.as_str(),
            plan: self.plan.as_ref().map(Word::as_str),
            title: self.title.as_ref().map(Word::as_str),
            ttl: self.ttl.as_ref().map(Word::as_str),
            cell: self.cell.as_deref(),
        }
    }
}

impl DeleteData {
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}
