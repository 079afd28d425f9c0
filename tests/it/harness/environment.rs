//! Where Redis, Kubernetes and Helm are: told by `storebot-local with -- cargo test`.

use std::sync::atomic::{AtomicU32, Ordering};

/// Address of a Redis that tests may fill.
pub(crate) fn redis_url() -> String {
    variable("REDIS_URL")
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with `make test`, or `storebot-local with -- cargo test`")
    })
}

/// A word no other test of this or an earlier run has: for key prefixes and names of cells.
pub(crate) fn unique(kind: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    format!("{kind}{since:x}{count:x}")
}
