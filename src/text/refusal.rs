//! Why something was not accepted, and what to do next.

use fluent_bundle::FluentArgs;

use super::rules::rule;
use super::spans::{per, wait};
use super::table::{say, sentence};
use super::words::{either, field as called, infinitive, plan, role};
use crate::domain::action::Action;
use crate::domain::approval::{Excess, Verdict, Waiting};
use crate::domain::command::CommandKind;
use crate::domain::delivery::Unreplayable;
use crate::domain::lang::Lang;
use crate::domain::outcome::{Obstacle, RatePolicy, Refusal};
use crate::domain::placement::Unfit;
use crate::domain::plan::Plan;
use crate::domain::quota::Resource;
use crate::domain::store::{NAME_MAX, NameError};

/// Longest piece of a person's own text that is said back to them, in characters.
const ECHO_MAX: usize = 60;

/// A refusal in words. `title` says what happened, `detail` what to do next; each is whole
/// sentences without markup, so that every door can show them as they are. Both may hold text that
/// was typed by somebody: a door escapes it as its medium needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Kebab-case and stable, for programs: `urn:storebot:problem:<kind>`.
    pub kind: &'static str,
    pub title: String,
    pub detail: String,
}

/// The words for a refusal.
#[must_use]
pub fn refusal(lang: Lang, refusal: &Refusal) -> Words {
    Words { kind: kind(refusal), title: title(lang, refusal), detail: detail(lang, refusal) }
}

/// Its kind alone, the same in all languages.
#[must_use]
pub fn kind(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Name { .. } => "bad-name",
        Refusal::Unknown { .. } => "unknown-value",
        Refusal::Invalid { .. } => "invalid-value",
        Refusal::NameTaken { .. } => "name-taken",
        Refusal::NotFound { .. } => "store-not-found",
        Refusal::Forbidden { .. } => "forbidden",
        Refusal::NoRole => "no-role",
        Refusal::NotThisSource { .. } => "not-this-source",
        Refusal::Quota { .. } => "quota-exceeded",
        Refusal::PlanTooSmall { .. } => "plan-too-small",
        Refusal::NoPlace { cell, why } => no_place_kind(cell.is_some(), *why),
        Refusal::NotNow { .. } => "not-now",
        Refusal::OwnerOnly { .. } => "owner-only",
        Refusal::NotDone { .. } => "not-done",
        Refusal::NoAnswer { .. } => "no-answer",
        Refusal::NoWorker => "no-worker",
        Refusal::ClusterAway => "cluster-away",
        Refusal::TooManyStreams { .. } => "too-many-streams",
        Refusal::NoSuchLetter { .. } => "dead-letter-not-found",
        Refusal::NoSuchDelivery { .. } => "delivery-not-found",
        Refusal::NotReplayable { .. } => "not-replayable",
        Refusal::NoSuchApproval { .. } => "approval-not-found",
        Refusal::Decided { .. } => "decided",
        Refusal::Crowded => "crowded",
        Refusal::RateLimited { .. } => "rate-limited",
        Refusal::KeyReused => "idempotency-key-reused",
        Refusal::Conflict { .. } => "conflict",
        Refusal::Unavailable => "unavailable",
    }
}

fn title(lang: Lang, refusal: &Refusal) -> String {
    let whose = match refusal {
        Refusal::Quota { excess: Excess { of_org: true, .. }, .. } => "-org",
        _ => "",
    };
    sentence(lang, &format!("refusal-{}{whose}", kind(refusal)), &FluentArgs::new())
}

fn detail(lang: Lang, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Name { text, why } => name(lang, text, *why),
        Refusal::Unknown { field, text, known } => unknown(lang, field, text, known),
        Refusal::Invalid { field, why } => {
            say!(lang, "invalid-value", field = called(lang, field), why = rule(lang, *why))
        }
        Refusal::NameTaken { name, going: true } => say!(lang, "name-taken-going", store = name.as_str()),
        Refusal::NameTaken { name, going: false } => say!(lang, "name-taken", store = name.as_str()),
        Refusal::NotFound { store } => say!(lang, "store-not-found", store = echo(store)),
        Refusal::Forbidden { action, needs } => {
            say!(lang, "forbidden", what = infinitive(lang, *action), role = role(lang, *needs))
        }
        Refusal::NoRole => say!(lang, "no-role"),
        Refusal::NotThisSource { command, allowed } => not_this_source(lang, *command, allowed),
        Refusal::Quota { excess, approval } => quota(lang, *excess, approval.as_ref()),
        Refusal::PlanTooSmall { engine, smallest } => {
            let enough = Plan::ALL.into_iter().filter(|p| p >= smallest).map(|p| plan(lang, p));
            let plans = either(lang, &enough.collect::<Vec<_>>());
            say!(lang, "plan-too-small", engine = engine.title(), plans = plans)
        }
        Refusal::NoPlace { cell, why } => no_place(lang, cell.as_deref(), *why),
        Refusal::NotNow { command, store, obstacle } => not_now(lang, *command, store.as_str(), *obstacle),
        Refusal::OwnerOnly { command } => say!(lang, "owner-only", what = to(lang, *command)),
        Refusal::NotDone { command, why } => {
            say!(lang, "not-done", what = to(lang, *command), why = why.trim_end_matches('.'))
        }
        Refusal::NoAnswer { command } => say!(lang, "no-answer", what = to(lang, *command)),
        Refusal::NoWorker => say!(lang, "no-worker"),
        Refusal::ClusterAway => say!(lang, "cluster-away"),
        Refusal::TooManyStreams { limit } => say!(lang, "too-many-streams", limit = *limit),
        Refusal::NoSuchLetter { letter } => say!(lang, "no-such-letter", letter = echo(letter)),
        Refusal::NoSuchDelivery { delivery } => say!(lang, "no-such-delivery", delivery = echo(delivery)),
        Refusal::NotReplayable { why } => not_replayable(lang, *why),
        Refusal::NoSuchApproval { approval } => say!(lang, "no-such-approval", request = echo(approval)),
        Refusal::Decided { verdict } => decided(lang, verdict),
        Refusal::Crowded => say!(lang, "crowded"),
        Refusal::RateLimited { policy, retry_after_ms } => limited(lang, *policy, *retry_after_ms),
        Refusal::KeyReused => say!(lang, "key-reused"),
        Refusal::Conflict { store } => say!(lang, "conflict", store = store.to_string()),
        Refusal::Unavailable => say!(lang, "unavailable"),
    }
}

fn no_place_kind(asked_for: bool, why: Unfit) -> &'static str {
    match why {
        Unfit::Drained if asked_for => "cell-drained",
        Unfit::Full | Unfit::Drained => "no-room",
        Unfit::Plan | Unfit::Engine => "cell-unfit",
    }
}

fn no_place(lang: Lang, cell: Option<&str>, why: Unfit) -> String {
    match (cell, why) {
        (Some(cell), Unfit::Full) => say!(lang, "no-room-cell", cell = cell),
        (Some(cell), Unfit::Drained) => say!(lang, "cell-drained", cell = cell),
        (Some(cell), Unfit::Plan) => say!(lang, "cell-unfit-plan", cell = cell),
        (Some(cell), Unfit::Engine) => say!(lang, "cell-unfit-engine", cell = cell),
        (None, Unfit::Full | Unfit::Drained) => say!(lang, "no-room"),
        (None, Unfit::Plan) => say!(lang, "cell-unfit-plan-all"),
        (None, Unfit::Engine) => say!(lang, "cell-unfit-engine-all"),
    }
}

fn not_replayable(lang: Lang, why: Unreplayable) -> String {
    match why {
        Unreplayable::Untrusted => say!(lang, "not-replayable-untrusted"),
        Unreplayable::NotKept => say!(lang, "not-replayable-not-kept"),
        Unreplayable::NoSource => say!(lang, "not-replayable-no-source"),
        Unreplayable::Pending => say!(lang, "not-replayable-pending"),
        Unreplayable::NoStore => say!(lang, "not-replayable-no-store"),
    }
}

fn name(lang: Lang, text: &str, why: NameError) -> String {
    let text = echo(text);
    match why {
        NameError::Empty => say!(lang, "bad-name-empty"),
        NameError::TooLong => say!(lang, "bad-name-long", text = text, max = NAME_MAX),
        NameError::Character => say!(lang, "bad-name-character", text = text),
        NameError::Edge => say!(lang, "bad-name-edge", text = text),
    }
}

/// What could have been typed is said as it is typed, which is the same in all languages.
fn unknown(lang: Lang, field: &str, text: &str, known: &[String]) -> String {
    let (field, text) = (called(lang, field), echo(text));
    match known {
        [] => say!(lang, "unknown-value-none", field = field, text = text),
        [only] => say!(lang, "unknown-value-one", field = field, text = text, known = only.as_str()),
        known => say!(lang, "unknown-value-some", field = field, text = text, known = either(lang, known)),
    }
}

/// Told to programs, so the commands are called as in the configuration.
fn not_this_source(lang: Lang, command: CommandKind, allowed: &[CommandKind]) -> String {
    let allowed: Vec<_> = allowed.iter().map(|c| c.as_str()).collect();
    say!(lang, "not-this-source", allowed = allowed.join(", "), command = command.as_str())
}

fn to(lang: Lang, command: CommandKind) -> String {
    infinitive(lang, Action::Do(command))
}

fn not_now(lang: Lang, command: CommandKind, store: &str, obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::NotThereYet => say!(lang, "not-now-not-there-yet", store = store),
        Obstacle::Busy => say!(lang, "not-now-busy", store = store),
        Obstacle::Failed if command == CommandKind::Verify => say!(lang, "not-now-failed-verify", store = store),
        Obstacle::Failed => say!(lang, "not-now-failed", store = store, what = to(lang, command)),
        Obstacle::NotFailed => say!(lang, "not-now-not-failed", store = store),
        Obstacle::Going if command == CommandKind::Undo => say!(lang, "not-now-begun", store = store),
        Obstacle::NothingToUndo => say!(lang, "not-now-nothing-to-undo", store = store),
        Obstacle::Going => say!(lang, "not-now-going", store = store),
        Obstacle::Gone => say!(lang, "not-now-gone", store = store),
        Obstacle::Simulated => say!(lang, "not-now-simulated", store = store),
        Obstacle::Asleep => say!(lang, "not-now-asleep", store = store),
        Obstacle::Expired => say!(lang, "not-now-expired", store = store),
        Obstacle::Suspended => say!(lang, "not-now-suspended", store = store),
        Obstacle::TooLong => say!(lang, "not-now-too-long", store = store),
        Obstacle::Endless => say!(lang, "not-now-endless", store = store),
    }
}

fn quota(lang: Lang, excess: Excess, approval: Option<&Waiting>) -> String {
    let Excess { of_org, resource, used, limit } = excess;
    let whose = if of_org { "org" } else { "own" };
    let [some, all] = [used, limit].map(|amount| resource.show(amount));
    let has = match resource {
        Resource::Stores => say!(lang, "quota-stores", whose = whose, used = used, limit = limit),
        Resource::Cpu => say!(lang, "quota-cpu", whose = whose, used = some, limit = all),
        Resource::Memory => say!(lang, "quota-memory", whose = whose, used = some, limit = all),
        Resource::Disk => say!(lang, "quota-disk", whose = whose, used = some, limit = all),
    };
    match approval {
        Some(Waiting { id, expires_at }) => {
            let until = expires_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
            say!(lang, "quota-asked", has = has, until = until, request = id.as_str())
        }
        None => say!(lang, "quota-next", has = has),
    }
}

fn decided(lang: Lang, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Waiting => say!(lang, "decided-waiting"),
        Verdict::Approved { by, store: Some(store) } => {
            say!(lang, "decided-approved-made", by = by.as_str(), store = store.to_string())
        }
        Verdict::Approved { by, store: None } => say!(lang, "decided-approved", by = by.as_str()),
        Verdict::Denied { by } => say!(lang, "decided-denied", by = by.as_str()),
        Verdict::Expired => say!(lang, "decided-expired"),
    }
}

fn limited(lang: Lang, policy: RatePolicy, retry_after_ms: u64) -> String {
    let window = per(lang, policy.window_seconds.into());
    let left = wait(lang, retry_after_ms.div_ceil(1000).max(1));
    say!(lang, "rate-limited", times = policy.limit, per = window, wait = left)
}

/// Somebody's own text, on one line and not longer than needed to recognise it.
fn echo(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(ECHO_MAX).map(clean).collect();
    if text.chars().nth(ECHO_MAX).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
