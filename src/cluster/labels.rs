//! The labels and annotations of the contract. The charts write the same ones; a store's objects are
//! found by nothing else.

use std::collections::BTreeMap;

use crate::domain::record::Record;
use crate::domain::store::StoreId;
use kube::api::ObjectMeta;

/// Helm replaces this one's value by its own on the objects it makes: never select by it.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The store's id.
pub const INSTANCE: &str = "app.kubernetes.io/instance";
/// `shop`, `database`, `cache`, `setup`, `verify`, …
pub const COMPONENT: &str = "app.kubernetes.io/component";
pub const NAME: &str = "storebot.dev/name";
pub const ENGINE: &str = "storebot.dev/engine";
pub const PLAN: &str = "storebot.dev/plan";
pub const CELL: &str = "storebot.dev/cell";
/// The release's revision that last wrote a workload or a Job.
pub const REVISION: &str = "storebot.dev/revision";
/// What a Job was asked for by; only Jobs that storebot makes from a template carry it.
pub(super) const ASK: &str = "storebot.dev/ask";
/// The generation of the wish that a release was made for, on its Secret only.
pub const GENERATION: &str = "storebot.dev/generation";
/// Name and version of the chart, on a release's Secret only (given to Helm as a label).
pub const CHART: &str = "storebot.dev/chart";
/// Annotation: the half of the record from which the ledger can be rebuilt, as JSON.
pub(super) const DESIRED: &str = "storebot.dev/desired";
/// Annotation: the owner's id, which may have characters that a label must not have.
pub(super) const OWNER: &str = "storebot.dev/owner";
/// Annotation: how the last wish ended, as JSON; what nobody could see again.
pub(super) const OBSERVED: &str = "storebot.dev/observed";
/// Annotation: the fence of the worker that wrote last.
pub const FENCE: &str = "storebot.dev/fence";

/// The labels of everything that belongs to a store.
#[must_use]
pub fn store_labels(record: &Record) -> BTreeMap<String, String> {
    let spec = &record.spec;
    let pairs = [
        (MANAGED_BY, "storebot"),
        (INSTANCE, record.id.as_str()),
        (NAME, spec.name.as_str()),
        (ENGINE, spec.engine.as_str()),
        (PLAN, spec.plan.as_str()),
        (CELL, &spec.cell),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Which store an object belongs to: by its label, and only in that store's own namespace.
pub(super) fn owner(meta: &ObjectMeta) -> Option<StoreId> {
    let id = StoreId::parse(label(meta, INSTANCE)?)?;
    let place = meta.namespace.as_ref().or(meta.name.as_ref())?;
    (*place == id.namespace()).then_some(id)
}

pub(super) fn label<'a>(meta: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    meta.labels.as_ref()?.get(key).map(String::as_str)
}

pub(super) fn revision(meta: &ObjectMeta) -> Option<u32> {
    label(meta, REVISION)?.parse().ok()
}
