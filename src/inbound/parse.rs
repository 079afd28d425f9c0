//! Words that a person typed, read into commands: the same reading for every door, so that a name
//! or a duration that one door takes is never refused by another.
//!
//! Only the form is judged here. Whether a cell exists, a name is free or a plan is allowed is
//! decided by `commands`.

use std::time::Duration;

use jiff::SignedDuration;
use url::Url;

use crate::commands::GRACE_MAX;
use crate::domain::actor::Door;
use crate::domain::command::{CommandKind, Create, TITLE_MAX};
use crate::domain::delivery::{DeliveryState, Direction};
use crate::domain::engine::Engine;
use crate::domain::outcome::Refusal;
use crate::domain::plan::Plan;
use crate::domain::record::Phase;
use crate::domain::request::{IdempotencyKey, KEY_MAX};
use crate::domain::rule::Rule;
use crate::domain::shop::{CodeError, Country, Currency};
use crate::domain::sort::{SEARCH_MAX, Sort};
use crate::domain::store::StoreName;

/// Shortest life of a store. Anything below is a slip of the unit.
const TTL_MIN: Duration = Duration::from_secs(1);
/// Longest life of a store: a year, written `365d`, `366d` or `1y`.
const TTL_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// Longest callback address, in bytes. It is kept in the store's record.
const CALLBACK_MAX: usize = 2048;

/// What a create may say, as typed. `None` where nothing was said.
#[derive(Clone, Copy, Debug, Default)]
pub struct CreateFields<'a> {
    pub name: &'a str,
    pub engine: &'a str,
    pub plan: Option<&'a str>,
    pub title: Option<&'a str>,
    pub ttl: Option<&'a str>,
    pub cell: Option<&'a str>,
    pub currency: Option<&'a str>,
    pub country: Option<&'a str>,
}

/// # Errors
/// The first field that cannot be read, in the order they are listed in [`CreateFields`].
pub fn create(fields: CreateFields<'_>) -> Result<Create, Refusal> {
    Ok(Create {
        name: name(fields.name)?,
        engine: engine(fields.engine)?,
        plan: fields.plan.map_or(Ok(Plan::default()), plan)?,
        title: fields.title.map(title).transpose()?,
        ttl: fields.ttl.map(ttl).transpose()?,
        cell: fields.cell.map(str::to_owned),
        currency: fields.currency.map(|c| code("currency", c, Currency::parse)).transpose()?,
        country: fields.country.map(|c| code("country", c, Country::parse)).transpose()?,
    })
}

/// # Errors
/// `Name`.
pub fn name(text: &str) -> Result<StoreName, Refusal> {
    StoreName::parse(text).map_err(|why| Refusal::Name { text: text.to_owned(), why })
}

/// # Errors
/// `Unknown`, with the engines there are.
pub fn engine(text: &str) -> Result<Engine, Refusal> {
    Engine::parse(text).ok_or_else(|| unknown("engine", text, Engine::ALL.map(Engine::as_str)))
}

/// # Errors
/// `Unknown`, with the plans there are.
pub fn plan(text: &str) -> Result<Plan, Refusal> {
    Plan::parse(text).ok_or_else(|| unknown("plan", text, Plan::ALL.map(Plan::as_str)))
}

/// # Errors
/// `Unknown`, with the phases there are.
pub fn phase(text: &str) -> Result<Phase, Refusal> {
    Phase::parse(text).ok_or_else(|| unknown("phase", text, Phase::ALL.map(Phase::as_str)))
}

/// # Errors
/// `Unknown`, with the orders there are.
pub fn sort(text: &str) -> Result<Sort, Refusal> {
    Sort::parse(text).ok_or_else(|| unknown("sort", text, Sort::ALL.map(Sort::as_str)))
}

/// What stores are searched for by.
///
/// # Errors
/// `Invalid` for what is longer than any name, id or owner.
pub fn search(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > SEARCH_MAX {
        return Err(invalid("q", Rule::SearchShort));
    }
    Ok(text.to_owned())
}

/// # Errors
/// `Unknown`, with the commands there are.
pub fn command(text: &str) -> Result<CommandKind, Refusal> {
    let found = CommandKind::ALL.into_iter().find(|c| c.as_str() == text);
    found.ok_or_else(|| unknown("command", text, CommandKind::ALL.map(CommandKind::as_str)))
}

/// # Errors
/// `Unknown`, with the doors there are.
pub fn door(text: &str) -> Result<Door, Refusal> {
    let found = Door::ALL.into_iter().find(|d| d.as_str() == text);
    found.ok_or_else(|| unknown("door", text, Door::ALL.map(Door::as_str)))
}

/// # Errors
/// `Unknown`, with the two there are.
pub fn direction(text: &str) -> Result<Direction, Refusal> {
    let found = Direction::ALL.into_iter().find(|d| d.as_str() == text);
    found.ok_or_else(|| unknown("direction", text, Direction::ALL.map(Direction::as_str)))
}

/// # Errors
/// `Unknown`, with the states there are.
pub fn delivery_state(text: &str) -> Result<DeliveryState, Refusal> {
    let found = DeliveryState::ALL.into_iter().find(|s| s.as_str() == text);
    found.ok_or_else(|| unknown("state", text, DeliveryState::ALL.map(DeliveryState::as_str)))
}

/// A code of a currency or a country.
fn code<T>(field: &str, text: &str, parse: fn(&str) -> Result<T, CodeError>) -> Result<T, Refusal> {
    parse(text).map_err(|why| invalid(field, Rule::Code(why)))
}

/// A shop's title: any text of one line.
///
/// # Errors
/// `Invalid` for nothing but blanks, too many characters or a control character.
pub fn title(text: &str) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        return Err(invalid("title", Rule::TitleVisible));
    }
    if text.chars().count() > TITLE_MAX {
        return Err(invalid("title", Rule::TitleShort));
    }
    // The last two are Unicode's own ends of a line and of a paragraph.
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(invalid("title", Rule::TitleOneLine));
    }
    Ok(text.to_owned())
}

/// How long a store is wanted: `90m`, `72h`, `7d`, `1h 30m`.
///
/// # Errors
/// `Invalid` for what is no duration, and for one shorter than a second or longer than a year.
pub fn ttl(text: &str) -> Result<SignedDuration, Refusal> {
    length("ttl", text)
}

/// The same under another name.
///
/// # Errors
/// As [`ttl`].
pub fn length(field: &'static str, text: &str) -> Result<SignedDuration, Refusal> {
    let duration = humantime::parse_duration(text).map_err(|_| invalid(field, Rule::TtlDuration))?;
    if !(TTL_MIN..=TTL_MAX).contains(&duration) {
        return Err(invalid(field, Rule::TtlBounds));
    }
    SignedDuration::try_from(duration).map_err(|_| invalid(field, Rule::TtlBounds))
}

/// How long a deletion can be taken back: `30s`, `5m`; zero, not at all.
///
/// # Errors
/// `Invalid` for what is no duration, and for one longer than a week.
pub fn grace(text: &str) -> Result<Duration, Refusal> {
    let grace = humantime::parse_duration(text).map_err(|_| invalid("grace", Rule::GraceDuration))?;
    if grace > GRACE_MAX {
        return Err(invalid("grace", Rule::GraceBounds));
    }
    Ok(grace)
}

/// Where the end of a command is to be told.
///
/// # Errors
/// `Invalid` for anything but an `http` or `https` address with a host and without credentials.
/// Whether the host may be called is judged when it is called, after its name was resolved.
pub fn callback_url(text: &str) -> Result<String, Refusal> {
    let bad = |why| Err(invalid("callback_url", why));
    let Ok(url) = Url::parse(text) else {
        return bad(Rule::CallbackWhole);
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return bad(Rule::CallbackWeb);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return bad(Rule::CallbackBare);
    }
    // As it is kept and called: what is no ASCII has grown by being encoded.
    if url.as_str().len() > CALLBACK_MAX {
        return bad(Rule::CallbackShort);
    }
    Ok(url.into())
}

/// The value of the header `Idempotency-Key`. HTTP's draft writes it in quotes, most clients do not;
/// both are the same key.
///
/// # Errors
/// `Invalid` for an empty or long key and for characters outside printable ASCII.
pub fn idempotency_key(text: &str, fingerprint: String) -> Result<IdempotencyKey, Refusal> {
    let text = text.trim();
    let value = match text.strip_prefix('"') {
        // A quote that is not closed is a key that was cut off.
        Some(quoted) => quoted.strip_suffix('"').unwrap_or_default(),
        None => text,
    };
    key("Idempotency-Key", value, fingerprint)
}

/// A caller's own name for one request, found in `field`.
///
/// # Errors
/// `Invalid` for an empty or long key and for characters outside printable ASCII.
pub fn key(field: &str, value: &str, fingerprint: String) -> Result<IdempotencyKey, Refusal> {
    let printable = value.bytes().all(|b| (0x20..0x7f).contains(&b));
    if value.is_empty() || value.len() > KEY_MAX || !printable {
        return Err(invalid(field, Rule::Key));
    }
    Ok(IdempotencyKey { value: value.to_owned(), fingerprint })
}

fn unknown<const N: usize>(field: &'static str, text: &str, known: [&str; N]) -> Refusal {
    Refusal::Unknown { field, text: text.to_owned(), known: known.map(str::to_owned).to_vec() }
}

fn invalid(field: &str, why: Rule) -> Refusal {
    Refusal::Invalid { field: field.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lang::Lang;
    use crate::domain::store::NameError;
    use crate::text::refusal::refusal;

    fn tea() -> CreateFields<'static> {
        CreateFields { name: "tea", engine: "medusa", ..CreateFields::default() }
    }

    /// The first sentence of what is told about it.
    fn why<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
        let refused = result.unwrap_err();
        assert!(matches!(refused, Refusal::Invalid { .. }), "{refused:?}");
        let told = refusal(Lang::En, &refused).detail;
        told.strip_suffix(". Correct it and try again.").unwrap_or(&told).to_owned()
    }

    #[test]
    fn what_is_not_said_gets_its_default() {
        let created = create(tea()).unwrap();
        assert_eq!((created.engine, created.plan), (Engine::Medusa, Plan::Small));
        assert_eq!((created.title, created.ttl, created.cell), (None, None, None));
    }

    #[test]
    fn everything_that_is_said_counts() {
        let fields = CreateFields {
            plan: Some("large"),
            title: Some("Tea & <Co>"),
            ttl: Some("7d"),
            cell: Some("main"),
            ..tea()
        };
        let created = create(fields).unwrap();
        assert_eq!(created.plan, Plan::Large);
        assert_eq!(created.title.as_deref(), Some("Tea & <Co>"));
        assert_eq!(created.ttl, Some(SignedDuration::from_hours(168)));
        assert_eq!(created.cell.as_deref(), Some("main"));
    }

    #[test]
    fn a_wrong_word_is_answered_with_the_known_ones() {
        let refusal = create(CreateFields { engine: "magento", ..tea() }).unwrap_err();
        let known = vec!["woocommerce".to_owned(), "medusa".to_owned()];
        assert_eq!(refusal, Refusal::Unknown { field: "engine", text: "magento".to_owned(), known });
        assert!(matches!(plan("huge"), Err(Refusal::Unknown { field: "plan", .. })));
        assert!(matches!(phase("gone"), Err(Refusal::Unknown { field: "phase", .. })));
        assert_eq!(name("Tea"), Err(Refusal::Name { text: "Tea".to_owned(), why: NameError::Character }));
    }

    #[test]
    fn a_title_is_one_visible_line() {
        assert!(title(&"ä".repeat(TITLE_MAX)).is_ok());
        assert_eq!(why(title(&"a".repeat(TITLE_MAX + 1))), "title has at most 80 characters");
        for bad in ["a\nb", "a\r", "\u{0}", "a\tb", "\u{1b}[31m", "a\u{2028}b", "a\u{85}"] {
            assert_eq!(why(title(bad)), "title has no line breaks or other control characters", "{bad:?}");
        }
        for good in
            ["\"Ana's\" <b>Tea</b>", "$(rm -rf ~) `x` ${Y} %s \\n", "茶 👩\u{200d}🍳 ☕\u{fe0f}", "**@everyone** ||x||"]
        {
            assert_eq!(title(good).unwrap(), good);
        }
        assert_eq!(why(title("  ")), "title needs at least one visible character");
    }

    #[test]
    fn a_shop_sells_in_known_money_from_a_known_country() {
        let created = create(CreateFields { currency: Some("usd"), country: Some("US"), ..tea() }).unwrap();
        assert_eq!((created.currency.unwrap().code(), created.country.unwrap().code()), ("USD", "US"));
        let refused = |fields| why(create(fields));
        assert_eq!(
            refused(CreateFields { currency: Some("BTC"), ..tea() }),
            "currency is the ISO 4217 code of a currency, such as EUR, USD or GBP"
        );
        assert_eq!(
            refused(CreateFields { currency: Some("XAU"), ..tea() }),
            "currency is the code of money that a shop can take, such as EUR, USD or GBP"
        );
        assert_eq!(refused(CreateFields { currency: Some("HRK"), ..tea() }), "currency has been replaced: take EUR");
        assert_eq!(
            refused(CreateFields { country: Some("UK"), ..tea() }),
            "country is the ISO 3166-1 code of a country, in two letters, such as DE, US or GB"
        );
    }

    #[test]
    fn a_ttl_has_a_unit_and_bounds() {
        assert_eq!(ttl("72h").unwrap(), SignedDuration::from_hours(72));
        assert_eq!(ttl("1h 30m").unwrap(), SignedDuration::from_mins(90));
        assert!(ttl("1y").is_ok());
        for bad in ["", "72", "-1h", "soon", "0s", "999ms", "367d", "99999999999999999999y"] {
            assert!(why(ttl(bad)).starts_with("ttl is"), "{bad}");
        }
    }

    #[test]
    fn a_callback_is_a_plain_web_address() {
        assert_eq!(callback_url("https://example.com/a?b=c").unwrap(), "https://example.com/a?b=c");
        for bad in ["", "/hook", "ftp://example.com", "file:///etc/hosts", "https://u:p@example.com", "http://"] {
            assert!(why(callback_url(bad)).starts_with("callback_url "), "{bad}");
        }
        for long in ["a".repeat(CALLBACK_MAX), "ä".repeat(400)] {
            let refused = why(callback_url(&format!("https://example.com/{long}")));
            assert_eq!(refused, "callback_url has at most 2048 characters, encoded");
        }
    }

    #[test]
    fn a_key_is_the_same_with_and_without_quotes() {
        let key = |text: &str| idempotency_key(text, String::new()).map(|k| k.value);
        assert_eq!(key("abc"), key("\"abc\""));
        assert_eq!(key("a b").unwrap(), "a b");
        for bad in ["", "\"\"", "\"", "\"abc", "ä", "a\u{7f}"] {
            assert!(key(bad).is_err(), "{bad}");
        }
        assert!(key(&"k".repeat(KEY_MAX + 1)).is_err());
    }
}
