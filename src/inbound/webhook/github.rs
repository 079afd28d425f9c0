//! What GitHub's events mean. How they are signed is in [`domain::webhook::github`](crate::domain::webhook::github).
//!
//! Read is what is needed and nothing else: payloads have hundreds of fields and get more.

use jiff::Timestamp;
use poem_openapi::Object;
use serde::Deserialize;

use super::preview::{Branch, Described, Person, Preview, What, not_listed, not_wanted};
use super::{Meaning, Trusted, Unread, comment, nothing_follows};
use crate::config::Comments;
use crate::domain::actor::OrgId;
use crate::domain::forge::{ForgeKind, Thread};
use crate::inbound::http::reading::{self, Malformed};

/// What GitHub sends when a webhook is set up.
const PING: &str = "ping";
const PULL_REQUEST: &str = "pull_request";
const COMMENT: &str = "issue_comment";

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubPullRequestEvent")]
struct PullRequestEvent {
    action: String,
    pull_request: PullRequest,
    repository: Repository,
    /// The label that was given or taken away.
    label: Option<Label>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubPullRequest")]
struct PullRequest {
    number: u64,
    state: String,
    draft: Option<bool>,
    updated_at: String,
    labels: Option<Vec<Label>>,
    head: Side,
    base: Side,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubSide")]
struct Side {
    sha: String,
    #[serde(rename = "ref")]
    #[oai(rename = "ref")]
    name: String,
    /// Absent when the copy it came from has been deleted.
    repo: Option<RepositoryId>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubRepositoryId")]
struct RepositoryId {
    id: u64,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubRepository")]
struct Repository {
    id: u64,
    full_name: String,
    owner: Owner,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubOwner")]
struct Owner {
    id: u64,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubLabel")]
struct Label {
    name: String,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubCommentEvent")]
struct CommentEvent {
    action: String,
    issue: Issue,
    comment: Comment,
    repository: Repository,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubIssue")]
struct Issue {
    number: u64,
    /// Only there when the issue is a pull request.
    pull_request: Option<Marker>,
}

/// Something of which only matters that it is there.
#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubMarker")]
struct Marker {
    url: Option<String>,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubComment")]
struct Comment {
    body: String,
    user: Option<User>,
    author_association: String,
}

#[derive(Debug, Deserialize, Object)]
#[oai(rename = "GithubUser")]
struct User {
    id: u64,
    login: String,
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    kind: Option<String>,
}

/// # Errors
/// The body is not what its event promises.
pub(super) fn meaning(delivery: &Trusted<'_>) -> Result<Meaning, Unread> {
    match delivery.identity.event.as_str() {
        PING => Ok(Meaning::Ignored("the ping has arrived, and its signature holds".to_owned())),
        PULL_REQUEST => pull_request(delivery, &reading::read_open(&delivery.body)?),
        COMMENT => Ok(said(delivery, &reading::read_open(&delivery.body)?)),
        other => Ok(nothing_follows(other, "; pull_request and issue_comment do")),
    }
}

fn thread(repository: &Repository, number: u64) -> Thread {
    Thread { forge: ForgeKind::Github, repository: repository.full_name.clone(), number }
}

fn pull_request(delivery: &Trusted<'_>, event: &PullRequestEvent) -> Result<Meaning, Unread> {
    let Some(forge) = &delivery.source.forge else { return Ok(Preview::unset()) };
    let (pull, repository) = (&event.pull_request, &event.repository);
    let ours = pull.base.repo.as_ref().map(|it| it.id);
    let fork = pull.head.repo.as_ref().map(|it| it.id) != ours;
    let described = Described {
        thread: thread(repository, pull.number),
        repository: repository.id,
        org: Some(OrgId::new(format!("github:{}", repository.owner.id))),
        branch: Some(Branch { commit: pull.head.sha.clone(), name: pull.head.name.clone(), fork }),
        draft: pull.draft.unwrap_or_default(),
        labels: pull.labels.iter().flatten().map(|label| label.name.as_str()).collect(),
    };
    if let Some(ignored) = not_listed(&forge.preview, &described) {
        return Ok(ignored);
    }
    let at = time("pull_request.updated_at", &pull.updated_at)?;
    let of_label = event.label.as_ref().is_some_and(|label| label.name == forge.preview.label);
    let wanted = match event.action.as_str() {
        "closed" => return Ok(delivery.preview(forge, described, What::Gone { at })),
        "unlabeled" if of_label => return Ok(delivery.preview(forge, described, What::Gone { at })),
        "opened" | "reopened" | "synchronize" | "ready_for_review" => true,
        "labeled" => of_label,
        _ => false,
    };
    if !wanted {
        let action: String = event.action.chars().take(40).collect();
        return Ok(Meaning::Ignored(format!("nothing follows when a pull request is {action:?}")));
    }
    if pull.state != "open" {
        return Ok(Meaning::Ignored("the pull request is closed".to_owned()));
    }
    Ok(not_wanted(&forge.preview, &described)
        .unwrap_or_else(|| delivery.preview(forge, described, What::Wanted { at })))
}

fn said(delivery: &Trusted<'_>, event: &CommentEvent) -> Meaning {
    let ignored = |why: &str| Meaning::Ignored(why.to_owned());
    let Some(forge) = &delivery.source.forge else { return Preview::unset() };
    if event.action != "created" {
        return ignored("only new comments are read");
    }
    if event.issue.pull_request.is_none() {
        return ignored("the comment is on an issue, not on a pull request");
    }
    let Some(user) = event.comment.user.as_ref().filter(|user| user.kind.as_deref() != Some("Bot")) else {
        return ignored("the comment is a program's");
    };
    let Some(said) = comment::read(&event.comment.body) else {
        return ignored("no line of the comment begins with /store");
    };
    let described = Described {
        thread: thread(&event.repository, event.issue.number),
        repository: event.repository.id,
        org: Some(OrgId::new(format!("github:{}", event.repository.owner.id))),
        branch: None,
        draft: false,
        labels: Vec::new(),
    };
    if let Some(ignored) = not_listed(&forge.preview, &described) {
        return ignored;
    }
    if !may(&forge.comments, user, &event.comment.author_association) {
        return ignored("whoever wrote it may not give commands here: see comments.associations and comments.users");
    }
    let by = Person { login: user.login.clone(), allowed: Some(true), id: user.id };
    delivery.preview(forge, described, What::Said { by, said })
}

fn may(comments: &Comments, user: &User, association: &str) -> bool {
    comments.associations.iter().any(|it| it == association)
        || comments.users.iter().any(|it| it.eq_ignore_ascii_case(&user.login))
}

/// GitHub's times are RFC 3339.
fn time(field: &str, text: &str) -> Result<Timestamp, Malformed> {
    text.parse().map_err(|_| Malformed {
        field: Some(field.to_owned()),
        why: format!("{field} is a time such as 2026-01-31T12:00:00Z"),
    })
}
