//! The world as GitHub writes it. What the published schemas of its payloads ask for is all there, and nothing
//! besides: `clients` holds every payload against them.

use serde_json::{Map, Value, json};

use crate::state::{Change, ChangeState, Comment, Deployment, DeploymentState, Level, Project, Status, World};

/// Where the pages are that nobody visits here.
const SITE: &str = "https://github.example";

pub(super) fn api(world: &World) -> String {
    format!("{}/api/v3", world.own_url)
}

fn node(kind: &str, id: u64) -> String {
    format!("{kind}_{id:012x}")
}

/// Somebody by name; whoever owns a project is an organisation.
pub(super) fn user(world: &World, login: &str) -> Value {
    let org = world.projects.iter().find(|it| it.owner == login).map(|it| it.owner_id);
    let id = org.or_else(|| world.users.get(login).map(|user| user.id)).unwrap_or(0);
    let url = format!("{}/users/{login}", api(world));
    let kind = if org.is_some() { "Organization" } else { "User" };
    json!({
        "login": login, "id": id, "node_id": node("U", id), "type": kind, "site_admin": false,
        "avatar_url": format!("{SITE}/u/{id}.png"), "gravatar_id": "", "url": url, "html_url": format!("{SITE}/{login}"),
        "followers_url": format!("{url}/followers"), "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"), "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"), "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"), "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
    })
}

pub(super) fn organization(world: &World, project: &Project) -> Value {
    let url = format!("{}/orgs/{}", api(world), project.owner);
    json!({
        "login": project.owner, "id": project.owner_id, "node_id": node("O", project.owner_id), "url": url,
        "repos_url": format!("{url}/repos"), "events_url": format!("{url}/events"),
        "hooks_url": format!("{url}/hooks"), "issues_url": format!("{url}/issues"),
        "members_url": format!("{url}/members{{/member}}"),
        "public_members_url": format!("{url}/public_members{{/member}}"),
        "avatar_url": format!("{SITE}/u/{}.png", project.owner_id), "description": "",
    })
}

/// What a repository's addresses end in, by field.
const PARTS: [(&str, &str); 38] = [
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
    ("url", ""),
    ("svn_url", ""),
];

/// A repository, or somebody's copy of it.
pub(super) fn repository(world: &World, project: &Project, fork: Option<&str>) -> Value {
    let owner = fork.unwrap_or(&project.owner);
    let full_name = format!("{owner}/{}", project.name);
    let id = if fork.is_some() { project.id + 1_000_000 } else { project.id };
    let url = format!("{}/repos/{full_name}", api(world));
    let mut fields: Map<String, Value> =
        PARTS.iter().map(|(name, end)| ((*name).to_owned(), json!(format!("{url}{end}")))).collect();
    let rest = json!({
        "id": id, "node_id": node("R", id), "name": project.name, "full_name": full_name, "private": false,
        "owner": user(world, owner), "html_url": format!("{SITE}/{full_name}"), "description": null,
        "fork": fork.is_some(), "created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-01T00:00:00Z",
        "pushed_at": "2024-01-01T00:00:00Z", "git_url": format!("git://github.example/{full_name}.git"),
        "ssh_url": format!("git@github.example:{full_name}.git"), "clone_url": format!("{SITE}/{full_name}.git"),
    });
    let more = json!({
        "homepage": null, "size": 12, "stargazers_count": 0, "watchers_count": 0, "language": "PHP",
        "has_issues": true, "has_projects": true, "has_downloads": true, "has_wiki": true, "has_pages": false,
        "has_discussions": false, "forks_count": 1, "mirror_url": null, "archived": false, "disabled": false,
        "open_issues_count": 1, "license": null, "allow_forking": true, "is_template": false,
        "web_commit_signoff_required": false, "topics": [], "visibility": "public", "forks": 1, "open_issues": 1,
        "watchers": 0, "default_branch": "main", "custom_properties": {},
    });
    for part in [rest, more] {
        fields.extend(part.as_object().cloned().unwrap_or_default());
    }
    Value::Object(fields)
}

pub(super) fn association(world: &World, project: u64, login: &str) -> &'static str {
    match world.level(project, login) {
        Some(Level::Owner) => "OWNER",
        Some(Level::Maintainer) => "MEMBER",
        Some(Level::Developer) => "COLLABORATOR",
        Some(Level::Reporter) => "CONTRIBUTOR",
        Some(Level::Guest) | None => "NONE",
    }
}

fn label(world: &World, project: &Project, name: &str) -> Value {
    let url = format!("{}/repos/{}/labels/{name}", api(world), project.full_name());
    json!({ "id": 7, "node_id": node("LA", 7), "url": url, "name": name, "description": null, "color": "0e8a16", "default": false })
}

fn labels(world: &World, project: &Project, change: &Change) -> Vec<Value> {
    change.labels.iter().map(|name| label(world, project, name)).collect()
}

fn state(change: &Change) -> &'static str {
    if change.state == ChangeState::Open { "open" } else { "closed" }
}

fn side(world: &World, project: &Project, fork: Option<&str>, (branch, sha): (&str, &str)) -> Value {
    let owner = fork.unwrap_or(&project.owner);
    json!({
        "label": format!("{owner}:{branch}"), "ref": branch, "sha": sha, "user": user(world, owner),
        "repo": repository(world, project, fork),
    })
}

pub(super) fn pull_request(world: &World, project: &Project, change: &Change) -> Value {
    let repo = format!("{}/repos/{}", api(world), project.full_name());
    let (url, issue) = (format!("{repo}/pulls/{}", change.number), format!("{repo}/issues/{}", change.number));
    let html = format!("{SITE}/{}/pull/{}", project.full_name(), change.number);
    let (merged, statuses) = (change.state == ChangeState::Merged, format!("{repo}/statuses/{}", change.sha));
    let link = |href: &str| json!({ "href": href });
    let comments = world.comments.iter().filter(|it| it.project == project.id && it.number == change.number).count();
    let mut pull = json!({
        "url": url, "id": change.id, "node_id": node("PR", change.id), "html_url": html,
        "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"), "issue_url": issue,
        "number": change.number, "state": state(change), "locked": false, "title": change.title,
        "user": user(world, &change.author), "body": null, "created_at": change.created_at,
        "updated_at": change.updated_at, "closed_at": change.closed_at,
        "merged_at": change.closed_at.filter(|_| merged), "merge_commit_sha": null, "assignee": null, "assignees": [],
        "requested_reviewers": [], "requested_teams": [], "labels": labels(world, project, change), "milestone": null,
        "draft": change.draft, "commits_url": format!("{url}/commits"),
        "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{repo}/pulls/comments{{/number}}"), "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses,
        "head": side(world, project, change.fork.as_deref(), (&change.branch, &change.sha)),
        "base": side(world, project, None, ("main", &crate::state::main_sha())),
        "author_association": association(world, project.id, &change.author), "auto_merge": null,
        "active_lock_reason": null, "merged": merged, "mergeable": null, "rebaseable": null,
        "mergeable_state": "unknown", "merged_by": null, "comments": comments, "review_comments": 0,
        "maintainer_can_modify": false, "commits": 1, "additions": 3, "deletions": 1, "changed_files": 1,
    });
    pull["_links"] = json!({
        "self": link(&url), "html": link(&html), "issue": link(&issue), "comments": link(&format!("{issue}/comments")),
        "review_comments": link(&format!("{url}/comments")),
        "review_comment": link(&format!("{repo}/pulls/comments{{/number}}")),
        "commits": link(&format!("{url}/commits")), "statuses": link(&statuses),
    });
    pull
}

fn reactions(url: &str) -> Value {
    json!({
        "url": format!("{url}/reactions"), "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "hooray": 0, "confused": 0,
        "heart": 0, "rocket": 0, "eyes": 0,
    })
}

/// A pull request as the issue that it is, too.
pub(super) fn issue(world: &World, project: &Project, change: &Change) -> Value {
    let repo = format!("{}/repos/{}", api(world), project.full_name());
    let (url, pull) = (format!("{repo}/issues/{}", change.number), format!("{repo}/pulls/{}", change.number));
    let html = format!("{SITE}/{}/pull/{}", project.full_name(), change.number);
    let comments = world.comments.iter().filter(|it| it.project == project.id && it.number == change.number).count();
    json!({
        "url": url, "repository_url": repo, "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"), "html_url": html,
        "id": change.id, "node_id": node("PR", change.id), "number": change.number, "title": change.title,
        "user": user(world, &change.author), "labels": labels(world, project, change), "state": state(change),
        "locked": false, "assignee": null, "assignees": [], "milestone": null, "comments": comments,
        "created_at": change.created_at, "updated_at": change.updated_at, "closed_at": change.closed_at,
        "author_association": association(world, project.id, &change.author), "active_lock_reason": null,
        "draft": change.draft, "body": null, "reactions": reactions(&url), "timeline_url": format!("{url}/timeline"),
        "performed_via_github_app": null, "state_reason": null,
        "pull_request": { "url": pull, "html_url": html, "diff_url": format!("{html}.diff"),
                          "patch_url": format!("{html}.patch"), "merged_at": null },
    })
}

pub(super) fn comment(world: &World, project: &Project, comment: &Comment) -> Value {
    let repo = format!("{}/repos/{}", api(world), project.full_name());
    let url = format!("{repo}/issues/comments/{}", comment.id);
    let html = format!("{SITE}/{}/pull/{}#issuecomment-{}", project.full_name(), comment.number, comment.id);
    json!({
        "url": url, "html_url": html, "issue_url": format!("{repo}/issues/{}", comment.number), "id": comment.id,
        "node_id": node("IC", comment.id), "user": user(world, &comment.author), "created_at": comment.created_at,
        "updated_at": comment.updated_at, "author_association": association(world, project.id, &comment.author),
        "body": comment.body, "reactions": reactions(&url), "performed_via_github_app": null,
    })
}

pub(super) fn status(world: &World, project: &Project, status: &Status) -> Value {
    let url = format!("{}/repos/{}/statuses/{}", api(world), project.full_name(), status.sha);
    json!({
        "url": url, "id": status.id, "node_id": node("SC", status.id), "state": status.state,
        "description": status.description, "target_url": status.target_url, "context": status.context,
        "created_at": status.at, "updated_at": status.at, "creator": user(world, &world.bot), "avatar_url": null,
    })
}

pub(super) fn deployment(world: &World, project: &Project, it: &Deployment) -> Value {
    let repo = format!("{}/repos/{}", api(world), project.full_name());
    let url = format!("{repo}/deployments/{}", it.id);
    json!({
        "url": url, "id": it.id, "node_id": node("DE", it.id), "sha": it.sha, "ref": it.sha, "task": "deploy",
        "payload": {}, "original_environment": it.environment, "environment": it.environment, "description": null,
        "creator": user(world, &world.bot), "created_at": it.created_at, "updated_at": it.created_at,
        "statuses_url": format!("{url}/statuses"), "repository_url": repo, "transient_environment": it.transient,
        "production_environment": false,
    })
}

pub(super) fn deployment_status(world: &World, project: &Project, it: &Deployment, state: &DeploymentState) -> Value {
    let repo = format!("{}/repos/{}", api(world), project.full_name());
    let url = format!("{repo}/deployments/{}", it.id);
    json!({
        "url": format!("{url}/statuses/{}", state.id), "id": state.id, "node_id": node("DES", state.id),
        "state": state.state, "creator": user(world, &world.bot), "description": state.description,
        "environment": it.environment, "target_url": "", "created_at": state.at, "updated_at": state.at,
        "deployment_url": url, "repository_url": repo, "environment_url": state.url, "log_url": "",
    })
}
