//! What `make run`, `make test` and `make cluster` start on one machine. Everything
//! listens on loopback and keeps its data under `.local/` of the checkout.
//!
//! - `layout`, `progress`, `signals`, `ports`, `scratch`: where things lie, what is told, when to stop
//! - `packages`, `tools`: what must be there first: Debian packages, tools built with Go
//! - `process`, `detached`: children, and those of an earlier session
//! - `redis`, `pki`, `api`, `furnish`, `control_plane`: the parts
//! - `nodes`, `node`, `kubernetes`: what pods run on, a real node, and both kinds under one name
//! - `shops`: the shops' images
//! - `leaks`: whether a test run has printed a secret
//! - `with`, `cluster`, `run`: the subcommands

pub mod api;
pub mod control_plane;
pub mod detached;
pub mod furnish;
pub mod kubernetes;
pub mod leaks;
pub mod node;
pub mod nodes;
pub mod packages;
pub mod pki;
pub mod ports;
pub mod process;
pub mod redis;
pub mod run;
pub mod scratch;
pub mod shops;
pub mod signals;

pub mod cluster;
pub mod layout;
pub mod progress;
pub mod tools;
pub mod with;
