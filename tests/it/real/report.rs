//! `target/e2e.json`: for each engine how long it took from the question to the proof.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::shop::Shop;
use super::sleep::Woken;

/// What step 2 of the design asks for, on 2 cores: seconds.
const GOALS: [(&str, f64); 2] = [("woocommerce", 6.0), ("medusa", 10.0)];

#[derive(Default)]
pub(super) struct Report {
    /// Seconds from the question to the proof.
    totals: Vec<f64>,
    /// For each step of the create, and for the test order: seconds from the question to its end.
    phases: BTreeMap<String, Vec<f64>>,
    /// Seconds from the question to the first page of a shop that slept, and to its proof.
    pages: Vec<f64>,
    proofs: Vec<f64>,
}

impl Report {
    pub(super) fn add(&mut self, shop: &Shop) -> Result<()> {
        let since = |at: &Value| -> Option<f64> {
            let at: Timestamp = at.as_str()?.parse().ok()?;
            Some(at.duration_since(shop.asked_at).as_secs_f64())
        };
        self.totals.push(since(&shop.store["ready_at"]).context("no ready_at")?);
        let placed = since(&shop.proof["placed_at"]).context("no time of the test order")?;
        self.phases.entry("order".to_owned()).or_default().push(placed);
        for step in shop.store["steps"].as_array().context("no steps")? {
            let name = step["name"].as_str().context("a step without a name")?;
            let end = since(&step["finished_at"]).with_context(|| format!("{name} has no end"))?;
            self.phases.entry(name.to_owned()).or_default().push(end);
        }
        Ok(())
    }

    pub(super) fn woken(&mut self, woken: &Woken) {
        self.pages.push(woken.page);
        self.proofs.push(woken.proof);
    }

    /// Prints the figures, and keeps them.
    pub(super) fn write(self, engine: &str) -> Result<()> {
        let middle = median(&self.totals);
        let (_, goal) = GOALS.iter().find(|(name, _)| *name == engine).context("an engine without a goal")?;
        let Self { totals, phases, pages, proofs } = self;
        println!("{engine}: {pages:.1?} s from wake to the first page, {proofs:.1?} s to the proof");
        println!("{engine}: {totals:.1?} s from create to proof, median {middle:.2} s, goal {goal} s; {phases:.1?}");
        let fields = [
            ("create_to_proof", json!(totals)),
            ("median", json!(middle)),
            ("phases", json!(phases)),
            ("goal", json!(goal)),
            ("wake_to_first_page", json!(pages)),
            ("wake_to_proof", json!(proofs)),
        ];
        fields.into_iter().try_for_each(|(key, value)| keep(engine, key, value))
    }
}

/// The slow way: seconds from the question to the proof with a database that nobody has prepared.
pub(super) fn slow(shop: &Shop) -> Result<()> {
    let ready: Timestamp = shop.store["ready_at"].as_str().context("no ready_at")?.parse()?;
    let seconds = ready.duration_since(shop.asked_at).as_secs_f64();
    println!("{}: {seconds:.1} s from create to proof, from an empty database", shop.engine);
    keep(shop.engine, "from_an_empty_database", json!(seconds))
}

/// Writes one figure beside what is known already.
fn keep(engine: &str, key: &str, value: Value) -> Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/e2e.json");
    let known = std::fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str(&text).ok());
    let mut all: Value = known.unwrap_or_else(|| json!({}));
    all[engine][key] = value;
    std::fs::write(&file, format!("{all:#}\n")).context("target/e2e.json cannot be written")
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
