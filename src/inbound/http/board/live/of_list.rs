//! The list while it is open: rows as they change. Where they go stands in the page: each row has its key.
//!
//! A new connection compares what its page shows with what it would show now, by a digest; so nothing is missed between
//! the page and its stream, nor while storebot restarts.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use super::{Over, Reader, Standing, Teller, respond};
use crate::commands::{Changed, FollowingAll};
use crate::domain::actor::Door;
use crate::domain::audit::{Asker, Origin};
use crate::domain::outcome::Refusal;
use crate::domain::record::Record;
use crate::inbound::http::board::list::{self, Sought};
use crate::inbound::http::board::rows::{self, Part};
use crate::inbound::http::board::visitor::{Form, Visitor};
use crate::inbound::http::board::{Answer, Board, Refused};
use crate::inbound::http::stream::NOTHING;

/// Least pause between two events, in which changes come together: less than anybody waits for, and enough that a
/// hundred stores at once are a few events.
const GAP: Duration = Duration::from_millis(100);

/// After the ledger did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// An open list.
struct Open {
    reader: Reader,
    following: FollowingAll,
    sought: Sought,
    /// Digest of the list that the page shows.
    seen: String,
    /// It is to be compared with the list as it is now.
    compare: bool,
    /// Of all who compare.
    comparing: Arc<Semaphore>,
    /// Not before.
    next: Instant,
}

/// What a page is told of one store.
#[derive(Serialize)]
struct Told {
    id: String,
    /// Rows are sorted by it.
    key: String,
    /// Empty: it is none of those that are looked for, or not any more.
    html: String,
}

impl Board {
    pub(in crate::inbound::http::board) fn live_list(
        &self,
        asker: Asker<'_>,
        visitor: &Visitor,
        query: &str,
    ) -> Result<Answer, Refused> {
        let form = Form::parse(query.as_bytes());
        let open = Open {
            following: self.state.commands.follow_all(asker)?,
            reader: Reader::new(&self.state, visitor),
            sought: Sought::read(&form)?,
            seen: form.get("seen").to_owned(),
            compare: true,
            comparing: Arc::clone(&self.comparing),
            next: Instant::now(),
        };
        Ok(Answer::Live(respond(open, self.state.close.clone())))
    }
}

impl Teller for Open {
    async fn next(&mut self) -> Result<String, Over> {
        sleep_until(self.next).await;
        let changed = if self.compare { Changed::Any } else { self.following.next().await };
        self.next = Instant::now() + GAP;
        // The listener has given it away: what is not told now is found by comparing.
        self.compare = !matches!(changed, Changed::Nothing);
        let Standing::SignedIn(now) = self.reader.standing().await? else { return Ok(self.later()) };
        match changed {
            Changed::Nothing => Ok(NOTHING.to_owned()),
            Changed::Stores(records) => {
                self.compare = false;
                Ok(self.rows(records.iter().map(|record| &**record)))
            }
            Changed::Any => match self.anew(now).await {
                Ok(said) => {
                    self.compare = false;
                    Ok(said)
                }
                Err(_) => Ok(self.later()),
            },
        }
    }
}

impl Open {
    /// The ledger did not answer.
    fn later(&mut self) -> String {
        self.next = Instant::now() + PAUSE;
        NOTHING.to_owned()
    }

    fn rows<'r>(&self, records: impl Iterator<Item = &'r Record>) -> String {
        let actor = &self.reader.visitor.session.actor;
        let told = records.map(|record| {
            let key = self.sought.key_of(record);
            let html = key.as_ref().map_or_else(String::new, |key| rows::row(actor, record, key));
            Told { id: record.id.to_string(), key: key.unwrap_or_default(), html }
        });
        let told: Vec<Told> = told.collect();
        serde_json::to_string(&told)
            .map_or_else(|_| NOTHING.to_owned(), |json| format!("event: rows\ndata: {json}\n\n"))
    }

    /// The list as it is now; nothing where the page shows that already.
    async fn anew(&mut self, now: Timestamp) -> Result<String, Refusal> {
        let (origin, actor) = (Origin::default(), &self.reader.visitor.session.actor);
        let asker = Asker { actor, door: Door::Dashboard, origin: &origin, at: now };
        let _turn = self.comparing.acquire().await;
        let found = list::find(&self.reader.state.commands, asker, &self.sought).await?;
        let html = Part::of(actor, &self.sought, &found).html();
        let digest = rows::digest(&html);
        if digest == self.seen {
            return Ok(NOTHING.to_owned());
        }
        self.seen = digest;
        Ok(format!("event: list\ndata: {}\n\n", json!({ "seen": self.seen, "html": html })))
    }
}
