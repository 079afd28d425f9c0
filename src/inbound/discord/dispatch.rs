//! What somebody did on Discord, whichever transport brought it, becomes an answer in time.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::timeout;

use super::definition::{COMMAND, Subcommand};
use super::offers::{self, Offer};
use super::original::{Original, Originals};
use super::parse::{self, Ask, Decision, Moment, No, TOKEN_LIFE};
use super::payload::{Act, BadPayload, Given, Heard, Interaction, read};
use super::{people, respond};
use crate::commands::{Commands, ListFilter, suits};
use crate::config;
use crate::domain::actor::{Actor, ActorId, Door};
use crate::domain::audit::Asker;
use crate::domain::command::{Command, CommandKind};
use crate::domain::engine::Engine;
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::store::StoreRef;
use crate::inbound::{self, login, submit};
use crate::metrics::Metrics;
use crate::text::markdown::escape;
use crate::text::{answers, talk};

/// Discord gives up after 3 s; what is left is for the way there and back.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_500);
/// Stores on one list; more do not fit into a message.
const LIST_LIMIT: u32 = 20;

/// Hears interactions and answers them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    commands: Arc<Commands>,
    metrics: Metrics,
    application: u64,
    people: Arc<config::People>,
    /// How long a deletion can be taken back.
    undo_for: Duration,
    originals: Originals,
}

/// Somebody who asks something, and everything around it.
struct Talk<'a> {
    heard: &'a Heard,
    actor: Actor,
    moment: &'a Moment,
    /// What messages that all can see are written in.
    public: Lang,
}

impl Talk<'_> {
    fn asker(&self) -> Asker<'_> {
        let Moment { origin, now } = self.moment;
        Asker { actor: &self.actor, door: Door::Discord, origin, at: *now }
    }
}

impl Dispatcher {
    #[must_use]
    pub fn new(commands: Arc<Commands>, metrics: Metrics, discord: &config::Discord, originals: Originals) -> Self {
        let people = Arc::new(discord.people.clone());
        Self { commands, metrics, application: discord.application_id, people, undo_for: discord.undo_for, originals }
    }

    /// The first response to an interaction that Discord is known to have sent, in Discord's form, within
    /// 2.5 s. Whatever is wrong with what somebody asked is a response, too, and so is a fault of ours.
    ///
    /// # Errors
    /// No released Discord sends this to this application.
    pub(super) async fn hear(&self, body: &[u8], moment: &Moment) -> Result<Value, BadPayload> {
        let heard = match read(body, self.application)? {
            Interaction::Ping => return Ok(respond::pong()),
            Interaction::Heard(heard) => heard,
        };
        let (lang, request) = (heard.lang, moment.origin.request.as_str());
        // A panic is a fault of this one interaction: the person hears of it, and others go on.
        let answer = AssertUnwindSafe(self.answer(&heard, moment)).catch_unwind();
        let (result, fault) = match timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok(result)) => (result, String::new()),
            Ok(Err(_)) => {
                tracing::error!(request_id = request, "an interaction could not be answered: a panic");
                (Err(No::Told(String::new())), talk::broken(lang))
            }
            Err(_) => {
                tracing::warn!(request_id = request, "an interaction could not be answered in time");
                (Err(No::Told(String::new())), talk::too_slow(lang))
            }
        };
        Ok(match result {
            Ok(value) => value,
            // Discord has no place for words there.
            Err(_) if matches!(heard.act, Act::Typing(_)) => respond::offers(Vec::new()),
            Err(_) if !fault.is_empty() => respond::fault(lang, fault, request),
            Err(no) => respond::no(lang, as_pressed(&heard, no), request),
        })
    }

    async fn answer(&self, heard: &Heard, moment: &Moment) -> Result<Value, No> {
        let actor = people::actor(&self.people, heard.user, &heard.place).ok_or(Refusal::NoRole)?;
        let public = heard.member().and_then(|member| member.lang).unwrap_or(heard.lang);
        let talk = Talk { heard, actor, moment, public };
        if let Act::Typing(typed) = &heard.act {
            let subcommand = typed.subcommand().filter(|_| typed.command == COMMAND);
            return Ok(respond::offers(match subcommand {
                Some(given) => self.offers(&talk, given).await?,
                None => Vec::new(),
            }));
        }
        self.act(&talk, parse::ask(heard)?).await
    }

    async fn act(&self, talk: &Talk<'_>, ask: Ask) -> Result<Value, No> {
        let (lang, asker) = (talk.heard.lang, talk.asker());
        Ok(match ask {
            Ask::Do(command) => self.submit(talk, command).await?,
            Ask::AskName(store) => self.ask_name(talk, store).await?,
            Ask::Confirmed { store, typed } => self.delete(talk, store, &typed).await?,
            Ask::Keep { store, message } => self.keep(talk, &store, &message).await?,
            Ask::Login(store) => self.login(talk, &store).await?,
            Ask::Decide(decision) => self.decide(talk, decision).await?,
            Ask::Quota => respond::private(answers::quota(lang, &self.commands.quota(asker).await?)),
            Ask::Status(store) => {
                respond::private(answers::status(lang, &self.commands.get(asker, &store).await?, asker.at))
            }
            Ask::List => {
                let owner = Some(talk.actor.id.clone());
                let filter = ListFilter { owner, living: true, limit: LIST_LIMIT, ..ListFilter::default() };
                let (page, quota) = tokio::try_join!(self.commands.list(asker, &filter), self.commands.quota(asker))?;
                respond::private(answers::list(lang, &page.items, page.next_cursor.is_some(), &quota))
            }
            Ask::Help => respond::private(answers::help(lang)),
        })
    }

    /// What is told of a command at once; the rest is told by editing it. What is over a quota is put before
    /// the channel's approvers.
    async fn submit(&self, talk: &Talk<'_>, command: Command) -> Result<Value, Refusal> {
        let request = parse::request(talk.heard, talk.public, (&talk.actor, command.clone()), talk.moment);
        let answer = submit(&self.commands, &self.metrics, request).await;
        match (command, answer) {
            (_, Ok(_)) if talk.heard.is_below_message() => Ok(respond::going_on()),
            (_, Ok(_)) => Ok(respond::deferred()),
            (Command::Create(create), Err(refusal)) => match &refusal {
                Refusal::Quota { approval: Some(waiting), .. } => {
                    let why = respond::refusal_text(talk.public, &refusal, "");
                    let text = answers::approval(talk.public, &create, &why, &mention(&talk.actor.id));
                    Ok(respond::to_approvers(talk.public, text, &waiting.id))
                }
                _ => Err(refusal),
            },
            (_, Err(refusal)) => Err(refusal),
        }
    }

    /// Asks whoever may delete a shop for its name. What is being deleted needs none: there is only somebody more
    /// to tell.
    async fn ask_name(&self, talk: &Talk<'_>, store: StoreRef) -> Result<Value, Refusal> {
        let kind = CommandKind::Delete;
        let seen = self.commands.may(talk.asker(), kind, &store).await;
        let command = Command::Delete { store, grace: self.undo_for };
        match seen {
            Ok(seen) if suits(kind, &seen) => Ok(respond::name_form(talk.heard.lang, &seen)),
            Ok(_) => self.submit(talk, command).await,
            // It is the command that is refused, before anybody has to type a name for it.
            Err(refusal) => {
                let request = parse::request(talk.heard, talk.public, (&talk.actor, command), talk.moment);
                Err(inbound::refuse(&self.commands, &self.metrics, &request, refusal).await)
            }
        }
    }

    async fn delete(&self, talk: &Talk<'_>, store: StoreRef, typed: &str) -> Result<Value, No> {
        let seen = self.commands.may(talk.asker(), CommandKind::Delete, &store).await?;
        let name = seen.spec.name.as_str();
        // Keyboards of phones begin with a capital and end with a blank.
        if typed.trim().to_lowercase() != name {
            return Err(No::Told(talk::wrong_name(talk.heard.lang, name, typed.trim())));
        }
        Ok(self.submit(talk, Command::Delete { store, grace: self.undo_for }).await?)
    }

    /// Changes nothing but the message, so that all know that somebody has looked at it.
    async fn keep(&self, talk: &Talk<'_>, store: &StoreRef, message: &str) -> Result<Value, No> {
        self.commands.may(talk.asker(), CommandKind::Retry, store).await?;
        let line = talk::kept(talk.public, &mention(&talk.actor.id));
        Ok(respond::instead(respond::with_line(message, &line)))
    }

    async fn login(&self, talk: &Talk<'_>, store: &StoreRef) -> Result<Value, No> {
        self.once(talk).await?;
        let asked = login(&self.commands, &self.metrics, talk.asker(), store).await?;
        let Heard { application, token, lang, .. } = talk.heard;
        let request = talk.moment.origin.request.clone();
        self.originals
            .tell(asked, Original { application_id: *application, token: token.clone(), lang: *lang, request });
        Ok(respond::deferred_privately())
    }

    async fn decide(&self, talk: &Talk<'_>, Decision { approve, approval }: Decision) -> Result<Value, No> {
        self.once(talk).await?;
        let asker = talk.asker();
        let asked = if approve {
            inbound::approve(&self.commands, &self.metrics, asker, &approval).await?.0
        } else {
            inbound::deny(&self.commands, &self.metrics, asker, &approval).await?
        };
        let by = mention(&talk.actor.id);
        Ok(respond::instead(answers::decided(talk.public, &asked.create, approve, &by)))
    }

    /// Whether an interaction is heard for the first time, for what is not kept by its key as commands are: a
    /// second login would end the first one, whose password somebody is looking at. The mark is set before it is
    /// done: what then fails is asked anew by another press, with another id.
    async fn once(&self, talk: &Talk<'_>) -> Result<(), No> {
        let (id, now) = (format!("interaction:{}", talk.heard.id), talk.moment.now);
        // Its token has ended by then, and nothing that was signed so long ago is taken.
        let until = now.saturating_add(TOKEN_LIFE).unwrap_or(Timestamp::MAX);
        match self.commands.use_once(&id, until, now).await? {
            true => Ok(()),
            false => Err(No::Told(talk::twice(talk.heard.lang))),
        }
    }

    /// What may be chosen for the option that is being typed.
    async fn offers(&self, talk: &Talk<'_>, given: &Given) -> Result<Vec<Offer>, No> {
        let lang = talk.heard.lang;
        let Some((subcommand, (option, typed))) = Subcommand::parse(&given.name).zip(given.typing()) else {
            return Ok(Vec::new());
        };
        let engine = given.text("engine").and_then(|text| Engine::parse(&text.to_lowercase()));
        Ok(match option {
            "name" if subcommand != Subcommand::Create => {
                offers::stores(lang, subcommand, typed, &self.commands.own(&talk.actor).await?)
            }
            "engine" => offers::engines(typed),
            "plan" => offers::plans(lang, typed, &self.commands.plans(engine)),
            "ttl" => offers::durations(lang, typed),
            "currency" => offers::currencies(engine, typed),
            "country" => offers::countries(typed),
            _ => Vec::new(),
        })
    }
}

/// What a person reads who pressed a button below somebody's message: they have typed no name.
fn as_pressed(heard: &Heard, no: No) -> No {
    match no {
        No::Refused(Refusal::NotFound { .. }) if heard.is_below_message() => No::Told(talk::not_yours(heard.lang)),
        no => no,
    }
}

/// Somebody on Discord by their name there, without ringing their bell; others as they are.
fn mention(actor: &ActorId) -> String {
    match actor.as_str().strip_prefix("discord:") {
        Some(id) => format!("<@{id}>"),
        None => escape(actor.as_str()),
    }
}
