//! What is written down: `target/chaos.json`, and for each store that is not as it should be the lines
//! that the processes have logged of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::model::{Answer, Heard};
use super::verdict::Wrong;
use super::world::World;

/// Lines of a store's log that are shown; all of them are kept.
const SHOWN: usize = 12;

pub(super) struct Report<'a> {
    pub(super) seed: u64,
    pub(super) heard: &'a [Heard],
    pub(super) world: &'a World,
    pub(super) wrongs: &'a [Wrong],
    /// How often each fault was begun.
    pub(super) faults: BTreeMap<String, u64>,
    /// What the proxies' faults have hit.
    pub(super) hits: BTreeMap<String, u64>,
    pub(super) took: Duration,
    /// From the end of the storm to the end of all work.
    pub(super) healed: Duration,
    /// Seconds until stores of killed workers went on, in order.
    pub(super) recoveries: Vec<f64>,
}

impl Report<'_> {
    pub(super) fn json(&self) -> Value {
        let accepted = self.heard.iter().filter(|heard| matches!(heard.answer, Answer::Accepted(_)));
        let ended = accepted.clone().filter(|heard| self.has_ended(heard)).count();
        let mut refused: BTreeMap<&str, u64> = BTreeMap::new();
        for heard in self.heard {
            if let Answer::Refused(kind) = &heard.answer {
                *refused.entry(kind).or_default() += 1;
            }
        }
        let living = self.world.records.iter().filter(|seen| seen.phase != "deleted").count();
        json!({
            "seed": self.seed,
            "commands": self.heard.len(),
            "accepted": accepted.count(),
            "ended": ended,
            "refused": refused,
            "stores": self.world.records.len(),
            "living": living,
            "leftovers": self.wrongs.len(),
            "faults": self.faults,
            "hits": self.hits,
            "recovery_after_kill": {
                "stores": self.recoveries.len(),
                "median": self.recoveries.get(self.recoveries.len() / 2),
                "longest": self.recoveries.last(),
            },
            "seconds": { "whole": self.took.as_secs_f64(), "healing": self.healed.as_secs_f64() },
        })
    }

    /// Nothing is wrong with any store of this owner and name.
    fn has_ended(&self, heard: &Heard) -> bool {
        let of = format!("{}/{}", heard.owner, heard.name);
        let stores = self.world.records.iter().filter(|seen| (&seen.owner, &seen.name) == (&heard.owner, &heard.name));
        let ids: Vec<&str> = stores.map(|seen| seen.id.as_str()).collect();
        self.wrongs.iter().all(|wrong| wrong.of != of && !ids.contains(&wrong.of.as_str()))
    }

    /// Everything that is wrong, each with what was logged of it.
    pub(super) fn complaint(&self, folder: &Path, logs: &[String]) -> Result<String> {
        let mut by_store: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for wrong in self.wrongs {
            by_store.entry(&wrong.of).or_default().push(&wrong.what);
        }
        let mut text = format!("{} things are wrong\n", self.wrongs.len());
        for (of, whats) in by_store {
            let _ = writeln!(text, "\n{of} {}", whats.join("\n    and "));
            let lines: Vec<&String> = logs.iter().filter(|line| line.contains(of)).collect();
            if lines.is_empty() {
                continue;
            }
            let file = folder.join(format!("{}.lines", of.replace(['/', ':'], "-")));
            let whole: String = lines.iter().map(|line| format!("{line}\n")).collect();
            std::fs::write(&file, whole).with_context(|| format!("{} cannot be written", file.display()))?;
            for line in &lines[lines.len().saturating_sub(SHOWN)..] {
                let _ = writeln!(text, "    {line}");
            }
        }
        Ok(text)
    }
}

/// Lines of all processes, in order of time: each begins with it.
pub(super) fn logs(folder: &Path) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "log") {
            let name = path.file_stem().unwrap_or_default().display().to_string();
            let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
            lines.extend(text.lines().map(|line| match line.split_once(' ') {
                Some((time, rest)) => format!("{time} {name} {rest}"),
                None => line.to_owned(),
            }));
        }
    }
    lines.sort_unstable();
    Ok(lines)
}
