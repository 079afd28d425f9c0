//! The task that tells about one store: looks, says what is due, waits, looks again.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::answer::Answer;
use super::desk::{Line, Lines, Turn};
use super::discord::{DiscordSender, Target};
use super::plan::{Message, Plan, Reach, Via, is_over, plan, remember};
use super::{Inner, LEDGER_PAUSE};
use crate::domain::command::CommandKind;
use crate::domain::event::{Event, EventKind};
use crate::domain::record::{Phase, Record};
use crate::domain::reply::{Reply, ReplyTo};
use crate::domain::store::StoreId;
use crate::ledger::{LedgerError, PendingCallback};

/// When to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    At(Timestamp),
    /// When something happens.
    Settled,
}

impl Inner {
    /// Tells about a store until there is nothing left to say for the events that came, and
    /// acknowledges them.
    pub(super) async fn follow(&self, store: StoreId, stop: &CancellationToken) {
        let (mut turn, mut lines) = self.desk.turn(store.clone());
        loop {
            let events = turn.events();
            let looked = self.look(&store, &events, &mut lines).await;
            let next = match looked {
                Ok(Next::Settled) => self.acknowledge(&events).await.map(|()| Next::Settled),
                other => other,
            };
            let next = next.unwrap_or_else(|error| {
                tracing::warn!(store.id = %store, %error, "a store cannot be told about yet");
                Next::At(Timestamp::now().saturating_add(LEDGER_PAUSE).unwrap_or(Timestamp::MAX))
            });
            match next {
                Next::Settled if turn.settle(&events, &lines) => return,
                Next::Settled => {}
                Next::At(at) if !wait(at, &turn, stop).await => return,
                Next::At(_) => {}
            }
            if stop.is_cancelled() {
                return;
            }
        }
    }

    async fn acknowledge(&self, events: &[Event]) -> Result<(), LedgerError> {
        let ids: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
        if ids.is_empty() { Ok(()) } else { self.parts.ledger.ack_events(&ids).await }
    }

    /// One look at the store, one attempt for each person who is due.
    async fn look(&self, store: &StoreId, events: &[Event], lines: &mut Lines) -> Result<Next, LedgerError> {
        let open = self.parts.ledger.replies(store).await?;
        let Some(record) = self.parts.ledger.record(store).await? else {
            for reply in &open {
                self.close(store, reply, "the store is no longer known").await?;
            }
            lines.clear();
            return Ok(Next::Settled);
        };
        let (people, callbacks): (Vec<Reply>, Vec<Reply>) =
            open.into_iter().partition(|reply| matches!(reply.to, ReplyTo::Discord { .. }));
        for reply in &callbacks {
            self.hand_over(&record, reply, events).await?;
        }
        // Another process may have said the end and closed the reply while our edit was under way,
        // and Discord may have taken ours last: then the end is ours to say as well.
        for (id, line) in lines.iter_mut() {
            line.open = people.iter().any(|reply| reply.id == *id);
        }
        lines.retain(|_, line| line.open || std::mem::take(&mut line.sent));
        for reply in people {
            lines.entry(reply.id.clone()).or_insert_with(|| Line::new(reply));
        }
        let said = join_all(lines.values_mut().map(|line| self.say(&record, line))).await;
        let mut next = Next::Settled;
        for said in said {
            next = next.min(said?);
        }
        lines.retain(|_, line| !line.closed);
        Ok(next)
    }

    /// Does what is due for one person.
    async fn say(&self, record: &Record, line: &mut Line) -> Result<Next, LedgerError> {
        let Some(discord) = &self.parts.discord else {
            if is_over(line.reply.command, record) {
                self.close(&record.id, &line.reply, "Discord is switched off").await?;
                line.closed = true;
            }
            return Ok(Next::Settled);
        };
        let Some(reach) = reach(&line.reply) else { return Ok(Next::Settled) };
        match plan(&line.reply, reach, record, &line.told, Timestamp::now()) {
            Plan::Nothing => return Ok(Next::Settled),
            // Only a last word that was overtaken is said again, and only in its own place.
            Plan::Send(message) if !(line.open || message.end && message.via == Via::Original) => {}
            Plan::Later(at) => {
                line.sent = !line.open;
                return Ok(Next::At(at));
            }
            Plan::Send(message) => {
                line.sent = true;
                let answer = self.send(discord, record, &line.reply, &message).await;
                remember(&mut line.told, message, answer, reach, Timestamp::now());
                // Looks again at once: the store may have changed while this was under way.
                return Ok(Next::At(Timestamp::MIN));
            }
            Plan::Close | Plan::GiveUp if !line.open => {}
            Plan::Close => self.parts.ledger.close_reply(&record.id, &line.reply.id).await?,
            Plan::GiveUp => self.close(&record.id, &line.reply, "Discord takes no message for them").await?,
        }
        line.closed = true;
        Ok(Next::Settled)
    }

    async fn send(&self, discord: &DiscordSender, record: &Record, reply: &Reply, message: &Message) -> Answer {
        let nonce = nonce(&record.id, reply);
        let Some(target) = target(reply, &nonce) else { return Answer::Refused };
        let _permit = self.sends.acquire().await;
        let answer = discord.send(target, message).await;
        let is_news = message.end && reply.command == CommandKind::Create && record.phase() == Phase::Ready;
        if let (true, Answer::Taken, Some(ready_at)) = (is_news, &answer, record.observed.ready_at) {
            discord.ready_told(Timestamp::now().duration_since(ready_at));
        }
        answer
    }

    /// Hands a callback that is due over to the queue of deliveries, which keeps it from now on.
    async fn hand_over(&self, record: &Record, reply: &Reply, events: &[Event]) -> Result<(), LedgerError> {
        let ReplyTo::Callback { url } = &reply.to else { return Ok(()) };
        let over = is_over(reply.command, record);
        let Some(event) = events.iter().rev().find(|event| over && ends(reply.command, event.kind)) else {
            return Ok(());
        };
        if self.parts.callbacks.is_none() {
            return self.close(&record.id, reply, "callbacks are switched off").await;
        }
        let callback = PendingCallback {
            id: format!("{}-{}", event.id, &nonce(&record.id, reply)[..8]),
            store: record.id.clone(),
            kind: event.kind,
            url: url.clone(),
            attempt: 0,
            reply: reply.id.clone(),
        };
        self.parts.ledger.schedule_callback(&callback, 0).await?;
        self.parts.ledger.close_reply(&record.id, &reply.id).await?;
        self.due.notify_one();
        Ok(())
    }

    /// Closes a reply that nobody gets.
    async fn close(&self, store: &StoreId, reply: &Reply, why: &str) -> Result<(), LedgerError> {
        let command = reply.command.as_str();
        tracing::warn!(store.id = %store, command, why, "nobody could be told how a command went");
        self.parts.ledger.close_reply(store, &reply.id).await
    }
}

/// Whether an event is the end of a command.
fn ends(command: CommandKind, kind: EventKind) -> bool {
    match command {
        CommandKind::Create | CommandKind::Retry | CommandKind::Verify | CommandKind::Upgrade => {
            kind.callback_type().is_some()
        }
        // Answered by the door itself.
        CommandKind::Credentials | CommandKind::Redrive => false,
        CommandKind::Delete => matches!(kind, EventKind::Deleted | EventKind::Failed),
    }
}

/// `false`: it is time to stop.
async fn wait(at: Timestamp, turn: &Turn<'_>, stop: &CancellationToken) -> bool {
    let pause = at.duration_since(Timestamp::now()).max(SignedDuration::ZERO).unsigned_abs();
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
        ReplyTo::Callback { .. } => None,
    }
}

fn target<'a>(reply: &'a Reply, nonce: &'a str) -> Option<Target<'a>> {
    match &reply.to {
        ReplyTo::Discord { application_id, token, channel_id, user_id, .. } => {
            Some(Target { application_id, token, channel_id: channel_id.as_deref(), user_id, nonce })
        }
        ReplyTo::Callback { .. } => None,
    }
}

/// Names the last message of a reply; Discord takes at most 25 characters.
fn nonce(store: &StoreId, reply: &Reply) -> String {
    let mut digest = hex::encode(Sha256::digest(format!("{store} {}", reply.id)));
    digest.truncate(24);
    digest
}
