//! The world as GitLab writes it, in answers and in payloads, which differ: times, for one.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::state::{Change, ChangeState, Comment, Deployment, Environment, Level, Project, Status, World};

/// Where the pages are that nobody visits here.
const SITE: &str = "https://gitlab.example";

/// As payloads have it; answers have RFC 3339.
pub(super) fn hook_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

pub(super) fn user(world: &World, login: &str) -> Value {
    let id = world.users.get(login).map_or(0, |user| user.id);
    json!({
        "id": id, "username": login, "public_email": "", "name": login, "state": "active", "locked": false,
        "avatar_url": format!("{SITE}/uploads/{id}.png"), "web_url": format!("{SITE}/{login}"),
    })
}

/// In a payload.
pub(super) fn hook_user(world: &World, login: &str) -> Value {
    let id = world.users.get(login).map_or(0, |user| user.id);
    json!({
        "id": id, "name": login, "username": login, "avatar_url": format!("{SITE}/uploads/{id}.png"),
        "email": "[REDACTED]",
    })
}

/// In an answer.
pub(super) fn project(world: &World, project: &Project) -> Value {
    let (path, id) = (project.full_name(), project.id);
    let url = format!("{}/api/v4/projects/{id}", world.own_url);
    json!({
        "id": id, "description": null, "name": project.name, "path": project.name,
        "name_with_namespace": format!("{} / {}", project.owner, project.name), "path_with_namespace": path,
        "created_at": "2024-01-01T00:00:00.000Z", "default_branch": "main", "tag_list": [], "topics": [],
        "web_url": format!("{SITE}/{path}"), "ssh_url_to_repo": format!("git@gitlab.example:{path}.git"),
        "http_url_to_repo": format!("{SITE}/{path}.git"), "visibility": "private", "archived": false,
        "namespace": {
            "id": project.owner_id, "name": project.owner, "path": project.owner, "kind": "group",
            "full_path": project.owner, "parent_id": null, "avatar_url": null, "web_url": format!("{SITE}/groups/{}", project.owner),
        },
        "_links": { "self": url, "members": format!("{url}/members"), "merge_requests": format!("{url}/merge_requests") },
    })
}

/// In a payload, or somebody's copy of it. The namespace has a name there, and no id.
pub(super) fn hook_project(project: &Project, fork: Option<&str>) -> Value {
    let owner = fork.unwrap_or(&project.owner);
    let path = format!("{owner}/{}", project.name);
    let (web, ssh) = (format!("{SITE}/{path}"), format!("git@gitlab.example:{path}.git"));
    json!({
        "id": source_id(project, fork), "name": project.name, "description": "", "web_url": web, "avatar_url": null,
        "git_ssh_url": ssh, "git_http_url": format!("{web}.git"), "namespace": owner, "visibility_level": 0,
        "path_with_namespace": path, "default_branch": "main", "ci_config_path": null, "homepage": web, "url": ssh,
        "ssh_url": ssh, "http_url": format!("{web}.git"),
    })
}

/// A fork is a project of its own.
fn source_id(project: &Project, fork: Option<&str>) -> u64 {
    if fork.is_some() { project.id + 1_000_000 } else { project.id }
}

pub(super) fn hook_repository(project: &Project) -> Value {
    let web = format!("{SITE}/{}", project.full_name());
    json!({ "name": project.name, "url": format!("git@gitlab.example:{}.git", project.full_name()), "description": "", "homepage": web })
}

pub(super) fn state(change: &Change) -> &'static str {
    match change.state {
        ChangeState::Open => "opened",
        ChangeState::Closed => "closed",
        ChangeState::Merged => "merged",
    }
}

pub(super) fn hook_labels(project: &Project, change: &Change) -> Value {
    let label = |name: &String| {
        json!({
            "id": 206, "title": name, "color": "#0e8a16", "project_id": project.id,
            "created_at": "2024-01-01 00:00:00 UTC", "updated_at": "2024-01-01 00:00:00 UTC", "template": false,
            "description": null, "type": "ProjectLabel", "group_id": null,
        })
    };
    change.labels.iter().map(label).collect()
}

/// What both payloads say of a merge request.
pub(super) fn hook_change(world: &World, project: &Project, change: &Change) -> Value {
    let author = world.users.get(&change.author).map_or(0, |user| user.id);
    let url = format!("{SITE}/{}/-/merge_requests/{}", project.full_name(), change.number);
    json!({
        "id": change.id, "iid": change.number, "target_branch": "main", "source_branch": change.branch,
        "source_project_id": source_id(project, change.fork.as_deref()), "target_project_id": project.id,
        "author_id": author, "assignee_id": null, "assignee_ids": [], "reviewer_ids": [], "title": change.title,
        "created_at": hook_time(change.created_at), "updated_at": hook_time(change.updated_at),
        "last_edited_at": null, "last_edited_by_id": null, "milestone_id": null, "description": "",
        "state": state(change), "state_id": if change.state == ChangeState::Open { 1 } else { 2 },
        "blocking_discussions_resolved": true, "work_in_progress": change.draft, "draft": change.draft,
        "first_contribution": false, "merge_status": "can_be_merged", "detailed_merge_status": "mergeable",
        "merge_commit_sha": null, "merge_error": null, "merge_params": {}, "merge_user_id": null,
        "merge_when_pipeline_succeeds": false, "head_pipeline_id": null, "updated_by_id": null,
        "prepared_at": hook_time(change.created_at), "time_estimate": 0, "time_change": 0, "total_time_spent": 0,
        "human_time_estimate": null, "human_time_change": null, "human_total_time_spent": null, "url": url,
        "source": hook_project(project, change.fork.as_deref()), "target": hook_project(project, None),
        "last_commit": {
            "id": change.sha, "message": "Change something", "title": "Change something",
            "timestamp": change.updated_at, "url": format!("{SITE}/{}/-/commit/{}", project.full_name(), change.sha),
            "author": { "name": change.author, "email": "[REDACTED]" },
        },
        "labels": hook_labels(project, change),
    })
}

/// A merge request in an answer.
pub(super) fn change(world: &World, project: &Project, change: &Change) -> Value {
    let source = source_id(project, change.fork.as_deref());
    json!({
        "id": change.id, "iid": change.number, "project_id": project.id, "title": change.title, "description": null,
        "state": state(change), "created_at": change.created_at, "updated_at": change.updated_at,
        "merged_at": null, "closed_at": change.closed_at, "target_branch": "main", "source_branch": change.branch,
        "user_notes_count": 0, "author": user(world, &change.author), "assignees": [], "reviewers": [],
        "source_project_id": source, "target_project_id": project.id, "labels": change.labels,
        "draft": change.draft, "work_in_progress": change.draft, "sha": change.sha, "merge_commit_sha": null,
        "web_url": format!("{SITE}/{}/-/merge_requests/{}", project.full_name(), change.number),
    })
}

pub(super) fn note(world: &World, comment: &Comment, change: &Change) -> Value {
    json!({
        "id": comment.id, "type": null, "body": comment.body, "author": user(world, &comment.author),
        "created_at": comment.created_at, "updated_at": comment.updated_at, "system": false,
        "noteable_id": change.id, "noteable_type": "MergeRequest", "project_id": comment.project, "resolvable": false,
        "confidential": false, "internal": false, "imported": false, "imported_from": "none",
        "noteable_iid": comment.number, "commands_changes": {},
    })
}

pub(super) fn status(world: &World, status: &Status) -> Value {
    json!({
        "id": status.id, "sha": status.sha, "ref": status.branch, "status": status.state, "name": status.context,
        "target_url": status.target_url, "description": status.description, "created_at": status.at,
        "started_at": null, "finished_at": null, "allow_failure": false, "coverage": null, "pipeline_id": 1,
        "author": user(world, &world.bot),
    })
}

pub(super) fn environment(it: &Environment) -> Value {
    json!({
        "id": it.id, "name": it.name, "slug": it.name.replace('/', "-"), "external_url": it.external_url,
        "created_at": "2024-01-01T00:00:00.000Z", "updated_at": "2024-01-01T00:00:00.000Z", "tier": "development",
        "state": if it.stopped { "stopped" } else { "available" }, "auto_stop_at": null, "description": null,
    })
}

pub(super) fn deployment(world: &World, it: &Deployment) -> Value {
    let environment = world.environments.iter().find(|e| e.project == it.project && e.name == it.environment);
    json!({
        "id": it.id, "iid": it.id, "ref": "main", "sha": it.sha, "created_at": it.created_at,
        "updated_at": it.created_at, "status": it.states.last().map(|state| state.state.as_str()),
        "user": user(world, &world.bot), "environment": environment.map(environment_of), "deployable": null,
    })
}

fn environment_of(it: &Environment) -> Value {
    environment(it)
}

pub(super) fn member(world: &World, login: &str, level: Level) -> Value {
    let mut member = user(world, login);
    member["access_level"] = json!(level as u8);
    member["expires_at"] = Value::Null;
    member["created_at"] = json!("2024-01-01T00:00:00.000Z");
    member["membership_state"] = json!("active");
    member
}
