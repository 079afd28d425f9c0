//! Commands on a store that is there: look, decide, write. What each of them decides stands in a
//! file of its own, as a pure function of the record.

use std::time::Duration;

use jiff::Timestamp;

use super::{Commands, keep, policy, unavailable};
use crate::domain::action::Action;
use crate::domain::command::CommandKind;
use crate::domain::event::{EventKind, Note};
use crate::domain::lease;
use crate::domain::outcome::{Obstacle, Outcome, Refusal};
use crate::domain::record::{Desired, Phase, Record, Task, Want};
use crate::domain::request::Request;
use crate::domain::store::StoreRef;
use crate::ledger::{Admitted, Allowance, ChangeRequest, RefusedBy, Wish};

/// Somebody else may change the record between our look and our write; the worker does so a few
/// times while it builds a store.
const TRIES: usize = 10;

/// What a command makes of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is wanted already; there is only somebody more to tell.
    AsItIs,
    Wanted(Want, Task),
    /// To be deleted, and not before this long from now.
    Going(Duration),
    /// As it was before it was to be deleted, if that has not begun.
    Back,
    /// With these times, and wanted like this if it is not so already.
    Timed {
        times: Times,
        wakes: Option<(Want, Task)>,
    },
}

/// When something becomes of a store by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) extended_to: Option<Timestamp>,
    pub(super) removes_at: Option<Timestamp>,
    pub(super) sleeps_at: Option<Timestamp>,
}

impl Times {
    pub(super) fn of(seen: &Record) -> Self {
        let Desired { extended_to, removes_at, sleeps_at, .. } = seen.desired;
        Self { extended_to, removes_at, sleeps_at }
    }
}

impl Commands {
    /// `decide` says what becomes of a store, or what stands against it.
    pub(super) async fn change(
        &self,
        request: &Request,
        store: &StoreRef,
        decide: impl Fn(&Record) -> Result<Decision, Obstacle>,
    ) -> Result<Outcome, Refusal> {
        let reply = self.reply(request);
        for _ in 0..TRIES {
            let seen = self.look(request, store).await?;
            let decision = match decide(&seen) {
                Ok(decision) => decision,
                Err(obstacle) => return self.stopped(request, &seen, obstacle).await,
            };
            let (wish, mut becomes) = apply(&seen, decision, request.at);
            if wish.is_some() {
                becomes.trail = request.origin.trail();
            }
            let audit = request.asker().entry(request.command.kind(), &seen.id, &seen.spec.name);
            let asked = ChangeRequest {
                seen: &seen,
                becomes: &becomes,
                keep: keep(request),
                reply: reply.as_ref(),
                audit: Some(&audit),
                note: Note::asked(audit.command, &audit.actor, &becomes),
                wish,
                requests: Some(self.requests(Action::Do(request.command.kind()))),
                allowance: self.to_wake(&seen, &becomes),
                moment: lease::next_moment(&becomes, &self.leases.terms, request.at),
                kind: EventKind::Accepted,
            };
            match self.ledger.change(asked).await.map_err(unavailable)? {
                Ok(Admitted::New(_)) => return self.outcome(request, becomes, false).await,
                Ok(Admitted::Replayed(answer)) => return self.outcome(request, *answer, true).await,
                Err(RefusedBy::KeyReused) => return Err(Refusal::KeyReused),
                Err(RefusedBy::Rate { limit, retry_after_ms }) => {
                    return Err(self.too_often(limit, Allowance::default(), retry_after_ms));
                }
                Err(RefusedBy::Quota(excess)) => return Err(Refusal::Quota { excess, approval: None }),
                Err(_) => {}
            }
        }
        Err(Refusal::Unavailable)
    }

    /// What its owner may have, for a store that sleeps and is to wake.
    fn to_wake(&self, seen: &Record, becomes: &Record) -> Option<Allowance> {
        let wakes = seen.desired.want == Want::Asleep && becomes.desired.want == Want::Present;
        let (owner, org) = (&seen.spec.owner, seen.spec.org.as_ref());
        wakes.then(|| self.allowance(owner, org, Action::Do(CommandKind::Wake)))
    }

    /// The store, if the actor may do this with it.
    pub(super) async fn look(&self, request: &Request, store: &StoreRef) -> Result<Record, Refusal> {
        let seen = self.visible(&request.actor, store).await?;
        let may = policy::may_with(&request.actor, Action::Do(request.command.kind()), &seen.spec.owner);
        if may { Ok(seen) } else { Err(Refusal::NotFound { store: store.as_str().to_owned() }) }
    }

    /// What stands in the way now did not when the same request came for the first time: then its
    /// answer is still that one.
    async fn stopped(&self, request: &Request, seen: &Record, obstacle: Obstacle) -> Result<Outcome, Refusal> {
        if let Some(keep) = keep(request) {
            match self.ledger.answered(&keep).await.map_err(unavailable)? {
                Ok(Some(answer)) => return self.outcome(request, answer, true).await,
                Ok(None) => {}
                Err(_) => return Err(Refusal::KeyReused),
            }
        }
        let (command, store) = (request.command.kind(), seen.spec.name.clone());
        Err(Refusal::NotNow { command, store, obstacle })
    }
}

/// What is written, and what the record becomes by it. The ledger's clock counts a grace; until it has been
/// read, this one is as good.
fn apply(seen: &Record, decision: Decision, now: Timestamp) -> (Option<Wish>, Record) {
    let mut becomes = seen.clone();
    let (wish, task) = match decision {
        Decision::AsItIs => return (None, becomes),
        Decision::Wanted(want, task) => (Wish { want, grace: None, back: false }, task),
        Decision::Going(grace) => (Wish { want: Want::Absent, grace: Some(grace), back: false }, Task::default()),
        Decision::Back => (Wish { want: before(seen), grace: None, back: true }, Task::default()),
        Decision::Timed { times: Times { extended_to, removes_at, sleeps_at }, wakes } => {
            becomes.desired = Desired { extended_to, removes_at, sleeps_at, ..becomes.desired };
            let Some((want, task)) = wakes else {
                becomes.version += 1;
                return (None, becomes);
            };
            (Wish { want, grace: None, back: false }, task)
        }
    };
    let not_before = wish.grace.and_then(|grace| now.checked_add(grace).ok());
    let generation = becomes.desired.generation + 1;
    becomes.desired = Desired { generation, want: wish.want, task, not_before, ..becomes.desired };
    becomes.version += 1;
    (Some(wish), becomes)
}

/// How a store was wanted that is to be deleted, as long as nothing was done about that.
fn before(seen: &Record) -> Want {
    if seen.observed.phase == Phase::Asleep { Want::Asleep } else { Want::Present }
}

/// Needs a store that is neither gone nor to go.
pub(super) fn stays(seen: &Record) -> Result<(), Obstacle> {
    match seen.phase() {
        Phase::Deleted => Err(Obstacle::Gone),
        _ if seen.desired.want == Want::Absent => Err(Obstacle::Going),
        _ => Ok(()),
    }
}

/// What keeps a store from a command that needs a shop at rest. `None`: it is ready, or has failed
/// on the way there.
pub(super) fn unrest(seen: &Record) -> Option<Obstacle> {
    match stays(seen) {
        Err(obstacle) => Some(obstacle),
        _ if seen.desired.want == Want::Asleep => Some(Obstacle::Asleep),
        _ if seen.is_settled() => None,
        _ if seen.observed.ready_at.is_some() => Some(Obstacle::Busy),
        _ => Some(Obstacle::NotThereYet),
    }
}
