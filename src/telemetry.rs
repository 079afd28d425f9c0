//! Logs: one line an event, readable alone, with fields. Never secrets, tokens, bodies or queries.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Sets the log up for the whole process. A second call changes nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn init(config: &Log) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter: EnvFilter = config.filter.parse()?;
    // Colours are for people; in a file they would stand between the words.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    let _ = match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    Ok(())
}
