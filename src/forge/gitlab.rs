//! GitLab's REST API (<https://docs.gitlab.com/api/>): statuses of commits, deployments with their environments, notes
//! of merge requests, members.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Caller, part};
use super::{Branch, Remark, State, Trouble, cut};
use crate::domain::forge::Thread;

/// Longest description of a status, in characters.
const DESCRIPTION_MAX: usize = 255;
/// Names the status among those of a commit.
const NAME: &str = "storebot/preview";
/// Notes of a page, and pages that are looked through for one of ours: it is among the first ones.
const PAGE: usize = 100;
const PAGES: usize = 20;

#[derive(Deserialize)]
struct Id {
    id: u64,
}

#[derive(Deserialize)]
struct OwnToken {
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    name: String,
    status: String,
}

#[derive(Deserialize)]
struct Deployment {
    id: u64,
    sha: String,
    status: String,
}

#[derive(Deserialize)]
struct Member {
    access_level: u32,
}

#[derive(Deserialize)]
struct MergeRequest {
    sha: String,
    source_branch: String,
    source_project_id: Option<u64>,
    target_project_id: u64,
}

/// `/projects/group%2Fshop`.
fn project(thread: &Thread) -> String {
    format!("/projects/{}", part(&thread.repository))
}

/// Of any access token, a person's, a project's or a group's; `None`: this GitLab is too old to tell.
pub(super) async fn scopes(caller: &Caller) -> Result<Option<Vec<String>>, Trouble> {
    match caller.ask::<OwnToken>(Method::GET, "/personal_access_tokens/self", None).await {
        Ok(token) => Ok(Some(token.scopes)),
        Err(Trouble::Refused(404)) => Ok(None),
        // It may not even ask this, so it has none that would let it do more.
        Err(Trouble::Refused(403)) => Ok(Some(Vec::new())),
        Err(trouble) => Err(trouble),
    }
}

/// A status that is under way may not become what it is already, and to say so is refused as everything else is that
/// is wrong with a request: so it is looked at first.
pub(super) async fn status(caller: &Caller, thread: &Thread, remark: &Remark<'_>) -> Result<(), Trouble> {
    let state = match remark.state {
        State::Pending => "running",
        State::Success | State::Gone { after_success: true } => "success",
        State::Failure => "failed",
        State::Gone { after_success: false } => "canceled",
    };
    if remark.state == State::Pending && is_running(caller, thread, remark.commit).await? {
        return Ok(());
    }
    let mut body = json!({ "state": state, "name": NAME, "description": cut(remark.description, DESCRIPTION_MAX) });
    if !remark.branch.is_empty() {
        body["ref"] = Value::from(remark.branch);
    }
    if let Some(url) = remark.url {
        body["target_url"] = Value::from(url);
    }
    caller.tell(Method::POST, &format!("{}/statuses/{}", project(thread), part(remark.commit)), &body).await
}

async fn is_running(caller: &Caller, thread: &Thread, commit: &str) -> Result<bool, Trouble> {
    let path = format!("{}/repository/commits/{}/statuses?per_page={PAGE}", project(thread), part(commit));
    let all: Vec<Status> = caller.ask(Method::GET, &path, None).await?;
    Ok(all.iter().any(|it| it.name == NAME && it.status == "running"))
}

fn environment(thread: &Thread) -> String {
    format!("preview/pr-{}", thread.number)
}

/// One environment for each merge request, which has the address; one deployment for each commit.
pub(super) async fn deployment(caller: &Caller, thread: &Thread, remark: &Remark<'_>) -> Result<(), Trouble> {
    let (name, home) = (environment(thread), project(thread));
    let known = find_environment(caller, thread).await?;
    let state = match remark.state {
        State::Pending => "running",
        State::Success => "success",
        State::Failure => "failed",
        State::Gone { .. } => {
            let Some(id) = known else { return Ok(()) };
            return caller.tell(Method::POST, &format!("{home}/environments/{id}/stop"), &json!({})).await;
        }
    };
    let body = json!({ "name": name, "external_url": remark.url });
    match known {
        Some(id) if remark.url.is_some() => {
            let body = json!({ "external_url": remark.url });
            caller.tell(Method::PUT, &format!("{home}/environments/{id}"), &body).await?;
        }
        Some(_) => {}
        None => caller.tell(Method::POST, &format!("{home}/environments"), &body).await?,
    }
    let path = format!("{home}/deployments?environment={}&per_page={PAGE}&order_by=id&sort=desc", part(&name));
    let all: Vec<Deployment> = caller.ask(Method::GET, &path, None).await?;
    match all.iter().find(|it| it.sha == remark.commit) {
        Some(it) if it.status == state => Ok(()),
        // What has ended is not begun again; a new one says what is so now.
        Some(it) if matches!(it.status.as_str(), "created" | "running") => {
            caller.tell(Method::PUT, &format!("{home}/deployments/{}", it.id), &json!({ "status": state })).await
        }
        _ => {
            let body = json!({
                "environment": name, "sha": remark.commit, "ref": remark.branch, "tag": false, "status": state,
            });
            caller.tell(Method::POST, &format!("{home}/deployments"), &body).await
        }
    }
}

async fn find_environment(caller: &Caller, thread: &Thread) -> Result<Option<u64>, Trouble> {
    let path = format!("{}/environments?name={}", project(thread), part(&environment(thread)));
    let found: Vec<Id> = caller.ask(Method::GET, &path, None).await?;
    Ok(found.first().map(|it| it.id))
}

fn notes(thread: &Thread) -> String {
    format!("{}/merge_requests/{}/notes", project(thread), thread.number)
}

/// The oldest note with this mark in it.
pub(super) async fn find(caller: &Caller, thread: &Thread, mark: &str) -> Result<Option<String>, Trouble> {
    for page in 1..=PAGES {
        let path = format!("{}?per_page={PAGE}&page={page}&sort=asc&order_by=created_at", notes(thread));
        let all: Vec<Note> = caller.ask(Method::GET, &path, None).await?;
        let last = all.len() < PAGE;
        let ours = |it: &Note| it.body.as_deref().is_some_and(|body| body.contains(mark));
        if let Some(found) = all.into_iter().find(ours) {
            return Ok(Some(found.id.to_string()));
        }
        if last {
            break;
        }
    }
    Ok(None)
}

pub(super) async fn add(caller: &Caller, thread: &Thread, text: &str) -> Result<String, Trouble> {
    let made: Id = caller.ask(Method::POST, &notes(thread), Some(&json!({ "body": text }))).await?;
    Ok(made.id.to_string())
}

pub(super) async fn edit(caller: &Caller, thread: &Thread, id: &str, text: &str) -> Result<(), Trouble> {
    caller.tell(Method::PUT, &format!("{}/{}", notes(thread), part(id)), &json!({ "body": text })).await
}

pub(super) async fn branch(caller: &Caller, thread: &Thread) -> Result<Branch, Trouble> {
    let path = format!("{}/merge_requests/{}", project(thread), thread.number);
    let it: MergeRequest = caller.ask(Method::GET, &path, None).await?;
    let fork = it.source_project_id != Some(it.target_project_id);
    Ok(Branch { commit: it.sha, name: it.source_branch, fork })
}

/// Members of the groups above are members, too.
pub(super) async fn level(caller: &Caller, thread: &Thread, user: u64) -> Result<u32, Trouble> {
    let member: Result<Member, Trouble> =
        caller.ask(Method::GET, &format!("{}/members/all/{user}", project(thread)), None).await;
    match member {
        Ok(member) => Ok(member.access_level),
        Err(Trouble::Refused(404)) => Ok(0),
        Err(trouble) => Err(trouble),
    }
}
