//! storebot gives a person a finished, working online shop on Kubernetes from one Discord command,
//! one signed webhook or one API call.
//!
//! Data flows in one direction:
//!
//! ```text
//!  Discord (endpoint or gateway) ┐
//!  HTTP API (OpenAPI)            ┼─> commands ─> ledger ─> worker ─┬─> helm (the CLI)
//!  signed webhooks (CI, billing) ┘    │          (Redis)    │      └─> cluster (kube)
//!         ^ outcome                   └ policy, limits      v
//!                                              ledger events <── observed state
//!                                                    └─> notify ─> Discord message edited in place, signed callbacks
//! ```
//!
//! | module | what it is for |
//! |---|---|
//! | [`domain`] | the words, as pure types |
//! | [`config`] | every setting, checked at start |
//! | [`text`] | every sentence a person reads |
//! | [`telemetry`], [`metrics`] | logs and numbers |
//! | [`crash`] | places where a test can have the process die |
//! | [`egress`] | the guard around calls to places that others name |
//! | [`forge`] | the only module that calls GitHub and GitLab |
//! | [`inbound`] | doors: outside words to a command, an outcome to outside words |
//! | [`commands`] | the one door all commands go through |
//! | [`limits`] | the local first line against floods |
//! | [`ledger`] | the only module that knows Redis |
//! | [`worker`] | observe, decide, act |
//! | [`helm`] | the only module that starts a process |
//! | [`cluster`] | the only module that knows Kubernetes |
//! | [`notify`] | tells whoever waits for an answer |
//! | [`care`] | rebuilds the ledger from the clusters, and holds both against each other |
//! | [`app`] | builds everything and stops it again |
//!
//! Who may import whom is written down in `CONTRIBUTING.md` and checked by a test.

pub mod app;
pub mod care;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod config;
pub mod crash;
pub mod domain;
pub mod egress;
pub mod forge;
pub mod helm;
pub mod inbound;
pub mod ledger;
pub mod limits;
pub mod metrics;
pub mod notify;
pub mod telemetry;
pub mod text;
pub mod worker;
