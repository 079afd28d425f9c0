//! What happens to a store, told in one message, one line, or one answer to a question.
//!
//! Pure functions from a record to words: the same record always gives the same text, so that a
//! message which is sent again after a crash says exactly what it said before. Nothing is claimed
//! that does not stand in the record; above all no test order.

use std::time::Duration;

use super::answers::room_line;
use super::markdown::{escape, fit};
use super::spans::seconds;
use crate::domain::command::CommandKind;
use crate::domain::lang::Lang;
use crate::domain::record::{Observed, Phase, Reason, Record, Step, StepName, StepState, Task, Trouble, Want};
use crate::domain::reply::Reply;

/// Longest reason that is shown, in characters before escaping: the reason of a crash carries log
/// lines, and the rest of the story must still fit.
const REASON_MAX: usize = 600;

/// One line of plain text: the API's `message`.
#[must_use]
pub fn headline(record: &Record) -> String {
    let name = &record.spec.name;
    match record.phase() {
        Phase::Ready => {
            format!("{name} is ready: {}{}{}", record.spec.url, proof(&record.observed), drift(&record.observed))
        }
        Phase::Failed if record.desired.want == Want::Absent => {
            format!("{name} could not be deleted: {}", one_line(&reason(record)))
        }
        Phase::Failed => format!("{name} failed: {}", one_line(&reason(record))),
        Phase::Deleting => format!("{name} is being deleted"),
        Phase::Deleted => format!("{name} is deleted"),
        phase => {
            let holdup = holdup(record).map(|t| format!(" ({})", one_line(t))).unwrap_or_default();
            format!("{} {name} ({}): {}{holdup}", verb(record), size(record), doing(phase, &record.observed))
        }
    }
}

/// The message that tells how a command goes, in Discord's markdown: edited in place from the first
/// line to the last. At most 2 000 characters.
#[must_use]
pub fn message(command: CommandKind, record: &Record) -> String {
    let text = match command {
        CommandKind::Create => creation(record),
        CommandKind::Delete => deletion(record),
        CommandKind::Retry => retry(record),
        CommandKind::Verify => verification(record),
        CommandKind::Upgrade => upgrade(record),
        // Answered by the door itself, and never told here.
        CommandKind::Credentials
        | CommandKind::Redrive
        | CommandKind::Approve
        | CommandKind::Deny
        | CommandKind::Undo
        | CommandKind::Configure => headline(record),
    };
    fit(text)
}

/// [`message`], with what there was room for as long as the store is being made.
#[must_use]
pub fn told(reply: &Reply, record: &Record) -> String {
    let text = message(reply.command, record);
    match reply.room.filter(|_| reply.command == CommandKind::Create && !record.phase().is_end()) {
        Some(room) => {
            let usually = Some(room.usually_ms).filter(|ms| *ms > 0).map(Duration::from_millis);
            fit(format!("{text}\n_{}_", room_line(Lang::En, room.stores.into(), room.limit.into(), usually)))
        }
        None => text,
    }
}

fn creation(record: &Record) -> String {
    let name = &record.spec.name;
    let mut lines = vec![format!("Creating **{name}** ({}) ...", size(record))];
    if let Some(end) = unwanted(record) {
        lines.push(end);
        return lines.join("\n");
    }
    if record.observed.generation != record.desired.generation {
        return lines.join("\n");
    }
    lines.extend(progress(record));
    match record.phase() {
        Phase::Ready => lines.push(ready(record)),
        Phase::Failed => lines.extend(failure(record)),
        _ => {}
    }
    lines.join("\n")
}

/// Short: the shop is there, and one thing is done with it.
fn verification(record: &Record) -> String {
    let name = &record.spec.name;
    let begun = format!("Placing a test order in **{name}** ...");
    if let Some(end) = unwanted(record) {
        return format!("{begun}\n{end}");
    }
    match record.phase() {
        Phase::Ready => match &record.observed.proof {
            Some(_) if !record.observed.simulated => {
                format!("**{name}** sells: {}{}", record.spec.url, escape(&proof(&record.observed)))
            }
            _ => ready(record),
        },
        Phase::Failed => failure(record).join("\n"),
        _ => [begun].into_iter().chain(waiting(record)).collect::<Vec<_>>().join("\n"),
    }
}

/// What is tried again has its own story; only its first line differs.
fn retry(record: &Record) -> String {
    let name = &record.spec.name;
    if record.desired.want == Want::Absent {
        return deletion(record);
    }
    if record.desired.task == Task::Verify {
        return verification(record);
    }
    let mut lines = vec![format!("Going on with **{name}** ({}) ...", size(record))];
    if record.observed.generation != record.desired.generation {
        return lines.join("\n");
    }
    lines.extend(progress(record));
    match record.phase() {
        Phase::Ready => lines.push(ready(record)),
        Phase::Failed => lines.extend(failure(record)),
        _ => {}
    }
    lines.join("\n")
}

fn upgrade(record: &Record) -> String {
    let name = &record.spec.name;
    let mut lines = vec![format!("Upgrading **{name}** ({}) ...", size(record))];
    if let Some(end) = unwanted(record) {
        lines.push(end);
        return lines.join("\n");
    }
    if record.observed.generation != record.desired.generation {
        return lines.join("\n");
    }
    if record.observed.untouched {
        // The steps are those of another time.
        lines.extend(waiting(record));
    } else {
        lines.extend(progress(record));
    }
    match record.phase() {
        Phase::Ready if record.observed.untouched => {
            lines.push(format!("**{name}** is up to date already: nothing was changed."));
        }
        Phase::Ready => lines.push(ready(record)),
        Phase::Failed => lines.extend(failure(record)),
        _ => {}
    }
    lines.join("\n")
}

fn ready(record: &Record) -> String {
    format!("**{}** is ready: {}{}", record.spec.name, record.spec.url, escape(&proof(&record.observed)))
}

/// Somebody changed their mind; the story of the deletion is told to them.
fn unwanted(record: &Record) -> Option<String> {
    let name = &record.spec.name;
    (record.desired.want == Want::Absent).then(|| match record.phase() {
        Phase::Deleted => format!("**{name}** is deleted."),
        _ => format!("**{name}** is being deleted."),
    })
}

fn deletion(record: &Record) -> String {
    let name = &record.spec.name;
    match record.phase() {
        Phase::Deleted => format!("**{name}** is deleted."),
        Phase::Failed => failure(record).join("\n"),
        _ => match holdup(record) {
            Some(trouble) => format!("Deleting **{name}** ...\nWaiting: {}", escape(&clip(trouble))),
            None => format!("Deleting **{name}** ..."),
        },
    }
}

/// A line per step that has begun, and what holds up the one that is under way.
pub(super) fn progress(record: &Record) -> Vec<String> {
    let seen = &record.observed;
    let mut lines: Vec<String> = seen.steps.iter().filter(|s| happened(s, seen)).map(step).collect();
    lines.extend(waiting(record));
    lines
}

pub(super) fn waiting(record: &Record) -> Option<String> {
    holdup(record).map(|t| format!("Waiting: {}", escape(&clip(t))))
}

/// Whether a step may be told. A step that places no order must not read as if it had: simulated
/// nodes have no shop to fill and no order, and a verification without proof proves nothing.
fn happened(step: &Step, seen: &Observed) -> bool {
    match (step.name, step.state) {
        (_, StepState::Pending) => false,
        (StepName::Setup | StepName::Verify, _) if seen.simulated => false,
        (StepName::Verify, StepState::Done) => seen.proof.is_some(),
        _ => true,
    }
}

fn step(step: &Step) -> String {
    let name = match step.name {
        StepName::Namespace => "namespace",
        StepName::Release => "release",
        StepName::Workloads => "database and app",
        StepName::Setup => "products and payment",
        StepName::Verify => "test order",
    };
    let took = step.started_at.zip(step.finished_at).map(|(from, to)| to.duration_since(from));
    let took = took.map(|t| format!(" ({})", seconds(Lang::En, t))).unwrap_or_default();
    match step.state {
        StepState::Pending => format!("▫️ {name}"),
        StepState::Running => format!("⏳ {name} ..."),
        StepState::Done => format!("✅ {name}{took}"),
        StepState::Failed => format!("❌ {name}{took}"),
    }
}

pub(super) fn failure(record: &Record) -> Vec<String> {
    let name = &record.spec.name;
    let reason = escape(&clip(&reason(record)));
    if record.desired.want == Want::Absent {
        let again = format!("Nothing else was touched. `/store retry name:{name}` tries again.");
        return vec![format!("**{name}** could not be deleted: {reason}"), again];
    }
    let trouble = record.observed.trouble.as_ref();
    let unproven = trouble.is_some_and(Trouble::is_of_the_test_order);
    let by_hand = trouble.is_some_and(|t| t.is(Reason::Removed) || t.is(Reason::Stopped));
    let next = match record.observed.ready_at {
        _ if by_hand => format!("Nothing is made anew by itself. `/store retry name:{name}` does it."),
        _ if unproven => format!("Nothing was removed. `/store retry name:{name}` places the test order again."),
        Some(_) => format!("Its data is kept. `/store retry name:{name}` goes on from where it stopped."),
        None => format!(
            "What there is stays. `/store retry name:{name}` goes on from where it stopped; \
             `/store delete name:{name}` removes it."
        ),
    };
    vec![format!("**{name}** failed: {reason}"), next]
}

/// The word for a trouble that holds, as the documentation and the API have it.
pub(super) fn reason_word(record: &Record) -> Option<String> {
    let holds = record.phase() == Phase::Failed || holdup(record).is_some();
    let trouble = record.observed.trouble.as_ref().filter(|_| holds)?;
    Some(format!("Reason: `{}`", trouble.reason.replace('`', "")))
}

fn reason(record: &Record) -> String {
    let told = record.observed.trouble.as_ref().map(|t| t.message.trim().to_owned());
    told.filter(|t| !t.is_empty()).unwrap_or_else(|| "the reason is not known; the logs have more".to_owned())
}

/// What holds up a store that has not come to its end.
fn holdup(record: &Record) -> Option<&str> {
    let current = record.observed.generation == record.desired.generation && !record.phase().is_end();
    record.observed.trouble.as_ref().filter(|_| current).map(|t| t.message.trim())
}

/// The proof behind "ready", or that there is none.
pub(super) fn proof(seen: &Observed) -> String {
    match &seen.proof {
        _ if seen.simulated => " (simulated nodes, no test order)".to_owned(),
        Some(proof) => format!(", test order #{}, {}", proof.order, proof.total),
        None => String::new(),
    }
}

/// That a shop which is ready is not as it was installed.
fn drift(seen: &Observed) -> String {
    match seen.drift.len() {
        0 => String::new(),
        1 => "; one object was changed in the cluster, an upgrade brings it back".to_owned(),
        many => format!("; {many} objects were changed in the cluster, an upgrade brings them back"),
    }
}

/// What is being done to a store, as the first word of a line.
fn verb(record: &Record) -> &'static str {
    match record.desired.task {
        Task::Verify => "Verifying",
        Task::Install | Task::Reinstall if record.observed.ready_at.is_some() => "Upgrading",
        Task::Install | Task::Reinstall => "Creating",
    }
}

fn doing(phase: Phase, seen: &Observed) -> &'static str {
    if phase == Phase::Queued {
        return "waiting for a worker";
    }
    if seen.untouched {
        return "looking for what has changed";
    }
    match seen.current_step().map(|s| s.name) {
        Some(StepName::Namespace) => "making its namespace",
        Some(StepName::Release) => "installing the release",
        Some(StepName::Workloads) => "starting database and app",
        Some(StepName::Setup) => "setting up the shop",
        Some(StepName::Verify) => "placing a test order",
        None => "almost there",
    }
}

pub(super) fn size(record: &Record) -> String {
    format!("{}, {}", record.spec.engine.title(), record.spec.plan)
}

pub(super) fn clip(text: &str) -> String {
    match text.char_indices().nth(REASON_MAX) {
        Some((end, _)) => format!("{} ...", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
