//! What was once found on the parsers that meet the outside stays found: every input in `fuzz/corpus/`
//! is tried by its fuzz target. `make fuzz` looks for new ones.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// Files or folders in a folder below `fuzz/`, without their endings.
fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_target_has_its_program_and_its_corpus() {
    let known: BTreeSet<String> = targets::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(known.len(), targets::ALL.len());
    assert_eq!((names("fuzz_targets"), names("corpus")), (known.clone(), known));
}

#[test]
fn nothing_that_was_found_comes_back() {
    let mut found = Vec::new();
    for (name, target) in targets::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let mut tried = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            let (path, data) = entry.map(|entry| (entry.path(), fs::read(entry.path()).unwrap())).unwrap();
            tried += 1;
            // Its own words are on stderr by then.
            if catch_unwind(|| target(&data)).is_err() {
                found.push(path.display().to_string());
            }
        }
        assert!(tried > 0, "{name} has nothing to try");
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A target that takes everything would prove nothing.
#[test]
fn a_target_can_fail() {
    let accepted = catch_unwind(|| targets::run("no-such-target", b""));
    assert!(accepted.is_err());
}
