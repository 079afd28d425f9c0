//! What follows from what happened at a subscription: its store is made, sleeps while it is not paid for, wakes when it
//! is, and ends.
//!
//! What came late is known by the time at which it happened. Only what has found a store, or makes or ends one, counts
//! as known: a payment may be heard of before the subscription that it is for.

use super::deliver::{Taken, Undelivered, taken, undelivered};
use super::webhook::{Asking, Billed};
use crate::commands::Commands;
use crate::domain::command::Command;
use crate::domain::outcome::{Obstacle, Outcome, Refusal};
use crate::domain::store::StoreRef;
use crate::metrics::Metrics;

/// What it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Billing<'a> {
    pub(super) commands: &'a Commands,
    pub(super) metrics: &'a Metrics,
    pub(super) source: &'a str,
}

const NO_STORE: &str = "there is no store for it, or no more";

impl Billing<'_> {
    /// What became of it, and the name of the store it was about.
    pub(super) async fn carry_out(&self, billed: Billed) -> (Result<Taken, Undelivered>, Option<String>) {
        let Billed { subject, at, asks, instead, ends } = billed;
        let name = Some(asks.request.command.about().to_owned());
        let makes = instead.is_some();
        match self.is_there(&asks).await {
            Ok(false) if !makes && !ends => return (Ok(Taken::Ignored(NO_STORE.to_owned())), name),
            Ok(_) => {}
            Err(refusal) => return (Err(refusal.into()), name),
        }
        match self.commands.is_newest(self.source, &subject, at).await {
            Ok(true) => {}
            Ok(false) => {
                let why = "something has happened to it since, which came before".to_owned();
                return (Ok(Taken::Ignored(why)), name);
            }
            Err(refusal) => return (Err(refusal.into()), name),
        }
        let done = match (self.ask(asks).await, instead) {
            // It was made by an earlier event of the same subscription.
            (Err(Refusal::NameTaken { name, going }), Some(instead)) => match self.ask(instead).await {
                // Or somebody else has the name.
                Err(Refusal::NotFound { .. }) => Err(Refusal::NameTaken { name, going }),
                done => done,
            },
            (done, _) => done,
        };
        let gone = |refusal: &Refusal| match refusal {
            Refusal::NotFound { .. } => true,
            Refusal::NotNow { obstacle, .. } => matches!(obstacle, Obstacle::Gone | Obstacle::Going),
            _ => false,
        };
        match done {
            Err(refusal) if !makes && gone(&refusal) => (Ok(Taken::Ignored(NO_STORE.to_owned())), name),
            done => (done.map(|outcome| taken(&outcome)).map_err(undelivered), name),
        }
    }

    async fn is_there(&self, asks: &Asking) -> Result<bool, Refusal> {
        let store = match &asks.request.command {
            Command::Create(_) => return Ok(false),
            command => StoreRef::new(command.about()),
        };
        match self.commands.get(asks.request.asker(), &store).await {
            Ok(_) => Ok(true),
            Err(Refusal::NotFound { .. }) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    async fn ask(&self, asks: Asking) -> Result<Outcome, Refusal> {
        match asks {
            Asking { request, forbidden: None } => super::submit(self.commands, self.metrics, *request).await,
            Asking { request, forbidden: Some(refusal) } => {
                Err(super::refuse(self.commands, self.metrics, &request, refusal).await)
            }
        }
    }
}
