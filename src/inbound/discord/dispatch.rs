//! What somebody did on Discord, whichever transport brought it, becomes an answer in time.

use std::num::NonZeroU64;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::timeout;

use super::definition::{ADMIN_COMMAND, COMMAND, Subcommand};
use super::offers::{self, Offer};
use super::original::{Original, Originals};
use super::parse::{self, Ask, Decision, Moment, No, Public, TOKEN_LIFE};
use super::payload::{Act, BadPayload, Heard, Interaction, Typed, read};
use super::{people, respond};
use crate::commands::{Commands, ListFilter, suits};
use crate::config;
use crate::domain::actor::{Actor, ActorId, Door};
use crate::domain::audit::Asker;
use crate::domain::command::{Command, CommandKind};
use crate::domain::engine::Engine;
use crate::domain::outcome::Refusal;
use crate::domain::server::{ServerSettings, Setting};
use crate::domain::store::StoreRef;
use crate::inbound::{self, login, submit};
use crate::metrics::Metrics;
use crate::text::markdown::escape;
use crate::text::{answers, servers, talk};

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
    public: Public,
    /// What was set for the server it was asked in.
    set: ServerSettings,
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
        Ok(match timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok(Ok(value))) => value,
            // Discord has no place for words there.
            _ if matches!(heard.act, Act::Typing(_)) => respond::offers(Vec::new()),
            Ok(Ok(Err(no))) => respond::no(lang, as_pressed(&heard, no), request),
            Ok(Err(_)) => {
                tracing::error!(request_id = request, "an interaction could not be answered: a panic");
                respond::fault(lang, talk::broken(lang), request)
            }
            Err(_) => {
                tracing::warn!(request_id = request, "an interaction could not be answered in time");
                respond::fault(lang, talk::too_slow(lang), request)
            }
        })
    }

    async fn answer(&self, heard: &Heard, moment: &Moment) -> Result<Value, No> {
        let set = match heard.member() {
            Some(member) => self.commands.server(member.server.get()).await?,
            None => ServerSettings::default(),
        };
        let actor = people::actor(&self.people, &set, heard.user, &heard.place);
        let actor = match (actor, heard.member()) {
            // Discord has signed that they manage the server: they are no strangers to its settings.
            (None, Some(member)) if member.manages && heard.is_for(ADMIN_COMMAND) => {
                people::manager(heard.user, member)
            }
            (actor, _) => actor.ok_or(Refusal::NoRole)?,
        };
        let public = Public::of(heard, &set);
        let talk = Talk { heard, actor, moment, public, set };
        if let Act::Typing(typed) = &heard.act {
            return Ok(respond::offers(self.offers(&talk, typed).await?));
        }
        self.act(&talk, parse::ask(heard, &talk.set)?).await
    }

    async fn act(&self, talk: &Talk<'_>, ask: Ask) -> Result<Value, No> {
        let (lang, asker) = (talk.heard.lang, talk.asker());
        Ok(match ask {
            Ask::Do(command) => self.submit(talk, command).await?,
            Ask::Confirm(store) => self.ask_name(talk, store).await?,
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
            Ask::Settings => self.settings(talk)?,
            Ask::Configure(settings) => self.configure(talk, &settings).await?,
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
                    let why = respond::refusal_text(talk.public.lang, &refusal, "");
                    let text = answers::approval(talk.public.lang, &create, &why, &mention(&talk.actor.id));
                    let request = respond::for_approvers(talk.public.lang, text, &waiting.id);
                    Ok(self.to_approvers(talk, request, &refusal).await)
                }
                _ => Err(refusal),
            },
            (_, Err(refusal)) => Err(refusal),
        }
    }

    /// Puts a request before approvers: in the channel that was set for it, else where it was asked.
    async fn to_approvers(&self, talk: &Talk<'_>, request: Value, refusal: &Refusal) -> Value {
        let here = talk.heard.channel.map(|channel| channel.get());
        let elsewhere = talk.set.channel.filter(|channel| Some(*channel) != here).and_then(NonZeroU64::new);
        match elsewhere {
            Some(channel) if self.originals.post(channel, &request).await => {
                let why = respond::refusal_text(talk.heard.lang, refusal, "");
                respond::private(talk::approval_elsewhere(talk.heard.lang, &why, channel.get()))
            }
            _ => respond::public(&request),
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
        let line = talk::kept(talk.public.lang, &mention(&talk.actor.id));
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
        Ok(respond::instead(answers::decided(talk.public.lang, &asked.create, approve, &by)))
    }

    fn settings(&self, talk: &Talk<'_>) -> Result<Value, No> {
        let (server, manages) = server_of(talk)?;
        self.commands.may_configure(&talk.actor, manages).map_err(|_| managers_only(talk))?;
        Ok(self.told(talk, server, &talk.set))
    }

    async fn configure(&self, talk: &Talk<'_>, settings: &[Setting]) -> Result<Value, No> {
        let (server, manages) = server_of(talk)?;
        self.once(talk).await?;
        let done = inbound::configure(&self.commands, &self.metrics, talk.asker(), (server, manages), settings).await;
        match done {
            Ok(set) => Ok(self.told(talk, server, &set)),
            Err(Refusal::Forbidden { .. }) => Err(managers_only(talk)),
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn told(&self, talk: &Talk<'_>, server: u64, set: &ServerSettings) -> Value {
        respond::private(servers::settings(talk.heard.lang, server, set, people::most(&self.people, server)))
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
    async fn offers(&self, talk: &Talk<'_>, typed: &Typed) -> Result<Vec<Offer>, No> {
        let lang = talk.heard.lang;
        let Some((given, (option, text))) = typed.subcommand().and_then(|given| Some((given, given.typing()?))) else {
            return Ok(Vec::new());
        };
        let subcommand = match Subcommand::parse(&given.name) {
            Some(subcommand) if typed.command == COMMAND => subcommand,
            // The one thing to type there.
            _ if typed.command == ADMIN_COMMAND && option == "ttl" => return Ok(offers::durations(lang, text)),
            _ => return Ok(Vec::new()),
        };
        let engine = given.text("engine").and_then(|engine| Engine::parse(&engine.to_lowercase()));
        Ok(match option {
            "name" if subcommand != Subcommand::Create => {
                offers::stores(lang, subcommand, text, &self.commands.own(&talk.actor).await?)
            }
            "engine" => offers::engines(text),
            "plan" => offers::plans(lang, text, &self.commands.plans(engine)),
            "ttl" | "by" => offers::durations(lang, text),
            "currency" => offers::currencies(engine, text),
            "country" => offers::countries(text),
            _ => Vec::new(),
        })
    }
}

/// The server that settings are about, and whether Discord lets the person manage it.
fn server_of(talk: &Talk<'_>) -> Result<(u64, bool), No> {
    let member = talk.heard.member().ok_or_else(|| No::Told(talk::server_only(talk.heard.lang)))?;
    Ok((member.server.get(), member.manages))
}

fn managers_only(talk: &Talk<'_>) -> No {
    No::Told(talk::managers_only(talk.heard.lang))
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
