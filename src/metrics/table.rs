//! Every number that `/metrics` shows: the one place where names, types and labels are written down. What is
//! registered takes its words from here; `docs/metrics.md` is this table, and tests hold what a running storebot
//! shows, dashboards and alerts against it.

use std::fmt::Write as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// As it is asked for, `_total` included.
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    /// One sentence without full stop.
    pub help: &'static str,
    /// Counted by every process from what the ledger says, so that one process is enough to know it: take the
    /// `max`, not the `sum`.
    pub shared: bool,
}

const fn row(name: &'static str, kind: Kind, labels: &'static [&'static str], help: &'static str) -> Row {
    Row { name, kind, labels, help, shared: false }
}

const fn shared(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Row {
    Row { name, kind: Kind::Gauge, labels, help, shared: true }
}

use Kind::{Counter, Gauge, Histogram};

pub const TABLE: [Row; 38] = [
    row("storebot_http_requests_total", Counter, &["route", "method", "status"], "Requests to the public listener"),
    row("storebot_http_request_seconds", Histogram, &["route"], "Seconds to answer a request"),
    row(
        "storebot_commands_total",
        Counter,
        &["command", "door", "outcome"],
        "Commands by what became of them: accepted, replayed, or the kind of the refusal",
    ),
    row(
        "storebot_signature_failures_total",
        Counter,
        &["source"],
        "Deliveries and interactions refused by signature, by configured source",
    ),
    row("storebot_token_refusals_total", Counter, &["reason"], "Bearer tokens refused"),
    row("storebot_issuer_fetches_total", Counter, &["issuer", "outcome"], "Fetches of issuers' keys"),
    row("storebot_event_streams", Gauge, &[], "Open streams of events"),
    shared("storebot_jobs", &["state"], "Stores in line (waiting), with a worker (running), in a pause (delayed)"),
    shared(
        "storebot_job_oldest_wait_seconds",
        &[],
        "Since when the store waits in line that has waited longest, of the first 200",
    ),
    row("storebot_job_wait_seconds", Histogram, &[], "Seconds a store waited in line until it was claimed"),
    row(
        "storebot_job_oldest_running_seconds",
        Gauge,
        &[],
        "Age of the oldest wish that this process works on, from when a worker first took it up",
    ),
    shared("storebot_workers", &[], "Worker processes that have read events within 15 s"),
    shared("storebot_dead_letters", &[], "Stores that were given up and nobody has looked after yet"),
    shared("storebot_stores", &["phase", "engine"], "Stores by phase and engine"),
    row(
        "storebot_provision_seconds",
        Histogram,
        &["engine", "outcome"],
        "Seconds from a create to its end, ready or failed",
    ),
    row(
        "storebot_step_seconds",
        Histogram,
        &["step"],
        "Seconds that each step added to a create; those of one create add up to the whole",
    ),
    row("storebot_failures_total", Counter, &["engine", "reason"], "Stores that have failed, by reason"),
    row("storebot_helm_seconds", Histogram, &["verb", "outcome"], "Seconds of each run of Helm"),
    row("storebot_helm_runs", Gauge, &[], "Runs of Helm under way in this process"),
    row("storebot_ready_lag_seconds", Histogram, &[], "Seconds from a ready store to the message that says so"),
    row("storebot_discord_requests_total", Counter, &["status"], "Calls to Discord by status; 0 is no answer"),
    row(
        "storebot_forge_requests_total",
        Counter,
        &["forge", "status"],
        "Calls to GitHub and GitLab by status; 0 is no answer",
    ),
    row(
        "storebot_callback_attempts_total",
        Counter,
        &["outcome"],
        "Attempts to deliver a callback: delivered, again, failed (given up), stopped (never to be sent), gone (410)",
    ),
    shared("storebot_callbacks_pending", &[], "Callbacks that wait for their next attempt"),
    shared("storebot_events_untold", &[], "Events that nobody has told of yet"),
    row("storebot_redis_up", Gauge, &[], "1: the ledger answered the last time it was asked for these numbers"),
    row(
        "storebot_redis_durable",
        Gauge,
        &[],
        "0: this Redis can lose what it has acknowledged; /health/ready and the log say why",
    ),
    shared("storebot_cell_up", &["cell"], "0: the cell answers no worker"),
    shared("storebot_cell_stores", &["cell"], "Living stores of a cell, sleeping ones in part"),
    shared("storebot_cell_capacity", &["cell"], "Stores a cell has room for; 0: no limit"),
    shared("storebot_cell_drained", &["cell"], "1: the cell takes no new stores"),
    row("storebot_build_info", Gauge, &["version"], "1, with the version"),
    row("process_start_time_seconds", Gauge, &[], "When the process began, in seconds since 1970"),
    row("process_cpu_seconds_total", Counter, &[], "Seconds of processor time used"),
    row("process_resident_memory_bytes", Gauge, &[], "Memory held"),
    row("process_open_fds", Gauge, &[], "Open file descriptors"),
    row("process_max_fds", Gauge, &[], "Most file descriptors that may be open"),
    row("process_threads", Gauge, &[], "Threads"),
];

/// The row of a name, with or without `_total`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name || row.name.strip_suffix("_total") == Some(name))
}

/// `docs/metrics.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Metrics\n\nWhat `GET /metrics` on the admin listener shows (OpenMetrics; `storebot metrics` prints this \
         page). No label holds the id or name of a store or a person. Of what is marked, each process shows the same \
         number, read from the ledger every 5 s: take the `max` over processes, of everything else the `sum`.\n\n\
         | name | type | labels | what |\n|---|---|---|---|\n",
    );
    for Row { name, kind, labels, help, shared } in TABLE {
        let labels = labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(" ");
        let mark = if shared { " (the same everywhere)" } else { "" };
        let _ = writeln!(text, "| `{name}` | {} | {labels} | {help}{mark} |", kind.as_str());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_this_table() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md")).unwrap_or_default();
        assert_eq!(page, markdown(), "write it anew: target/debug/storebot metrics > docs/metrics.md");
    }

    #[test]
    fn names_follow_the_rules() {
        let mut names: Vec<_> = TABLE.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
        for row in TABLE {
            assert!(row.name.starts_with("storebot_") || row.name.starts_with("process_"), "{}", row.name);
            assert_eq!(row.kind == Kind::Counter, row.name.ends_with("_total"), "{}", row.name);
            assert!(row.kind != Kind::Histogram || row.name.ends_with("_seconds"), "{}", row.name);
            assert!(!row.help.ends_with('.'), "{}", row.name);
            for private in ["id", "name", "store", "owner", "actor", "user", "host", "address"] {
                assert!(!row.labels.contains(&private), "{}", row.name);
            }
        }
    }
}
