//! GitLab: its REST API, its payloads, its words for what the world holds.

pub(crate) mod hooks;
pub(crate) mod rest;
pub(crate) mod wire;
