//! serenity's client, shut away in a thread and a runtime of its own.
//!
//! - It writes events, tokens and all, into its tracing spans, and what it cannot read into warnings: nothing
//!   that is logged on that thread goes anywhere.
//! - It cannot be stopped while it connects: its tasks end with the runtime.
//! - Its model does not know all that Discord sends. An interaction that it cannot read still comes out, as the
//!   JSON it was; the others are written as JSON again, so that there is one reader of interactions. What is lost
//!   on that way is fields that are newer than serenity, and the inputs of modals made of labels: storebot's are
//!   made of action rows.
//!
//! So what storebot needs of it is the protocol: heartbeats, resuming, identifying, shards.

use std::convert::Infallible;
use std::thread;
use std::time::Duration;

use serenity::Error;
use serenity::async_trait;
use serenity::client::{ClientBuilder, Context, RawEventHandler};
use serenity::gateway::{ConnectionStage, GatewayError, ShardManager};
use serenity::http::Http;
use serenity::model::application::Interaction;
use serenity::model::event::Event;
use serenity::model::gateway::GatewayIntents;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{interval, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::subscriber::{NoSubscriber, set_default};

use super::invitation::{BAD_TOKEN, Invitation};
use crate::config;
use crate::inbound::discord::register;

const INTENTS: &str = "Discord refuses the intents of the connection, although storebot asks for none: install a newer \
                       storebot";
/// How often it is looked whether all shards are connected.
const LOOK: Duration = Duration::from_millis(100);
/// How long what was heard may take to be handed over when the connection closes.
const HAND_OVER: Duration = Duration::from_secs(1);

/// What comes out of it. The channel ends with the connection.
#[derive(Debug)]
pub(super) enum Heard {
    /// All shards are connected.
    Up,
    /// One of them is not any more.
    Down,
    /// An interaction, as JSON.
    Interaction(Vec<u8>),
    /// For good, and what is to be done about it.
    Refused(&'static str),
}

/// Closes when it is dropped.
pub(super) struct Connection {
    heard: UnboundedReceiver<Heard>,
    close: CancellationToken,
    _close_on_drop: DropGuard,
}

impl Connection {
    /// Begins to connect.
    ///
    /// # Errors
    /// In words: there is no HTTP client, or no thread.
    pub(super) fn open(discord: &config::Discord, invitation: &Invitation) -> Result<Self, String> {
        let http = register::client(discord).map_err(|error| error.to_string())?;
        let (heard, hear) = mpsc::unbounded_channel();
        let close = CancellationToken::new();
        let (invitation, closing) = (invitation.clone(), close.clone());
        let shut_away = move || {
            let _nothing_is_logged = set_default(NoSubscriber::new());
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(talk(http, invitation, heard, closing));
            runtime.shutdown_background();
        };
        let named = thread::Builder::new().name("discord-gateway".to_owned());
        named.spawn(shut_away).map_err(|error| format!("there is no thread for it: {error}"))?;
        Ok(Self { heard: hear, _close_on_drop: close.clone().drop_guard(), close })
    }

    /// `None`: it has ended, and nothing was heard that has not been handed out. May be cancelled.
    pub(super) async fn hear(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }

    /// Says goodbye to Discord. What was heard still comes, and then `None`.
    pub(super) fn close(&self) {
        self.close.cancel();
    }
}

async fn talk(http: Http, invitation: Invitation, heard: UnboundedSender<Heard>, close: CancellationToken) {
    let (busy, mut all_done) = mpsc::channel(1);
    let ear = Ear { heard: heard.clone(), _busy: busy };
    // No intents: interactions come without any.
    let built = ClientBuilder::new_with_http(http, GatewayIntents::empty()).raw_event_handler(ear);
    let Some(Ok(mut client)) = close.run_until_cancelled(built.into_future()).await else { return };
    // Its own question may have failed, and then it would go to the real Discord.
    client.ws_url.lock().await.clone_from(&invitation.url);
    let manager = client.shard_manager.clone();
    tokio::select! {
        ended = client.start_shards(invitation.shards) => {
            if let Some(why) = ended.err().as_ref().and_then(refusal) {
                let _ = heard.send(Heard::Refused(why));
            }
        }
        () = look(&manager, invitation.shards, &heard) => {}
        () = close.cancelled() => manager.shutdown_all().await,
    }
    // Each event is handed over by a task: the last one lets go of the ear.
    drop((client, manager));
    let _ = timeout(HAND_OVER, all_done.recv()).await;
}

/// Tells when all shards are connected, and when not any more. Ends when nobody listens.
async fn look(manager: &ShardManager, shards: u32, heard: &UnboundedSender<Heard>) {
    let mut turns = interval(LOOK);
    let mut was_up = false;
    while !heard.is_closed() {
        turns.tick().await;
        let runners = manager.runners.lock().await;
        let connected = runners.values().filter(|runner| runner.stage == ConnectionStage::Connected).count();
        let is_up = u32::try_from(connected) == Ok(shards);
        if is_up != was_up {
            let _ = heard.send(if is_up { Heard::Up } else { Heard::Down });
            was_up = is_up;
        }
    }
}

/// Closed by a code that says: do not come back like this.
fn refusal(error: &Error) -> Option<&'static str> {
    match error {
        Error::Gateway(GatewayError::InvalidAuthentication) => Some(BAD_TOKEN),
        Error::Gateway(GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents) => Some(INTENTS),
        _ => None,
    }
}

struct Ear {
    heard: UnboundedSender<Heard>,
    /// Of all its copies, the last one ends the channel.
    _busy: mpsc::Sender<Infallible>,
}

#[async_trait]
impl RawEventHandler for Ear {
    async fn raw_event(&self, _: Context, event: Event) {
        if let Some(body) = interaction(&event) {
            // Whoever does not listen any more does not answer either.
            let _ = self.heard.send(Heard::Interaction(body));
        }
    }
}

/// The JSON of an interaction; `None` for all other events.
fn interaction(event: &Event) -> Option<Vec<u8>> {
    match event {
        Event::InteractionCreate(event) => written(&event.interaction).ok(),
        Event::Unknown(event) if event.kind == "INTERACTION_CREATE" => serde_json::to_vec(&event.value).ok(),
        _ => None,
    }
}

fn written(interaction: &Interaction) -> serde_json::Result<Vec<u8>> {
    let mut value = serde_json::to_value(interaction)?;
    // What each of its variants stands for is the one thing that serenity does not write.
    if let Some(fields) = value.as_object_mut() {
        fields.insert("type".to_owned(), serde_json::to_value(interaction.kind())?);
    }
    serde_json::to_vec(&value)
}

#[cfg(test)]
mod tests;
