//! Figures: collected, printed as they come, written to `target/bench.json`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::Value;

/// What is striven for.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// Of the value to its floor.
    RatioAtLeast(f64),
    RatioBelow(f64),
    ValueBelow(f64),
    ValueAtLeast(f64),
}

/// One figure, its medians over the rounds.
#[derive(Serialize)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) floor: Option<f64>,
    /// Median of the ratios of each pair, not ratio of the medians.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ratio: Option<f64>,
    #[serde(serialize_with = "goal_text")]
    pub(crate) goal: Goal,
}

fn goal_text<S: serde::Serializer>(goal: &Goal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&goal.text())
}

impl Goal {
    fn text(self) -> String {
        match self {
            Self::RatioAtLeast(least) => format!("ratio >= {least}"),
            Self::RatioBelow(bound) => format!("ratio < {bound}"),
            Self::ValueBelow(bound) => format!("value < {bound}"),
            Self::ValueAtLeast(least) => format!("value >= {least}"),
        }
    }
}

impl Figure {
    /// A value that stands alone.
    pub(crate) fn plain(value: f64, unit: &'static str, goal: Goal) -> Self {
        Self { value, unit, floor: None, ratio: None, goal }
    }

    /// From rounds of (ours, floor).
    pub(crate) fn paired(pairs: &[(f64, f64)], unit: &'static str, goal: Goal) -> Self {
        let ratio = median(pairs.iter().map(|(ours, floor)| ours / floor));
        Self {
            value: median(pairs.iter().map(|p| p.0)),
            unit,
            floor: Some(median(pairs.iter().map(|p| p.1))),
            ratio: Some(ratio),
            goal,
        }
    }

    fn met(&self) -> bool {
        let ratio = self.ratio.unwrap_or(f64::NAN);
        match self.goal {
            Goal::RatioAtLeast(least) => ratio >= least,
            Goal::RatioBelow(bound) => ratio < bound,
            Goal::ValueBelow(bound) => self.value < bound,
            Goal::ValueAtLeast(least) => self.value >= least,
        }
    }
}

#[derive(Default)]
pub(crate) struct Report {
    figures: BTreeMap<&'static str, Value>,
}

impl Report {
    pub(crate) fn add(&mut self, name: &'static str, figure: &Figure) -> Result<()> {
        let floor = figure.floor.map(|f| format!("floor {f:.2}")).unwrap_or_default();
        let ratio = figure.ratio.map(|r| format!("ratio {r:.2}")).unwrap_or_default();
        let (value, unit, goal) = (figure.value, figure.unit, figure.goal.text());
        let met = if figure.met() { "met" } else { "missed" };
        println!("{name:<20} {value:>10.2} {unit:<10} {floor:<16} {ratio:<11} goal {goal}: {met}");
        let mut json = serde_json::to_value(figure)?;
        json["met"] = figure.met().into();
        self.figures.insert(name, json);
        Ok(())
    }

    /// Figures that were not measured now stay as they were, so that single ones can be repeated.
    pub(crate) fn write(self) -> Result<()> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join("bench.json");
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        let mut all: BTreeMap<String, Value> = serde_json::from_str(&before).unwrap_or_default();
        all.extend(self.figures.into_iter().map(|(name, figure)| (name.to_owned(), figure)));
        std::fs::write(&path, serde_json::to_string_pretty(&all)? + "\n").context("target/bench.json")
    }
}

/// Not a number when there is none.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}
