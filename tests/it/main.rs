//! All integration tests, in one program: one Redis and one Kubernetes for the whole run, and for
//! each test its own key prefix, cell and shop domain.
//!
//! `make test` starts both and says where they are; see `harness`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod again;
mod architecture;
mod asking;
mod backup;
mod billing;
mod board;
mod bombs;
mod burst;
mod callbacks;
mod cells;
mod chaos;
mod chart;
mod ci;
mod clients;
mod clocks;
mod compose;
mod corpora;
mod crashes;
mod deliveries;
mod document;
mod door;
mod durability;
mod flood;
mod follow;
mod gateway;
mod govern;
mod harness;
mod issuers;
mod languages;
mod ledger;
mod letters;
mod life;
mod lifecycle;
mod listing;
mod logins;
mod metrics;
mod newcomer;
mod notices;
mod oracles;
mod outages;
mod owasp;
mod pages;
mod payloads;
mod pods;
mod policies;
mod previews;
mod real;
mod refusals;
mod retry;
mod rights;
mod rollout;
mod scale;
mod schemathesis;
mod servers;
mod shown;
mod signin;
mod standing;
mod stories;
mod surface;
mod tellers;
mod topologies;
mod traces;
mod troubles;
mod truth;
mod undo;
mod watching;
mod wishes;
