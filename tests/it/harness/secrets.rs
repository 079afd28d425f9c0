//! Every secret that a test makes is written down, and all logs are kept, so that `make test` can look at
//! the end whether one was printed: see `storebot-local with --secrets-check`.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Once;

use storebot_local::leaks::{LOGS, RECORD};
use tracing_subscriber::EnvFilter;

/// Writes a secret down, if somebody will look for it.
pub(crate) fn note(what: &str, secret: &str) {
    let Some(record) = std::env::var_os(RECORD) else { return };
    let line = serde_json::to_string(&[what, secret]).unwrap();
    // In one write: several tests do it at once.
    File::options()
        .append(true)
        .open(record)
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
        .unwrap();
}

/// Where a log goes: here, or where all are kept.
pub(crate) fn log_folder(here: &Path) -> PathBuf {
    std::env::var_os(LOGS).map_or_else(|| here.to_owned(), PathBuf::from)
}

/// Keeps what bots in this process log, too.
pub(super) fn keep_own_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Some(folder) = std::env::var_os(LOGS) else { return };
        let file = File::create(Path::new(&folder).join("tests.log")).unwrap();
        let filter = EnvFilter::new("storebot=trace,debug");
        // Somebody who looks for a fault has set up another one.
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(file).try_init();
    });
}
