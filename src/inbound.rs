//! The doors: outside words become a command, an outcome becomes outside words again.
//!
//! An adapter translates and checks who is asking. It decides nothing: what an actor may do and how
//! much is the business of `commands`, so that no door can ever allow more than another.

pub mod discord;
pub mod parse;
