//! `target/crash.json`: for each crash point how long it took from the death of the process to the end
//! of the story, with another one started at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

static RECOVERED: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

/// Keeps one figure, and writes all that there are.
pub(super) fn recovered(scenario: &str, point: &str, after: Duration) -> Result<()> {
    let mut all = RECOVERED.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = (after.as_secs_f64() * 10.0).round() / 10.0;
    all.insert(format!("{scenario}: {point}"), json!({ "scenario": scenario, "point": point, "seconds": seconds }));
    let longest = all.values().filter_map(|case| case["seconds"].as_f64()).fold(0.0, f64::max);
    let report = json!({
        "lease_seconds": super::scenarios::LEASE.as_secs(),
        "longest_seconds": longest,
        "cases": all.values().collect::<Vec<_>>(),
    });
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/crash.json");
    Ok(std::fs::write(file, serde_json::to_string_pretty(&report)?)?)
}
