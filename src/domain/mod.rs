//! The words of storebot, as types. Pure: no clock, no randomness, no I/O crate; time and ids come
//! in as arguments. Everything two other modules have to share lives here.

pub mod action;
pub mod actor;
pub mod approval;
pub mod audit;
pub mod command;
pub mod delivery;
pub mod engine;
pub mod event;
pub mod forge;
pub mod history;
pub mod lang;
pub mod lease;
pub mod login;
pub mod mask;
pub mod network;
pub mod notice;
pub mod outcome;
pub mod phase;
pub mod placement;
pub mod plan;
pub mod pods;
pub mod press;
pub mod prospect;
pub mod quota;
pub mod record;
pub mod reply;
pub mod request;
pub mod rule;
pub mod secret;
pub mod server;
pub mod session;
pub mod shop;
pub mod sort;
pub mod step;
pub mod store;
pub mod trail;
pub mod trouble;
pub mod usual;
pub mod view;
pub mod webhook;
pub mod wish;

/// As exact as any time is that storebot keeps or tells.
#[must_use]
pub fn to_the_millisecond(time: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// Source of random bits, given by the composition root: for ids, passwords and jitter.
pub type Bits = std::sync::Arc<dyn Fn() -> u64 + Send + Sync>;
