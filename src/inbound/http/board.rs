//! The dashboard: one more door onto the same commands, for people in front of a browser.
//!
//! ```text
//! place.rs    what an address and a method ask for: pure
//! visitor.rs  who asks: cookie, form, whether the page that asks is ours
//! pages.rs    what they see: templates, and what goes into them
//! acts.rs     what they do
//! live.rs     a page while it is open
//! overview.rs pages of those who look after everybody's stores
//! files.rs    styles and script, which browsers keep
//! ```
//!
//! Pages are whole without the script. What changes something is a form that is posted and answered with a
//! redirection, so that a page can be loaded again; each form carries a token of its session.

mod acts;
mod files;
mod live;
mod overview;
mod pages;
mod place;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use poem::error::ResponseError as _;
use poem::http::header::{CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use poem::http::{Method, StatusCode};
use poem::{Endpoint, IntoResponse as _, Request, Response};

use super::api::State;
use super::caller::{Gate, origin};
use super::pages::HTML;
use super::routes::Routes;
use crate::config;
use crate::domain::actor::Door;
use crate::domain::audit::Asker;
use crate::domain::event::is_event_id;
use crate::domain::outcome::Refusal;
use crate::domain::session::Session;
use crate::domain::store::StoreRef;
use files::Files;
use live::Open;
use pages::{Page, Shell, Why};
use place::Place;
use visitor::{Cookie, Form, Visitor, is_from_here};

/// How long somebody is signed in at the longest; a token that ends before ends it.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// Largest form, in bytes.
const FORM_MAX: usize = 8 << 10;
/// How long a deletion can be taken back.
const UNDO_FOR: Duration = Duration::from_secs(30);
/// Stores on a page of the list.
const STORES: u32 = 50;

/// Nothing but its own files, and forms that go back to where they came from.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// All of its routes behind one endpoint.
pub(super) struct Board {
    state: Arc<State>,
    gate: Gate,
    cookie: Cookie,
    files: Files,
    /// How the world calls it, as browsers write it in `Origin`.
    here: String,
}

/// What is sent back.
enum Answer {
    Page(StatusCode, Page),
    /// Look there, by GET.
    See(String),
    Live(Box<Open>),
    /// There is nothing to follow.
    Nothing,
    /// Signed in, or out.
    Known(Option<String>, String),
}

impl Board {
    pub(super) fn new(state: Arc<State>, gate: Gate, http: &config::Http) -> Self {
        let here = http.public_url.origin().ascii_serialization();
        Self { state, gate, cookie: Cookie::of(&http.public_url), files: Files::new(), here }
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

    async fn answer(&self, request: &mut Request, place: Place) -> Result<Answer, Refused> {
        if place == Place::Nowhere {
            return Err(Refused::Nowhere);
        }
        let form = Form::read(request).await;
        let visitor = self.visitor(request).await?;
        if request.method() == Method::POST && !is_from_here(request.headers(), &self.here) {
            return Err(Refused::Foreign);
        }
        let Some(visitor) = visitor else {
            return match place {
                Place::SignIn => self.sign_in(request, &form).await,
                Place::SignOut => Ok(Answer::See("/".to_owned())),
                _ if request.method() == Method::POST => {
                    let why = "You are not signed in any more, and nothing was done. Sign in and try again.";
                    Ok(Answer::Page(StatusCode::UNAUTHORIZED, pages::sign_in(Some(why))))
                }
                _ => Ok(Answer::Page(StatusCode::OK, pages::sign_in(None))),
            };
        };
        if request.method() == Method::POST && !visitor.sent(&form) {
            return Err(Refused::Stale);
        }
        let origin = origin(request);
        let asker =
            Asker { actor: &visitor.session.actor, door: Door::Dashboard, origin: &origin, at: (self.state.clock)() };
        let shell = self.shell(&visitor);
        match place {
            Place::SignIn => Ok(Answer::See("/".to_owned())),
            Place::SignOut => {
                self.state.commands.sign_out(&visitor.secret).await?;
                Ok(Answer::Known(None, "/".to_owned()))
            }
            Place::Home => self.stores(asker, shell, request.uri().query().unwrap_or_default()).await,
            Place::New => self.new_store(asker, shell, None).await,
            Place::Create => self.create(asker, shell, &form).await,
            Place::Store(store) => self.store(asker, shell, &StoreRef::new(&store), None).await,
            Place::Live(store) => self.live(asker, &visitor, &StoreRef::new(&store), request).await,
            Place::Act(store, act) => self.act(asker, shell, (&StoreRef::new(&store), act), &form).await,
            Place::Overview => self.overview(asker, shell, None).await,
            Place::Requests => self.requests(asker, shell, None).await,
            Place::Audit => self.audit(asker, shell, request.uri().query().unwrap_or_default()).await,
            Place::Decide(decision) => self.decide(asker, shell, &decision).await,
            Place::File(_) | Place::Nowhere => Err(Refused::Nowhere),
        }
    }

    /// Who asks, if they are known.
    async fn visitor(&self, request: &Request) -> Result<Option<Visitor>, Refused> {
        let Some(secret) = self.cookie.read(request.headers()) else { return Ok(None) };
        let session = self.state.commands.session(&secret, (self.state.clock)()).await?;
        Ok(session.map(|session| Visitor { secret, session }))
    }

    async fn sign_in(&self, request: &Request, form: &Form) -> Result<Answer, Refused> {
        let token = form.get("token").trim();
        if token.is_empty() {
            return Ok(Answer::Page(StatusCode::UNPROCESSABLE_ENTITY, pages::sign_in(Some("Paste a token first."))));
        }
        let at = (self.state.clock)();
        let Ok(verified) = self.gate.admit(token, true, at).await else {
            let why = "This token is not valid, or not any more. Get a new one: storebot token.";
            return Ok(Answer::Page(StatusCode::UNAUTHORIZED, pages::sign_in(Some(why))));
        };
        let until = at.saturating_add(LIFE).unwrap_or(at).min(verified.until);
        let session = Session { actor: verified.actor, until };
        let secret = self.state.commands.sign_in(&session, at).await?;
        tracing::info!(actor = %session.actor.id, request_id = %origin(request).request, "somebody signed in");
        let seconds = until.duration_since(at).as_secs();
        Ok(Answer::Known(Some(self.cookie.write(secret.expose(), seconds)), "/".to_owned()))
    }

    async fn live(
        &self,
        asker: Asker<'_>,
        visitor: &Visitor,
        store: &StoreRef,
        request: &Request,
    ) -> Result<Answer, Refused> {
        let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
        let last = request.header("last-event-id").filter(|id| is_event_id(id));
        let after = last.or(query.filled("after").filter(|id| is_event_id(id)));
        let following = self.state.commands.follow(asker, store, after).await?;
        let Some(following) = following else { return Ok(Answer::Nothing) };
        let open = Open {
            state: Arc::clone(&self.state),
            visitor: visitor.clone(),
            following,
            _counted: self.state.metrics.open_stream(),
        };
        Ok(Answer::Live(Box::new(open)))
    }

    fn shell(&self, visitor: &Visitor) -> Shell {
        Shell {
            who: visitor.session.actor.id.to_string(),
            role: visitor.session.actor.role,
            token: visitor.secret.form_token(),
        }
    }

    /// What went wrong, as a page.
    fn refused(&self, why: &Refused, method: &Method) -> (StatusCode, Page) {
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
            Refused::Nowhere if *method == Method::GET => {
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
        (status, pages::refused(&title, &detail))
    }

    fn respond(&self, request: &Request, answer: Answer) -> Response {
        match answer {
            Answer::Page(status, page) => {
                let html = page.finish(self.files.style(), self.files.script());
                let response = Response::builder().status(status).header(CONTENT_SECURITY_POLICY, POLICY);
                files::packed(request, response.content_type(HTML), html)
            }
            Answer::Live(open) => open.respond(),
            // Tells a browser not to come back.
            Answer::Nothing => StatusCode::NO_CONTENT.into_response(),
            Answer::See(path) => Response::builder().status(StatusCode::SEE_OTHER).header(LOCATION, path).finish(),
            Answer::Known(cookie, path) => {
                let cookie = cookie.unwrap_or_else(|| self.cookie.forget());
                let response = Response::builder().status(StatusCode::SEE_OTHER).header(LOCATION, path);
                response.header(SET_COOKIE, cookie).finish()
            }
        }
    }
}

/// Why there is no such answer.
enum Refused {
    /// Posted by a page of somebody else's.
    Foreign,
    /// Posted by a page of ours, of another session.
    Stale,
    Nowhere,
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
        let answer = self.answer(&mut request, place).await.unwrap_or_else(|why| {
            let (status, page) = self.refused(&why, request.method());
            Answer::Page(status, page)
        });
        Ok(self.respond(&request, answer))
    }
}
