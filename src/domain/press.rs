//! What buttons below a message stand for. Their ids carry the version of their form, a verb and what it
//! is about, and nothing else: they survive every restart, and who may press is judged at the press.

use std::fmt;

use super::store::StoreId;

/// The version of the form; Discord shows ids again that were written years ago.
const VERSION: &str = "v1";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// Of a request that is over a quota, by its id.
    Approve(String),
    Deny(String),
    On(Verb, StoreId),
}

/// What is done with a store by a button, or by the modal that it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// A new login, shown to whoever pressed alone.
    Login,
    Retry,
    /// Leave what has failed as it is.
    Keep,
    Delete,
    /// Take a deletion back.
    Undo,
    /// More time, as much as the configuration says.
    Extend,
    Sleep,
    Wake,
}

impl Verb {
    pub const ALL: [Self; 8] =
        [Self::Login, Self::Retry, Self::Keep, Self::Delete, Self::Undo, Self::Extend, Self::Sleep, Self::Wake];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Retry => "retry",
            Self::Keep => "keep",
            Self::Delete => "delete",
            Self::Undo => "undo",
            Self::Extend => "extend",
            Self::Sleep => "sleep",
            Self::Wake => "wake",
        }
    }
}

impl Press {
    /// Of a button's or a modal's id. `None`: it is not ours, or of a version that this process does not know.
    #[must_use]
    pub fn parse(custom_id: &str) -> Option<Self> {
        let (verb, about) = custom_id.strip_prefix(VERSION)?.strip_prefix(':')?.split_once(':')?;
        match verb {
            "approve" => Some(Self::Approve(about.to_owned())),
            "deny" => Some(Self::Deny(about.to_owned())),
            _ => {
                let verb = Verb::ALL.into_iter().find(|known| known.as_str() == verb)?;
                Some(Self::On(verb, StoreId::parse(about)?))
            }
        }
    }
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approve(id) => write!(f, "{VERSION}:approve:{id}"),
            Self::Deny(id) => write!(f, "{VERSION}:deny:{id}"),
            Self::On(verb, store) => write!(f, "{VERSION}:{}:{store}", verb.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_buttons_read_back() {
        let store = StoreId::from_bits(7);
        let on = Verb::ALL.map(|verb| Press::On(verb, store.clone()));
        for press in [Press::Approve("1f".to_owned()), Press::Deny("1f".to_owned())].into_iter().chain(on) {
            assert_eq!(Press::parse(&press.to_string()), Some(press));
        }
        assert!(Press::On(Verb::Delete, store).to_string().len() <= 100);
    }

    #[test]
    fn what_is_not_ours_is_nothing() {
        for id in ["", "v1", "v1:", "v1:approve", "v2:approve:1", "v1:login:no id", "v1:launch:700000000000", "x:y:z"] {
            assert_eq!(Press::parse(id), None, "{id}");
        }
    }
}
