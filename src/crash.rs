//! Named places where the process can be made to die. For tests only.
//!
//! Whoever takes over from a process that died must go on rightly wherever that was. To test it, a
//! test must choose the place: `STOREBOT_CRASH_AT=ledger.report.before` ends the process when it
//! comes to this point, `ledger.report.before#3` when it comes there for the third time. It ends as
//! by `kill -9`: nothing is unwound, flushed or tidied. `tests/it/crashes` dies once at each.
//!
//! Points are always compiled in, so that what is tested is what runs; while the variable is not
//! set, passing one costs an atomic load. What is armed is global, the one thing in storebot that
//! is: points lie in modules that know nothing of each other, and to hand it through would bend
//! every signature on the way for the sake of tests.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that says where to die.
pub const VARIABLE: &str = "STOREBOT_CRASH_AT";

/// All of them. `before` is when nothing has been written yet, `after` when it has been and nobody
/// knows. A name that the code passes and this list does not have does not compile; one that no
/// code passes fails a test.
pub const POINTS: &[&str] = &[
    // Of the doors.
    "ledger.create.before",
    "ledger.create.after",
    "ledger.change.before",
    "ledger.change.after",
    "ledger.receive.before",
    "ledger.receive.after",
    "ledger.mark-delivery.before",
    "ledger.mark-delivery.after",
    "ledger.send-again.before",
    "ledger.send-again.after",
    // Of a store's way through the line.
    "ledger.take.before",
    "ledger.take.after",
    "ledger.claim.before",
    "ledger.claim.after",
    "ledger.beat.before",
    "ledger.beat.after",
    "ledger.report.before",
    "ledger.report.after",
    "ledger.finish.settled.before",
    "ledger.finish.settled.after",
    "ledger.finish.gone.before",
    "ledger.finish.gone.after",
    "ledger.finish.retry.before",
    "ledger.finish.retry.after",
    "ledger.finish.later.before",
    "ledger.finish.later.after",
    "ledger.finish.dead.before",
    "ledger.finish.dead.after",
    "ledger.finish.handback.before",
    "ledger.finish.handback.after",
    "ledger.login-answer.before",
    "ledger.login-answer.after",
    "ledger.permit.before",
    "ledger.permit.after",
    "ledger.give-back.before",
    "ledger.give-back.after",
    // Of upkeep.
    "ledger.requeue.before",
    "ledger.requeue.after",
    "ledger.purge.before",
    "ledger.purge.after",
    // In the cluster.
    "cluster.namespace.before",
    "cluster.namespace.after",
    "cluster.enter.before",
    "cluster.enter.after",
    "cluster.credentials.before",
    "cluster.credentials.after",
    "cluster.stale-jobs.before",
    "cluster.stale-jobs.after",
    "cluster.unlock.before",
    "cluster.unlock.after",
    "cluster.ask-job.before",
    "cluster.ask-job.after",
    "cluster.put-secret.before",
    "cluster.put-secret.after",
    "cluster.remove-secret.before",
    "cluster.remove-secret.after",
    "cluster.empty.before",
    "cluster.empty.after",
    "cluster.delete-namespace.before",
    "cluster.delete-namespace.after",
    // Around a run of Helm; `start.after`: the child runs.
    "helm.scratch.before",
    "helm.scratch.after",
    "helm.start.before",
    "helm.start.after",
    "helm.end.after",
    "helm.scratch-removed.after",
    // While people are told.
    "notify.telling.after",
    "notify.send.before",
    "notify.send.after",
    "notify.told.after",
    "notify.close.before",
    "notify.close.after",
    "notify.acknowledge.before",
    "notify.acknowledge.after",
    "notify.notice.before",
    "notify.notice.after",
    "notify.call-out.before",
    "notify.call-out.after",
    "notify.hand-over.before",
    "notify.hand-over.after",
    "notify.deliver.before",
    "notify.deliver.after",
    "notify.postpone.before",
    "notify.postpone.after",
    "notify.switch-off.before",
    "notify.switch-off.after",
    "notify.finish-callback.before",
    "notify.finish-callback.after",
];

/// Where to die, and at which passing, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    place: usize,
    passing: u32,
}

/// Not the name of a point, or not a number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is the name of a crash point (src/crash.rs lists them), if need be with #<passing> behind it, from 1")]
pub struct Unknown;

impl FromStr for At {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let (name, passing) = match text.split_once('#') {
            Some((name, passing)) => (name, passing.parse().map_err(|_| Unknown)?),
            None => (text, 1),
        };
        let place = POINTS.iter().position(|point| *point == name).ok_or(Unknown)?;
        if passing == 0 { Err(Unknown) } else { Ok(Self { place, passing }) }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", POINTS.get(self.place).unwrap_or(&"?"), self.passing)
    }
}

struct Armed {
    at: At,
    passed: AtomicU32,
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// From now on the process dies there. Cannot be taken back.
pub fn arm(at: At) {
    tracing::warn!(%at, "{VARIABLE} is set: this process will die, as only a test wants it");
    let _ = ARMED.set(Armed { at, passed: AtomicU32::new(0) });
}

/// Number of a point. Called when compiling, where a name that is not listed is an error.
#[must_use]
pub(crate) const fn place(name: &str) -> usize {
    let mut place = 0;
    while place < POINTS.len() {
        if same(POINTS[place].as_bytes(), name.as_bytes()) {
            return place;
        }
        place += 1;
    }
    panic!("this crash point is not listed in crash::POINTS")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// Comes to a point.
pub(crate) fn pass(place: usize) {
    if let Some(armed) = ARMED.get()
        && armed.at.place == place
        && armed.passed.fetch_add(1, Ordering::Relaxed) + 1 == armed.at.passing
    {
        // Past the log, whose filter may be anything.
        eprintln!("dying at the crash point {}", armed.at);
        std::process::abort();
    }
}

/// `crash::point!("ledger.report.before")`: dies here if a test wants it.
macro_rules! point {
    ($name:literal) => {{
        const PLACE: usize = $crate::crash::place($name);
        $crate::crash::pass(PLACE);
    }};
}
pub(crate) use point;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_with_its_passing() {
        let at = |text: &str| text.parse::<At>().map(|at| at.to_string());
        assert_eq!(at("helm.end.after").as_deref(), Ok("helm.end.after#1"));
        assert_eq!(at("helm.end.after#3").as_deref(), Ok("helm.end.after#3"));
        for wrong in ["", "helm.end", "helm.end.after#", "helm.end.after#0", "helm.end.after#-1", "HELM.END.AFTER"] {
            assert_eq!(at(wrong), Err(Unknown), "{wrong}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        for (number, name) in POINTS.iter().enumerate() {
            assert_eq!(place(name), number, "{name} is listed twice");
        }
    }

    #[test]
    fn nothing_happens_while_nothing_is_armed() {
        pass(0);
    }
}
