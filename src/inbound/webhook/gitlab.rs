//! What GitLab's events mean. How they are signed is in [`domain::webhook::gitlab`](crate::domain::webhook::gitlab).

use super::{Meaning, Trusted, Unread, nothing_follows};

/// # Errors
/// The body is not what its event promises.
#[expect(clippy::unnecessary_wraps, reason = "every sender's meaning has the same shape")]
pub(super) fn meaning(delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
    Ok(nothing_follows(&delivery.identity.event, ""))
}
