//! What a test holds: a project, a pull request in it.

use std::fmt;
use std::sync::Arc;

use crate::acts::{self, Act, Opening, Told};
use crate::deliveries::Attempt;
use crate::hub::Hub;
use crate::state::{Change, Comment, Deployment, Environment, Level, Project, Status};

/// There is no such project or pull request here any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such pull request")]
pub struct Gone;

/// A project.
#[derive(Clone)]
pub struct ProjectHandle {
    pub(crate) hub: Arc<Hub>,
    pub(crate) id: u64,
}

/// A pull request, or a merge request.
#[derive(Clone)]
pub struct ChangeHandle {
    hub: Arc<Hub>,
    project: u64,
    number: u64,
    opened: Told,
}

impl ProjectHandle {
    /// # Errors
    /// It is gone.
    pub fn look(&self) -> Result<Project, Gone> {
        self.hub.lock().project(self.id).cloned().ok_or(Gone)
    }

    /// What somebody may do in it from now on; `None`: nothing.
    pub fn set_member(&self, login: &str, level: Option<Level>) {
        self.hub.change(|world| {
            world.user(login);
            let Some(project) = world.projects.iter_mut().find(|it| it.id == self.id) else { return };
            match level {
                Some(level) => project.members.insert(login.to_owned(), level),
                None => project.members.remove(login),
            };
        });
    }

    /// Somebody opens a pull request; the bot has been told when this returns, unless deliveries are held.
    ///
    /// # Errors
    /// The project is gone.
    pub async fn open(&self, author: &str, opening: Opening) -> Result<ChangeHandle, Gone> {
        let (number, opened) = acts::open(&self.hub, (self.id, author), opening).await.ok_or(Gone)?;
        Ok(ChangeHandle { hub: Arc::clone(&self.hub), project: self.id, number, opened })
    }
}

impl ChangeHandle {
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The event that it began with.
    #[must_use]
    pub fn opened(&self) -> &Told {
        &self.opened
    }

    /// # Errors
    /// It is gone.
    pub fn look(&self) -> Result<Change, Gone> {
        self.hub.lock().change(self.project, self.number).cloned().ok_or(Gone)
    }

    /// # Errors
    /// It is gone.
    pub async fn act(&self, by: &str, act: Act) -> Result<Told, Gone> {
        acts::act(&self.hub, (self.project, self.number), by, &act).await.ok_or(Gone)
    }

    /// Somebody writes a comment.
    ///
    /// # Errors
    /// It is gone.
    pub async fn comment(&self, by: &str, body: &str) -> Result<Told, Gone> {
        let (_, told) = acts::comment(&self.hub, (self.project, self.number), by, body).await.ok_or(Gone)?;
        Ok(told)
    }

    /// What the bot has written, oldest first.
    #[must_use]
    pub fn of_the_bot(&self) -> Vec<Comment> {
        let world = self.hub.lock();
        let its = |it: &&Comment| (it.project, it.number) == (self.project, self.number) && it.author == world.bot;
        world.comments.iter().filter(its).cloned().collect()
    }

    /// Of a commit, oldest first.
    #[must_use]
    pub fn statuses(&self, sha: &str) -> Vec<Status> {
        let world = self.hub.lock();
        world.statuses.iter().filter(|it| it.project == self.project && it.sha == sha).cloned().collect()
    }

    /// Of the project, oldest first.
    #[must_use]
    pub fn deployments(&self) -> Vec<Deployment> {
        self.hub.lock().deployments.iter().filter(|it| it.project == self.project).cloned().collect()
    }

    /// Of the project, on GitLab.
    #[must_use]
    pub fn environments(&self) -> Vec<Environment> {
        self.hub.lock().environments.iter().filter(|it| it.project == self.project).cloned().collect()
    }
}

impl Told {
    /// What the bot answered: status and body.
    #[must_use]
    pub fn answer(&self) -> (u16, &str) {
        self.attempt.as_ref().map_or((0, ""), |Attempt { status, answer }| (*status, answer))
    }
}

impl fmt::Debug for ChangeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "change {} of project {}", self.number, self.project)
    }
}
