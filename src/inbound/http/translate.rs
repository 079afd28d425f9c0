//! Requests of the API, as commands. Free functions without a request or a connection in sight.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::dto::CreateStore;
use super::problem::Problem;
use super::shape::{Search, Time, Word};
use crate::commands::{AuditFilter, ListFilter};
use crate::domain::actor::{ActorId, Door};
use crate::domain::command::{CommandKind, Create};
use crate::domain::engine::Engine;
use crate::domain::event::is_event_id;
use crate::domain::outcome::Refusal;
use crate::domain::record::Phase;
use crate::domain::rule::Rule;
use crate::domain::sort::Sort;
use crate::inbound::parse::{self, CreateFields};

/// Stores on a page when nothing is said.
const PAGE: u32 = 50;

/// # Errors
/// The first field that cannot be read.
pub(super) fn create(body: &CreateStore) -> Result<Create, Refusal> {
    parse::create(CreateFields {
        name: body.name.as_str(),
        engine: body.engine.as_str(),
        plan: body.plan.as_ref().map(Word::as_str),
        title: body.title.as_ref().map(Word::as_str),
        ttl: body.ttl.as_ref().map(Word::as_str),
        cell: body.cell.as_deref(),
        currency: body.currency.as_ref().map(Word::as_str),
        country: body.country.as_ref().map(Word::as_str),
    })
}

/// The query of a list, as received.
pub(super) struct ListQuery {
    pub(super) owner: Option<String>,
    pub(super) phase: Option<Word<Phase>>,
    pub(super) engine: Option<Word<Engine>>,
    pub(super) q: Option<Word<Search>>,
    pub(super) sort: Option<Word<Sort>>,
    pub(super) limit: Option<u32>,
    pub(super) cursor: Option<String>,
}

/// # Errors
/// A phase, an engine or an order that does not exist, or too much to search for.
pub(super) fn list(query: ListQuery) -> Result<ListFilter, Refusal> {
    Ok(ListFilter {
        living: false,
        back: false,
        owner: query.owner.map(ActorId::new),
        phase: query.phase.map(|p| parse::phase(p.as_str())).transpose()?,
        engine: query.engine.map(|e| parse::engine(e.as_str())).transpose()?,
        search: query.q.map(|q| parse::search(q.as_str())).transpose()?.unwrap_or_default(),
        sort: query.sort.map(|s| parse::sort(s.as_str())).transpose()?.unwrap_or_default(),
        limit: query.limit.unwrap_or(PAGE),
        cursor: query.cursor,
    })
}

/// The query of the audit, as received.
pub(super) struct AuditQuery {
    pub(super) actor: Option<String>,
    pub(super) command: Option<Word<CommandKind>>,
    pub(super) door: Option<Word<Door>>,
    pub(super) store: Option<String>,
    pub(super) result: Option<String>,
    pub(super) since: Option<Word<Time>>,
    pub(super) until: Option<Word<Time>>,
    pub(super) limit: Option<u32>,
    pub(super) cursor: Option<String>,
}

/// # Errors
/// A command or a door that does not exist, or a moment that is none.
pub(super) fn audit(query: AuditQuery) -> Result<AuditFilter, Refusal> {
    let moment = |field: &str, text: Option<Word<Time>>| {
        let read = |text: Word<Time>| {
            text.as_str().parse().map_err(|_| Refusal::Invalid { field: field.to_owned(), why: Rule::Moment })
        };
        text.map(read).transpose()
    };
    Ok(AuditFilter {
        actor: query.actor.map(ActorId::new),
        command: query.command.map(|c| parse::command(c.as_str())).transpose()?,
        door: query.door.map(|d| parse::door(d.as_str())).transpose()?,
        store: query.store,
        result: query.result,
        since: moment("since", query.since)?,
        until: moment("until", query.until)?,
        limit: query.limit.unwrap_or(PAGE),
        cursor: query.cursor,
    })
}

/// An event's id, as a reader gives it back.
///
/// # Errors
/// It is none: a reader that was given no such thing has mixed something up.
pub(super) fn event_id(name: &str, text: String) -> Result<String, Problem> {
    if is_event_id(&text) {
        Ok(text)
    } else {
        Err(Problem::bad_parameter(name, "the id of an event, such as 1732212000000-0"))
    }
}

/// What a request asked for, in short: hex SHA-256 of its body.
pub(in crate::inbound) fn fingerprint(body: &[u8]) -> String {
    Sha256::digest(body).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a `String` does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn read(json: &str) -> Result<CreateStore, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_body_becomes_a_create() {
        let body = read(r#"{"name":"tea","engine":"medusa","ttl":"7d","plan":null}"#).unwrap();
        let created = create(&body).unwrap();
        assert_eq!((created.name.as_str(), created.engine), ("tea", Engine::Medusa));
        assert_eq!(created.ttl, Some(SignedDuration::from_hours(168)));
    }

    #[test]
    fn unknown_double_and_missing_fields_are_told_by_name() {
        assert!(read(r#"{"name":"tea","engine":"medusa","colour":"red"}"#).unwrap_err().contains("`colour`"));
        assert!(read(r#"{"name":"tea","name":"two","engine":"medusa"}"#).unwrap_err().contains("`name`"));
        assert!(read(r#"{"name":"tea"}"#).unwrap_err().contains("`engine`"));
    }

    #[test]
    fn a_query_becomes_a_filter() {
        let nothing =
            || ListQuery { owner: None, phase: None, engine: None, q: None, sort: None, limit: None, cursor: None };
        let filter = list(ListQuery {
            owner: Some("api:ana".to_owned()),
            phase: Some(Word::new("ready")),
            q: Some(Word::new(" Tea ")),
            sort: Some(Word::new("name")),
            ..nothing()
        });
        let filter = filter.unwrap();
        assert_eq!((filter.phase, filter.limit), (Some(Phase::Ready), PAGE));
        assert_eq!((filter.search.as_str(), filter.sort), ("Tea", Sort::Name));
        let query = ListQuery { phase: Some(Word::new("lost")), limit: Some(1), ..nothing() };
        assert!(matches!(list(query), Err(Refusal::Unknown { field: "phase", .. })));
        let query = ListQuery { sort: Some(Word::new("size")), ..nothing() };
        assert!(matches!(list(query), Err(Refusal::Unknown { field: "sort", .. })));
        let query = ListQuery { q: Some(Word::new("x".repeat(201))), ..nothing() };
        assert!(matches!(list(query), Err(Refusal::Invalid { .. })));
    }

    #[test]
    fn a_fingerprint_is_the_published_digest() {
        assert_eq!(fingerprint(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
