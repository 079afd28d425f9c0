//! What a forge's event means for the preview store of a pull request, whichever forge it is of. Types and rules; what
//! follows is [`previews`](crate::inbound::previews)' business.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Meaning, Trusted};
use crate::config;
use crate::domain::actor::{Actor, OrgId};
use crate::domain::audit::Origin;
use crate::domain::command::CommandKind;
use crate::domain::forge::Thread;
use crate::domain::request::IdempotencyKey;

/// Something that happened at a pull request and may concern its store.
#[derive(Debug)]
pub struct Preview {
    pub source: String,
    pub actor: Actor,
    /// What the source may ask for.
    pub commands: Vec<CommandKind>,
    pub settings: config::Preview,
    /// Of a comment's author, where the forge has levels.
    pub least_level: u32,
    pub thread: Thread,
    /// The pull request by the forge's own numbers, which outlive names.
    pub subject: String,
    /// What is behind it; `None`: the event does not say.
    pub branch: Option<Branch>,
    pub what: What,
    pub key: IdempotencyKey,
    pub origin: Arc<Origin>,
    /// When it was received.
    pub now: Timestamp,
}

/// A pull request's newest commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    pub commit: String,
    pub name: String,
    /// It comes from a copy of the repository.
    pub fork: bool,
}

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// It is open, and its store is to be there.
    Wanted { at: Timestamp },
    /// It is not, or its store is not wanted any more.
    Gone { at: Timestamp },
    /// Somebody gave a command in a comment.
    Said { by: Person, said: Said },
}

/// Who wrote a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub login: String,
    /// `None`: has to be asked for, by the number of the person.
    pub allowed: Option<bool>,
    pub id: u64,
}

/// What stands behind `/store` in a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Create(Wishes),
    Delete,
    Retry,
    Verify,
    Upgrade,
    Extend(Option<SignedDuration>),
    Sleep,
    Wake,
    Status,
    Help,
    /// It cannot be read, and why, in words for whoever wrote it.
    Unclear(String),
}

/// How a store is wanted otherwise than the source is set to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    pub engine: Option<crate::domain::engine::Engine>,
    pub plan: Option<crate::domain::plan::Plan>,
    pub ttl: Option<SignedDuration>,
}

/// A pull request as an event describes it.
pub(super) struct Described<'a> {
    pub(super) thread: Thread,
    /// Of the repository, as the forge numbers them.
    pub(super) repository: u64,
    pub(super) org: Option<OrgId>,
    pub(super) branch: Option<Branch>,
    pub(super) draft: bool,
    pub(super) labels: Vec<&'a str>,
}

/// Whether a repository's events are listened to: `None`, or why not.
pub(super) fn not_listed(settings: &config::Preview, described: &Described<'_>) -> Option<Meaning> {
    let (name, id) = (&described.thread.repository, described.repository.to_string());
    let listed = settings.repositories.iter().any(|it| it.eq_ignore_ascii_case(name) || *it == id);
    let fine = settings.repositories.is_empty() || listed;
    (!fine)
        .then(|| Meaning::Ignored("the repository is not among those of this source's preview.repositories".to_owned()))
}

/// Whether an open pull request is to have a store: `None`, or why not.
pub(super) fn not_wanted(settings: &config::Preview, described: &Described<'_>) -> Option<Meaning> {
    let ignored = |why: &str| Some(Meaning::Ignored(why.to_owned()));
    if described.branch.as_ref().is_some_and(|branch| branch.fork) && !settings.forks {
        return ignored("it comes from a fork, and preview.forks is off");
    }
    if described.draft && !settings.drafts {
        return ignored("it is a draft, and preview.drafts is off");
    }
    if !settings.label.is_empty() && !described.labels.contains(&settings.label.as_str()) {
        return ignored("it does not have the label of preview.label");
    }
    None
}

impl Preview {
    /// The source is of this kind and has no settings for it.
    pub(super) fn unset() -> Meaning {
        Meaning::Ignored("the source is not set up for pull requests".to_owned())
    }
}

impl Trusted<'_> {
    /// The event as one of its source.
    pub(super) fn preview(&self, forge: &config::Forge, described: Described<'_>, what: What) -> Meaning {
        let source = self.source;
        let org = source.org.clone().or(described.org);
        Meaning::Preview(Box::new(Preview {
            source: source.name.clone(),
            actor: Actor { id: source.owner.clone(), role: source.role, org },
            commands: source.commands.clone(),
            settings: forge.preview.clone(),
            least_level: forge.comments.level,
            subject: format!("{}/{}", described.repository, described.thread.number),
            thread: described.thread,
            branch: described.branch,
            what,
            key: self.key(),
            origin: Arc::clone(self.origin),
            now: self.now,
        }))
    }
}

#[cfg(test)]
mod tests;
