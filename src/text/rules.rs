//! What a value has to be, said of the value: "is at most 7d".

use super::table::say;
use crate::domain::command::TITLE_MAX;
use crate::domain::lang::Lang;
use crate::domain::request::KEY_MAX;
use crate::domain::rule::Rule;
use crate::domain::server::ROLES_MAX;
use crate::domain::shop::CodeError;
use crate::domain::sort::SEARCH_MAX;

pub(super) fn rule(lang: Lang, rule: Rule) -> String {
    match rule {
        Rule::TitleVisible => say!(lang, "rule-title-visible"),
        Rule::TitleShort => say!(lang, "rule-title-short", max = TITLE_MAX),
        Rule::TitleOneLine => say!(lang, "rule-title-one-line"),
        Rule::TtlDuration => say!(lang, "rule-ttl-duration"),
        Rule::TtlBounds => say!(lang, "rule-ttl-bounds"),
        Rule::TtlLongest(most) => say!(lang, "rule-ttl-longest", most = humantime::format_duration(most).to_string()),
        Rule::GraceDuration => say!(lang, "rule-grace-duration"),
        Rule::GraceBounds => say!(lang, "rule-grace-bounds"),
        Rule::CallbackWhole => say!(lang, "rule-callback-whole"),
        Rule::CallbackWeb => say!(lang, "rule-callback-web"),
        Rule::CallbackBare => say!(lang, "rule-callback-bare"),
        Rule::CallbackShort => say!(lang, "rule-callback-short"),
        Rule::CallbackPublic => say!(lang, "rule-callback-public"),
        Rule::CallbackSigned => say!(lang, "rule-callback-signed"),
        Rule::Key => say!(lang, "rule-key", max = KEY_MAX),
        Rule::Moment => say!(lang, "rule-moment"),
        Rule::Cursor => say!(lang, "rule-cursor"),
        Rule::CursorOrder => say!(lang, "rule-cursor-order"),
        Rule::SearchShort => say!(lang, "rule-search-short", max = SEARCH_MAX),
        Rule::Code(CodeError::Currency) => say!(lang, "rule-currency"),
        Rule::Code(CodeError::NoMoney) => say!(lang, "rule-no-money"),
        Rule::Code(CodeError::Replaced(by)) => say!(lang, "rule-replaced", by = by),
        Rule::Code(CodeError::Country) => say!(lang, "rule-country"),
        Rule::SoldIn { engine, currency } => {
            say!(lang, "rule-sold-in", engine = engine.title(), currency = currency.code())
        }
        Rule::RolesFew => say!(lang, "rule-roles-few", max = ROLES_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The configuration's faults are told by the domain itself, in English.
    #[test]
    fn a_code_is_told_as_the_configuration_tells_it() {
        for why in [CodeError::Currency, CodeError::NoMoney, CodeError::Replaced("EUR"), CodeError::Country] {
            assert_eq!(rule(Lang::En, Rule::Code(why)), why.to_string());
        }
    }
}
