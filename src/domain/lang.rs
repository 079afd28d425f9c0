//! The languages storebot speaks.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    De,
    Fr,
    Es,
    Pt,
}

impl Lang {
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::Pt];

    /// ISO 639-1.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Pt => "pt",
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::Pt => "Português",
        }
    }

    /// Of a code or a locale such as `de`, `pt-BR` or `es-419`; `None`: storebot does not speak it.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|lang| lang.as_str().eq_ignore_ascii_case(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_have_a_language_or_none() {
        for (locale, lang) in [
            ("en-US", Some(Lang::En)),
            ("de", Some(Lang::De)),
            ("es-419", Some(Lang::Es)),
            ("pt-BR", Some(Lang::Pt)),
            ("FR_fr", Some(Lang::Fr)),
            ("ja", None),
            ("", None),
            ("english", None),
        ] {
            assert_eq!(Lang::of_locale(locale), lang, "{locale}");
        }
    }
}
