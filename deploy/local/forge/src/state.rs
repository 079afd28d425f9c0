//! Everything both forges know: projects, people, changes, comments, statuses, deployments. Changing it is
//! synchronous and under one lock; HTTP and what each forge calls things live elsewhere.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::deliveries::{Delivery, Hook};
use crate::faults::Faults;

/// Which of the two a thing belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forge {
    GitHub,
    GitLab,
}

/// What somebody may do in a project, by GitLab's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Guest = 10,
    Reporter = 20,
    Developer = 30,
    Maintainer = 40,
    Owner = 50,
}

/// Somebody; the same one on both forges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    pub id: u64,
    pub login: String,
}

/// A repository, or a project as GitLab says.
#[derive(Debug, Clone, Serialize)]
pub struct Project {
    pub forge: Forge,
    pub id: u64,
    pub owner: String,
    /// Of the organisation or the namespace.
    pub owner_id: u64,
    pub name: String,
    pub members: BTreeMap<String, Level>,
}

impl Project {
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeState {
    Open,
    Closed,
    Merged,
}

/// A pull request, or a merge request.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    pub id: u64,
    pub project: u64,
    /// Within the project.
    pub number: u64,
    pub title: String,
    pub branch: String,
    pub sha: String,
    pub author: String,
    pub state: ChangeState,
    pub draft: bool,
    pub labels: Vec<String>,
    /// Whose copy of the project it comes from; `None`: the project's own.
    pub fork: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// A comment on a change, or a note.
#[derive(Debug, Clone, Serialize)]
pub struct Comment {
    pub id: u64,
    pub project: u64,
    pub number: u64,
    pub author: String,
    pub body: String,
    /// What it said before, oldest first.
    pub before: Vec<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a commit was said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    pub id: u64,
    pub project: u64,
    pub sha: String,
    /// GitHub: context; GitLab: name.
    pub context: String,
    pub state: String,
    pub description: Option<String>,
    pub target_url: Option<String>,
    /// GitLab's alone: the branch.
    pub branch: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deployment {
    pub id: u64,
    pub project: u64,
    pub sha: String,
    pub environment: String,
    /// GitHub keeps all of them; of GitLab only the last counts.
    pub states: Vec<DeploymentState>,
    pub transient: bool,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeploymentState {
    pub id: u64,
    pub state: String,
    pub description: String,
    pub url: String,
    pub at: Timestamp,
}

/// GitLab's: where deployments go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    pub id: u64,
    pub project: u64,
    pub name: String,
    pub external_url: Option<String>,
    pub stopped: bool,
}

/// One request that reached an API, in the order they were answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestRecord {
    pub method: String,
    pub path: String,
    pub status: u16,
}

/// All state behind the lock.
pub(crate) struct World {
    /// What the bot shows, the same on both forges.
    pub(crate) token: String,
    /// Its scopes on each forge. GitHub says none of a token that is missing here: a fine-grained one.
    pub(crate) scopes: BTreeMap<Forge, Vec<String>>,
    /// Whom it belongs to.
    pub(crate) bot: String,
    pub(crate) own_url: String,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) projects: Vec<Project>,
    pub(crate) changes: Vec<Change>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) hooks: BTreeMap<Forge, Hook>,
    pub(crate) deliveries: Vec<Delivery>,
    /// Deliveries are written down and wait for whoever sends them.
    pub(crate) holds: bool,
    pub(crate) requests: Vec<RequestRecord>,
    /// What is left of the hour's requests, for the headers; never used up by itself.
    pub(crate) remaining: u32,
    pub(crate) faults: Faults,
    last_id: u64,
    last_time: Timestamp,
}

impl World {
    pub(crate) fn new(token: String, bot: &str, own_url: String) -> Self {
        let mut world = Self {
            token,
            scopes: [(Forge::GitHub, "repo"), (Forge::GitLab, "api")].map(|(at, it)| (at, vec![it.to_owned()])).into(),
            own_url,
            bot: bot.to_owned(),
            users: BTreeMap::new(),
            projects: Vec::new(),
            changes: Vec::new(),
            comments: Vec::new(),
            statuses: Vec::new(),
            deployments: Vec::new(),
            environments: Vec::new(),
            hooks: BTreeMap::new(),
            deliveries: Vec::new(),
            holds: false,
            requests: Vec::new(),
            remaining: 5_000,
            faults: Faults::default(),
            last_id: 0,
            last_time: Timestamp::now(),
        };
        world.user(bot);
        world
    }

    /// A number that nothing else has, on either forge.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The time of something that happens: whole seconds, as the forges write it, and later than everything
    /// before, so that a test can tell what was first.
    pub(crate) fn tick(&mut self) -> Timestamp {
        let second = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
        let after = self.last_time.saturating_add(SignedDuration::from_secs(1)).unwrap_or(self.last_time);
        self.last_time = second(Timestamp::now().max(after));
        self.last_time
    }

    /// Somebody, made on demand.
    pub(crate) fn user(&mut self, login: &str) -> User {
        if let Some(user) = self.users.get(login) {
            return user.clone();
        }
        let user = User { id: self.next_id(), login: login.to_owned() };
        self.users.insert(login.to_owned(), user.clone());
        user
    }

    /// A project, made on demand, with the bot as somebody who may write.
    pub(crate) fn project_named(&mut self, forge: Forge, full_name: &str) -> Project {
        if let Some(found) = self.projects.iter().find(|it| it.forge == forge && it.full_name() == full_name) {
            return found.clone();
        }
        let (owner, name) = full_name.rsplit_once('/').unwrap_or(("octo", full_name));
        let owner_id = self.projects.iter().find(|it| it.owner == owner).map(|it| it.owner_id);
        let project = Project {
            forge,
            id: self.next_id(),
            owner: owner.to_owned(),
            owner_id: owner_id.unwrap_or_else(|| self.next_id()),
            name: name.to_owned(),
            members: BTreeMap::from([(self.bot.clone(), Level::Developer)]),
        };
        self.projects.push(project.clone());
        project
    }

    pub(crate) fn project(&self, id: u64) -> Option<&Project> {
        self.projects.iter().find(|it| it.id == id)
    }

    pub(crate) fn change(&self, project: u64, number: u64) -> Option<&Change> {
        self.changes.iter().find(|it| it.project == project && it.number == number)
    }

    pub(crate) fn change_mut(&mut self, id: u64) -> Option<&mut Change> {
        self.changes.iter_mut().find(|it| it.id == id)
    }

    /// Somebody has pushed it here, or it is the main branch's.
    pub(crate) fn has_commit(&self, project: u64, sha: &str) -> bool {
        sha == main_sha() || self.changes.iter().any(|it| it.project == project && it.sha == sha)
    }

    pub(crate) fn comment_by(&mut self, (project, number): (u64, u64), author: &str, body: &str) -> Comment {
        let (id, at) = (self.next_id(), self.tick());
        self.user(author);
        let comment = Comment {
            id,
            project,
            number,
            author: author.to_owned(),
            body: body.to_owned(),
            before: Vec::new(),
            created_at: at,
            updated_at: at,
        };
        self.comments.push(comment.clone());
        comment
    }

    pub(crate) fn level(&self, project: u64, login: &str) -> Option<Level> {
        self.project(project)?.members.get(login).copied()
    }
}

/// A commit's name, from what it is a commit of.
pub(crate) fn sha_of(text: &str) -> String {
    let mut sha = hex::encode(Sha256::digest(text));
    sha.truncate(40);
    sha
}

/// The newest commit of every main branch.
pub(crate) fn main_sha() -> String {
    sha_of("main")
}
