//! What the scripts that admit commands answer, as what was admitted or why nothing was.

use std::time::Duration;

use redis::Value;

use super::{Admitted, RateLimit, RefusedBy, Room};
use crate::domain::approval::Excess;
use crate::domain::placement::Unfit;
use crate::domain::quota::{Resource, Size, Used};
use crate::domain::store::StoreId;
use crate::ledger::LedgerError;

pub(super) fn read_answer(answer: &[Value]) -> Result<Result<Admitted, RefusedBy>, LedgerError> {
    let text =
        |at: usize| -> String { answer.get(at).and_then(|v| redis::from_redis_value_ref(v).ok()).unwrap_or_default() };
    let number =
        |at: usize| -> u64 { answer.get(at).and_then(|v| redis::from_redis_value_ref(v).ok()).unwrap_or_default() };
    let small = |at: usize| u32::try_from(number(at)).unwrap_or(u32::MAX);
    let size = |at| Size { cpu_millis: number(at), memory_mib: number(at + 1), disk_mib: number(at + 2) };
    let used = |at| Used { stores: small(at), size: size(at + 1) };
    let unreadable = |why: String| LedgerError::Unreadable { key: "answer".to_owned(), why };
    Ok(match text(0).as_str() {
        "ok" => Ok(Admitted::New(Room {
            usually: Some(number(1)).filter(|ms| *ms > 0).map(Duration::from_millis),
            owner: used(2),
            org: used(6),
        })),
        "replay" => {
            let kept = serde_json::from_str(&text(1)).map_err(|e| unreadable(e.to_string()))?;
            Ok(Admitted::Replayed(Box::new(kept)))
        }
        "key-reused" => Err(RefusedBy::KeyReused),
        "taken" => {
            let by = StoreId::parse(&text(1)).ok_or_else(|| unreadable("names".to_owned()))?;
            Err(RefusedBy::Taken { by })
        }
        "quota" => {
            let resource = Resource::parse(&text(2)).ok_or_else(|| unreadable("a resource".to_owned()))?;
            Err(RefusedBy::Quota(Excess { of_org: text(1) == "org", resource, used: number(3), limit: number(4) }))
        }
        "rate" => {
            let limit = match number(1) {
                2 => RateLimit::Creations,
                3 => RateLimit::OrgCreations,
                _ => RateLimit::Requests,
            };
            Err(RefusedBy::Rate { limit, retry_after_ms: number(2).max(1) })
        }
        "cell" if text(1) == "drained" => Err(RefusedBy::Cell(Unfit::Drained)),
        "cell" => Err(RefusedBy::Cell(Unfit::Full)),
        "decided" => Err(RefusedBy::Decided),
        "id-taken" => Err(RefusedBy::IdTaken),
        "conflict" => Err(RefusedBy::Conflict),
        other => return Err(unreadable(format!("{other:?}"))),
    })
}
