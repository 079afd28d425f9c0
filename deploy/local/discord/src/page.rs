//! The page for people: channels as somebody sees them, a line to type commands, buttons, forms.
//! It works without its script, by forms and reloading; the script adds what must not wait: help
//! while typing, messages that change. Everything that comes from outside is escaped before it
//! meets HTML.

mod components;
mod files;
mod forms;
pub(crate) mod frame;
pub(crate) mod html;
mod locales;
mod markdown;
mod messages;
mod modal;

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Query};
use poem::{Response, Route, get, handler, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::acts;
use crate::hub::Hub;
use crate::state::{Ack, Interaction, World};

/// Nothing from elsewhere, nothing inline, nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn routes() -> Route {
    Route::new()
        .at("/", get(show))
        .at("/page/:name", get(files::file))
        .at("/slash", post(forms::slash))
        .at("/press", post(forms::press))
        .at("/submit", post(forms::submit))
        .at("/dismiss", post(forms::dismiss))
        .at("/locale", post(forms::locale))
}

/// Whose eyes, which channel, and what went wrong last.
#[derive(Default, Deserialize)]
struct View {
    #[serde(default = "somebody")]
    user: String,
    #[serde(default = "general")]
    channel: String,
    #[serde(default)]
    error: String,
    /// What was typed when it went wrong, to be corrected.
    #[serde(default)]
    text: String,
    /// The interaction whose form is open; 0: none.
    #[serde(default)]
    modal: u64,
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

/// Who looks, and where: names as they are written, and ids.
struct Eyes<'a> {
    world: &'a World,
    user: &'a str,
    user_id: u64,
    channel: &'a str,
    channel_id: u64,
}

impl<'a> Eyes<'a> {
    fn open(world: &'a mut World, (user, channel): (&'a str, &'a str)) -> Self {
        let (user_id, channel_id) = acts::whereabouts(world, (user, channel));
        Self { world, user, user_id, channel, channel_id }
    }

    fn names(&self) -> markdown::Names<'a> {
        markdown::Names { world: self.world, viewer: self.user_id }
    }

    /// Sent along with every form, to come back to the same place.
    fn hidden(&self) -> String {
        html::hidden("user", self.user) + &html::hidden("channel", self.channel)
    }
}

#[handler]
fn show(Data(hub): Data<&Arc<Hub>>, Query(view): Query<View>) -> Response {
    let version = *hub.listen().borrow();
    let mut world = hub.lock();
    let eyes = Eyes::open(&mut world, (&view.user, &view.channel));
    answer(StatusCode::OK, frame::page(&eyes, &view, version))
}

fn answer(status: StatusCode, page: String) -> Response {
    Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .header("Content-Security-Policy", POLICY)
        .header("Referrer-Policy", "no-referrer")
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "no-store")
        .body(page)
}

/// The parts of the page that change: `{version, now, chat: [[key, html]], places, people}`; `now` in
/// milliseconds, because this world's clock may be ahead.
pub(crate) fn parts(hub: &Hub, user: &str, channel: &str) -> Value {
    let version = *hub.listen().borrow();
    let mut world = hub.lock();
    let eyes = Eyes::open(&mut world, (user, channel));
    json!({
        "version": version, "now": eyes.world.now().as_millisecond(), "chat": messages::chat(&eyes),
        "places": frame::places(&eyes), "people": frame::people(&eyes),
    })
}

/// The form that answered an interaction.
pub(crate) fn modal(world: &World, interaction: &Interaction) -> String {
    let user = world.users.get(&interaction.user_id).map_or("", |user| user.name.as_str());
    let channel = world.channels.get(&interaction.channel_id);
    let channel = channel.map(|it| if it.recipient.is_some() { "@dm".to_owned() } else { world.address(it) });
    let channel = channel.unwrap_or_default();
    let (user_id, channel_id) = (interaction.user_id, interaction.channel_id);
    let eyes = Eyes { world, user, user_id, channel: &channel, channel_id };
    modal::dialog(&eyes, interaction, &modal::Filled::default())
}

/// This person's interaction that was answered with a form.
fn opened(eyes: &Eyes<'_>, id: u64) -> Option<Interaction> {
    let found = eyes.world.interaction(id).filter(|it| it.user_id == eyes.user_id && it.ack == Ack::Done(9));
    found.cloned()
}
