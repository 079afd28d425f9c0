//! What GitHub's events mean. How they are signed is in [`domain::webhook::github`](crate::domain::webhook::github).

use super::{Meaning, Trusted, Unread, nothing_follows};

/// What GitHub sends when a webhook is set up.
const PING: &str = "ping";

/// # Errors
/// The body is not what its event promises.
#[expect(clippy::unnecessary_wraps, reason = "every sender's meaning has the same shape")]
pub(super) fn meaning(delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
    if delivery.identity.event == PING {
        return Ok(Meaning::Ignored("the ping has arrived, and its signature holds".to_owned()));
    }
    Ok(nothing_follows(&delivery.identity.event, ""))
}
