//! Default, file and environment, merged into one table; says which keys nobody knows.

use toml::{Table, Value};

use super::reader::Fault;

pub(super) const DEFAULTS: &str = include_str!("../config.default.toml");
/// What every variable of ours begins with.
const ENV_PREFIX: &str = "STOREBOT__";

/// Lists of tables, and the section of the default file that holds the defaults of their items.
const LISTS: [(&str, &str); 9] = [
    ("auth.keys", "auth_keys"),
    ("auth.issuers", "auth_issuers"),
    ("auth.issuers.allow", "auth_issuers_allow"),
    ("discord.servers", "discord_servers"),
    ("webhooks", "webhooks"),
    ("callbacks.endpoints", "callbacks_endpoints"),
    ("webhooks.prices", "webhooks_prices"),
    ("cells", "cells"),
    ("quotas", "quotas"),
];

/// Merges the three layers.
///
/// `env` are name and value of all environment variables; those without our prefix are passed over.
pub(super) fn merge(file: Table, env: &[(String, String)], faults: &mut Vec<Fault>) -> Table {
    #[expect(clippy::expect_used, reason = "the text is compiled in and read by a unit test")]
    let mut merged: Table = DEFAULTS.parse().expect("config.default.toml is TOML");
    let item_defaults = match merged.remove("defaults") {
        Some(Value::Table(table)) => table,
        _ => Table::new(),
    };
    overlay(&mut merged, file, "", &item_defaults, faults);
    for (name, value) in env {
        if let Some(rest) = name.strip_prefix(ENV_PREFIX) {
            let path: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
            let mut at = Layer { root: &mut merged, item_defaults: &item_defaults };
            if let Err(problem) = at.set(&path, value) {
                faults.push(Fault { key: name.clone(), problem });
            }
        }
    }
    merged
}

fn list_defaults<'a>(path: &str, item_defaults: &'a Table) -> Option<&'a Table> {
    let (_, section) = LISTS.iter().find(|(list, _)| is_list(list, path))?;
    item_defaults.get(*section)?.as_table()
}

/// Whether a path leads to a list, whichever items of other lists it goes through.
fn is_list(list: &str, path: &str) -> bool {
    let mut parts = path.split('.').map(|part| part.split('[').next().unwrap_or_default());
    list.split('.').all(|name| parts.next() == Some(name)) && parts.next().is_none() && !path.ends_with(']')
}

fn overlay(base: &mut Table, over: Table, path: &str, item_defaults: &Table, faults: &mut Vec<Fault>) {
    for (key, value) in over {
        let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Some(defaults) = list_defaults(&here, item_defaults) {
            let items = overlay_items(value, (defaults, item_defaults), &here, faults);
            base.insert(key, Value::Array(items));
            continue;
        }
        match (base.get_mut(&key), value) {
            (None, _) => {
                let problem = unknown(&key, base);
                faults.push(Fault { key: here, problem });
            }
            (Some(Value::Table(inner)), Value::Table(over)) => overlay(inner, over, &here, item_defaults, faults),
            (Some(slot), value) if slot.same_type(&value) => *slot = value,
            (Some(Value::Float(number)), Value::Integer(whole)) => *number = whole as f64,
            (Some(slot), value) => {
                let problem = format!("is a {}, not a {}", type_name(slot), type_name(&value));
                faults.push(Fault { key: here, problem });
            }
        }
    }
}

fn overlay_items(
    value: Value,
    (defaults, item_defaults): (&Table, &Table),
    path: &str,
    faults: &mut Vec<Fault>,
) -> Vec<Value> {
    let Value::Array(items) = value else {
        faults.push(Fault { key: path.to_owned(), problem: format!("is a list: write [[{path}]]") });
        return Vec::new();
    };
    let mut merged = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let mut table = defaults.clone();
        if let Value::Table(over) = item {
            overlay(&mut table, over, &format!("{path}[{index}]"), item_defaults, faults);
        }
        merged.push(Value::Table(table));
    }
    merged
}

fn unknown(key: &str, known: &Table) -> String {
    let near = known.keys().find(|k| k.starts_with(key) || key.starts_with(k.as_str()));
    let known: Vec<_> = known.keys().map(String::as_str).collect();
    match near {
        Some(near) => format!("is no key of storebot; did you mean {near}?"),
        None => format!("is no key of storebot; there are: {}", known.join(", ")),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) => "whole number",
        Value::Float(_) => "number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "time",
        Value::Array(_) => "list",
        Value::Table(_) => "section",
    }
}

/// Sets single values by path, as the environment does.
struct Layer<'a> {
    root: &'a mut Table,
    item_defaults: &'a Table,
}

impl Layer<'_> {
    fn set(&mut self, path: &[String], text: &str) -> Result<(), String> {
        let mut table: &mut Table = self.root;
        let mut rest = path;
        let mut here = String::new();
        loop {
            let [key, tail @ ..] = rest else { return Err("names no key".to_owned()) };
            here = if here.is_empty() { key.clone() } else { format!("{here}.{key}") };
            if let Some(defaults) = list_defaults(&here, self.item_defaults) {
                let [index, tail @ ..] = tail else { return Err(format!("needs an index: {here}.0")) };
                let list = table.entry(key.clone()).or_insert_with(|| Value::Array(Vec::new()));
                table = item(list, index, defaults)?;
                rest = tail;
                continue;
            }
            if !table.contains_key(key) {
                return Err(unknown(key, table));
            }
            match &mut table[key.as_str()] {
                Value::Table(inner) => table = inner,
                slot if tail.is_empty() => return set_value(slot, text),
                _ => return Err(format!("{here} is no section")),
            }
            rest = tail;
        }
    }
}

fn item<'a>(list: &'a mut Value, index: &str, defaults: &Table) -> Result<&'a mut Table, String> {
    let index: usize = index.parse().map_err(|_| format!("{index:?} is no index"))?;
    let Value::Array(items) = list else { return Err("is no list".to_owned()) };
    if index > items.len() {
        return Err(format!("there is no item {} before it", index - 1));
    }
    if index == items.len() {
        items.push(Value::Table(defaults.clone()));
    }
    items[index].as_table_mut().ok_or_else(|| "is no section".to_owned())
}

fn set_value(slot: &mut Value, text: &str) -> Result<(), String> {
    let value = match slot {
        Value::String(_) => Value::String(text.to_owned()),
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| format!("{text:?} is no whole number"))?),
        Value::Float(_) => Value::Float(text.parse().map_err(|_| format!("{text:?} is no number"))?),
        Value::Boolean(_) => Value::Boolean(text.parse().map_err(|_| format!("{text:?} is neither true nor false"))?),
        Value::Array(_) => {
            let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
            Value::Array(parts.map(|p| Value::String(p.to_owned())).collect())
        }
        _ => return Err("cannot be set from the environment".to_owned()),
    };
    *slot = value;
    Ok(())
}
