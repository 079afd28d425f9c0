//! The shapes of what is governed: quotas, counts, requests for approval, the audit. As in [`dto`](super::dto).

use poem::http::header::CONTENT_TYPE;
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};
use serde::Serialize;

use super::dto::Store;
use super::payload::Json;
use super::shape::{Id, Time, Word};
use crate::commands::{AuditPage, Overview as Counts};
use crate::domain::actor::{Door, Role};
use crate::domain::approval::{Approval as Asked, Verdict};
use crate::domain::audit::AuditEntry;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::outcome::QuotaUse;
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

#[derive(Debug, Serialize, Object)]
struct Amount {
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
}

#[derive(Debug, Serialize, Object)]
struct Count {
    phase: Word<Phase>,
    engine: Word<Engine>,
    stores: u64,
}

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

/// Who did what, newest first.
#[derive(Debug, Serialize, Object)]
pub(super) struct AuditList {
    items: Vec<Entry>,
    /// Give it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize, Object)]
#[oai(rename = "AuditEntry")]
struct Entry {
    id: String,
    at: Word<Time>,
    actor: String,
    role: Word<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    door: Word<Door>,
    command: Word<CommandKind>,
    /// `accepted`, or the kind of the refusal.
    result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_id: Option<Word<Id>>,
    /// The store's name, or what was asked for in its place.
    name: String,
    /// Where the request came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Id of the request, as in its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// The audit as JSON, or as a table for other programs.
pub(super) enum Audited {
    Page(Json<AuditList>),
    Csv { text: String, next: Option<String> },
}

const CSV: &str = "text/csv";
const COLUMNS: [&str; 12] = [
    "id",
    "at",
    "actor",
    "role",
    "organisation",
    "door",
    "command",
    "result",
    "store_id",
    "name",
    "address",
    "request_id",
];

impl Audited {
    pub(super) fn new(page: AuditPage, as_csv: bool) -> Self {
        let next_cursor = page.next_cursor.clone();
        let list = AuditList::from(page);
        if as_csv { Self::Csv { text: csv(&list), next: next_cursor } } else { Self::Page(Json(list)) }
    }
}

fn csv(list: &AuditList) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let rows = list.items.iter().map(|entry| {
        let Entry { id, at, actor, role, organisation, door, command, result, store_id, name, address, request_id } =
            entry;
        [
            id.as_str(),
            at.as_str(),
            actor,
            role.as_str(),
            organisation.as_deref().unwrap_or_default(),
            door.as_str(),
            command.as_str(),
            result,
            store_id.as_ref().map_or("", Word::as_str),
            name,
            address.as_deref().unwrap_or_default(),
            request_id.as_deref().unwrap_or_default(),
        ]
        .map(plain)
    });
    // Writing into memory does not fail.
    let _ = writer.write_record(COLUMNS);
    for row in rows {
        let _ = writer.write_record(row);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula: names are whatever somebody typed.
fn plain(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

impl IntoResponse for Audited {
    fn into_response(self) -> Response {
        match self {
            Self::Page(page) => page.into_response(),
            Self::Csv { text, next } => {
                let mut answer = Response::builder()
                    .header(CONTENT_TYPE, "text/csv; charset=utf-8; header=present")
                    .header("Content-Disposition", "attachment; filename=\"audit.csv\"");
                if let Some(next) = next {
                    answer = answer.header("Link", format!("<?cursor={next}>; rel=\"next\""));
                }
                answer.body(text)
            }
        }
    }
}

/// Written by hand: the generator knows one media type for each status.
impl ApiResponse for Audited {
    fn meta() -> MetaResponses {
        let text = MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        let content = vec![
            MetaMediaType { content_type: "application/json", schema: AuditList::schema_ref() },
            MetaMediaType { content_type: CSV, schema: text },
        ];
        let description = "A page of the audit, newest first. As CSV, the next page is named in the header Link.";
        let headers = Vec::new();
        MetaResponses {
            responses: vec![MetaResponse { description, status: Some(200), status_range: None, content, headers }],
        }
    }

    fn register(registry: &mut Registry) {
        AuditList::register(registry);
    }
}

/// Whether the header `Accept` asks for a table: names its media type, and JSON not before it.
pub(super) fn wants_csv(accept: Option<&str>) -> bool {
    let mut types = accept.unwrap_or_default().split(',').map(|t| t.split(';').next().unwrap_or_default().trim());
    let first = types.find(|t| t.eq_ignore_ascii_case(CSV) || t.eq_ignore_ascii_case("application/json"));
    first.is_some_and(|t| t.eq_ignore_ascii_case(CSV))
}

fn limit(limit: u32) -> Option<u32> {
    (limit > 0).then_some(limit)
}

impl From<Share> for Allowed {
    fn from(share: Share) -> Self {
        let amount = |resource| {
            let (used, limit) = share.of(resource);
            Amount { used, limit: (limit > 0).then_some(limit) }
        };
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
            message: crate::text::story::room(quota, usually),
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
        let counts: Vec<Count> = counts.counts.into_iter().filter(|(_, n)| *n > 0).map(count).collect();
        Self { stores: counts.iter().map(|count| count.stores).sum(), counts, queue }
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

impl From<AuditPage> for AuditList {
    fn from(page: AuditPage) -> Self {
        Self { items: page.items.into_iter().map(Entry::from).collect(), next_cursor: page.next_cursor }
    }
}

impl From<(String, AuditEntry)> for Entry {
    fn from((id, entry): (String, AuditEntry)) -> Self {
        Self {
            id,
            at: entry.at.into(),
            actor: entry.actor.to_string(),
            role: entry.role.into(),
            organisation: entry.org.map(|org| org.to_string()),
            door: entry.door.into(),
            command: entry.command.into(),
            result: entry.result,
            store_id: entry.store.map(|id| Word::new(id.as_str().to_owned())),
            name: entry.name,
            address: entry.address.map(|address| address.to_string()),
            request_id: Some(entry.request).filter(|id| !id.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_typed_is_no_formula_in_a_table() {
        assert_eq!(plain("=1+1"), "'=1+1");
        assert_eq!(plain("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(plain("tea-shop"), "tea-shop");
    }

    #[test]
    fn a_table_is_what_asks_for_it_first() {
        assert!(wants_csv(Some("text/csv")) && wants_csv(Some("Text/CSV; header=present, application/json")));
        assert!(!wants_csv(Some("application/json, text/csv")) && !wants_csv(Some("*/*")) && !wants_csv(None));
    }
}
