//! A store as the world outside sees it: the API's `Store`, and `data` of every delivery that
//! storebot sends. Public: fields are added, never changed. What does not apply is absent, not null.

use jiff::Timestamp;
use serde::Serialize;

use super::engine::Engine;
use super::plan::Plan;
use super::record::{Phase, Proof, Record, Release, Step, Want};
use super::shop::{Country, Currency};

#[derive(Clone, Debug, Serialize)]
pub struct StoreView {
    pub id: String,
    pub name: String,
    pub title: String,
    pub engine: Engine,
    pub plan: Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    pub phase: Phase,
    /// Why it failed or what holds it up, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it stands, for people.
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_url: Option<String>,
    pub owner: String,
    pub cell: String,
    pub namespace: String,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Of a store that is to be deleted, or whose lease has ended: not before, and until then it can be had back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletes_at: Option<Timestamp>,
    pub steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// What differs in the cluster from what was installed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<String>,
    pub version: u64,
}

impl StoreView {
    /// `message` is made by `text`.
    #[must_use]
    pub fn new(record: &Record, message: String) -> Self {
        let (spec, seen, phase) = (&record.spec, &record.observed, record.phase());
        let open = is_open(record, phase);
        let trouble = seen.trouble.as_ref().filter(|_| !matches!(phase, Phase::Ready | Phase::Asleep | Phase::Deleted));
        Self {
            id: record.id.to_string(),
            name: spec.name.to_string(),
            title: spec.title.clone(),
            engine: spec.engine,
            plan: spec.plan,
            currency: spec.currency,
            country: spec.country,
            phase,
            reason: trouble.map(|t| t.reason.clone()),
            message,
            url: open.then(|| spec.url.clone()),
            admin_url: open.then(|| format!("{}{}", spec.url, spec.engine.admin_path())),
            owner: spec.owner.to_string(),
            cell: spec.cell.clone(),
            namespace: record.id.namespace(),
            created_at: spec.created_at,
            ready_at: seen.ready_at,
            expires_at: record.expires_at(),
            deletes_at: if record.desired.want == Want::Absent {
                record.desired.not_before
            } else {
                record.desired.removes_at
            },
            steps: seen.steps.clone(),
            proof: seen.proof.clone().filter(|_| !seen.simulated),
            release: seen.release.clone(),
            drift: seen.drift.clone(),
            version: record.version,
        }
    }
}

/// Whether somebody who follows the address finds a shop. A shop that was ready once keeps its
/// address while it is being changed or has trouble, and loses it when it goes.
fn is_open(record: &Record, phase: Phase) -> bool {
    let gone = matches!(phase, Phase::Deleting | Phase::Deleted);
    !gone && (phase == Phase::Ready || record.observed.ready_at.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::ActorId;
    use crate::domain::quota::Size;
    use crate::domain::record::{Desired, Observed, Spec, Task};
    use crate::domain::store::{StoreId, StoreName};

    #[test]
    fn absent_rather_than_null() {
        let spec = Spec {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: "Tea".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("discord:1"),
            cell: "main".to_owned(),
            host: "tea.stores.localhost".to_owned(),
            url: "http://tea.stores.localhost".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
            org: None,
            size: Size::default(),
        };
        let desired = Desired::new(1, Want::Present, Task::Install);
        let observed = Observed { steps: Vec::new(), ..Observed::fresh(1) };
        let mut record =
            Record { id: StoreId::from_bits(7), spec, desired, observed, version: 3, trail: Default::default() };
        let json = |record: &Record| serde_json::to_string(&StoreView::new(record, "m".to_owned())).unwrap();
        insta::assert_snapshot!(json(&record), @r#"{"id":"700000000000","name":"tea","title":"Tea","engine":"medusa","plan":"small","phase":"queued","message":"m","owner":"discord:1","cell":"main","namespace":"store-700000000000","created_at":"1970-01-01T00:00:00Z","steps":[],"version":3}"#);
        record.observed.phase = Phase::Ready;
        assert!(
            json(&record)
                .contains(r#""url":"http://tea.stores.localhost","admin_url":"http://tea.stores.localhost/app""#)
        );
    }
}
