//! What happens to a store, in one line of plain English: the API's `message`.

use crate::domain::record::{Observed, Phase, Record, StepName, Task, Want};

/// Nothing is claimed that does not stand in the record; above all no test order.
#[must_use]
pub fn headline(record: &Record) -> String {
    let name = &record.spec.name;
    match record.phase() {
        Phase::Ready => {
            format!("{name} is ready: {}{}{}", record.spec.url, proof(&record.observed), drift(&record.observed))
        }
        Phase::Failed if record.desired.want == Want::Absent => {
            format!("{name} could not be deleted: {}", one_line(&reason(record)))
        }
        Phase::Failed => format!("{name} failed: {}", one_line(&reason(record))),
        Phase::Asleep => format!("{name} is asleep: everything is kept and nothing runs{}", ended(record)),
        Phase::Updating if record.is_asleep() => format!("{name} is falling asleep"),
        Phase::Deleting => format!("{name} is being deleted"),
        Phase::Deleted => format!("{name} is deleted"),
        phase => {
            let holdup = record.holdup().map(|t| format!(" ({})", one_line(&t.message))).unwrap_or_default();
            let size = format!("{}, {}", record.spec.engine.title(), record.spec.plan);
            format!("{} {name} ({size}): {}{holdup}", verb(record), doing(phase, &record.observed))
        }
    }
}

/// That it sleeps because its time is over, and until when it can be had back.
fn ended(record: &Record) -> String {
    let until = record.desired.removes_at.map(|at| at.strftime("%Y-%m-%d %H:%M UTC"));
    until.map_or_else(String::new, |until| {
        format!("; its time is over, and it is removed on {until} unless it is extended")
    })
}

fn reason(record: &Record) -> String {
    let told = record.observed.trouble.as_ref().map(|t| t.message.trim().to_owned());
    told.filter(|t| !t.is_empty()).unwrap_or_else(|| "the reason is not known; the logs have more".to_owned())
}

/// The proof behind "ready", or that there is none.
fn proof(seen: &Observed) -> String {
    match &seen.proof {
        _ if seen.simulated => " (simulated nodes, no test order)".to_owned(),
        Some(proof) => format!(", test order #{}, {}", proof.order, proof.total),
        None => String::new(),
    }
}

/// That a shop which is ready is not as it was installed.
fn drift(seen: &Observed) -> String {
    match seen.drift.len() {
        0 => String::new(),
        1 => "; one object was changed in the cluster, an upgrade brings it back".to_owned(),
        many => format!("; {many} objects were changed in the cluster, an upgrade brings them back"),
    }
}

/// What is being done to a store, as the first word of a line.
fn verb(record: &Record) -> &'static str {
    match record.desired.task {
        _ if record.observed.phase == Phase::Asleep => "Waking",
        Task::Verify => "Verifying",
        Task::Install | Task::Reinstall if record.observed.ready_at.is_some() => "Upgrading",
        Task::Install | Task::Reinstall => "Creating",
    }
}

fn doing(phase: Phase, seen: &Observed) -> &'static str {
    if phase == Phase::Queued || seen.phase == Phase::Asleep {
        return "waiting for a worker";
    }
    if seen.untouched {
        return "looking for what has changed";
    }
    seen.current_step().map_or("almost there", |step| doing_step(step.name))
}

pub(super) fn doing_step(step: StepName) -> &'static str {
    match step {
        StepName::Namespace => "making its namespace",
        StepName::Release => "installing the release",
        StepName::Workloads => "starting database and app",
        StepName::Setup => "setting up the shop",
        StepName::Verify => "placing a test order",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
