//! Who did what: read by administrators, and written where a command is refused. What is accepted is written
//! by the ledger in the same step.

use jiff::Timestamp;

use super::query::bad_cursor;
use super::{Commands, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::{ActorId, Door};
use crate::domain::audit::{Asker, AuditEntry};
use crate::domain::command::CommandKind;
use crate::domain::event::is_event_id;
use crate::domain::outcome::Refusal;
use crate::ledger::AuditSpan;

/// Most entries of one page.
pub const AUDIT_MAX: u32 = 1000;
/// Entries looked at for one page: a filter that matches few gives short pages with a cursor.
const LOOK_MAX: usize = 10_000;
/// Longest piece of what somebody typed that is kept, in characters.
const NAME_MAX: usize = 64;

/// Which entries. `None`: whatever it is.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub actor: Option<ActorId>,
    pub command: Option<CommandKind>,
    pub door: Option<Door>,
    /// Id or name.
    pub store: Option<String>,
    /// `accepted`, or the kind of a refusal.
    pub result: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// 1 to [`AUDIT_MAX`].
    pub limit: u32,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Entries with their ids, newest first.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    pub items: Vec<(String, AuditEntry)>,
    pub next_cursor: Option<String>,
}

impl Commands {
    /// # Errors
    /// `Forbidden`, `Invalid` for a cursor that is none, `Unavailable`.
    pub async fn audit(&self, asker: Asker<'_>, filter: &AuditFilter) -> Result<AuditPage, Refusal> {
        self.admit(asker, Action::See(Matter::Audit))?;
        if filter.cursor.as_deref().is_some_and(|cursor| !is_event_id(cursor)) {
            return Err(bad_cursor());
        }
        let limit = filter.limit.clamp(1, AUDIT_MAX) as usize;
        let mut span = AuditSpan { since: filter.since, until: filter.until, before: filter.cursor.clone() };
        let (mut items, mut looked) = (Vec::new(), 0);
        loop {
            let page = self.ledger.audit(&span, limit.max(100)).await.map_err(unavailable)?;
            looked += page.looked;
            for (id, entry) in page.items {
                if !filter.matches(&entry) {
                    continue;
                }
                items.push((id, entry));
                if items.len() == limit {
                    let next_cursor = items.last().map(|(id, _)| id.clone());
                    return Ok(AuditPage { items, next_cursor });
                }
            }
            if page.next.is_none() || looked >= LOOK_MAX {
                return Ok(AuditPage { items, next_cursor: page.next });
            }
            span.before = page.next;
        }
    }

    /// Writes down that a command was refused. What is refused for the moment alone is not worth an entry, and
    /// whoever asks too often must not fill the audit.
    pub async fn note_refused(&self, asker: Asker<'_>, what: (CommandKind, &str), refusal: &Refusal, kind: &str) {
        match refusal {
            Refusal::RateLimited { .. } | Refusal::Unavailable | Refusal::Crowded => return,
            // The request for approval stands there already.
            Refusal::Quota { approval: Some(_), .. } => return,
            _ => {}
        }
        let name: String = what.1.chars().take(NAME_MAX).collect();
        if let Err(error) = self.ledger.note_audit(&asker.note(what.0, &name, kind)).await {
            tracing::warn!(%error, "a refusal could not be written to the audit");
        }
    }
}

impl AuditFilter {
    fn matches(&self, entry: &AuditEntry) -> bool {
        let store = |text: &String| entry.store.as_ref().is_some_and(|id| id.as_str() == text) || entry.name == *text;
        self.actor.as_ref().is_none_or(|actor| *actor == entry.actor)
            && self.command.is_none_or(|command| command == entry.command)
            && self.door.is_none_or(|door| door == entry.door)
            && self.store.as_ref().is_none_or(store)
            && self.result.as_ref().is_none_or(|result| *result == entry.result)
    }
}
