//! The definition in the other languages: Discord shows everybody the words of the language they have chosen, and
//! sends the English ones whatever it has shown.
//!
//! What is shown comes from the table of sentences, from where replies take the names of commands, too: what a reply
//! says can be typed.

use serde_json::{Map, Value};

use crate::domain::lang::Lang;
use crate::text::commands::{description, name};

/// Discord's fields.
pub(super) const NAMES: &str = "name_localizations";
pub(super) const DESCRIPTIONS: &str = "description_localizations";

/// Discord's locales for the languages that the definition itself does not speak. Every other locale is shown the
/// definition's English.
const LOCALES: [(&str, Lang); 5] =
    [("de", Lang::De), ("es-419", Lang::Es), ("es-ES", Lang::Es), ("fr", Lang::Fr), ("pt-BR", Lang::Pt)];

/// The commands with what the table has for each place of them. What it does not have stays English.
pub(super) fn localised(mut commands: Value) -> Value {
    for command in commands.as_array_mut().into_iter().flatten() {
        fill(command, &[]);
    }
    commands
}

/// A command, a subcommand or an option, and everything below. `above`: the names on the way to it.
fn fill(item: &mut Value, above: &[&str]) {
    let Some(own) = item.get("name").and_then(Value::as_str).map(str::to_owned) else { return };
    let place = [above, &[own.as_str()]].concat();
    for choice in item.get_mut("choices").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(value) = choice.get("value").and_then(Value::as_str).map(str::to_owned) else { continue };
        let place = [place.as_slice(), &[value.as_str()]].concat();
        insert(choice, "name", NAMES, |lang| name(lang, &place));
    }
    for option in item.get_mut("options").and_then(Value::as_array_mut).into_iter().flatten() {
        fill(option, &place);
    }
    insert(item, "name", NAMES, |lang| name(lang, &place));
    insert(item, "description", DESCRIPTIONS, |lang| description(lang, &place));
}

/// Words that are the same as the English ones are left out: Discord drops them, and would look different.
fn insert(item: &mut Value, english: &str, field: &str, words: impl Fn(Lang) -> Option<String>) {
    let Some(fields) = item.as_object_mut() else { return };
    let english = fields.get(english).and_then(Value::as_str).unwrap_or_default().to_owned();
    let said = LOCALES.iter().filter_map(|(locale, lang)| Some((*locale, words(*lang)?)));
    let said: Map<String, Value> =
        said.filter(|(_, words)| *words != english).map(|(locale, words)| (locale.to_owned(), words.into())).collect();
    if !said.is_empty() {
        fields.insert(field.to_owned(), said.into());
    }
}

#[cfg(test)]
mod tests;
