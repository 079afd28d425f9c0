//! The generic sender: Standard Webhooks headers around storebot's own events.
//!
//! An event is `{"type", "data"}`, with the `timestamp` the specification recommends allowed and not
//! used: the signed header counts. Types storebot does not know are nobody's mistake, since a sender
//! may deliver all its events to one address.

use std::time::Duration;

use poem_openapi::{Object, Union};
use serde::Deserialize;

use super::{Meaning, Trusted, Unread, nothing_follows};
use crate::domain::command::Command;
use crate::domain::engine::Engine;
use crate::domain::outcome::Refusal;
use crate::domain::plan::Plan;
use crate::domain::store::StoreRef;
use crate::inbound::http::reading::{self, Malformed};
use crate::inbound::http::shape::{
    Address, CountryCode, CreateType, CurrencyCode, DeleteType, EventType, ExtendType, Length, Name, RetryType,
    SleepType, Title, UpgradeType, VerifyType, WakeType, Word,
};
use crate::inbound::parse::{self, CreateFields};

/// An event that asks for something.
#[derive(Debug, Union)]
#[oai(one_of)]
pub(crate) enum Event {
    Create(CreateEvent),
    Delete(DeleteEvent),
    Retry(RetryEvent),
    Verify(VerifyEvent),
    Upgrade(UpgradeEvent),
    Sleep(SleepEvent),
    Wake(WakeEvent),
    Extend(ExtendEvent),
}

/// One event each: its type in Rust, its name in the document, its type on the wire, what it carries.
macro_rules! events {
    ($($(#[$doc:meta])* $event:ident $name:tt $kind:ty => $data:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, Object)]
        #[serde(deny_unknown_fields)]
        #[oai(rename = $name, deny_unknown_fields)]
        pub(crate) struct $event {
            #[serde(rename = "type")]
            #[oai(rename = "type")]
            kind: Word<$kind>,
            /// When it happened; not used, the signed header counts.
            timestamp: Option<String>,
            pub(super) data: $data,
        }
    )*};
}

events! {
    /// Asks for a store.
    CreateEvent "StoreCreateEvent" CreateType => CreateData;
    /// Asks for the end of a store.
    DeleteEvent "StoreDeleteEvent" DeleteType => DeleteData;
    /// Asks to go on with a store that has failed.
    RetryEvent "StoreRetryEvent" RetryType => ChangeData;
    /// Asks for a test order in a store that is there.
    VerifyEvent "StoreVerifyEvent" VerifyType => ChangeData;
    /// Asks for today's release of a store that is there.
    UpgradeEvent "StoreUpgradeEvent" UpgradeType => ChangeData;
    /// Asks that nothing of a store runs and everything is kept.
    SleepEvent "StoreSleepEvent" SleepType => ChangeData;
    /// Asks that a store that sleeps runs again.
    WakeEvent "StoreWakeEvent" WakeType => ChangeData;
    /// Asks for more time for a store.
    ExtendEvent "StoreExtendEvent" ExtendType => ExtendData;
}

/// What a new store shall be, and whom to tell.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "StoreCreateData", deny_unknown_fields)]
pub(crate) struct CreateData {
    name: Word<Name>,
    engine: Word<Engine>,
    plan: Option<Word<Plan>>,
    /// How long the store is wanted, such as `90m`, `72h` or `7d`; for ever when absent. At its
    /// end it is put to sleep, and removed some days later.
    ttl: Option<Word<Length>>,
    title: Option<Word<Title>>,
    /// The ISO 4217 code of the money it sells in; storebot's configuration says when absent.
    currency: Option<Word<CurrencyCode>>,
    /// The ISO 3166-1 code (two letters) of the country it sells from.
    country: Option<Word<CountryCode>>,
    cell: Option<String>,
    /// Gets a signed delivery of everything that becomes of the store, as long as it lives: `store.ready`,
    /// `store.failed`, `store.asleep`, `store.expiring`, `store.deleted`. An address that can be seen to be inside is
    /// refused.
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

/// Which store, and whom to tell.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "StoreChangeData", deny_unknown_fields)]
pub(crate) struct ChangeData {
    /// Name or id of the store.
    name: String,
    /// Gets a signed `store.ready`, `store.asleep` or `store.failed`.
    callback_url: Option<Word<Address>>,
}

/// Which store gets more time, how much, and whom to tell.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "StoreExtendData", deny_unknown_fields)]
pub(crate) struct ExtendData {
    /// Name or id of the store.
    name: String,
    /// How much more, from its end or from now where that has passed; left out: as much as the configuration says.
    ttl: Option<Word<Length>>,
    /// Gets a signed `store.ready`, `store.asleep` or `store.failed`.
    callback_url: Option<Word<Address>>,
}

/// What a body turned out to be.
#[derive(Debug)]
pub(super) enum Read {
    Event(Box<Event>),
    /// An event of a type that means nothing here.
    Other(String),
}

/// What every event has.
#[derive(Deserialize, Object)]
struct Kind {
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    kind: Word<EventType>,
}

/// Reads the type first: fields are judged only of events that are storebot's.
pub(super) fn event(body: &[u8]) -> Result<Read, Malformed> {
    let Kind { kind } = reading::read(body)?;
    let event = match kind.as_str() {
        "store.create" => Event::Create(reading::read(body)?),
        "store.delete" => Event::Delete(reading::read(body)?),
        "store.retry" => Event::Retry(reading::read(body)?),
        "store.verify" => Event::Verify(reading::read(body)?),
        "store.upgrade" => Event::Upgrade(reading::read(body)?),
        "store.sleep" => Event::Sleep(reading::read(body)?),
        "store.wake" => Event::Wake(reading::read(body)?),
        "store.extend" => Event::Extend(reading::read(body)?),
        other => return Ok(Read::Other(other.to_owned())),
    };
    Ok(Read::Event(Box::new(event)))
}

/// The event's type, whatever else the body is.
pub(super) fn kind(body: &[u8]) -> Result<String, Malformed> {
    let Kind { kind } = reading::read(body)?;
    Ok(kind.as_str().to_owned())
}

/// Which types do ask for something.
const KNOWN: &str = "; store.create, store.delete, store.retry, store.verify, store.upgrade, store.sleep, \
                     store.wake and store.extend do";

/// # Errors
/// The body is not what its type promises, or a field cannot be read.
pub(super) fn meaning(delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
    let event = match event(&delivery.body)? {
        Read::Event(event) => event,
        Read::Other(kind) => return Ok(nothing_follows(&kind, KNOWN)),
    };
    let callback = event.callback_url().map(|url| delivery.callback(url)).transpose()?;
    Ok(delivery.ask(event.command()?, callback))
}

impl Event {
    /// # Errors
    /// The first field that cannot be read.
    pub(super) fn command(&self) -> Result<Command, Refusal> {
        let store = StoreRef::new;
        Ok(match self {
            Self::Create(event) => Command::Create(parse::create(event.data.fields())?),
            Self::Delete(event) => Command::Delete { store: store(&event.data.name), grace: Duration::ZERO },
            Self::Retry(event) => Command::Retry { store: store(&event.data.name) },
            Self::Verify(event) => Command::Verify { store: store(&event.data.name) },
            Self::Upgrade(event) => Command::Upgrade { store: store(&event.data.name) },
            Self::Sleep(event) => Command::Sleep { store: store(&event.data.name) },
            Self::Wake(event) => Command::Wake { store: store(&event.data.name) },
            Self::Extend(event) => {
                let by = event.data.ttl.as_ref().map(|ttl| parse::ttl(ttl.as_str())).transpose()?;
                Command::Extend { store: store(&event.data.name), by }
            }
        })
    }

    pub(super) fn callback_url(&self) -> Option<&str> {
        let url = match self {
            Self::Create(event) => &event.data.callback_url,
            Self::Delete(event) => &event.data.callback_url,
            Self::Retry(event) => &event.data.callback_url,
            Self::Verify(event) => &event.data.callback_url,
            Self::Upgrade(event) => &event.data.callback_url,
            Self::Sleep(event) => &event.data.callback_url,
            Self::Wake(event) => &event.data.callback_url,
            Self::Extend(event) => &event.data.callback_url,
        };
        url.as_ref().map(Word::as_str)
    }
}

impl CreateData {
    fn fields(&self) -> CreateFields<'_> {
        CreateFields {
            name: self.name.as_str(),
            engine: self.engine.as_str(),
            plan: self.plan.as_ref().map(Word::as_str),
            title: self.title.as_ref().map(Word::as_str),
            ttl: self.ttl.as_ref().map(Word::as_str),
            cell: self.cell.as_deref(),
            currency: self.currency.as_ref().map(Word::as_str),
            country: self.country.as_ref().map(Word::as_str),
        }
    }
}
