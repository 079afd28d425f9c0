//! What is wrong with a body, as the tree that Discord sends under `errors` (reference, "Error Messages"):
//! field names and list positions as keys, `_errors` with code and message at the leaf.

use serde_json::{Map, Value, json};

use super::Refusal;

/// Where the check stands in the body, and what it has found so far.
#[derive(Default)]
pub(crate) struct Findings {
    path: Vec<String>,
    tree: Map<String, Value>,
    count: usize,
    not_modelled: Option<&'static str>,
}

impl Findings {
    /// Looks at a field or an item.
    pub(super) fn at(&mut self, part: &(impl ToString + ?Sized), look: impl FnOnce(&mut Self)) {
        self.path.push(part.to_string());
        look(self);
        self.path.pop();
    }

    pub(super) fn add(&mut self, code: &'static str, message: impl Into<String>) {
        insert(&mut self.tree, &self.path, code, &message.into());
        self.count += 1;
    }

    pub(super) fn missing(&mut self) {
        self.add("BASE_TYPE_REQUIRED", "This field is required");
    }

    /// Nothing wrong, but out of this stand-in's reach; the first such thing is told.
    pub(super) fn not_modelled(&mut self, what: &'static str) {
        self.not_modelled.get_or_insert(what);
    }

    /// Whether nothing was found while `look` looked.
    pub(super) fn clean(&mut self, look: impl FnOnce(&mut Self)) -> bool {
        let before = self.count;
        look(self);
        self.count == before
    }

    pub(super) fn verdict(self) -> Result<(), Refusal> {
        match self.not_modelled {
            _ if self.count > 0 => Err(Refusal::Form(Value::Object(self.tree))),
            Some(what) => Err(Refusal::NotModelled(what)),
            None => Ok(()),
        }
    }
}

/// The tree of one fault.
pub(crate) fn single(path: &[&str], code: &'static str, message: impl Into<String>) -> Value {
    let mut root = Map::new();
    let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
    insert(&mut root, &path, code, &message.into());
    Value::Object(root)
}

fn insert(root: &mut Map<String, Value>, path: &[String], code: &'static str, message: &str) {
    let mut node = root;
    for part in path {
        let Value::Object(inner) = node.entry(part).or_insert_with(|| json!({})) else {
            return;
        };
        node = inner;
    }
    if let Value::Array(errors) = node.entry("_errors").or_insert_with(|| json!([])) {
        errors.push(json!({ "code": code, "message": message }));
    }
}
