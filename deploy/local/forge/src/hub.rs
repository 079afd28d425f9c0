//! The shared middle: the world behind its lock, the bell that rings on every change, and what is needed to
//! call the bot. Nobody waits for anything while holding the lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::state::World;

pub(crate) struct Hub {
    world: Mutex<World>,
    changed: watch::Sender<u64>,
    pub(crate) http: reqwest::Client,
    pub(crate) stopping: CancellationToken,
}

impl Hub {
    pub(crate) fn new(world: World) -> Result<Self, reqwest::Error> {
        Ok(Self {
            world: Mutex::new(world),
            changed: watch::Sender::new(0),
            http: reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?,
            stopping: CancellationToken::new(),
        })
    }

    /// A panic elsewhere is that test's failure; the state is still readable.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world and rings the bell.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let result = change(&mut self.lock());
        self.announce();
        result
    }

    pub(crate) fn announce(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
