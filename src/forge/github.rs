//! GitHub's REST API (<https://docs.github.com/rest>): statuses of commits, deployments, comments of issues, which
//! pull requests are, too.

use reqwest::Method;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::call::{Caller, part};
use super::{Branch, Remark, State, Trouble, cut};
use crate::domain::forge::Thread;

/// Longest description of a status, in characters.
const DESCRIPTION_MAX: usize = 140;
/// Names the status among those of a commit.
const CONTEXT: &str = "storebot/preview";
/// Comments of a page, and pages that are looked through for one of ours: it is among the first ones.
const PAGE: usize = 100;
const PAGES: usize = 20;
/// Deployments of one pull request that are ended when its store is gone.
const DEPLOYMENTS: usize = 100;

#[derive(Deserialize)]
struct Id {
    id: u64,
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Pull {
    head: Side,
    base: Side,
}

#[derive(Deserialize)]
struct Side {
    sha: String,
    #[serde(rename = "ref")]
    name: String,
    /// `None`: the copy it came from has been deleted.
    repo: Option<Id>,
}

/// `/repos/octo/shop`, whatever is in the name.
fn repo(thread: &Thread) -> String {
    let (owner, name) = thread.repository.rsplit_once('/').unwrap_or(("", &thread.repository));
    format!("/repos/{}/{}", part(owner), part(name))
}

/// Those of a classic token; `None`: it is of another kind.
pub(super) async fn scopes(caller: &Caller) -> Result<Option<Vec<String>>, Trouble> {
    let headers = match caller.look::<IgnoredAny>("/user").await {
        Ok((headers, _)) => headers,
        // An application has no user of its own.
        Err(Trouble::Refused(403 | 404)) => return Ok(None),
        Err(trouble) => return Err(trouble),
    };
    let scopes = headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok());
    let each = |text: &str| text.split(',').map(|scope| scope.trim().to_owned()).filter(|it| !it.is_empty()).collect();
    Ok(scopes.map(each))
}

pub(super) async fn status(caller: &Caller, thread: &Thread, remark: &Remark<'_>) -> Result<(), Trouble> {
    let state = match remark.state {
        State::Pending => "pending",
        State::Success | State::Gone { after_success: true } => "success",
        State::Failure => "failure",
        State::Gone { after_success: false } => "error",
    };
    let body = json!({
        "state": state, "context": CONTEXT, "description": cut(remark.description, DESCRIPTION_MAX),
        "target_url": remark.url,
    });
    caller.tell(Method::POST, &format!("{}/statuses/{}", repo(thread), part(remark.commit)), &body).await
}

/// One environment for each pull request, one deployment for each commit.
pub(super) async fn deployment(caller: &Caller, thread: &Thread, remark: &Remark<'_>) -> Result<(), Trouble> {
    let state = match remark.state {
        State::Pending => "in_progress",
        State::Success => "success",
        State::Failure => "failure",
        State::Gone { .. } => {
            for id in deployments(caller, thread, None).await? {
                said(caller, thread, id, ("inactive", remark)).await?;
            }
            return Ok(());
        }
    };
    let id = match deployments(caller, thread, Some(remark.commit)).await?.first() {
        Some(id) => *id,
        None => deploy(caller, thread, remark.commit).await?,
    };
    said(caller, thread, id, (state, remark)).await
}

fn environment(thread: &Thread) -> String {
    format!("preview/pr-{}", thread.number)
}

async fn deployments(caller: &Caller, thread: &Thread, commit: Option<&str>) -> Result<Vec<u64>, Trouble> {
    let commit = commit.map(|sha| format!("&sha={}", part(sha))).unwrap_or_default();
    let environment = part(&environment(thread));
    let path = format!("{}/deployments?environment={environment}&per_page={DEPLOYMENTS}{commit}", repo(thread));
    let all: Vec<Id> = caller.ask(Method::GET, &path, None).await?;
    Ok(all.into_iter().map(|it| it.id).collect())
}

async fn deploy(caller: &Caller, thread: &Thread, commit: &str) -> Result<u64, Trouble> {
    let body = json!({
        "ref": commit, "environment": environment(thread), "description": "A preview store", "auto_merge": false,
        // Without this GitHub waits for all checks of the commit.
        "required_contexts": [],
        "transient_environment": true, "production_environment": false,
    });
    let made: Id = caller.ask(Method::POST, &format!("{}/deployments", repo(thread)), Some(&body)).await?;
    Ok(made.id)
}

async fn said(caller: &Caller, thread: &Thread, id: u64, (state, remark): (&str, &Remark<'_>)) -> Result<(), Trouble> {
    let mut body = json!({ "state": state, "description": cut(remark.description, DESCRIPTION_MAX) });
    if let (Some(url), true) = (remark.url, state == "success") {
        body["environment_url"] = Value::from(url);
    }
    caller.tell(Method::POST, &format!("{}/deployments/{id}/statuses", repo(thread)), &body).await
}

/// The oldest comment with this mark in it.
pub(super) async fn find(caller: &Caller, thread: &Thread, mark: &str) -> Result<Option<String>, Trouble> {
    for page in 1..=PAGES {
        let path = format!("{}/issues/{}/comments?per_page={PAGE}&page={page}", repo(thread), thread.number);
        let comments: Vec<Comment> = caller.ask(Method::GET, &path, None).await?;
        let last = comments.len() < PAGE;
        let ours = |it: &Comment| it.body.as_deref().is_some_and(|body| body.contains(mark));
        if let Some(found) = comments.into_iter().find(ours) {
            return Ok(Some(found.id.to_string()));
        }
        if last {
            break;
        }
    }
    Ok(None)
}

pub(super) async fn add(caller: &Caller, thread: &Thread, text: &str) -> Result<String, Trouble> {
    let path = format!("{}/issues/{}/comments", repo(thread), thread.number);
    let made: Id = caller.ask(Method::POST, &path, Some(&json!({ "body": text }))).await?;
    Ok(made.id.to_string())
}

pub(super) async fn edit(caller: &Caller, thread: &Thread, id: &str, text: &str) -> Result<(), Trouble> {
    let path = format!("{}/issues/comments/{}", repo(thread), part(id));
    caller.tell(Method::PATCH, &path, &json!({ "body": text })).await
}

pub(super) async fn branch(caller: &Caller, thread: &Thread) -> Result<Branch, Trouble> {
    let pull: Pull = caller.ask(Method::GET, &format!("{}/pulls/{}", repo(thread), thread.number), None).await?;
    let ours = pull.base.repo.map(|it| it.id);
    let fork = pull.head.repo.map(|it| it.id) != ours;
    Ok(Branch { commit: pull.head.sha, name: pull.head.name, fork })
}
