//! Something that is not as it should be, and what to do about it.

use serde::Serialize;

/// Where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    Redis,
    Cell,
    Helm,
    Charts,
    Ledger,
    Stores,
}

impl Area {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Cell => "cell",
            Self::Helm => "helm",
            Self::Charts => "charts",
            Self::Ledger => "ledger",
            Self::Stores => "stores",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub area: Area,
    /// Kebab-case, stable, for programs.
    pub kind: &'static str,
    /// What it is about: a cell, a namespace, a store, a key.
    pub about: String,
    /// What is wrong, in plain words.
    pub what: String,
    /// What to do.
    pub todo: String,
}

impl Finding {
    pub(super) fn new(
        (area, kind): (Area, &'static str),
        about: impl Into<String>,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self { area, kind, about: about.into(), what: what.into(), todo: todo.into() }
    }
}
