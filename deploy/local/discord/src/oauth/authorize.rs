//! The page on which somebody lets the application know who they are, or does not.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Form, Query};
use poem::{Response, RouteMethod, get, handler};
use serde::Deserialize;
use url::Url;

use super::SCOPES;
use super::ask::Ask;
use crate::hub::Hub;
use crate::page::frame::face;
use crate::page::html::{escape, hidden};
use crate::state::World;

/// What Discord adds when somebody has not agreed.
const DENIED: [(&str, &str); 2] = [
    ("error", "access_denied"),
    ("error_description", "The resource owner or authorization server denied the request"),
];

pub(crate) fn routes() -> RouteMethod {
    get(show).post(decide)
}

#[handler]
fn show(Data(hub): Data<&Arc<Hub>>, Query(ask): Query<Ask>) -> Response {
    let mut world = hub.lock();
    if let Err(wrong) = ask.check(world.application_id, &world.oauth) {
        return refuse(&wrong);
    }
    let somebody = world.users.values().map(|user| user.name.clone()).min().unwrap_or_else(|| "ana".to_owned());
    let user = if ask.user.is_empty() { somebody } else { ask.user.clone() };
    let _made = world.user_named(&user);
    page(StatusCode::OK, &ask, "Authorize", &asking(&world, &ask, &user))
}

#[derive(Deserialize)]
struct Decision {
    decision: String,
    #[serde(flatten)]
    ask: Ask,
}

#[handler]
fn decide(Data(hub): Data<&Arc<Hub>>, Form(Decision { decision, ask }): Form<Decision>) -> Response {
    let back: Result<Option<String>, String> = hub.change(|world| {
        ask.check(world.application_id, &world.oauth)?;
        if decision != "authorize" || ask.user.is_empty() {
            return Ok(ask.back(&DENIED));
        }
        let user = world.user_named(&ask.user);
        let code = world.consented(ask.consent(user));
        Ok(ask.back(&[("code", &code)]))
    });
    match back {
        Ok(Some(back)) => Response::builder().status(StatusCode::FOUND).header("Location", back).finish(),
        Ok(None) => refuse("Invalid OAuth2 redirect_uri"),
        Err(wrong) => refuse(&wrong),
    }
}

fn asking(world: &World, ask: &Ask, user: &str) -> String {
    let granted: String = SCOPES
        .iter()
        .filter(|(scope, _)| ask.scopes().contains(*scope))
        .map(|(_, words)| format!("<li>{words}</li>"))
        .collect();
    let mut names: Vec<&str> = world.users.values().map(|user| user.name.as_str()).collect();
    names.sort_unstable();
    let people: String = names.into_iter().map(|name| other(ask, name, name == user)).collect();
    let fields: String = ask.fields().into_iter().map(|(name, value)| hidden(name, value)).collect();
    format!(
        "<h1><b>{bot}</b> wants to access your account</h1><p>You are {face} <b>{user}</b>.</p>\
         <h2>This will allow <b>{bot}</b> to</h2><ul>{granted}</ul>\
         <form method=post action=/oauth2/authorize>{fields}{you}<p class=row>\
         <button class='button secondary' name=decision value=cancel>Cancel</button>\
         <button class=button name=decision value=authorize>Authorize</button></p></form>\
         <h2>Somebody else</h2><ul class=people>{people}</ul>\
         <form method=get action=/oauth2/authorize>{fields}<label for=other>Another name</label> \
         <input id=other name=user required maxlength=32><button class=small>Be</button></form>",
        bot = escape(&world.bot_name),
        face = face(user),
        user = escape(user),
        you = hidden("user", user),
    )
}

/// The same question to somebody else.
fn other(ask: &Ask, name: &str, here: bool) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(ask.fields()).append_pair("user", name);
    let current = if here { " aria-current=true" } else { "" };
    let (query, face, name) = (escape(&query.finish()), face(name), escape(name));
    format!("<li><a{current} href='/oauth2/authorize?{query}'>{face} {name}</a></li>")
}

fn refuse(wrong: &str) -> Response {
    page(StatusCode::BAD_REQUEST, &Ask::default(), "Error", &format!("<h1>{}</h1>", escape(wrong)))
}

/// Browsers hold a form's policy against where its answer sends them, too.
fn page(status: StatusCode, ask: &Ask, title: &str, main: &str) -> Response {
    let back: Option<Url> = ask.redirect_uri.parse().ok();
    let back = back.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {back}; base-uri 'none'; frame-ancestors 'none'"
    );
    Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .header("Content-Security-Policy", policy)
        .header("Referrer-Policy", "no-referrer")
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "no-store")
        .body(format!(
            "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} · stand-in Discord</title>\
             <meta name=viewport content='width=device-width, initial-scale=1'><meta name=color-scheme content='light dark'>\
             <link rel=icon href='data:,'><link rel=stylesheet href=/page/style.css></head>\
             <body class=consent><main>{main}</main></body></html>"
        ))
}
