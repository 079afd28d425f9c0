//! Strings with a documented shape: words of a fixed list, names, times, durations.
//!
//! Only the OpenAPI document knows the shapes. What comes in is any string, read by
//! [`parse`](crate::inbound::parse) afterwards, so that a wrong word is answered with the known ones
//! and in the same sentence as at every other door.

use std::borrow::Cow;
use std::marker::PhantomData;

use jiff::Timestamp;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::commands::{Follows, LetterKind};
use crate::domain::actor::{Door, Role};
use crate::domain::command::{CommandKind, TITLE_MAX};
use crate::domain::delivery::{DeliveryState, Direction};
use crate::domain::engine::Engine;
use crate::domain::event::EventKind;
use crate::domain::placement::Health;
use crate::domain::plan::Plan;
use crate::domain::quota::Resource;
use crate::domain::record::{Phase, StepName, StepState};
use crate::domain::sort::{SEARCH_MAX, Sort};
use crate::domain::store::NAME_MAX;

/// What a [`Word`] looks like in the document.
pub(super) trait Shape: Send + Sync + 'static {
    fn schema() -> MetaSchema;
}

/// A string of shape `T`.
pub(crate) struct Word<T> {
    text: Cow<'static, str>,
    shape: PhantomData<fn() -> T>,
}

impl<T> Word<T> {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), shape: PhantomData }
    }
}

impl<T> From<Word<T>> for String {
    fn from(word: Word<T>) -> Self {
        word.text.into_owned()
    }
}

impl<T> std::fmt::Debug for Word<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.text, f)
    }
}

impl<T> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl<T: Shape> Type for Word<T> {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(T::schema()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl<T: Shape> ParseFromJSON for Word<T> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self::new(text)),
            other => Err(ParseError::expected_type(other.unwrap_or_default())),
        }
    }
}

impl<T: Shape> ParseFromParameter for Word<T> {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Ok(Self::new(value.to_owned()))
    }
}

impl<T: Shape> ToJSON for Word<T> {
    fn to_json(&self) -> Option<Value> {
        Some(Value::from(self.as_str()))
    }
}

fn one_of<const N: usize>(words: [&'static str; N]) -> MetaSchema {
    MetaSchema { enum_items: words.map(Value::from).to_vec(), ..MetaSchema::new("string") }
}

/// A moment: RFC 3339, UTC.
pub(super) struct Time;
/// A store's id.
pub(super) struct Id;
/// A store's name.
pub(crate) struct Name;
/// A shop's title.
pub(crate) struct Title;
/// A currency's code.
pub(crate) struct CurrencyCode;
/// A country's code.
pub(crate) struct CountryCode;
/// How long something lasts: a number with a unit.
pub(crate) struct Length;
/// A web address.
pub(crate) struct Address;
/// The type of any event.
pub(crate) struct EventType;
/// A place in the list of stores.
pub(super) struct Cursor;
/// What stores are searched for by.
pub(super) struct Search;
/// An event's id, which is its place among others, too.
pub(super) struct EventId;
/// A delivery's id, which is its place among others, too.
pub(super) struct DeliveryId;
/// An event's id, or nothing: browsers that have read nothing yet may say so.
pub(super) struct LastEventId;
/// A caller's own name for a request, with or without quotes around it.
pub(super) struct Key;

fn pattern(pattern: &str, example: &str) -> MetaSchema {
    let (pattern, example) = (Some(pattern.to_owned()), Some(example.into()));
    MetaSchema { pattern, example, ..MetaSchema::new("string") }
}

impl Shape for Cursor {
    fn schema() -> MetaSchema {
        let pattern = "^([oe]?[0-9]{13}|n[a-z0-9-]{1,40}\\.)[0-9a-hjkmnp-tv-z]{12}$";
        self::pattern(pattern, "1763712000000700000000000")
    }
}

impl Shape for Search {
    fn schema() -> MetaSchema {
        MetaSchema { max_length: Some(SEARCH_MAX), example: Some("tea".into()), ..MetaSchema::new("string") }
    }
}

impl Shape for EventId {
    fn schema() -> MetaSchema {
        pattern("^[0-9]{1,19}-[0-9]{1,19}$", "1763712000000-0")
    }
}

impl Shape for DeliveryId {
    fn schema() -> MetaSchema {
        pattern("^[0-9]{13}-[0-9]{1,19}(-[0-9a-f]{8})?$", "1763712000000-000001")
    }
}

impl Shape for LastEventId {
    fn schema() -> MetaSchema {
        pattern("^([0-9]{1,19}-[0-9]{1,19})?$", "1763712000000-0")
    }
}

impl Shape for Key {
    fn schema() -> MetaSchema {
        pattern(r#"^("[ -~]{1,255}"|[!#-~]([ -~]{0,253}[!-~])?)$"#, "order-4711")
    }
}

impl From<Timestamp> for Word<Time> {
    fn from(time: Timestamp) -> Self {
        Self::new(time.to_string())
    }
}

impl Shape for Time {
    fn schema() -> MetaSchema {
        MetaSchema::new_with_format("string", "date-time")
    }
}

impl Shape for Id {
    fn schema() -> MetaSchema {
        pattern("^[0-9a-hjkmnp-tv-z]{12}$", "700000000000")
    }
}

impl Shape for Name {
    fn schema() -> MetaSchema {
        let pattern = Some("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$".to_owned());
        MetaSchema {
            pattern,
            min_length: Some(1),
            max_length: Some(NAME_MAX),
            example: Some("teashop".into()),
            ..MetaSchema::new("string")
        }
    }
}

/// A visible character somewhere, and no control character or end of a line anywhere: as `parse::title` has it.
const TITLE: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
);

impl Shape for Title {
    fn schema() -> MetaSchema {
        MetaSchema { min_length: Some(1), max_length: Some(TITLE_MAX), ..pattern(TITLE, "Ana's Teashop") }
    }
}

impl Shape for CurrencyCode {
    fn schema() -> MetaSchema {
        MetaSchema {
            pattern: Some("^[A-Za-z]{3}$".to_owned()),
            example: Some("EUR".into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Shape for CountryCode {
    fn schema() -> MetaSchema {
        MetaSchema {
            pattern: Some("^[A-Za-z]{2}$".to_owned()),
            example: Some("DE".into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Shape for Length {
    fn schema() -> MetaSchema {
        // The usual ones. `parse::ttl` reads more, such as "1h 30m", and knows the bounds.
        pattern("^([1-9][0-9]{0,2}[smh]|([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6])d)$", "72h")
    }
}

impl Shape for Address {
    fn schema() -> MetaSchema {
        MetaSchema { example: Some("https://example.com/hooks".into()), ..MetaSchema::new_with_format("string", "uri") }
    }
}

impl Shape for EventType {
    fn schema() -> MetaSchema {
        MetaSchema { example: Some("store.create".into()), ..MetaSchema::new("string") }
    }
}

/// The words of a domain type are the shape of its strings.
macro_rules! words {
    ($($domain:ty => $words:expr;)*) => {$(
        impl Shape for $domain {
            fn schema() -> MetaSchema {
                one_of($words)
            }
        }

        impl From<$domain> for Word<$domain> {
            fn from(value: $domain) -> Self {
                Self::new(value.as_str())
            }
        }
    )*};
}

words! {
    Direction => Direction::ALL.map(Direction::as_str);
    DeliveryState => DeliveryState::ALL.map(DeliveryState::as_str);
    Engine => Engine::ALL.map(Engine::as_str);
    Plan => Plan::ALL.map(Plan::as_str);
    Phase => Phase::ALL.map(Phase::as_str);
    Sort => Sort::ALL.map(Sort::as_str);
    StepName => StepName::ALL.map(StepName::as_str);
    StepState => ["pending", "running", "done", "failed"];
    EventKind => EventKind::ALL.map(EventKind::as_str);
    LetterKind => [LetterKind::GivenUp, LetterKind::Unreadable].map(LetterKind::as_str);
    Follows => Follows::ALL.map(Follows::as_str);
    CommandKind => CommandKind::ALL.map(CommandKind::as_str);
    Door => Door::ALL.map(Door::as_str);
    Role => Role::ALL.map(Role::as_str);
    Resource => Resource::ALL.map(Resource::as_str);
    Health => Health::ALL.map(Health::as_str);
}

/// The types of events: each the only word of its shape.
macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl Shape for $name {
            fn schema() -> MetaSchema {
                one_of([$word])
            }
        }
    )*};
}

event_types! {
    /// Asks for a store.
    CreateType = "store.create";
    /// Asks for the end of a store.
    DeleteType = "store.delete";
    /// Asks to go on with what has failed.
    RetryType = "store.retry";
    /// Asks for a test order.
    VerifyType = "store.verify";
    /// Asks for today's release.
    UpgradeType = "store.upgrade";
    /// Asks for rest.
    SleepType = "store.sleep";
    /// Asks for the end of it.
    WakeType = "store.wake";
    /// Asks for more time.
    ExtendType = "store.extend";
}
