//! Between what the ledger keeps of a store and its [`Record`].
//!
//! The hash holds what is small: Redis keeps it in one piece of memory as long as no value is longer than
//! 64 bytes, and takes several times as much for a table with the same fields. So what is longer has keys of
//! its own: what was asked as [`asked`] writes it, and what was seen as [`seen`] does. Storebots of schema 1
//! and 2 kept both in the hash, as plain JSON; what stands there is theirs, and newer than what stands beside
//! it. Whoever writes beside the hash takes the field out of it.

use jiff::Timestamp;
use redis::Value;

use super::{LedgerError, asked, seen};
use crate::domain::quota::Size;
use crate::domain::record::{Desired, Observed, Record, Spec, Task, Want};
use crate::domain::store::StoreId;
use crate::domain::trail::{TraceContext, Trail};

/// Raw values of the hash's `want`, `gen`, `ver`, `task`; `spec` and `obs`, which are of before schema 3; and
/// `due`, `expires`, `removes` and `sleeps` in ms; `request` and `trace`.
type Fields = (
    Option<String>,
    Option<u64>,
    Option<u64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
);

/// Raw values beside the hash: the specification and what was seen.
type Beside = (Option<String>, Option<String>);

fn read(id: &StoreId, fields: Fields, beside: &Beside) -> Result<Record, LedgerError> {
    let (spec, observed) = (beside.0.as_deref(), beside.1.as_deref());
    let damaged = |key: &str, why: &str| LedgerError::Unreadable { key: format!("{key}:{id}"), why: why.to_owned() };
    let unreadable = |why: &str| damaged("store", why);
    let (want, generation, version, task, old_spec, old_observed, due, expires, removes, sleeps, request, trace) =
        fields;
    let spec: Spec = match (old_spec.as_deref(), spec) {
        (Some(old), _) => serde_json::from_str(old).map_err(|e| unreadable(&format!("spec: {e}")))?,
        (None, Some(text)) => asked::read(text).map_err(|why| damaged("spec", &why))?,
        (None, None) => return Err(damaged("spec", "there is no specification")),
    };
    let observed = match (old_observed.as_deref(), observed) {
        (Some(old), _) => serde_json::from_str(old).map_err(|e| unreadable(&format!("obs: {e}")))?,
        (None, Some(text)) => seen::read(text).map_err(|why| damaged("seen", &why))?,
        (None, None) => Observed::default(),
    };
    let want = want.as_deref().and_then(Want::parse).ok_or_else(|| unreadable("want"))?;
    let generation = generation.ok_or_else(|| unreadable("gen"))?;
    // What was created has none.
    let task = task.map_or(Some(Task::default()), |t| Task::parse(&t)).ok_or_else(|| unreadable("task"))?;
    let version = version.ok_or_else(|| unreadable("ver"))?;
    let time = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let not_before = time(due).filter(|_| want == Want::Absent);
    let (extended_to, removes_at, sleeps_at) = (time(expires), time(removes), time(sleeps));
    let desired = Desired { generation, want, task, not_before, extended_to, removes_at, sleeps_at };
    let trail = trail(generation, request.as_deref(), trace.as_deref());
    Ok(Record { id: id.clone(), spec, desired, observed, version, trail })
}

/// Only that of the wish that stands there now: see `leave_trail` in `common.lua`.
fn trail(generation: u64, request: Option<&str>, trace: Option<&str>) -> Trail {
    let request = request.and_then(|text| text.split_once(' ')).filter(|(of, _)| of.parse() == Ok(generation));
    let Some((_, request)) = request else { return Trail::default() };
    Trail { request: request.to_owned(), trace: trace.and_then(TraceContext::parse) }
}

/// A record as scripts give it: the hash's fields, and what stands beside it.
pub(super) fn read_values(id: &StoreId, fields: &Value, beside: &Value) -> Result<Record, LedgerError> {
    let fields = redis::from_redis_value_ref::<Fields>(fields).map_err(redis::RedisError::from)?;
    let beside = redis::from_redis_value_ref::<Beside>(beside).map_err(redis::RedisError::from)?;
    read(id, fields, &beside)
}

/// A size as scripts read it.
pub(super) fn numbers(size: Size) -> String {
    format!("{} {} {}", size.cpu_millis, size.memory_mib, size.disk_mib)
}

/// JSON of something of ours.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(unwritable)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it")]
pub(super) fn unwritable(error: serde_json::Error) -> LedgerError {
    LedgerError::Unreadable { key: "value".to_owned(), why: error.to_string() }
}
