//! The page for people: the channel as somebody sees it, and a box to type a command. Everything
//! that comes from outside is escaped before it meets HTML; formatting is added afterwards.

mod html;

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Form, Html, Query};
use poem::{Response, Route, get, handler, post};
use serde::Deserialize;

use crate::control::type_as;
use crate::handles::UserHandle;
use crate::hub::Hub;
use crate::interactions::SlashError;

pub(crate) fn routes() -> Route {
    Route::new().at("/", get(show)).at("/slash", post(slash)).at("/press", post(press))
}

/// Whose eyes, which channel, and what went wrong last.
#[derive(Deserialize)]
pub(crate) struct View {
    #[serde(default = "somebody")]
    user: String,
    #[serde(default = "general")]
    channel: String,
    #[serde(default)]
    error: String,
    /// What was typed when it went wrong, to be corrected.
    #[serde(default)]
    text: String,
    /// Only the messages, for a picture.
    #[serde(default)]
    bare: bool,
}

fn somebody() -> String {
    "ana".to_owned()
}

fn general() -> String {
    "general".to_owned()
}

#[handler]
fn show(Data(hub): Data<&Arc<Hub>>, Query(view): Query<View>) -> Html<String> {
    let version = *hub.listen().borrow();
    let mut world = hub.lock();
    let user = world.user_named(&view.user);
    let channel = match view.channel.as_str() {
        "@dm" => world.dm_with(user).unwrap_or_default(),
        name => world.channel_named(name),
    };
    Html(html::page(&world, &view, (user, channel), version))
}

#[derive(Deserialize)]
struct Typed {
    user: String,
    channel: String,
    text: String,
}

#[handler]
async fn slash(Data(hub): Data<&Arc<Hub>>, Form(typed): Form<Typed>) -> Response {
    let result = type_as(hub, &typed.user, &typed.channel, &typed.text).await;
    // What the application left unanswered stands in the channel already; what the client refused
    // goes back into the box.
    let refused = result.err().filter(|error| !matches!(error, SlashError::NotAnswered { .. }));
    let refused = refused.map(|error| (error.to_string(), typed.text.as_str()));
    back(&typed.user, &typed.channel, refused)
}

#[derive(Deserialize)]
struct Pressed {
    user: String,
    channel: String,
    message: u64,
    custom_id: String,
}

#[handler]
async fn press(Data(hub): Data<&Arc<Hub>>, Form(pressed): Form<Pressed>) -> Response {
    let id = hub.change(|world| world.user_named(&pressed.user));
    let user = UserHandle { hub: Arc::clone(hub), id };
    let result = user.press_button(pressed.message, &pressed.custom_id).await;
    back(&pressed.user, &pressed.channel, result.err().map(|error| (error.to_string(), "")))
}

/// To the page again, so that a reload repeats nothing.
fn back(user: &str, channel: &str, error: Option<(String, &str)>) -> Response {
    let error = error.map(|(error, text)| format!("&error={}&text={}", html::in_url(&error), html::in_url(text)));
    let error = error.unwrap_or_default();
    let target = format!("/?user={}&channel={}{error}", html::in_url(user), html::in_url(channel));
    Response::builder().status(StatusCode::SEE_OTHER).header("Location", target).finish()
}
