//! What GitLab tells of: merge requests and notes on them.

use serde_json::{Value, json};

use super::wire;
use crate::deliveries;
use crate::state::{Change, Comment, Forge, Project, World};

/// Somebody did something to a merge request. `oldrev` is the commit that a push replaced, else empty: a push
/// is an `update` with it.
pub(crate) fn merge_request(
    world: &mut World,
    (project, change): (&Project, &Change),
    (action, by, oldrev): (&str, &str, &str),
) -> String {
    let mut attributes = wire::hook_change(world, project, change);
    attributes["action"] = json!(action);
    if !oldrev.is_empty() {
        attributes["oldrev"] = json!(oldrev);
    }
    let labels = wire::hook_labels(project, change);
    let body = json!({
        "object_kind": "merge_request", "event_type": "merge_request", "user": wire::hook_user(world, by),
        "project": wire::hook_project(project, None), "repository": wire::hook_repository(project),
        "object_attributes": attributes, "labels": labels, "assignees": [], "reviewers": [],
        "changes": { "updated_at": { "previous": wire::hook_time(change.created_at), "current": wire::hook_time(change.updated_at) } },
    });
    deliveries::note(world, Forge::GitLab, "Merge Request Hook", body)
}

pub(crate) fn note(world: &mut World, (project, comment): (&Project, &Comment), action: &str) -> Option<String> {
    let change = world.change(project.id, comment.number)?.clone();
    let author = world.users.get(&comment.author).map_or(0, |user| user.id);
    let url = format!(
        "https://gitlab.example/{}/-/merge_requests/{}#note_{}",
        project.full_name(),
        change.number,
        comment.id
    );
    let body = json!({
        "object_kind": "note", "event_type": "note", "user": wire::hook_user(world, &comment.author),
        "project_id": project.id, "project": wire::hook_project(project, None),
        "repository": wire::hook_repository(project),
        "object_attributes": {
            "id": comment.id, "note": comment.body, "description": comment.body, "noteable_type": "MergeRequest",
            "author_id": author, "created_at": wire::hook_time(comment.created_at),
            "updated_at": wire::hook_time(comment.updated_at), "project_id": project.id, "attachment": null,
            "line_code": null, "commit_id": "", "noteable_id": change.id, "system": false, "st_diff": null,
            "internal": false, "type": Value::Null, "discussion_id": "5b3cd5b2f2a4c1", "position": null,
            "original_position": null, "change_position": null, "resolved_at": null, "resolved_by_id": null,
            "resolved_by_push": null, "updated_by_id": null, "url": url, "action": action,
        },
        "merge_request": wire::hook_change(world, project, &change),
    });
    Some(deliveries::note(world, Forge::GitLab, "Note Hook", body))
}
