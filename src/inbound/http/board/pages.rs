//! What people see. Templates are checked when storebot is built and escape whatever they are given.

use askama::Template;

use super::next::Next;
use crate::domain::actor::Role;
use crate::domain::engine::Engine;
use crate::domain::lang::Lang;
use crate::domain::outcome::{QuotaUse, Refusal};
use crate::domain::plan::Plan;
use crate::domain::prospect::Prospect;
use crate::domain::quota::{Resource, Share};
use crate::text;
use crate::text::plain;

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
    /// Where they are.
    pub(super) here: Option<Tab>,
}

/// A page that is always at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Stores,
    New,
    Requests,
    Overview,
    Deliveries,
    Audit,
}

impl Tab {
    const ALL: [Self; 6] = [Self::Stores, Self::New, Self::Requests, Self::Overview, Self::Deliveries, Self::Audit];

    /// Address, label, and the least role that has it at hand.
    fn of(self) -> (&'static str, &'static str, Role) {
        match self {
            Self::Stores => ("/", "Stores", Role::Viewer),
            Self::New => ("/stores/new", "New store", Role::Viewer),
            Self::Requests => ("/requests", "Requests", Role::Approver),
            Self::Overview => ("/overview", "Overview", Role::Admin),
            Self::Deliveries => ("/deliveries", "Deliveries", Role::Admin),
            Self::Audit => ("/audit", "Audit", Role::Admin),
        }
    }
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
    /// Each with its address, its label, and whether it is where they are.
    fn tabs(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let all = Tab::ALL.into_iter().map(|tab| (tab.of(), self.here == Some(tab)));
        all.filter(|((_, _, role), _)| self.role >= *role).map(|((address, label, _), here)| (address, label, here))
    }
}

impl Page {
    pub(super) fn new(title: impl Into<String>, shell: Option<Shell>, main: &impl Template) -> Self {
        Self { title: title.into(), shell, main: rendered(main) }
    }

    /// What is in the middle alone, for a page that has the rest.
    pub(super) fn part(self) -> String {
        self.main
    }

    /// The whole document.
    pub(super) fn finish(&self, style: &str, script: &str) -> String {
        rendered(&Frame { title: &self.title, shell: self.shell.as_ref(), main: &self.main, style, script })
    }
}

/// Writing into a `String` cannot fail.
pub(super) fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    why: Option<&'a str>,
    next: &'a Next,
    discord: bool,
}

/// `why`: what was wrong with the last try. `discord`: it can be done with Discord, too.
pub(super) fn sign_in(why: Option<&str>, next: &Next, discord: bool) -> Page {
    Page::new("Sign in", None, &SignIn { why, next, discord })
}

#[derive(Template)]
#[template(path = "choose.html")]
struct Choose<'a> {
    name: &'a str,
    places: Vec<(&'a str, Role)>,
}

/// For somebody who is known in several servers.
pub(super) fn choose(name: &str, places: Vec<(&str, Role)>) -> Page {
    Page::new("Choose a server", None, &Choose { name, places })
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused<'a> {
    title: &'a str,
    detail: &'a str,
}

pub(super) fn refused(shell: Option<Shell>, title: &str, detail: &str) -> Page {
    Page::new(title, shell, &Refused { title, detail })
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
        let detail = match refusal {
            // Nobody in front of a browser has a key to send again.
            Refusal::Unavailable => "Try again in a few seconds, and look first whether it was done.".to_owned(),
            _ => words.detail,
        };
        Self { title: words.title, detail }
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
    engines: Vec<Choice>,
    plans: Vec<&'static str>,
    /// Stores that are in line before it.
    ahead: u64,
    stores: String,
    room: Vec<Room>,
}

struct Choice {
    engine: Engine,
    /// Until it sells. `None`: nobody knows.
    expected: Option<String>,
}

/// How much there is of something, and how much of it is used.
pub(super) struct Room {
    pub(super) what: String,
    pub(super) used: String,
    /// `None`: there is none.
    pub(super) limit: Option<String>,
    /// 0 to 100.
    pub(super) percent: u64,
}

/// What is known before somebody asks for a store.
pub(super) struct Before {
    pub(super) quota: QuotaUse,
    pub(super) prospect: Prospect,
}

pub(super) fn new_store(shell: Shell, key: &str, before: &Before, (typed, why): (&Typed, Option<&Why>)) -> Page {
    let Before { quota, prospect } = before;
    let choice = |engine| Choice { engine, expected: prospect.expected(engine).map(plain::span) };
    let new = New {
        token: &shell.token.clone(),
        key,
        typed,
        why,
        engines: Engine::ALL.map(choice).into(),
        plans: Plan::ALL.map(Plan::as_str).to_vec(),
        ahead: prospect.ahead,
        stores: stores(&quota.own),
        room: room(&quota.own),
    };
    Page::new("New store", Some(shell), &new)
}

fn stores(share: &Share) -> String {
    match share.of(Resource::Stores) {
        (used, 0) => format!("You have {used} stores."),
        (used, limit) if used >= limit => format!("You have {used} of {limit} stores: one more is over your quota."),
        (used, limit) => format!("You have {used} of {limit} stores."),
    }
}

pub(super) fn room(share: &Share) -> Vec<Room> {
    let all = Resource::ALL.into_iter().map(|resource| {
        let (used, limit) = share.of(resource);
        let percent = used.saturating_mul(100).checked_div(limit).unwrap_or(0).min(100);
        let what = text::words::resource(Lang::default(), resource);
        Room { what, used: resource.show(used), limit: (limit > 0).then(|| resource.show(limit)), percent }
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_hand_follows_the_role_and_says_where_one_is() {
        let html = |role, here| {
            let shell = Shell { who: "ana".to_owned(), role, token: String::new(), here };
            refused(Some(shell), "", "").finish("s", "j")
        };
        let links = |role| {
            let html = html(role, None);
            let nav = html.split_once("<nav").and_then(|(_, rest)| rest.split_once("</nav>")).unwrap().0;
            nav.split("href=\"").skip(1).filter_map(|link| link.split('"').next()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(links(Role::Member), "/ /stores/new /docs");
        assert_eq!(links(Role::Approver), "/ /stores/new /requests /docs");
        assert_eq!(links(Role::Admin), "/ /stores/new /requests /overview /deliveries /audit /docs");
        let html = html(Role::Admin, Some(Tab::Audit));
        assert_eq!(html.matches("aria-current").count(), 1);
        assert!(html.contains("<a href=\"/audit\" aria-current=\"page\">Audit</a>"), "{html}");
    }

    #[test]
    fn what_people_typed_is_never_markup() {
        let evil = "<script>alert(1)</script>";
        let html = refused(None, evil, evil).finish("s", "j");
        assert!(!html.contains("<script>alert") && html.contains("&#60;script&#62;"), "{html}");
    }
}
