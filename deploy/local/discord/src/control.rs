//! The control API for scripts and for the page's own, under `/_control`: do what somebody can do, give
//! roles, look at the state, order faults. Loopback only and without a key: never expose a stand-in.

mod doing;
mod people;

use std::sync::Arc;
use std::time::Duration;

use poem::http::StatusCode;
use poem::web::{Data, Json, Query};
use poem::{Response, Route, get, handler, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::{Fault, FaultRule, Scope};
use crate::handles::UserHandle;
use crate::hub::Hub;
use crate::state::{Message, Role, User, World};
use crate::wire;

/// A waiting page is answered after this long even when nothing happened, well within the
/// patience of browsers.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

pub(crate) fn routes() -> Route {
    Route::new()
        .at("/slash", post(doing::slash))
        .at("/autocomplete", post(doing::autocomplete))
        .at("/press", post(doing::press))
        .at("/submit", post(doing::submit))
        .at("/dismiss", post(doing::dismiss))
        .at("/locale", post(doing::speak))
        .at("/commands", get(doing::commands))
        .at("/view", get(doing::view))
        .at("/roles", post(give_roles))
        .at("/guild_locale", post(people::set_guild_locale))
        .at("/dms", post(people::set_dms))
        .at("/bot_permissions", post(people::set_bot_permissions))
        .at("/state", get(show_state))
        .at("/fault", post(order_fault))
        .at("/gateway", post(crate::gateway::order_route))
        .at("/verify", post(verify_endpoint))
        .at("/wait", get(wait_for_change))
}

fn general() -> String {
    "general".to_owned()
}

/// Exactly these roles, `role` or `server/role`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    user: String,
    roles: Vec<String>,
}

#[handler]
fn give_roles(Data(hub): Data<&Arc<Hub>>, Json(given): Json<Given>) -> Response {
    let id = hub.change(|world| world.user_named(&given.user));
    let names: Vec<&str> = given.roles.iter().map(String::as_str).collect();
    UserHandle { hub: Arc::clone(hub), id }.set_roles(&names);
    StatusCode::NO_CONTENT.into()
}

/// A message with its history, ids as strings because scripts lose digits of large numbers.
fn shown(world: &World, message: &Message) -> Value {
    let mut shown = wire::message(world, message);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("visible_to".to_owned(), message.visible_to.map(wire::id).unwrap_or_default());
        shown.insert("loading".to_owned(), json!(message.is_loading()));
        shown.insert("deleted_at".to_owned(), json!(message.deleted_at));
        shown.insert("history".to_owned(), json!(message.versions));
    }
    shown
}

fn shown_role(role: &Role) -> Value {
    json!({ "id": wire::id(role.id), "guild_id": wire::id(role.guild_id), "name": role.name })
}

fn shown_user(user: &User) -> Value {
    let mut shown = wire::user(user);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("dms_closed".to_owned(), json!(user.dms_closed));
        shown.insert("roles".to_owned(), user.roles.iter().map(|role| wire::id(*role)).collect());
        shown.insert("locale".to_owned(), json!(user.locale));
    }
    shown
}

#[handler]
fn show_state(Data(hub): Data<&Arc<Hub>>) -> Response {
    let world = hub.lock();
    let in_channel = |channel: u64| -> Vec<Value> {
        world
            .messages
            .iter()
            .filter(|message| message.channel_id == channel)
            .map(|message| shown(&world, message))
            .collect()
    };
    let channels = world.channels.values().map(|channel| {
        json!({ "id": wire::id(channel.id), "name": world.address(channel), "dm": channel.recipient.is_some(), "messages": in_channel(channel.id) })
    });
    let interactions = world.interactions.iter().map(|it| {
        json!({ "id": wire::id(it.id), "kind": it.kind, "user_id": wire::id(it.user_id), "label": it.label, "ack": it.ack, "response": it.response })
    });
    reply(
        StatusCode::OK,
        &json!({
            "application_id": wire::id(world.application_id), "public_key": world.public_key_hex,
            "guild_id": wire::id(world.guild_id), "interactions_url": world.interactions_url,
            "guilds": world.guilds.iter().map(|(id, name)| json!({ "id": wire::id(*id), "name": name, "locale": world.guild_locale(*id) })).collect::<Vec<_>>(),
            "roles": world.roles.values().map(shown_role).collect::<Vec<_>>(),
            "users": world.users.values().map(shown_user).collect::<Vec<_>>(),
            "channels": channels.collect::<Vec<_>>(),
            "commands": world.commands.iter().map(|command| wire::command(&world, command)).collect::<Vec<_>>(),
            "interactions": interactions.collect::<Vec<_>>(),
            "requests": world.requests, "invalid_requests": world.invalid.count,
        }),
    )
}

/// `{"kind":"rate_limit","retry_after":1.5,"scope":"user"}`, `{"kind":"status","status":503}`,
/// `{"kind":"lost_answer"}`, `{"kind":"delay","seconds":2}`; each with `times` and `matching`.
#[derive(Deserialize)]
struct Ordered {
    #[serde(flatten)]
    kind: Kind,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    matching: String,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    RateLimit { retry_after: f64, scope: Scope },
    Status { status: u16 },
    LostAnswer,
    Delay { seconds: f64 },
}

fn once() -> u32 {
    1
}

#[handler]
fn order_fault(Data(hub): Data<&Arc<Hub>>, Json(ordered): Json<Ordered>) -> Response {
    let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let fault = match ordered.kind {
        Kind::RateLimit { retry_after, scope } => Fault::RateLimited { retry_after: seconds(retry_after), scope },
        Kind::Status { status } => Fault::Status(status),
        Kind::LostAnswer => Fault::LostAnswer,
        Kind::Delay { seconds: wait } => Fault::Delay(seconds(wait)),
    };
    hub.lock().faults.add(FaultRule { fault, times: ordered.times, matching: ordered.matching });
    StatusCode::NO_CONTENT.into()
}

#[handler]
async fn verify_endpoint(Data(hub): Data<&Arc<Hub>>) -> Response {
    match crate::interactions::verify(hub).await {
        Ok(()) => reply(StatusCode::OK, &json!({ "verified": true })),
        Err(error) => reply(StatusCode::BAD_GATEWAY, &json!({ "verified": false, "error": error.to_string() })),
    }
}

#[derive(Deserialize)]
struct After {
    after: u64,
}

/// Answers when the state is newer than `after`, so that a page can wait instead of asking again.
#[handler]
async fn wait_for_change(Data(hub): Data<&Arc<Hub>>, Query(After { after }): Query<After>) -> Response {
    let mut bell = hub.listen();
    tokio::select! {
        _ = bell.wait_for(|version| *version > after) => {}
        () = hub.stopping.cancelled() => {}
        () = tokio::time::sleep(LONGEST_WAIT) => {}
    }
    let version = *bell.borrow();
    reply(StatusCode::OK, &json!({ "version": version }))
}

fn reply(status: StatusCode, body: &Value) -> Response {
    Response::builder().status(status).content_type("application/json").body(body.to_string())
}
