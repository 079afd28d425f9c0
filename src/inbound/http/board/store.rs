//! A store's page. What changes while somebody looks at it is a part of its own, sent again whenever it does.

use askama::Template;
use jiff::Timestamp;
use serde::Serialize;

use super::pages::{Page, Shell, Why, rendered};
use super::place::Act;
use crate::commands::{Picture, policy, suits};
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::login::Login;
use crate::domain::outcome::Refusal;
use crate::domain::pods::{ClusterEvent, PodView, Pods};
use crate::domain::record::{Observed, Phase, Record, Step, StepState};
use crate::domain::usual::own_time;
use crate::domain::view::StoreView;
use crate::text::plain;
use crate::text::story::{Ahead, Arrival, Sight, ahead, headline};

#[derive(Template)]
#[template(path = "store.html")]
struct Store<'a> {
    live: &'a Live<'a>,
    /// Id of the last event that is shown.
    after: &'a str,
    login: Option<&'a Login>,
    password: String,
    why: Option<&'a Why>,
}

/// How a store is, and what can be done with it now.
#[derive(Template)]
#[template(path = "live.html")]
struct Live<'a> {
    token: &'a str,
    view: StoreView,
    /// Where it stands. Why it failed stands below it.
    status: String,
    engine: &'static str,
    ahead: Ahead,
    steps: Vec<StepLine>,
    trouble: Option<(String, Option<String>)>,
    acts: Vec<Button>,
    can_delete: bool,
    events: Vec<EventLine>,
}

struct StepLine {
    id: &'static str,
    name: String,
    state: StepState,
    took: Option<String>,
}

struct EventLine {
    at: Timestamp,
    what: String,
}

struct Button {
    word: &'static str,
    label: &'static str,
    main: bool,
}

/// What is shown beside the store itself.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// Shown this once.
    pub(super) login: Option<(&'a Login, &'a str)>,
    pub(super) why: Option<&'a Why>,
}

pub(super) fn page(shell: Shell, actor: &Actor, (picture, now): (&Picture, Timestamp), beside: &Beside<'_>) -> Page {
    let token = shell.token.clone();
    let page = Store {
        live: &Live::of(&token, actor, (picture, now)),
        after: picture.events.last().map_or("", |event| &event.id),
        login: beside.login.map(|(login, _)| login),
        password: beside.login.map(|(_, password)| password.to_owned()).unwrap_or_default(),
        why: beside.why,
    };
    Page::new(picture.record.spec.name.to_string(), Some(shell), &page)
}

/// What takes the place of the part of a page that changes.
#[derive(Serialize)]
pub(super) struct Change {
    phase: &'static str,
    message: String,
    can_delete: bool,
    html: String,
    /// When it is to be shown anew although nothing has happened.
    #[serde(skip)]
    pub(super) again: Option<Timestamp>,
}

pub(super) fn change(token: &str, actor: &Actor, seen: (&Picture, Timestamp)) -> Change {
    let live = Live::of(token, actor, seen);
    Change {
        phase: live.view.phase.as_str(),
        html: rendered(&live),
        can_delete: live.can_delete,
        again: live.ahead.changes_at,
        message: live.status,
    }
}

/// When a page that shows this changes although nothing happens.
pub(super) fn again(picture: &Picture, now: Timestamp) -> Option<Timestamp> {
    ahead(&picture.record, &sight(picture, now)).changes_at
}

fn sight(picture: &Picture, now: Timestamp) -> Sight {
    Sight { now, place: picture.place, usual: picture.usual.clone() }
}

impl<'a> Live<'a> {
    fn of(token: &'a str, actor: &Actor, (picture, now): (&Picture, Timestamp)) -> Self {
        let Picture { record, events, .. } = picture;
        let view = StoreView::new(record, headline(record));
        let status = match view.message.split_once(": ") {
            Some((failed, _)) if view.phase == Phase::Failed => format!("{failed}."),
            _ => view.message.clone(),
        };
        let trouble = record.observed.trouble.as_ref().filter(|_| view.reason.is_some());
        Self {
            token,
            status,
            engine: record.spec.engine.title(),
            ahead: ahead(record, &sight(picture, now)),
            steps: steps(record),
            trouble: trouble.map(|t| (t.message.clone(), t.detail.clone())),
            acts: buttons(actor, record),
            can_delete: offered(actor, record, Act::Delete),
            events: events.iter().rev().map(|e| EventLine { at: e.at, what: plain::happened(e) }).collect(),
            view,
        }
    }

    /// Where the shop is, if it is awake.
    fn open(&self) -> Option<&str> {
        self.view.url.as_deref().filter(|_| self.view.phase != Phase::Asleep)
    }

    fn percent(&self) -> Option<usize> {
        self.ahead.progress?.percent
    }

    /// When it will be ready; else, in words, why nobody can say.
    fn arrival(&self) -> Option<Result<Timestamp, &'static str>> {
        Some(match self.ahead.progress?.arrival? {
            Arrival::At(at) => Ok(at),
            Arrival::SoonUntil(_) => Err("Ready at any moment."),
            Arrival::Late => Err("This takes longer than usual."),
        })
    }
}

/// Steps begin beside each other: those that wait for an earlier one, or that an end has overtaken, are not running.
fn steps(record: &Record) -> Vec<StepLine> {
    let seen = &record.observed;
    let current = seen.current_step().filter(|_| !record.phase().is_end()).map(|step| step.name);
    let steps = if seen.steps.is_empty() { Observed::fresh(0).steps } else { seen.steps.clone() };
    let line = |step: &Step| {
        let took = own_time(seen, step.name).map(plain::span);
        let state = match step.state {
            StepState::Running if current != Some(step.name) => StepState::Pending,
            state => state,
        };
        StepLine { id: step.name.as_str(), name: plain::step(step.name), state, took }
    };
    steps.iter().map(line).collect()
}

/// Whether a button would come to anything.
fn offered(actor: &Actor, record: &Record, act: Act) -> bool {
    policy::may_with(actor, Action::Do(act.command()), &record.spec.owner) && suits(act.command(), record)
}

fn buttons(actor: &Actor, record: &Record) -> Vec<Button> {
    let button = |act: Act| {
        let label = match act {
            Act::Extend => "Extend",
            Act::Sleep => "Sleep",
            Act::Wake => "Wake up",
            Act::Retry => "Try again",
            Act::Verify => "Place a test order",
            Act::Upgrade => "Upgrade",
            Act::Undo => "Take the deletion back",
            Act::Delete => "Delete",
            Act::Login => "Show login",
        };
        Button { word: act.word(), label, main: matches!(act, Act::Retry | Act::Wake | Act::Undo) }
    };
    let all = Act::ALL.into_iter().filter(|act| *act != Act::Delete && offered(actor, record, *act));
    let mut all: Vec<Button> = all.map(button).collect();
    all.sort_by_key(|button| !button.main);
    all
}

/// What runs for a store in its cluster: a page, or a part of the store's own.
#[derive(Template)]
#[template(path = "runs.html")]
struct Runs<'a> {
    name: &'a str,
    id: &'a str,
    found: Result<Pods, Why>,
    part: bool,
}

pub(super) fn runs(shell: Shell, record: &Record, found: Result<Pods, Refusal>, part: bool) -> Page {
    let found = found.map_err(|refusal| Why::of(&refusal));
    let page = Runs { name: record.spec.name.as_str(), id: record.id.as_str(), found, part };
    Page::new(format!("What runs for {}", record.spec.name), Some(shell), &page)
}

impl Runs<'_> {
    fn pod(&self, pod: &PodView) -> String {
        plain::pod(pod)
    }

    fn event(&self, event: &ClusterEvent) -> String {
        plain::cluster(event).map_or_else(|| event.reason.clone(), str::to_owned)
    }
}
