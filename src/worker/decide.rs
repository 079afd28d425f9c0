//! What to do about what was seen: one table, pure.

use crate::domain::record::{Proof, Trouble, Want};

/// What a store is, as far as its cluster tells.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// No namespace.
    Absent,
    /// The namespace is going away.
    Leaving { held_by: Option<Trouble> },
    /// A namespace without a release in it.
    Bare,
    /// A worker died while Helm ran: the newest revision says "pending" for ever.
    Locked { revision: u32 },
    /// Helm did not finish the newest revision.
    Broken { revision: u32 },
    /// Deployed, but with other values or another chart than wanted.
    Outdated { revision: u32 },
    /// Deployed again after a failure, and these pods are of before: Kubernetes makes ever longer pauses
    /// between its attempts with them.
    Stuck { pods: Vec<String> },
    /// Deployed; these workloads are not ready yet. `trouble`: what holds them up.
    NotReady { waiting: Vec<String>, trouble: Option<Trouble> },
    /// Workloads are ready, the set-up has not ended.
    Unset,
    /// A test order is wanted anew, and nobody has begun to place it.
    Unasked,
    /// Set up; the test order has not been placed yet.
    Unverified,
    /// It will not come right by waiting.
    Failed { trouble: Trouble },
    /// The verify Job has ended well, or had so when nothing has been done since. Without a proof only where nodes are simulated.
    Proven { proof: Option<Proof> },
    /// Nothing of it runs, and nothing is to.
    Asleep,
}

/// One step of the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    MakeNamespace,
    Install,
    Unlock {
        revision: u32,
    },
    /// End pods, so that fresh ones are tried at once.
    Restart {
        pods: Vec<String>,
    },
    /// Have the test order placed again.
    Verify,
    Uninstall,
    DeleteNamespace,
    /// Something else moves next: pods, a Job, the namespace controller.
    Wait(WaitFor),
    /// The wish is fulfilled.
    Settle,
    /// The wish cannot be fulfilled; what there is stays for looking at.
    GiveUp {
        trouble: Trouble,
    },
}

impl Action {
    /// It writes to the cluster, which needs the claim's fence on the namespace.
    #[must_use]
    pub fn changes_the_cluster(&self) -> bool {
        match self {
            Self::MakeNamespace
            | Self::Install
            | Self::Unlock { .. }
            | Self::Verify
            | Self::Restart { .. }
            | Self::Uninstall
            | Self::DeleteNamespace => true,
            Self::Wait(_) | Self::Settle | Self::GiveUp { .. } => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    Workloads,
    Setup,
    Verify,
    NamespaceGone,
}

#[must_use]
pub fn decide(want: Want, state: &State) -> Action {
    match want {
        Want::Present => towards_present(state),
        Want::Asleep => towards_asleep(state),
        Want::Absent => towards_absent(state),
    }
}

fn towards_present(state: &State) -> Action {
    match state {
        State::Absent => Action::MakeNamespace,
        State::Leaving { .. } => Action::Wait(WaitFor::NamespaceGone),
        // A broken revision is upgraded over: Helm adopts what it has made, and no data is touched.
        State::Bare | State::Broken { .. } | State::Outdated { .. } => Action::Install,
        State::Locked { revision } => Action::Unlock { revision: *revision },
        State::Stuck { pods } => Action::Restart { pods: pods.clone() },
        State::NotReady { .. } => Action::Wait(WaitFor::Workloads),
        State::Unset => Action::Wait(WaitFor::Setup),
        State::Unasked => Action::Verify,
        State::Unverified => Action::Wait(WaitFor::Verify),
        State::Failed { trouble } => Action::GiveUp { trouble: trouble.clone() },
        State::Proven { .. } => Action::Settle,
        // `observe` says so only of a store that is to sleep.
        State::Asleep => Action::Install,
    }
}

/// A release without pods. Like an upgrade it takes nothing apart: what a shop knows stays on its volumes.
fn towards_asleep(state: &State) -> Action {
    match state {
        State::Leaving { .. } => Action::Wait(WaitFor::NamespaceGone),
        State::Locked { revision } => Action::Unlock { revision: *revision },
        State::Asleep => Action::Settle,
        State::Failed { trouble } => Action::GiveUp { trouble: trouble.clone() },
        State::NotReady { .. } => Action::Wait(WaitFor::Workloads),
        // `observe` names the first two of a store that was never made, and so has nothing to keep.
        State::Absent | State::Bare => Action::Settle,
        State::Broken { .. }
        | State::Outdated { .. }
        | State::Stuck { .. }
        | State::Unset
        | State::Unasked
        | State::Unverified
        | State::Proven { .. } => Action::Install,
    }
}

fn towards_absent(state: &State) -> Action {
    match state {
        State::Absent => Action::Settle,
        State::Leaving { .. } => Action::Wait(WaitFor::NamespaceGone),
        State::Bare => Action::DeleteNamespace,
        // Helm takes a locked release away as well; unlocking first would gain nothing.
        State::Locked { .. }
        | State::Broken { .. }
        | State::Outdated { .. }
        | State::Stuck { .. }
        | State::NotReady { .. }
        | State::Unset
        | State::Unasked
        | State::Unverified
        | State::Failed { .. }
        | State::Proven { .. }
        | State::Asleep => Action::Uninstall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trouble::Reason;

    fn trouble() -> Trouble {
        Trouble::new(Reason::ImageNotFound, "…")
    }

    #[test]
    fn the_whole_table() {
        let wait = |what| Action::Wait(what);
        let table = [
            (State::Absent, Action::MakeNamespace, Action::Settle),
            (State::Leaving { held_by: None }, wait(WaitFor::NamespaceGone), wait(WaitFor::NamespaceGone)),
            (State::Bare, Action::Install, Action::DeleteNamespace),
            (State::Locked { revision: 2 }, Action::Unlock { revision: 2 }, Action::Uninstall),
            (State::Broken { revision: 2 }, Action::Install, Action::Uninstall),
            (State::Outdated { revision: 2 }, Action::Install, Action::Uninstall),
            (
                State::Stuck { pods: vec!["a".to_owned()] },
                Action::Restart { pods: vec!["a".to_owned()] },
                Action::Uninstall,
            ),
            (State::NotReady { waiting: vec![], trouble: None }, wait(WaitFor::Workloads), Action::Uninstall),
            (State::Unset, wait(WaitFor::Setup), Action::Uninstall),
            (State::Unasked, Action::Verify, Action::Uninstall),
            (State::Unverified, wait(WaitFor::Verify), Action::Uninstall),
            (State::Failed { trouble: trouble() }, Action::GiveUp { trouble: trouble() }, Action::Uninstall),
            (State::Proven { proof: None }, Action::Settle, Action::Uninstall),
        ];
        for (state, present, absent) in table {
            assert_eq!(decide(Want::Present, &state), present, "{state:?}");
            assert_eq!(decide(Want::Absent, &state), absent, "{state:?}");
        }
    }

    #[test]
    fn the_way_to_sleep() {
        let pods = vec!["a".to_owned()];
        let table = [
            // Never made: there is nothing to keep, and nothing runs.
            (State::Absent, Action::Settle),
            (State::Bare, Action::Settle),
            (State::Leaving { held_by: None }, Action::Wait(WaitFor::NamespaceGone)),
            (State::Locked { revision: 2 }, Action::Unlock { revision: 2 }),
            (State::Broken { revision: 2 }, Action::Install),
            (State::Outdated { revision: 2 }, Action::Install),
            (State::Stuck { pods }, Action::Install),
            (State::NotReady { waiting: vec![], trouble: None }, Action::Wait(WaitFor::Workloads)),
            (State::Unset, Action::Install),
            (State::Unasked, Action::Install),
            (State::Unverified, Action::Install),
            (State::Proven { proof: None }, Action::Install),
            (State::Failed { trouble: trouble() }, Action::GiveUp { trouble: trouble() }),
            (State::Asleep, Action::Settle),
        ];
        for (state, action) in table {
            assert_eq!(decide(Want::Asleep, &state), action, "{state:?}");
        }
    }

    /// The rule that costs data when it is broken.
    #[test]
    fn a_wanted_store_is_never_taken_apart() {
        let states = [State::Locked { revision: 1 }, State::Broken { revision: 1 }, State::Outdated { revision: 1 }];
        for (state, want) in states.iter().flat_map(|s| [(s, Want::Present), (s, Want::Asleep)]) {
            let action = decide(want, state);
            assert!(!matches!(action, Action::Uninstall | Action::DeleteNamespace), "{state:?}");
        }
    }
}
