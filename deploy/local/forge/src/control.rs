//! The control API for scripts, under `/_control`: do what somebody can do, look at the state, order faults.
//! Loopback only and without a key: never expose a stand-in.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{IntoEndpoint, Response, Route, get, handler, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::acts::{self, Act, Opening, Told};
use crate::deliveries::{self, Hook};
use crate::faults::FaultRule;
use crate::hub::Hub;
use crate::state::{Forge, Level};

pub(crate) fn routes() -> Route {
    Route::new()
        .at("/open", post(open))
        .at("/act", post(act))
        .at("/comment", post(comment))
        .at("/member", post(member))
        .at("/hook", post(hook))
        .at("/hold", post(hold))
        .at("/send", post(send))
        .at("/fault", post(fault))
        .at("/state", get(state))
}

/// What there is to see without a page.
pub(crate) fn front() -> impl IntoEndpoint {
    get(help)
}

#[handler]
fn help() -> &'static str {
    "A stand-in GitHub (/api/v3) and GitLab (/api/v4).\n\n\
     POST /_control/open    {\"forge\":\"github\",\"project\":\"octo/shop\",\"by\":\"ana\"}\n\
     POST /_control/act     {\"forge\":\"github\",\"project\":\"octo/shop\",\"number\":1,\"by\":\"ana\",\"do\":\"close\"}\n\
     \x20                       do: close, merge, reopen, push, ready, label (name), rename (title)\n\
     POST /_control/comment {\"forge\":\"github\",\"project\":\"octo/shop\",\"number\":1,\"by\":\"ana\",\"body\":\"/store status\"}\n\
     POST /_control/member  {\"forge\":\"github\",\"project\":\"octo/shop\",\"login\":\"ana\",\"level\":\"maintainer\"}\n\
     GET  /_control/state   comments, statuses, deployments, deliveries and what the bot said to them\n"
}

#[derive(Deserialize)]
struct Of {
    forge: Forge,
    project: String,
}

impl Of {
    fn id(&self, hub: &Hub) -> u64 {
        hub.change(|world| world.project_named(self.forge, &self.project).id)
    }
}

#[derive(Deserialize)]
struct Opened {
    #[serde(flatten)]
    of: Of,
    by: String,
    #[serde(default)]
    opening: Opening,
}

#[handler]
async fn open(Data(hub): Data<&Arc<Hub>>, Json(asked): Json<Opened>) -> Response {
    match acts::open(hub, (asked.of.id(hub), &asked.by), asked.opening).await {
        Some((number, told)) => reply(&shown(number, &told)),
        None => missing(),
    }
}

#[derive(Deserialize)]
struct Acted {
    #[serde(flatten)]
    of: Of,
    number: u64,
    by: String,
    #[serde(flatten)]
    act: Value,
}

#[handler]
async fn act(Data(hub): Data<&Arc<Hub>>, Json(asked): Json<Acted>) -> Response {
    let act: Act = match serde_json::from_value(asked.act) {
        Ok(act) => act,
        Err(error) => return Response::builder().status(StatusCode::BAD_REQUEST).body(error.to_string()),
    };
    match acts::act(hub, (asked.of.id(hub), asked.number), &asked.by, &act).await {
        Some(told) => reply(&shown(asked.number, &told)),
        None => missing(),
    }
}

#[derive(Deserialize)]
struct Said {
    #[serde(flatten)]
    of: Of,
    number: u64,
    by: String,
    body: String,
}

#[handler]
async fn comment(Data(hub): Data<&Arc<Hub>>, Json(said): Json<Said>) -> Response {
    match acts::comment(hub, (said.of.id(hub), said.number), &said.by, &said.body).await {
        Some((_, told)) => reply(&shown(said.number, &told)),
        None => missing(),
    }
}

#[derive(Deserialize)]
struct Member {
    #[serde(flatten)]
    of: Of,
    login: String,
    level: Option<Level>,
}

#[handler]
fn member(Data(hub): Data<&Arc<Hub>>, Json(it): Json<Member>) -> Response {
    let id = it.of.id(hub);
    crate::handles::ProjectHandle { hub: Arc::clone(hub), id }.set_member(&it.login, it.level);
    StatusCode::NO_CONTENT.into()
}

#[derive(Deserialize)]
struct Hooked {
    forge: Forge,
    url: String,
    secret: String,
}

#[handler]
fn hook(Data(hub): Data<&Arc<Hub>>, Json(it): Json<Hooked>) -> Response {
    hub.change(|world| world.hooks.insert(it.forge, Hook { url: it.url, secret: it.secret }));
    StatusCode::NO_CONTENT.into()
}

#[derive(Deserialize)]
struct Held {
    hold: bool,
}

#[handler]
fn hold(Data(hub): Data<&Arc<Hub>>, Json(Held { hold }): Json<Held>) -> Response {
    hub.change(|world| world.holds = hold);
    StatusCode::NO_CONTENT.into()
}

#[derive(Deserialize)]
struct Sent {
    delivery: String,
}

#[handler]
async fn send(Data(hub): Data<&Arc<Hub>>, Json(Sent { delivery }): Json<Sent>) -> Response {
    match deliveries::send(hub, &delivery).await {
        Some(attempt) => reply(&json!({ "delivery": delivery, "attempt": attempt })),
        None => missing(),
    }
}

#[handler]
fn fault(Data(hub): Data<&Arc<Hub>>, Json(rule): Json<FaultRule>) -> Response {
    hub.lock().faults.add(rule);
    StatusCode::NO_CONTENT.into()
}

#[handler]
fn state(Data(hub): Data<&Arc<Hub>>) -> Response {
    let world = hub.lock();
    reply(&json!({
        "users": world.users.values().collect::<Vec<_>>(), "projects": world.projects, "changes": world.changes,
        "comments": world.comments, "statuses": world.statuses, "deployments": world.deployments,
        "environments": world.environments, "deliveries": world.deliveries, "requests": world.requests,
    }))
}

fn shown(number: u64, told: &Told) -> Value {
    json!({ "number": number, "delivery": told.delivery, "attempt": told.attempt })
}

fn missing() -> Response {
    StatusCode::NOT_FOUND.into()
}

fn reply(body: &Value) -> Response {
    Response::builder().content_type("application/json").body(body.to_string())
}
