//! A proxy that breaks things: put in front of Redis, the API server or Discord, it does to their
//! clients what networks, restarts and overload do, one [`Fault`] at a time and until it is told
//! otherwise. What it does not break it passes on byte by byte.
//!
//! ```text
//! client ─> carry (bytes: late, cut, silent) ─> statuses (HTTP only: 429, 500, 503) ─> upstream
//! ```
//!
//! `carry` sees bytes, encrypted ones too. To answer in place of a server that speaks TLS, `statuses`
//! ends the client's TLS with a certificate of its own and begins another one upstream; who trusts
//! its CA and sends a token rather than a client certificate notices nothing.

mod carry;
mod fault;
mod gate;
mod statuses;
mod tests;
mod tls;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use fault::{Fault, Side};
pub(crate) use tls::Tls;

/// Where a proxy passes things on to.
pub(crate) enum Upstream<'a> {
    /// Bytes are bytes: no statuses.
    Bytes,
    Http,
    Https(&'a Tls),
}

/// What all connections of a proxy share.
struct Shared {
    fault: watch::Sender<Fault>,
    hits: Mutex<BTreeMap<&'static str, u64>>,
    dice: Mutex<StdRng>,
}

impl Shared {
    /// Notes that a fault has hit a connection, one direction of it, or a request.
    fn hit(&self, fault: Fault) {
        *self.hits.lock().unwrap_or_else(PoisonError::into_inner).entry(fault.kind()).or_default() += 1;
    }

    fn roll(&self, range: std::ops::RangeInclusive<u64>) -> u64 {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).random_range(range)
    }
}

/// Ends when it is dropped, and all its connections with it.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Proxy {
    /// Listens on a free port in front of `target` (`host:port`) and passes bytes on.
    pub(crate) async fn start(target: &str) -> Result<Self> {
        Self::in_front_of(target, Upstream::Bytes, 0).await
    }

    /// The same for an upstream of a kind. `seed` decides what is random.
    pub(crate) async fn in_front_of(target: &str, upstream: Upstream<'_>, seed: u64) -> Result<Self> {
        let shared = Arc::new(Shared {
            fault: watch::Sender::new(Fault::None),
            hits: Mutex::default(),
            dice: Mutex::new(StdRng::seed_from_u64(seed)),
        });
        let ends = match upstream {
            Upstream::Bytes => None,
            Upstream::Http => Some(None),
            Upstream::Https(tls) => Some(Some(tls.ends()?)),
        };
        let mut tasks = Vec::new();
        let next = match ends {
            None => target.to_owned(),
            Some(ends) => {
                let behind = TcpListener::bind("127.0.0.1:0").await?;
                let address = behind.local_addr()?.to_string();
                let layer = statuses::Layer { target: target.to_owned(), ends, shared: Arc::clone(&shared) };
                tasks.push(tokio::spawn(statuses::serve(behind, Arc::new(layer))));
                address
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tasks.push(tokio::spawn(gate::serve(listener, next, Arc::clone(&shared))));
        Ok(Self { address, shared, tasks })
    }

    /// From now on this is broken, and nothing else.
    pub(crate) fn set(&self, fault: Fault) {
        self.shared.fault.send_replace(fault);
    }

    /// How often each kind of fault has hit a connection, one direction of it, or a request.
    pub(crate) fn hits(&self) -> BTreeMap<&'static str, u64> {
        self.shared.hits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Cuts every connection and refuses new ones.
    pub(crate) fn cut(&self) {
        self.set(Fault::Cut);
    }

    /// Lets nothing through any more, without a word to anybody.
    pub(crate) fn freeze(&self) {
        self.set(Fault::Hang);
    }

    /// Lets everything through again.
    pub(crate) fn mend(&self) {
        self.set(Fault::None);
    }
}
