//! `delete`: a store, with everything in it.

use super::change::Decision;
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Phase, Record, Task, Want};

/// A store that is going or gone is left alone; one whose deletion failed is deleted again. Nothing
/// stands against a deletion.
#[expect(clippy::unnecessary_wraps, reason = "the shape of all decisions")]
pub(super) fn decide(seen: &Record) -> Result<Decision, Obstacle> {
    if seen.desired.want == Want::Absent && seen.phase() != Phase::Failed {
        return Ok(Decision::AsItIs);
    }
    Ok(Decision::Wanted(Want::Absent, Task::default()))
}
