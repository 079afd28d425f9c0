//! What the commands print: tables and sentences, pure.

use serde_json::json;

use super::finding::Finding;
use super::rebuild::Rebuilt;
use crate::ledger::{Mended, Restored};

/// A table of what came back, what was set aside, and totals.
#[must_use]
pub fn rebuilt(rebuilt: &Rebuilt) -> String {
    let mut rows = vec![["STORE", "NAME", "OWNER", "CELL", "PHASE", "WHAT"].map(str::to_owned)];
    for row in &rebuilt.rows {
        let (record, spec) = (&row.record, &row.record.spec);
        let phase = record.phase().as_str().to_owned();
        let what = what(&row.restored, rebuilt.dry_run);
        rows.push([
            record.id.to_string(),
            spec.name.to_string(),
            spec.owner.to_string(),
            spec.cell.clone(),
            phase,
            what,
        ]);
    }
    let mut lines = if rows.len() > 1 { table(&rows) } else { Vec::new() };
    for aside in &rebuilt.aside {
        lines.push(format!("set aside: {} on {}: {}", aside.namespace, aside.cell, aside.why));
    }
    for (cell, why) in &rebuilt.unread {
        lines.push(format!("not read to its end: the cell {cell}: {why}"));
    }
    for cell in &rebuilt.counted {
        lines.push(format!("what is on the cell {cell} was counted anew"));
    }
    if rebuilt.listed != Mended::default() {
        let Mended { missing, surplus } = rebuilt.listed;
        lines.push(format!("the lists of stores were mended: {missing} put where they belong, {surplus} struck off"));
    }
    let count = |which: fn(&Restored) -> bool| rebuilt.rows.iter().filter(|row| which(&row.restored)).count();
    let (raised, caught_up) = (count(|it| *it == Restored::Raised), count(|it| *it == Restored::CaughtUp));
    let verb = if rebuilt.dry_run { "would be restored" } else { "restored" };
    lines.push(format!(
        "{} {verb}, {} known already, {caught_up} known as before, {raised} with a newer fence, {} set aside",
        rebuilt.rows.len() - raised - caught_up,
        rebuilt.known,
        rebuilt.aside.len()
    ));
    lines.join("\n")
}

fn what(restored: &Restored, dry_run: bool) -> String {
    let done = if dry_run { "would be restored" } else { "restored" };
    match restored {
        Restored::New => done.to_owned(),
        Restored::Unnamed { holder } => format!("{done} without its name, which {holder} has: reach it by its id"),
        Restored::Renamed { holder } => format!("{done}; it has its name back from {holder}, which is going"),
        Restored::Known => "known".to_owned(),
        Restored::Raised if dry_run => "its fence would be raised to its namespace's".to_owned(),
        Restored::CaughtUp if dry_run => {
            "would be brought from what it was before to what its namespace tells".to_owned()
        }
        Restored::CaughtUp => "was brought from what it was before to what its namespace tells".to_owned(),
        Restored::Raised => "its fence was raised to its namespace's".to_owned(),
    }
}

/// Columns as wide as they must be.
#[must_use]
pub fn table<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Findings for people.
#[must_use]
pub fn findings(findings: &[Finding]) -> String {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    // Those of an area stay in the order in which they were found.
    sorted.sort_by_key(|f| (!f.is_fault(), f.area));
    let line = |f: &Finding| {
        let mark = if f.is_fault() { "" } else { "notice: " };
        format!("{mark}{}: {}: {}\n    {}", f.area.as_str(), f.about, f.what, f.todo)
    };
    let mut lines: Vec<String> = sorted.iter().copied().map(line).collect();
    let faults = findings.iter().filter(|f| f.is_fault()).count();
    lines.push(if faults == 0 { "nothing is wrong".to_owned() } else { format!("{faults} finding(s)") });
    lines.join("\n")
}

/// Findings for programs.
#[must_use]
pub fn findings_json(findings: &[Finding]) -> String {
    format!("{:#}", json!({ "findings": findings }))
}
