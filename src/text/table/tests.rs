use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::domain::record::{Reason, StepName};

/// Keys that are put together while the program runs begin with one of these.
const PUT_TOGETHER: [&str; 14] = [
    "button-",
    "refusal-",
    "role-",
    "plan-",
    "phase-",
    "resource-",
    "field-",
    "do-",
    "see-",
    "ago-",
    "span-",
    "per-",
    "reason-",
    "step-",
];

/// Key -> variables of its sentence, by the text alone.
pub(super) fn read(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut table = BTreeMap::<String, BTreeSet<String>>::new();
    let mut key = String::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            name.clone_into(&mut key);
            assert!(table.insert(key.clone(), BTreeSet::new()).is_none(), "{key} is there twice");
        }
        let variables = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect::<String>()
        });
        table.entry(key.clone()).or_default().extend(variables);
    }
    table.remove("");
    table
}

#[test]
fn every_file_is_whole() {
    for (lang, file) in FILES {
        let faults = FluentResource::try_new(file.to_owned()).err().map(|(_, errors)| errors);
        assert_eq!(faults, None, "{lang:?}");
        let read = read(file);
        let (_, bundle) = BUNDLES.iter().find(|(known, _)| *known == lang).unwrap();
        assert!(read.keys().all(|key| bundle.has_message(key)), "{lang:?}");
    }
}

/// What the command is called, which English has in the command's definition.
fn of_the_command(table: BTreeMap<String, BTreeSet<String>>) -> (Vec<String>, BTreeMap<String, BTreeSet<String>>) {
    let (command, rest): (Vec<_>, Vec<_>) = table.into_iter().partition(|(key, _)| key.starts_with("command-"));
    (command.into_iter().map(|(key, _)| key).collect(), rest.into_iter().collect())
}

#[test]
fn all_languages_say_the_same_things_with_the_same_variables() {
    let (none, english) = of_the_command(read(FILES[0].1));
    assert!(none.is_empty());
    let (command, _) = of_the_command(read(FILES[1].1));
    for (lang, file) in &FILES[1..] {
        let (own, other) = of_the_command(read(file));
        assert_eq!(own, command, "{lang:?}");
        let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        let extra: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{lang:?} lacks {missing:?} and has {extra:?} beyond English");
        for (key, variables) in &english {
            assert_eq!(other.get(key), Some(variables), "{key} in {lang:?}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Those that are put together are looked for by nobody else.
#[test]
fn every_reason_and_every_step_has_its_sentence() {
    let wanted = |start: &str, words: Vec<&str>| words.iter().map(|word| format!("{start}{word}")).collect();
    let reasons: BTreeSet<String> = wanted("reason-", Reason::ALL.iter().map(|reason| reason.as_str()).collect());
    let steps: BTreeSet<String> = wanted("step-", StepName::ALL.iter().map(|step| step.as_str()).collect());
    let table = read(FILES[0].1);
    for (start, wanted) in [("reason-", reasons), ("step-", steps)] {
        let there: BTreeSet<String> = table.keys().filter(|key| key.starts_with(start)).cloned().collect();
        assert_eq!(there, wanted);
    }
}

/// Both ways: what is said is in the table, and what is in the table is said.
#[test]
fn keys_of_the_code_and_of_the_table_are_the_same() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let code: Vec<String> = files
        .iter()
        .filter(|path| !path.ends_with("text/table.rs") && !path.ends_with("text/table/tests.rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let table = read(FILES[0].1);
    let mut said = BTreeSet::new();
    for rest in code.iter().flat_map(|code| code.split("say!(").skip(1)) {
        let key = rest.split('"').nth(1).unwrap_or_default();
        assert!(table.contains_key(key), "say!({rest:.60} ...) names no key of the table");
        said.insert(key.to_owned());
    }
    let unsaid: Vec<_> = table
        .keys()
        .filter(|key| !said.contains(*key) && !PUT_TOGETHER.iter().any(|start| key.starts_with(start)))
        .collect();
    assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
}

/// Commands are named by `text::commands`, in the words in which they are shown.
#[test]
fn no_sentence_spells_a_command_out() {
    for (lang, file) in FILES {
        let spelt: Vec<_> = file.lines().filter(|line| !line.starts_with('#') && line.contains("`/")).collect();
        assert!(spelt.is_empty(), "{lang:?}: {spelt:?}");
    }
}
