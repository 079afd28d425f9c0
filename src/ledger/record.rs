//! Between a store's hash and its [`Record`].

use redis::Value;

use super::LedgerError;
use crate::domain::quota::Size;
use crate::domain::record::{Desired, Observed, Record, Spec, Task, Want};
use crate::domain::store::StoreId;

/// The hash fields that make a record, in the order [`read`] takes them.
pub(super) const FIELDS: [&str; 6] = ["spec", "want", "gen", "obs", "ver", "task"];

/// Raw field values in the order of [`FIELDS`].
pub(super) type Fields = (Option<String>, Option<String>, Option<u64>, Option<String>, Option<u64>, Option<String>);

/// `None` when there is no such store.
pub(super) fn read(id: &StoreId, fields: Fields) -> Result<Option<Record>, LedgerError> {
    let unreadable = |why: &str| LedgerError::Unreadable { key: format!("store:{id}"), why: why.to_owned() };
    let (Some(spec), want, generation, observed, version, task) = fields else { return Ok(None) };
    let spec: Spec = serde_json::from_str(&spec).map_err(|e| unreadable(&format!("spec: {e}")))?;
    let want = want.as_deref().and_then(Want::parse).ok_or_else(|| unreadable("want"))?;
    let generation = generation.ok_or_else(|| unreadable("gen"))?;
    let observed: Observed = match observed {
        Some(text) => serde_json::from_str(&text).map_err(|e| unreadable(&format!("obs: {e}")))?,
        None => Observed::default(),
    };
    // A record of before tasks were kept has none.
    let task = task.map_or(Some(Task::default()), |t| Task::parse(&t)).ok_or_else(|| unreadable("task"))?;
    let version = version.ok_or_else(|| unreadable("ver"))?;
    let desired = Desired { generation, want, task };
    Ok(Some(Record { id: id.clone(), spec, desired, observed, version }))
}

/// Fields as they come at the end of a script's answer.
pub(super) fn fields(values: &[Value]) -> Result<Fields, LedgerError> {
    let value = Value::Array(values.to_vec());
    Ok(redis::from_redis_value(value).map_err(redis::RedisError::from)?)
}

/// A size as scripts read it.
pub(super) fn numbers(size: Size) -> String {
    format!("{} {} {}", size.cpu_millis, size.memory_mib, size.disk_mib)
}

/// JSON of something of ours.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|e| LedgerError::Unreadable { key: "value".to_owned(), why: e.to_string() })
}
