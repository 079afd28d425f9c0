use std::collections::BTreeSet;

use insta::assert_snapshot;

use super::super::definition;
use super::*;
use crate::text::answers::help;
use crate::text::commands::KEY;
use crate::text::table::keys;

/// Choices that are called the same everywhere: each language by its own name.
const PROPER: [&str; 5] = ["en", "de", "fr", "es", "pt"];

fn array<'a>(item: &'a Value, key: &str) -> Vec<&'a Value> {
    item.get(key).and_then(Value::as_array).into_iter().flatten().collect()
}

/// Each command, subcommand, option and choice with its place.
fn walk<'a>(items: Vec<&'a Value>, above: &[String], out: &mut Vec<(Vec<String>, &'a Value)>) {
    for item in items {
        let own = item.get("value").unwrap_or(&item["name"]).as_str().unwrap().to_owned();
        let place = [above, &[own]].concat();
        walk(array(item, "options"), &place, out);
        walk(array(item, "choices"), &place, out);
        out.push((place, item));
    }
}

fn places(commands: &Value) -> Vec<(Vec<String>, &Value)> {
    let mut out = Vec::new();
    walk(commands.as_array().unwrap().iter().collect(), &[], &mut out);
    out
}

/// A text in a locale as Discord shows it: its own, or else the English one.
fn shown<'a>(item: &'a Value, field: &str, locale: &str) -> &'a str {
    item.get(format!("{field}_localizations")).and_then(|all| all.get(locale)).unwrap_or(&item[field]).as_str().unwrap()
}

/// Discord's rule for names of commands and options.
fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'');
    (1..=32).contains(&text.chars().count()) && text.chars().all(fits) && text == text.to_lowercase()
}

#[test]
fn each_language_has_words_for_every_place_and_for_no_other() {
    let commands = definition::commands();
    let mut wanted = BTreeSet::new();
    for (place, item) in places(&commands) {
        let key = format!("{KEY}-{}", place.join("-"));
        let proper = item.get("value").is_some_and(|value| PROPER.contains(&value.as_str().unwrap()));
        if !proper {
            assert!(wanted.insert(key), "{place:?} has the same key as another place");
        }
    }
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != Lang::En) {
        let have: BTreeSet<String> = keys(lang).into_iter().filter(|key| key.starts_with(&format!("{KEY}-"))).collect();
        let missing: Vec<_> = wanted.difference(&have).collect();
        let extra: Vec<_> = have.difference(&wanted).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{lang:?} lacks {missing:?} and has {extra:?} too many");
        for (place, item) in places(&commands).iter().filter(|(_, item)| item.get("description").is_some()) {
            let place: Vec<&str> = place.iter().map(String::as_str).collect();
            let own = description(lang, &place).unwrap_or_default();
            assert!(!own.is_empty() && item["description"] != own.as_str(), "{lang:?} describes no {place:?}");
        }
    }
}

#[test]
fn names_and_descriptions_keep_discords_rules_in_every_locale() {
    let commands = localised(definition::commands());
    for (place, item) in places(&commands) {
        for (locale, _) in LOCALES {
            let (name, choice) = (shown(item, "name", locale), item.get("value").is_some());
            if choice {
                assert!((1..=100).contains(&name.chars().count()), "{place:?} {locale} {name}");
                continue;
            }
            assert!(is_name(name), "{place:?} {locale} {name}");
            let description = shown(item, "description", locale);
            assert!((1..=100).contains(&description.chars().count()), "{place:?} {locale} {description}");
        }
    }
}

/// Discord demands more of options than that they differ in each locale: none may be called what another one is
/// called in English.
#[test]
fn nothing_is_called_like_its_neighbour() {
    let commands = localised(definition::commands());
    let mut families = vec![commands.as_array().unwrap().iter().collect::<Vec<_>>()];
    families.extend(places(&commands).iter().map(|(_, item)| array(item, "options")));
    for family in families {
        for (locale, _) in LOCALES {
            let names: BTreeSet<&str> = family.iter().map(|item| shown(item, "name", locale)).collect();
            assert_eq!(names.len(), family.len(), "{locale}: {names:?}");
            for (at, item) in family.iter().enumerate() {
                let others = family.iter().enumerate().filter(|(other, _)| *other != at);
                let english: Vec<_> = others.map(|(_, other)| other["name"].as_str().unwrap()).collect();
                assert!(!english.contains(&shown(item, "name", locale)), "{locale}: {item}");
            }
        }
    }
}

/// Of each field the longest language counts.
fn characters(item: &Value) -> usize {
    let longest = |field: &str| {
        let own = item.get(field).and_then(Value::as_str).into_iter();
        let others = item.get(format!("{field}_localizations")).and_then(Value::as_object);
        own.chain(others.into_iter().flat_map(Map::values).filter_map(Value::as_str))
            .map(|text| text.chars().count())
            .max()
            .unwrap_or_default()
    };
    let below = ["options", "choices"].into_iter().flat_map(|key| array(item, key)).map(characters);
    longest("name") + longest("description") + longest("value") + below.sum::<usize>()
}

#[test]
fn no_command_is_too_long_in_its_longest_words() {
    let mut small = serde_json::json!({ "name": "ab", "description": "abc", "name_localizations": { "de": "abcd" } });
    assert_eq!(characters(&small), 7);
    small["options"] = serde_json::json!([{ "name": "a", "choices": [{ "name": "x", "value": "yz" }] }]);
    assert_eq!(characters(&small), 11);
    for command in localised(definition::commands()).as_array().unwrap() {
        let characters = characters(command);
        assert!(characters <= 8_000, "{} has {characters}", command["name"]);
    }
}

#[test]
fn the_fields_have_discords_shape() {
    let commands = localised(definition::commands());
    let found = places(&commands);
    let at = |wanted: &[&str]| found.iter().find(|(place, _)| place == wanted).unwrap().1.clone();
    let quota = at(&["store", "quota"]);
    assert_snapshot!(quota["name_localizations"], @r#"{"de":"kontingent","es-419":"cuota","es-ES":"cuota","pt-BR":"cota"}"#);
    assert_snapshot!(quota["description_localizations"], @r#"{"de":"Wie viel ich haben darf und habe","es-419":"Cuánto puedo tener y cuánto tengo","es-ES":"Cuánto puedo tener y cuánto tengo","fr":"À combien j’ai droit, et ce que j’ai","pt-BR":"Quanto posso ter e quanto tenho"}"#);
    // French has "quota", too; Discord drops what is the same as in English.
    assert_eq!(at(&["store", "status"])["name_localizations"].get("de"), None);
    let mut ours = definition::commands();
    ours[0]["options"] = serde_json::json!([{ "name": "of-tomorrow", "description": "x", "type": 1 }]);
    assert_eq!(
        localised(ours.clone())[0]["options"],
        ours[0]["options"],
        "what the table does not have stays as it is"
    );
}

/// What a reply tells people to type is what Discord shows them.
#[test]
fn replies_name_commands_as_they_are_shown() {
    let commands = localised(definition::commands());
    for lang in Lang::ALL {
        let locale = LOCALES.iter().find(|(_, of)| *of == lang).map_or("en-US", |(locale, _)| locale);
        let named = |items: Vec<&Value>, name: &str| -> Value {
            let found = items.into_iter().find(|item| shown(item, "name", locale) == name).cloned();
            found.unwrap_or_else(|| panic!("{lang:?} shows no {name}"))
        };
        let help = help(lang);
        let typed: Vec<&str> = help.split('`').filter(|code| code.starts_with('/')).collect();
        assert!(typed.len() >= 9, "{help}");
        for line in typed {
            let mut words = line.trim_start_matches('/').split(' ');
            let command = named(commands.as_array().unwrap().iter().collect(), words.next().unwrap());
            let sub = named(array(&command, "options"), words.next().unwrap());
            for option in words {
                named(array(&sub, "options"), option.split(':').next().unwrap());
            }
        }
    }
}
