//! Every sentence a person reads, whichever door they stand at. Snapshot-tested; changing a word
//! here is a user-visible change.

pub mod answers;
pub mod buttons;
pub mod commands;
pub mod forge;
mod headline;
pub mod markdown;
pub mod plain;
pub mod refusal;
mod rules;
pub mod servers;
mod spans;
pub mod story;
pub(crate) mod table;
pub mod talk;
pub(crate) mod words;
