//! Rate-limit buckets (topics: rate-limits): requests are counted per route and top-level resource
//! in windows; every answer says where its bucket stands. Interaction callbacks have no bucket.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::ids::stable_id;

/// How tight the buckets are. Discord publishes no numbers and says not to hard-code any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RateLimits {
    /// 1,000 requests in 5 s: counted and announced, out of the way of a functional test.
    #[default]
    Generous,
    /// 5 requests in 5 s, about what a channel gives in practice: for tests of pacing.
    Tight,
}

impl RateLimits {
    fn limit(self) -> u32 {
        match self {
            Self::Generous => 1_000,
            Self::Tight => 5,
        }
    }
}

/// Requests answered with 401, 403 or 429. Too many of them in ten minutes and the edge in front of Discord
/// turns an address away (topics: rate-limits, "Invalid Request Limit").
#[derive(Debug, Default)]
pub(crate) struct InvalidRequests {
    /// All there ever were.
    pub(crate) count: u64,
    /// Another limit than Discord's, for tests.
    pub(crate) limit: Option<u64>,
    recent: VecDeque<Timestamp>,
    banned_until: Option<Timestamp>,
}

/// Discord's limit.
const MOST_INVALID: u64 = 10_000;
/// The time it is counted over. How long a ban lasts is not published; here as long again.
const INVALID_WINDOW: SignedDuration = SignedDuration::from_mins(10);

impl InvalidRequests {
    pub(crate) fn add(&mut self, now: Timestamp) {
        self.count += 1;
        self.recent.push_back(now);
        while self.recent.front().is_some_and(|first| now.duration_since(*first) > INVALID_WINDOW) {
            self.recent.pop_front();
        }
        if self.recent.len() as u64 >= self.limit.unwrap_or(MOST_INVALID) {
            self.banned_until = now.checked_add(INVALID_WINDOW).ok();
            self.recent.clear();
        }
    }

    /// How long everything is still turned away.
    pub(crate) fn ban(&self, now: Timestamp) -> Option<Duration> {
        let left = self.banned_until?.duration_since(now);
        left.is_positive().then(|| Duration::try_from(left).unwrap_or_default())
    }
}

const WINDOW: SignedDuration = SignedDuration::from_secs(5);

/// Where a bucket stands after a request.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) bucket: String,
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset_at: Timestamp,
    pub(crate) reset_after: Duration,
    pub(crate) exceeded: bool,
}

/// All open windows.
#[derive(Debug)]
pub(crate) struct Buckets {
    limits: RateLimits,
    windows: HashMap<String, (Timestamp, u32)>,
}

impl Buckets {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, windows: HashMap::new() }
    }

    pub(crate) fn set(&mut self, limits: RateLimits) {
        self.limits = limits;
    }

    /// Counts one request. `route` is method and path template, `resource` the channel, guild or
    /// webhook id with token that the bucket belongs to.
    pub(crate) fn count(&mut self, route: &str, resource: &str, now: Timestamp) -> Standing {
        self.windows.retain(|_, (reset_at, _)| *reset_at > now);
        let fresh = (now.checked_add(WINDOW).unwrap_or(now), 0);
        let (reset_at, used) = self.windows.entry(format!("{route} {resource}")).or_insert(fresh);
        *used += 1;
        let limit = self.limits.limit();
        let left = reset_at.duration_since(now);
        Standing {
            bucket: format!("{:016x}", stable_id(route)),
            limit,
            remaining: limit.saturating_sub(*used),
            reset_at: *reset_at,
            reset_after: Duration::try_from(left).unwrap_or_default(),
            exceeded: *used > limit,
        }
    }
}
