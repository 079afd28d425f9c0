//! Something that is not as it should be, and what to do about it.

use serde::Serialize;

/// Where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    Config,
    Redis,
    Cell,
    Helm,
    Charts,
    Ledger,
    Stores,
    Discord,
    Forge,
    Issuer,
    Callbacks,
    Telemetry,
}

impl Area {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Redis => "redis",
            Self::Cell => "cell",
            Self::Helm => "helm",
            Self::Charts => "charts",
            Self::Ledger => "ledger",
            Self::Stores => "stores",
            Self::Discord => "discord",
            Self::Forge => "forge",
            Self::Issuer => "issuer",
            Self::Callbacks => "callbacks",
            Self::Telemetry => "telemetry",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something does not work, or will not.
    Fault,
    /// It works, and somebody may want to know. Alone it makes no exit code.
    Notice,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub area: Area,
    pub severity: Severity,
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
    pub(crate) fn new(
        (area, kind): (Area, &'static str),
        about: impl Into<String>,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        let severity = Severity::Fault;
        Self { area, severity, kind, about: about.into(), what: what.into(), todo: todo.into() }
    }

    pub(crate) fn notice(
        area_kind: (Area, &'static str),
        about: impl Into<String>,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Notice, ..Self::new(area_kind, about, what, todo) }
    }

    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.severity == Severity::Fault
    }
}
