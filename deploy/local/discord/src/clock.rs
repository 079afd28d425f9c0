//! What time it is here. Everything that ages (tokens, rate-limit windows, edit times) asks this
//! clock, so a test can let fifteen minutes pass without waiting for them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

type Source = dyn Fn() -> Timestamp + Send + Sync;

/// A source of time plus how far a test has moved it forward.
#[derive(Clone)]
pub struct Clock {
    source: Arc<Source>,
    ahead: Arc<Mutex<SignedDuration>>,
}

impl Clock {
    /// The machine's own time.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// Time from any function, for tests that own the time of several parts at once.
    pub fn new(source: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { source: Arc::new(source), ahead: Arc::default() }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.source)();
        now.checked_add(ahead).unwrap_or(now)
    }

    /// Moves the clock forward. Later interactions are signed with the moved time too, so a bot
    /// that refuses stale timestamps must share this clock; to age one token only, use
    /// [`InteractionHandle::expire`](crate::InteractionHandle::expire).
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::ZERO);
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = ahead.saturating_add(by);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
