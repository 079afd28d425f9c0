//! The import table of CONTRIBUTING.md, held against `src/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Module → modules of ours it may import. `telemetry` and `metrics` may be imported by all but
/// `domain`: counting and logging decide nothing. `crash` by whoever writes something, and by the two
/// that read the variable and heed it: a point where a test may end the process decides nothing either.
const MAY_IMPORT: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("telemetry", &["config", "domain"]),
    ("metrics", &["domain"]),
    ("crash", &[]),
    ("egress", &[]),
    ("forge", &["config", "domain", "metrics"]),
    ("config", &["crash", "domain"]),
    ("text", &["domain"]),
    ("ledger", &["config", "crash", "domain", "metrics"]),
    ("helm", &["config", "crash", "domain", "metrics"]),
    ("cluster", &["config", "crash", "domain", "metrics"]),
    ("limits", &["config", "domain", "metrics"]),
    ("commands", &["config", "domain", "ledger", "limits", "metrics", "telemetry"]),
    ("inbound", &["commands", "config", "domain", "egress", "forge", "metrics", "telemetry", "text"]),
    ("worker", &["cluster", "config", "domain", "helm", "ledger", "metrics", "telemetry"]),
    ("notify", &["config", "crash", "domain", "egress", "forge", "ledger", "metrics", "telemetry", "text"]),
    ("care", &["cluster", "config", "domain", "helm", "ledger", "metrics"]),
    ("app", ALL),
    ("cli", ALL),
];
const ALL: &[&str] = &[
    "app",
    "care",
    "cluster",
    "commands",
    "config",
    "crash",
    "domain",
    "egress",
    "forge",
    "helm",
    "inbound",
    "ledger",
    "limits",
    "metrics",
    "notify",
    "telemetry",
    "text",
    "worker",
];

/// Outside thing → modules (or submodules) that may know it.
const ONLY_IN: [(&str, &[&str]); 10] = [
    ("poem::", &["inbound", "app"]),
    ("poem_openapi::", &["inbound"]),
    ("serenity::", &["inbound/discord", "notify"]),
    ("redis::", &["ledger"]),
    ("opentelemetry", &["telemetry"]),
    ("kube::", &["cluster"]),
    ("k8s_openapi::", &["cluster"]),
    ("process::", &["helm"]),
    // Everything else ends by returning, so that what is under way is drained.
    ("process::abort", &["crash"]),
    ("process::exit", &[]),
];

struct Source {
    /// Path below `src/`, without the ending.
    place: String,
    /// First part of the place: the module it belongs to.
    module: String,
    /// Production code without comments.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let read = |path: &PathBuf| {
        let place = path.strip_prefix(&root).unwrap().with_extension("").to_str().unwrap().to_owned();
        let module = place.split('/').next().unwrap().to_owned();
        Source { place, module, code: production_code(&fs::read_to_string(path).unwrap()) }
    };
    let is_code = |s: &Source| s.module != "lib" && s.module != "main" && !s.place.ends_with("/tests");
    files.iter().map(read).filter(is_code).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// Everything before the unit tests, without comments.
fn production_code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().map(|l| l.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The modules that a file names as `crate::<module>`.
fn imports(code: &str) -> BTreeSet<String> {
    let names = code.split("crate::").skip(1).flat_map(|rest| {
        let list = match rest.strip_prefix('{') {
            Some(inner) => inner.split('}').next().unwrap_or_default(),
            None => rest,
        };
        let grouped = rest.starts_with('{');
        let parts: Vec<&str> = if grouped { list.split(',').collect() } else { vec![list] };
        parts.into_iter().map(|p| p.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect())
    });
    names.filter(|n: &String| !n.is_empty()).collect()
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table: BTreeMap<_, _> = MAY_IMPORT.into_iter().collect();
    let mut faults = Vec::new();
    for source in sources() {
        let Some(allowed) = table.get(source.module.as_str()) else {
            faults.push(format!("{}: the module {} is not in the table", source.place, source.module));
            continue;
        };
        for import in imports(&source.code) {
            if import != source.module && !allowed.contains(&import.as_str()) {
                faults.push(format!("{} imports {import}", source.place));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn outside_systems_are_known_in_one_place_each() {
    let mut faults = Vec::new();
    for source in sources() {
        for (name, places) in ONLY_IN {
            let known = names_crate(&source.code, name);
            if known && !places.iter().any(|p| source.place.starts_with(p)) {
                faults.push(format!("{} names {name}", source.place));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `redis::` but not `config::redis::` nor `my_redis::`; for `process::` only the standard library's
/// and tokio's.
fn names_crate(code: &str, name: &str) -> bool {
    match name {
        "process::" => return code.contains("std::process::Command") || code.contains("tokio::process"),
        _ if name.starts_with("process::") => return code.contains(name),
        _ => {}
    }
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        !(before.is_alphanumeric() || before == '_' || before == ':')
    })
}

#[test]
fn every_crash_point_is_passed() {
    let code: String = sources().into_iter().map(|source| source.code).collect();
    let passed: BTreeSet<&str> =
        code.split("crash::point!(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    // The other way round does not compile.
    assert_eq!(passed, storebot::crash::POINTS.iter().copied().collect());
}

/// The reading above is only worth something if it finds what is there.
#[test]
fn the_reader_sees_imports() {
    assert_eq!(
        imports("use crate::domain::store; use crate::{config, ledger::Ledger}; crate::helm::x()"),
        ["config", "domain", "helm", "ledger"].map(str::to_owned).into()
    );
    assert!(names_crate("use redis::aio;", "redis::"));
    assert!(!names_crate("config::redis::Url", "redis::"));
    assert!(names_crate("std::process::abort()", "process::abort"));
    assert!(!production_code("use a; // use redis::x\n#[cfg(test)]\nuse redis::y;").contains("redis"));
    assert!(sources().len() > 30);
}
