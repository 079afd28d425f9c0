//! Commands as somebody would type them, in the words that Discord shows them in.
//!
//! English words are those of the command's definition. The other languages have theirs in the table, a key for
//! each place: `command-store-retry-name`, with what it is for as its attribute `description`. Discord offers
//! the one and replies say the other, so both come from there.

use super::table;
use crate::domain::lang::Lang;

/// The command for everybody.
const STORE: &str = "store";

/// Start of the keys.
pub const KEY: &str = "command";

/// `/store retry name:teashop`, for a message's code: what is typed can be copied from it.
#[must_use]
pub fn typed(lang: Lang, subcommand: &str, options: &[(&str, &str)]) -> String {
    typed_in(lang, STORE, subcommand, options)
}

/// The same for any command.
#[must_use]
pub fn typed_in(lang: Lang, command: &str, subcommand: &str, options: &[(&str, &str)]) -> String {
    let mut text = format!("/{} {}", word(lang, &[command]), word(lang, &[command, subcommand]));
    for (option, value) in options {
        let option = word(lang, &[command, subcommand, option]);
        text = format!("{text} {option}:{value}");
    }
    text
}

/// A command, with its subcommand, and one of its options, both English: as they are shown.
#[must_use]
pub fn shown(lang: Lang, command: &str, option: &str) -> (String, String) {
    let place: Vec<&str> = command.split(' ').collect();
    let words: Vec<String> = (1..=place.len()).map(|depth| word(lang, &place[..depth])).collect();
    let option = word(lang, &[place.as_slice(), &[option]].concat());
    (format!("/{}", words.join(" ")), option)
}

/// The command alone: `/store`.
#[must_use]
pub fn command(lang: Lang) -> String {
    format!("/{}", word(lang, &[STORE]))
}

/// An option's name.
#[must_use]
pub fn option(lang: Lang, subcommand: &str, option: &str) -> String {
    word(lang, &[STORE, subcommand, option])
}

/// The name of what stands at a place of a definition, in a language: `None` where it is the English one.
#[must_use]
pub fn name(lang: Lang, place: &[&str]) -> Option<String> {
    table::find(lang, &key(place))
}

/// What it is for.
#[must_use]
pub fn description(lang: Lang, place: &[&str]) -> Option<String> {
    table::attribute(lang, &key(place), "description")
}

fn word(lang: Lang, place: &[&str]) -> String {
    name(lang, place).unwrap_or_else(|| place.last().copied().unwrap_or_default().to_owned())
}

fn key(place: &[&str]) -> String {
    format!("{KEY}-{}", place.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_typed_in_the_words_of_its_language() {
        let retry = |lang| typed(lang, "retry", &[("name", "teashop")]);
        assert_eq!(retry(Lang::En), "/store retry name:teashop");
        assert_eq!(retry(Lang::De), "/shop fortsetzen name:teashop");
        assert_eq!(retry(Lang::Fr), "/boutique reprendre nom:teashop");
        assert_eq!(retry(Lang::Es), "/tienda reanudar nombre:teashop");
        assert_eq!(retry(Lang::Pt), "/loja retomar nome:teashop");
        assert_eq!(typed(Lang::De, "list", &[]), "/shop liste");
        assert_eq!(shown(Lang::De, "store create", "ttl"), ("/shop erstellen".to_owned(), "dauer".to_owned()));
        assert_eq!(shown(Lang::Es, "of tomorrow", "x"), ("/of tomorrow".to_owned(), "x".to_owned()));
        assert_eq!((command(Lang::Fr).as_str(), option(Lang::De, "create", "plan").as_str()), ("/boutique", "größe"));
    }
}
