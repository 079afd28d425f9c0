//! In which order stores are listed.

/// Longest text that is searched for, in characters: no name, no id and no owner is longer.
pub const SEARCH_MAX: usize = 200;

/// In which order stores are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    Name,
    /// Those that end by themselves and are not deleted, the next one first. No others.
    Ends,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Name, Self::Ends];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Name => "name",
            Self::Ends => "ends",
        }
    }
}
