//! What happens to a store, told in one message that is edited in place from the first line to the last.
//!
//! A pure function from the record, and from what is known of its surroundings, to words: the same always gives
//! the same, so that a message which is sent again after a crash says exactly what it said before. Nothing is
//! claimed that does not stand in the record; above all no test order. Where the words change by themselves, the
//! story says when.

mod ahead;
mod cause;
mod ends;
mod notices;
mod steps;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::answers::room_line;
use super::buttons::Button;
use super::markdown::{MESSAGE_MAX, fit, moment, units};
use super::table::say;
use super::words;
use crate::domain::command::CommandKind;
use crate::domain::lang::Lang;
use crate::domain::press::{Press, Verb};
use crate::domain::record::{Phase, Record, Task, Want};
use crate::domain::reply::Reply;
use crate::domain::usual::Usual;

pub use super::headline::headline;
pub use ahead::{Ahead, ahead};
pub(super) use cause::{clip, failure, reason_word, waiting};
pub(super) use ends::proof;
pub use steps::{Arrival, Progress};
pub(super) use steps::{progress, span, step_name};

/// Pause between two looks at the line, for the one that is next, and how much longer it gets with each store
/// before it: far back, nobody sees the difference.
const LINE_LOOK: SignedDuration = SignedDuration::from_secs(3);
const LINE_LOOK_EACH: SignedDuration = SignedDuration::from_millis(100);
const LINE_LOOK_LONGEST: SignedDuration = SignedDuration::from_secs(30);

/// What is known besides the record while a story is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    pub now: Timestamp,
    /// Its place in line for a worker, from 1.
    pub place: Option<u64>,
    pub usual: Usual,
}

impl Sight {
    /// Nothing is known but the time.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { now, place: None, usual: Usual::default() }
    }
}

/// What to say now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// In Discord's markdown, at most 2 000 characters.
    pub text: String,
    pub buttons: Vec<Button>,
    /// When to look again although nothing has happened to the store.
    pub changes_at: Option<Timestamp>,
}

impl Story {
    fn of(text: String) -> Self {
        Self { text: fit(text), buttons: Vec::new(), changes_at: None }
    }
}

/// The message that tells how a command goes.
#[must_use]
pub fn told(reply: &Reply, record: &Record, sight: &Sight) -> Story {
    let lang = reply.lang();
    if let Some(notice) = reply.notice {
        return notices::told(lang, notice, record);
    }
    match reply.command {
        // Answered by the door itself, and never told here.
        CommandKind::Credentials
        | CommandKind::Redrive
        | CommandKind::Approve
        | CommandKind::Deny
        | CommandKind::Configure
        | CommandKind::Replay
        | CommandKind::Drain
        | CommandKind::Undrain => return Story::of(headline(record)),
        CommandKind::Create
        | CommandKind::Delete
        | CommandKind::Undo
        | CommandKind::Retry
        | CommandKind::Verify
        | CommandKind::Upgrade
        | CommandKind::Extend
        | CommandKind::Sleep
        | CommandKind::Wake
        | CommandKind::Suspend
        | CommandKind::Resume
        | CommandKind::Expire => {}
    }
    match (record.desired.want, record.phase()) {
        (_, Phase::Deleted) => Story::of(say!(lang, "story-deleted", store = record.spec.name.as_str())),
        (Want::Absent, Phase::Failed) => ends::not_deleted(lang, record),
        (Want::Absent, _) => deleting(lang, record, sight),
        (Want::Present, Phase::Ready) => ends::ready(lang, reply, record),
        (Want::Present | Want::Asleep, Phase::Failed) => ends::failed(lang, record),
        (Want::Asleep, Phase::Asleep) => ends::asleep(lang, reply, record),
        (Want::Asleep, _) => going(lang, record, sight, say!(lang, "story-dozing", store = record.spec.name.as_str())),
        (Want::Present, _) => under_way(lang, reply, record, sight),
    }
}

/// What is going on, how far it has come, and what it waits for.
fn under_way(lang: Lang, reply: &Reply, record: &Record, sight: &Sight) -> Story {
    let in_line = !is_begun(record);
    let of_verify = record.desired.task == Task::Verify;
    let mut lines = vec![begun(lang, reply.command, record)];
    let mut changes_at = None;
    if in_line {
        changes_at = sight.place.map(|place| look_again(sight.now, place));
        lines.extend(sight.place.map(|place| say!(lang, "story-place", place = place)));
    } else if !record.observed.untouched {
        let progress = steps::progress_of(record, sight);
        changes_at = progress.and_then(|progress| progress.arrival?.changes_at());
        lines.extend(progress.and_then(|progress| steps::line(lang, progress)));
    }
    // The steps of another time say nothing of this one.
    let current = record.observed.generation == record.desired.generation || record.observed.steps.is_empty();
    if current && !of_verify && !record.observed.untouched {
        lines.extend(steps::lines(lang, record));
    }
    lines.extend(waiting(lang, record));
    lines.extend(room(lang, reply, in_line));
    Story { changes_at, ..Story::of(lines.join("\n")) }
}

/// A text for one person, where it is not the answer to what they typed: says so without ringing their bell.
#[must_use]
pub fn addressed(lang: Lang, text: String, user_id: &str) -> String {
    let line = format!("\n-# {}", say!(lang, "story-for", owner = format!("<@{user_id}>")));
    if units(&text) + units(&line) > MESSAGE_MAX { text } else { text + &line }
}

fn deleting(lang: Lang, record: &Record, sight: &Sight) -> Story {
    let store = record.spec.name.as_str();
    if let Some(at) = record.desired.not_before.filter(|at| *at > sight.now) {
        let text = say!(lang, "story-doomed", store = store, when = format!("<t:{}:R>", at.as_second()));
        let undo = Button::Press(Press::On(Verb::Undo, record.id.clone()));
        return Story { buttons: vec![undo], changes_at: Some(at), ..Story::of(text) };
    }
    going(lang, record, sight, say!(lang, "story-deleting", store = store))
}

/// What has no steps: what is being done, and what it waits for.
fn going(lang: Lang, record: &Record, sight: &Sight, first: String) -> Story {
    let mut lines = vec![first];
    let place = sight.place.filter(|_| !is_begun(record));
    lines.extend(place.map(|place| say!(lang, "story-place", place = place)));
    lines.extend(waiting(lang, record));
    Story { changes_at: place.map(|place| look_again(sight.now, place)), ..Story::of(lines.join("\n")) }
}

/// A worker has taken up what is wanted.
fn is_begun(record: &Record) -> bool {
    record.observed.generation == record.desired.generation && record.phase() != Phase::Queued
}

fn look_again(now: Timestamp, place: u64) -> Timestamp {
    let before = i32::try_from(place.saturating_sub(1)).unwrap_or(i32::MAX);
    let pause = LINE_LOOK.saturating_add(LINE_LOOK_EACH.saturating_mul(before)).min(LINE_LOOK_LONGEST);
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// The first line, as long as there is no end to tell.
fn begun(lang: Lang, command: CommandKind, record: &Record) -> String {
    let (store, size) = (record.spec.name.as_str(), words::size(lang, record));
    match (record.desired.task, command) {
        (_, CommandKind::Delete | CommandKind::Undo) => say!(lang, "story-kept", store = store),
        (Task::Verify, _) => say!(lang, "story-verifying", store = store),
        (_, CommandKind::Wake) => say!(lang, "story-waking", store = store, size = size),
        (_, CommandKind::Extend) => ends::extended(lang, record),
        (_, CommandKind::Upgrade) => say!(lang, "story-upgrading", store = store, size = size),
        (_, CommandKind::Create) => say!(lang, "story-creating", store = store, size = size),
        _ => say!(lang, "story-resuming", store = store, size = size),
    }
}

/// What there was room for. How long it takes is told better once it has begun.
fn room(lang: Lang, reply: &Reply, in_line: bool) -> Option<String> {
    let room = reply.room.filter(|_| reply.command == CommandKind::Create)?;
    let usually = Some(room.usually_ms).filter(|ms| in_line && *ms > 0).map(Duration::from_millis);
    Some(format!("-# {}", room_line(lang, room.stores.into(), room.limit.into(), usually)))
}

#[cfg(test)]
mod tests;
