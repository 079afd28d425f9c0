//! The local first line against floods: how often one address or one actor may ask this replica.
//!
//! It protects Redis and the clusters from a single noisy caller and costs no round trip. What must
//! hold across replicas (creations per hour, stores per owner) is counted in the ledger instead.
//!
//! Addresses are judged before anybody is authenticated, actors after: otherwise a flood of made-up
//! names would fill the memory. The number of keys is bounded; strangers beyond it share one budget
//! until [`Limits::sweep`] has forgotten others.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::{DashMapStateStore, ShrinkableKeyedStateStore};
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};

use crate::config;
use crate::domain::actor::ActorId;
use crate::domain::network;
use crate::domain::outcome::{Budget, RatePolicy, Refusal};

/// The limiters of one replica. The clock is an argument so that tests need not wait.
#[derive(Debug)]
pub struct Limits<C: Clock = DefaultClock> {
    address: Keyed<IpAddr, C>,
    actor: Keyed<ActorId, C>,
    view: Keyed<ActorId, C>,
}

impl Limits {
    #[must_use]
    pub fn new(config: &config::Limits) -> Self {
        Self::with_clock(config, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    #[must_use]
    pub fn with_clock(config: &config::Limits, clock: &C) -> Self {
        let address = RatePolicy { name: "address", limit: config.address_per_second, window_seconds: 1 };
        let window_seconds = u32::try_from(config.window.as_secs()).unwrap_or(u32::MAX).max(1);
        let actor = RatePolicy { name: "actor", limit: config.requests, window_seconds };
        let view = RatePolicy { name: "view", limit: config.views, window_seconds };
        Self {
            address: Keyed::new(address, config.keys_max, clock.clone()),
            actor: Keyed::new(actor, config.keys_max, clock.clone()),
            view: Keyed::new(view, config.keys_max, clock.clone()),
        }
    }

    /// Before anybody is authenticated. One customer's IPv6 network (/64) counts as one address,
    /// since its owner can use any address in it.
    ///
    /// # Errors
    /// `RateLimited` by the policy `address`.
    pub fn admit_address(&self, address: IpAddr) -> Result<Budget, Refusal> {
        self.address.admit(&network::caller(address), 1)
    }

    /// After authentication. `weight`: as how many requests it counts.
    ///
    /// # Errors
    /// `RateLimited` by the policy `actor`.
    pub fn admit_actor(&self, actor: &ActorId, weight: u32) -> Result<Budget, Refusal> {
        self.actor.admit(actor, weight)
    }

    /// Somebody looks at a page. People look far more often than they ask for something, and neither may use up the
    /// budget of the other.
    ///
    /// # Errors
    /// `RateLimited` by the policy `view`.
    pub fn admit_view(&self, actor: &ActorId, weight: u32) -> Result<Budget, Refusal> {
        self.view.admit(actor, weight)
    }

    /// Forgets everybody whose budget is whole again. To be called on a timer, about once a minute.
    pub fn sweep(&self) {
        self.address.sweep();
        self.actor.sweep();
        self.view.sweep();
    }

    /// Addresses and actors remembered at present.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.address.limiter.len() + self.actor.limiter.len() + self.view.limiter.len()
    }
}

#[derive(Debug)]
struct Keyed<K: Hash + Eq + Clone, C: Clock> {
    policy: RatePolicy,
    limiter: RateLimiter<K, Bounded<K>, C, StateInformationMiddleware>,
    clock: C,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Keyed<K, C> {
    fn new(policy: RatePolicy, keys_max: usize, clock: C) -> Self {
        let limit = NonZeroU32::new(policy.limit).unwrap_or(NonZeroU32::MIN);
        // The whole window's budget may be used at once; it then grows back evenly.
        let one = Duration::from_secs(u64::from(policy.window_seconds)) / limit.get();
        let quota = Quota::with_period(one.max(Duration::from_nanos(1))).unwrap_or(Quota::per_second(limit));
        let store = Bounded { known: DashMapStateStore::default(), strangers: InMemoryState::default(), keys_max };
        let limiter = RateLimiter::new(quota.allow_burst(limit), store, clock.clone());
        Self { policy, limiter, clock }
    }

    fn admit(&self, key: &K, weight: u32) -> Result<Budget, Refusal> {
        let policy = self.policy;
        // What weighs more than the whole budget takes all of it: waiting for more would never help.
        let weight = NonZeroU32::new(weight.min(policy.limit)).unwrap_or(NonZeroU32::MIN);
        let refused = |retry_after_ms| Err(Refusal::RateLimited { policy, retry_after_ms });
        match self.limiter.check_key_n(key, weight) {
            Ok(Ok(state)) => {
                let remaining = state.remaining_burst_capacity().min(policy.limit);
                let missing = u64::from(policy.limit - remaining) * u64::from(policy.window_seconds);
                let reset = missing.div_ceil(u64::from(policy.limit.max(1)));
                Ok(Budget { policy, remaining, reset_seconds: u32::try_from(reset).unwrap_or(u32::MAX) })
            }
            Ok(Err(wait)) => {
                let nanos = wait.wait_time_from(self.clock.now()).as_nanos();
                refused(u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX).max(1))
            }
            Err(_) => refused(u64::from(policy.window_seconds) * 1000),
        }
    }

    fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

/// A map of at most `keys_max` budgets (a few more when several threads add one at once). Whoever
/// finds no room shares the budget `strangers` with all others in the same position.
#[derive(Debug)]
struct Bounded<K: Hash + Eq + Clone> {
    known: DashMapStateStore<K>,
    strangers: InMemoryState,
    keys_max: usize,
}

impl<K: Hash + Eq + Clone> StateStore for Bounded<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        if self.known.contains_key(key) || self.known.len() < self.keys_max {
            self.known.measure_and_replace(key, f)
        } else {
            self.strangers.measure_and_replace(&NotKeyed::NonKey, f)
        }
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Bounded<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        ShrinkableKeyedStateStore::retain_recent(&self.known, drop_below);
    }

    fn shrink_to_fit(&self) {
        ShrinkableKeyedStateStore::shrink_to_fit(&self.known);
    }

    fn len(&self) -> usize {
        self.known.len()
    }

    fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn limits(requests: u32, keys_max: usize) -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let config = config::Limits {
            requests,
            views: 3,
            window: Duration::from_secs(60),
            address_per_second: 2,
            keys_max,
            streams: 1,
            streams_per_actor: 1,
        };
        (Limits::with_clock(&config, &clock), clock)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn who_has_looked_too_often_can_still_ask() {
        let (limits, _) = limits(1, 100);
        let ana = ActorId::new("api:ana");
        assert_eq!(limits.admit_view(&ana, 2).unwrap().remaining, 1);
        assert!(
            matches!(limits.admit_view(&ana, 2), Err(Refusal::RateLimited { policy, .. }) if policy.name == "view")
        );
        assert!(limits.admit_actor(&ana, 1).is_ok() && limits.admit_actor(&ana, 1).is_err());
        assert!(limits.admit_view(&ana, 1).is_ok(), "and who has asked too often can still look");
    }

    #[test]
    fn an_actor_uses_its_budget_up_and_gets_it_back() {
        let (limits, clock) = limits(6, 100);
        let ana = ActorId::new("api:ana");
        let budgets: Vec<_> = (0..6).map(|_| limits.admit_actor(&ana, 1).unwrap()).collect();
        assert_eq!((budgets[0].remaining, budgets[0].reset_seconds), (5, 10));
        assert_eq!((budgets[5].remaining, budgets[5].reset_seconds), (0, 60));
        let policy = RatePolicy { name: "actor", limit: 6, window_seconds: 60 };
        assert_eq!(limits.admit_actor(&ana, 1), Err(Refusal::RateLimited { policy, retry_after_ms: 10_000 }));
        assert!(limits.admit_actor(&ActorId::new("api:ben"), 1).is_ok());
        clock.advance(Duration::from_secs(10));
        assert_eq!(limits.admit_actor(&ana, 1).unwrap().remaining, 0);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let (limits, _clock) = limits(6, 100);
        assert!(limits.admit_address(ip("2001:db8::1")).is_ok());
        assert!(limits.admit_address(ip("2001:db8::2:1")).is_ok());
        assert!(limits.admit_address(ip("2001:db8::3")).is_err());
        assert!(limits.admit_address(ip("2001:db8:0:1::1")).is_ok());
        assert!(limits.admit_address(ip("192.0.2.1")).is_ok());
        assert!(limits.admit_address(ip("::ffff:192.0.2.1")).is_ok());
        assert!(limits.admit_address(ip("192.0.2.1")).is_err());
    }

    #[test]
    fn strangers_beyond_the_bound_share_one_budget_until_others_are_forgotten() {
        let (limits, clock) = limits(6, 2);
        for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"] {
            assert!(limits.admit_address(ip(address)).is_ok(), "{address}");
        }
        assert!(limits.admit_address(ip("192.0.2.5")).is_err());
        assert!(limits.admit_address(ip("192.0.2.1")).is_ok());
        assert_eq!(limits.keys(), 2);
        limits.sweep();
        assert_eq!(limits.keys(), 2);
        clock.advance(Duration::from_secs(5));
        limits.sweep();
        assert_eq!(limits.keys(), 0);
        assert!(limits.admit_address(ip("192.0.2.5")).is_ok());
    }
}
