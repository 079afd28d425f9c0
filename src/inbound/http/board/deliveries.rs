//! What came in by webhook and what went out, for administrators.

use askama::Template;
use poem::http::StatusCode;

use super::pages::{Page, Shell, Why};
use super::place::address;
use super::visitor::Form;
use super::{Answer, Board, Refused};
use crate::commands::DeliveryFilter;
use crate::domain::audit::Asker;
use crate::domain::delivery::{DeliveryState, Direction, LoggedDelivery};
use crate::domain::store::StoreId;
use crate::inbound::deliver::{Judge, Taken, Undelivered};
use crate::inbound::http::api::State;
use crate::inbound::parse;

/// Deliveries on a page.
const PAGE: u32 = 50;

/// What is looked for, as it was typed.
#[derive(Default)]
struct Sought {
    direction: String,
    source: String,
    state: String,
    store: String,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct Deliveries<'a> {
    token: &'a str,
    /// What became of a replay.
    said: Option<&'a Why>,
    sought: &'a Sought,
    directions: Vec<&'static str>,
    states: Vec<&'static str>,
    items: Vec<LoggedDelivery>,
    next: Option<String>,
}

impl Deliveries<'_> {
    /// What its store is called, as it was asked for.
    fn name<'e>(&self, entry: &'e LoggedDelivery, store: &'e StoreId) -> &'e str {
        entry.ended.as_ref().and_then(|ended| ended.name.as_deref()).unwrap_or(store.as_str())
    }

    /// Whether a button would come to anything: what did something does not do it twice, what cannot be trusted is
    /// not judged, and what is still being sent needs no help.
    fn replays(&self, entry: &LoggedDelivery) -> bool {
        match (entry.begun.direction, entry.state()) {
            (Direction::In, DeliveryState::Accepted) | (Direction::Out, DeliveryState::Pending) => false,
            (Direction::In, _) => !entry.begun.unique.is_empty(),
            (Direction::Out, _) => true,
        }
    }
}

impl Board {
    pub(super) async fn deliveries(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        (query, said): (&str, Option<(StatusCode, Why)>),
    ) -> Result<Answer, Refused> {
        let form = Form::parse(query.as_bytes());
        let text = |name: &str| form.get(name).trim().to_owned();
        let sought =
            Sought { direction: text("direction"), source: text("source"), state: text("state"), store: text("store") };
        let filter = DeliveryFilter {
            direction: form.filled("direction").map(parse::direction).transpose()?,
            source: form.filled("source").map(str::to_owned),
            state: form.filled("state").map(parse::delivery_state).transpose()?,
            store: form.filled("store").map(str::to_owned),
            limit: PAGE,
            cursor: form.filled("cursor").map(str::to_owned),
        };
        let page = self.state.commands.deliveries(asker, &filter).await?;
        let deliveries = Deliveries {
            token: &shell.token.clone(),
            said: said.as_ref().map(|(_, why)| why),
            directions: Direction::ALL.map(Direction::as_str).to_vec(),
            states: DeliveryState::ALL.map(DeliveryState::as_str).to_vec(),
            items: page.items,
            next: page.next_cursor.map(|cursor| sought.behind(&cursor)),
            sought: &sought,
        };
        let status = said.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
        Ok(Answer::Page(status, Page::new("Deliveries", Some(shell), &deliveries)))
    }

    pub(super) async fn replay(&self, asker: Asker<'_>, shell: Shell, id: &str) -> Result<Answer, Refused> {
        let State { commands, metrics, sources, forges, .. } = &*self.state;
        let judge = Judge { commands, metrics, sources, forges };
        let said = |title: &str, detail: String| Why { title: title.to_owned(), detail };
        let (status, why) = match judge.replay(asker, id).await {
            Ok((_, None)) => (StatusCode::OK, said("It is being sent again", String::new())),
            Ok((_, Some(Taken::Ignored(why)))) => (StatusCode::OK, said("Nothing follows from it", why)),
            Ok((_, Some(Taken::Accepted { store, .. }))) => return Ok(Answer::See(format!("/stores/{store}"))),
            Err(Undelivered::Refused(refusal)) => (poem::error::ResponseError::status(&refusal), Why::of(&refusal)),
            Err(other) => (StatusCode::UNPROCESSABLE_ENTITY, said("It was refused again", other.reason())),
        };
        self.deliveries(asker, shell, ("", Some((status, why)))).await
    }
}

impl Sought {
    /// The address of the page that begins behind an entry.
    fn behind(&self, cursor: &str) -> String {
        let Self { direction, source, state, store } = self;
        let fields = [("direction", direction), ("source", source), ("state", state), ("store", store)];
        let fields = fields.map(|(name, value)| (name, value.as_str()));
        address("/deliveries", fields.into_iter().chain([("cursor", cursor)]))
    }
}
