//! Deliveries as they are written down: what came in by webhook, and what went out to those who asked to be called.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::CommandKind;
use super::store::StoreId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    In,
    Out,
}

impl Direction {
    pub const ALL: [Self; 2] = [Self::In, Self::Out];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// Where a delivery stands. The first four are of those that came in, the others of those that go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Nobody has said yet what became of it: it is being judged, or the process that did has died.
    Received,
    Accepted,
    Ignored,
    Refused,
    Pending,
    Delivered,
    /// Every attempt failed.
    Failed,
    /// Its receiver or its address ended it.
    Stopped,
}

impl DeliveryState {
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Accepted,
        Self::Ignored,
        Self::Refused,
        Self::Pending,
        Self::Delivered,
        Self::Failed,
        Self::Stopped,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// What is known of a delivery from its beginning. Of one that cannot be trusted, nothing it says is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub direction: Direction,
    pub at: Timestamp,
    /// The configured source it came from. `None` for one that went out, and for a source nobody configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its sender's id of it; empty where nobody could find out.
    #[serde(default)]
    pub delivery_id: String,
    #[serde(default)]
    pub event: String,
    /// The same for each repetition of it; empty where nobody could find out.
    #[serde(default)]
    pub unique: String,
    /// Digest of its body (hex SHA-256); likewise.
    #[serde(default)]
    pub fingerprint: String,
    /// Of one that went out: the store it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// Where it went, without the query, which may hold a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Id of the request it came with.
    #[serde(default)]
    pub request: String,
}

/// What became of it so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub state: DeliveryState,
    pub at: Timestamp,
    /// Kind of the problem it was refused with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// The store's name, as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandKind>,
    /// Of one that goes out: attempts made.
    #[serde(default)]
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
}

impl Ended {
    #[must_use]
    pub fn new(state: DeliveryState, at: Timestamp) -> Self {
        Self {
            state,
            at,
            problem: None,
            reason: None,
            store: None,
            name: None,
            command: None,
            attempts: 0,
            next_attempt_at: None,
        }
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedDelivery {
    /// Its place among others, too: ids sort by time.
    pub id: String,
    pub begun: Begun,
    pub ended: Option<Ended>,
    /// How often it came again.
    pub repeats: u64,
}

impl LoggedDelivery {
    #[must_use]
    pub fn state(&self) -> DeliveryState {
        let first = match self.begun.direction {
            Direction::In => DeliveryState::Received,
            Direction::Out => DeliveryState::Pending,
        };
        self.ended.as_ref().map_or(first, |ended| ended.state)
    }

    /// The store it is about.
    #[must_use]
    pub fn store(&self) -> Option<&StoreId> {
        self.begun.store.as_ref().or_else(|| self.ended.as_ref().and_then(|ended| ended.store.as_ref()))
    }
}

/// Longest id of an entry.
const ID_MAX: usize = 64;

/// Whether a text has the form of an entry's id: `<ms>-<n>`, with `-<hex>` behind it for one that went out.
#[must_use]
pub fn is_delivery_id(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: Option<&str>| part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    let rest = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit());
    text.len() <= ID_MAX && digits(parts.next()) && digits(parts.next()) && parts.all(rest)
}

/// Why a delivery cannot be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreplayable {
    /// It was not trusted, or could not be told from others, so nothing of it was kept.
    Untrusted,
    /// It was too large to be kept, or has made room for newer ones.
    NotKept,
    /// Its source is not configured any more.
    NoSource,
    /// It is still being sent.
    Pending,
    /// Its store is forgotten, so there is nothing to tell.
    NoStore,
}

impl Unreplayable {
    pub const ALL: [Self; 5] = [Self::Untrusted, Self::NotKept, Self::NoSource, Self::Pending, Self::NoStore];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Untrusted => "untrusted",
            Self::NotKept => "not-kept",
            Self::NoSource => "no-source",
            Self::Pending => "pending",
            Self::NoStore => "no-store",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_a_form() {
        for good in ["1700000000000-000001", "1700000000000-0-0a1b2c3d"] {
            assert!(is_delivery_id(good), "{good}");
        }
        for bad in ["", "1", "-", "1-", "-1", "a-1", "1-1-", "1-1-xyz", "1-1-a-", "+", "1-1 ", &"1".repeat(70)] {
            assert!(!is_delivery_id(bad), "{bad}");
        }
    }
}
