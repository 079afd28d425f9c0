//! The door for people on Discord: one slash command, received at the interactions endpoint or
//! over the gateway.
//!
//! It checks that Discord sent a payload, translates it, and answers within Discord's three seconds.
//! How a command goes on is told by `notify`. Only a login is told from here, because only the process
//! that made its password knows it.

pub mod definition;
mod dispatch;
mod endpoint;
#[doc(hidden)]
pub mod fuzz;
mod gateway;
mod localise;
mod offers;
mod original;
mod parse;
mod payload;
mod people;
pub mod register;
mod respond;
mod sign_in;
mod signature;

pub use dispatch::Dispatcher;
pub use endpoint::{BadKey, Interactions};
pub use gateway::{Gateway, GatewayParts, GatewayState};
pub use original::{Background, Originals};
pub use sign_in::{BACK, Known, Newcomer, SignIn, Trouble, back};
