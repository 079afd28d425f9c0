//! What GitLab's events mean. How they are signed is in [`domain::webhook::gitlab`](crate::domain::webhook::gitlab).
//!
//! Read is what is needed and nothing else: payloads have hundreds of fields and get more.

use jiff::Timestamp;
use poem_openapi::Object;
use serde::Deserialize;

use super::preview::{Branch, Described, Person, Preview, What, not_listed, not_wanted};
use super::{Meaning, Trusted, Unread, comment, nothing_follows};
use crate::domain::forge::{ForgeKind, Thread};
use crate::inbound::http::reading::{self, Malformed};

const MERGE_REQUEST: &str = "Merge Request Hook";
const NOTE: &str = "Note Hook";

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabMergeRequestEvent")]
struct MergeRequestEvent {
    project: Project,
    object_attributes: MergeRequest,
    labels: Option<Vec<Label>>,
    /// What was changed by an update.
    changes: Option<Changes>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabProject")]
struct Project {
    id: u64,
    path_with_namespace: String,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabMergeRequest")]
struct MergeRequest {
    iid: u64,
    state: Option<String>,
    action: Option<String>,
    updated_at: Option<String>,
    /// The commit before a push; only there when an update is one.
    oldrev: Option<String>,
    draft: Option<bool>,
    source_branch: String,
    source_project_id: Option<u64>,
    target_project_id: u64,
    last_commit: Option<Commit>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabCommit")]
struct Commit {
    id: String,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabLabel")]
struct Label {
    title: String,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabChanges")]
struct Changes {
    labels: Option<LabelChange>,
    draft: Option<DraftChange>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabLabelChange")]
struct LabelChange {
    previous: Vec<Label>,
    current: Vec<Label>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabDraftChange")]
struct DraftChange {
    current: Option<bool>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabNoteEvent")]
struct NoteEvent {
    user: User,
    project: Project,
    object_attributes: Note,
    /// Only there when the note is on one.
    merge_request: Option<MergeRequest>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabUser")]
struct User {
    id: u64,
    username: String,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GitlabNote")]
struct Note {
    note: String,
    /// Before GitLab 16.4 it is not there, and notes that were edited told nothing.
    action: Option<String>,
    system: Option<bool>,
}

/// # Errors
/// The body is not what its event promises.
pub(super) fn meaning(delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
    match delivery.identity.event.as_str() {
        MERGE_REQUEST => merge_request(delivery, &reading::read_open(&delivery.body)?),
        NOTE => Ok(said(delivery, &reading::read_open(&delivery.body)?)),
        other => Ok(nothing_follows(other, "; Merge Request Hook and Note Hook do")),
    }
}

fn described<'a>(project: &Project, it: &MergeRequest, labels: Vec<&'a str>) -> Described<'a> {
    let repository = project.path_with_namespace.clone();
    let branch = it.last_commit.as_ref().map(|commit| Branch {
        commit: commit.id.clone(),
        name: it.source_branch.clone(),
        fork: it.source_project_id != Some(it.target_project_id),
    });
    Described {
        thread: Thread { forge: ForgeKind::Gitlab, repository, number: it.iid },
        repository: project.id,
        // The payload names the namespace and does not number it; a source can say whom it counts for.
        org: None,
        branch,
        draft: it.draft.unwrap_or_default(),
        labels,
    }
}

fn merge_request(delivery: &Trusted<'_>, event: &MergeRequestEvent) -> Result<Meaning, Unread> {
    let Some(forge) = &delivery.source.forge else { return Ok(Preview::unset()) };
    let it = &event.object_attributes;
    let labels = event.labels.iter().flatten().map(|label| label.title.as_str()).collect();
    let described = described(&event.project, it, labels);
    if let Some(ignored) = not_listed(&forge.preview, &described) {
        return Ok(ignored);
    }
    let at = time("object_attributes.updated_at", it.updated_at.as_deref().unwrap_or_default())?;
    let (lost, got) = label_change(event, &forge.preview.label);
    let action = it.action.as_deref().unwrap_or_default();
    let undrafted = event.changes.as_ref().and_then(|it| it.draft.as_ref()).is_some_and(|it| it.current == Some(false));
    let wanted = match action {
        "close" | "merge" => return Ok(delivery.preview(forge, described, What::Gone { at })),
        "update" if lost => return Ok(delivery.preview(forge, described, What::Gone { at })),
        "open" | "reopen" => true,
        "update" => it.oldrev.is_some() || got || undrafted,
        _ => false,
    };
    if !wanted {
        let action: String = action.chars().take(40).collect();
        return Ok(Meaning::Ignored(format!("nothing follows from the action {action:?} of a merge request")));
    }
    if it.state.as_deref() != Some("opened") {
        return Ok(Meaning::Ignored("the merge request is not open".to_owned()));
    }
    Ok(not_wanted(&forge.preview, &described)
        .unwrap_or_else(|| delivery.preview(forge, described, What::Wanted { at })))
}

/// Whether an update took the label away that makes a store wanted, and whether it gave it.
fn label_change(event: &MergeRequestEvent, label: &str) -> (bool, bool) {
    let Some(change) = event.changes.as_ref().and_then(|changes| changes.labels.as_ref()) else {
        return (false, false);
    };
    let has = |labels: &[Label]| !label.is_empty() && labels.iter().any(|it| it.title == label);
    let (before, after) = (has(&change.previous), has(&change.current));
    (before && !after, after && !before)
}

fn said(delivery: &Trusted<'_>, event: &NoteEvent) -> Meaning {
    let ignored = |why: &str| Meaning::Ignored(why.to_owned());
    let Some(forge) = &delivery.source.forge else { return Preview::unset() };
    let note = &event.object_attributes;
    if note.action.as_deref().is_some_and(|action| action != "create") || note.system == Some(true) {
        return ignored("only new comments are read");
    }
    let Some(it) = &event.merge_request else { return ignored("the comment is not on a merge request") };
    let Some(said) = comment::read(&note.note) else {
        return ignored("no line of the comment begins with /store");
    };
    let described = described(&event.project, it, Vec::new());
    if let Some(ignored) = not_listed(&forge.preview, &described) {
        return ignored;
    }
    let named = forge.comments.users.iter().any(|it| it.eq_ignore_ascii_case(&event.user.username));
    // Whoever may read a project may write a note, and the payload does not say what else they may.
    let by = Person { login: event.user.username.clone(), allowed: named.then_some(true), id: event.user.id };
    delivery.preview(forge, described, What::Said { by, said })
}

/// `2026-01-31 12:00:00 UTC`, or RFC 3339: GitLab writes both.
fn time(field: &str, text: &str) -> Result<Timestamp, Malformed> {
    let rfc = text.strip_suffix(" UTC").map_or_else(|| text.to_owned(), |bare| format!("{}Z", bare.replace(' ', "T")));
    rfc.parse().map_err(|_| Malformed {
        field: Some(field.to_owned()),
        why: format!("{field} is a time such as 2026-01-31 12:00:00 UTC"),
    })
}
