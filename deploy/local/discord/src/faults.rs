//! Faults to order: the next requests are answered with 429 or 5xx, or late. Decided before
//! anything else is looked at, as an edge in front of Discord would.

use std::time::Duration;

use serde::Deserialize;

/// Whose limit a 429 speaks of (topics: rate-limits, header `X-RateLimit-Scope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This bot on this route.
    User,
    /// This bot everywhere; interaction callbacks and webhooks are not bound by it.
    Global,
    /// Everybody on this resource; does not count as an invalid request.
    Shared,
}

impl Scope {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Global => "global",
            Self::Shared => "shared",
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 429 with `Retry-After` and JSON `retry_after`.
    RateLimited {
        /// How long the bot is told to wait.
        retry_after: Duration,
        /// Whose limit.
        scope: Scope,
    },
    /// This status with an empty body, before the request had any effect: 500, 502, 503 …
    Status(u16),
    /// The request takes effect and is answered 502 all the same: did it happen or not?
    LostAnswer,
    /// The request is looked at only after this long.
    Delay(Duration),
}

/// A fault and whom it hits.
#[derive(Debug, Clone)]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// For how many requests.
    pub times: u32,
    /// Only requests whose `METHOD path` contains this; empty: all.
    pub matching: String,
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FaultRule>);

impl Faults {
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.0.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for this request, used up by one.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let request = format!("{method} {path}");
        let unbound = path.contains("/interactions/") || path.contains("/webhooks/");
        let hit = self.0.iter_mut().find(|rule| {
            let global = matches!(rule.fault, Fault::RateLimited { scope: Scope::Global, .. });
            rule.times > 0 && request.contains(&rule.matching) && !(global && unbound)
        })?;
        hit.times -= 1;
        let fault = hit.fault.clone();
        self.0.retain(|rule| rule.times > 0);
        Some(fault)
    }
}
