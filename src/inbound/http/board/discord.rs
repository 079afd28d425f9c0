//! Signing in with Discord.
//!
//! ```text
//! GET  /sign-in/discord        begin: a state, which the browser keeps, sealed ─> Discord
//! GET  /sign-in/discord/back   the state that this browser has, used once ─> a code ─> who it is
//!                                ├─ known in one place ─> signed in
//!                                └─ in several ─> a page with buttons
//! POST /sign-in/discord        as what they come ─> signed in
//! ```
//!
//! A session ends after `discord.session` (an hour), and does not ask Discord in between: somebody who has lost a role
//! keeps it no longer than that, and pages do not depend on Discord, nor on where the bot was invited. Signing in again
//! takes a click or two.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use poem::Request;
use poem::http::StatusCode;
use subtle::ConstantTimeEq as _;

use super::next::Next;
use super::sealed::{Attempt, Choice, Kept, Seal, challenge, once};
use super::signing::Failed;
use super::visitor::{Form, Visitor};
use super::{Answer, Board, Refused, asked_next, pages};
use crate::domain::session::Session;
use crate::inbound::discord::{Newcomer, SignIn, Trouble};

/// How long somebody may take at Discord, and to choose afterwards.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// Longest name that is kept, in characters.
const NAME_MAX: usize = 40;

/// Which part of it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Begin,
    Back,
    Choose,
}

impl Board {
    /// `visitor`: whoever is signed in already.
    pub(super) async fn by_discord(
        &self,
        request: &Request,
        way: Way,
        form: &Form,
        visitor: Option<&Visitor>,
    ) -> Result<Answer, Refused> {
        let Some(sign_in) = &self.discord else { return Err(Refused::NotHere) };
        match way {
            Way::Begin => Ok(self.begin(sign_in, request, visitor)),
            Way::Back => self.back(sign_in, request, visitor).await,
            Way::Choose => self.chosen(sign_in, request, form, visitor).await,
        }
    }

    fn begin(&self, sign_in: &SignIn, request: &Request, visitor: Option<&Visitor>) -> Answer {
        let next = asked_next(request);
        if visitor.is_some() {
            return Answer::See(next.as_str().to_owned());
        }
        let (seal, at) = (Seal(sign_in.secret()), (self.state.clock)());
        let state = self.state.commands.fresh_secret().expose().to_owned();
        let address = sign_in.ask(&state, &challenge(&seal.verifier(&state)));
        let attempt = Attempt { state, until: later(at, PATIENCE), next };
        Answer::See(address).with(self.kept.write(&seal.close(&attempt), PATIENCE.as_secs()))
    }

    async fn back(&self, sign_in: &SignIn, request: &Request, visitor: Option<&Visitor>) -> Result<Answer, Refused> {
        let (seal, at) = (Seal(sign_in.secret()), (self.state.clock)());
        let told = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
        let Some(attempt) = self.attempt(&seal, request, told.get("state"), at).await? else {
            return Ok(self.failed(not_begun(), &Next::default()));
        };
        let next = &attempt.next;
        match told.get("error") {
            "" => {}
            "access_denied" => return Ok(self.failed(denied(), next)),
            _ => return Ok(self.failed(in_words(&Trouble::Refused), next)),
        }
        let (sign_in, commands) = (sign_in.clone(), Arc::clone(&self.state.commands));
        let (code, verifier) = (told.get("code").to_owned(), seal.verifier(&attempt.state));
        let session = later(at, SignedDuration::try_from(sign_in.session()).unwrap_or(PATIENCE));
        // To its end, also when the browser does not wait for it: the person's token is ended in there.
        let who = tokio::spawn(async move { sign_in.who(&commands, &code, &verifier).await });
        match who.await.unwrap_or(Err(Trouble::Away)) {
            Err(Trouble::Ledger(refusal)) => Err(refusal.into()),
            Err(trouble) => Ok(self.failed(in_words(&trouble), next)),
            Ok(newcomer) => self.welcome(&seal, request, newcomer, (visitor, at, session, next)).await,
        }
    }

    /// What this browser has begun, if it is what Discord brings back, and for the first time.
    async fn attempt(
        &self,
        seal: &Seal<'_>,
        request: &Request,
        state: &str,
        at: Timestamp,
    ) -> Result<Option<Attempt>, Refused> {
        let kept = self.kept.values(request.headers()).find_map(|sealed| seal.open::<Attempt>(sealed, at));
        let Some(attempt) = kept.filter(|kept| kept.state.as_bytes().ct_eq(state.as_bytes()).into()) else {
            return Ok(None);
        };
        let first = self.state.commands.use_once(&once::<Attempt>(&attempt.state), attempt.until, at).await?;
        Ok(first.then_some(attempt))
    }

    async fn welcome(
        &self,
        seal: &Seal<'_>,
        request: &Request,
        newcomer: Newcomer,
        (visitor, at, session, next): (Option<&Visitor>, Timestamp, Timestamp, &Next),
    ) -> Result<Answer, Refused> {
        let Newcomer { id, name, known } = newcomer;
        let name: String = name.chars().take(NAME_MAX).collect();
        if known.len() > 1 {
            let page =
                pages::choose(&name, known.iter().map(|known| (known.place.as_str(), known.actor.role)).collect());
            let actors = known.into_iter().map(|known| known.actor).collect();
            let choice = Choice { until: later(at, PATIENCE), name, actors, session, next: next.clone() };
            let cookie = self.kept.write(&seal.close(&choice), PATIENCE.as_secs());
            return Ok(Answer::Page(StatusCode::OK, page).with(cookie));
        }
        let Some(known) = known.into_iter().next() else { return Ok(self.failed(nobody(&name, id), next)) };
        let session = Session { actor: known.actor, until: session, name: Some(name) };
        Ok(self.let_in(request, session, visitor, (at, next)).await?.with(self.kept.forget()))
    }

    async fn chosen(
        &self,
        sign_in: &SignIn,
        request: &Request,
        form: &Form,
        visitor: Option<&Visitor>,
    ) -> Result<Answer, Refused> {
        let (seal, at) = (Seal(sign_in.secret()), (self.state.clock)());
        let mut kept = self.kept.values(request.headers());
        let found = kept.find_map(|sealed| Some((sealed, seal.open::<Choice>(sealed, at)?)));
        let Some((sealed, choice)) = found else { return Ok(self.failed(not_begun(), &Next::default())) };
        let chosen = form.get("place").parse().ok().and_then(|index: usize| choice.actors.get(index).cloned());
        let Some(actor) = chosen else { return Ok(self.failed(not_begun(), &choice.next)) };
        if !self.state.commands.use_once(&once::<Choice>(sealed), choice.until(), at).await? {
            return Ok(self.failed(not_begun(), &choice.next));
        }
        let session = Session { actor, until: choice.session, name: Some(choice.name) };
        Ok(self.let_in(request, session, visitor, (at, &choice.next)).await?.with(self.kept.forget()))
    }

    /// The page for signing in, with what went wrong; the try is over.
    fn failed(&self, failed: Failed, next: &Next) -> Answer {
        self.ask_in(Some(failed), next).with(self.kept.forget())
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

fn not_begun() -> Failed {
    let why = "This sign-in was not begun in this browser, has taken longer than ten minutes, or was used already. \
               Begin again.";
    Failed::new(StatusCode::BAD_REQUEST, why)
}

fn denied() -> Failed {
    let why = "You have not let storebot know who you are on Discord, so nobody is signed in. Try again, or sign in with \
               a token.";
    Failed::new(StatusCode::FORBIDDEN, why)
}

fn nobody(name: &str, id: u64) -> Failed {
    let why = format!(
        "You are {name} on Discord, and nobody has given you a role here. Join a server that uses storebot, or ask its \
         administrators for a role there; your id is {id}. Then sign in again."
    );
    Failed::new(StatusCode::FORBIDDEN, why)
}

fn in_words(trouble: &Trouble) -> Failed {
    let away = |why: String| Failed::new(StatusCode::SERVICE_UNAVAILABLE, why);
    match trouble {
        Trouble::Refused => Failed::new(
            StatusCode::FORBIDDEN,
            "Discord has not confirmed who you are. Begin again, or sign in with a token.",
        ),
        Trouble::Unknown => away(
            "Discord does not know this storebot as it is set up. Whoever runs it finds out why by storebot doctor; \
             meanwhile, sign in with a token."
                .to_owned(),
        ),
        Trouble::Slow(seconds) => {
            let said = if *seconds == 1 { "a second".to_owned() } else { format!("{seconds} seconds") };
            let why = format!("Too many people ask Discord right now. Try again in {said}.");
            Failed { retry_after: Some(*seconds), ..away(why) }
        }
        Trouble::Away | Trouble::Ledger(_) => {
            away("Discord does not answer right now. Try again in a moment, or sign in with a token.".to_owned())
        }
    }
}
