//! The pages of those who look after everybody's stores: how the whole is, who waits for an approval, who did what.

use askama::Template;
use poem::error::ResponseError;
use poem::http::StatusCode;

use super::chart::{self, Chart};
use super::pages::{Page, Room, Shell, Why, room};
use super::place::address;
use super::visitor::Form;
use super::{Answer, Board, Refused};
use crate::commands::{AuditFilter, CellLook, DeadLetter, Overview};
use crate::domain::actor::{ActorId, Door, Role};
use crate::domain::approval::{Approval, Excess};
use crate::domain::audit::{Asker, AuditEntry};
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::record::Phase;
use crate::inbound::{self, parse};
use crate::text;

/// What was given up that is shown, and entries of the audit on a page.
const LETTERS: u32 = 50;
const ENTRIES: u32 = 100;
/// Days of the charts.
const DAYS: i32 = 14;

#[derive(Template)]
#[template(path = "overview.html")]
struct Whole<'a> {
    token: &'a str,
    why: Option<&'a Why>,
    engines: [Engine; 2],
    counts: Vec<(Phase, Vec<u64>)>,
    queue: Vec<(&'static str, u64)>,
    cells: Vec<CellRow>,
    letters: Vec<DeadLetter>,
    charts: Vec<Chart>,
}

struct CellRow {
    name: String,
    health: &'static str,
    why: Option<String>,
    standing: &'static str,
    stores: u32,
    /// Of what there is a limit.
    room: Vec<Room>,
    /// What can be changed about it here.
    change: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests<'a> {
    token: &'a str,
    why: Option<&'a Why>,
    items: Vec<Approval>,
    /// Whether the visitor is somebody who approves.
    decides: bool,
}

/// What is looked for in the audit, as it was typed.
#[derive(Default)]
struct Sought {
    actor: String,
    store: String,
    result: String,
    command: String,
    door: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit<'a> {
    sought: &'a Sought,
    commands: Vec<&'static str>,
    doors: Vec<&'static str>,
    items: Vec<AuditEntry>,
    next: Option<String>,
}

/// Of what there was not enough, and how much of it was used.
fn over(approval: &Approval) -> String {
    let Excess { resource, used, limit, .. } = approval.excess;
    let what = text::words::resource(Lang::default(), resource);
    format!("{what}: {} of {} used", resource.show(used), resource.show(limit))
}

/// What an administrator or approver has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve(String),
    Deny(String),
    Redrive(String),
    /// A cell, and whether it takes no new stores from now on.
    Drain(String, bool),
}

impl Board {
    pub(super) async fn overview(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        refusal: Option<&Refusal>,
    ) -> Result<Answer, Refused> {
        let commands = &self.state.commands;
        let letters = commands.dead_letters(asker, None, LETTERS).await?.items;
        let Overview { counts, queue, cells } = commands.overview(asker).await?;
        let days = commands.history(asker, DAYS).await?;
        let charts = std::iter::once(chart::made(&days, asker.at));
        let of = |phase: Phase| Engine::ALL.map(|engine| counts.get(&(phase, engine)).copied().unwrap_or_default());
        let counted = Phase::ALL.map(|phase| (phase, of(phase).to_vec())).into_iter();
        let queue = queue.unwrap_or_default();
        let why = refusal.map(Why::of);
        let whole = Whole {
            token: &shell.token.clone(),
            why: why.as_ref(),
            engines: Engine::ALL,
            counts: counted.filter(|(_, numbers)| numbers.iter().any(|number| *number > 0)).collect(),
            queue: vec![
                ("In line", queue.waiting),
                ("Under way", queue.running),
                ("Waiting for another attempt", queue.delayed),
                ("Given up", queue.dead),
                ("Callbacks to be sent again", queue.callbacks),
            ],
            cells: cells.unwrap_or_default().iter().map(CellRow::of).collect(),
            letters,
            charts: charts.chain(Engine::ALL.map(|engine| chart::times(&days, engine))).collect(),
        };
        Ok(Answer::Page(status(refusal), Page::new("Overview", Some(shell), &whole)))
    }

    pub(super) async fn requests(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        refusal: Option<&Refusal>,
    ) -> Result<Answer, Refused> {
        let items = self.state.commands.approvals(asker).await?;
        let (why, decides) = (refusal.map(Why::of), asker.actor.role >= Role::Approver);
        let requests = Requests { token: &shell.token.clone(), why: why.as_ref(), items, decides };
        Ok(Answer::Page(status(refusal), Page::new("Requests", Some(shell), &requests)))
    }

    pub(super) async fn audit(&self, asker: Asker<'_>, shell: Shell, query: &str) -> Result<Answer, Refused> {
        let form = Form::parse(query.as_bytes());
        let text = |name: &str| form.get(name).trim().to_owned();
        let sought = Sought {
            actor: text("actor"),
            store: text("store"),
            result: text("result"),
            command: text("command"),
            door: text("door"),
        };
        let filter = AuditFilter {
            actor: form.filled("actor").map(ActorId::new),
            command: form.filled("command").map(parse::command).transpose()?,
            door: form.filled("door").map(parse::door).transpose()?,
            store: form.filled("store").map(str::to_owned),
            result: form.filled("result").map(str::to_owned),
            since: None,
            until: None,
            limit: ENTRIES,
            cursor: form.filled("cursor").map(str::to_owned),
        };
        let page = self.state.commands.audit(asker, &filter).await?;
        let audit = Audit {
            commands: CommandKind::ALL.map(CommandKind::as_str).to_vec(),
            doors: Door::ALL.map(Door::as_str).to_vec(),
            items: page.items.into_iter().map(|(_, entry)| entry).collect(),
            next: page.next_cursor.map(|cursor| sought.behind(&cursor)),
            sought: &sought,
        };
        Ok(Answer::Page(StatusCode::OK, Page::new("Audit", Some(shell), &audit)))
    }

    pub(super) async fn decide(&self, asker: Asker<'_>, shell: Shell, decision: &Decision) -> Result<Answer, Refused> {
        let (commands, metrics) = (&self.state.commands, &self.state.metrics);
        let done = match decision {
            Decision::Approve(id) => inbound::approve(commands, metrics, asker, id).await.map(drop),
            Decision::Deny(id) => inbound::deny(commands, metrics, asker, id).await.map(drop),
            Decision::Redrive(id) => inbound::redrive(commands, metrics, asker, id).await.map(drop),
            Decision::Drain(cell, drained) => {
                inbound::drain(commands, metrics, asker, (cell, *drained)).await.map(drop)
            }
        };
        let of_requests = matches!(decision, Decision::Approve(_) | Decision::Deny(_));
        match (done, of_requests) {
            (Ok(()), true) => Ok(Answer::See("/requests".to_owned())),
            (Ok(()), false) => Ok(Answer::See("/overview".to_owned())),
            (Err(refusal), true) => self.requests(asker, shell, Some(&refusal)).await,
            (Err(refusal), false) => self.overview(asker, shell, Some(&refusal)).await,
        }
    }
}

fn status(refusal: Option<&Refusal>) -> StatusCode {
    refusal.map_or(StatusCode::OK, ResponseError::status)
}

impl CellRow {
    fn of(cell: &CellLook) -> Self {
        let change = match (cell.standing(), cell.drained) {
            ("open", _) => Some("drain"),
            // What the configuration drains is not opened here.
            ("drained", true) => Some("undrain"),
            _ => None,
        };
        Self {
            name: cell.name.clone(),
            health: cell.health.as_str(),
            why: cell.why.clone(),
            standing: cell.standing(),
            stores: cell.share.used.stores,
            room: room(&cell.share).into_iter().filter(|one| one.limit.is_some()).collect(),
            change,
        }
    }
}

impl Sought {
    /// The address of the page that begins behind an entry.
    fn behind(&self, cursor: &str) -> String {
        let Self { actor, store, result, command, door } = self;
        let fields = [("actor", actor), ("store", store), ("result", result), ("command", command), ("door", door)];
        let fields = fields.map(|(name, value)| (name, value.as_str()));
        address("/audit", fields.into_iter().chain([("cursor", cursor)]))
    }
}
