//! From what a person does to a signed request at the bot's interactions URL, and from its answer
//! back to state. Three seconds for the first response; after that the token is worth nothing.

mod components;
mod endpoint;
mod mentioned;
mod payload;
mod typed;

pub(crate) use components::{fields, press, submit};
pub use endpoint::EndpointError;
pub(crate) use endpoint::verify;
pub(crate) use typed::{Mode, resolve, resolve_fields, shown_to, works_in_dm};

use std::sync::Arc;

use poem::http::StatusCode;
use serde_json::Value;

use crate::hub::Hub;
use crate::rest::{self, CALLBACK, apply_response};
use crate::sign::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use crate::state::{Ack, Interaction, InteractionKind, World};

/// Why a person's action did not get an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlashError {
    /// Text that does not start with `/name`.
    #[error("a command begins with a slash, such as /store; this does not: {0}")]
    NotSlash(String),
    /// No such command is registered where the person is.
    #[error("no command /{0} is registered here")]
    UnknownCommand(String),
    /// The person lacks the command's `default_member_permissions`.
    #[error("/{0} is not shown to this person: permissions are missing")]
    NotAllowed(String),
    /// The command has subcommands and this is none of them: what was typed, and what there is.
    #[error("/{0} has no subcommand {1:?}; there are: {2}")]
    UnknownSubcommand(String, String, String),
    /// The command has no such option: what was typed, and what there is.
    #[error("/{0} has no option {1:?}; options are written name:value, and there are: {2}")]
    UnknownOption(String, String, String),
    /// A required option was not given.
    #[error("/{0} needs the option {1:?}: add {1}:…")]
    MissingOption(String, String),
    /// The client would not take this value.
    #[error("option {0:?}: {1}")]
    BadValue(String, String),
    /// No button or modal of this name is there.
    #[error("there is no {0} to use")]
    NoSuchComponent(String),
    /// The bot can be reached in neither way.
    #[error("no interactions URL is set, and nobody is at the gateway")]
    NoEndpoint,
    /// The person saw "The application did not respond".
    #[error("the application did not respond: {reason}")]
    NotAnswered {
        /// The interaction, for a look at its state.
        interaction_id: u64,
        /// What was wrong with the answer, or that there was none.
        reason: String,
    },
}

/// An action ready to be sent.
pub(crate) struct Action {
    pub(crate) kind: InteractionKind,
    pub(crate) user_id: u64,
    pub(crate) channel_id: u64,
    pub(crate) label: String,
    pub(crate) data: Value,
    /// The type of the option that is being typed.
    pub(crate) completing: Option<u64>,
    pub(crate) source_message: Option<u64>,
}

/// Sends an action to the bot and applies its first response. The interaction's id when it was
/// answered well.
pub(crate) async fn deliver(hub: &Arc<Hub>, action: Action) -> Result<u64, SlashError> {
    let (id, way) = hub.change(|world| open(world, hub, action))?;
    let mut bell = hub.listen();
    let answered = tokio::time::timeout(hub.deadline, async {
        let sent = match way {
            Way::Posted { url, body } => send(hub, &url, &body).await,
            Way::Dispatched => Ok(None),
        };
        match sent {
            Ok(None) => {
                // 202, or the gateway: the response comes, or came, as a callback of its own.
                let waiting = |world: &World| world.interaction(id).is_some_and(|it| it.ack == Ack::Waiting);
                while waiting(&hub.lock()) && bell.changed().await.is_ok() {}
                Ok(())
            }
            Ok(Some(response)) => hub.change(|world| judge(world, id, &response)),
            Err(reason) => Err(reason),
        }
    });
    let outcome = match answered.await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("no response within {:?}", hub.deadline)),
    };
    hub.change(|world| close(world, id, outcome))
}

/// How an interaction gets to the bot: the one or the other, never both.
enum Way {
    /// To the interactions URL, by whoever delivers it.
    Posted { url: String, body: Vec<u8> },
    /// Over the gateway, where it lies already.
    Dispatched,
}

/// Records the interaction and writes its payload.
fn open(world: &mut World, hub: &Hub, action: Action) -> Result<(u64, Way), SlashError> {
    let url = world.interactions_url.clone();
    if url.is_none() && !world.gateway.are_there() {
        return Err(SlashError::NoEndpoint);
    }
    let id = world.next_id();
    let interaction = Interaction {
        id,
        kind: action.kind,
        user_id: action.user_id,
        channel_id: action.channel_id,
        label: action.label,
        // Unguessable without the private key, and the same in every run with the same ids.
        token: hub.signer.sign("interaction token", &id.to_be_bytes()),
        created_at: world.now(),
        ack: Ack::Waiting,
        response: None,
        original: None,
        completing: action.completing,
        source_message: action.source_message,
    };
    let payload = payload::build(world, &interaction, action.data);
    world.interactions.push(interaction);
    let way = match url {
        Some(url) => Way::Posted { url, body: payload.to_string().into_bytes() },
        None => {
            world.gateway.dispatch("INTERACTION_CREATE", &payload);
            Way::Dispatched
        }
    };
    Ok((id, way))
}

/// The inline response, or nothing when the bot said 202.
async fn send(hub: &Hub, url: &str, body: &[u8]) -> Result<Option<Value>, String> {
    let timestamp = hub.lock().now().as_second().to_string();
    let signature = hub.signer.sign(&timestamp, body);
    let response = post(hub, url, (&timestamp, &signature), body).await?;
    match response.status().as_u16() {
        202 | 204 => Ok(None),
        200 => {
            let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            if !kind.starts_with("application/json") {
                return Err(format!("the response has content type {kind:?} instead of application/json"));
            }
            response.json().await.map(Some).map_err(|error| format!("the response is not JSON: {error}"))
        }
        status => Err(format!("the endpoint answered {status}")),
    }
}

async fn post(
    hub: &Hub,
    url: &str,
    (timestamp, signature): (&str, &str),
    body: &[u8],
) -> Result<reqwest::Response, String> {
    let request = hub
        .http
        .post(url)
        .header("Content-Type", "application/json")
        .header("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
        .header(SIGNATURE_HEADER, signature)
        .header(TIMESTAMP_HEADER, timestamp)
        .body(body.to_vec());
    request.send().await.map_err(|error| format!("the endpoint could not be reached: {error}"))
}

fn judge(world: &mut World, id: u64, response: &Value) -> Result<(), String> {
    let answered_by_callback = world.interaction(id).is_some_and(|it| it.ack != Ack::Waiting);
    if answered_by_callback {
        return Ok(());
    }
    rest::judge(world, ("post", CALLBACK), response).map_err(|error| error.reason())?;
    apply_response(world, id, response).map_err(|error| error.reason())
}

fn close(world: &mut World, id: u64, outcome: Result<(), String>) -> Result<u64, SlashError> {
    let Some(interaction) = world.interaction_mut(id) else {
        return Ok(id);
    };
    let Some(reason) = outcome.err().filter(|_| interaction.ack == Ack::Waiting) else {
        return Ok(id);
    };
    interaction.ack = Ack::Failed(reason.clone());
    Err(SlashError::NotAnswered { interaction_id: id, reason })
}

/// What a 401 looks like to a probe.
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
