//! `delete`: a store, with everything in it; and `undo`, as long as nothing has been done about it.

use std::time::Duration;

use super::change::Decision;
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Phase, Record, Task, Want};

/// Longest time in which a deletion can be taken back.
pub const GRACE_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A store that is going or gone is left alone, unless it was to go later and is to go now; one whose
/// deletion failed is deleted again. Nothing stands against a deletion.
#[expect(clippy::unnecessary_wraps, reason = "the shape of all decisions")]
pub(super) fn decide(seen: &Record, grace: Duration) -> Result<Decision, Obstacle> {
    let hastened = seen.desired.not_before.is_some() && grace.is_zero();
    if seen.desired.want == Want::Absent && seen.phase() != Phase::Failed && !hastened {
        return Ok(Decision::AsItIs);
    }
    let begun = seen.observed.phase == Phase::Deleting || seen.desired.want == Want::Absent;
    Ok(match grace {
        // What has begun cannot be taken back, so there is no time in which it could be.
        grace if grace.is_zero() || begun => Decision::Wanted(Want::Absent, Task::default()),
        grace => Decision::Going(grace.min(GRACE_MAX)),
    })
}

/// Needs a store that is to be deleted and has not been touched for it. One that is there, and not to be
/// deleted any more, is what was asked for.
pub(super) fn undo(seen: &Record) -> Result<Decision, Obstacle> {
    match seen.desired.want {
        Want::Absent if seen.phase() == Phase::Deleted => Err(Obstacle::Gone),
        Want::Absent if seen.desired.not_before.is_some() => Ok(Decision::Back),
        Want::Absent => Err(Obstacle::Going),
        Want::Present | Want::Asleep => Err(Obstacle::NothingToUndo),
    }
}
