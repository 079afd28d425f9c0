//! GitHub's and GitLab's APIs: the only module that calls them, each in a file of its own.
//!
//! One function is one thing that is said or asked, made of as few calls as it takes, and safe to repeat: what was
//! said before is found again and changed. It decides nothing. An answer that is no success is classified by what
//! follows from it; nothing of a token, an address or a body is ever logged.

mod call;
mod github;
mod gitlab;
mod rights;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::config::{self, Feedback};
use crate::domain::forge::{ForgeKind, Thread};
use crate::metrics::Metrics;
use call::Caller;
pub use rights::Lack;

/// Longest time for a question: a delivery waits for its answer, and its sender does so for ten seconds.
const ASKING: Duration = Duration::from_secs(5);

/// Why something was not said or could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Not before this long from now.
    #[error("it has had too many requests")]
    Wait(SignedDuration),
    /// No answer, or it is not well. Trying again is safe.
    #[error("it does not answer")]
    Away,
    /// It will not be taken this way, however often it is tried.
    #[error("it answered {0}")]
    Refused(u16),
    /// The token cannot be read.
    #[error("there is no token to show")]
    NoToken,
}

/// How far a preview is, as a forge tells it beside a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Success,
    Failure,
    /// The store is gone; whether it ever was there.
    Gone {
        after_success: bool,
    },
}

/// What to say of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark<'a> {
    pub commit: &'a str,
    pub branch: &'a str,
    pub state: State,
    /// One line without markup; cut to what the forge takes.
    pub description: &'a str,
    /// Where the store is, if it is there.
    pub url: Option<&'a str>,
}

/// What is behind a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub commit: String,
    pub name: String,
    /// It comes from a copy of the repository.
    pub fork: bool,
}

/// The APIs of all sources that have one.
#[derive(Clone, Debug, Default)]
pub struct Forges(Arc<HashMap<String, Forge>>);

/// The API of one source.
#[derive(Debug)]
pub struct Forge {
    caller: Caller,
    kind: ForgeKind,
    feedback: Feedback,
    comment: bool,
    timeout: Duration,
}

impl Forges {
    /// # Errors
    /// The TLS of this machine cannot be set up.
    pub fn new(config: &config::Config, metrics: &Metrics) -> reqwest::Result<Self> {
        let mut forges = HashMap::new();
        for source in &config.webhooks {
            let Some((kind, api)) = source.forge.as_ref().and_then(|it| Some((it.kind, it.api.as_ref()?))) else {
                continue;
            };
            let (feedback, comment, timeout) = (api.feedback, api.comment, api.timeout);
            forges.insert(
                source.name.clone(),
                Forge { caller: Caller::new(kind, api, metrics.clone())?, kind, feedback, comment, timeout },
            );
        }
        Ok(Self(Arc::new(forges)))
    }

    #[must_use]
    pub fn of(&self, source: &str) -> Option<&Forge> {
        self.0.get(source)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Longest time for one message of any of them.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.0.values().map(|forge| forge.timeout).max().unwrap_or_default()
    }
}

impl Forge {
    /// Whether a comment is wanted.
    #[must_use]
    pub fn comments(&self) -> bool {
        self.comment
    }

    /// What the token lacks for what is configured, as far as the forge tells; `None`: nothing that is known of.
    ///
    /// # Errors
    /// Why the token cannot be used.
    pub async fn token_lacks(&self) -> Result<Option<Lack>, Trouble> {
        let scopes = match self.kind {
            ForgeKind::Github => github::scopes(&self.caller).await?,
            ForgeKind::Gitlab => gitlab::scopes(&self.caller).await?,
        };
        Ok(scopes.and_then(|scopes| rights::lacks((self.kind, self.feedback, self.comment), scopes)))
    }

    /// Longest time for one message.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Says how a preview is, beside its commit, the way that is configured.
    ///
    /// # Errors
    /// It was not said, or not all of it.
    pub async fn remark(&self, thread: &Thread, remark: &Remark<'_>) -> Result<(), Trouble> {
        match (self.feedback, self.kind) {
            (Feedback::None, _) => Ok(()),
            (Feedback::Status, ForgeKind::Github) => github::status(&self.caller, thread, remark).await,
            (Feedback::Status, ForgeKind::Gitlab) => gitlab::status(&self.caller, thread, remark).await,
            (Feedback::Deployment, ForgeKind::Github) => github::deployment(&self.caller, thread, remark).await,
            (Feedback::Deployment, ForgeKind::Gitlab) => gitlab::deployment(&self.caller, thread, remark).await,
        }
    }

    /// Writes a comment, or changes the one that was written before: that of the id, else the oldest with the mark,
    /// which stands in the text and nobody else can know before it does. Gives the comment's id.
    ///
    /// # Errors
    /// It was not written.
    pub async fn write(&self, thread: &Thread, known: Option<&str>, note: Note<'_>) -> Result<String, Trouble> {
        if let Some(id) = known {
            match self.edit(thread, id, note.text).await {
                // Somebody has deleted it.
                Err(Trouble::Refused(404)) => {}
                done => return done.map(|()| id.to_owned()),
            }
        }
        let found = match self.kind {
            ForgeKind::Github => github::find(&self.caller, thread, note.mark).await?,
            ForgeKind::Gitlab => gitlab::find(&self.caller, thread, note.mark).await?,
        };
        match (found, self.kind) {
            (Some(id), _) => self.edit(thread, &id, note.text).await.map(|()| id),
            (None, ForgeKind::Github) => github::add(&self.caller, thread, note.text).await,
            (None, ForgeKind::Gitlab) => gitlab::add(&self.caller, thread, note.text).await,
        }
    }

    async fn edit(&self, thread: &Thread, id: &str, text: &str) -> Result<(), Trouble> {
        match self.kind {
            ForgeKind::Github => github::edit(&self.caller, thread, id, text).await,
            ForgeKind::Gitlab => gitlab::edit(&self.caller, thread, id, text).await,
        }
    }

    /// What is behind a pull request now.
    ///
    /// # Errors
    /// It cannot be asked.
    pub async fn branch(&self, thread: &Thread) -> Result<Branch, Trouble> {
        let asked = async {
            match self.kind {
                ForgeKind::Github => github::branch(&self.caller, thread).await,
                ForgeKind::Gitlab => gitlab::branch(&self.caller, thread).await,
            }
        };
        tokio::time::timeout(ASKING.min(self.timeout), asked).await.unwrap_or(Err(Trouble::Away))
    }

    /// What GitLab lets somebody do in a project: 0 (nothing) to 50 (owner).
    ///
    /// # Errors
    /// It cannot be asked.
    pub async fn level(&self, thread: &Thread, user: u64) -> Result<u32, Trouble> {
        let asked = gitlab::level(&self.caller, thread, user);
        tokio::time::timeout(ASKING.min(self.timeout), asked).await.unwrap_or(Err(Trouble::Away))
    }
}

/// A comment's text, which has its mark in it.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    pub mark: &'a str,
    pub text: &'a str,
}

/// The beginning of a line, at most so many characters, with an ellipsis where something was cut.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
