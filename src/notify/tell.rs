//! The task that tells about one store: looks, says what is due, waits, looks again.

use std::time::Duration;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::answer::Answer;
use super::desk::Turn;
use super::discord::{DiscordSender, Sent, Target};
use super::followers::{callback, trail};
use super::forge;
use super::plan::{Message, Plan, Reach, is_over, is_taken_over, plan, remember};
use super::{Inner, LEDGER_PAUSE};
use crate::crash;
use crate::domain::command::CommandKind;
use crate::domain::event::{Event, EventKind};
use crate::domain::record::{Phase, Record};
use crate::domain::reply::{Reply, ReplyTo, Told};
use crate::domain::store::StoreId;
use crate::ledger::{LedgerError, PendingCallback, Telling};
use crate::telemetry;
use crate::text::story::Sight;

/// When to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    After(Duration),
    /// When something happens.
    Settled,
}

/// What all lines about a store are made from.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) telling: &'a Telling,
    pub(super) record: &'a Record,
    sight: &'a Sight,
}

/// A promise to a person or to a pull request.
pub(super) struct Line {
    pub(super) reply: Reply,
    pub(super) told: Told,
}

impl Inner {
    /// Tells about a store until there is nothing left to say for the events that came.
    pub(super) async fn follow(&self, store: StoreId, stop: &CancellationToken) {
        let mut turn = self.desk.turn(store.clone());
        loop {
            let events = turn.events();
            let next = self.round(&store, &events, &turn).await.unwrap_or_else(|error| {
                tracing::warn!(store.id = %store, %error, "a store cannot be told about yet");
                Next::After(LEDGER_PAUSE)
            });
            match next {
                Next::Settled if turn.settle(&events) => return,
                Next::Settled => {}
                Next::After(pause) if !wait(pause, &turn, stop).await => return,
                Next::After(_) => {}
            }
            if stop.is_cancelled() {
                return;
            }
        }
    }

    /// One look and one attempt for each person who is due, as the only one who tells about this store;
    /// the events are acknowledged when nothing is left to do for them.
    async fn round(&self, store: &StoreId, events: &[Event], turn: &Turn<'_>) -> Result<Next, LedgerError> {
        // First: who has the telling must not wait for anything but Discord.
        let _permit = self.sends.acquire().await;
        let ledger = &self.parts.ledger;
        let Some(telling) = ledger.tell(store, &self.parts.name, self.lease(), events).await? else {
            // Whoever tells looks again for these events, and acknowledges them.
            return Ok(Next::Settled);
        };
        crash::point!("notify.telling.after");
        let next = self.look(&telling, store, events).await?;
        if next == Next::Settled {
            crash::point!("notify.acknowledge.before");
            self.acknowledge(events).await?;
            crash::point!("notify.acknowledge.after");
        }
        turn.add(ledger.end_telling(telling).await?);
        Ok(next)
    }

    async fn acknowledge(&self, events: &[Event]) -> Result<(), LedgerError> {
        let ids: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
        if ids.is_empty() { Ok(()) } else { self.parts.ledger.ack_events(&ids).await }
    }

    async fn look(&self, telling: &Telling, store: &StoreId, events: &[Event]) -> Result<Next, LedgerError> {
        self.alarms.set(store, None);
        let (open, record) = self.parts.ledger.to_tell(store).await?;
        let Some(record) = record else {
            for (reply, _) in &open {
                self.close(store, reply, "the store is no longer known").await?;
            }
            return Ok(Next::Settled);
        };
        let request = record.trail.request.as_str();
        let ids = tracing::error_span!(target: telemetry::IDS, "telling", store.id = %store, request_id = request);
        async {
            if self.inform(&record, events).await? {
                return Ok(Next::After(Duration::ZERO));
            }
            self.tell_all(telling, record, open, events).await
        }
        .instrument(ids)
        .await
    }

    async fn tell_all(
        &self,
        telling: &Telling,
        record: Record,
        open: Vec<(Reply, Told)>,
        events: &[Event],
    ) -> Result<Next, LedgerError> {
        let store = &record.id;
        let (forges, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|(reply, _)| forge::place(reply).is_some());
        let (people, callbacks): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(reply, _)| matches!(reply.to, ReplyTo::Discord { .. }));
        for (reply, _) in &callbacks {
            self.hand_over(&record, reply, events).await?;
        }
        let (older, people): (Vec<_>, Vec<_>) = {
            let all = people.clone();
            people.into_iter().partition(|(reply, told)| is_taken_over(reply, told, &all))
        };
        for (reply, _) in older {
            self.parts.ledger.close_reply(store, &reply.id).await?;
        }
        let sight = self.sight(telling, &record, &people).await?;
        let around = Around { telling, record: &record, sight: &sight };
        let lines = people.into_iter().map(|(reply, told)| self.say(around, Line { reply, told }));
        let requests = forges.iter().map(|(reply, told)| {
            let line = Line { reply: reply.clone(), told: told.clone() };
            self.tell_forge(around, line, &forges)
        });
        let (people, requests) = futures::join!(join_all(lines), join_all(requests));
        let (mut next, mut changes) = (Next::Settled, None);
        for then in requests {
            next = next.min(then?);
        }
        for said in people {
            let (then, at) = said?;
            next = next.min(then);
            changes = [changes, at].into_iter().flatten().min();
        }
        self.alarms.set(store, changes.map(|at| Instant::now() + until(at, sight.now)));
        Ok(next)
    }

    /// What is known besides the record. Only what is under way needs more than the time.
    async fn sight(&self, telling: &Telling, record: &Record, people: &[(Reply, Told)]) -> Result<Sight, LedgerError> {
        if self.parts.discord.is_none() || people.iter().all(|(_, told)| told.done) || is_over(record) {
            return Ok(Sight::at(telling.now()));
        }
        let (usual, place) = self.parts.ledger.outlook(record.spec.engine, &record.id).await?;
        Ok(Sight { now: telling.now(), place, usual })
    }

    /// Does what is due for one person. Says when the words change by themselves, if they do.
    async fn say(&self, around: Around<'_>, mut line: Line) -> Result<(Next, Option<Timestamp>), LedgerError> {
        let Around { telling, record, sight } = around;
        let Some(discord) = &self.parts.discord else {
            if is_over(record) {
                self.close(&record.id, &line.reply, "Discord is switched off").await?;
            }
            return Ok((Next::Settled, None));
        };
        let Some(reach) = reach(&line.reply) else { return Ok((Next::Settled, None)) };
        let next = match plan(&line.reply, reach, record, &line.told, sight) {
            Plan::Nothing(changes_at) => return Ok((Next::Settled, changes_at)),
            Plan::Later(at) => Next::After(until(at, telling.now())),
            // What is sent must have arrived before anybody else may send: look again, with a whole lease.
            Plan::Send(_) if telling.left() < discord.timeout() => Next::After(Duration::ZERO),
            Plan::Send(message) => {
                crash::point!("notify.send.before");
                let span = message_span("discord message", record);
                let sent = self.send(discord, record, &line.reply, &message).instrument(span).await;
                crash::point!("notify.send.after");
                remember(&mut line.told, &message, sent, reach, telling.now());
                let _lost = self.parts.ledger.note_told(telling, &line.reply.id, &line.told).await?;
                crash::point!("notify.told.after");
                // Looks again at once: the store may have changed while this was under way.
                Next::After(Duration::ZERO)
            }
            Plan::Close => {
                crash::point!("notify.close.before");
                self.parts.ledger.close_reply(&record.id, &line.reply.id).await?;
                crash::point!("notify.close.after");
                Next::Settled
            }
            Plan::GiveUp => {
                self.close(&record.id, &line.reply, "Discord takes no message for them").await?;
                Next::Settled
            }
        };
        Ok((next, None))
    }

    async fn send(&self, discord: &DiscordSender, record: &Record, reply: &Reply, message: &Message) -> Sent {
        let nonce = nonce(&record.id, reply);
        let Some(target) = target(reply, &nonce) else { return Answer::Refused.into() };
        let sent = discord.send(target, message).await;
        if sent.answer != Answer::Taken {
            telemetry::went_wrong(&Span::current(), sent.answer.as_str());
        }
        tracing::debug!(end = message.end, answer = sent.answer.as_str(), "a message was sent to Discord");
        let is_news = message.end && reply.command == CommandKind::Create && record.phase() == Phase::Ready;
        if let (true, Answer::Taken, Some(ready_at)) = (is_news, sent.answer, record.observed.ready_at) {
            discord.ready_told(Timestamp::now().duration_since(ready_at));
        }
        sent
    }

    /// Hands a callback that is due over to the queue of deliveries, which keeps it from now on.
    async fn hand_over(&self, record: &Record, reply: &Reply, events: &[Event]) -> Result<(), LedgerError> {
        let ReplyTo::Callback { url } = &reply.to else { return Ok(()) };
        let Some(kind) = ending(record).filter(|_| is_over(record)) else { return Ok(()) };
        // Whoever follows it has been made a delivery by the event itself.
        if reply.command == CommandKind::Create && self.parts.ledger.follows(&record.id, &reply.id).await? {
            return self.parts.ledger.close_reply(&record.id, &reply.id).await;
        }
        if self.parts.callbacks.is_none() {
            return self.close(&record.id, reply, "callbacks are switched off").await;
        }
        // The event that it tells of, if that is still to be seen.
        let Some(event) = events.iter().rev().find(|event| event.kind == kind).or(events.last()) else {
            return Ok(());
        };
        let trail = trail(record, kind);
        let callback = PendingCallback { reply: reply.id.clone(), trail, ..callback(event, kind, url, None) };
        crash::point!("notify.hand-over.before");
        self.parts.ledger.add_callback(&callback, &super::deliver::begun(&callback)).await?;
        crash::point!("notify.hand-over.after");
        self.due.notify_one();
        Ok(())
    }

    /// Closes a reply that nobody gets.
    pub(super) async fn close(&self, store: &StoreId, reply: &Reply, why: &str) -> Result<(), LedgerError> {
        let command = reply.command.as_str();
        tracing::warn!(store.id = %store, command, why, "nobody could be told how a command went");
        self.parts.ledger.close_reply(store, &reply.id).await
    }
}

/// Around one message to somebody, in the trace of the command that it tells of.
pub(super) fn message_span(name: &str, record: &Record) -> Span {
    let span = tracing::debug_span!(target: telemetry::DETAIL, "message", otel.name = name, otel.kind = "client");
    telemetry::linked(&span, record.trail.trace.as_ref());
    telemetry::with_ids(&span, &record.id, &record.trail);
    span
}

/// What is to be called out about a store that is at rest.
fn ending(record: &Record) -> Option<EventKind> {
    match record.phase() {
        Phase::Ready => Some(EventKind::Ready),
        Phase::Failed => Some(EventKind::Failed),
        Phase::Deleted => Some(EventKind::Deleted),
        Phase::Asleep => Some(EventKind::Asleep),
        _ => None,
    }
}

pub(super) fn until(at: Timestamp, now: Timestamp) -> Duration {
    at.duration_since(now).max(SignedDuration::ZERO).unsigned_abs()
}

/// `false`: it is time to stop.
async fn wait(pause: Duration, turn: &Turn<'_>, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = turn.wake.notified() => true,
        () = tokio::time::sleep(pause) => true,
    }
}

fn reach(reply: &Reply) -> Option<Reach> {
    match &reply.to {
        ReplyTo::Discord { token_expires_at, channel_id, .. } => {
            Some(Reach { token_expires_at: *token_expires_at, has_channel: channel_id.is_some() })
        }
        ReplyTo::Callback { .. } | ReplyTo::Forge { .. } => None,
    }
}

fn target<'a>(reply: &'a Reply, nonce: &'a str) -> Option<Target<'a>> {
    match &reply.to {
        ReplyTo::Discord { application_id, token, channel_id, user_id, .. } => {
            Some(Target { application_id, token, channel_id: channel_id.as_deref(), user_id, nonce })
        }
        ReplyTo::Callback { .. } | ReplyTo::Forge { .. } => None,
    }
}

/// Names the last message of a reply; Discord takes at most 25 characters.
fn nonce(store: &StoreId, reply: &Reply) -> String {
    let mut digest = hex::encode(Sha256::digest(format!("{store} {}", reply.id)));
    digest.truncate(24);
    digest
}
