//! The audit's shapes: entries in JSON, or a table for other programs.

use poem::http::header::CONTENT_TYPE;
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};
use serde::Serialize;

use super::payload::{Json, asks_for};
use super::shape::{Id, Time, Word};
use crate::commands::AuditPage;
use crate::domain::actor::{Door, Role};
use crate::domain::audit::AuditEntry;
use crate::domain::command::CommandKind;

/// Who did what, newest first.
#[derive(Debug, Serialize, Object)]
pub(super) struct AuditList {
    items: Vec<Entry>,
    /// Give it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One command, and what came of it.
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

/// Whether the header `Accept` asks for a table.
pub(super) fn wants_csv(accept: Option<&str>) -> bool {
    asks_for(CSV, accept)
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
