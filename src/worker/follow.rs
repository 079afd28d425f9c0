//! One store, from its claim to an end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tracing::Instrument as _;

use super::act::Next;
use super::at_rest::{Found, judge};
use super::claim::Heartbeat;
use super::deadline;
use super::decide::{Action, State, decide};
use super::ending::left_to_end;
use super::failure::ActError;
use super::followed::Followed;
use super::observe::Ground;
use super::progress::{self, Facts, latest};
use super::{Shared, hop, now};
use crate::domain::event::EventKind;
use crate::domain::record::{Phase, Reason, Record, Release, StepName, Trouble, Want};
use crate::domain::usual::own_time;
use crate::ledger::{Claim, Ending, LedgerError, Report};

/// While waiting, the cluster is asked anew after this long even if its watch is silent: for what a
/// watch does not show, such as refused pods.
const ASK_ANEW: Duration = Duration::from_secs(5);
/// First and longest pause while the cluster does not answer.
const AWAY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// A store that so many workers in a row have claimed without seeing anything new is what ends them.
const CLAIMS_MAX: u32 = 20;

/// Why a round ended the following.
enum End {
    With(Ending),
    /// Somebody else has the store now.
    Lost,
}

impl Shared {
    pub(super) async fn follow(
        &self,
        claim: Claim,
        poked: Arc<Notify>,
        slot: OwnedSemaphorePermit,
    ) -> Result<(), LedgerError> {
        let record = &claim.record;
        if !claim.early.is_zero() {
            return self.finish(&claim, &Ending::Later { after: claim.early }).await;
        }
        let Some(cell) = self.cells.get(&record.spec.cell) else { return self.without_cell(&claim).await };
        let vital = &self.vitals[&cell.config.name];
        let _place = match vital.place() {
            Ok(place) => place,
            Err(after) => return self.finish(&claim, &Ending::Later { after }).await,
        };
        let heart = Heartbeat::start(self, &claim, poked);
        let settled = record.is_settled();
        let observed = progress::begin(&record.observed, record.desired, now());
        let _worked_on = observed.begun_at.filter(|_| !settled).map(|since| self.metrics.work_on(since.into()));
        let mut followed = Followed::new(claim, cell, heart.pulse.clone(), observed);
        followed.slot = Some(slot);
        let end = if settled {
            self.at_rest(&mut followed).await?
        } else if followed.claim.claims > CLAIMS_MAX {
            let what = "The workers that took it up ended in the middle, again and again";
            let trouble = Trouble::new(Reason::WorkersEnded, what);
            self.bury(&mut followed, trouble).await?
        } else {
            self.rounds(&mut followed).await?
        };
        match end {
            End::With(ending) => {
                if self.keep_end(&followed, &ending).await.is_err() {
                    return Ok(());
                }
                self.finish(&followed.claim, &ending).await
            }
            End::Lost => Ok(()),
        }
    }

    /// A store for which nothing is left to do: gives it the login that was asked for, and has a look at what
    /// has become of it.
    async fn at_rest(&self, store: &mut Followed<'_>) -> Result<End, LedgerError> {
        self.login_if_asked(&store.claim, store.cell, &store.pulse).await?;
        let left = left_to_end(&store.claim, self.config.attempts);
        if store.pulse.lost.is_cancelled() {
            return Ok(End::Lost);
        }
        if store.want() == Want::Absent {
            return Ok(End::With(left));
        }
        // Before the look: what changes after it will be seen to differ from it.
        let mark = store.cell.watched.store(&store.record().id).mark();
        let found = match self.look(store).await {
            Ok(Found::Ahead) => {
                self.outrun(store, "the namespace carries a newer fence or wish").await;
                return Ok(End::Lost);
            }
            Ok(found) => found,
            Err(error) if error.is_transient() => {
                tracing::warn!(store.id = %store.record().id, %error, "the store cannot be looked at now");
                return Ok(End::With(Ending::Retry { after: self.backoff(store.claim.attempt) }));
            }
            Err(error) => {
                tracing::error!(store.id = %store.record().id, %error, "the store cannot be looked at");
                return Ok(End::With(left));
            }
        };
        let (next, kind) = judge(&store.observed, &found, mark, now());
        store.observed = next;
        let end = self.write(store, kind.unwrap_or(EventKind::Progress)).await?;
        Ok(end.unwrap_or(End::With(left)))
    }

    async fn rounds(&self, store: &mut Followed<'_>) -> Result<End, LedgerError> {
        let mut subscription = store.cell.watched.subscribe(&store.claim.record.id);
        // A store that no worker has ever touched is not there: asking would only cost time.
        let mut ground = if store.claim.fence == 1 { Some(Ground::nothing()) } else { None };
        let mut away = AWAY.0;
        loop {
            if let Some(end) = self.should_end(store) {
                return Ok(end);
            }
            match self.round(store, &mut ground).await? {
                Round::Again => continue,
                Round::End(end) => return Ok(end),
                Round::Wait => away = AWAY.0,
                Round::Away => {
                    // It only waits: others may work meanwhile. One that comes back goes on without.
                    if self.vitals[&store.cell.config.name].shares() {
                        store.slot = None;
                        self.line.notify_one();
                    }
                    self.pause(store, away).await;
                    away = (away * 2).min(AWAY.1);
                    continue;
                }
            }
            tokio::select! {
                () = subscription.changed() => {}
                () = self.pause(store, ASK_ANEW) => ground = None,
            }
            // The watch has seen the namespace go, or anything of it: only the API server knows more.
            ground = ground.filter(Ground::is_active);
        }
    }

    /// Waits for a time, or until there is a reason not to.
    async fn pause(&self, store: &Followed<'_>, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = store.pulse.changed() => {}
            () = store.pulse.lost.cancelled() => {}
            () = self.draining.cancelled() => {}
        }
    }

    fn should_end(&self, store: &Followed<'_>) -> Option<End> {
        // Another wish has come, or this process is to end: a new job goes on with a fresh record.
        let other_wish = store.pulse.wanted() != store.generation();
        if other_wish || self.draining.is_cancelled() {
            return Some(End::With(Ending::Handback));
        }
        store.pulse.lost.is_cancelled().then_some(End::Lost)
    }

    /// Observe, decide, tell, act: once.
    async fn round(&self, store: &mut Followed<'_>, ground: &mut Option<Ground>) -> Result<Round, LedgerError> {
        let state = match self.observe(store, ground).await {
            Ok(state) => state,
            Err(error) => return self.after_error(store, error.into()).await,
        };
        let state = store.confirmed(state);
        let state = match self.unless_drifted(store, state, ground.as_ref()).await {
            Ok(state) => state,
            Err(error) => return self.after_error(store, error.into()).await,
        };
        let (state, action) = self.in_time(store, state);
        let release = ground
            .as_ref()
            .and_then(Ground::release)
            .map(|r| Release { revision: r.revision, chart: self.chart_name(store.record()) });
        let facts = Facts { release, ..self.facts(store) };
        if let Some(end) = self.tell(store, (&state, &action), &facts).await? {
            return Ok(Round::End(end));
        }
        match action {
            Action::Wait(_) => Ok(Round::Wait),
            Action::Settle if store.want() == Want::Absent => Ok(Round::End(End::With(Ending::Gone))),
            Action::Settle | Action::GiveUp { .. } => Ok(Round::End(End::With(Ending::Settled))),
            action => match self.act(store, &action, ground.as_ref()).instrument(hop::action(&action)).await {
                Ok(Next::Known(known)) => {
                    *ground = Some(known);
                    Ok(Round::Again)
                }
                Ok(Next::Ask) => {
                    *ground = None;
                    Ok(Round::Again)
                }
                Ok(Next::Wait) => Ok(Round::Wait),
                Err(error) => {
                    *ground = None;
                    self.after_error(store, error).await
                }
            },
        }
    }

    fn facts(&self, store: &Followed<'_>) -> Facts {
        let mark = store.cell.watched.store(&store.record().id).mark();
        Facts { simulated: store.cell.config.simulated, release: None, mark }
    }

    /// What to do about a state; what is only waited for has failed when its time is over.
    fn in_time(&self, store: &mut Followed<'_>, state: State) -> (State, Action) {
        let action = decide(store.want(), &state);
        let now = (Timestamp::now(), Instant::now());
        store.stopwatch.look(deadline::timed(store.want(), &action), &store.observed, now);
        match store.stopwatch.waited(&self.config) {
            Some(reached) if matches!(action, Action::Wait(_)) => {
                let trouble = deadline::too_late(&state, reached);
                (State::Failed { trouble: trouble.clone() }, Action::GiveUp { trouble })
            }
            _ => (state, action),
        }
    }

    /// Writes what was seen, if it is anything new.
    async fn tell(
        &self,
        store: &mut Followed<'_>,
        seen: (&State, &Action),
        facts: &Facts,
    ) -> Result<Option<End>, LedgerError> {
        let (next, kind) = progress::show(&store.observed, store.desired(), seen, facts, now());
        store.observed = next;
        self.write(store, kind).await
    }

    async fn write(&self, store: &mut Followed<'_>, kind: EventKind) -> Result<Option<End>, LedgerError> {
        if store.observed == store.written {
            return Ok(None);
        }
        let mut record = store.claim.record.clone();
        record.observed = store.observed.clone();
        let report = Report { observed: &store.observed, kind };
        let Ok(wanted) = self.ledger.report(&store.claim, report).await? else {
            store.pulse.give_up();
            return Ok(Some(End::Lost));
        };
        store.claim.record.version += 1;
        hop::steps(&store.written, &store.observed, store.since);
        store.written = store.observed.clone();
        store.pulse.learn(wanted);
        if !store.claim.record.is_settled() {
            self.measure(&record, kind);
        }
        Ok(None)
    }

    pub(super) fn measure(&self, record: &Record, kind: EventKind) {
        let observed = &record.observed;
        tracing::info!(
            store.id = %record.id, store.name = %record.spec.name, phase = observed.phase.as_str(),
            step = observed.current_step().map(|s| s.name.as_str()), "store moved"
        );
        let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs_f64();
        let outcome = match kind {
            EventKind::Ready => "ready",
            EventKind::Failed => "failed",
            _ => return,
        };
        if outcome == "failed" {
            let known = |reason: &&Reason| observed.trouble.as_ref().is_some_and(|trouble| trouble.is(**reason));
            self.metrics.failure(record.spec.engine, Reason::ALL.iter().find(known).copied());
        }
        if record.desired.generation > 1 {
            // These numbers are of creations.
            return;
        }
        self.metrics.provision(record.spec.engine, outcome, seconds(record.spec.created_at, Timestamp::now()));
        // Steps run beside each other; what each of them added tells which one to look at.
        for name in StepName::ALL {
            if let Some(own) = own_time(observed, name) {
                self.metrics.step(name, own.as_secs_f64());
            }
        }
    }

    async fn after_error(&self, store: &mut Followed<'_>, error: ActError) -> Result<Round, LedgerError> {
        let record = store.record();
        match error {
            // The claim is lost or this process ends; which one it is shows at the top of the loop.
            ActError::Stopped => Ok(Round::Again),
            ActError::Lost => {
                self.outrun(store, "the namespace carries a newer fence or wish").await;
                Ok(Round::End(End::Lost))
            }
            ActError::Moved => Ok(Round::Wait),
            ActError::Away { what } => {
                tracing::warn!(store.id = %record.id, what, "the cluster does not answer, waiting for it");
                let trouble = Trouble::new(Reason::ClusterAway, "The cluster does not answer").with_detail(&what);
                store.observed.trouble = Some(latest(store.observed.trouble.as_ref(), &trouble));
                store.stopwatch.skip(Instant::now());
                let end = self.write(store, EventKind::Progress).await?;
                Ok(end.map_or(Round::Away, Round::End))
            }
            ActError::Final(trouble) => self.fail(store, trouble).await,
            ActError::Again(trouble) if self.may_try_again(store) => {
                tracing::warn!(store.id = %record.id, attempt = store.claim.attempt, reason = trouble.reason,
                    detail = trouble.detail, "an attempt failed, trying again");
                store.observed.trouble = Some(latest(store.observed.trouble.as_ref(), &trouble));
                if let Some(end) = self.write(store, EventKind::Progress).await? {
                    return Ok(Round::End(end));
                }
                let after = self.backoff(store.claim.attempt);
                Ok(Round::End(End::With(Ending::Retry { after })))
            }
            ActError::Again(trouble) => Ok(Round::End(self.bury(store, trouble).await?)),
        }
    }

    fn may_try_again(&self, store: &Followed<'_>) -> bool {
        store.claim.attempt < self.config.attempts && store.stopwatch.tried(&self.config).is_none()
    }

    /// Gives a store up for good: it has failed, and a dead letter says why.
    async fn bury(&self, store: &mut Followed<'_>, trouble: Trouble) -> Result<End, LedgerError> {
        let reason = format!("{}: {}", trouble.reason, trouble.message);
        Ok(match self.fail(store, trouble).await? {
            Round::End(End::Lost) => End::Lost,
            _ => End::With(Ending::Dead { reason }),
        })
    }

    async fn fail(&self, store: &mut Followed<'_>, trouble: Trouble) -> Result<Round, LedgerError> {
        let action = Action::GiveUp { trouble: trouble.clone() };
        let facts = self.facts(store);
        let end = self.tell(store, (&State::Failed { trouble }, &action), &facts).await?;
        debug_assert!(end.is_some() || store.observed.phase == Phase::Failed);
        Ok(Round::End(end.unwrap_or(End::With(Ending::Settled))))
    }

    /// Doubles with each attempt, less up to a half by chance, so that what failed together does not
    /// come back together.
    fn backoff(&self, attempt: u32) -> Duration {
        let full = self.config.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(20));
        let full = full.min(self.config.backoff_max);
        let chance = ((self.random)() >> 11) as f64 / (1_u64 << 53) as f64;
        full.mul_f64(1.0 - chance / 2.0)
    }
}

/// What comes after a round.
enum Round {
    Again,
    /// Something else moves next.
    Wait,
    /// The cluster does not answer.
    Away,
    End(End),
}
