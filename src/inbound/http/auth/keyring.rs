//! The keys of one issuer, kept.
//!
//! They are fetched when the first token comes, and again when they are no longer fresh or a token
//! names a key that is not among them: an issuer that has just made a new one. A stranger can make up
//! names without end, so a name starts at most one fetch in [`PAUSE`], and all who wait share one.
//! Whoever asks may go away; the fetch goes on. What was fetched last is used while a new fetch fails.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use jiff::Timestamp;

use super::fetch::{FetchError, Fetched, Source};
use super::token::{Key, TokenError};
use crate::metrics::Metrics;

/// Least time between two fetches, in seconds.
const PAUSE: i64 = 30;
/// The same while there are no keys at all: nobody can be let in until then.
const PAUSE_FIRST: i64 = 5;
/// How long keys are used after they are no longer fresh and cannot be fetched, in seconds. An issuer
/// that takes a key back must be heard within a day.
const STALE_MAX: i64 = 86_400;
/// How long it is remembered that the issuer has no key of a name, in seconds, and how many such names.
const UNKNOWN: i64 = 300;
const UNKNOWN_MAX: usize = 256;

type Running = Shared<BoxFuture<'static, ()>>;

pub(super) struct Keyring {
    source: Source,
    metrics: Metrics,
    shelf: Mutex<Shelf>,
}

/// What is known, and what is under way. Times are seconds since 1970.
#[derive(Default)]
struct Shelf {
    set: Option<Set>,
    /// When a fetch was started last.
    tried: Option<i64>,
    running: Option<Running>,
    /// Names of keys that are not there → when that was found out.
    unknown: HashMap<String, i64>,
}

struct Set {
    keys: Vec<Arc<Key>>,
    /// When the fetch it came from was started.
    fetched: i64,
    fresh_until: i64,
}

/// What the shelf says to a name.
enum Look {
    Found(Arc<Key>),
    Refused(TokenError),
    /// The shelf must be looked at again when this has ended.
    Wait(Running),
    /// A fetch may be started now.
    Fetch,
}

impl Shelf {
    fn look(&self, kid: &str, now: i64) -> Look {
        let key = self.set(now).and_then(|set| set.find(kid));
        let fresh = self.set(now).is_some_and(|set| now < set.fresh_until);
        let wait = self.wait(now);
        match (key, &self.running) {
            (Some(key), _) if fresh || wait > 0 => Look::Found(key),
            // Somebody asks already; who has a key need not wait for it.
            (Some(key), Some(_)) => Look::Found(key),
            (None, Some(running)) => Look::Wait(running.clone()),
            (None, None) if fresh && self.is_unknown(kid, now) => Look::Refused(TokenError::Key),
            (_, None) if wait == 0 => Look::Fetch,
            (_, None) => Look::Refused(self.absent(now)),
        }
    }

    /// What the shelf says when there has just been a fetch.
    fn settle(&mut self, kid: &str, now: i64) -> Result<Arc<Key>, TokenError> {
        if let Some(key) = self.set(now).and_then(|set| set.find(kid)) {
            return Ok(key);
        }
        let why = self.absent(now);
        if why == TokenError::Key {
            self.remember_unknown(kid, now);
        }
        Err(why)
    }

    /// The keys, if they may be used at all.
    fn set(&self, now: i64) -> Option<&Set> {
        self.set.as_ref().filter(|set| now < set.fresh_until.saturating_add(STALE_MAX))
    }

    /// Why a key is not there: the issuer has none of this name, or it could not be asked.
    fn absent(&self, now: i64) -> TokenError {
        let asked = self.set(now).is_some_and(|set| Some(set.fetched) == self.tried);
        if asked { TokenError::Key } else { TokenError::KeysAway { retry_after: self.wait(now).max(1) } }
    }

    /// Seconds until a fetch may be started.
    fn wait(&self, now: i64) -> i64 {
        let pause = if self.set(now).is_some() { PAUSE } else { PAUSE_FIRST };
        // A clock that went back must not keep the issuer from being asked.
        let since = self.tried.map_or(pause, |tried| now.saturating_sub(tried).saturating_abs());
        pause.saturating_sub(since).max(0)
    }

    fn is_unknown(&self, kid: &str, now: i64) -> bool {
        self.unknown.get(kid).is_some_and(|at| now.saturating_sub(*at).saturating_abs() < UNKNOWN)
    }

    fn remember_unknown(&mut self, kid: &str, now: i64) {
        if self.unknown.len() >= UNKNOWN_MAX {
            self.unknown.clear();
        }
        self.unknown.insert(kid.to_owned(), now);
    }

    fn put(&mut self, fetched: Fetched, now: i64) {
        let life = i64::try_from(fetched.fresh.as_secs()).unwrap_or(i64::MAX);
        let keys = fetched.keys.into_iter().map(Arc::new).collect();
        self.set = Some(Set { keys, fetched: now, fresh_until: now.saturating_add(life) });
        self.unknown.clear();
    }
}

impl Set {
    fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.iter().find(|key| key.kid == kid).cloned()
    }
}

impl Keyring {
    pub(super) fn new(source: Source, metrics: Metrics) -> Arc<Self> {
        Arc::new(Self { source, metrics, shelf: Mutex::default() })
    }

    /// The key of a name.
    pub(super) async fn find(self: &Arc<Self>, kid: &str, now: Timestamp) -> Result<Arc<Key>, TokenError> {
        let now = now.as_second();
        let running = {
            let mut shelf = self.shelf();
            match shelf.look(kid, now) {
                Look::Found(key) => return Ok(key),
                Look::Refused(why) => return Err(why),
                Look::Wait(running) => running,
                Look::Fetch => self.start(&mut shelf, now),
            }
        };
        running.await;
        self.shelf().settle(kid, now)
    }

    /// Starts a fetch in a task of its own: it must not end because the first one who waits goes away.
    fn start(self: &Arc<Self>, shelf: &mut Shelf, now: i64) -> Running {
        let ring = Arc::clone(self);
        let task = tokio::spawn(async move {
            let fetched = ring.source.fetch().await;
            ring.end(fetched, now);
        });
        let running = task.map(drop).boxed().shared();
        shelf.tried = Some(now);
        shelf.running = Some(running.clone());
        running
    }

    fn end(&self, fetched: Result<Fetched, FetchError>, now: i64) {
        let issuer = self.source.name.as_str();
        self.metrics.issuer_fetch(issuer, fetched.is_ok());
        let mut shelf = self.shelf();
        shelf.running = None;
        match fetched {
            Ok(fetched) => {
                tracing::debug!(issuer, keys = fetched.keys.len(), "an issuer's keys are here");
                shelf.put(fetched, now);
            }
            Err(error) => {
                tracing::warn!(issuer, %error, stale = shelf.set.is_some(), "an issuer's keys were not fetched")
            }
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
