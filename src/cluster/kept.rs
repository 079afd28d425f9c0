//! The second truth: what a store's namespace says of its record, written beside it and read back when
//! the ledger is lost. Pure.
//!
//! Whoever may change namespaces may have changed this, so nothing is believed that does not fit: what
//! cannot be read is told with the namespace's name and makes no record.

use jiff::Timestamp;
use kube::api::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::labels::{CELL, DESIRED, FENCE, OBSERVED, OWNER, label, owner};
use crate::domain::record::{Desired, Observed, Record, Spec, Want};
use crate::domain::store::StoreId;
use crate::domain::trail::Trail;

/// Annotation [`DESIRED`]: what was asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) spec: Spec,
    pub(super) desired: Desired,
}

/// Annotation [`OBSERVED`]: how a wish ended.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    version: u64,
    observed: Observed,
}

impl Ended {
    /// `None` while the wish is under way: that can be seen again, and what it was when it last ended
    /// stands there already.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let observed = &record.observed;
        let ended = observed.phase.is_end() && observed.generation > 0;
        ended.then(|| Self { version: record.version, observed: observed.clone() })
    }
}

/// A namespace of a store, as a list of them shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub namespace: String,
    /// It is being deleted.
    pub going: bool,
    pub made_at: Option<Timestamp>,
    /// What its record was, or why that cannot be read.
    pub kept: Result<Box<Remains>, String>,
}

/// What is left of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Remains {
    pub record: Record,
    /// Of the wish as it was written: that of the record is one more where the namespace is being deleted by hand.
    pub generation: u64,
    /// No claim that was ever written to the namespace had a higher one.
    pub fence: u64,
}

/// Reads one namespace of a cell.
pub(super) fn read(meta: &ObjectMeta) -> Found {
    let namespace = meta.name.clone().unwrap_or_default();
    let going = meta.deletion_timestamp.is_some();
    let made_at = meta.creation_timestamp.as_ref().map(|t| t.0);
    let kept = remains(meta, going).map(Box::new);
    Found { namespace, going, made_at, kept }
}

fn remains(meta: &ObjectMeta, going: bool) -> Result<Remains, String> {
    let id = owner(meta).ok_or("its name and its label app.kubernetes.io/instance do not name the same store")?;
    let fence = fence(meta).ok_or_else(|| format!("its annotation {FENCE} is missing or no number"))?;
    let kept = annotation(meta, DESIRED).ok_or_else(|| format!("it has no annotation {DESIRED}"))?;
    let Kept { spec, desired } = serde_json::from_str(kept).map_err(|e| format!("its annotation {DESIRED}: {e}"))?;
    if label(meta, CELL) != Some(spec.cell.as_str()) {
        return Err(format!("its annotation {DESIRED} names the cell {:?}, its label another", spec.cell));
    }
    if annotation(meta, OWNER) != Some(spec.owner.as_str()) {
        return Err(format!("its annotations {DESIRED} and {OWNER} name different owners"));
    }
    let ended = match annotation(meta, OBSERVED) {
        Some(text) => Some(serde_json::from_str(text).map_err(|e| format!("its annotation {OBSERVED}: {e}"))?),
        None => None,
    };
    let generation = desired.generation;
    Ok(Remains { record: record(id, Kept { spec, desired }, ended, going), generation, fence })
}

/// The record as it is to be: what is being deleted is no longer wanted, whoever deletes it.
fn record(id: StoreId, kept: Kept, ended: Option<Ended>, going: bool) -> Record {
    let Kept { spec, mut desired } = kept;
    let Ended { version, observed } = ended.unwrap_or(Ended { version: 0, observed: Observed::default() });
    if going && desired.want != Want::Absent {
        desired.want = Want::Absent;
        desired.generation += 1;
    }
    // Somebody may hold the version of before the loss and expect it to stand for what it stood for.
    let version = version.max(desired.generation) + 1;
    Record { id, spec, desired, observed, version, trail: Trail::default() }
}

/// The fence that a namespace carries, as far as it is legible.
pub(super) fn fence(meta: &ObjectMeta) -> Option<u64> {
    annotation(meta, FENCE)?.parse().ok()
}

/// The generation of the wish that a namespace tells of, as far as it is legible.
pub(super) fn generation(meta: &ObjectMeta) -> Option<u64> {
    #[derive(Deserialize)]
    struct Asked {
        generation: u64,
    }
    #[derive(Deserialize)]
    struct Kept {
        desired: Asked,
    }
    serde_json::from_str::<Kept>(annotation(meta, DESIRED)?).ok().map(|kept| kept.desired.generation)
}

fn annotation<'a>(meta: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    meta.annotations.as_ref()?.get(key).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{NamespaceSpec, namespace_object};
    use crate::domain::actor::ActorId;
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::quota::Size;
    use crate::domain::record::{Phase, Proof, Task};
    use crate::domain::store::StoreName;

    fn record() -> Record {
        let spec = Spec {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: "Tea".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("discord:123"),
            cell: "main".to_owned(),
            host: "tea.example.com".to_owned(),
            url: "https://tea.example.com".to_owned(),
            created_at: "2026-11-21T08:00:00Z".parse().unwrap(),
            expires_at: None,
            org: None,
            size: Size::default(),
        };
        let at: Timestamp = "2026-11-21T08:01:00Z".parse().unwrap();
        let proof = Proof { order: "7".to_owned(), total: "2.00 EUR".to_owned(), placed_at: at, seconds: None };
        let observed = Observed { phase: Phase::Ready, proof: Some(proof), ready_at: Some(at), ..Observed::fresh(2) };
        let desired = Desired::new(2, Want::Present, Task::Install);
        Record {
            id: StoreId::parse("0123456789ab").unwrap(),
            spec,
            desired,
            observed,
            version: 9,
            trail: Default::default(),
        }
    }

    fn written(record: &Record) -> ObjectMeta {
        namespace_object(&NamespaceSpec { record, fence: 4 }).unwrap().metadata
    }

    #[test]
    fn what_is_written_reads_back() {
        let record = record();
        let found = read(&written(&record));
        assert_eq!((found.namespace.as_str(), found.going), ("store-0123456789ab", false));
        let remains = found.kept.unwrap();
        assert_eq!(remains.fence, 4);
        assert_eq!(remains.record, Record { version: 10, ..record });
    }

    #[test]
    fn a_wish_that_is_under_way_says_nothing_of_how_it_ended() {
        let mut under_way = record();
        under_way.observed.phase = Phase::Installing;
        let remains = read(&written(&under_way)).kept.unwrap();
        assert_eq!((&remains.record.observed, remains.record.version), (&Observed::default(), 3));
    }

    #[test]
    fn what_is_being_deleted_is_not_wanted() {
        let mut meta = written(&record());
        meta.deletion_timestamp = Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(Timestamp::UNIX_EPOCH));
        let found = read(&meta);
        let desired = found.kept.unwrap().record.desired;
        assert!(found.going);
        assert_eq!((desired.want, desired.generation), (Want::Absent, 3));
    }

    #[test]
    fn what_does_not_fit_makes_no_record() {
        let spoil = |key: &str, value: Option<&str>| {
            let mut meta = written(&record());
            let annotations = meta.annotations.get_or_insert_default();
            match value {
                Some(value) => annotations.insert(key.to_owned(), value.to_owned()),
                None => annotations.remove(key),
            };
            read(&meta).kept.unwrap_err()
        };
        assert!(spoil(DESIRED, None).contains("no annotation storebot.dev/desired"));
        assert!(spoil(DESIRED, Some("{}")).contains("missing field"));
        assert!(spoil(DESIRED, Some("[")).contains(DESIRED));
        assert!(spoil(OBSERVED, Some("{\"version\":-1}")).contains(OBSERVED));
        assert!(spoil(FENCE, Some("many")).contains(FENCE));
        assert!(spoil(OWNER, Some("discord:456")).contains("different owners"));
        let mut elsewhere = written(&record());
        elsewhere.name = Some("store-00000000000a".to_owned());
        assert!(read(&elsewhere).kept.unwrap_err().contains("do not name the same store"));
        let mut moved = written(&record());
        moved.labels.get_or_insert_default().insert(CELL.to_owned(), "other".to_owned());
        assert!(read(&moved).kept.unwrap_err().contains("names the cell"));
    }
}
