//! What fuzz targets reach in here: a record as it is stored. No part of the program.

use super::LedgerError;
use super::record::{json, read};
use crate::domain::record::Record;
use crate::domain::store::StoreId;

/// The texts of a stored record, each as the field of its name.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub spec: String,
    pub want: String,
    pub generation: u64,
    pub observed: Option<String>,
    pub version: u64,
    pub task: Option<String>,
}

/// # Errors
/// Something of it cannot be read.
pub fn record(id: &StoreId, stored: Stored) -> Result<Option<Record>, LedgerError> {
    let Stored { spec, want, generation, observed, version, task } = stored;
    read(id, (Some(spec), Some(want), Some(generation), observed, Some(version), task))
}

/// As the ledger writes a record.
///
/// # Errors
/// Something of it cannot be written.
pub fn stored(record: &Record) -> Result<Stored, LedgerError> {
    Ok(Stored {
        spec: json(&record.spec)?,
        want: record.desired.want.as_str().to_owned(),
        generation: record.desired.generation,
        observed: Some(json(&record.observed)?),
        version: record.version,
        task: Some(record.desired.task.as_str().to_owned()),
    })
}
