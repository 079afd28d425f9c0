//! The shapes of what is governed: quotas, counts, requests for approval. As in [`dto`](super::dto).

use poem_openapi::Object;
use serde::Serialize;

use super::dto::Store;
use super::shape::{Id, Time, Word};
use crate::commands::{CellLook, Overview as Counts};
use crate::domain::actor::Door;
use crate::domain::approval::{Approval as Asked, Verdict};
use crate::domain::engine::Engine;
use crate::domain::lang::Lang;
use crate::domain::outcome::QuotaUse;
use crate::domain::placement::Health;
use crate::domain::plan::Plan;
use crate::domain::quota::{Resource, Share};
use crate::domain::record::Phase;

/// What the caller has, and may have.
#[derive(Debug, Serialize, Object)]
pub(super) struct Quota {
    /// Living stores.
    stores: u32,
    /// How many there may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    /// The caller's own.
    own: Allowed,
    /// The organisation's the caller acts for, with all its members' stores.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<OfOrganisation>,
}

/// The same of an organisation, with all its members' stores.
#[derive(Debug, Serialize, Object)]
struct OfOrganisation {
    id: String,
    #[serde(flatten)]
    #[oai(flatten)]
    allowed: Allowed,
}

/// What is used of each resource, and may be.
#[derive(Debug, Serialize, Object)]
struct Allowed {
    stores: Amount,
    /// Thousandths of a processor.
    cpu_millis: Amount,
    memory_mib: Amount,
    disk_mib: Amount,
    /// New stores per hour; absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    creations_per_hour: Option<u32>,
}

/// Of one resource.
#[derive(Debug, Serialize, Object)]
pub(super) struct Amount {
    used: u64,
    /// Absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
}

/// What there is room for after a create.
#[derive(Debug, Serialize, Object)]
pub(super) struct Room {
    /// The owner's living stores, this one included.
    stores: u32,
    /// How many there may be; absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    /// How long such a store usually took lately, in seconds, from the command to the proof; absent as long
    /// as nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    usually_seconds: Option<u64>,
    /// The same for people: `2 of 3 stores, about 40 seconds`.
    message: String,
}

/// Counts of stores: all of them for administrators, the caller's own for others.
#[derive(Debug, Serialize, Object)]
pub(super) struct Overview {
    /// All that are known, deleted ones as long as they are kept.
    stores: u64,
    counts: Vec<Count>,
    /// Work of all stores; for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<Queue>,
    /// For administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    cells: Option<Vec<CellInShort>>,
}

/// A cluster, without a look at its stores: `/v1/cells` has more.
#[derive(Debug, Serialize, Object)]
struct CellInShort {
    name: String,
    /// `open`, `drained` or `unconfigured`.
    state: String,
    /// Whether its API server answers the workers.
    health: Word<Health>,
    /// Why it does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Its living stores; sleeping ones count as they do in quotas.
    stores: Amount,
    /// How much of the scarcest of its resources is used, in whole hundredths; absent where it has no limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_percent: Option<u64>,
}

/// Stores of one engine in one phase.
#[derive(Debug, Serialize, Object)]
struct Count {
    phase: Word<Phase>,
    engine: Word<Engine>,
    stores: u64,
}

/// Work of all stores.
#[derive(Debug, Serialize, Object)]
struct Queue {
    /// In line for a worker.
    waiting: u64,
    /// Held by a worker.
    running: u64,
    /// Waiting for another attempt.
    delayed: u64,
    dead_letters: u64,
}

/// Requests that wait for an approver, the one that ends first at the front.
#[derive(Debug, Serialize, Object)]
pub(super) struct ApprovalList {
    pub(super) items: Vec<Approval>,
}

/// A request for more than a quota allows.
#[derive(Debug, Serialize, Object)]
pub(super) struct Approval {
    id: String,
    /// `waiting`, `approved`, `denied` or `expired`.
    state: String,
    /// Who asks.
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    door: Word<Door>,
    name: String,
    engine: Word<Engine>,
    plan: Word<Plan>,
    /// What it is too much of: `stores`, `cpu`, `memory` or `disk`.
    resource: Word<Resource>,
    /// Of it, when it was asked, in its own unit: thousandths of a processor, MiB.
    used: u64,
    limit: u64,
    asked_at: Word<Time>,
    expires_at: Word<Time>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    /// The store that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    store_id: Option<Word<Id>>,
}

/// A request that was approved, and its store.
#[derive(Debug, Serialize, Object)]
pub(super) struct Approved {
    pub(super) approval: Approval,
    pub(super) store: Store,
}

impl Amount {
    /// What is used, and may be; 0: without a limit.
    pub(super) fn new((used, limit): (u64, u64)) -> Self {
        Self { used, limit: (limit > 0).then_some(limit) }
    }
}

fn limit(limit: u32) -> Option<u32> {
    (limit > 0).then_some(limit)
}

impl From<Share> for Allowed {
    fn from(share: Share) -> Self {
        let amount = |resource| Amount::new(share.of(resource));
        Self {
            stores: amount(Resource::Stores),
            cpu_millis: amount(Resource::Cpu),
            memory_mib: amount(Resource::Memory),
            disk_mib: amount(Resource::Disk),
            creations_per_hour: limit(share.quota.creations_per_hour),
        }
    }
}

impl From<QuotaUse> for Quota {
    fn from(quota: QuotaUse) -> Self {
        let QuotaUse { own, org } = quota;
        let organisation = org.map(|(id, share)| OfOrganisation { id: id.to_string(), allowed: share.into() });
        Self { stores: own.used.stores, limit: limit(own.quota.stores), own: own.into(), organisation }
    }
}

impl Room {
    pub(super) fn new(quota: &QuotaUse, usually: Option<std::time::Duration>) -> Self {
        Self {
            stores: quota.own.used.stores,
            limit: limit(quota.own.quota.stores),
            usually_seconds: usually.map(|usually| usually.as_secs().max(1)),
            message: crate::text::answers::room(Lang::En, quota, usually),
        }
    }
}

impl From<Counts> for Overview {
    fn from(counts: Counts) -> Self {
        let count = |((phase, engine), stores): ((Phase, Engine), u64)| Count {
            phase: phase.into(),
            engine: engine.into(),
            stores,
        };
        let queue = counts.queue.map(|depth| Queue {
            waiting: depth.waiting,
            running: depth.running,
            delayed: depth.delayed,
            dead_letters: depth.dead,
        });
        let cells = counts.cells.map(|looks| looks.into_iter().map(CellInShort::from).collect());
        let counts: Vec<Count> = counts.counts.into_iter().filter(|(_, n)| *n > 0).map(count).collect();
        Self { stores: counts.iter().map(|count| count.stores).sum(), counts, queue, cells }
    }
}

impl From<CellLook> for CellInShort {
    fn from(look: CellLook) -> Self {
        Self {
            state: look.standing().to_owned(),
            stores: Amount::new(look.share.of(Resource::Stores)),
            used_percent: look.share.fullest().map(|(_, percent)| percent),
            name: look.name,
            health: look.health.into(),
            reason: look.why,
        }
    }
}

impl From<(Asked, Verdict)> for Approval {
    fn from((asked, verdict): (Asked, Verdict)) -> Self {
        let (decided_by, store) = match &verdict {
            Verdict::Approved { by, store } => (Some(by.to_string()), store.clone()),
            Verdict::Denied { by } => (Some(by.to_string()), None),
            Verdict::Waiting | Verdict::Expired => (None, None),
        };
        Self {
            id: asked.id,
            state: verdict.as_str().to_owned(),
            actor: asked.actor.to_string(),
            organisation: asked.org.map(|org| org.to_string()),
            door: asked.door.into(),
            name: asked.create.name.to_string(),
            engine: asked.create.engine.into(),
            plan: asked.create.plan.into(),
            resource: asked.excess.resource.into(),
            used: asked.excess.used,
            limit: asked.excess.limit,
            asked_at: asked.asked_at.into(),
            expires_at: asked.expires_at.into(),
            decided_by,
            store_id: store.map(|id| Word::new(id.as_str().to_owned())),
        }
    }
}
