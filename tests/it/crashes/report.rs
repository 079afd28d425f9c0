//! `target/crash.json`: for each crash point how long it took, from the death of the process, until the
//! store had come to its end, and until everybody was told; another process is started at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::ends::Took;

static RECOVERED: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

/// Keeps one case's figures, and writes all that there are.
pub(super) fn recovered(scenario: &str, point: &str, took: Took) -> Result<()> {
    let mut all = RECOVERED.lock().unwrap_or_else(PoisonError::into_inner);
    let case = json!({
        "scenario": scenario,
        "point": point,
        "settled_seconds": seconds(took.settled),
        "over_seconds": seconds(took.over),
    });
    all.insert(format!("{scenario}: {point}"), case);
    let longest = |what: &str| all.values().filter_map(|case| case[what].as_f64()).fold(0.0, f64::max);
    let report = json!({
        "lease_seconds": super::scenarios::LEASE.as_secs(),
        "longest_settled_seconds": longest("settled_seconds"),
        "longest_over_seconds": longest("over_seconds"),
        "cases": all.values().collect::<Vec<_>>(),
    });
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/crash.json");
    Ok(std::fs::write(file, serde_json::to_string_pretty(&report)?)?)
}

fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10.0).round() / 10.0
}
