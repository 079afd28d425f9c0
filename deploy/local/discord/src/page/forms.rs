//! Forms of the page as a browser without scripts sends them. Each leads back to the page, so that
//! a reload repeats nothing.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Form};
use poem::{Response, handler};

use super::html::in_url;
use super::{Eyes, View, frame, general, modal, opened, somebody};
use crate::handles::InteractionHandle;
use crate::hub::Hub;
use crate::interactions::SlashError;
use crate::{acts, page};

/// Fields as sent, a name perhaps more than once.
type Fields = Vec<(String, String)>;

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

fn number(fields: &Fields, name: &str) -> u64 {
    field(fields, name).parse().unwrap_or_default()
}

#[handler]
pub(super) async fn slash(Data(hub): Data<&Arc<Hub>>, Form(fields): Form<Fields>) -> Response {
    let text = field(&fields, "text");
    let outcome = acts::type_as(hub, place(&fields), text, &[]).await;
    back(&fields, outcome, text)
}

#[handler]
pub(super) async fn press(Data(hub): Data<&Arc<Hub>>, Form(fields): Form<Fields>) -> Response {
    let values: Vec<String> =
        fields.iter().filter(|(name, _)| name == "values").map(|(_, value)| value.clone()).collect();
    let what = (field(&fields, "custom_id"), values.as_slice());
    let outcome = acts::press(hub, field(&fields, "user"), number(&fields, "message"), what).await;
    back(&fields, outcome, "")
}

/// What the client refuses is told inside the form, with everything that was typed.
#[handler]
pub(super) async fn submit(Data(hub): Data<&Arc<Hub>>, Form(fields): Form<Fields>) -> Response {
    let typed: Vec<(&str, &str)> =
        fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(modal::FIELD)?, value.as_str()))).collect();
    let interaction = number(&fields, "interaction");
    let outcome = acts::submit(hub, field(&fields, "user"), interaction, &typed).await;
    let Err(error) = outcome else {
        return back(&fields, outcome, "");
    };
    let version = *hub.listen().borrow();
    let mut world = hub.lock();
    let (user, channel) = place(&fields);
    let eyes = Eyes::open(&mut world, (user, channel));
    let Some(asked) = opened(&eyes, interaction) else {
        drop(world);
        return back(&fields, Err(error), "");
    };
    let filled = modal::Filled { values: &typed, error: Some(&error) };
    let dialog = modal::dialog(&eyes, &asked, &filled);
    let view = View { user: user.to_owned(), channel: channel.to_owned(), ..View::default() };
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, frame::with_dialog(&eyes, &view, version, &dialog))
}

#[handler]
pub(super) fn dismiss(Data(hub): Data<&Arc<Hub>>, Form(fields): Form<Fields>) -> Response {
    // What is gone already needs no putting away.
    let _ = acts::dismiss(hub, field(&fields, "user"), number(&fields, "id"));
    to_page(&fields, "")
}

#[handler]
pub(super) fn locale(Data(hub): Data<&Arc<Hub>>, Form(fields): Form<Fields>) -> Response {
    // The list on the page has only languages that there are.
    let _ = acts::set_locale(hub, field(&fields, "user"), field(&fields, "locale"));
    to_page(&fields, "")
}

fn place(fields: &Fields) -> (&str, &str) {
    (field(fields, "user"), field(fields, "channel"))
}

/// A form that was opened is shown; what the application left unanswered stands in the channel
/// already; what the client refused goes back into the line.
fn back(fields: &Fields, outcome: Result<InteractionHandle, SlashError>, text: &str) -> Response {
    match outcome {
        Ok(interaction) if interaction.response_type() == Some(9) => {
            to_page(fields, &format!("&modal={}", interaction.id()))
        }
        Ok(_) | Err(SlashError::NotAnswered { .. }) => to_page(fields, ""),
        Err(error) => to_page(fields, &format!("&error={}&text={}", in_url(&error.to_string()), in_url(text))),
    }
}

fn to_page(fields: &Fields, more: &str) -> Response {
    let (user, channel) = place(fields);
    let user = if user.is_empty() { somebody() } else { user.to_owned() };
    let channel = if channel.is_empty() { general() } else { channel.to_owned() };
    let target = format!("/?user={}&channel={}{more}", in_url(&user), in_url(&channel));
    Response::builder().status(StatusCode::SEE_OTHER).header("Location", target).finish()
}
