//! `upgrade`: bring a shop to the chart, images and values of today.

use super::change::{Decision, unrest};
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Phase, Record, Task, Want};

/// A shop that is ready is left alone where nothing has changed; one that has failed, or that somebody
/// has changed in the cluster, gets a new revision even then, which writes over what is there. While one is under way, there is only
/// somebody more to tell.
pub(super) fn decide(seen: &Record) -> Result<Decision, Obstacle> {
    let upgrades = seen.desired.want == Want::Present && seen.desired.task != Task::Verify;
    if upgrades && !seen.is_settled() && seen.observed.ready_at.is_some() {
        return Ok(Decision::AsItIs);
    }
    if let Some(obstacle) = unrest(seen) {
        return Err(obstacle);
    }
    let as_installed = seen.phase() == Phase::Ready && seen.observed.drift.is_empty();
    let task = if as_installed { Task::Install } else { Task::Reinstall };
    Ok(Decision::Wanted(Want::Present, task))
}
