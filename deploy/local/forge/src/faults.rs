//! Faults to order: the next requests are answered with 429 or 5xx, or late. Decided before anything else is
//! looked at, as an edge in front of a forge would.

use std::time::Duration;

use serde::Deserialize;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// Too many requests in short time: 429 (GitLab), 403 or 429 (GitHub) with `Retry-After`.
    TooFast {
        /// Seconds that the bot is told to wait.
        retry_after: u64,
        /// What GitHub answers; GitLab always 429.
        #[serde(default = "forbidden")]
        status: u16,
    },
    /// The hour's requests are used up: GitHub's 403 with `x-ratelimit-remaining: 0` and the time of the next
    /// hour, in so many seconds; GitLab's 429.
    UsedUp { reset_after: u64 },
    /// This status with an empty body, before the request had any effect: 500, 502, 503 …
    Status { status: u16 },
    /// The token is not taken.
    BadToken,
    /// The request takes effect and is answered 502 all the same: did it happen or not?
    LostAnswer,
    /// The request is looked at only after so many milliseconds.
    Delay { ms: u64 },
}

fn forbidden() -> u16 {
    403
}

impl Fault {
    pub(crate) fn delay(&self) -> Option<Duration> {
        match self {
            Self::Delay { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        }
    }
}

/// A fault and whom it hits.
#[derive(Debug, Clone, Deserialize)]
pub struct FaultRule {
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: Fault,
    /// For how many requests.
    #[serde(default = "once")]
    pub times: u32,
    /// Only requests whose `METHOD path` contains this; empty: all.
    #[serde(default)]
    pub matching: String,
}

fn once() -> u32 {
    1
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
        let hit = self.0.iter_mut().find(|rule| rule.times > 0 && request.contains(&rule.matching))?;
        hit.times -= 1;
        let fault = hit.fault.clone();
        self.0.retain(|rule| rule.times > 0);
        Some(fault)
    }
}
