//! Tells a pull request how its preview store is: beside the commit, and in one comment that is kept up to date.
//!
//! What to say is made from the record alone, by a pure function, and so is when. Saying it twice changes nothing: a
//! status is the same again, and the comment is found by its mark where its id was lost.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

use super::Inner;
use super::plan::is_over;
use super::tell::{Around, Line, Next, message_span, until};
use crate::crash;
use crate::domain::forge::Thread;
use crate::domain::record::{Phase, Record, Want};
use crate::domain::reply::{Reply, ReplyTo, Told};
use crate::domain::store::StoreId;
use crate::forge::{Forge, Note, Remark, State, Trouble};
use crate::ledger::LedgerError;
use crate::telemetry;
use crate::text;

/// Between two edits of one comment while something is under way: GitHub takes 80 writes a minute from everybody
/// behind one token.
const PAUSE: SignedDuration = SignedDuration::from_secs(20);
/// Pauses after an attempt that says "later": doubled from the first to the longest.
const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(1);
const RETRY_LONGEST: SignedDuration = SignedDuration::from_mins(10);
/// Attempts in a row after which nobody is told any more: more than half a day.
const ATTEMPTS: u32 = 80;

/// Where a promise is kept.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) source: &'a str,
    pub(super) thread: &'a Thread,
    commit: &'a str,
    branch: &'a str,
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

/// What to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// `None`: nothing new beside the commit while the store goes.
    state: Option<State>,
    line: String,
    url: Option<String>,
    comment: String,
    mark: String,
    /// Nothing else will be said.
    pub(super) end: bool,
}

/// How saying it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// Of the comment, if it was written.
    comment: Option<String>,
    trouble: Option<Trouble>,
}

pub(super) fn place(reply: &Reply) -> Option<Place<'_>> {
    match &reply.to {
        ReplyTo::Forge { source, thread, commit, branch, .. } => Some(Place { source, thread, commit, branch }),
        ReplyTo::Discord { .. } | ReplyTo::Callback { .. } => None,
    }
}

/// Whether a younger promise tells the same: of one commit of one request one is enough.
pub(super) fn is_taken_over(reply: &Reply, all: &[(Reply, Told)]) -> bool {
    is_older(reply, all, |a, b| a.source == b.source && a.thread == b.thread && a.commit == b.commit)
}

/// Whether the comment is a younger promise's business: it is about the newest commit.
fn is_older(reply: &Reply, all: &[(Reply, Told)], same: impl Fn(Place<'_>, Place<'_>) -> bool) -> bool {
    let Some(own) = place(reply) else { return false };
    let age = |reply: &Reply| (reply.asked_at(), reply.id.clone());
    all.iter().any(|(other, _)| place(other).is_some_and(|its| same(own, its)) && age(other) > age(reply))
}

/// What is said of a store, and whether that is all. Pure.
pub(super) fn message(reply: &Reply, record: &Record, end: bool, all: &[(Reply, Told)]) -> Option<Message> {
    let place = place(reply)?;
    // What time does to a store is told in the comment alone: which commit is the newest is not known then.
    let noticed = reply.notice.is_some();
    let state = state(record).filter(|_| !noticed);
    let mark = mark(&record.id);
    let commented = !is_older(reply, all, |a, b| a.source == b.source && a.thread == b.thread);
    let comment = if commented {
        text::forge::comment(record, if noticed { "" } else { place.commit }, &mark)
    } else {
        String::new()
    };
    let url = (state == Some(State::Success)).then(|| record.spec.url.clone());
    Some(Message { state, line: text::forge::line(record), url, comment, mark, end })
}

/// `None`: what stands there is left alone.
fn state(record: &Record) -> Option<State> {
    let after_success = record.observed.ready_at.is_some();
    Some(match (record.desired.want, record.phase()) {
        (_, Phase::Deleted) => State::Gone { after_success },
        (_, Phase::Failed) => State::Failure,
        (Want::Absent, _) => return None,
        (_, Phase::Ready | Phase::Asleep) => State::Success,
        _ => State::Pending,
    })
}

/// Nobody knows a store's id who could write it into a comment before storebot does.
fn mark(store: &StoreId) -> String {
    let digest = hex::encode(Sha256::digest(format!("preview {store}")));
    format!("<!-- storebot:preview:{} -->", &digest[..20])
}

/// Decides what to do with it now. `now` is of Redis' clock.
pub(super) fn plan(message: Message, told: &Told, now: Timestamp) -> Plan {
    if told.done {
        return Plan::Close;
    }
    if told.failures >= ATTEMPTS {
        return Plan::GiveUp;
    }
    if told.words.as_ref() == Some(&digest(&message)) {
        return if message.end { Plan::Close } else { Plan::Nothing };
    }
    let pause = told.at.filter(|_| !message.end).map(|at| later(at, PAUSE));
    match told.not_before.max(pause).filter(|at| *at > now) {
        Some(at) => Plan::Later(at),
        None => Plan::Send(message),
    }
}

impl Inner {
    /// Does what is due for one promise. `all`: the open ones of the store that are kept at pull requests.
    pub(super) async fn tell_forge(
        &self,
        Around { telling, record, .. }: Around<'_>,
        mut line: Line,
        all: &[(Reply, Told)],
    ) -> Result<Next, LedgerError> {
        let (ledger, reply) = (&self.parts.ledger, &line.reply);
        let Some((place, message)) = place(reply).zip(message(reply, record, is_over(record), all)) else {
            return Ok(Next::Settled);
        };
        if is_taken_over(reply, all) {
            ledger.close_reply(&record.id, &reply.id).await?;
            return Ok(Next::Settled);
        }
        let Some(forge) = self.parts.forges.of(place.source) else {
            self.close(&record.id, reply, "its source has no token for the forge").await?;
            return Ok(Next::Settled);
        };
        Ok(match plan(message, &line.told, telling.now()) {
            Plan::Nothing => Next::Settled,
            Plan::Later(at) => Next::After(until(at, telling.now())),
            // What is sent must have arrived before anybody else may send: look again, with a whole lease.
            Plan::Send(_) if telling.left() < forge.timeout() => Next::After(Duration::ZERO),
            Plan::Send(message) => {
                crash::point!("notify.send.before");
                let span = message_span("forge comment", record);
                let sent = send(forge, place, &message, &line.told).instrument(span.clone()).await;
                if sent.trouble.is_some() {
                    telemetry::went_wrong(&span, "not-taken");
                }
                crash::point!("notify.send.after");
                remember(&mut line.told, &message, sent, telling.now());
                let _lost = ledger.note_told(telling, &reply.id, &line.told).await?;
                crash::point!("notify.told.after");
                // Looks again at once: the store may have changed while this was under way.
                Next::After(Duration::ZERO)
            }
            Plan::Close => {
                crash::point!("notify.close.before");
                ledger.close_reply(&record.id, &reply.id).await?;
                crash::point!("notify.close.after");
                Next::Settled
            }
            Plan::GiveUp => {
                self.close(&record.id, reply, "the forge takes nothing").await?;
                Next::Settled
            }
        })
    }
}

/// One attempt, ended by the timeout.
pub(super) async fn send(forge: &Forge, place: Place<'_>, message: &Message, told: &Told) -> Sent {
    let away = Sent { comment: None, trouble: Some(Trouble::Away) };
    tokio::time::timeout(forge.timeout(), attempt(forge, place, message, told)).await.unwrap_or(away)
}

/// What one of the two ways will never take does not keep the other from being taken.
async fn attempt(forge: &Forge, place: Place<'_>, message: &Message, told: &Told) -> Sent {
    let Place { thread, commit, branch, .. } = place;
    let mut sent = Sent { comment: None, trouble: None };
    if let Some(state) = message.state {
        let remark = Remark { commit, branch, state, description: &message.line, url: message.url.as_deref() };
        if let Err(trouble) = forge.remark(thread, &remark).await {
            log(place, "beside the commit", trouble);
            sent.trouble = Some(trouble);
        }
    }
    if sent.trouble.is_none_or(is_final) && forge.comments() && !message.comment.is_empty() {
        let note = Note { mark: &message.mark, text: &message.comment };
        match forge.write(thread, told.message.as_deref(), note).await {
            Ok(id) => sent.comment = Some(id),
            Err(trouble) => {
                log(place, "in a comment", trouble);
                sent.trouble = Some(trouble);
            }
        }
    }
    sent
}

fn log(place: Place<'_>, how: &str, trouble: Trouble) {
    let Place { source, thread, .. } = place;
    let (repository, number) = (&thread.repository, thread.number);
    if is_final(trouble) {
        tracing::warn!(source, repository, number, how, %trouble, "a pull request could not be told");
    } else {
        tracing::info!(source, repository, number, how, %trouble, "a pull request is told later");
    }
}

fn is_final(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::Refused(_))
}

/// Remembers how saying it went. What is refused for good counts as said: it would be refused again.
pub(super) fn remember(told: &mut Told, message: &Message, sent: Sent, now: Timestamp) {
    told.message = sent.comment.or(told.message.take());
    told.not_before = None;
    match sent.trouble {
        Some(Trouble::Wait(pause)) => told.not_before = Some(later(now, pause.max(RETRY_FIRST))),
        Some(Trouble::Away | Trouble::NoToken) => {
            told.failures = told.failures.saturating_add(1);
            let doubled = RETRY_FIRST.saturating_mul(1_i32 << told.failures.saturating_sub(1).min(12));
            told.not_before = Some(later(now, doubled.min(RETRY_LONGEST)));
        }
        Some(Trouble::Refused(_)) | None => {
            told.failures = 0;
            told.done = message.end;
            told.at = Some(now);
            told.words = Some(digest(message));
        }
    }
}

/// Enough to tell what is said from anything else, and short: it is kept for each open promise.
fn digest(message: &Message) -> String {
    let mut digest = Sha256::new_with_prefix(&message.line);
    let state = format!("{:?} {:?}", message.state, message.url);
    for part in [&state, &message.comment] {
        digest.update([0]);
        digest.update(part);
    }
    hex::encode(&digest.finalize()[..8])
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
