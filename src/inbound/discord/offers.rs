//! What is offered to somebody who is typing, best first: pure, of what they have typed so far.
//!
//! Engines and plans are offered like this and not as fixed choices: which plans there are depends on the engine,
//! and what each has on the configuration, so the list can be right where a registered one would only be known.
//! What is typed without being chosen is read like everything else that somebody types.

use jiff::SignedDuration;

use super::definition::{OFFERS_MAX, Subcommand};
use crate::commands::suits;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::lang::Lang;
use crate::domain::plan::Plan;
use crate::domain::quota::Size;
use crate::domain::record::Record;
use crate::domain::shop::{Country, Currency};
use crate::inbound::parse;
use crate::text::talk;

/// How long shops are often wanted.
const DURATIONS: [&str; 10] = ["2h", "24h", "3d", "7d", "14d", "30d", "60d", "90d", "180d", "365d"];
/// Units for a number alone.
const UNITS: [&str; 3] = ["d", "h", "w"];
/// Much-used money, for who has not begun to type; every other code is offered when it is typed.
const CURRENCIES: &str = "EUR USD GBP CHF JPY CAD AUD SEK NOK DKK PLN CZK HUF RON BRL MXN INR CNY KRW SGD NZD ZAR TRY";

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) label: String,
    pub(super) value: String,
}

impl Offer {
    fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// Those that have what is typed in them: first those for which `suits` says so, of these first those that begin
/// with it, and otherwise in the order they came in.
fn matching(typed: &str, offers: impl IntoIterator<Item = (bool, Offer)>) -> Vec<Offer> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<((bool, bool), Offer)> = offers
        .into_iter()
        .filter_map(|(suits, offer)| {
            let texts = [offer.value.to_lowercase(), offer.label.to_lowercase()];
            let begins = texts.iter().any(|text| text.starts_with(&typed));
            texts.iter().any(|text| text.contains(&typed)).then_some(((!suits, !begins), offer))
        })
        .collect();
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, offer)| offer).take(OFFERS_MAX).collect()
}

/// Somebody's own shops, by name.
pub(super) fn stores(lang: Lang, subcommand: Subcommand, typed: &str, records: &[Record]) -> Vec<Offer> {
    let suits = |record: &Record| match subcommand {
        Subcommand::Delete => suits(CommandKind::Delete, record),
        Subcommand::Undo => suits(CommandKind::Undo, record),
        Subcommand::Retry => suits(CommandKind::Retry, record),
        Subcommand::Verify => suits(CommandKind::Verify, record),
        Subcommand::Upgrade => suits(CommandKind::Upgrade, record),
        Subcommand::Extend => suits(CommandKind::Extend, record),
        Subcommand::Sleep => suits(CommandKind::Sleep, record),
        Subcommand::Wake => suits(CommandKind::Wake, record),
        Subcommand::Login => suits(CommandKind::Credentials, record),
        _ => true,
    };
    let offer = |record: &Record| Offer::new(talk::offered_store(lang, record), record.spec.name.as_str());
    // A name is what people know: the words behind it are no part of what is looked for.
    let typed = typed.trim().to_lowercase();
    let found = records.iter().filter(|record| record.spec.name.as_str().contains(&typed));
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|record| (!suits(record), !record.spec.name.as_str().starts_with(&typed)));
    found.into_iter().map(offer).take(OFFERS_MAX).collect()
}

pub(super) fn engines(typed: &str) -> Vec<Offer> {
    matching(typed, Engine::ALL.map(|engine| (true, Offer::new(engine.title(), engine.as_str()))))
}

/// Plans, with what stores of them count as; those that are too small for the engine are left out.
pub(super) fn plans(lang: Lang, typed: &str, plans: &[(Plan, Size)]) -> Vec<Offer> {
    let offer = |(plan, size): &(Plan, Size)| (true, Offer::new(talk::offered_plan(lang, *plan, *size), plan.as_str()));
    matching(typed, plans.iter().map(offer))
}

/// How long: what was typed, where it is a duration; else what a number may mean, and what is often wanted.
pub(super) fn durations(lang: Lang, typed: &str) -> Vec<Offer> {
    let typed = typed.trim();
    let offer = |text: &str| {
        let time: SignedDuration = parse::ttl(text).ok()?;
        Some(Offer::new(talk::lasting(lang, time).unwrap_or_else(|| text.to_owned()), text))
    };
    let number = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit());
    let meant = UNITS.iter().filter(|_| number).filter_map(|unit| offer(&format!("{typed}{unit}")));
    let mut offers: Vec<Offer> = offer(typed).into_iter().chain(meant).collect();
    let usual = DURATIONS.iter().filter_map(|text| offer(text)).map(|offer| (true, offer));
    for usual in matching(typed, usual) {
        if offers.iter().all(|offer| offer.label != usual.label) {
            offers.push(usual);
        }
    }
    offers
}

/// Money that the engine can sell in.
pub(super) fn currencies(engine: Option<Engine>, typed: &str) -> Vec<Offer> {
    let offer = |code: &str| {
        let currency = Currency::parse(code).ok()?;
        let sold = engine.is_none_or(|engine| currency.is_known_to(engine));
        sold.then(|| Offer::new(format!("{currency} · {}", currency.name()), currency.code()))
    };
    let typed = typed.trim();
    let mut offers: Vec<Offer> = offer(typed).into_iter().collect();
    let usual = CURRENCIES.split(' ').filter_map(offer).map(|offer| (true, offer));
    offers.extend(matching(typed, usual).into_iter().filter(|usual| !usual.value.eq_ignore_ascii_case(typed)));
    offers.truncate(OFFERS_MAX);
    offers
}

pub(super) fn countries(typed: &str) -> Vec<Offer> {
    let offer = |country: Country| (true, Offer::new(format!("{country} · {}", country.name()), country.code()));
    matching(typed, Country::all().map(offer))
}

#[cfg(test)]
mod tests;
