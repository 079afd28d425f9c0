//! A store's page while it is open.

use std::future::pending;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Over, Reader, Standing, Teller, respond};
use crate::commands::{Following, Told};
use crate::domain::audit::Asker;
use crate::domain::event::{StoreEvent, is_event_id};
use crate::domain::outcome::Refusal;
use crate::domain::store::StoreRef;
use crate::inbound::http::board::acts::EVENTS;
use crate::inbound::http::board::visitor::{Form, Visitor};
use crate::inbound::http::board::{Answer, Board, Refused, store};
use crate::inbound::http::stream::NOTHING;

/// Pause after the ledger did not answer.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// An open page.
struct Open {
    reader: Reader,
    following: Following,
    /// When its page changes although nothing happens.
    again: Option<Timestamp>,
}

/// What there is to tell.
enum Due {
    Event(Box<StoreEvent>),
    /// Time has passed.
    Time,
    Nothing,
}

impl Board {
    pub(in crate::inbound::http::board) async fn live(
        &self,
        asker: Asker<'_>,
        visitor: &Visitor,
        store: &StoreRef,
        request: &poem::Request,
    ) -> Result<Answer, Refused> {
        let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
        let last = request.header("last-event-id").filter(|id| is_event_id(id));
        let after = last.or(query.filled("after").filter(|id| is_event_id(id)));
        let following = self.state.commands.follow(asker, store, after).await?;
        let Some(following) = following else { return Ok(Answer::Nothing) };
        let again = store::again(&following.picture(1).await?, asker.at);
        let open = Open { reader: Reader::new(&self.state, visitor), following, again };
        Ok(Answer::Live(respond(open, self.state.close.clone())))
    }
}

impl Teller for Open {
    async fn next(&mut self) -> Result<String, Over> {
        let due = self.due().await?;
        let Standing::SignedIn(now) = self.reader.standing().await? else { return Ok(NOTHING.to_owned()) };
        self.say(due, now).await
    }
}

impl Open {
    async fn due(&mut self) -> Result<Due, Over> {
        let now = (self.reader.state.clock)();
        let until = self.again.map(|at| Duration::try_from(at.duration_since(now)).unwrap_or_default());
        let time = async {
            match until {
                Some(pause) => tokio::time::sleep(pause).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            told = self.following.next() => match told {
                Some(Told::Event(event)) => Ok(Due::Event(event)),
                Some(Told::Nothing) => Ok(Due::Nothing),
                None => Err(Over::Ended),
            },
            () = time => Ok(Due::Time),
        }
    }

    async fn say(&mut self, due: Due, now: Timestamp) -> Result<String, Over> {
        let last = match due {
            Due::Nothing => return Ok(NOTHING.to_owned()),
            Due::Time => None,
            Due::Event(event) => Some(self.following.newest().unwrap_or(*event).id),
        };
        let id = last.map(|last| format!("id: {last}\n")).unwrap_or_default();
        match self.change(now).await {
            Ok(change) => Ok(format!("{id}event: change\ndata: {change}\n\n")),
            Err(Refusal::NotFound { .. }) => Err(Over::Gone),
            Err(_) => {
                // It is not tried again at once.
                self.again = self.again.map(|_| now.saturating_add(PAUSE).unwrap_or(Timestamp::MAX));
                Ok(NOTHING.to_owned())
            }
        }
    }

    async fn change(&mut self, now: Timestamp) -> Result<String, Refusal> {
        let picture = self.following.picture(EVENTS).await?;
        let Visitor { secret, session } = &self.reader.visitor;
        let change = store::change(&secret.form_token(), &session.actor, (&picture, now));
        self.again = change.again;
        serde_json::to_string(&change).map_err(|_| Refusal::Unavailable)
    }
}
