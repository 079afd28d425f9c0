//! What fuzz targets reach in here: a record as it is stored. No part of the program.

use redis::Value;

use super::record::{read_values, unwritable};
use super::{LedgerError, asked, seen};
use crate::domain::record::Record;
use crate::domain::store::StoreId;

/// The texts of a stored record.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub want: String,
    pub task: Option<String>,
    pub asked: String,
    pub seen: Option<String>,
    /// What was asked and seen stands in the hash, as before schema 3.
    pub old: bool,
}

/// # Errors
/// Something of it cannot be read.
pub fn record(id: &StoreId, stored: Stored) -> Result<Record, LedgerError> {
    let text = |text: Option<String>| text.map_or(Value::Nil, |text| Value::BulkString(text.into_bytes()));
    let Stored { want, task, asked, seen, old } = stored;
    let (asked, seen) = (text(Some(asked)), text(seen));
    let nothing = [Value::Nil, Value::Nil];
    let (within, beside) = if old { ([asked, seen], nothing) } else { (nothing, [asked, seen]) };
    let fields = [text(Some(want)), Value::Int(2), Value::Int(3), text(task)].into_iter().chain(within).collect();
    read_values(id, &Value::Array(fields), &Value::Array(beside.into()))
}

/// As the ledger writes a record.
///
/// # Errors
/// Something of it cannot be written.
pub fn stored(record: &Record) -> Result<Stored, LedgerError> {
    Ok(Stored {
        want: record.desired.want.as_str().to_owned(),
        task: Some(record.desired.task.as_str().to_owned()),
        asked: asked::write(&record.spec).map_err(unwritable)?,
        seen: Some(seen::write(&record.observed).map_err(unwritable)?),
        old: false,
    })
}
