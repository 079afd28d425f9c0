//! `sleep`: everything of a store is kept, and nothing of it runs; and `wake`.

use super::change::{Decision, stays, unrest};
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Phase, Record, Task, Want};

/// Needs a store at rest, ready or failed. One that sleeps, or is falling asleep, does what was asked for; one
/// that could not fall asleep tries again.
pub(super) fn decide(seen: &Record) -> Result<Decision, Obstacle> {
    match seen.desired.want {
        Want::Asleep if seen.phase() == Phase::Failed => Ok(Decision::Wanted(Want::Asleep, Task::default())),
        Want::Asleep => Ok(Decision::AsItIs),
        Want::Present | Want::Absent => match unrest(seen) {
            Some(obstacle) => Err(obstacle),
            None => Ok(Decision::Wanted(Want::Asleep, Task::default())),
        },
    }
}

/// Needs a store that sleeps, or is on its way there, and whose time is not over. One that is awake is what was
/// asked for, unless it has failed.
pub(super) fn wake(seen: &Record) -> Result<Decision, Obstacle> {
    stays(seen)?;
    match seen.desired.want {
        Want::Asleep if seen.desired.removes_at.is_some() => Err(Obstacle::Expired),
        Want::Asleep if seen.desired.sleeps_at.is_some() => Err(Obstacle::Suspended),
        Want::Asleep => Ok(Decision::Wanted(Want::Present, Task::default())),
        Want::Present if seen.phase() == Phase::Failed => Err(Obstacle::Failed),
        Want::Present | Want::Absent => Ok(Decision::AsItIs),
    }
}
