//! Reads values out of merged TOML tables and collects every fault instead of stopping at the first.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use toml::{Table, Value};

/// One thing that is wrong, with the key it is wrong at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub key: String,
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

/// A view of one table (a section, or one item of a list of tables).
///
/// A getter always returns a value, if need be a placeholder: a configuration with faults is never
/// used, so that reading can go on and find the other faults.
pub(super) struct Reader<'a> {
    path: String,
    table: &'a Table,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: impl Into<String>, table: &'a Table, faults: &'a mut Vec<Fault>) -> Self {
        Self { path: path.into(), table, faults }
    }

    /// A section within this one.
    pub(super) fn section(&mut self, key: &str) -> Option<Reader<'_>> {
        let table = self.table.get(key)?.as_table()?;
        Some(Reader::new(format!("{}.{key}", self.path), table, self.faults))
    }

    /// The items of a list of sections within this one.
    pub(super) fn each<T>(&mut self, key: &str, read: impl Fn(Reader<'_>) -> Option<T>) -> Vec<T> {
        each(self.table.get(key), &format!("{}.{key}", self.path), self.faults, read)
    }

    /// For what is wrong between several sections.
    pub(super) fn faults(&mut self) -> &mut Vec<Fault> {
        self.faults
    }

    pub(super) fn fault(&mut self, key: &str, problem: impl Into<String>) {
        self.faults.push(Fault { key: format!("{}.{key}", self.path), problem: problem.into() });
    }

    pub(super) fn string(&mut self, key: &str) -> String {
        match self.table.get(key) {
            Some(Value::String(text)) => text.clone(),
            _ => String::new(), // its type was checked against the default when the layers were merged
        }
    }

    pub(super) fn required(&mut self, key: &str, what: &str) -> String {
        let text = self.string(key);
        if text.is_empty() {
            self.fault(key, format!("is missing: {what}"));
        }
        text
    }

    pub(super) fn boolean(&mut self, key: &str) -> bool {
        matches!(self.table.get(key), Some(Value::Boolean(true)))
    }

    pub(super) fn strings(&mut self, key: &str) -> Vec<String> {
        let Some(Value::Array(items)) = self.table.get(key) else { return Vec::new() };
        let texts: Vec<_> = items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect();
        if texts.len() != items.len() {
            self.fault(key, "is a list of texts");
        }
        texts
    }

    /// A share of something: 0 to 1.
    pub(super) fn fraction(&mut self, key: &str) -> f64 {
        let value = self.table.get(key).and_then(Value::as_float).unwrap_or_default();
        if !(0.0..=1.0).contains(&value) {
            self.fault(key, format!("{value} is not between 0 and 1"));
        }
        value
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&mut self, key: &str, least: u32, most: u32) -> u32 {
        let value = self.table.get(key).and_then(Value::as_integer).unwrap_or_default();
        match u32::try_from(value) {
            Ok(n) if (least..=most).contains(&n) => n,
            _ => {
                self.fault(key, format!("{value} is not between {least} and {most}"));
                least
            }
        }
    }

    /// A whole number up to `most`; `None` for -1, which stands for one that was left out.
    pub(super) fn number_if_given(&mut self, key: &str, most: u32) -> Option<u32> {
        let given = self.table.get(key).and_then(Value::as_integer) != Some(-1);
        given.then(|| self.number(key, 0, most))
    }

    /// A duration such as `30s`; never zero.
    pub(super) fn duration(&mut self, key: &str) -> Duration {
        let text = self.string(key);
        match humantime::parse_duration(&text) {
            Ok(d) if !d.is_zero() => d,
            _ => {
                self.fault(key, format!("{text:?} is no duration such as 250ms, 30s, 15m or 24h"));
                Duration::from_secs(1)
            }
        }
    }

    /// A duration such as `30s`; `None` for "", which stands for none at all.
    pub(super) fn duration_if_given(&mut self, key: &str) -> Option<Duration> {
        let given = !self.string(key).is_empty();
        given.then(|| self.duration(key))
    }

    /// A duration that may be nothing at all.
    pub(super) fn grace(&mut self, key: &str) -> Duration {
        let text = self.string(key);
        humantime::parse_duration(&text).unwrap_or_else(|_| {
            self.fault(key, format!("{text:?} is no duration such as 0s, 30s or 15m"));
            Duration::ZERO
        })
    }

    /// Anything with a `FromStr`; `what` describes a good value.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, what: &str) -> Option<T> {
        let text = self.string(key);
        let value = text.parse().ok();
        if value.is_none() {
            self.fault(key, format!("{text:?} is no {what}"));
        }
        value
    }

    /// One of a few words.
    pub(super) fn choice<T>(&mut self, key: &str, known: &[(&str, T)]) -> Option<T>
    where
        T: Copy,
    {
        let text = self.string(key);
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            self.fault(key, format!("{text:?} is none of: {}", words.join(", ")));
        }
        found
    }
}

/// Reads the items of a list of sections.
pub(super) fn each<T>(
    list: Option<&Value>,
    path: &str,
    faults: &mut Vec<Fault>,
    read: impl Fn(Reader<'_>) -> Option<T>,
) -> Vec<T> {
    let items = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tables = items.iter().filter_map(Value::as_table).enumerate();
    tables.filter_map(|(i, table)| read(Reader::new(format!("{path}[{i}]"), table, faults))).collect()
}

/// Says what is in a list twice.
pub(super) fn unique<'a>(names: impl Iterator<Item = &'a str>, path: &str, faults: &mut Vec<Fault>) {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            faults.push(Fault { key: path.to_owned(), problem: format!("{name:?} is there twice") });
        }
    }
}
