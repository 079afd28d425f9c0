//! Why something was not accepted, and what to do next.

use crate::domain::action::{Action, Matter};
use crate::domain::actor::Role;
use crate::domain::approval::{Excess, Verdict, Waiting};
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::lang::Lang;
use crate::domain::outcome::{Obstacle, Refusal};
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
pub fn refusal(_lang: Lang, refusal: &Refusal) -> Words {
    match refusal {
        Refusal::Name { text, why } => words("bad-name", "This name cannot be used", name(text, *why)),
        Refusal::Unknown { field, text, known } => {
            words("unknown-value", "There is no such choice", unknown(field, text, known))
        }
        Refusal::Invalid { field, why } => {
            words("invalid-value", "A value cannot be used", format!("{field} {why}. Correct it and try again."))
        }
        Refusal::NameTaken { name, going } => words("name-taken", "This name is taken", taken(name.as_str(), *going)),
        Refusal::NotFound { store } => words("store-not-found", "There is no such store", not_found(store)),
        Refusal::Forbidden { action, needs } => words("forbidden", "You may not do this", forbidden(*action, *needs)),
        Refusal::NoRole => words("no-role", "You may not use storebot here", no_role()),
        Refusal::NotThisSource { command, allowed } => {
            words("not-this-source", "This source may not do this", not_this_source(*command, allowed))
        }
        Refusal::Quota { excess, approval } => {
            let title = if excess.of_org { "Your organisation's quota is used up" } else { "Your quota is used up" };
            words("quota-exceeded", title, quota(*excess, approval.as_ref()))
        }
        Refusal::PlanTooSmall { engine, smallest } => {
            words("plan-too-small", "This plan is too small", too_small(*engine, *smallest))
        }
        Refusal::NotNow { command, store, obstacle } => {
            words("not-now", "This cannot be done now", not_now(*command, store.as_str(), *obstacle))
        }
        Refusal::OwnerOnly { command } => {
            words("owner-only", "This is for the shop's owner alone", owner_only(*command))
        }
        Refusal::NotDone { command, why } => words("not-done", "It did not work out", not_done(*command, why)),
        Refusal::NoAnswer { command } => words("no-answer", "Nobody answered in time", no_answer(*command)),
        Refusal::NoWorker => words("no-worker", "No worker answered", no_worker()),
        Refusal::ClusterAway => words("cluster-away", "The store's cluster does not answer", cluster_away()),
        Refusal::TooManyStreams { limit } => {
            words("too-many-streams", "You follow as much as you may", too_many_streams(*limit))
        }
        Refusal::NoSuchLetter { letter } => {
            words("dead-letter-not-found", "There is no such dead letter", no_such_letter(letter))
        }
        Refusal::NoSuchApproval { approval } => {
            let detail = format!("No request \"{}\" is known to you. List those that wait.", echo(approval));
            words("approval-not-found", "There is no such request", detail)
        }
        Refusal::Decided { verdict } => words("decided", "This request does not wait any more", decided(verdict)),
        Refusal::Crowded => words("crowded", "Too many are waiting already", crowded()),
        Refusal::RateLimited { policy, retry_after_ms } => {
            let detail = limited(policy.limit, policy.window_seconds, *retry_after_ms);
            words("rate-limited", "Too many requests", detail)
        }
        Refusal::KeyReused => words("idempotency-key-reused", "This idempotency key was used before", key_reused()),
        Refusal::Conflict { store } => {
            let detail = format!("Somebody else changed store {store} at the same moment. Look at it and try again.");
            words("conflict", "The store changed meanwhile", detail)
        }
        Refusal::Unavailable => words("unavailable", "storebot cannot accept requests right now", unavailable()),
    }
}

fn words(kind: &'static str, title: &'static str, detail: String) -> Words {
    Words { kind, title: title.to_owned(), detail }
}

fn name(text: &str, why: NameError) -> String {
    let rule = match why {
        NameError::Empty => return "The name is empty. Choose one such as teashop.".to_owned(),
        NameError::TooLong => format!("has more than {NAME_MAX} characters"),
        NameError::Character => "has characters other than small letters a-z, digits and dashes".to_owned(),
        NameError::Edge => "starts or ends with a dash".to_owned(),
    };
    format!("\"{}\" {rule}. Choose a name such as teashop or tea-shop-2.", echo(text))
}

fn unknown(field: &str, text: &str, known: &[String]) -> String {
    let text = echo(text);
    match known {
        [] => format!("There is no {field} \"{text}\". Leave {field} out or ask an administrator."),
        [only] => format!("There is no {field} \"{text}\". The only {field} is {only}."),
        [first @ .., last] => format!("There is no {field} \"{text}\". Choose {} or {last}.", first.join(", ")),
    }
}

fn taken(name: &str, going: bool) -> String {
    if going {
        format!("The store {name} is still being deleted. Its name is free again in a minute or two; try again then.")
    } else {
        format!(
            "There is already a store called {name}. Choose another name; if that store is yours, you can also delete it first."
        )
    }
}

fn not_found(store: &str) -> String {
    format!("No store \"{}\" is known to you. List your stores to see their names and ids.", echo(store))
}

fn forbidden(action: Action, needs: Role) -> String {
    let what = match action {
        Action::Do(command) => infinitive(command),
        Action::See(Matter::Stores) => "see stores",
        Action::See(Matter::Events) => "see what happened",
        Action::See(Matter::Pods) => "see what runs",
        Action::See(Matter::Quota) => "see a quota",
        Action::See(Matter::Overview) => "see the overview",
        Action::See(Matter::Approvals) => "see requests for approval",
        Action::See(Matter::Audit) => "see who did what",
        Action::See(Matter::DeadLetters) => "see what was given up",
    };
    format!("To {what} you need the role {}. Ask an administrator for it.", needs.as_str())
}

fn no_role() -> String {
    "Nobody has given you a role for storebot in this place. Ask whoever runs storebot for one.".to_owned()
}

fn not_this_source(command: CommandKind, allowed: &[CommandKind]) -> String {
    let allowed: Vec<_> = allowed.iter().map(|c| c.as_str()).collect();
    format!(
        "It may {}, but not {}. Ask whoever runs storebot to add that to the commands of this source.",
        allowed.join(", "),
        command.as_str()
    )
}

fn infinitive(command: CommandKind) -> &'static str {
    match command {
        CommandKind::Create => "create a store",
        CommandKind::Delete => "delete this store",
        CommandKind::Undo => "take back the deletion of this store",
        CommandKind::Retry => "retry this store",
        CommandKind::Verify => "place a test order",
        CommandKind::Upgrade => "upgrade this store",
        CommandKind::Credentials => "get a login",
        CommandKind::Redrive => "look after what was given up",
        CommandKind::Approve => "approve a request",
        CommandKind::Deny => "deny a request",
        CommandKind::Configure => "change this server's settings",
    }
}

fn too_small(engine: Engine, smallest: Plan) -> String {
    let enough: Vec<&str> = Plan::ALL.into_iter().filter(|p| *p >= smallest).map(Plan::as_str).collect();
    format!("A {} shop needs more than this plan has. Take {}.", engine.title(), enough.join(" or "))
}

fn not_now(command: CommandKind, store: &str, obstacle: Obstacle) -> String {
    let what = infinitive(command);
    match obstacle {
        Obstacle::NotThereYet => format!("{store} is still being made. Try again when it is ready."),
        Obstacle::Busy => format!("{store} is busy with an earlier command. Try again when that is done."),
        Obstacle::Failed if command == CommandKind::Verify => {
            format!("{store} has failed before it could sell. Retry it: that goes on from where it stopped.")
        }
        Obstacle::Failed => format!("{store} has failed; to {what}, it must be ready. Its status says why it is not."),
        Obstacle::NotFailed => {
            format!("{store} has not failed, so there is nothing to go on with. Its status says how it is.")
        }
        Obstacle::Going if command == CommandKind::Undo => {
            format!("The deletion of {store} has begun and cannot be taken back.")
        }
        Obstacle::NothingToUndo => format!("{store} is not to be deleted: nothing has to be taken back."),
        Obstacle::Going => format!("{store} is being deleted."),
        Obstacle::Gone => format!("{store} is deleted. Create a new store first."),
        Obstacle::Simulated => {
            format!(
                "{store} runs on simulated nodes: there is no shop behind its address, so there is nothing to sign in to."
            )
        }
    }
}

fn owner_only(command: CommandKind) -> String {
    format!("Nobody else can {}, administrators included. Its owner can ask.", infinitive(command))
}

fn not_done(command: CommandKind, why: &str) -> String {
    let why = why.trim_end_matches('.');
    format!("The attempt to {} failed: {why}. Try again; if it stays so, tell an administrator.", infinitive(command))
}

fn no_answer(command: CommandKind) -> String {
    format!("It is not known whether it took effect. Ask again to {}; the newest one counts.", infinitive(command))
}

fn no_worker() -> String {
    "Only a worker can look into the store's cluster, and none answered in time. Nothing was changed. Try again in a \
     few seconds; if it stays so, tell an administrator."
        .to_owned()
}

fn cluster_away() -> String {
    "The store itself may well be in order. Nothing was changed. Try again in a few seconds.".to_owned()
}

fn crowded() -> String {
    "storebot holds as many open questions and streams as it can. Close those you do not need, and try again in a few \
     seconds."
        .to_owned()
}

fn too_many_streams(limit: usize) -> String {
    let streams = if limit == 1 { "stream is" } else { "streams are" };
    format!("{limit} open {streams} the limit. Close one that you do not need, then try again.")
}

fn no_such_letter(letter: &str) -> String {
    format!(
        "No dead letter \"{}\" is on the list; it may have been redriven before. List them to see what is.",
        echo(letter)
    )
}

fn quota(excess: Excess, approval: Option<&Waiting>) -> String {
    let Excess { of_org, resource, used, limit } = excess;
    let who = if of_org { "Your organisation has" } else { "You have" };
    let [used, limit] = [used, limit].map(|amount| resource.show(amount));
    let has = match resource {
        Resource::Stores if limit == "1" => format!("{who} {used} of 1 store."),
        Resource::Stores => format!("{who} {used} of {limit} stores."),
        Resource::Cpu => format!("{who} {used} of {limit} CPU in use, and this store would be too much."),
        Resource::Memory => format!("{who} {used} of {limit} memory in use, and this store would be too much."),
        Resource::Disk => format!("{who} {used} of {limit} disk in use, and this store would be too much."),
    };
    match approval {
        Some(Waiting { id, expires_at }) => {
            let until = expires_at.strftime("%Y-%m-%d %H:%M UTC");
            format!("{has} An approver has been asked, who may still allow it until {until} (request {id}).")
        }
        None => format!("{has} Delete one that is not needed any more, then try again."),
    }
}

fn decided(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Waiting => "It still waits. Try again.".to_owned(),
        Verdict::Approved { by, store: Some(store) } => format!("{by} has approved it, and store {store} was made."),
        Verdict::Approved { by, store: None } => format!("{by} has approved it."),
        Verdict::Denied { by } => format!("{by} has denied it. What was asked can be asked for again."),
        Verdict::Expired => "Nobody decided in time. What was asked can be asked for again.".to_owned(),
    }
}

fn limited(limit: u32, window_seconds: u32, retry_after_ms: u64) -> String {
    let times = if limit == 1 { "Once".to_owned() } else { format!("{limit} times") };
    let wait = spell(retry_after_ms.div_ceil(1000).max(1));
    format!("{times} per {} is the limit. Try again in {wait}.", per(window_seconds))
}

fn key_reused() -> String {
    "The first request with this key asked for something else. Use a new key for a new request, \
     and the old key only to repeat exactly the same one."
        .to_owned()
}

fn unavailable() -> String {
    "Try again in a few seconds. With the same idempotency key nothing is ever done twice; without one, look \
     first whether it is there already."
        .to_owned()
}

/// A window: `second`, `hour`, `15 minutes`.
fn per(seconds: u32) -> String {
    match spell(u64::from(seconds)).strip_prefix("1 ") {
        Some(unit) => unit.to_owned(),
        None => spell(u64::from(seconds)),
    }
}

/// A duration in the largest unit that is not lost by rounding up.
fn spell(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..=119 if seconds != 60 => (seconds, "second"),
        0..=7199 if seconds != 3600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
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
