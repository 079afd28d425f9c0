//! What a shop is made for: the currency it sells in and the country it sells from.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::engine::Engine;

/// Money in use that Medusa 2.21 has no entry for in its table of currencies.
const UNKNOWN_TO_MEDUSA: &str = "AWG BBD BMD BSD BTN CUP FJD FKP GIP GYD HTG KGS KPW KYD LAK LRD LSL MRU MVR PGK SBD \
     SCR SHP SLE SRD SSP STN SVC SZL TMT VED VUV WST XCD XCG ZMW ZWG";
/// The same of WooCommerce 10 and 11.
const UNKNOWN_TO_WOOCOMMERCE: &str = "SLE SVC VED XCG ZWG";

/// Why a code cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("is the ISO 4217 code of a currency, such as EUR, USD or GBP")]
    Currency,
    /// Metals, funds, units of account and codes for tests have a code, too.
    #[error("is the code of money that a shop can take, such as EUR, USD or GBP")]
    NoMoney,
    #[error("has been replaced: take {0}")]
    Replaced(&'static str),
    #[error("is the ISO 3166-1 code of a country, in two letters, such as DE, US or GB")]
    Country,
}

/// An ISO 4217 code of money in use, in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// # Errors
    /// The text is no such code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let found = iso_currency::Currency::from_code(&text.to_ascii_uppercase()).ok_or(CodeError::Currency)?;
        if found.is_special() || found.is_fund() {
            return Err(CodeError::NoMoney);
        }
        match found.is_superseded() {
            Some(by) => Err(CodeError::Replaced(by.code())),
            None => Ok(Self(found)),
        }
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// In English.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Whether an engine can sell in it. Its setup has the last word; this is for saying so before
    /// anything is made.
    #[must_use]
    pub fn is_known_to(self, engine: Engine) -> bool {
        let unknown = match engine {
            Engine::Medusa => UNKNOWN_TO_MEDUSA,
            Engine::Woocommerce => UNKNOWN_TO_WOOCOMMERCE,
        };
        !unknown.split(' ').any(|code| code == self.code())
    }
}

/// An ISO 3166-1 alpha-2 code, in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// # Errors
    /// The text is no such code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = text.to_ascii_uppercase();
        let known = text.parse::<iso_currency::Country>().is_ok();
        let letters = <[u8; 2]>::try_from(text.as_bytes()).ok().filter(|l| l.iter().all(u8::is_ascii_uppercase));
        letters.filter(|_| known).map(Self).ok_or(CodeError::Country)
    }

    /// By code.
    pub fn all() -> impl Iterator<Item = Self> {
        let codes = (b'A'..=b'Z').flat_map(|first| (b'A'..=b'Z').map(move |second| [first, second]));
        codes.filter_map(|code| Self::parse(std::str::from_utf8(&code).ok()?).ok())
    }

    /// In English.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.code().parse::<iso_currency::Country>().map(|country| country.name()).unwrap_or_default()
    }

    #[must_use]
    pub fn code(&self) -> &str {
        // Two ASCII letters are UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl TryFrom<String> for Country {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_money_in_use() {
        for (text, code) in [("EUR", "EUR"), ("usd", "USD"), ("Jpy", "JPY"), ("CHF", "CHF"), ("KWD", "KWD")] {
            assert_eq!(Currency::parse(text).map(Currency::code), Ok(code));
        }
        for none in ["XXX", "XTS", "XAU", "XAG", "XDR", "XUA", "CHE", "CLF", "USN"] {
            assert_eq!(Currency::parse(none), Err(CodeError::NoMoney), "{none}");
        }
        assert_eq!(Currency::parse("HRK"), Err(CodeError::Replaced("EUR")));
        for unknown in ["", "EU", "EURO", "ABC", "€", "DEM", " EUR"] {
            assert_eq!(Currency::parse(unknown), Err(CodeError::Currency), "{unknown}");
        }
    }

    #[test]
    fn not_every_engine_sells_in_every_currency() {
        let known = |code: &str, engine| Currency::parse(code).unwrap().is_known_to(engine);
        assert!(known("EUR", Engine::Medusa) && known("EUR", Engine::Woocommerce));
        assert!(!known("FJD", Engine::Medusa) && known("FJD", Engine::Woocommerce));
        assert!(!known("ZWG", Engine::Woocommerce));
        // A code that is misspelt in the lists would do nothing.
        for code in UNKNOWN_TO_MEDUSA.split(' ').chain(UNKNOWN_TO_WOOCOMMERCE.split(' ')) {
            assert!(Currency::parse(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn a_country_has_two_letters() {
        for (text, code) in [("DE", "DE"), ("us", "US"), ("Gb", "GB"), ("SS", "SS"), ("CW", "CW")] {
            assert_eq!(Country::parse(text).unwrap().code(), code);
        }
        assert_eq!(Country::all().count(), 249);
        assert!(Country::all().all(|country| !country.name().is_empty()));
        for unknown in ["", "D", "DEU", "XX", "UK", "ZZ", "1A", "ÄÖ", "276"] {
            assert_eq!(Country::parse(unknown), Err(CodeError::Country), "{unknown}");
        }
    }

    #[test]
    fn codes_are_kept_as_text() {
        let (currency, country) = (Currency::parse("EUR").unwrap(), Country::parse("DE").unwrap());
        let text = serde_json::to_string(&(currency, country)).unwrap();
        assert_eq!(text, r#"["EUR","DE"]"#);
        assert_eq!(serde_json::from_str::<(Currency, Country)>(&text).unwrap(), (currency, country));
    }
}
