//! Whether a store's workloads are up. Pure.

use super::snapshot::Snapshot;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Names of the workloads that are not ready yet, or not there yet.
    Waiting(Vec<String>),
    Ready,
}

/// Whether all `workloads` are ready as this revision of the release wrote them. What the caches still
/// hold of an earlier revision counts as not ready, so it is safe to ask right after Helm has ended.
#[must_use]
pub fn readiness(snapshot: &Snapshot, workloads: &[&str], revision: u32) -> Readiness {
    let is_up = |name: &str| {
        let mut found = snapshot.workloads.iter();
        found.any(|w| w.name == name && w.ready && w.revision.is_some_and(|r| r >= revision))
    };
    let waiting: Vec<_> = workloads.iter().filter(|name| !is_up(name)).map(|name| (*name).to_owned()).collect();
    if waiting.is_empty() { Readiness::Ready } else { Readiness::Waiting(waiting) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::snapshot::Workload;

    #[test]
    fn all_workloads_of_this_revision_must_be_ready() {
        type Up = (&'static str, Option<u32>, bool);
        let table: &[(&str, &[Up], &[&str])] = &[
            ("nothing is there", &[], &["database", "shop"]),
            ("one is missing", &[("shop", Some(2), true)], &["database"]),
            ("one is not ready", &[("shop", Some(2), true), ("database", Some(2), false)], &["database"]),
            ("one is of before", &[("shop", Some(2), true), ("database", Some(1), true)], &["database"]),
            ("one tells no revision", &[("shop", None, true), ("database", Some(2), true)], &["shop"]),
            ("all are up", &[("shop", Some(2), true), ("database", Some(2), true), ("x", None, false)], &[]),
            ("all are newer", &[("shop", Some(3), true), ("database", Some(3), true)], &[]),
        ];
        for (case, workloads, waiting) in table {
            let workload = |(name, revision, ready): &Up| Workload {
                name: (*name).to_owned(),
                revision: *revision,
                wanted: 1,
                ready: *ready,
                generation: 1,
                uid: String::new(),
            };
            let snapshot = Snapshot { workloads: workloads.iter().map(workload).collect(), ..Snapshot::default() };
            let wanted = match waiting {
                [] => Readiness::Ready,
                names => Readiness::Waiting(names.iter().map(|n| (*n).to_owned()).collect()),
            };
            assert_eq!(readiness(&snapshot, &["database", "shop"], 2), wanted, "{case}");
        }
    }
}
