//! The doors: outside words become a command, an outcome becomes outside words again.
//!
//! An adapter translates and checks who is asking. It decides nothing: what an actor may do and how
//! much is the business of `commands`, so that no door can ever allow more than another.

use crate::commands::{Commands, DeadLetter, Follows, PendingLogin};
use crate::domain::audit::Asker;
use crate::domain::command::CommandKind;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::request::Request;
use crate::domain::store::StoreRef;
use crate::metrics::Metrics;
use crate::text;

pub mod discord;
pub mod http;
pub mod parse;
pub mod webhook;

/// Hands a command over and counts what became of it; every door does it here.
///
/// # Errors
/// Why it was not accepted; nothing was written then.
pub async fn submit(commands: &Commands, metrics: &Metrics, request: Request) -> Result<Outcome, Refusal> {
    let (kind, door) = (request.command.kind(), request.door);
    let answer = commands.submit(request).await;
    let outcome = match &answer {
        Ok(Outcome { replayed: true, .. }) => "replayed",
        Ok(_) => "accepted",
        Err(refusal) => text::refusal::refusal(refusal).kind,
    };
    metrics.command(kind, door, outcome);
    answer
}

/// Counts a command that its door already knows to be refused.
#[must_use]
pub fn refuse(metrics: &Metrics, request: &Request, refusal: Refusal) -> Refusal {
    metrics.command(request.command.kind(), request.door, text::refusal::refusal(&refusal).kind);
    refusal
}

/// Asks for a new login and counts it, as [`submit`] does for commands.
///
/// # Errors
/// Why it was not accepted; nothing was written then.
pub async fn login(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    store: &StoreRef,
) -> Result<PendingLogin, Refusal> {
    let asked = commands.ask_login(asker, store).await;
    let outcome = asked.as_ref().map_or_else(|refusal| text::refusal::refusal(refusal).kind, |_| "accepted");
    metrics.command(CommandKind::Credentials, asker.door, outcome);
    asked
}

/// Tries again what was given up and counts it, as [`submit`] does for commands.
///
/// # Errors
/// Why nothing was done.
pub async fn redrive(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    letter: &str,
) -> Result<(DeadLetter, Follows), Refusal> {
    let done = commands.redrive(asker, letter).await;
    let outcome = done.as_ref().map_or_else(|refusal| text::refusal::refusal(refusal).kind, |_| "accepted");
    metrics.command(CommandKind::Redrive, asker.door, outcome);
    done
}
