//! What to tell a person on Discord now, if anything. Pure: the state of the store, what was said
//! already and the time come in; a decision comes out.
//!
//! It looks at the state and not at what happened, so a repeated, late or lost event makes no
//! difference to what is said in the end.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::answer::Answer;
use crate::domain::command::CommandKind;
use crate::domain::record::{Phase, Record, Want};
use crate::domain::reply::{Reply, Told, Via};
use crate::text::story;

/// Discord takes about five edits in five seconds of one message; one a second stays well below and
/// is as fast as anybody reads.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// An edit that starts this shortly before the end of its token would come too late.
const TOKEN_MARGIN: SignedDuration = SignedDuration::from_secs(5);
/// How long after the interaction Discord may not have taken in our first answer yet.
const SETTLING: SignedDuration = SignedDuration::from_secs(10);
/// How long a token lives: tells when its interaction was.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Pauses after an answer that says "later": doubled from the first to the longest.
const RETRY_FIRST: SignedDuration = SignedDuration::from_millis(500);
const RETRY_LONGEST: SignedDuration = SignedDuration::from_secs(30);
/// Bounds of what is believed of a `Retry-After`.
const WAIT_LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// How long after the token's end it makes sense to go on trying while Discord is away.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Where and until when a person can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) token_expires_at: Timestamp,
    pub(super) has_channel: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Send(Message),
    /// Ask again at this time.
    Later(Timestamp),
    /// Nothing until the store changes.
    Nothing,
    /// The promise is kept.
    Close,
    /// The promise cannot be kept.
    GiveUp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) via: Via,
    /// The end of the story: nothing else will be said.
    pub(super) end: bool,
}

/// Whether the story of a command is over.
pub(super) fn is_over(command: CommandKind, record: &Record) -> bool {
    match (command, record.desired.want) {
        // A store that is deleted while it is made ends both stories.
        (_, Want::Absent) => record.phase() == Phase::Deleted || record.is_settled(),
        (CommandKind::Delete, Want::Present) => false,
        (_, Want::Present) => record.is_settled(),
    }
}

/// Decides what to do for a reply.
pub(super) fn plan(reply: &Reply, reach: Reach, record: &Record, told: &Told, now: Timestamp) -> Plan {
    if told.done {
        return Plan::Close;
    }
    let end = is_over(reply.command, record);
    let via = via(reach, told, now);
    if via != Via::Original && !end {
        return Plan::Nothing;
    }
    if via == Via::Nowhere || (told.failures > 0 && now > later(reach.token_expires_at, PATIENCE)) {
        return Plan::GiveUp;
    }
    let text = story::told(reply, record);
    if told.words.as_ref() == Some(&digest(&text)) {
        return if end { Plan::Close } else { Plan::Nothing };
    }
    // Nothing follows the end, so it need not wait for its turn.
    let pause = told.at.filter(|_| !end).map(|at| later(at, PAUSE));
    match told.not_before.max(pause).filter(|at| *at > now) {
        Some(at) => Plan::Later(at),
        None => Plan::Send(Message { text, via, end }),
    }
}

fn via(reach: Reach, told: &Told, now: Timestamp) -> Via {
    let expired = later(now, TOKEN_MARGIN) >= reach.token_expires_at;
    match told.via {
        Via::Original if !expired => Via::Original,
        Via::Original | Via::Channel if reach.has_channel => Via::Channel,
        Via::Original | Via::Channel | Via::Direct => Via::Direct,
        Via::Nowhere => Via::Nowhere,
    }
}

/// Remembers how sending went.
pub(super) fn remember(told: &mut Told, message: &Message, answer: Answer, reach: Reach, now: Timestamp) {
    told.via = message.via;
    told.not_before = None;
    told.failures = told.failures.saturating_add(1);
    match answer {
        Answer::Taken => {
            told.failures = 0;
            told.done = message.end;
            told.at = Some(now);
            told.words = Some(digest(&message.text));
        }
        Answer::Wait(pause) => told.not_before = Some(later(now, pause.clamp(RETRY_FIRST, WAIT_LONGEST))),
        Answer::Away => told.not_before = Some(later(now, backoff(told.failures))),
        Answer::Unknown if message.via == Via::Original && is_settling(reach, now) => {
            told.not_before = Some(later(now, RETRY_FIRST));
        }
        Answer::Unknown | Answer::Refused => {
            told.failures = 0;
            told.via = match message.via {
                Via::Original if reach.has_channel => Via::Channel,
                Via::Original | Via::Channel => Via::Direct,
                Via::Direct | Via::Nowhere => Via::Nowhere,
            };
        }
    }
}

/// Enough to tell words from other words, and short: it is kept for each open promise.
fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..8])
}

fn is_settling(reach: Reach, now: Timestamp) -> bool {
    later(now, TOKEN_LIFE) < later(reach.token_expires_at, SETTLING)
}

fn backoff(failures: u32) -> SignedDuration {
    let doubled = RETRY_FIRST.saturating_mul(1_i32 << failures.saturating_sub(1).min(10));
    doubled.min(RETRY_LONGEST)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
