//! The spans of a worker's work: what a store's lines carry, and where its time went.

use jiff::Timestamp;
use tracing::Span;
use tracing::field::{Empty, display};

use super::decide::Action;
use crate::domain::record::{Observed, Record, StepName, StepState, Task, Want};
use crate::ledger::Claim;
use crate::telemetry::{self, DETAIL, Past};

/// Around everything that one claim does. A job is one wish for one store, however many claims it takes.
pub(super) fn job(claim: &Claim) -> Span {
    let record = &claim.record;
    let job = format_args!("{}.{}", record.id, record.desired.generation);
    let span = tracing::error_span!(
        "job", store.id = %record.id, job.id = job, fence = claim.fence, attempt = claim.attempt,
        request_id = Empty, otel.name = name(record), otel.kind = "consumer"
    );
    // What is only looked at again was asked by nobody.
    let trail = Some(&record.trail).filter(|trail| !trail.request.is_empty() && !record.is_settled());
    if let Some(trail) = trail {
        span.record("request_id", display(&trail.request));
    }
    telemetry::linked(&span, trail.and_then(|trail| trail.trace.as_ref()));
    span
}

fn name(record: &Record) -> &'static str {
    match (record.is_settled(), record.desired.want, record.desired.task) {
        (true, ..) => "look",
        (_, Want::Absent, _) => "job delete",
        (_, Want::Asleep, _) => "job sleep",
        (_, _, Task::Install) => "job install",
        (_, _, Task::Reinstall) => "job reinstall",
        (_, _, Task::Verify) => "job verify",
    }
}

/// Around one action at the cluster.
pub(super) fn action(action: &Action) -> Span {
    let name = match action {
        Action::MakeNamespace => "make namespace",
        Action::Install => "install release",
        Action::Unlock { .. } => "unlock release",
        Action::Restart { .. } => "restart pods",
        Action::Verify => "ask for test order",
        Action::Uninstall => "uninstall release",
        Action::DeleteNamespace => "delete namespace",
        Action::Wait(_) | Action::Settle | Action::GiveUp { .. } => return Span::none(),
    };
    tracing::debug_span!(target: DETAIL, "action", otel.name = name)
}

/// Around one run of Helm.
pub(super) fn helm(verb: &'static str) -> Span {
    let name = match verb {
        "upgrade" => "helm upgrade",
        _ => "helm uninstall",
    };
    tracing::debug_span!(target: DETAIL, "helm", otel.name = name, otel.kind = "client")
}

/// Puts the steps that have just ended under the job; what began under an earlier claim begins with this one.
pub(super) fn steps(before: &Observed, now: &Observed, since: Timestamp) {
    for step in &now.steps {
        let ended = matches!(step.state, StepState::Done | StepState::Failed);
        let news = before.step(step.name).is_none_or(|was| was.state != step.state);
        let (Some(from), Some(to), true) = (step.started_at, step.finished_at, ended && news) else { continue };
        let (from, error) = (from.max(since), (step.state == StepState::Failed).then_some("failed"));
        telemetry::before(&Span::current(), Past { name: step_name(step.name), from, to: to.max(from), error });
    }
}

fn step_name(step: StepName) -> &'static str {
    match step {
        StepName::Namespace => "step namespace",
        StepName::Release => "step release",
        StepName::Workloads => "step workloads",
        StepName::Setup => "step setup",
        StepName::Verify => "step verify",
    }
}
