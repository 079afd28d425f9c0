//! `retry`: what has failed goes on from where it stopped.
//!
//! Nothing is taken apart for it: namespace, credentials and data stay, and so does every step that a
//! new attempt need not repeat.

use super::change::{Decision, unrest};
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Phase, Record, Task, Trouble, Want};

/// Needs a store that has failed. A test order that failed is placed again and nothing else is
/// touched; whatever failed before it gets a new revision, since Jobs that have failed do not run
/// again; a deletion is tried again. While that is under way, there is only somebody more to tell.
pub(super) fn decide(seen: &Record) -> Result<Decision, Obstacle> {
    if seen.desired.want == Want::Absent && seen.phase() == Phase::Failed {
        return Ok(Decision::Wanted(Want::Absent, Task::default()));
    }
    if seen.desired.want == Want::Asleep && seen.phase() == Phase::Failed {
        return Ok(Decision::Wanted(Want::Asleep, Task::default()));
    }
    let tries_again = seen.desired.want == Want::Present && seen.desired.task != Task::Install;
    if tries_again && !seen.is_settled() {
        return Ok(Decision::AsItIs);
    }
    if let Some(obstacle) = unrest(seen) {
        return Err(obstacle);
    }
    if seen.phase() != Phase::Failed {
        return Err(Obstacle::NotFailed);
    }
    let only_unproven = seen.observed.trouble.as_ref().is_some_and(Trouble::is_of_the_test_order);
    Ok(Decision::Wanted(Want::Present, if only_unproven { Task::Verify } else { Task::Reinstall }))
}
