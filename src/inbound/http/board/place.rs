//! What is asked for, by method and path.

use poem::http::Method;

use super::discord::Way;
use super::overview::Decision;
use super::pages::Tab;
use crate::domain::command::CommandKind;

/// All routes, as logs and numbers name them.
pub(super) const LABELS: [(&str, Method); 23] = [
    ("/", Method::GET),
    ("/sign-in", Method::GET),
    ("/sign-in", Method::POST),
    ("/sign-in/discord", Method::GET),
    ("/sign-in/discord", Method::POST),
    ("/sign-in/discord/back", Method::GET),
    ("/sign-out", Method::POST),
    ("/stores", Method::POST),
    ("/stores/new", Method::GET),
    ("/stores/{store}", Method::GET),
    ("/live", Method::GET),
    ("/stores/{store}/live", Method::GET),
    ("/stores/{store}/runs", Method::GET),
    ("/stores/{store}/{act}", Method::POST),
    ("/overview", Method::GET),
    ("/requests", Method::GET),
    ("/audit", Method::GET),
    ("/requests/{approval}/{decision}", Method::POST),
    ("/letters/{letter}/redrive", Method::POST),
    ("/cells/{cell}/{decision}", Method::POST),
    ("/deliveries", Method::GET),
    ("/deliveries/{delivery}/replay", Method::POST),
    ("/files/{file}", Method::GET),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    /// The page for it.
    AskIn,
    SignIn,
    Discord(Way),
    SignOut,
    New,
    Create,
    Store(String),
    /// What changes in the list.
    LiveList,
    /// What changes of its page, as it changes.
    Live(String),
    /// What runs for it in its cluster.
    Runs(String),
    Act(String, Act),
    Overview,
    Requests,
    Audit,
    Deliveries,
    Replay(String),
    Decide(Decision),
    File(String),
    Nowhere,
}

/// What can be done with a store by a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Extend,
    Sleep,
    Wake,
    Retry,
    Verify,
    Upgrade,
    Undo,
    Delete,
    /// A new password, shown once.
    Login,
}

impl Act {
    pub(super) const ALL: [Self; 9] = [
        Self::Extend,
        Self::Sleep,
        Self::Wake,
        Self::Retry,
        Self::Verify,
        Self::Upgrade,
        Self::Undo,
        Self::Delete,
        Self::Login,
    ];

    pub(super) fn command(self) -> CommandKind {
        match self {
            Self::Extend => CommandKind::Extend,
            Self::Sleep => CommandKind::Sleep,
            Self::Wake => CommandKind::Wake,
            Self::Retry => CommandKind::Retry,
            Self::Verify => CommandKind::Verify,
            Self::Upgrade => CommandKind::Upgrade,
            Self::Undo => CommandKind::Undo,
            Self::Delete => CommandKind::Delete,
            Self::Login => CommandKind::Credentials,
        }
    }

    /// Its part of the address.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            other => other.command().as_str(),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }
}

impl Place {
    pub(super) fn tab(&self) -> Option<Tab> {
        match self {
            Self::Home => Some(Tab::Stores),
            Self::New | Self::Create => Some(Tab::New),
            Self::Requests => Some(Tab::Requests),
            Self::Overview => Some(Tab::Overview),
            Self::Deliveries => Some(Tab::Deliveries),
            Self::Audit => Some(Tab::Audit),
            _ => None,
        }
    }

    pub(super) fn of(method: &Method, path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let read = *method == Method::GET || *method == Method::HEAD;
        if !read && *method != Method::POST {
            return Self::Nowhere;
        }
        match (read, parts.as_slice()) {
            (true, [""]) => Self::Home,
            (true, ["stores", "new"]) => Self::New,
            (true, ["stores", store]) if !store.is_empty() => Self::Store((*store).to_owned()),
            (true, ["stores", store, "live"]) if !store.is_empty() => Self::Live((*store).to_owned()),
            (true, ["sign-in"]) => Self::AskIn,
            (true, ["sign-in", "discord"]) => Self::Discord(Way::Begin),
            (true, ["sign-in", "discord", "back"]) => Self::Discord(Way::Back),
            (false, ["sign-in", "discord"]) => Self::Discord(Way::Choose),
            (true, ["stores", store, "runs"]) if !store.is_empty() => Self::Runs((*store).to_owned()),
            (true, ["live"]) => Self::LiveList,
            (true, ["overview"]) => Self::Overview,
            (true, ["requests"]) => Self::Requests,
            (true, ["audit"]) => Self::Audit,
            (true, ["deliveries"]) => Self::Deliveries,
            (true, ["files", file]) => Self::File((*file).to_owned()),
            (false, ["sign-in"]) => Self::SignIn,
            (false, ["sign-out"]) => Self::SignOut,
            (false, ["stores"]) => Self::Create,
            (false, ["stores", store, act]) if !store.is_empty() => {
                Act::parse(act).map_or(Self::Nowhere, |act| Self::Act((*store).to_owned(), act))
            }
            (false, ["requests", id, "approve"]) => Self::Decide(Decision::Approve((*id).to_owned())),
            (false, ["requests", id, "deny"]) => Self::Decide(Decision::Deny((*id).to_owned())),
            (false, ["deliveries", id, "replay"]) => Self::Replay((*id).to_owned()),
            (false, ["letters", id, "redrive"]) => Self::Decide(Decision::Redrive((*id).to_owned())),
            (false, ["cells", cell, "drain"]) => Self::Decide(Decision::Drain((*cell).to_owned(), true)),
            (false, ["cells", cell, "undrain"]) => Self::Decide(Decision::Drain((*cell).to_owned(), false)),
            _ => Self::Nowhere,
        }
    }

    /// The methods that a path has, as the header `Allow` lists them. `None`: there is no such page.
    pub(super) fn methods(path: &str) -> Option<&'static str> {
        let is = |method: &Method| Self::of(method, path) != Self::Nowhere;
        match (is(&Method::GET), is(&Method::POST)) {
            (true, true) => Some("GET, HEAD, POST"),
            (true, false) => Some("GET, HEAD"),
            (false, true) => Some("POST"),
            (false, false) => None,
        }
    }

    /// Whether a path is one of the dashboard's.
    pub(super) fn is_ours(path: &str) -> bool {
        const FIRST: [&str; 11] = [
            "live",
            "sign-in",
            "sign-out",
            "stores",
            "overview",
            "requests",
            "audit",
            "deliveries",
            "letters",
            "cells",
            "files",
        ];
        let first = path.strip_prefix('/').and_then(|rest| rest.split('/').next());
        path == "/" || first.is_some_and(|first| FIRST.contains(&first))
    }
}

/// A path with those fields that are filled in.
pub(super) fn address<'a>(path: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
    format!("{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_one_place() {
        let get = |path: &str| Place::of(&Method::GET, path);
        let post = |path: &str| Place::of(&Method::POST, path);
        assert_eq!(get("/"), Place::Home);
        assert_eq!(get("/stores/new"), Place::New);
        assert_eq!(get("/stores/tea"), Place::Store("tea".to_owned()));
        assert_eq!(get("/stores/tea/live"), Place::Live("tea".to_owned()));
        assert_eq!((get("/sign-in"), post("/sign-in")), (Place::AskIn, Place::SignIn));
        assert_eq!(get("/sign-in/discord/back"), Place::Discord(Way::Back));
        assert_eq!(post("/sign-in/discord/back"), Place::Nowhere);
        assert_eq!(post("/stores"), Place::Create);
        for act in Act::ALL {
            assert_eq!(post(&format!("/stores/tea/{}", act.word())), Place::Act("tea".to_owned(), act));
        }
        for nowhere in ["/stores/", "/stores/tea/", "/stores//delete", "/sign-out", "/stores/tea/delete"] {
            assert_eq!(get(nowhere), Place::Nowhere, "{nowhere}");
        }
        assert!(Place::is_ours("/") && Place::is_ours("/stores/tea") && !Place::is_ours("//v1/stores"));
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            for path in ["/", "/stores", "/stores/tea", "/stores/tea/delete", "/sign-in"] {
                assert_eq!(Place::of(&method, path), Place::Nowhere, "{method} {path}");
            }
        }
        assert_eq!(Place::of(&Method::HEAD, "/stores/tea"), get("/stores/tea"));
        let methods = ["/", "/stores", "/stores/new", "/stores/tea/delete", "/stores/", "/stores/tea/nothing"];
        let allowed = [Some("GET, HEAD"), Some("POST"), Some("GET, HEAD"), Some("POST"), None, None];
        assert_eq!(methods.map(Place::methods), allowed);
        for nowhere in ["/", "/stores/tea", "/stores/tea/nothing", "/stores/tea/delete/now", ""] {
            assert_eq!(post(nowhere), Place::Nowhere, "{nowhere}");
        }
    }
}
