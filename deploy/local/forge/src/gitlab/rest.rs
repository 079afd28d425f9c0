//! GitLab's REST API, under `/api/v4`: notes of merge requests, commit statuses, environments, deployments,
//! members. Refuses what GitLab refuses, in its words.

mod deployments;

use jiff::{SignedDuration, Timestamp};
use poem::http::HeaderMap;
use poem::http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::{hooks, wire};
use crate::faults::Fault;
use crate::rest::{Answer, Call, Operation};
use crate::state::{Change, Comment, Forge, Level, Project, Status, World};

/// Longest description and address of a status, in characters.
const TEXT_MAX: usize = 255;
const STATUS_STATES: [&str; 6] = ["pending", "running", "success", "failed", "canceled", "skipped"];

const NOTES: &str = "/projects/{project}/merge_requests/{number}/notes";
const NOTE: &str = "/projects/{project}/merge_requests/{number}/notes/{id}";
const ENVIRONMENTS: &str = "/projects/{project}/environments";
const ENVIRONMENT: &str = "/projects/{project}/environments/{id}";
const DEPLOYMENTS: &str = "/projects/{project}/deployments";

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation { method: "GET", path: "/user", handler: myself },
    Operation { method: "GET", path: "/personal_access_tokens/self", handler: own_token },
    Operation { method: "GET", path: "/projects/{project}", handler: show_project },
    Operation { method: "GET", path: "/projects/{project}/merge_requests/{number}", handler: merge_request },
    Operation { method: "GET", path: NOTES, handler: notes },
    Operation { method: "POST", path: NOTES, handler: add_note },
    Operation { method: "GET", path: NOTE, handler: note },
    Operation { method: "PUT", path: NOTE, handler: edit_note },
    Operation { method: "POST", path: "/projects/{project}/statuses/{sha}", handler: add_status },
    Operation { method: "GET", path: "/projects/{project}/repository/commits/{sha}/statuses", handler: statuses },
    Operation { method: "GET", path: ENVIRONMENTS, handler: deployments::environments },
    Operation { method: "POST", path: ENVIRONMENTS, handler: deployments::add_environment },
    Operation { method: "PUT", path: ENVIRONMENT, handler: deployments::edit_environment },
    Operation {
        method: "POST",
        path: "/projects/{project}/environments/{id}/stop",
        handler: deployments::stop_environment,
    },
    Operation { method: "GET", path: DEPLOYMENTS, handler: deployments::deployments },
    Operation { method: "POST", path: DEPLOYMENTS, handler: deployments::add_deployment },
    Operation { method: "PUT", path: "/projects/{project}/deployments/{id}", handler: deployments::edit_deployment },
    Operation { method: "GET", path: "/projects/{project}/members/{user}", handler: member },
    Operation { method: "GET", path: "/projects/{project}/members/all/{user}", handler: member },
];

fn refused(status: u16, message: &str) -> Answer {
    Answer::new(status, json!({ "message": message }))
}

/// A parameter that is missing or no good.
fn wrong(what: &str) -> Answer {
    Answer::new(400, json!({ "error": what }))
}

fn invalid(field: &str, what: &str) -> Answer {
    Answer::new(400, json!({ "message": { field: [what] } }))
}

pub(crate) fn no_route() -> Answer {
    Answer::new(404, json!({ "error": "404 Not Found" }))
}

pub(crate) fn bad_json() -> Answer {
    wrong("There was a problem in the JSON you submitted: unexpected end of input")
}

pub(crate) fn fault(fault: &Fault) -> Answer {
    let seconds = match fault {
        Fault::TooFast { retry_after, .. } => *retry_after,
        Fault::UsedUp { reset_after } => *reset_after,
        _ => return refused(401, "401 Unauthorized"),
    };
    let reset = Timestamp::now().as_second() + i64::try_from(seconds).unwrap_or(60);
    let answer = Answer::new(429, Value::String("Retry later\n".to_owned())).with("retry-after", seconds.to_string());
    let answer = answer.with("ratelimit-limit", "60").with("ratelimit-observed", "67").with("ratelimit-remaining", "0");
    answer.with("ratelimit-name", "throttle_authenticated_api").with("ratelimit-reset", reset.to_string())
}

pub(crate) fn admit(world: &World, headers: &HeaderMap) -> Result<(), Answer> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match header("private-token").or(bearer) {
        Some(token) if token == world.token => Ok(()),
        _ => Err(refused(401, "401 Unauthorized")),
    }
}

/// The project of the path, by id or by its whole name. What the bot may not see is not there.
fn project(world: &World, call: &Call) -> Result<Project, Answer> {
    let text = call.text("project");
    let wanted = |it: &&Project| it.forge == Forge::GitLab && (it.id.to_string() == text || it.full_name() == text);
    let found = world.projects.iter().find(wanted).filter(|it| it.members.contains_key(&world.bot));
    found.cloned().ok_or_else(|| refused(404, "404 Project Not Found"))
}

fn to_write(world: &World, call: &Call, least: Level) -> Result<Project, Answer> {
    let project = project(world, call)?;
    match project.members.get(&world.bot) {
        Some(level) if *level >= least => Ok(project),
        _ => Err(refused(403, "403 Forbidden")),
    }
}

fn change(world: &World, project: &Project, call: &Call) -> Result<Change, Answer> {
    let found = world.change(project.id, call.number("number")).cloned();
    found.ok_or_else(|| refused(404, "404 Not found"))
}

fn myself(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::new(200, wire::user(world, &world.bot)))
}

/// <https://docs.gitlab.com/api/personal_access_tokens/>: of projects' and groups' tokens, too.
fn own_token(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    let Some(scopes) = world.scopes.get(&Forge::GitLab).cloned() else {
        let text = "The request requires higher privileges than provided by the access token.";
        return Err(Answer::new(403, json!({ "error": "insufficient_scope", "error_description": text })));
    };
    let (login, year) = (world.bot.clone(), SignedDuration::from_hours(24 * 365));
    let (user, now) = (world.user(&login).id, Timestamp::now());
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    Ok(Answer::new(
        200,
        json!({
            "id": 1, "name": login, "revoked": false, "created_at": now, "description": null, "scopes": scopes,
            "user_id": user, "last_used_at": now, "active": true, "expires_at": day(now.saturating_add(year).unwrap_or(now)),
        }),
    ))
}

fn show_project(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    Ok(Answer::new(200, wire::project(world, &project)))
}

fn merge_request(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let change = change(world, &project, call)?;
    Ok(Answer::new(200, wire::change(world, &project, &change)))
}

fn paged(world: &World, call: &Call, all: Vec<Value>) -> Answer {
    let (total, (items, page, more)) = (all.len(), call.page(all, 20));
    let answer = Answer::new(200, items).with("x-page", page.to_string()).with("x-total", total.to_string());
    if !more {
        return answer.with("x-next-page", "");
    }
    let others: String = ["per_page", "sort", "order_by", "name", "environment"]
        .into_iter()
        .filter_map(|name| call.query(name).map(|value| format!("{name}={value}&")))
        .collect();
    let next = format!("<{}{}?{others}page={}>; rel=\"next\"", world.own_url, call.path, page + 1);
    answer.with("x-next-page", (page + 1).to_string()).with("link", next)
}

/// Newest first, unless asked otherwise.
fn notes(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let change = change(world, &project, call)?;
    let of_it = world.comments.iter().filter(|it| it.project == project.id && it.number == change.number);
    let mut all: Vec<Value> = of_it.map(|it| wire::note(world, it, &change)).collect();
    if call.query("sort") != Some("asc") {
        all.reverse();
    }
    Ok(paged(world, call, all))
}

fn text(call: &Call) -> Result<String, Answer> {
    match call.field("body") {
        None => Err(wrong("body is missing")),
        Some(body) if body.trim().is_empty() => Err(refused(400, "400 Bad request - Note can't be blank")),
        Some(body) if body.chars().count() > 1_000_000 => {
            Err(invalid("note", "is too long (maximum is 1000000 characters)"))
        }
        Some(body) => Ok(body.to_owned()),
    }
}

fn add_note(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call, Level::Reporter)?;
    let change = change(world, &project, call)?;
    let (text, author) = (text(call)?, world.bot.clone());
    let comment = world.comment_by((project.id, change.number), &author, &text);
    let answer = Answer::new(201, wire::note(world, &comment, &change));
    let event = hooks::note(world, (&project, &comment), "create");
    Ok(event.into_iter().fold(answer, Answer::then))
}

fn named(world: &World, project: &Project, call: &Call) -> Result<Comment, Answer> {
    let (id, number) = (call.number("id"), call.number("number"));
    let found = world.comments.iter().find(|it| it.id == id && it.project == project.id && it.number == number);
    found.cloned().ok_or_else(|| refused(404, "404 Note Not Found"))
}

fn note(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let change = change(world, &project, call)?;
    let comment = named(world, &project, call)?;
    Ok(Answer::new(200, wire::note(world, &comment, &change)))
}

/// Everybody edits their own, and maintainers those of all.
fn edit_note(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call, Level::Reporter)?;
    let change = change(world, &project, call)?;
    let found = named(world, &project, call)?;
    let rank = world.level(project.id, &world.bot);
    if found.author != world.bot && rank < Some(Level::Maintainer) {
        return Err(refused(403, "403 Forbidden"));
    }
    let (text, at) = (text(call)?, world.tick());
    let comment = world.comments.iter_mut().find(|it| it.id == found.id).ok_or_else(no_route)?;
    let before = std::mem::replace(&mut comment.body, text);
    comment.before.push(before);
    comment.updated_at = at;
    let comment = comment.clone();
    let answer = Answer::new(200, wire::note(world, &comment, &change));
    let event = hooks::note(world, (&project, &comment), "update");
    Ok(event.into_iter().fold(answer, Answer::then))
}

fn optional(call: &Call, name: &str) -> Option<String> {
    call.field(name).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn add_status(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call, Level::Developer)?;
    let state = optional(call, "state").ok_or_else(|| wrong("state is missing, state does not have a valid value"))?;
    if !STATUS_STATES.contains(&state.as_str()) {
        return Err(wrong("state does not have a valid value"));
    }
    let (description, target_url) = (optional(call, "description"), optional(call, "target_url"));
    for (field, text) in [("description", &description), ("target_url", &target_url)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > TEXT_MAX) {
            return Err(invalid(field, "is too long (maximum is 255 characters)"));
        }
    }
    if target_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
        return Err(invalid("target_url", "is blocked: Only allowed schemes are http, https"));
    }
    let sha = call.text("sha").to_owned();
    if !world.has_commit(project.id, &sha) {
        return Err(refused(404, "404 Commit Not Found"));
    }
    let of_change = world.changes.iter().find(|it| it.project == project.id && it.sha == sha);
    let branch = optional(call, "ref").or_else(|| of_change.map(|it| it.branch.clone()));
    let context = optional(call, "name").or(optional(call, "context")).unwrap_or_else(|| "default".to_owned());
    let status = Status {
        id: world.next_id(),
        project: project.id,
        sha,
        context,
        state,
        description,
        target_url,
        branch,
        at: world.tick(),
    };
    let status = moved(world, status)?;
    Ok(Answer::new(201, wire::status(world, &status)))
}

/// A status that is under way is moved on, and may not stay what it is; of one that has ended there is another.
fn moved(world: &mut World, new: Status) -> Result<Status, Answer> {
    let under_way = |it: &&mut Status| {
        it.project == new.project
            && (&it.sha, &it.context, &it.branch) == (&new.sha, &new.context, &new.branch)
            && matches!(it.state.as_str(), "pending" | "running")
    };
    let Some(old) = world.statuses.iter_mut().find(under_way) else {
        world.statuses.push(new.clone());
        return Ok(new);
    };
    let verb = match new.state.as_str() {
        "pending" => "enqueue",
        "running" => "run",
        other => other,
    };
    if old.state == new.state || new.state == "pending" {
        let why = format!(
            "Cannot transition status via :{verb} from :{} (Reason(s): Status cannot transition via \"{verb}\")",
            old.state
        );
        return Err(refused(400, &why));
    }
    *old = Status { id: old.id, ..new };
    Ok(old.clone())
}

fn statuses(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let of_it = world.statuses.iter().rev().filter(|it| it.project == project.id && it.sha == call.text("sha"));
    Ok(paged(world, call, of_it.map(|it| wire::status(world, it)).collect()))
}

fn member(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let id = call.number("user");
    let login = world.users.values().find(|user| user.id == id).map(|user| user.login.clone());
    let level = login.as_ref().and_then(|login| world.level(project.id, login));
    match (login, level) {
        (Some(login), Some(level)) => Ok(Answer::new(200, wire::member(world, &login, level))),
        _ => Err(refused(404, "404 Not found")),
    }
}
