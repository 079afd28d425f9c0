//! How many connections may be open, in all and of one caller, so that nobody takes all of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::network;
use crate::inbound::http::client::is_proxy;

#[derive(Debug)]
pub(super) struct Room {
    all: Arc<Semaphore>,
    of_one: usize,
    /// They bring many callers on few addresses, so only the whole counts for them.
    proxies: Vec<IpNet>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's room, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Arc<Room>,
    /// `None`: of a proxy.
    caller: Option<IpAddr>,
    _one_of_all: OwnedSemaphorePermit,
}

impl Room {
    pub(super) fn new(all: usize, of_one: usize, proxies: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self { all: Arc::new(Semaphore::new(all)), of_one, proxies, open: Mutex::default() })
    }

    /// Waits until there is room for one more.
    pub(super) async fn one(&self) -> Option<OwnedSemaphorePermit> {
        // Nobody closes it.
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// Gives it to an address, unless that has enough.
    pub(super) fn give(
        self: &Arc<Self>,
        one: OwnedSemaphorePermit,
        address: IpAddr,
    ) -> Result<Place, OwnedSemaphorePermit> {
        let caller = (!is_proxy(address, &self.proxies)).then(|| network::caller(address));
        if let Some(caller) = caller {
            let mut open = self.open();
            let count = open.entry(caller).or_default();
            if *count >= self.of_one {
                return Err(one);
            }
            *count += 1;
        }
        Ok(Place { room: Arc::clone(self), caller, _one_of_all: one })
    }

    /// Each step below leaves the map whole, so a panic elsewhere spoils nothing.
    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(caller) = self.caller else { return };
        let mut open = self.room.open();
        if let Some(count) = open.get_mut(&caller) {
            *count -= 1;
            if *count == 0 {
                open.remove(&caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_takes_all_and_nothing_is_kept_of_who_has_gone() {
        let room = Room::new(10, 2, vec!["10.0.0.0/8".parse().unwrap()]);
        let ask = async |address: &str| room.give(room.one().await.unwrap(), address.parse().unwrap()).ok();
        let first = ask("2001:db8::1").await;
        let second = ask("2001:db8::2").await;
        assert!(first.is_some() && second.is_some());
        assert!(ask("2001:db8::3").await.is_none(), "a network is one caller");
        assert!(ask("2001:db8:0:1::1").await.is_some(), "others have their own");
        let proxied = [ask("10.0.0.1").await, ask("10.0.0.1").await, ask("::ffff:10.0.0.1").await];
        assert!(proxied.iter().all(Option::is_some), "a proxy brings many");
        drop(first);
        let third = ask("2001:db8::3").await;
        assert!(third.is_some());
        drop((second, third, proxied));
        assert_eq!((room.open().len(), room.all.available_permits()), (0, 10));
    }
}
