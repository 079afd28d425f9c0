//! Logs: one line an event, readable alone, with fields. Never secrets, tokens, bodies or queries.

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Sets the log up for the whole process. A second call changes nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn init(config: &Log) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter: EnvFilter = config.filter.parse()?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    Ok(())
}
