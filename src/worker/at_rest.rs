//! A look at a store that is at rest: what has become of it in the cluster since nobody of ours was there.
//!
//! It only looks. What somebody removed holds a shop's data or held it, so making it anew is for a person
//! to decide; what somebody changed stays as it is until a person asks for an upgrade.

use jiff::Timestamp;

use super::Shared;
use super::decide::State;
use super::followed::Followed;
use super::observe::Ground;
use crate::cluster::{ClusterError, Drift, NamespaceState, ReleaseStatus, Snapshot};
use crate::domain::event::EventKind;
use crate::domain::record::{Observed, Phase, Reason, Record, StepName, StepState, Trouble, Want};

/// What a look has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Namespace and data have gone, or are going.
    Gone,
    /// Its namespace tells of more than the ledger knows.
    Ahead,
    /// Helm's record of the release is not there.
    NoRelease,
    Release {
        /// How it stands with the release itself, when not as it was left.
        odd: Option<String>,
        drift: Drift,
    },
}

/// Whether a store should be looked at, by what the watch shows: pure. `false` for what has work anyway.
pub(super) fn wants_look(record: &Record, snapshot: &Snapshot) -> bool {
    let seen = &record.observed;
    let rests = record.is_settled() && record.desired.want != Want::Absent;
    if !rests || !snapshot.synced || is_known_as_gone(seen) {
        return false;
    }
    match (&seen.rest, snapshot.mark()) {
        // Of before marks were kept: only what is gone altogether shows.
        (None, None) => is_whole(seen),
        (None, Some(_)) => false,
        (Some(_), None) => true,
        (Some(rest), Some(now)) => is_whole(seen) && *rest != now,
    }
}

/// It is as it was wanted, running or not.
fn is_whole(seen: &Observed) -> bool {
    matches!(seen.phase, Phase::Ready | Phase::Asleep)
}

fn is_known_as_gone(seen: &Observed) -> bool {
    seen.rest.is_none() && seen.trouble.as_ref().is_some_and(|t| t.is(Reason::Removed))
}

impl Shared {
    /// A shop that was ready and has not been touched since is only what it was if nobody else has changed
    /// it: what differs makes its release outdated.
    pub(super) async fn unless_drifted(
        &self,
        store: &mut Followed<'_>,
        state: State,
        ground: Option<&Ground>,
    ) -> Result<State, ClusterError> {
        let looks_the_same = matches!(state, State::Proven { .. }) && store.observed.untouched;
        let Some(release) = ground.and_then(Ground::release).filter(|_| looks_the_same && !store.whole) else {
            return Ok(state);
        };
        let drift = store.cell.cluster.drift(&store.record().id, release.revision).await?;
        if drift == Drift::default() {
            store.whole = true;
            return Ok(state);
        }
        Ok(State::Outdated { revision: release.revision })
    }

    pub(super) async fn look(&self, store: &Followed<'_>) -> Result<Found, ClusterError> {
        let (id, cluster) = (&store.record().id, &store.cell.cluster);
        let (namespace, release) = cluster.ground(id).await?;
        let NamespaceState::Active { fence, generation } = namespace else { return Ok(Found::Gone) };
        if fence > Some(store.claim.fence) || generation > Some(store.generation()) {
            return Ok(Found::Ahead);
        }
        let Some(release) = release else { return Ok(Found::NoRelease) };
        let known = store.observed.release.as_ref().map_or(0, |r| r.revision);
        let odd = match release.status {
            ReleaseStatus::Deployed if release.revision == known => None,
            ReleaseStatus::Deployed => Some(format!("Helm's revision is {}, not {known}", release.revision)),
            _ => Some(format!("Helm's revision {} is not deployed", release.revision)),
        };
        // A shop that failed differs from what was wanted anyway.
        let drift = match store.observed.phase {
            Phase::Ready | Phase::Asleep => cluster.drift(id, release.revision).await?,
            _ => Drift::default(),
        };
        Ok(Found::Release { odd, drift })
    }
}

/// What the record says after a look, and the event that tells of it: pure. `mark`: of namespace and
/// workloads just before the look; `workloads`: those that the engine needs.
pub(super) fn judge(
    before: &Observed,
    found: &Found,
    mark: Option<String>,
    now: Timestamp,
) -> (Observed, Option<EventKind>) {
    let mut next = before.clone();
    next.rest = mark.or_else(|| before.rest.clone());
    match found {
        Found::Gone => {
            next.rest = None;
            let text = "Its namespace was removed in the cluster, and the shop's data with it";
            fail(&mut next, Trouble::new(Reason::Removed, text), StepName::Namespace, now);
        }
        // A shop that has failed is not judged anew by what is left of it.
        Found::Ahead => {}
        _ if !is_whole(before) => {}
        Found::NoRelease => next.drift = vec!["Helm's record of the release was removed".to_owned()],
        Found::Release { odd, drift } => {
            let (workloads, others) = workloads_first(&drift.missing);
            if !workloads.is_empty() {
                let text = format!("{} removed in the cluster{}", were(&workloads), data(&others));
                fail(&mut next, Trouble::new(Reason::Removed, text), StepName::Workloads, now);
            } else if !drift.stopped.is_empty() {
                let text = format!("{} scaled to nothing in the cluster{}", were(&drift.stopped), data(&others));
                fail(&mut next, Trouble::new(Reason::Stopped, text), StepName::Workloads, now);
            } else {
                let missing = others.iter().map(|what| format!("{what} was removed"));
                next.drift = odd.iter().cloned().chain(missing).chain(drift.differs.iter().cloned()).collect();
            }
        }
    }
    let kind = match () {
        () if (next.phase, &next.trouble) != (before.phase, &before.trouble) => Some(EventKind::Failed),
        () if next.drift != before.drift => Some(EventKind::Drifted),
        () => None,
    };
    (next, kind)
}

fn fail(next: &mut Observed, trouble: Trouble, step: StepName, now: Timestamp) {
    next.phase = Phase::Failed;
    // It says nothing of a shop that is not there.
    next.proof = None;
    next.drift = Vec::new();
    next.trouble = Some(trouble);
    next.set_step(step, StepState::Failed, now);
}

/// What is missing: workloads, without which there is no shop, and all else.
fn workloads_first(missing: &[String]) -> (Vec<String>, Vec<String>) {
    let is_workload = |what: &&String| what.starts_with("Deployment ") || what.starts_with("StatefulSet ");
    missing.iter().cloned().partition(|what| is_workload(&what))
}

fn were(objects: &[String]) -> String {
    format!("{} {}", objects.join(" and "), if objects.len() == 1 { "was" } else { "were" })
}

/// What has become of the data, as far as the release's own claims tell.
fn data(missing: &[String]) -> String {
    let claims: Vec<_> = missing.iter().filter(|what| what.starts_with("PersistentVolumeClaim ")).cloned().collect();
    if claims.is_empty() {
        "; the shop's data is still there".to_owned()
    } else {
        format!(", {} as well, with the data in it", were(&claims))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Workload;
    use crate::domain::actor::ActorId;
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::quota::Size;
    use crate::domain::record::{Desired, Proof, Spec, Task};
    use crate::domain::store::{StoreId, StoreName};

    fn at() -> Timestamp {
        "2026-11-21T08:00:00Z".parse().unwrap()
    }

    fn ready() -> Observed {
        let proof = Proof { order: "1".to_owned(), total: "2.00 EUR".to_owned(), placed_at: at(), seconds: None };
        let rest = Some("shop:1:aa:1".to_owned());
        Observed { phase: Phase::Ready, proof: Some(proof), rest, ..Observed::fresh(1) }
    }

    fn record(observed: Observed) -> Record {
        let spec = Spec {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: "Tea".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("api:ana"),
            cell: "main".to_owned(),
            host: "tea.x".to_owned(),
            url: "http://tea.x".to_owned(),
            created_at: at(),
            expires_at: None,
            org: None,
            size: Size::default(),
        };
        let desired = Desired::new(1, Want::Present, Task::Install);
        Record { id: StoreId::from_bits(7), spec, desired, observed, version: 3, trail: Default::default() }
    }

    fn snapshot(generation: i64) -> Snapshot {
        let shop = Workload {
            name: "shop".to_owned(),
            revision: Some(1),
            wanted: 1,
            ready: true,
            generation,
            uid: "aa-1".to_owned(),
        };
        Snapshot { synced: true, namespace_seen: true, workloads: vec![shop], ..Snapshot::default() }
    }

    #[test]
    fn only_what_somebody_else_did_is_looked_at() {
        let gone = Snapshot { synced: true, ..Snapshot::default() };
        let failed = Observed { phase: Phase::Failed, ..ready() };
        let busy = Observed { phase: Phase::Updating, ..ready() };
        let unmarked = Observed { rest: None, ..ready() };
        let removed = judge(&ready(), &Found::Gone, None, at()).0;
        let table = [
            ("as it was left", ready(), snapshot(1), false),
            ("changed", ready(), snapshot(2), true),
            ("gone", ready(), gone.clone(), true),
            ("the watch has not seen everything", ready(), Snapshot { synced: false, ..gone.clone() }, false),
            ("failed and gone", failed.clone(), gone.clone(), true),
            ("failed, and somebody tries to help", failed, snapshot(2), false),
            ("at work", busy, gone.clone(), false),
            ("known to be gone", removed, gone.clone(), false),
            ("of before marks were kept", unmarked.clone(), snapshot(1), false),
            ("of before marks were kept, and gone", unmarked, gone, true),
        ];
        for (case, observed, snapshot, wanted) in table {
            assert_eq!(wants_look(&record(observed), &snapshot), wanted, "{case}");
        }
        let mut unwanted = record(ready());
        unwanted.desired.want = Want::Absent;
        assert!(!wants_look(&unwanted, &Snapshot { synced: true, ..Snapshot::default() }));
    }

    fn release(missing: &[&str], stopped: &[&str], differs: &[&str]) -> Found {
        let own = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        Found::Release {
            odd: None,
            drift: Drift { missing: own(missing), stopped: own(stopped), differs: own(differs) },
        }
    }

    #[test]
    fn nothing_new_is_nothing_to_tell() {
        let (next, kind) = judge(&ready(), &release(&[], &[], &[]), Some("shop:2:aa:1".to_owned()), at());
        assert_eq!((next.phase, kind, next.rest.as_deref()), (Phase::Ready, None, Some("shop:2:aa:1")));
    }

    #[test]
    fn a_shop_that_runs_stays_ready_and_tells_what_differs() {
        let found = release(&["Service shop"], &[], &["Ingress shop: spec.rules was changed"]);
        let (next, kind) = judge(&ready(), &found, None, at());
        assert_eq!((next.phase, kind, next.proof.is_some()), (Phase::Ready, Some(EventKind::Drifted), true));
        assert_eq!(next.drift, ["Service shop was removed", "Ingress shop: spec.rules was changed"]);
        assert_eq!(judge(&next, &found, None, at()).1, None, "told once");
        let (again, kind) = judge(&next, &release(&[], &[], &[]), None, at());
        assert_eq!((again.drift.len(), kind), (0, Some(EventKind::Drifted)));
    }

    #[test]
    fn a_shop_that_cannot_be_reached_is_not_called_ready() {
        for (found, reason, said) in [
            (Found::Gone, Reason::Removed, "Its namespace was removed in the cluster, and the shop's data with it"),
            (release(&["Deployment shop"], &[], &[]), Reason::Removed, "the shop's data is still there"),
            (
                release(&["Deployment shop", "PersistentVolumeClaim uploads"], &[], &[]),
                Reason::Removed,
                "PersistentVolumeClaim uploads was as well",
            ),
            (release(&[], &["Deployment shop"], &["x"]), Reason::Stopped, "Deployment shop was scaled to nothing"),
        ] {
            let (next, kind) = judge(&ready(), &found, None, at());
            let trouble = next.trouble.unwrap();
            assert_eq!(
                (next.phase, kind, trouble.reason.as_str()),
                (Phase::Failed, Some(EventKind::Failed), reason.as_str())
            );
            assert!(trouble.message.contains(said), "{}", trouble.message);
            assert!(next.proof.is_none() && next.drift.is_empty());
        }
    }

    #[test]
    fn a_failure_keeps_its_reason_unless_everything_is_gone() {
        let trouble = Some(Trouble::new(Reason::SetupFailed, "no"));
        let failed = Observed { phase: Phase::Failed, trouble: trouble.clone(), ..ready() };
        assert_eq!(judge(&failed, &release(&["Deployment shop"], &[], &[]), None, at()).1, None);
        let (next, kind) = judge(&failed, &Found::Gone, None, at());
        assert_eq!((kind, next.trouble.unwrap().reason.as_str()), (Some(EventKind::Failed), Reason::Removed.as_str()));
    }
}
