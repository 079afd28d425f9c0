//! Where somebody wanted to go before they signed in: a page of the dashboard, and never anywhere else.

use poem::http::{Method, Uri};
use serde::{Deserialize, Serialize};

use super::overview::Decision;
use super::place::Place;

/// Longest address that is kept, in bytes.
const LONGEST: usize = 400;

/// A path of ours, with what it asks for. Whatever is none is the first page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(in crate::inbound::http) struct Next(String);

impl Default for Next {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl From<String> for Next {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<Next> for String {
    fn from(next: Next) -> Self {
        next.0
    }
}

impl Next {
    /// Only what a page of ours is found at counts. A browser reads `//host`, `/\host` and what has a tab or a new
    /// line in it as another host's; none of these is a place of ours, nor is anything but plain, visible ASCII.
    pub(in crate::inbound::http) fn parse(text: &str) -> Self {
        let path = text.split('?').next().unwrap_or_default();
        let plain =
            text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#".contains(&byte));
        let is_page = matches!(
            Place::of(&Method::GET, path),
            Place::Home
                | Place::New
                | Place::Store(_)
                | Place::Overview
                | Place::Requests
                | Place::Audit
                | Place::Deliveries
        );
        if plain && is_page { Self(text.to_owned()) } else { Self::default() }
    }

    pub(super) fn of(uri: &Uri) -> Self {
        Self::parse(uri.path_and_query().map_or("/", |asked| asked.as_str()))
    }

    /// Where somebody looks again after they could not do something.
    pub(super) fn after(place: &Place) -> Self {
        match place {
            Place::Act(store, _) => Self::parse(&format!("/stores/{store}")),
            Place::Create => Self::parse("/stores/new"),
            Place::Decide(Decision::Approve(_) | Decision::Deny(_)) => Self::parse("/requests"),
            Place::Replay(_) => Self::parse("/deliveries"),
            Place::Decide(_) => Self::parse("/overview"),
            _ => Self::default(),
        }
    }

    pub(in crate::inbound::http) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is put behind the address of what leads there in the end. Empty for the first page.
    pub(super) fn query(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        format!("?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &self.0).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_gone_to() {
        for good in ["/", "/stores/tea", "/stores/new", "/overview", "/?phase=ready&name=a%20b", "/audit?cursor=1-2"] {
            assert_eq!(Next::parse(good).as_str(), good);
        }
        let long = format!("/stores/{}", "a".repeat(LONGEST));
        for bad in [
            "",
            "stores/tea",
            "//evil.example",
            "//evil.example/stores/tea",
            "/\\evil.example",
            "/\t/evil.example",
            "/stores/tea\r\nset-cookie: a=b",
            "/stores//evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/sign-in",
            "/sign-in/discord",
            "/stores/tea/live",
            "/v1/stores",
            "/docs",
            "/stores/tea#top",
            "/stores/tée",
            "/stores/a b",
            &long,
        ] {
            assert_eq!(Next::parse(bad), Next::default(), "{bad}");
        }
    }

    #[test]
    fn it_is_kept_on_the_way() {
        assert_eq!(Next::default().query(), "");
        assert_eq!(Next::parse("/?phase=ready").query(), "?next=%2F%3Fphase%3Dready");
        assert_eq!(Next::of(&"/stores/tea?x=1".parse().unwrap()).as_str(), "/stores/tea?x=1");
        let place = Place::of(&Method::POST, "/stores/tea/delete");
        assert_eq!(Next::after(&place).as_str(), "/stores/tea");
        assert_eq!(Next::after(&Place::of(&Method::POST, "/cells/main/drain")).as_str(), "/overview");
        let read: Next = serde_json::from_str("\"//evil.example\"").unwrap();
        assert_eq!(read, Next::default());
    }
}
