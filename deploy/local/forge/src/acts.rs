//! What people do, on either forge: each changes the world and tells the bot of it.

use std::sync::Arc;

use serde::Deserialize;

use crate::deliveries::{self, Attempt};
use crate::hub::Hub;
use crate::state::{Change, ChangeState, Comment, Forge, World, sha_of};
use crate::{github, gitlab};

/// How a pull request begins.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Opening {
    pub draft: bool,
    pub labels: Vec<String>,
    /// From whose copy of the project.
    pub fork: Option<String>,
}

/// Something that is done to a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
pub enum Act {
    Close,
    Merge,
    Reopen,
    /// A new commit.
    Push,
    /// It is no draft any more.
    Ready,
    Label {
        name: String,
    },
    /// Another title: nothing that a bot needs to know.
    Rename {
        title: String,
    },
}

/// What became of something: the event, and what the bot said to it, unless deliveries are held.
#[derive(Debug, Clone)]
pub struct Told {
    pub delivery: String,
    pub attempt: Option<Attempt>,
}

pub(crate) async fn open(hub: &Arc<Hub>, (project, author): (u64, &str), opening: Opening) -> Option<(u64, Told)> {
    let (number, delivery) = hub.change(|world| opened(world, (project, author), opening))?;
    let attempt = deliveries::send_new(hub, &delivery).await;
    Some((number, Told { delivery, attempt }))
}

fn opened(world: &mut World, (project, author): (u64, &str), opening: Opening) -> Option<(u64, String)> {
    let project = world.project(project)?.clone();
    world.user(author);
    let number = 1 + world.changes.iter().filter(|it| it.project == project.id).count() as u64;
    let (id, at) = (world.next_id(), world.tick());
    let change = Change {
        id,
        project: project.id,
        number,
        title: format!("Change number {number}"),
        branch: format!("change-{number}"),
        sha: sha_of(&format!("{id} 1")),
        author: author.to_owned(),
        state: ChangeState::Open,
        draft: opening.draft,
        labels: opening.labels,
        fork: opening.fork,
        created_at: at,
        updated_at: at,
        closed_at: None,
    };
    world.changes.push(change.clone());
    let both = (&project, &change);
    let delivery = match project.forge {
        Forge::GitHub => github::hooks::pull_request(world, both, ("opened", author, "")),
        Forge::GitLab => gitlab::hooks::merge_request(world, both, ("open", author, "")),
    };
    Some((number, delivery))
}

pub(crate) async fn act(hub: &Arc<Hub>, (project, number): (u64, u64), by: &str, act: &Act) -> Option<Told> {
    let delivery = hub.change(|world| acted(world, (project, number), by, act))?;
    let attempt = deliveries::send_new(hub, &delivery).await;
    Some(Told { delivery, attempt })
}

fn acted(world: &mut World, (project, number): (u64, u64), by: &str, act: &Act) -> Option<String> {
    let (id, at) = (world.change(project, number)?.id, world.tick());
    world.user(by);
    let change = world.change_mut(id)?;
    let before = match act {
        Act::Rename { title } => std::mem::replace(&mut change.title, title.clone()),
        _ => change.sha.clone(),
    };
    change.updated_at = at;
    match act {
        Act::Close => (change.state, change.closed_at) = (ChangeState::Closed, Some(at)),
        Act::Merge => (change.state, change.closed_at) = (ChangeState::Merged, Some(at)),
        Act::Reopen => (change.state, change.closed_at) = (ChangeState::Open, None),
        Act::Push => change.sha = sha_of(&before),
        Act::Ready => change.draft = false,
        Act::Label { name } => change.labels.push(name.clone()),
        Act::Rename { .. } => {}
    }
    let change = change.clone();
    let project = world.project(project)?.clone();
    let (on_github, on_gitlab) = words(act);
    let both = (&project, &change);
    let oldrev = if *act == Act::Push { before.as_str() } else { "" };
    Some(match project.forge {
        Forge::GitHub => github::hooks::pull_request(world, both, (on_github, by, &before)),
        Forge::GitLab => gitlab::hooks::merge_request(world, both, (on_gitlab, by, oldrev)),
    })
}

/// What the two call it.
fn words(act: &Act) -> (&'static str, &'static str) {
    match act {
        Act::Close => ("closed", "close"),
        Act::Merge => ("closed", "merge"),
        Act::Reopen => ("reopened", "reopen"),
        Act::Push => ("synchronize", "update"),
        Act::Ready => ("ready_for_review", "update"),
        Act::Label { .. } => ("labeled", "update"),
        Act::Rename { .. } => ("edited", "update"),
    }
}

pub(crate) async fn comment(hub: &Arc<Hub>, at: (u64, u64), by: &str, body: &str) -> Option<(Comment, Told)> {
    let (comment, delivery) = hub.change(|world| {
        let project = world.project(at.0)?.clone();
        let comment = world.comment_by(at, by, body);
        let delivery = match project.forge {
            Forge::GitHub => github::hooks::comment(world, (&project, &comment), "created"),
            Forge::GitLab => gitlab::hooks::note(world, (&project, &comment), "create"),
        };
        Some((comment, delivery?))
    })?;
    let attempt = deliveries::send_new(hub, &delivery).await;
    Some((comment, Told { delivery, attempt }))
}
