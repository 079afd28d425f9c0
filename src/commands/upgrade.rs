//! `upgrade`: bring a shop to the chart, images and values of today.

use super::change::{Decision, unrest};
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Phase, Record, Task, Want};

/// A shop that is ready is left alone where nothing has changed; one that has failed gets a new
/// revision even then, because its last one did not work. While one is under way, there is only
/// somebody more to tell.
pub(super) fn decide(seen: &Record) -> Result<Decision, Obstacle> {
    let upgrades = seen.desired.want == Want::Present && seen.desired.task != Task::Verify;
    if upgrades && !seen.is_settled() && seen.observed.ready_at.is_some() {
        return Ok(Decision::AsItIs);
    }
    if let Some(obstacle) = unrest(seen) {
        return Err(obstacle);
    }
    let task = if seen.phase() == Phase::Ready { Task::Install } else { Task::Reinstall };
    Ok(Decision::Wanted(Want::Present, task))
}
