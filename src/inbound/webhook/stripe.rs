//! What Stripe's events mean. How they are signed is in [`domain::webhook::stripe`](crate::domain::webhook::stripe).
//!
//! A subscription stands for a store: it is made when somebody has subscribed, sleeps when they do not pay, wakes
//! when they do, and ends some days after the subscription. A payment without a subscription stands for one as well.
//!
//! Events come in any order and more than once, so each is judged by when it happened ([`Billed::at`]), and none by
//! whether another one came before it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use poem_openapi::Object;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Billed, Meaning, Trusted, Unread, nothing_follows};
use crate::config::{Billing, Sold};
use crate::domain::command::Command;
use crate::domain::store::StoreRef;
use crate::inbound::http::reading::{self, Malformed};
use crate::inbound::parse::{self, CreateFields};

/// What every event has; the rest depends on its type.
#[derive(Debug, Deserialize, Object)]
#[oai(rename = "StripeEvent")]
pub(super) struct Envelope {
    /// The event's id, the same for each delivery of it.
    pub(super) id: String,
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    pub(super) kind: String,
    /// When it happened, in seconds since 1970.
    pub(super) created: i64,
}

pub(super) fn envelope(body: &[u8]) -> Result<Envelope, Malformed> {
    reading::read_open(body)
}

/// Whatever the merchant has written on something.
type Metadata = BTreeMap<String, String>;

/// Keys of [`Metadata`] that mean something.
const STORE: &str = "storebot_store";
const TITLE: &str = "storebot_title";
const PLAN: &str = "storebot_plan";
const ENGINE: &str = "storebot_engine";

#[derive(Deserialize)]
struct Event<T> {
    created: i64,
    data: Data<T>,
}

#[derive(Deserialize)]
struct Data<T> {
    object: T,
}

#[derive(Deserialize)]
struct Subscription {
    id: String,
    status: String,
    #[serde(default)]
    metadata: Metadata,
    items: Items,
}

#[derive(Deserialize)]
struct Items {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    price: Price,
}

#[derive(Deserialize)]
struct Price {
    id: String,
}

#[derive(Deserialize)]
struct Session {
    id: String,
    mode: String,
    payment_status: String,
    subscription: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

/// Where an invoice names its subscription has changed with the API's version of 2025-03-31.
#[derive(Deserialize)]
struct Invoice {
    subscription: Option<String>,
    subscription_details: Option<Details>,
    parent: Option<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    subscription_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    subscription: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

/// What an event makes of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Becomes {
    /// It is there, and awake unless somebody has put it to sleep.
    There,
    /// It is paid for, if it is there.
    Paid,
    /// It sleeps after this long, if it is there.
    Unpaid(Duration),
    /// Its time is over, if it is there.
    Over,
}

/// Which subscription it is about, what is written on it, and what is paid for where that is said.
struct About {
    subject: String,
    metadata: Metadata,
    price: Option<String>,
}

const KNOWN: &str = "; customer.subscription.created, .updated, .paused, .resumed and .deleted, \
                     checkout.session.completed, invoice.paid and invoice.payment_failed do";

/// # Errors
/// The body is not what its event promises, or a name, plan or engine that is written on it cannot be read.
pub(super) fn meaning(delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
    let Some(billing) = &delivery.source.billing else { return Ok(nothing_follows(&delivery.identity.event, "")) };
    match delivery.identity.event.as_str() {
        "customer.subscription.created"
        | "customer.subscription.updated"
        | "customer.subscription.paused"
        | "customer.subscription.resumed"
        | "customer.subscription.deleted" => subscription(delivery, billing),
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => checkout(delivery, billing),
        "invoice.paid" => invoice(delivery, billing, Becomes::Paid),
        "invoice.payment_failed" => invoice(delivery, billing, Becomes::Unpaid(billing.unpaid)),
        other => Ok(nothing_follows(other, KNOWN)),
    }
}

fn subscription(delivery: &Trusted<'_>, billing: &Billing) -> Result<Meaning, Unread> {
    let (at, object): (i64, Subscription) = object(delivery)?;
    let ended = delivery.identity.event == "customer.subscription.deleted";
    let Some(becomes) = by_status(&object.status, ended, billing) else {
        let why = format!("the subscription is {:?}: its store is made when it has begun", clip(&object.status));
        return Ok(Meaning::Ignored(why));
    };
    let price = object.items.data.into_iter().next().map(|item| item.price.id);
    let about = About { subject: object.id, metadata: object.metadata, price };
    billed(delivery, billing, (&about, becomes, at))
}

/// `None`: nothing yet.
fn by_status(status: &str, ended: bool, billing: &Billing) -> Option<Becomes> {
    Some(match status {
        _ if ended => Becomes::Over,
        "active" | "trialing" => Becomes::There,
        "past_due" | "unpaid" => Becomes::Unpaid(billing.unpaid),
        "paused" => Becomes::Unpaid(Duration::ZERO),
        "canceled" | "incomplete_expired" => Becomes::Over,
        _ => return None,
    })
}

fn checkout(delivery: &Trusted<'_>, billing: &Billing) -> Result<Meaning, Unread> {
    let (at, object): (i64, Session) = object(delivery)?;
    let metadata = object.metadata.unwrap_or_default();
    if object.payment_status == "unpaid" {
        return Ok(Meaning::Ignored("nothing is paid yet: the store is made when it is".to_owned()));
    }
    let subject = match (object.mode.as_str(), object.subscription) {
        ("payment", _) => object.id,
        ("subscription", Some(_)) if !billing.prices.is_empty() && !metadata.contains_key(PLAN) => {
            let why = "a checkout does not say of which price it is; customer.subscription.created does".to_owned();
            return Ok(Meaning::Ignored(why));
        }
        ("subscription", Some(subscription)) => subscription,
        (mode, _) => {
            let why = format!("checkouts of mode {:?} ask for nothing here; payment and subscription do", clip(mode));
            return Ok(Meaning::Ignored(why));
        }
    };
    billed(delivery, billing, (&About { subject, metadata, price: None }, Becomes::There, at))
}

fn invoice(delivery: &Trusted<'_>, billing: &Billing, becomes: Becomes) -> Result<Meaning, Unread> {
    let (at, object): (i64, Invoice) = object(delivery)?;
    let details = object.parent.and_then(|parent| parent.subscription_details).or(object.subscription_details);
    let (subscription, metadata) = details.map(|d| (d.subscription, d.metadata)).unwrap_or_default();
    let Some(subject) = subscription.or(object.subscription) else {
        return Ok(Meaning::Ignored("the invoice is of no subscription".to_owned()));
    };
    let about = About { subject, metadata: metadata.unwrap_or_default(), price: None };
    billed(delivery, billing, (&about, becomes, at))
}

fn billed(
    delivery: &Trusted<'_>,
    billing: &Billing,
    (about, becomes, at): (&About, Becomes, i64),
) -> Result<Meaning, Unread> {
    let name = about.metadata.get(STORE).cloned().unwrap_or_else(|| own_name(&about.subject));
    let store = StoreRef::new(parse::name(&name)?.as_str());
    let (command, instead) = match becomes {
        Becomes::There => (create(about, billing, &name)?, Some(Command::Resume { store })),
        Becomes::Paid => (Command::Resume { store }, None),
        Becomes::Unpaid(after) => (Command::Suspend { store, after }, None),
        Becomes::Over => (Command::Expire { store }, None),
    };
    let instead = instead.map(|command| delivery.asking(command, None));
    let ends = becomes == Becomes::Over;
    let asks = delivery.asking(command, None);
    Ok(Meaning::Billed(Billed { subject: about.subject.clone(), at: moment(at, becomes), asks, instead, ends }))
}

fn create(about: &About, billing: &Billing, name: &str) -> Result<Command, Unread> {
    let Sold { engine, plan } =
        about.price.as_ref().and_then(|price| billing.prices.get(price)).copied().unwrap_or(billing.usual);
    let written = |key: &str| about.metadata.get(key).map(String::as_str);
    let create = parse::create(CreateFields {
        name,
        engine: written(ENGINE).unwrap_or(engine.as_str()),
        plan: Some(written(PLAN).unwrap_or(plan.as_str())),
        title: written(TITLE),
        ttl: None,
        cell: None,
        currency: None,
        country: None,
    })?;
    Ok(Command::Create(create))
}

/// A name for a store that nobody has named: the same for all events of its subscription.
fn own_name(subject: &str) -> String {
    format!("shop-{}", &hex::encode(Sha256::digest(subject))[..10])
}

/// Events tell seconds. Of those of one second, what ends counts after what was paid, that after what was not, and
/// that after what began: who has paid within the second in which they had not, has paid.
fn moment(created: i64, becomes: Becomes) -> Timestamp {
    let rank = match becomes {
        Becomes::There => 0,
        Becomes::Unpaid(_) => 1,
        Becomes::Paid => 2,
        Becomes::Over => 3,
    };
    Timestamp::from_millisecond(created.saturating_mul(1000).saturating_add(rank)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn object<T: serde::de::DeserializeOwned>(delivery: &Trusted<'_>) -> Result<(i64, T), Unread> {
    let read: Result<Event<T>, _> = serde_json::from_slice(&delivery.body);
    let Event { created, data } = read.map_err(|error| Malformed {
        field: Some("data.object".to_owned()),
        why: format!("It is not what {:?} has there: {error}", clip(&delivery.identity.event)),
    })?;
    Ok((created, data.object))
}

/// Somebody else's text, as far as it is said back.
fn clip(text: &str) -> String {
    text.chars().take(super::EVENT_MAX).collect()
}

#[cfg(test)]
mod tests;
