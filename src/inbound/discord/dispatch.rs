//! What somebody did on Discord, whichever transport brought it, becomes an answer in time.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::original::Originals;
use super::parse::{Ask, Asked, Audience, BadPayload, Decision, Interaction, Moment, interaction};
use super::respond;
use crate::commands::{Commands, ListFilter};
use crate::config;
use crate::domain::actor::{ActorId, Door};
use crate::domain::audit::Asker;
use crate::domain::command::Command;
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::request::Request as Asking;
use crate::inbound::{self, login, submit};
use crate::metrics::Metrics;
use crate::text::answers;
use crate::text::markdown::escape;

/// Discord gives up after 3 s; what is left is for the way there and back.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_500);
/// Stores on one list; more do not fit into a message.
const LIST_LIMIT: u32 = 20;

/// Hears interactions and answers them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    commands: Arc<Commands>,
    metrics: Metrics,
    audience: Arc<Audience>,
    originals: Originals,
}

impl Dispatcher {
    #[must_use]
    pub fn new(commands: Arc<Commands>, metrics: Metrics, discord: &config::Discord, originals: Originals) -> Self {
        let audience = Audience { application: discord.application_id, people: discord.people.clone() };
        Self { commands, metrics, audience: Arc::new(audience), originals }
    }

    /// The first response to an interaction that Discord is known to have sent, in Discord's form, within
    /// 2.5 s. Whatever is wrong with what somebody asked is a response, too.
    ///
    /// # Errors
    /// No released Discord sends this to this application.
    pub(super) async fn hear(&self, body: &[u8], moment: &Moment) -> Result<Value, BadPayload> {
        Ok(match interaction(body, &self.audience, moment)? {
            Interaction::Ping => respond::pong(),
            Interaction::Asked(asked) => match timeout(ANSWER_WITHIN, self.answer(asked, moment)).await {
                Ok(Ok(value)) => value,
                Ok(Err(refusal)) => respond::refused(&refusal),
                Err(_) => {
                    tracing::warn!("an interaction could not be answered in time");
                    respond::too_slow()
                }
            },
        })
    }

    async fn answer(&self, asked: Asked, moment: &Moment) -> Result<Value, Refusal> {
        let ((actor, what), Moment { origin, now }) = (asked?, moment);
        let asker = Asker { actor: &actor, door: Door::Discord, origin, at: *now };
        Ok(match what {
            Ask::Do(request) => self.submit(*request).await?,
            Ask::Decide(decision) => self.decide(asker, decision).await?,
            Ask::Quota => respond::private(answers::quota(Lang::En, &self.commands.quota(asker).await?)),
            Ask::Status(store) => {
                respond::private(answers::status(Lang::En, &self.commands.get(asker, &store).await?, *now))
            }
            Ask::Login(store, original) => {
                let asked = login(&self.commands, &self.metrics, asker, &store).await?;
                self.originals.tell(asked, original);
                respond::deferred_privately()
            }
            Ask::List => {
                let owner = Some(actor.id.clone());
                let filter = ListFilter { owner, living: true, limit: LIST_LIMIT, ..ListFilter::default() };
                let (page, quota) = tokio::try_join!(self.commands.list(asker, &filter), self.commands.quota(asker))?;
                respond::private(answers::list(Lang::En, &page.items, page.next_cursor.is_some(), &quota))
            }
            Ask::Help => respond::private(answers::help(Lang::En)),
        })
    }

    /// What is told of a command at once; the rest is told by editing it. What is over a quota is put before
    /// the channel's approvers.
    async fn submit(&self, request: Asking) -> Result<Value, Refusal> {
        let (asker, command) = (request.actor.id.clone(), request.command.clone());
        let answer = submit(&self.commands, &self.metrics, request).await;
        match (command, answer) {
            (_, Ok(_)) => Ok(respond::deferred()),
            (Command::Create(create), Err(refusal)) => match &refusal {
                Refusal::Quota { approval: Some(waiting), .. } => {
                    let text = answers::approval(Lang::En, &create, &respond::refusal_text(&refusal), &mention(&asker));
                    Ok(respond::to_approvers(text, &waiting.id))
                }
                _ => Err(refusal),
            },
            (_, Err(refusal)) => Err(refusal),
        }
    }

    async fn decide(&self, asker: Asker<'_>, Decision { approve, approval }: Decision) -> Result<Value, Refusal> {
        let by = mention(&asker.actor.id);
        let asked = if approve {
            inbound::approve(&self.commands, &self.metrics, asker, &approval).await?.0
        } else {
            inbound::deny(&self.commands, &self.metrics, asker, &approval).await?
        };
        Ok(respond::decided(answers::decided(Lang::En, &asked.create, approve, &by)))
    }
}

/// Somebody on Discord by their name there, without ringing their bell; others as they are.
fn mention(actor: &ActorId) -> String {
    match actor.as_str().strip_prefix("discord:") {
        Some(id) => format!("<@{id}>"),
        None => escape(actor.as_str()),
    }
}
