//! The dashboard: one more door onto the same commands, for people in front of a browser.
//!
//! ```text
//! place.rs    what an address and a method ask for: pure
//! signing.rs  signing in; discord.rs  with Discord; sealed.rs  what the browser keeps meanwhile; next.rs  where to, then
//! visitor.rs  who asks: cookie, form, whether the page that asks is ours
//! pages.rs    what they see: templates, and what goes into them
//! acts.rs     what they do
//! list.rs     the list of stores; rows.rs  what is shown of each
//! store.rs    one of them
//! live.rs     a page while it is open
//! overview.rs all of them, for administrators, with charts (chart.rs); deliveries.rs  what came and went
//! files.rs    styles and script, which browsers keep
//! ```
//!
//! Pages are whole without the script. What changes something is a form that is posted and answered with a
//! redirection, so that a page can be loaded again; each form carries a token of its session.

mod acts;
mod chart;
mod deliveries;
mod discord;
mod files;
mod list;
mod live;
pub(super) mod next;
mod overview;
mod pages;
mod place;
mod rows;
pub(super) mod sealed;
mod signing;
mod store;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use poem::error::ResponseError as _;
use poem::http::header::{ALLOW, CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use poem::http::{HeaderName, HeaderValue, Method, StatusCode};
use poem::{Endpoint, IntoResponse as _, Request, Response};
use tokio::sync::Semaphore;

use super::api::State;
use super::caller::{Gate, origin};
use super::pages::HTML;
use super::routes::Routes;
use crate::config::Config;
use crate::domain::actor::Door;
use crate::domain::audit::Asker;
use crate::domain::outcome::Refusal;
use crate::domain::store::StoreRef;
use crate::inbound::discord::SignIn;
use files::Files;
use next::Next;
use pages::{Page, Shell, Why};
use place::Place;
use signing::Failed;
use visitor::{Cookie, Form, Visitor, is_from_here};

/// How long somebody is signed in at the longest; a token that ends before ends it.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// Largest form, in bytes.
const FORM_MAX: usize = 8 << 10;
/// Stores on a page of the list.
const STORES: u32 = 50;

/// Nothing but its own files, and forms that go back to where they came from.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Open lists that compare themselves at a time.
const COMPARING: usize = 8;

/// All of its routes behind one endpoint.
pub(super) struct Board {
    state: Arc<State>,
    gate: Gate,
    cookie: Cookie,
    /// Of somebody who is just signing in.
    kept: Cookie,
    /// `None`: nobody signs in with Discord.
    discord: Option<SignIn>,
    files: Files,
    /// How the world calls it, as browsers write it in `Origin`.
    here: String,
    /// How long a deletion can be taken back.
    undo_for: Duration,
    /// Open lists compare themselves in turns: all do when storebot is back, and each of them holds a page of records
    /// meanwhile.
    comparing: Arc<Semaphore>,
}

/// What is sent back.
enum Answer {
    Page(StatusCode, Page),
    /// What a page that is open already puts into itself.
    Part(StatusCode, Page),
    /// Look there, by GET.
    See(String),
    Live(Response),
    /// There is nothing to follow.
    Nothing,
    /// The same, with a header more.
    With(HeaderName, String, Box<Self>),
}

impl Answer {
    /// And a cookie.
    fn with(self, cookie: String) -> Self {
        Self::With(SET_COOKIE, cookie, Box::new(self))
    }
}

impl Board {
    pub(super) fn new(state: Arc<State>, gate: Gate, config: &Config, discord: Option<SignIn>) -> Self {
        let public_url = &config.http.public_url;
        let here = public_url.origin().ascii_serialization();
        let (cookie, kept) = (Cookie::of(public_url), Cookie::of_sign_in(public_url));
        let (files, undo_for, comparing) = (Files::new(), config.undo_for(), Arc::new(Semaphore::new(COMPARING)));
        Self { state, gate, cookie, kept, discord, files, here, undo_for, comparing }
    }

    /// Whether a path is one of its.
    pub(super) fn has(path: &str) -> bool {
        Place::is_ours(path)
    }

    /// Its routes, as logs and numbers name them.
    pub(super) fn announce(routes: &mut Routes) {
        for (label, method) in place::LABELS {
            let body = if method == Method::POST { FORM_MAX } else { 0 };
            routes.add(label, method, body);
        }
    }

    async fn answer(&self, request: &mut Request, place: Place, visitor: Option<Visitor>) -> Result<Answer, Refused> {
        if place == Place::Nowhere {
            return Err(Refused::Nowhere);
        }
        let form = Form::read(request).await;
        if request.method() == Method::POST && !is_from_here(request.headers(), &self.here) {
            return Err(Refused::Foreign);
        }
        match place {
            Place::SignIn => return self.sign_in(request, &form, visitor.as_ref()).await,
            Place::Discord(way) => return self.by_discord(request, way, &form, visitor.as_ref()).await,
            _ => {}
        }
        let Some(visitor) = visitor else {
            return Ok(self.stranger(request, &place));
        };
        if request.method() == Method::POST && !visitor.sent(&form) {
            return Err(Refused::Stale);
        }
        let origin = origin(request);
        let asker =
            Asker { actor: &visitor.session.actor, door: Door::Dashboard, origin: &origin, at: (self.state.clock)() };
        let shell = self.shell(&visitor, &place);
        let query = request.uri().query().unwrap_or_default();
        match place {
            Place::AskIn => Ok(Answer::See(asked_next(request).as_str().to_owned())),
            Place::SignOut => {
                self.state.commands.sign_out(&visitor.secret).await?;
                Ok(Answer::See("/".to_owned()).with(self.cookie.forget()))
            }
            Place::Home => self.stores(asker, shell, query).await,
            Place::New => self.new_store(asker, shell, None).await,
            Place::Create => self.create(asker, shell, &form).await,
            Place::Store(store) => self.store(asker, shell, &StoreRef::new(&store), None).await,
            Place::Live(store) => self.live(asker, &visitor, &StoreRef::new(&store), request).await,
            Place::LiveList => self.live_list(asker, &visitor, query),
            Place::Runs(store) => self.runs(asker, shell, &StoreRef::new(&store), query).await,
            Place::Act(store, act) => self.act(asker, shell, (&StoreRef::new(&store), act), &form).await,
            Place::Overview => self.overview(asker, shell, None).await,
            Place::Requests => self.requests(asker, shell, None).await,
            Place::Audit => self.audit(asker, shell, query).await,
            Place::Deliveries => self.deliveries(asker, shell, (query, None)).await,
            Place::Replay(id) => self.replay(asker, shell, &id).await,
            Place::Decide(decision) => self.decide(asker, shell, &decision).await,
            Place::SignIn | Place::Discord(_) | Place::File(_) | Place::Nowhere => Err(Refused::Nowhere),
        }
    }

    /// Who asks, if they are known.
    async fn visitor(&self, request: &Request) -> Result<Option<Visitor>, Refused> {
        let Some(secret) = self.cookie.read(request.headers()) else { return Ok(None) };
        let session = self.state.commands.session(&secret, (self.state.clock)()).await?;
        Ok(session.map(|session| Visitor { secret, session }))
    }

    /// What there is for somebody who is not signed in.
    fn stranger(&self, request: &Request, place: &Place) -> Answer {
        match place {
            Place::SignOut => Answer::See("/".to_owned()),
            Place::AskIn => self.ask_in(None, &asked_next(request)),
            _ if request.method() == Method::POST => self.ask_in(Some(Failed::over()), &Next::after(place)),
            // A page that is open already is told apart from one that is opened.
            Place::Live(_) | Place::LiveList => self.ask_in(Some(Failed::over()), &Next::default()),
            _ => self.ask_in(None, &Next::of(request.uri())),
        }
    }

    fn shell(&self, visitor: &Visitor, place: &Place) -> Shell {
        Shell {
            who: visitor.session.name.clone().unwrap_or_else(|| visitor.session.actor.id.to_string()),
            role: visitor.session.actor.role,
            token: visitor.secret.form_token(),
            here: place.tab(),
        }
    }

    /// What went wrong, as a page, with everything around it for somebody who has signed in.
    fn refused(&self, shell: Option<Shell>, why: &Refused, path: &str) -> Answer {
        let (status, title, detail) = match why {
            Refused::Foreign => (
                StatusCode::FORBIDDEN,
                "This form did not come from here".to_owned(),
                "Nothing was done. Open the dashboard in a tab of its own and try again.".to_owned(),
            ),
            Refused::Stale => (
                StatusCode::FORBIDDEN,
                "This form is not of your session".to_owned(),
                "Nothing was done: you have signed in anew since the page was opened. Load it again.".to_owned(),
            ),
            Refused::NotHere => (
                StatusCode::NOT_FOUND,
                "There is no such page".to_owned(),
                "People do not sign in with Discord here. Sign in with a token.".to_owned(),
            ),
            Refused::Nowhere if Place::methods(path).is_none() => {
                (StatusCode::NOT_FOUND, "There is no such page".to_owned(), "Go back to your stores.".to_owned())
            }
            Refused::Nowhere => (
                StatusCode::METHOD_NOT_ALLOWED,
                "This cannot be done here".to_owned(),
                "Go back to your stores.".to_owned(),
            ),
            Refused::By(refusal) => {
                let Why { title, detail } = Why::of(refusal);
                (refusal.status(), title, detail)
            }
        };
        Answer::Page(status, pages::refused(shell, &title, &detail))
    }

    fn respond(&self, request: &Request, answer: Answer) -> Response {
        match answer {
            Answer::Page(status, page) => {
                let html = page.finish(self.files.style(), self.files.script());
                let response = Response::builder().status(status).header(CONTENT_SECURITY_POLICY, POLICY);
                files::packed(request, response.content_type(HTML), html)
            }
            Answer::Part(status, page) => {
                files::packed(request, Response::builder().status(status).content_type(HTML), page.part())
            }
            Answer::Live(stream) => stream,
            // Tells a browser not to come back.
            Answer::Nothing => StatusCode::NO_CONTENT.into_response(),
            Answer::See(path) => Response::builder().status(StatusCode::SEE_OTHER).header(LOCATION, path).finish(),
            Answer::With(name, value, answer) => {
                let mut response = self.respond(request, *answer);
                if let Ok(value) = HeaderValue::from_str(&value) {
                    response.headers_mut().append(name, value);
                }
                response
            }
        }
    }
}

/// Where an address says that it leads in the end.
fn asked_next(request: &Request) -> Next {
    Next::parse(Form::parse(request.uri().query().unwrap_or_default().as_bytes()).get("next"))
}

/// Why there is no such answer.
enum Refused {
    /// Posted by a page of somebody else's.
    Foreign,
    /// Posted by a page of ours, of another session.
    Stale,
    Nowhere,
    /// Not at this storebot.
    NotHere,
    By(Refusal),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::By(refusal)
    }
}

impl Endpoint for Board {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let place = Place::of(request.method(), request.uri().path());
        if let Place::File(name) = &place {
            return Ok(self.files.answer(name, &request));
        }
        let (visitor, unknown) = match self.visitor(&request).await {
            Ok(visitor) => (visitor, None),
            Err(why) => (None, Some(why)),
        };
        let shell = visitor.as_ref().map(|visitor| self.shell(visitor, &place));
        let answer = match unknown {
            Some(why) => Err(why),
            None => self.answer(&mut request, place, visitor).await,
        };
        let path = request.uri().path();
        let answer = answer.unwrap_or_else(|why| self.refused(shell, &why, path));
        let mut response = self.respond(&request, answer);
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            let allow = Place::methods(path).map(|methods| (ALLOW, HeaderValue::from_static(methods)));
            response.headers_mut().extend(allow);
        }
        Ok(response)
    }
}
