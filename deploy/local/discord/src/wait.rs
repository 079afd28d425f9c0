//! Waiting for the world to become as wanted: looked at once per change, never on a timer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::hub::Hub;

/// What was waited for did not come; says what was there instead.
#[derive(Debug, Clone)]
pub struct TimedOut {
    after: Duration,
    messages: Vec<String>,
    requests: Vec<String>,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not within {:?}; last messages: {:?}; last requests: {:?}", self.after, self.messages, self.requests)
    }
}

impl std::error::Error for TimedOut {}

pub(crate) async fn until<T>(
    hub: &Arc<Hub>,
    timeout: Duration,
    mut check: impl FnMut() -> Option<T>,
) -> Result<T, TimedOut> {
    let mut bell = hub.listen();
    let found = tokio::time::timeout(timeout, async {
        loop {
            bell.borrow_and_update();
            if let Some(found) = check() {
                return Some(found);
            }
            bell.changed().await.ok()?;
        }
    });
    found.await.ok().flatten().ok_or_else(|| report(hub, timeout))
}

fn report(hub: &Hub, after: Duration) -> TimedOut {
    let world = hub.lock();
    let messages = world.messages.iter().rev().take(5).map(|message| message.content().to_owned()).collect();
    let requests = world
        .requests
        .iter()
        .rev()
        .take(5)
        .map(|request| format!("{} {} {}", request.method, request.path, request.status))
        .collect();
    TimedOut { after, messages, requests }
}
