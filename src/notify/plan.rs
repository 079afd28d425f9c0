//! What to tell a person on Discord now, if anything. Pure: the state of the store, what was said
//! already and the time come in; a decision comes out.
//!
//! It looks at the state and not at what happened, so a repeated, late or lost event makes no
//! difference to what is said in the end.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::answer::Answer;
use super::discord::Sent;
use crate::domain::record::{Phase, Record, Want};
use crate::domain::reply::{Reply, ReplyTo, TOKEN_LIFE, Told, Via};
use crate::text::buttons;
use crate::text::story::{self, Sight};

/// Discord takes about five edits in five seconds of one message; one a second stays well below and
/// is as fast as anybody reads.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// An edit that starts this shortly before the end of its token would come too late.
const TOKEN_MARGIN: SignedDuration = SignedDuration::from_secs(5);
/// How long after the interaction Discord may not have taken in our first answer yet.
const SETTLING: SignedDuration = SignedDuration::from_secs(10);
/// Pauses after an answer that says "later": doubled from the first to the longest.
const RETRY_FIRST: SignedDuration = SignedDuration::from_millis(500);
const RETRY_LONGEST: SignedDuration = SignedDuration::from_secs(30);
/// Bounds of what is believed of a `Retry-After`.
const WAIT_LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// How long after the token's end it makes sense to go on trying while Discord is away.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// The same for what nobody asked for, from its event: it says what somebody has to do in time.
const NOTICE_PATIENCE: SignedDuration = SignedDuration::from_hours(6);

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
    /// Nothing until the store changes, or until the words change by themselves.
    Nothing(Option<Timestamp>),
    /// The promise is kept.
    Close,
    /// The promise cannot be kept.
    GiveUp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) text: String,
    /// Rows of buttons; none takes away those that were there.
    pub(super) components: Value,
    pub(super) via: Via,
    /// The end of the story: nothing else will be said.
    pub(super) end: bool,
}

/// Whether the stories of all commands on a store are over.
/// A store that is deleted while it is made ends both stories, and so does a deletion that is taken back.
pub(super) fn is_over(record: &Record) -> bool {
    (record.desired.want == Want::Absent && record.phase() == Phase::Deleted) || record.is_settled()
}

/// Decides what to do for a reply. `sight.now` is of Redis' clock.
pub(super) fn plan(reply: &Reply, reach: Reach, record: &Record, told: &Told, sight: &Sight) -> Plan {
    if told.done {
        return Plan::Close;
    }
    let now = sight.now;
    // It has been decided otherwise meanwhile, or it is too late.
    if reply.notice.is_some_and(|notice| !notice.holds(record, now)) {
        return Plan::Close;
    }
    let end = reply.notice.is_some() || is_over(record);
    let via = via(reach, told, now);
    if via != Via::Original && !end {
        return Plan::Nothing(None);
    }
    let patience = if reply.notice.is_some() { NOTICE_PATIENCE } else { PATIENCE };
    if via == Via::Nowhere || (told.failures > 0 && now > later(reach.token_expires_at, patience)) {
        return Plan::GiveUp;
    }
    let (message, changes_at) = message(reply, record, sight, (via, end));
    if told.words.as_ref() == Some(&digest(&message)) {
        return if end { Plan::Close } else { Plan::Nothing(changes_at) };
    }
    // Nothing follows the end, so it need not wait for its turn.
    let pause = told.at.filter(|_| !end).map(|at| later(at, PAUSE));
    match told.not_before.max(pause).filter(|at| *at > now) {
        Some(at) => Plan::Later(at),
        None => Plan::Send(message),
    }
}

/// What to say, and when that changes by itself.
fn message(reply: &Reply, record: &Record, sight: &Sight, (via, end): (Via, bool)) -> (Message, Option<Timestamp>) {
    let lang = reply.lang();
    let story = story::told(reply, record, sight);
    let components = buttons::rows(lang, &story.buttons);
    let text = match &reply.to {
        // Nobody in the channel sees whom a message of the bot's own is for.
        ReplyTo::Discord { user_id, .. } if via == Via::Channel => story::addressed(lang, story.text, user_id),
        _ => story.text,
    };
    (Message { text, components, via, end }, story.changes_at)
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
pub(super) fn remember(told: &mut Told, message: &Message, sent: Sent, reach: Reach, now: Timestamp) {
    told.via = message.via;
    told.not_before = None;
    told.failures = told.failures.saturating_add(1);
    match sent.answer {
        Answer::Taken => {
            told.failures = 0;
            // It stays the same one for as long as the token lives.
            told.message = sent.message.filter(|_| message.via == Via::Original).or(told.message.take());
            told.done = message.end;
            told.at = Some(now);
            told.words = Some(digest(message));
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

/// Enough to tell words and buttons from others, and short: it is kept for each open promise.
fn digest(message: &Message) -> String {
    let mut digest = Sha256::new_with_prefix(&message.text);
    digest.update([0]);
    digest.update(message.components.to_string());
    hex::encode(&digest.finalize()[..8])
}

/// Whether somebody else tells on in this message: a press of one of its buttons makes a promise of its own, and
/// two that edit one message would write over each other in turns. The one that was asked for last tells on.
pub(super) fn is_taken_over(reply: &Reply, told: &Told, all: &[(Reply, Told)]) -> bool {
    let asked = |reply: &Reply| (reply.asked_at(), reply.id.clone());
    told.message.is_some() && all.iter().any(|(other, its)| its.message == told.message && asked(other) > asked(reply))
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
