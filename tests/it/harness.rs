//! What tests stand on: [`run_test`] starts a whole storebot with its own key prefix, cell and
//! domain, hands out actors, drains at the end and fails when anything is left behind.

pub(crate) mod account;
mod actors;
mod bot;
mod callbacks;
mod cluster;
pub(crate) mod discord;
pub(crate) mod document;
pub(crate) mod environment;
pub(crate) mod forge;
mod hands;
mod issuer;
mod kubernetes;
pub(crate) mod page;
mod process;
pub(crate) mod promised;
mod proxy;
pub(crate) mod redis;
mod rules;
pub(crate) mod secrets;
mod setup;
mod sse;

pub(crate) use actors::{Api, delete_on_discord};
pub(crate) use bot::{Test, run_test, try_test};
pub(crate) use environment::{unique, until};
pub(crate) use hands::{Ending, Hands, Waiting};
pub(crate) use issuer::{Answer, Issuer, Pair, TlsFront};
pub(crate) use kubernetes::{Kubernetes, kubeconfig_through};
pub(crate) use process::Process;
pub(crate) use proxy::{Fault, Proxy, Side, Tls, Upstream};
pub(crate) use redis::RedisServer;
pub(crate) use setup::{CLIENT_SECRET, Nodes, TestBot, Transport, WEBHOOK_SECRET};
pub(crate) use sse::Stream;
