//! Whoever hears of a store without having asked: what its events give them cause to hear is written down,
//! once, before the events are acknowledged.
//!
//! People get a promise like that of a command, receivers a delivery. Both carry an id that is made from the
//! event, and the ledger remembers which it has made: an event that comes again, after a crash or to another
//! process, makes nothing again.

use sha2::{Digest, Sha256};

use super::Inner;
use super::deliver::begun;
use crate::config::Endpoint;
use crate::crash;
use crate::domain::event::{Event, EventKind};
use crate::domain::notice::Notice;
use crate::domain::record::Record;
use crate::domain::reply::{Reply, ReplyTo};
use crate::domain::secret::SecretText;
use crate::domain::trail::Trail;
use crate::ledger::{LedgerError, PendingCallback};

impl Inner {
    /// Writes down whom these events concern, of a store as it is now. `true`: somebody is to be told who was not.
    pub(super) async fn inform(&self, record: &Record, events: &[Event]) -> Result<bool, LedgerError> {
        let mut more = false;
        for event in events {
            let notice = Notice::of(event, record).filter(|_| self.tells_people());
            let calls = self.parts.callbacks.is_some() && event.kind.callback_type().is_some();
            if notice.is_none() && !calls {
                continue;
            }
            let followers = self.parts.ledger.followers(&record.id).await?;
            if let Some(notice) = notice {
                more |= self.promise(record, event, (notice, &followers)).await?;
            }
            if calls {
                self.call_out(record, event, &followers).await?;
            }
        }
        Ok(more)
    }

    fn tells_people(&self) -> bool {
        self.parts.discord.is_some() || !self.parts.forges.is_empty()
    }

    async fn promise(
        &self,
        record: &Record,
        event: &Event,
        (notice, followers): (Notice, &[Reply]),
    ) -> Result<bool, LedgerError> {
        let people = followers.iter().filter(|follower| match &follower.to {
            ReplyTo::Discord { .. } => self.parts.discord.is_some(),
            // Its comment says what is so: that the store sleeps, or is gone.
            ReplyTo::Forge { source, .. } => self.parts.forges.of(source).is_some(),
            ReplyTo::Callback { .. } => false,
        });
        let promises: Vec<Reply> = people.map(|person| Reply::of_notice(person, notice, event)).collect();
        crash::point!("notify.notice.before");
        let new = self.parts.ledger.add_notices(&record.id, &promises).await?;
        crash::point!("notify.notice.after");
        Ok(new > 0)
    }

    /// A delivery for each receiver of the store, and for each of the operator's that hears of such events.
    async fn call_out(&self, record: &Record, event: &Event, followers: &[Reply]) -> Result<(), LedgerError> {
        let receivers = followers.iter().filter_map(|follower| match &follower.to {
            ReplyTo::Callback { url } => Some((url, None)),
            ReplyTo::Discord { .. } | ReplyTo::Forge { .. } => None,
        });
        let endpoints = self.parts.callbacks.iter().flat_map(|sender| sender.endpoints());
        let endpoints = endpoints.filter(|endpoint| endpoint.events.contains(&event.kind));
        for (url, endpoint) in receivers.chain(endpoints.map(|endpoint| (&endpoint.url, Some(endpoint)))) {
            crash::point!("notify.call-out.before");
            let trail = trail(record, event.kind);
            let callback = PendingCallback { trail, ..callback(event, event.kind, url, endpoint) };
            self.parts.ledger.add_callback(&callback, &begun(&callback)).await?;
            crash::point!("notify.call-out.after");
            self.due.notify_one();
        }
        Ok(())
    }
}

/// The delivery of an event to a receiver. Its id is the same whoever makes it: somebody who follows a store and
/// has also asked to hear of this command's end is called once.
pub(super) fn callback(
    event: &Event,
    kind: EventKind,
    url: &SecretText,
    endpoint: Option<&Endpoint>,
) -> PendingCallback {
    let receiver = hex::encode(&Sha256::digest(format!("{} {}", event.store, url.expose()))[..4]);
    PendingCallback {
        id: format!("{}-{receiver}", event.id),
        store: event.store.clone(),
        kind,
        url: url.clone(),
        attempt: 0,
        reply: String::new(),
        endpoint: endpoint.map(|endpoint| endpoint.id.clone()),
        trail: Trail::default(),
    }
}

/// What an event has come of. That time passes is nobody's doing.
pub(super) fn trail(record: &Record, kind: EventKind) -> Trail {
    if kind == EventKind::Expiring { Trail::default() } else { record.trail.clone() }
}
