//! GitHub's REST API, under `/api/v3` as a GitHub Enterprise Server has it: comments, commit statuses,
//! deployments, pull requests, a collaborator's permission. Refuses what GitHub refuses, in its words.

use jiff::Timestamp;
use poem::http::HeaderMap;
use poem::http::header::{AUTHORIZATION, USER_AGENT};
use serde_json::{Value, json};

use super::{hooks, wire};
use crate::faults::Fault;
use crate::rest::{Answer, Call, Operation};
use crate::state::{Change, Comment, Deployment, DeploymentState, Forge, Level, Project, Status, World};

const DOCS: &str = "https://docs.github.com/rest";
/// Longest comment, in characters.
const BODY_MAX: usize = 65_536;
/// Longest description of a status, in characters.
const DESCRIPTION_MAX: usize = 140;
const STATUS_STATES: [&str; 4] = ["error", "failure", "pending", "success"];
const DEPLOYMENT_STATES: [&str; 7] = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];

const COMMENTS: &str = "/repos/{owner}/{repo}/issues/{number}/comments";
const COMMENT: &str = "/repos/{owner}/{repo}/issues/comments/{id}";
const DEPLOYMENTS: &str = "/repos/{owner}/{repo}/deployments";
const DEPLOYMENT_STATUSES: &str = "/repos/{owner}/{repo}/deployments/{id}/statuses";

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation { method: "GET", path: "/user", handler: myself },
    Operation { method: "GET", path: "/repos/{owner}/{repo}", handler: repository },
    Operation { method: "GET", path: "/repos/{owner}/{repo}/pulls/{number}", handler: pull },
    Operation { method: "GET", path: COMMENTS, handler: comments },
    Operation { method: "POST", path: COMMENTS, handler: add_comment },
    Operation { method: "GET", path: COMMENT, handler: comment },
    Operation { method: "PATCH", path: COMMENT, handler: edit_comment },
    Operation { method: "DELETE", path: COMMENT, handler: delete_comment },
    Operation { method: "POST", path: "/repos/{owner}/{repo}/statuses/{sha}", handler: add_status },
    Operation { method: "GET", path: "/repos/{owner}/{repo}/commits/{sha}/statuses", handler: statuses },
    Operation { method: "GET", path: DEPLOYMENTS, handler: deployments },
    Operation { method: "POST", path: DEPLOYMENTS, handler: add_deployment },
    Operation { method: "GET", path: DEPLOYMENT_STATUSES, handler: deployment_statuses },
    Operation { method: "POST", path: DEPLOYMENT_STATUSES, handler: add_deployment_status },
    Operation { method: "GET", path: "/repos/{owner}/{repo}/collaborators/{username}/permission", handler: permission },
];

fn refused(status: u16, message: &str) -> Answer {
    let body = json!({ "message": message, "documentation_url": DOCS, "status": status.to_string() });
    Answer::new(status, body)
}

fn invalid(resource: &str, (code, field): (&str, &str), message: Option<&str>) -> Answer {
    let mut error = json!({ "resource": resource, "code": code, "field": field });
    if let Some(message) = message {
        error["message"] = json!(message);
    }
    let body = json!({ "message": "Validation Failed", "errors": [error], "documentation_url": DOCS, "status": "422" });
    Answer::new(422, body)
}

fn not_found() -> Answer {
    refused(404, "Not Found")
}

pub(crate) fn no_route() -> Answer {
    not_found()
}

pub(crate) fn bad_json() -> Answer {
    refused(400, "Problems parsing JSON")
}

pub(crate) fn fault(fault: &Fault) -> Answer {
    match fault {
        Fault::TooFast { retry_after, status } => {
            let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
            refused(*status, message).with("retry-after", retry_after.to_string())
        }
        Fault::UsedUp { reset_after } => {
            let reset = Timestamp::now().as_second() + i64::try_from(*reset_after).unwrap_or(3_600);
            let answer = refused(403, "API rate limit exceeded for user ID 1.");
            answer.with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", reset.to_string())
        }
        _ => refused(401, "Bad credentials"),
    }
}

/// The headers about the hour's requests, where a fault has not written its own, and about a classic token's scopes.
pub(crate) fn stamp(answer: &mut Answer, world: &World) {
    let remaining = world.remaining;
    if let Some(scopes) = world.scopes.get(&Forge::GitHub).filter(|_| answer.status != 401) {
        answer.headers.push(("x-oauth-scopes", scopes.join(", ")));
    }
    let has = |answer: &Answer, name: &str| answer.headers.iter().any(|(it, _)| *it == name);
    let reset = Timestamp::now().as_second() + 3_600;
    for (name, value) in [
        ("x-ratelimit-limit", "5000".to_owned()),
        ("x-ratelimit-remaining", remaining.to_string()),
        ("x-ratelimit-used", (5_000_u32.saturating_sub(remaining)).to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
        ("x-github-media-type", "github.v3; format=json".to_owned()),
    ] {
        if !has(answer, name) {
            answer.headers.push((name, value));
        }
    }
}

/// Everybody has to say who they are, a program its name, too.
pub(crate) fn admit(world: &World, headers: &HeaderMap) -> Result<(), Answer> {
    if !headers.contains_key(USER_AGENT) {
        let text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
        return Err(Answer::new(403, Value::String(text.to_owned())));
    }
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = given.strip_prefix("Bearer ").or_else(|| given.strip_prefix("token "));
    match token {
        Some(token) if token == world.token => Ok(()),
        Some(_) => Err(refused(401, "Bad credentials")),
        None => Err(refused(401, "Requires authentication")),
    }
}

/// The repository of the path, when the bot may write there. What it may not see is not there.
fn project(world: &World, call: &Call) -> Result<Project, Answer> {
    let full_name = format!("{}/{}", call.text("owner"), call.text("repo"));
    let wanted = |it: &&Project| it.forge == Forge::GitHub && it.full_name().eq_ignore_ascii_case(&full_name);
    let found = world.projects.iter().find(wanted).ok_or_else(not_found)?;
    match found.members.get(&world.bot) {
        None => Err(not_found()),
        Some(_) => Ok(found.clone()),
    }
}

fn to_write(world: &World, call: &Call) -> Result<Project, Answer> {
    let project = project(world, call)?;
    match project.members.get(&world.bot) {
        Some(level) if *level >= Level::Developer => Ok(project),
        _ => Err(refused(403, "Resource not accessible by personal access token")),
    }
}

fn change(world: &World, project: &Project, call: &Call) -> Result<Change, Answer> {
    world.change(project.id, call.number("number")).cloned().ok_or_else(not_found)
}

fn myself(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::new(200, wire::user(world, &world.bot)))
}

fn repository(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    Ok(Answer::new(200, wire::repository(world, &project, None)))
}

fn pull(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let change = change(world, &project, call)?;
    Ok(Answer::new(200, wire::pull_request(world, &project, &change)))
}

fn paged(world: &World, call: &Call, all: Vec<Value>) -> Answer {
    let (items, page, more) = call.page(all, 30);
    let answer = Answer::new(200, items);
    let size = call.query("per_page").unwrap_or("30");
    let next = format!("<{}{}?per_page={size}&page={}>; rel=\"next\"", world.own_url, call.path, page + 1);
    if more { answer.with("link", next) } else { answer }
}

fn comments(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let number = change(world, &project, call)?.number;
    let of_it = world.comments.iter().filter(|it| it.project == project.id && it.number == number);
    let all = of_it.map(|it| wire::comment(world, &project, it)).collect();
    Ok(paged(world, call, all))
}

fn body(call: &Call) -> Result<String, Answer> {
    let body = call.field("body").unwrap_or_default();
    if body.trim().is_empty() {
        return Err(invalid("IssueComment", ("unprocessable", "data"), Some("Body cannot be blank")));
    }
    if body.chars().count() > BODY_MAX {
        let message = "body is too long (maximum is 65536 characters)";
        return Err(invalid("IssueComment", ("unprocessable", "data"), Some(message)));
    }
    Ok(body.to_owned())
}

fn add_comment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call)?;
    let number = change(world, &project, call)?.number;
    let (text, author) = (body(call)?, world.bot.clone());
    let comment = world.comment_by((project.id, number), &author, &text);
    let answer = Answer::new(201, wire::comment(world, &project, &comment));
    let event = hooks::comment(world, (&project, &comment), "created");
    Ok(event.into_iter().fold(answer, Answer::then))
}

fn named(world: &World, project: &Project, call: &Call) -> Result<Comment, Answer> {
    let id = call.number("id");
    let found = world.comments.iter().find(|it| it.id == id && it.project == project.id);
    found.cloned().ok_or_else(not_found)
}

fn comment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let comment = named(world, &project, call)?;
    Ok(Answer::new(200, wire::comment(world, &project, &comment)))
}

fn edit_comment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call)?;
    let (id, text, at) = (named(world, &project, call)?.id, body(call)?, world.tick());
    let comment = world.comments.iter_mut().find(|it| it.id == id).ok_or_else(not_found)?;
    let before = std::mem::replace(&mut comment.body, text);
    comment.before.push(before);
    comment.updated_at = at;
    let comment = comment.clone();
    let answer = Answer::new(200, wire::comment(world, &project, &comment));
    let event = hooks::comment(world, (&project, &comment), "edited");
    Ok(event.into_iter().fold(answer, Answer::then))
}

fn delete_comment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call)?;
    let id = named(world, &project, call)?.id;
    world.comments.retain(|it| it.id != id);
    Ok(Answer::bare(204))
}

/// A text that may be missing, of so many characters.
fn optional(call: &Call, name: &str) -> Option<String> {
    call.field(name).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn add_status(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call)?;
    let (sha, state) = (call.text("sha").to_owned(), call.field("state").unwrap_or_default().to_owned());
    if !STATUS_STATES.contains(&state.as_str()) {
        return Err(invalid("Status", ("custom", "state"), Some("state is not included in the list")));
    }
    let (description, target_url) = (optional(call, "description"), optional(call, "target_url"));
    if description.as_ref().is_some_and(|text| text.chars().count() > DESCRIPTION_MAX) {
        let message = "description is too long (maximum is 140 characters)";
        return Err(invalid("Status", ("custom", "description"), Some(message)));
    }
    if target_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
        let message = "target_url must use http(s) scheme";
        return Err(invalid("Status", ("custom", "target_url"), Some(message)));
    }
    if !world.has_commit(project.id, &sha) {
        return Err(refused(422, &format!("No commit found for SHA: {sha}")));
    }
    let context = optional(call, "context").unwrap_or_else(|| "default".to_owned());
    let (id, at, project_id) = (world.next_id(), world.tick(), project.id);
    let status = Status { id, project: project_id, sha, context, state, description, target_url, branch: None, at };
    world.statuses.push(status.clone());
    Ok(Answer::new(201, wire::status(world, &project, &status)))
}

fn statuses(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let of_it = world.statuses.iter().rev().filter(|it| it.project == project.id && it.sha == call.text("sha"));
    let all = of_it.map(|it| wire::status(world, &project, it)).collect();
    Ok(paged(world, call, all))
}

fn deployments(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let is = |name: &str, value: &str| call.query(name).is_none_or(|wanted| wanted == value);
    let wanted = |it: &&Deployment| {
        it.project == project.id && is("sha", &it.sha) && is("ref", &it.sha) && is("environment", &it.environment)
    };
    let all = world.deployments.iter().rev().filter(wanted).map(|it| wire::deployment(world, &project, it)).collect();
    Ok(paged(world, call, all))
}

fn add_deployment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call)?;
    let Some(named) = optional(call, "ref") else {
        return Err(invalid("Deployment", ("missing_field", "ref"), None));
    };
    let of_branch = world.changes.iter().find(|it| it.project == project.id && it.branch == named);
    let sha = of_branch.map_or_else(|| named.clone(), |change| change.sha.clone());
    if !world.has_commit(project.id, &sha) {
        return Err(refused(422, &format!("No ref found for: {named}")));
    }
    // Without `auto_merge: false` GitHub may answer 202 and deploy nothing; without an empty list of contexts
    // it refuses while a status is pending.
    if call.body.get("auto_merge") != Some(&json!(false)) {
        return Err(Answer::new(202, json!({ "message": "Auto-merged main into the branch on deployment." })));
    }
    let pending = world.statuses.iter().any(|it| it.project == project.id && it.sha == sha && it.state != "success");
    if pending && call.body.get("required_contexts") != Some(&json!([])) {
        return Err(refused(409, "Conflict: Commit status checks failed for the ref."));
    }
    let deployment = Deployment {
        id: world.next_id(),
        project: project.id,
        sha,
        environment: optional(call, "environment").unwrap_or_else(|| "production".to_owned()),
        states: Vec::new(),
        transient: call.body.get("transient_environment") == Some(&json!(true)),
        created_at: world.tick(),
    };
    world.deployments.push(deployment.clone());
    Ok(Answer::new(201, wire::deployment(world, &project, &deployment)))
}

fn deployment(world: &World, project: &Project, call: &Call) -> Result<Deployment, Answer> {
    let id = call.number("id");
    let found = world.deployments.iter().find(|it| it.id == id && it.project == project.id);
    found.cloned().ok_or_else(not_found)
}

fn deployment_statuses(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let it = deployment(world, &project, call)?;
    let all = it.states.iter().rev().map(|state| wire::deployment_status(world, &project, &it, state)).collect();
    Ok(paged(world, call, all))
}

fn add_deployment_status(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call)?;
    let it = deployment(world, &project, call)?;
    let state = call.field("state").unwrap_or_default();
    if !DEPLOYMENT_STATES.contains(&state) {
        return Err(invalid("DeploymentStatus", ("custom", "state"), Some("state is not included in the list")));
    }
    let text = |name: &str| optional(call, name).unwrap_or_default();
    let (state, description, url) = (state.to_owned(), text("description"), text("environment_url"));
    if description.chars().count() > DESCRIPTION_MAX {
        let message = "description is too long (maximum is 140 characters)";
        return Err(invalid("DeploymentStatus", ("custom", "description"), Some(message)));
    }
    let added = DeploymentState { id: world.next_id(), state, description, url, at: world.tick() };
    let kept = world.deployments.iter_mut().find(|kept| kept.id == it.id).ok_or_else(not_found)?;
    kept.states.push(added.clone());
    Ok(Answer::new(201, wire::deployment_status(world, &project, &it, &added)))
}

fn permission(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let login = call.text("username");
    let (permission, role) = match world.level(project.id, login) {
        Some(Level::Owner) => ("admin", "admin"),
        Some(Level::Maintainer) => ("write", "maintain"),
        Some(Level::Developer) => ("write", "write"),
        Some(Level::Reporter) => ("read", "triage"),
        Some(Level::Guest) | None => ("read", "read"),
    };
    let body = json!({ "permission": permission, "role_name": role, "user": wire::user(world, login) });
    Ok(Answer::new(200, body))
}
