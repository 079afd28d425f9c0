//! `verify`: place the test order again, on the shop as it stands.

use super::change::{Decision, unrest};
use crate::domain::outcome::Obstacle;
use crate::domain::record::{Phase, Record, Task, Trouble, Want};

/// Needs a shop that is ready, or one whose last test order failed: then everything before it is
/// done. While a test order is under way, there is only somebody more to tell.
pub(super) fn decide(seen: &Record) -> Result<Decision, Obstacle> {
    let under_way = seen.desired.want == Want::Present && seen.desired.task == Task::Verify && !seen.is_settled();
    if under_way {
        return Ok(Decision::AsItIs);
    }
    if let Some(obstacle) = unrest(seen) {
        return Err(obstacle);
    }
    let only_unproven = seen.observed.trouble.as_ref().is_some_and(Trouble::is_of_the_test_order);
    if seen.phase() == Phase::Ready || only_unproven {
        Ok(Decision::Wanted(Want::Present, Task::Verify))
    } else {
        Err(Obstacle::Failed)
    }
}
