//! The door for people on Discord: one slash command, received at the interactions endpoint.
//!
//! It checks that Discord sent a payload, translates it, and answers within Discord's three seconds.
//! It never calls Discord to answer (registration aside): how a command goes on is told by `notify`.

pub mod definition;
mod endpoint;
mod parse;
pub mod register;
mod respond;
mod signature;

pub use endpoint::{BadKey, Interactions};
