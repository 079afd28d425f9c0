//! Translations: a text for each locale (reference, "Locales").

use serde_json::Value;

use super::findings::Findings;
use super::shape::Shape;

/// Every locale Discord has.
pub(crate) const LOCALES: [&str; 32] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
];

pub(super) fn check(value: &Value, (least, most): (usize, usize), found: &mut Findings) {
    let Some(texts) = value.as_object() else {
        return found.add("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
    };
    for (locale, text) in texts {
        found.at(locale, |found| {
            if LOCALES.contains(&locale.as_str()) {
                Shape::Text(least, most).check(text, found);
            } else {
                found.add("ENUM_TYPE_COERCE", format!("Value {locale:?} is not a valid enum value."));
            }
        });
    }
}

/// Characters of a field that count towards a command's size: its own text or its longest translation.
pub(super) fn longest(thing: &Value, field: &str) -> usize {
    let characters = |text: &Value| text.as_str().map_or(0, |text| text.chars().count());
    let own = thing.get(field).map_or(0, characters);
    let translated = thing.get(format!("{field}_localizations")).and_then(Value::as_object);
    translated.into_iter().flatten().map(|(_, text)| characters(text)).fold(own, usize::max)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, long, refuses};
    use super::*;
    use serde_json::json;

    #[test]
    fn only_discords_locales_and_only_texts_of_the_right_length() {
        let shape = Shape::Localised(1, 32);
        accepts(&shape, &json!({"de": long(32), "pt-BR": "x"}));
        refuses(&shape, &json!({"de": long(33)}), "de BASE_TYPE_BAD_LENGTH");
        refuses(&shape, &json!({"de": ""}), "de BASE_TYPE_BAD_LENGTH");
        refuses(&shape, &json!({"pt": "x"}), "pt ENUM_TYPE_COERCE");
        refuses(&shape, &json!({"de": 1}), "de STRING_TYPE_CONVERT");
        refuses(&shape, &json!("x"), " DICT_TYPE_CONVERT");
    }

    #[test]
    fn the_longest_translation_counts() {
        let thing = json!({"name": "four", "name_localizations": {"de": "sieben7", "fr": "six"}});
        assert_eq!((longest(&thing, "name"), longest(&thing, "value")), (7, 0));
    }
}
