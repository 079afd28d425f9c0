//! A delivery's way in: verified, written down, judged, and what became of it written down as well.
//!
//! What is written before it is judged is enough to judge it again: a process that dies in between leaves an entry
//! that says `received`, and its sender or an administrator repeats it. Whatever is written after is for people; what
//! makes a repetition harmless is the key with which the command was admitted.

use std::sync::Arc;

use jiff::Timestamp;

use super::billing::Billing;
use super::http::reading::Malformed;
use super::previews::{Done, Previews};
use super::webhook::preview::Preview;
use super::webhook::{Delivery, Identity, Meaning, Sources, Trusted, Unread, Untrusted};
use crate::commands::{Commands, Received, Replay};
use crate::domain::audit::{Asker, Origin};
use crate::domain::command::CommandKind;
use crate::domain::delivery::{Begun, DeliveryState, Direction, Ended, LoggedDelivery, Unreplayable};
use crate::domain::lang::Lang;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::store::StoreId;
use crate::domain::webhook::SignatureError;
use crate::forge::Forges;
use crate::metrics::Metrics;
use crate::text;

/// Longest reason that is kept, in characters: it can hold what a sender wrote.
const REASON_MAX: usize = 300;

/// What it takes to judge deliveries.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    pub commands: &'a Commands,
    pub metrics: &'a Metrics,
    pub sources: &'a Sources,
    pub forges: &'a Forges,
}

/// A delivery that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Accepted {
        store: StoreId,
        command: CommandKind,
        replayed: bool,
    },
    /// Nothing follows, and why.
    Ignored(String),
}

/// Why one was not.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    #[error(transparent)]
    Unread(#[from] Unread),
    #[error("another delivery came under this id")]
    Contradiction,
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Undelivered {
    /// The kind of its problem, the same in the answer and in the log.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Untrusted(Untrusted::Source) => "no-such-source",
            Self::Untrusted(Untrusted::Signature(SignatureError::Stale)) => "stale-delivery",
            Self::Untrusted(Untrusted::Signature(_)) => "bad-signature",
            Self::Unread(Unread::Malformed(_)) => "malformed-body",
            Self::Unread(Unread::Media(_)) => "unsupported-media-type",
            Self::Unread(Unread::Header(_)) => "bad-delivery-header",
            Self::Contradiction => "contradictory-delivery",
            Self::Unread(Unread::Refused(refusal)) | Self::Refused(refusal) => text::refusal::kind(refusal),
        }
    }

    /// Why, for operators. More than the sender of an untrusted one is told.
    #[must_use]
    pub fn reason(&self) -> String {
        let reason = match self {
            Self::Unread(Unread::Malformed(Malformed { why, .. })) => why.clone(),
            Self::Unread(Unread::Refused(refusal)) | Self::Refused(refusal) => {
                text::refusal::refusal(Lang::En, refusal).detail
            }
            other => other.to_string(),
        };
        reason.chars().take(REASON_MAX).collect()
    }

    fn ended(&self, at: Timestamp) -> Ended {
        let (problem, reason) = (Some(self.kind().to_owned()), Some(self.reason()));
        Ended { problem, reason, ..Ended::new(DeliveryState::Refused, at) }
    }
}

/// What a body that never came in whole leaves behind. `source`: as it stands in the address.
pub async fn note_unreceived(judge: Judge<'_>, source: &str, origin: &Origin, at: Timestamp, problem: (&str, &str)) {
    let (kind, reason) = (Some(problem.0.to_owned()), Some(problem.1.to_owned()));
    let ended = Ended { problem: kind, reason, ..Ended::new(DeliveryState::Refused, at) };
    judge.commands.note_delivery(&anonymous(judge.sources.known(source), origin, at), &ended, false).await;
}

impl Judge<'_> {
    /// Takes a delivery from its sender.
    ///
    /// # Errors
    /// Why not; nothing follows from it then. Only after `Unavailable` that is unknown, and it is safe to repeat it.
    pub async fn deliver(&self, name: &str, delivery: Delivery<'_>) -> Result<Taken, Undelivered> {
        let (origin, now) = (delivery.origin, delivery.now);
        let proven = match self.sources.trust(name, delivery) {
            Ok(proven) => proven,
            Err(reason) => {
                let source = self.sources.label(name);
                self.metrics.signature_failure(source);
                tracing::warn!(source, %reason, "a delivery was refused");
                let refused = Undelivered::from(reason);
                self.note(&anonymous(self.sources.known(name), origin, now), &refused).await;
                return Err(refused);
            }
        };
        let trusted = match self.sources.open(proven) {
            Ok(trusted) => trusted,
            Err(unread) => {
                let refused = Undelivered::from(unread);
                self.note(&anonymous(self.sources.known(name), origin, now), &refused).await;
                return Err(refused);
            }
        };
        self.receive(&trusted).await
    }

    async fn note(&self, begun: &Begun, refused: &Undelivered) {
        let trusted = !matches!(refused, Undelivered::Untrusted(_));
        self.commands.note_delivery(begun, &refused.ended(begun.at), trusted).await;
    }

    async fn receive(&self, trusted: &Trusted<'_>) -> Result<Taken, Undelivered> {
        let begun = begun(trusted);
        let id = match self.commands.receive(&begun, &trusted.body).await? {
            Received::New { id } => id,
            Received::Again { id, ended } => match ended.as_ref().and_then(accepted_before) {
                // Also after its key was forgotten: the same delivery never does something twice.
                Some(taken) => return Ok(taken),
                None => id,
            },
            Received::Contradiction => {
                let refused = Undelivered::Contradiction;
                let begun = Begun { unique: String::new(), ..begun };
                self.note(&begun, &refused).await;
                return Err(refused);
            }
        };
        self.judge(trusted, &id).await
    }

    /// Judges a delivery that is written down, and writes down what became of it.
    async fn judge(&self, trusted: &Trusted<'_>, id: &str) -> Result<Taken, Undelivered> {
        let (result, name) = self.carry_out(trusted).await;
        let mut ended = match &result {
            Ok(Taken::Accepted { store, command, .. }) => {
                let (store, command) = (Some(store.clone()), Some(*command));
                Ended { store, command, ..Ended::new(DeliveryState::Accepted, trusted.now) }
            }
            Ok(Taken::Ignored(why)) => {
                let reason = Some(why.chars().take(REASON_MAX).collect());
                Ended { reason, ..Ended::new(DeliveryState::Ignored, trusted.now) }
            }
            // It may have been admitted: who repeats it finds out.
            Err(Undelivered::Refused(Refusal::Unavailable)) => return result,
            Err(refused) => refused.ended(trusted.now),
        };
        ended.name = name;
        self.commands.mark_delivery(id, &ended).await;
        result
    }

    /// What became of it, and the name of the store it was about.
    async fn carry_out(&self, trusted: &Trusted<'_>) -> (Result<Taken, Undelivered>, Option<String>) {
        let request = match self.sources.read(trusted) {
            Ok(Meaning::Command(request)) => request,
            Ok(Meaning::Forbidden(request, refusal)) => {
                let name = request.command.about().to_owned();
                let refusal = super::refuse(self.commands, self.metrics, &request, refusal).await;
                return (Err(refusal.into()), Some(name));
            }
            Ok(Meaning::Ignored(why)) => return (Ok(Taken::Ignored(why)), None),
            Ok(Meaning::Preview(preview)) => return self.preview(&preview).await,
            Ok(Meaning::Billed(billed)) => {
                let source = trusted.source.name.as_str();
                let billing = Billing { commands: self.commands, metrics: self.metrics, source };
                return billing.carry_out(billed).await;
            }
            Err(unread) => return (Err(unread.into()), None),
        };
        let name = request.command.about().to_owned();
        let outcome = super::submit(self.commands, self.metrics, *request).await;
        (outcome.map(|outcome| taken(&outcome)).map_err(undelivered), Some(name))
    }

    async fn preview(&self, preview: &Preview) -> (Result<Taken, Undelivered>, Option<String>) {
        let previews = Previews { commands: self.commands, metrics: self.metrics, forges: self.forges };
        match previews.carry_out(preview).await {
            Ok(Done::Ignored(why)) => (Ok(Taken::Ignored(why)), None),
            Ok(Done::Accepted(outcome)) => {
                let name = outcome.store.spec.name.as_str().to_owned();
                (Ok(taken(&outcome)), Some(name))
            }
            Err(refusal) => (Err(undelivered(refusal)), None),
        }
    }

    /// Has a delivery happen again, for an administrator.
    ///
    /// # Errors
    /// Why it cannot, or why the delivery is refused again.
    pub async fn replay(&self, asker: Asker<'_>, id: &str) -> Result<(LoggedDelivery, Option<Taken>), Undelivered> {
        let found = self.commands.replay(asker, id, |source| self.sources.known(source).is_some()).await;
        let found = super::told(self.commands, self.metrics, asker, (CommandKind::Replay, id), found).await?;
        let (entry, body) = match found {
            Replay::Out(entry) => return Ok((entry, None)),
            Replay::In { entry, body } => (entry, body),
        };
        if let Some(taken) = entry.ended.as_ref().and_then(accepted_before) {
            return Ok((entry, Some(taken)));
        }
        let Begun { source, delivery_id, event, unique, fingerprint, .. } = entry.begun.clone();
        let identity = Identity { id: delivery_id, event, unique, fingerprint };
        let origin = Arc::new(asker.origin.clone());
        let trusted = self.sources.revive(source.as_deref().unwrap_or_default(), identity, &body, (&origin, asker.at));
        let trusted = trusted.ok_or(Refusal::NotReplayable { why: Unreplayable::NoSource })?;
        let taken = self.judge(&trusted, &entry.id).await?;
        Ok((entry, Some(taken)))
    }
}

pub(super) fn taken(outcome: &Outcome) -> Taken {
    Taken::Accepted { store: outcome.store.id.clone(), command: outcome.command, replayed: outcome.replayed }
}

pub(super) fn undelivered(refusal: Refusal) -> Undelivered {
    match refusal {
        Refusal::KeyReused => Undelivered::Contradiction,
        other => other.into(),
    }
}

/// The answer to one that was accepted before.
fn accepted_before(ended: &Ended) -> Option<Taken> {
    let accepted = ended.state == DeliveryState::Accepted;
    let (store, command) = (ended.store.clone().filter(|_| accepted)?, ended.command?);
    Some(Taken::Accepted { store, command, replayed: true })
}

fn begun(trusted: &Trusted<'_>) -> Begun {
    let Identity { id, event, unique, fingerprint } = trusted.identity.clone();
    Begun {
        delivery_id: id,
        event,
        unique,
        fingerprint,
        ..anonymous(Some(&trusted.source.name), trusted.origin, trusted.now)
    }
}

/// A delivery of which nothing that it says is kept.
fn anonymous(source: Option<&str>, origin: &Origin, at: Timestamp) -> Begun {
    Begun {
        direction: Direction::In,
        at,
        source: source.map(str::to_owned),
        delivery_id: String::new(),
        event: String::new(),
        unique: String::new(),
        fingerprint: String::new(),
        store: None,
        url: None,
        address: origin.address,
        request: origin.request.clone(),
    }
}
