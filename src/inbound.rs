//! The doors: outside words become a command, an outcome becomes outside words again.
//!
//! An adapter translates and checks who is asking. It decides nothing: what an actor may do and how
//! much is the business of `commands`, so that no door can ever allow more than another.

use std::sync::Arc;

use crate::commands::{CellLook, Commands, DeadLetter, Follows, PendingLogin};
use crate::domain::approval::Approval;
use crate::domain::audit::{ACCEPTED, Asker};
use crate::domain::command::CommandKind;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::request::Request;
use crate::domain::server::{ServerSettings, Setting};
use crate::domain::store::StoreRef;
use crate::metrics::Metrics;
use crate::text;

mod billing;
pub mod deliver;
pub mod discord;
pub mod http;
pub mod parse;
pub mod previews;
pub mod webhook;

/// Hands a command over and counts what became of it; every door does it here.
///
/// # Errors
/// Why it was not accepted; nothing was written then but that it was refused.
pub async fn submit(commands: &Commands, metrics: &Metrics, request: Request) -> Result<Outcome, Refusal> {
    let (kind, origin) = (request.command.kind(), Arc::clone(&request.origin));
    let (actor, door, at) = (request.actor.clone(), request.door, request.at);
    let name = request.command.about().to_owned();
    let answer = commands.submit(request).await;
    if let Ok(Outcome { replayed: true, .. }) = &answer {
        metrics.command(kind, door, "replayed");
        return answer;
    }
    let asker = Asker { actor: &actor, door, origin: &origin, at };
    told(commands, metrics, asker, (kind, &name), answer).await
}

/// What becomes of a command that its door already knows to be refused: it is counted and written down
/// like any other.
pub async fn refuse(commands: &Commands, metrics: &Metrics, request: &Request, refusal: Refusal) -> Refusal {
    let (what, asker) = ((request.command.kind(), request.command.about()), request.asker());
    let refusal = commands.turn_away(asker, what.0, refusal);
    let told = told(commands, metrics, asker, what, Err::<(), _>(refusal.clone())).await;
    told.err().unwrap_or(refusal)
}

/// Asks for a new login.
///
/// # Errors
/// As in [`submit`].
pub async fn login(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    store: &StoreRef,
) -> Result<PendingLogin, Refusal> {
    let asked = commands.ask_login(asker, store).await;
    told(commands, metrics, asker, (CommandKind::Credentials, store.as_str()), asked).await
}

/// Tries again what was given up.
///
/// # Errors
/// As in [`submit`].
pub async fn redrive(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    letter: &str,
) -> Result<(DeadLetter, Follows), Refusal> {
    let done = commands.redrive(asker, letter).await;
    told(commands, metrics, asker, (CommandKind::Redrive, letter), done).await
}

/// Lets somebody have more than their quota.
///
/// # Errors
/// As in [`submit`].
pub async fn approve(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    approval: &str,
) -> Result<(Approval, Outcome), Refusal> {
    let done = commands.approve(asker, approval).await;
    told(commands, metrics, asker, (CommandKind::Approve, approval), done).await
}

/// # Errors
/// As in [`submit`].
pub async fn deny(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    approval: &str,
) -> Result<Approval, Refusal> {
    let done = commands.deny(asker, approval).await;
    told(commands, metrics, asker, (CommandKind::Deny, approval), done).await
}

/// Has a cell take new stores no more, or again.
///
/// # Errors
/// As in [`submit`].
pub async fn drain(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    (cell, drained): (&str, bool),
) -> Result<CellLook, Refusal> {
    let command = if drained { CommandKind::Drain } else { CommandKind::Undrain };
    let done = commands.drain(asker, cell, drained).await;
    told(commands, metrics, asker, (command, cell), done).await
}

/// Changes the settings of a Discord server. `manages`: as in [`Commands::set_server`].
///
/// # Errors
/// As in [`submit`].
pub async fn configure(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    (server, manages): (u64, bool),
    settings: &[Setting],
) -> Result<ServerSettings, Refusal> {
    let done = commands.set_server(asker, (server, manages), settings).await;
    told(commands, metrics, asker, (CommandKind::Configure, &format!("discord:{server}")), done).await
}

/// Counts what became of a command, and has a refusal written down.
async fn told<T>(
    commands: &Commands,
    metrics: &Metrics,
    asker: Asker<'_>,
    what: (CommandKind, &str),
    answer: Result<T, Refusal>,
) -> Result<T, Refusal> {
    let outcome = match &answer {
        Ok(_) => ACCEPTED,
        Err(refusal) => {
            let kind = text::refusal::kind(refusal);
            commands.note_refused(asker, what, refusal, kind).await;
            kind
        }
    };
    metrics.command(what.0, asker.door, outcome);
    answer
}
