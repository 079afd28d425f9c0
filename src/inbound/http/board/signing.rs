//! Signing in: the page for it, and by a token. By Discord: `discord.rs`.

use jiff::Timestamp;
use poem::Request;
use poem::http::StatusCode;
use poem::http::header::RETRY_AFTER;

use super::next::Next;
use super::visitor::{Form, Visitor};
use super::{Answer, Board, LIFE, Refused, pages};
use crate::domain::session::Session;
use crate::inbound::http::caller::origin;

/// Why nobody is signed in, as the page for it says.
pub(super) struct Failed {
    pub(super) status: StatusCode,
    pub(super) why: String,
    /// In seconds.
    pub(super) retry_after: Option<u64>,
}

impl Failed {
    pub(super) fn over() -> Self {
        let why = "You are not signed in any more, and nothing was done. Sign in and try again.";
        Self::new(StatusCode::UNAUTHORIZED, why)
    }

    pub(super) fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), retry_after: None }
    }
}

impl Board {
    /// The page for somebody who is not signed in, or not any more.
    pub(super) fn ask_in(&self, failed: Option<Failed>, next: &Next) -> Answer {
        let status = failed.as_ref().map_or(StatusCode::OK, |failed| failed.status);
        let why = failed.as_ref().map(|failed| failed.why.as_str());
        let page = Answer::Page(status, pages::sign_in(why, next, self.discord.is_some()));
        match failed.and_then(|failed| failed.retry_after) {
            Some(seconds) => Answer::With(RETRY_AFTER, seconds.to_string(), Box::new(page)),
            None => page,
        }
    }

    /// By a token. Whoever is signed in already is signed out first: two people share a browser, or a page was open
    /// since before.
    pub(super) async fn sign_in(
        &self,
        request: &Request,
        form: &Form,
        visitor: Option<&Visitor>,
    ) -> Result<Answer, Refused> {
        let next = Next::parse(form.get("next"));
        let token = form.get("token").trim();
        if token.is_empty() {
            let failed = Failed::new(StatusCode::UNPROCESSABLE_ENTITY, "Paste a token first.");
            return Ok(self.ask_in(Some(failed), &next));
        }
        let at = (self.state.clock)();
        let verified = match self.gate.admit(token, true, at).await {
            Ok(verified) => verified,
            Err(error) => return Ok(self.ask_in(Some(not_admitted(error.status())), &next)),
        };
        let until = at.saturating_add(LIFE).unwrap_or(at).min(verified.until);
        self.let_in(request, Session { actor: verified.actor, until, name: None }, visitor, (at, &next)).await
    }

    /// Signs somebody in, and takes them where they wanted to go.
    pub(super) async fn let_in(
        &self,
        request: &Request,
        session: Session,
        before: Option<&Visitor>,
        (at, next): (Timestamp, &Next),
    ) -> Result<Answer, Refused> {
        if let Some(before) = before {
            self.state.commands.sign_out(&before.secret).await?;
        }
        let secret = self.state.commands.sign_in(&session, at).await?;
        tracing::info!(actor = %session.actor.id, request_id = %origin(request).request, "somebody signed in");
        let cookie = self.cookie.write(secret.expose(), session.until.duration_since(at).as_secs());
        Ok(Answer::See(next.as_str().to_owned()).with(cookie))
    }
}

/// What could not be checked is not said to be bad.
fn not_admitted(status: StatusCode) -> Failed {
    if status == StatusCode::UNAUTHORIZED {
        return Failed::new(status, "This token is not valid, or not any more. Get a new one: storebot token.");
    }
    let why = "Whether this token is valid cannot be checked right now. Nothing is wrong with it as far as is known: \
               try again in a moment.";
    Failed::new(StatusCode::SERVICE_UNAVAILABLE, why)
}
