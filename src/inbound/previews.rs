//! What follows from what happened at a pull request: its preview store is made, deleted, or told about, and whoever
//! gave a command in a comment is answered there.
//!
//! A store is known as a pull request's by its owner and its title. What came late is known by the time at which it
//! happened: a request that was closed stays without a store, in whichever order the news come.

use jiff::Timestamp;

use super::webhook::preview::{Branch, Person, Preview, Said, What, Wishes};
use crate::commands::{Commands, PendingNote};
use crate::domain::actor::Door;
use crate::domain::command::{Command, Create};
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::record::{Phase, Record, Want};
use crate::domain::reply::ReplyTo;
use crate::domain::request::Request;
use crate::domain::store::{StoreName, StoreRef};
use crate::forge::{Forge, Forges, Trouble};
use crate::metrics::Metrics;
use crate::text;

/// Least level on GitLab from which the settings count: below there is nobody who is anything to the project.
const NOBODY: u32 = 0;

/// What it takes.
#[derive(Clone, Copy, Debug)]
pub struct Previews<'a> {
    pub commands: &'a Commands,
    pub metrics: &'a Metrics,
    pub forges: &'a Forges,
}

/// What became of an event.
#[derive(Debug)]
pub enum Done {
    Accepted(Box<Outcome>),
    /// Nothing followed, and why.
    Ignored(String),
}

fn ignored(why: &str) -> Result<Done, Refusal> {
    Ok(Done::Ignored(why.to_owned()))
}

impl Previews<'_> {
    /// # Errors
    /// Why a command was not accepted; its pull request is told as well.
    pub async fn carry_out(&self, preview: &Preview) -> Result<Done, Refusal> {
        match &preview.what {
            What::Wanted { at } => self.wanted(preview, *at).await,
            What::Gone { at } => self.gone(preview, *at).await,
            What::Said { by, said } => self.said(preview, by, said).await,
        }
    }

    async fn wanted(&self, preview: &Preview, at: Timestamp) -> Result<Done, Refusal> {
        let (source, subject) = (&preview.source, &preview.subject);
        let Some(branch) = &preview.branch else { return ignored("the event names no commit") };
        if !self.commands.is_newest(source, subject, at).await? {
            return ignored("something has happened to it since, which came before");
        }
        let done = self.make(preview, branch, &Wishes::default()).await;
        let done = self.refused_is_told(preview, done).await?;
        if self.was_closed_meanwhile(preview, at).await?
            && let Some(record) = self.own(preview).await?.filter(|record| record.desired.want != Want::Absent)
        {
            let grace = std::time::Duration::ZERO;
            let delete = Command::Delete { store: StoreRef::new(record.id.as_str()), grace };
            let request = Request { key: None, ..request(preview, branch, delete) };
            super::submit(self.commands, self.metrics, request).await?;
        }
        Ok(done)
    }

    /// Another process may have been told of the end while this one made the store, and have found none yet.
    async fn was_closed_meanwhile(&self, preview: &Preview, at: Timestamp) -> Result<bool, Refusal> {
        let (source, subject) = (&preview.source, &preview.subject);
        let closed = self.commands.last_of(source, &closings(subject)).await?;
        Ok(closed.is_some_and(|closed| closed > at) && closed == self.commands.last_of(source, subject).await?)
    }

    async fn gone(&self, preview: &Preview, at: Timestamp) -> Result<Done, Refusal> {
        if !self.commands.is_newest(&preview.source, &preview.subject, at).await? {
            return ignored("something has happened to it since, which came before");
        }
        self.commands.is_newest(&preview.source, &closings(&preview.subject), at).await?;
        let Some(record) = self.own(preview).await? else {
            return ignored("it has no preview store");
        };
        let branch = preview.branch.clone().unwrap_or_default();
        let store = StoreRef::new(record.id.as_str());
        let delete = Command::Delete { store, grace: preview.settings.grace };
        self.submit(preview, request(preview, &branch, delete)).await
    }

    async fn said(&self, preview: &Preview, by: &Person, said: &Said) -> Result<Done, Refusal> {
        let Some(forge) = self.forges.of(&preview.source) else {
            return ignored("comments cannot be answered: the source has no api.token");
        };
        match may(preview, forge, by).await {
            Ok(true) => {}
            Ok(false) => {
                return ignored("whoever wrote it may not give commands here: see comments.level and comments.users");
            }
            Err(trouble) => return unanswered(trouble),
        }
        let branch = match &preview.branch {
            Some(branch) => branch.clone(),
            None => match forge.branch(&preview.thread).await {
                Ok(found) => Branch { commit: found.commit, name: found.name, fork: found.fork },
                Err(trouble) => return unanswered(trouble),
            },
        };
        if branch.fork && !preview.settings.forks {
            return ignored("the pull request comes from a fork, and preview.forks is off");
        }
        tracing::info!(
            source = preview.source,
            by = by.login,
            title = preview.thread.title(),
            "a command in a comment"
        );
        let done = self.answer(preview, &branch, said).await;
        self.refused_is_told(preview, done).await
    }

    async fn answer(&self, preview: &Preview, branch: &Branch, said: &Said) -> Result<Done, Refusal> {
        let wishes = match said {
            Said::Help => return self.tell(preview, text::forge::help()).await,
            Said::Unclear(why) => return self.tell(preview, text::forge::not_understood(why)).await,
            Said::Create(wishes) => return self.make(preview, branch, wishes).await,
            other => other,
        };
        let Some(record) = self.own(preview).await? else {
            return Err(Refusal::NotFound { store: best_name(preview) });
        };
        let store = || StoreRef::new(record.id.as_str());
        let command = match wishes {
            Said::Status => return self.tell(preview, text::forge::status(&record, preview.now)).await,
            Said::Delete => Command::Delete { store: store(), grace: std::time::Duration::ZERO },
            Said::Retry => Command::Retry { store: store() },
            Said::Verify => Command::Verify { store: store() },
            Said::Upgrade => Command::Upgrade { store: store() },
            Said::Extend(by) => Command::Extend { store: store(), by: *by },
            Said::Sleep => Command::Sleep { store: store() },
            Said::Wake => Command::Wake { store: store() },
            Said::Create(_) | Said::Help | Said::Unclear(_) => return ignored("it was answered"),
        };
        self.submit(preview, request(preview, branch, command)).await
    }

    /// Makes the store, or has one that is there told about at this commit.
    async fn make(&self, preview: &Preview, branch: &Branch, wishes: &Wishes) -> Result<Done, Refusal> {
        let mut refused = None;
        for name in preview.thread.store_names() {
            let wanted = request(preview, branch, Command::Create(create(preview, name.clone(), wishes)));
            // Twice: whoever asks for the same at the same time may be first.
            for _ in 0..2 {
                match self.seek(preview, &name).await? {
                    Held::Own(record) if record.desired.want != Want::Absent => {
                        let joined = self.commands.join(&wanted, &StoreRef::new(record.id.as_str())).await?;
                        return Ok(Done::Accepted(Box::new(joined)));
                    }
                    Held::Own(record) if record.desired.not_before.is_some() => {
                        let undo = Command::Undo { store: StoreRef::new(record.id.as_str()) };
                        match self.submit(preview, request(preview, branch, undo)).await {
                            // It has begun meanwhile.
                            Err(Refusal::NotNow { .. }) => {}
                            done => return done,
                        }
                    }
                    Held::Own(_) | Held::Nobody | Held::Another => {}
                }
                match self.submit(preview, wanted.clone()).await {
                    // Another one's, or of this request's store that is still going away: there is another name.
                    Err(refusal @ Refusal::NameTaken { .. }) => refused = Some(refusal),
                    done => return done,
                }
            }
        }
        Err(refused.unwrap_or(Refusal::Unavailable))
    }

    async fn submit(&self, preview: &Preview, request: Request) -> Result<Done, Refusal> {
        let kind = request.command.kind();
        if !preview.commands.contains(&kind) {
            let refusal = Refusal::NotThisSource { command: kind, allowed: preview.commands.clone() };
            return Err(super::refuse(self.commands, self.metrics, &request, refusal).await);
        }
        let outcome = super::submit(self.commands, self.metrics, request).await?;
        Ok(Done::Accepted(Box::new(outcome)))
    }

    /// The store of a pull request: one that is there rather than one that goes or is gone.
    async fn own(&self, preview: &Preview) -> Result<Option<Record>, Refusal> {
        let mut found = None;
        for name in preview.thread.store_names() {
            if let Held::Own(record) = self.seek(preview, &name).await? {
                if record.desired.want != Want::Absent {
                    return Ok(Some(*record));
                }
                let later = found.as_ref().is_none_or(|it: &Record| it.spec.created_at < record.spec.created_at);
                found = if later { Some(*record) } else { found };
            }
        }
        Ok(found)
    }

    async fn seek(&self, preview: &Preview, name: &StoreName) -> Result<Held, Refusal> {
        let found = self.commands.seek(&preview.actor, &StoreRef::new(name.as_str())).await?;
        Ok(match found {
            None => Held::Nobody,
            Some(it) if it.spec.owner == preview.actor.id && it.spec.title == preview.thread.title() => {
                Held::Own(Box::new(it))
            }
            Some(it) if it.phase() == Phase::Deleted => Held::Nobody,
            Some(_) => Held::Another,
        })
    }

    /// Whoever waits at a pull request does not see what its webhook was answered.
    async fn refused_is_told(&self, preview: &Preview, done: Result<Done, Refusal>) -> Result<Done, Refusal> {
        if let Err(refusal) = &done
            && *refusal != Refusal::Unavailable
            && *refusal != Refusal::KeyReused
        {
            self.tell(preview, text::forge::refused(refusal)).await?;
        }
        done
    }

    /// Has something written there, once for each event.
    async fn tell(&self, preview: &Preview, text: String) -> Result<Done, Refusal> {
        if self.forges.of(&preview.source).is_none() {
            return ignored("nothing can be written there: the source has no api.token");
        }
        let note = PendingNote {
            id: preview.key.value.clone(),
            source: preview.source.clone(),
            thread: preview.thread.clone(),
            text,
            attempt: 0,
        };
        self.commands.answer(&note).await?;
        ignored("it is answered in a comment")
    }
}

/// GitHub says in each comment what its author is to the repository; GitLab has to be asked.
async fn may(preview: &Preview, forge: &Forge, by: &Person) -> Result<bool, Trouble> {
    match by.allowed {
        Some(allowed) => Ok(allowed),
        None => forge.level(&preview.thread, by.id).await.map(|level| level > NOBODY && level >= preview.least_level),
    }
}

/// Who has a name.
enum Held {
    Own(Box<Record>),
    Another,
    Nobody,
}

/// What its ends are remembered under.
fn closings(subject: &str) -> String {
    format!("{subject}/closed")
}

fn best_name(preview: &Preview) -> String {
    preview.thread.store_names().first().map(|name| name.as_str().to_owned()).unwrap_or_default()
}

fn create(preview: &Preview, name: StoreName, wishes: &Wishes) -> Create {
    let settings = &preview.settings;
    Create {
        name,
        engine: wishes.engine.unwrap_or(settings.engine),
        plan: wishes.plan.unwrap_or(settings.plan),
        title: Some(preview.thread.title()),
        currency: None,
        country: None,
        ttl: wishes.ttl.or(settings.ttl),
        cell: None,
    }
}

fn request(preview: &Preview, branch: &Branch, command: Command) -> Request {
    let to = ReplyTo::Forge {
        source: preview.source.clone(),
        thread: preview.thread.clone(),
        commit: branch.commit.clone(),
        branch: branch.name.clone(),
        asked_at: preview.now,
    };
    Request {
        actor: preview.actor.clone(),
        door: Door::Webhook,
        command,
        key: Some(preview.key.clone()),
        reply_to: Some(to),
        origin: std::sync::Arc::clone(&preview.origin),
        at: preview.now,
    }
}

/// What the forge did not say about a comment. Where it may say it later, nothing was done, and the delivery can be
/// sent again.
fn unanswered(trouble: Trouble) -> Result<Done, Refusal> {
    tracing::warn!(%trouble, "a forge could not be asked about a comment");
    match trouble {
        Trouble::Wait(_) | Trouble::Away => Err(Refusal::Unavailable),
        Trouble::Refused(_) | Trouble::NoToken => ignored("the forge does not answer to the source's api.token"),
    }
}
