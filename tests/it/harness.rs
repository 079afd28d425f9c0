//! What tests stand on.

pub(crate) mod environment;

pub(crate) use environment::unique;
