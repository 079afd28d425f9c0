//! What people see. Templates are checked when storebot is built and escape whatever they are given.

use askama::Template;
use jiff::Timestamp;
use serde::Serialize;

use super::place::Act;
use crate::commands::{Page as Stores, suits};
use crate::domain::actor::{Actor, Role};
use crate::domain::engine::Engine;
use crate::domain::event::StoreEvent;
use crate::domain::lang::Lang;
use crate::domain::login::Login;
use crate::domain::outcome::{QuotaUse, Refusal};
use crate::domain::plan::Plan;
use crate::domain::quota::{Resource, Share};
use crate::domain::record::{Observed, Phase, Record, Step, StepState};
use crate::domain::usual::own_time;
use crate::domain::view::StoreView;
use crate::text;
use crate::text::story::headline;

/// A page but for the names of its files, which only who sends it knows.
pub(super) struct Page {
    title: String,
    shell: Option<Shell>,
    main: String,
}

/// What stands around a page of somebody who has signed in.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub(super) who: String,
    pub(super) role: Role,
    /// Of all its forms.
    pub(super) token: String,
}

#[derive(Template)]
#[template(path = "frame.html")]
struct Frame<'a> {
    title: &'a str,
    shell: Option<&'a Shell>,
    main: &'a str,
    style: &'a str,
    script: &'a str,
}

impl Shell {
    fn approves(&self) -> bool {
        self.role >= Role::Approver
    }

    fn administrates(&self) -> bool {
        self.role >= Role::Admin
    }
}

impl Page {
    pub(super) fn new(title: impl Into<String>, shell: Option<Shell>, main: &impl Template) -> Self {
        Self { title: title.into(), shell, main: rendered(main) }
    }

    /// The whole document.
    pub(super) fn finish(&self, style: &str, script: &str) -> String {
        rendered(&Frame { title: &self.title, shell: self.shell.as_ref(), main: &self.main, style, script })
    }
}

/// Writing into a `String` cannot fail.
fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    why: Option<&'a str>,
}

/// `why`: what was wrong with the last try.
pub(super) fn sign_in(why: Option<&str>) -> Page {
    Page::new("Sign in", None, &SignIn { why })
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused<'a> {
    title: &'a str,
    detail: &'a str,
}

pub(super) fn refused(title: &str, detail: &str) -> Page {
    Page::new(title, None, &Refused { title, detail })
}

/// What is looked for in the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Sought {
    pub(super) name: String,
    pub(super) phase: Option<Phase>,
    pub(super) engine: Option<Engine>,
    pub(super) cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "stores.html")]
struct List<'a> {
    rows: Vec<Row>,
    sought: &'a Sought,
    phases: Vec<Phase>,
    engines: [Engine; 2],
    next: Option<String>,
    everybody: bool,
}

struct Row {
    id: String,
    name: String,
    title: String,
    engine: &'static str,
    plan: &'static str,
    phase: Phase,
    message: String,
    owner: String,
    created_at: Timestamp,
    url: Option<String>,
}

pub(super) fn stores(shell: Shell, page: &Stores, sought: &Sought, everybody: bool) -> Page {
    let next = page.next_cursor.as_ref().map(|cursor| sought.behind(cursor));
    let rows = page.items.iter().map(Row::of).collect();
    let phases = Phase::ALL.to_vec();
    Page::new("Stores", Some(shell), &List { rows, sought, phases, engines: Engine::ALL, next, everybody })
}

impl Sought {
    fn is_phase(&self, phase: &Phase) -> bool {
        self.phase == Some(*phase)
    }

    fn is_engine(&self, engine: &Engine) -> bool {
        self.engine == Some(*engine)
    }

    /// The address of the page that begins behind a place.
    fn behind(&self, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(phase) = self.phase {
            query.append_pair("phase", phase.as_str());
        }
        if let Some(engine) = self.engine {
            query.append_pair("engine", engine.as_str());
        }
        format!("/?{}", query.append_pair("cursor", cursor).finish())
    }
}

impl Row {
    fn of(record: &Record) -> Self {
        let view = StoreView::new(record, headline(record));
        Self {
            engine: record.spec.engine.title(),
            plan: record.spec.plan.as_str(),
            id: view.id,
            name: view.name,
            title: view.title,
            phase: view.phase,
            message: view.message,
            owner: view.owner,
            created_at: view.created_at,
            url: view.url,
        }
    }
}

/// What was filled in, to be shown again.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) engine: String,
    pub(super) plan: String,
    pub(super) ttl: String,
}

/// Why it was not accepted.
pub(super) struct Why {
    pub(super) title: String,
    pub(super) detail: String,
}

impl Why {
    pub(super) fn of(refusal: &Refusal) -> Self {
        let words = text::refusal::refusal(Lang::default(), refusal);
        Self { title: words.title, detail: words.detail }
    }
}

#[derive(Template)]
#[template(path = "new.html")]
struct New<'a> {
    token: &'a str,
    /// Of this form: sent twice, it is one request.
    key: &'a str,
    typed: &'a Typed,
    why: Option<&'a Why>,
    engines: [Engine; 2],
    plans: Vec<&'static str>,
    room: Vec<Room>,
}

/// How much there is of something, and how much of it is used.
struct Room {
    what: String,
    used: String,
    /// `None`: there is none.
    limit: Option<String>,
    /// 0 to 100.
    percent: u64,
}

pub(super) fn new_store(shell: Shell, key: &str, quota: &QuotaUse, (typed, why): (&Typed, Option<&Why>)) -> Page {
    let token = shell.token.clone();
    let plans = Plan::ALL.map(Plan::as_str).to_vec();
    let new = New { token: &token, key, typed, why, engines: Engine::ALL, plans, room: room(&quota.own) };
    Page::new("New store", Some(shell), &new)
}

fn room(share: &Share) -> Vec<Room> {
    let all = Resource::ALL.into_iter().map(|resource| {
        let (used, limit) = share.of(resource);
        let percent = used.saturating_mul(100).checked_div(limit).unwrap_or(0).min(100);
        let what = text::words::resource(Lang::default(), resource);
        Room { what, used: resource.show(used), limit: (limit > 0).then(|| resource.show(limit)), percent }
    });
    all.collect()
}

/// A page of one store. What changes while somebody looks at it is a part of its own.
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
    engine: &'static str,
    steps: Vec<StepLine>,
    trouble: Option<(String, Option<String>)>,
    acts: Vec<Button>,
    can_delete: bool,
    events: Vec<EventLine>,
}

struct StepLine {
    name: &'static str,
    state: StepState,
    took: Option<String>,
}

struct EventLine {
    at: Timestamp,
    kind: &'static str,
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

pub(super) fn store(shell: Shell, actor: &Actor, (record, events): Seen<'_>, beside: &Beside<'_>) -> Page {
    let token = shell.token.clone();
    let page = Store {
        live: &Live::of(&token, actor, (record, events)),
        after: events.last().map_or("", |event| &event.id),
        login: beside.login.map(|(login, _)| login),
        password: beside.login.map(|(_, password)| password.to_owned()).unwrap_or_default(),
        why: beside.why,
    };
    Page::new(record.spec.name.to_string(), Some(shell), &page)
}

/// A store and what happened to it, oldest first.
pub(super) type Seen<'a> = (&'a Record, &'a [StoreEvent]);

/// What takes the place of the part of a page that changes.
#[derive(Serialize)]
pub(super) struct Change {
    phase: &'static str,
    message: String,
    html: String,
}

pub(super) fn change(token: &str, actor: &Actor, seen: Seen<'_>) -> Change {
    let live = Live::of(token, actor, seen);
    Change { phase: live.view.phase.as_str(), html: rendered(&live), message: live.view.message }
}

impl<'a> Live<'a> {
    fn of(token: &'a str, actor: &Actor, (record, events): Seen<'_>) -> Self {
        let view = StoreView::new(record, headline(record));
        let trouble = record.observed.trouble.as_ref().filter(|_| view.reason.is_some());
        Self {
            token,
            engine: record.spec.engine.title(),
            steps: steps(&record.observed),
            trouble: trouble.map(|t| (t.message.clone(), t.detail.clone())),
            acts: buttons(actor, record),
            can_delete: offered(actor, record, Act::Delete),
            events: events.iter().rev().map(|e| EventLine { at: e.at, kind: e.kind.as_str() }).collect(),
            view,
        }
    }
}

fn steps(seen: &Observed) -> Vec<StepLine> {
    let steps = if seen.steps.is_empty() { Observed::fresh(0).steps } else { seen.steps.clone() };
    let line = |step: &Step| {
        let took = own_time(seen, step.name).map(|took| took.as_secs());
        let took = took.map(|took| if took == 0 { "<1 s".to_owned() } else { format!("{took} s") });
        StepLine { name: step.name.as_str(), state: step.state, took }
    };
    steps.iter().map(line).collect()
}

/// Whether a button would come to anything.
fn offered(actor: &Actor, record: &Record, act: Act) -> bool {
    let action = crate::domain::action::Action::Do(act.command());
    crate::commands::policy::may_with(actor, action, &record.spec.owner) && suits(act.command(), record)
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
    all.map(button).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_never_markup() {
        let evil = "<script>alert(1)</script>";
        let html = refused(evil, evil).finish("s", "j");
        assert!(!html.contains("<script>alert") && html.contains("&#60;script&#62;"), "{html}");
    }
}
