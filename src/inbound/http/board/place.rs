//! What is asked for, by method and path.

use poem::http::Method;

use super::overview::Decision;
use crate::domain::command::CommandKind;

/// All routes, as logs and numbers name them.
pub(super) const LABELS: [(&str, Method); 15] = [
    ("/", Method::GET),
    ("/sign-in", Method::POST),
    ("/sign-out", Method::POST),
    ("/stores", Method::POST),
    ("/stores/new", Method::GET),
    ("/stores/{store}", Method::GET),
    ("/stores/{store}/live", Method::GET),
    ("/stores/{store}/{act}", Method::POST),
    ("/overview", Method::GET),
    ("/requests", Method::GET),
    ("/audit", Method::GET),
    ("/requests/{approval}/{decision}", Method::POST),
    ("/letters/{letter}/redrive", Method::POST),
    ("/cells/{cell}/{decision}", Method::POST),
    ("/files/{file}", Method::GET),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    SignIn,
    SignOut,
    New,
    Create,
    Store(String),
    /// What changes of its page, as it changes.
    Live(String),
    Act(String, Act),
    Overview,
    Requests,
    Audit,
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
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let read = *method == Method::GET || *method == Method::HEAD;
        match (read, parts.as_slice()) {
            (true, [""]) => Self::Home,
            (true, ["stores", "new"]) => Self::New,
            (true, ["stores", store]) if !store.is_empty() => Self::Store((*store).to_owned()),
            (true, ["stores", store, "live"]) if !store.is_empty() => Self::Live((*store).to_owned()),
            (true, ["overview"]) => Self::Overview,
            (true, ["requests"]) => Self::Requests,
            (true, ["audit"]) => Self::Audit,
            (true, ["files", file]) => Self::File((*file).to_owned()),
            (false, ["sign-in"]) => Self::SignIn,
            (false, ["sign-out"]) => Self::SignOut,
            (false, ["stores"]) => Self::Create,
            (false, ["stores", store, act]) if !store.is_empty() => {
                Act::parse(act).map_or(Self::Nowhere, |act| Self::Act((*store).to_owned(), act))
            }
            (false, ["requests", id, "approve"]) => Self::Decide(Decision::Approve((*id).to_owned())),
            (false, ["requests", id, "deny"]) => Self::Decide(Decision::Deny((*id).to_owned())),
            (false, ["letters", id, "redrive"]) => Self::Decide(Decision::Redrive((*id).to_owned())),
            (false, ["cells", cell, "drain"]) => Self::Decide(Decision::Drain((*cell).to_owned(), true)),
            (false, ["cells", cell, "undrain"]) => Self::Decide(Decision::Drain((*cell).to_owned(), false)),
            _ => Self::Nowhere,
        }
    }

    /// Whether a path is one of the dashboard's.
    pub(super) fn is_ours(path: &str) -> bool {
        const FIRST: [&str; 9] =
            ["sign-in", "sign-out", "stores", "overview", "requests", "audit", "letters", "cells", "files"];
        let first = path.strip_prefix('/').and_then(|rest| rest.split('/').next());
        path == "/" || first.is_some_and(|first| FIRST.contains(&first))
    }
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
        assert_eq!(post("/stores"), Place::Create);
        for act in Act::ALL {
            assert_eq!(post(&format!("/stores/tea/{}", act.word())), Place::Act("tea".to_owned(), act));
        }
        for nowhere in ["/stores/", "/stores/tea/", "/stores//delete", "/sign-in", "/stores/tea/delete"] {
            assert_eq!(get(nowhere), Place::Nowhere, "{nowhere}");
        }
        assert!(Place::is_ours("/") && Place::is_ours("/stores/tea") && !Place::is_ours("//v1/stores"));
        for nowhere in ["/", "/stores/tea", "/stores/tea/nothing", "/stores/tea/delete/now", ""] {
            assert_eq!(post(nowhere), Place::Nowhere, "{nowhere}");
        }
    }
}
