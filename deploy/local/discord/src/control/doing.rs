//! What the page's script asks for, one request per thing a person does. Errors are
//! `{"error", "option"?}`: 422 when the client would not have sent it, 502 when the bot did not
//! answer as it has to.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json, Query};
use poem::{Response, handler};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{general, reply, shown};
use crate::handles::InteractionHandle;
use crate::hub::Hub;
use crate::interactions::SlashError;
use crate::state::Ack;
use crate::{acts, offers, page, wire};

/// Text with the fields that were filled in one by one, or either of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    user: String,
    text: String,
    /// A guild channel, `channel` or `server/channel`; `@dm` is the direct message with the bot.
    #[serde(default = "general")]
    channel: String,
    #[serde(default)]
    fields: Vec<(String, String)>,
}

#[handler]
pub(super) async fn slash(Data(hub): Data<&Arc<Hub>>, Json(typed): Json<Typed>) -> Response {
    done(hub, acts::type_as(hub, (&typed.user, &typed.channel), &typed.text, &typed.fields).await)
}

/// Choices for the last of the fields.
#[handler]
pub(super) async fn autocomplete(Data(hub): Data<&Arc<Hub>>, Json(typed): Json<Typed>) -> Response {
    let choices = acts::complete(hub, (&typed.user, &typed.channel), &typed.text, &typed.fields).await;
    match choices {
        Ok(choices) => {
            let mut world = hub.lock();
            let user = world.user_named(&typed.user);
            let locale = world.users.get(&user).map(|user| user.locale.clone()).unwrap_or_default();
            reply(StatusCode::OK, &json!({ "choices": offers::choices(&choices, &locale) }))
        }
        Err(error) => refused(&error),
    }
}

/// Ids are text, because scripts lose digits of large numbers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pressed {
    user: String,
    message: String,
    custom_id: String,
    /// What was chosen, of a menu.
    #[serde(default)]
    values: Vec<String>,
}

#[handler]
pub(super) async fn press(Data(hub): Data<&Arc<Hub>>, Json(pressed): Json<Pressed>) -> Response {
    let Pressed { user, message, custom_id, values } = pressed;
    done(hub, acts::press(hub, &user, number(&message), (&custom_id, &values)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    user: String,
    /// The one that was answered with the modal.
    interaction: String,
    /// `custom_id` and value; a menu's id once per value.
    values: Vec<(String, String)>,
}

#[handler]
pub(super) async fn submit(Data(hub): Data<&Arc<Hub>>, Json(sent): Json<Sent>) -> Response {
    let values: Vec<(&str, &str)> = sent.values.iter().map(|(id, value)| (id.as_str(), value.as_str())).collect();
    done(hub, acts::submit(hub, &sent.user, number(&sent.interaction), &values).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dismissed {
    user: String,
    /// A message, or an interaction that failed.
    id: String,
}

#[handler]
pub(super) fn dismiss(Data(hub): Data<&Arc<Hub>>, Json(dismissed): Json<Dismissed>) -> Response {
    match acts::dismiss(hub, &dismissed.user, number(&dismissed.id)) {
        Ok(()) => StatusCode::NO_CONTENT.into(),
        Err(error) => refused(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spoken {
    user: String,
    /// Such as `de` or `pt-BR`.
    locale: String,
}

#[handler]
pub(super) fn speak(Data(hub): Data<&Arc<Hub>>, Json(spoken): Json<Spoken>) -> Response {
    match acts::set_locale(hub, &spoken.user, &spoken.locale) {
        true => StatusCode::NO_CONTENT.into(),
        false => reply(
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!({ "error": format!("no client of Discord speaks {:?}; de and en-US are languages", spoken.locale) }),
        ),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    user: String,
    #[serde(default = "general")]
    channel: String,
}

/// The commands this person is offered here, in their language.
#[handler]
pub(super) fn commands(Data(hub): Data<&Arc<Hub>>, Query(place): Query<Place>) -> Response {
    let mut world = hub.lock();
    let place = acts::whereabouts(&mut world, (&place.user, &place.channel));
    reply(StatusCode::OK, &json!({ "commands": offers::offers(&world, place) }))
}

/// The parts of the page that change, as HTML.
#[handler]
pub(super) fn view(Data(hub): Data<&Arc<Hub>>, Query(place): Query<Place>) -> Response {
    reply(StatusCode::OK, &page::parts(hub, &place.user, &place.channel))
}

/// How an act ended: the interaction, its first response, the message it made, the form it opened.
fn done(hub: &Hub, outcome: Result<InteractionHandle, SlashError>) -> Response {
    let interaction = match outcome {
        Ok(interaction) => interaction,
        Err(error) => return refused(&error),
    };
    let state = interaction.state();
    let message = interaction.message();
    let world = hub.lock();
    let mut answer = json!({ "interaction_id": wire::id(state.id), "first_response": state.response });
    if let (Some(message), Some(answer)) = (message, answer.as_object_mut()) {
        answer.insert("message".to_owned(), shown(&world, &message));
    }
    if let (Ack::Done(9), Some(answer)) = (&state.ack, answer.as_object_mut()) {
        answer.insert("modal".to_owned(), Value::String(page::modal(&world, &state)));
    }
    reply(StatusCode::OK, &answer)
}

fn refused(error: &SlashError) -> Response {
    let mut body = json!({ "error": error.to_string() });
    let status = match error {
        SlashError::NotAnswered { interaction_id, .. } => {
            body["interaction_id"] = wire::id(*interaction_id);
            StatusCode::BAD_GATEWAY
        }
        SlashError::MissingOption(_, option) | SlashError::BadValue(option, _) => {
            body["option"] = json!(option);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    reply(status, &body)
}

/// An id as a script writes it; 0, which nothing has, when it is none.
fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}
